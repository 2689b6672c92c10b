//! The public page of a round: what was fixed beforehand, how many answered, and what was published.
//!
//! Figures come from what the office published ([`crate::publication`]) and from nowhere else; before that, the page
//! shows the plan's fingerprint and the state of the round. Page and files carry a tag of their content and may be kept
//! by anyone.

pub mod archive;
pub mod files;
#[cfg(test)]
mod tests;

use analysis::plan::Plan;
use analysis::publication::{ROUND_TO, Release};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::receipt::done;
use super::respond::visit::help;
use crate::app::AppState;
use crate::error::AppError;
use crate::middleware::problems::PageError;
use crate::pages::planning::public::{PlanAmended, PlanNote, made_by};
use crate::pages::results::{self, Amended, Listed, PublicRoot, Results, Shown};
use crate::pages::tr;
use crate::pages::{Lang, Reading, words};
use crate::planning::history;
use crate::publication::{self, PublishError};
use crate::store::publications::{self, PUBLISHED, Publication, WITHDRAWN};
use crate::store::rounds::{self, Round};
use crate::store::{amendments, merkle_log, plan_versions};

fn rounded(count: u64) -> u64 {
    (count + ROUND_TO / 2) / ROUND_TO * ROUND_TO
}

/// Which publication is asked for.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Version {
    /// Its number; the one in force where there is none.
    version: Option<i32>,
}

impl From<PublishError> for PageError {
    fn from(error: PublishError) -> Self {
        AppError::internal(&error).into()
    }
}

async fn newest_root(state: &AppState, lang: Lang, round: &str) -> Result<Option<PublicRoot>, PageError> {
    let root = merkle_log::last_root(&state.db, round).await?;
    Ok(root.map(|root| PublicRoot {
        day: root.day.parse().map_or(root.day, |day| words::day(lang, day)),
        size: root.size,
        root: root.root,
        signature: root.signature,
    }))
}

/// The corrections of a round's questionnaires.
async fn amended(state: &AppState, plan: &Plan, lang: Lang) -> Result<Vec<Amended>, PageError> {
    let rows = amendments::of_round(&state.db, &plan.round.id).await?;
    let title = |form: &str| {
        let group = plan.groups.iter().find(|group| group.form == form)?;
        let title = plan.forms.get(&group.code)?.title.get(lang.code());
        Some(title.to_owned()).filter(|title| !title.is_empty())
    };
    let lines = rows.into_iter().map(|row| Amended {
        day: row.day.parse().map_or(row.day, |day| words::day(lang, day)),
        form: title(&row.form).unwrap_or(row.form),
        reason: row.reason,
        old_version: row.old_version,
        new_version: row.new_version,
    });
    Ok(lines.collect())
}

/// The publication asked for; a withdrawn one is listed and never shown.
fn chosen(rows: &[Publication], version: Version) -> Option<&Publication> {
    match version.version {
        Some(seq) => rows.iter().find(|row| row.seq == seq && row.state != WITHDRAWN),
        None => rows.iter().find(|row| row.state == PUBLISHED),
    }
}

/// All publications of a round as the page lists them.
fn listed(rows: &[Publication], lang: Lang) -> Vec<Listed> {
    let line = |row: &Publication| Listed {
        seq: row.seq,
        day: words::day_of(lang, &row.day),
        sha256: row.sha256.clone(),
        state: row.state.clone(),
        ended_on: row.ended_on.as_deref().map(|day| words::day_of(lang, day)),
        reason: row.reason.clone(),
    };
    rows.iter().map(line).collect()
}

/// How the plan was amended, and which version made the figures that are shown.
async fn provenance(
    state: &AppState,
    lang: Lang,
    round: &str,
    (plan, shown): (&Plan, Option<&Shown>),
) -> Result<PlanNote, PageError> {
    let versions = plan_versions::of_round(&state.db, round).await?;
    let amended = history::published(&versions).skip(1).map(|(number, version)| {
        let answers = u64::try_from(version.answers_before).unwrap_or_default();
        PlanAmended {
            day: words::day_of(lang, &version.day),
            number,
            answers: match answers {
                0 => "0".to_owned(),
                few if few < u64::from(plan.suppression.min_cell) => {
                    tr!(lang, "results.suppressed").into_owned()
                }
                many => tr!(lang, "results.about", count = rounded(many)).into_owned(),
            },
            reason: version.reason.clone(),
            sha256: version.plan_sha256.clone(),
        }
    });
    let found = match shown {
        Some(shown) => history::provenance(&state.db, round, &shown.release.plan_sha256).await?,
        None => None,
    };
    Ok(PlanNote {
        amended: amended.collect(),
        made_by: made_by(lang, found),
    })
}

/// Everything that the page of `round` shows beside the figures of `shown`.
pub(in crate::handlers) async fn view(
    state: &AppState,
    lang: Lang,
    round: Round,
    plan: &Plan,
    shown: Option<Shown>,
) -> Result<Results, PageError> {
    let rows = publications::of_round(&state.db, &round.id).await?;
    Ok(Results {
        title: plan.round.title.get(lang.code()).to_owned(),
        listed: listed(&rows, lang),
        help: help(plan, lang),
        done: done(state, plan, lang).await?,
        provenance: provenance(state, lang, &round.id, (plan, shown.as_ref())).await?,
        amended: amended(state, plan, lang).await?,
        root: newest_root(state, lang, &round.id).await?,
        id: round.id,
        state: round.state,
        opens_on: round.opens_on,
        closes_on: round.closes_on,
        plan_sha256: round.plan_sha256,
        shown,
    })
}

/// What a publication shows.
pub(in crate::handlers) fn shown(
    release: Release,
    lang: Lang,
    (seq, day, sha256, current): (Option<i32>, &str, &str, bool),
) -> Shown {
    Shown {
        seq,
        day: words::day_of(lang, day),
        sha256: sha256.to_owned(),
        current,
        release,
    }
}

/// `GET /results/{round}`.
///
/// # Errors
/// When there is no such round or publication, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    reading: Reading,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(version): Query<Version>,
) -> Result<Response, PageError> {
    let lang = reading.lang;
    let round = rounds::find(&state.db, &id).await?.ok_or_else(PageError::lost)?;
    let plan = state
        .plans
        .get(&state.db, &state.keys, &id)
        .await?
        .ok_or_else(PageError::lost)?;
    let rows = publications::of_round(&state.db, &id).await?;
    let chosen = chosen(&rows, version);
    if version.version.is_some() && chosen.is_none() {
        return Err(PageError::problem(
            StatusCode::NOT_FOUND,
            crate::pages::problem::Problem::Lost,
        ));
    }
    let shown = match chosen {
        Some(row) => {
            let is_current = row.state == PUBLISHED;
            let of = (Some(row.seq), row.day.as_str(), row.sha256.as_str(), is_current);
            Some(shown(publication::stored(row)?, lang, of))
        }
        None => None,
    };
    let view = view(&state, lang, round, &plan, shown).await?;
    Ok(files::page(&headers, results::page(reading, &view)))
}
