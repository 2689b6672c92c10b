//! From stored responses to what analysis reads: typed columns on disk, and invited cases with their answers.
//!
//! Responses are written through to Parquet, one data set per round, form and version, rebuilt from the database
//! whenever the round is computed; the database stays the truth. Cases join their answers by the keyed link, so that
//! no file and no table says which invitation a response belongs to. Nothing here depends on the order in which
//! responses came: cases are sorted by their numbers, on every database alike.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use analysis::plan::{FrameSource, GroupPlan, Plan};
use analysis::results::RecordsUsed;
use analysis::round::{CriterionScore, GroupCases, RoundInput, Sitting, Unfinished};
use jiff::ToSpan;
use jiff::civil::Date;
use polars::error::PolarsError;
use polars::frame::DataFrame;
use thiserror::Error;

use crate::app::Base;
use crate::records::frames;
use crate::sittings;
use crate::store::rounds::{self, RoundState};
use crate::store::{StoreError, drafts, fieldwork, frame, invitations, responses, sample, scores};

mod cases;
mod facts;
mod segments;
mod totals;

pub(crate) use facts::case_facts;
pub use segments::{folder, forget, forget_round};

/// A draft that nobody has touched for so many days is taken for given up while the round is open.
const GIVEN_UP_DAYS: i64 = 7;

/// Why a round's data could not be brought together.
#[derive(Debug, Error)]
pub enum DatasetError {
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A data set could not be written or read.
    #[error("data set {path}: {reason}")]
    Segment {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// A table could not be put together.
    #[error("a table could not be made: {0}")]
    Table(#[from] PolarsError),
    /// A stored response is not JSON, or its day is no day.
    #[error("response {id} is not readable: {reason}")]
    Response {
        /// The response.
        id: uuid::Uuid,
        /// What is wrong.
        reason: String,
    },
}

/// Everything that a round is computed from, apart from its plan.
#[derive(Clone, Debug)]
pub struct RoundData {
    groups: Vec<GroupCases>,
    criterion_scores: Vec<CriterionScore>,
    open_link_counts: Vec<(String, u64)>,
    daily: Vec<(Date, String, u64)>,
    unfinished: Vec<Unfinished>,
    sittings: Vec<Sitting>,
    records: RecordsUsed,
}

impl RoundData {
    /// Which version of the frame the weights are calibrated to.
    pub fn records(&self) -> &RecordsUsed {
        &self.records
    }

    /// The input of `analysis::round::compute`.
    pub fn input<'a>(&self, plan: &'a Plan, plan_sha256: &str) -> RoundInput<'a> {
        RoundInput {
            plan,
            plan_sha256: plan_sha256.to_owned(),
            groups: self.groups.clone(),
            criterion_scores: self.criterion_scores.clone(),
            open_link_counts: self.open_link_counts.clone(),
            daily: self.daily.clone(),
            unfinished: self.unfinished.clone(),
            sittings: self.sittings.clone(),
            previous: None,
        }
    }
}

/// Brings together what is stored of the plan's round.
///
/// # Errors
/// [`DatasetError`], naming the response or file at fault.
pub async fn load(base: &Base, plan: &Plan) -> Result<RoundData, DatasetError> {
    let round = plan.round.id.as_str();
    let mut records = RecordsUsed::default();
    let members = frames::calibrated(base, plan, &mut records).await?;
    let invited = invitations::list(&base.db, round).await?;
    let is_over = rounds::find(&base.db, round)
        .await?
        .is_some_and(|round| round.round_state() == RoundState::Closed);
    let begun: Option<BTreeSet<String>> = is_over.then(|| {
        let begun = invited
            .iter()
            .filter(|invitation| invitation.state == invitations::STARTED);
        begun.map(|invitation| invitation.case_id.clone()).collect()
    });
    let links = links_of(base, invited);
    let sample = sample::list(&base.db, round).await?;
    let tried = fieldwork::tried(&base.db, round).await?;
    let stored = responses::all(&base.db, round).await?;

    let mut groups = Vec::new();
    for group in &plan.groups {
        let answers = segments::write_through(&base.config.data_dir, plan, group, &stored)?;
        let invited = sample
            .iter()
            .filter(|case| case.group == group.code && links.contains_key(&case.case_id));
        let cases = cases::join(invited, &links, &tried, begun.as_ref(), &answers)?;
        groups.push(GroupCases {
            group: group.code.clone(),
            cases,
            totals: totals_of(plan, group, &members),
        });
    }
    Ok(RoundData {
        groups,
        criterion_scores: marks(base, round).await?,
        open_link_counts: open_link_counts(plan, &stored),
        daily: daily(&stored)?,
        unfinished: unfinished(base, round).await?,
        sittings: sittings::of_round(base, round).await?,
        records,
    })
}

/// The link of each invited case's response.
///
/// Whoever was drawn and invited stays in the sample, also when the office took the code back: a denominator that the
/// office can shorten would be no denominator. A code that replaced another comes after it and counts.
fn links_of(base: &Base, invited: Vec<invitations::Invitation>) -> HashMap<String, String> {
    let (withdrawn, current): (Vec<_>, Vec<_>) = invited
        .into_iter()
        .partition(|invitation| invitation.state == invitations::WITHDRAWN);
    let links = withdrawn.into_iter().chain(current);
    links
        .map(|invitation| (invitation.case_id, base.keys.link(invitation.id)))
        .collect()
}

/// Drafts that were given up, with the page shown last.
async fn unfinished(base: &Base, round: &str) -> Result<Vec<Unfinished>, DatasetError> {
    let today = base.clock.today();
    let is_open = rounds::find(&base.db, round)
        .await?
        .is_some_and(|round| round.round_state() == RoundState::Open);
    let until = if is_open {
        today.saturating_sub(GIVEN_UP_DAYS.days())
    } else {
        today
    };
    let left = drafts::untouched_since(&base.db, round, &until.to_string()).await?;
    let left = left.into_iter().map(|(group, page)| Unfinished { group, page });
    Ok(left.collect())
}

/// The responses of a group as a table of answers, by invitation and by open link; none when there is no such group.
///
/// It holds no link to an invitation.
///
/// # Errors
/// See [`load`].
pub async fn answers(base: &Base, plan: &Plan, group: &str) -> Result<Option<DataFrame>, DatasetError> {
    let Some(group) = plan.group(group) else {
        return Ok(None);
    };
    let stored = responses::all(&base.db, &plan.round.id).await?;
    let table = segments::write_through(&base.config.data_dir, plan, group, &stored)?;
    Ok(Some(table.drop("link")?))
}

fn totals_of(
    plan: &Plan,
    group: &GroupPlan,
    members: &[frame::FrameMember],
) -> Vec<analysis::round::MarginTotals> {
    match group.source {
        FrameSource::Persons => totals::of_persons(plan, members),
        FrameSource::Relatives => totals::of_persons_with_relatives(plan, members),
        FrameSource::Bodies => Vec::new(),
    }
}

async fn marks(base: &Base, round: &str) -> Result<Vec<CriterionScore>, DatasetError> {
    let rows = scores::list(&base.db, round)
        .await?
        .into_iter()
        .map(|row| CriterionScore {
            unit: row.unit,
            criterion: row.criterion,
            scorer: row.scorer,
            score: row.score,
            third: row.third,
            evidence: u32::try_from(row.evidence).unwrap_or_default(),
        });
    Ok(rows.collect())
}

fn open_link_counts(plan: &Plan, stored: &[responses::Response]) -> Vec<(String, u64)> {
    let count = |code: &str| {
        let of_group = stored
            .iter()
            .filter(|response| response.open_link.is_some() && response.group == code);
        of_group.map(|_| 1).sum()
    };
    plan.groups
        .iter()
        .map(|group| (group.code.clone(), count(&group.code)))
        .collect()
}

fn daily(stored: &[responses::Response]) -> Result<Vec<(Date, String, u64)>, DatasetError> {
    let mut counts: BTreeMap<(Date, &str), u64> = BTreeMap::new();
    for response in stored.iter().filter(|response| response.link.is_some()) {
        let day = response
            .day
            .parse()
            .map_err(|error: jiff::Error| DatasetError::Response {
                id: response.id,
                reason: error.to_string(),
            })?;
        *counts.entry((day, &response.group)).or_default() += 1;
    }
    Ok(counts
        .into_iter()
        .map(|((day, group), count)| (day, group.to_owned(), count))
        .collect())
}
