//! Newer frames: proposed, looked at, applied or put aside; and which one weights are calibrated to.
//!
//! The frame that came with the plan is version 0. A newer one is kept whole and sealed. Applying it brings the ways to
//! reach people up to date and makes the version one that weights may be calibrated to; the sample that was drawn stays
//! what it was, and so do the weights until the office says otherwise. Only before a sample is drawn does a newer frame
//! take the place of the old one.

use std::collections::{BTreeMap, BTreeSet};

use analysis::plan::{Change, FramePerson, Plan, read_new_frame};
use analysis::results::RecordsUsed;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use survey_forms::text::Text;

use super::{RecordError, Upload, fault, reason, sha256};
use crate::app::Base;
use crate::rounds::rows::member;
use crate::rounds::{RoundActError, require};
use crate::store::frame::{self, FrameMember};
use crate::store::frame_versions::{self as versions, APPLIED, DISCARDED, FrameUse, FrameVersion, PROPOSED};
use crate::store::rounds::{self, RoundState};
use crate::store::{StoreError, begin, sample};
use crate::tabular::{Limits, to_csv};

mod difference;
mod files;
mod listing;

pub use difference::{Difference, PlaceLine};
use files::{Pair, accepted, file_of, off_thread, pair};
pub use listing::{LIST, list};

/// Share of the members that may be gone without anybody being asked whether it is the right file.
const MANY_GONE: f64 = 0.1;

/// How many members changed in which way; one member may count in several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// By kind of change: members of all groups.
    pub all: BTreeMap<String, u64>,
    /// Members before.
    pub before: u64,
    /// Members now.
    pub now: u64,
    /// By kind of change: members of whom the sample holds one.
    pub drawn: BTreeMap<String, u64>,
    /// What somebody should look at in the file, such as columns that were not read.
    #[serde(default)]
    pub notes: Vec<Text>,
}

impl Counts {
    /// Whether so many are gone that it may be the wrong file.
    #[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^52")]
    pub fn is_alarming(&self) -> bool {
        let of = |change: Change| self.all.get(change.as_str()).copied().unwrap_or_default();
        let gone = of(Change::Deceased) + of(Change::Left);
        gone as f64 > MANY_GONE * self.before as f64
    }
}

/// The members of the frame that a sample is drawn from: those of the version in use; none when the plan has no frame.
///
/// # Errors
/// When the database does not answer, or the key file is another one.
pub async fn people_in_use(base: &Base, plan: &Plan) -> Result<Option<Vec<FramePerson>>, StoreError> {
    let version = versions::in_use(&base.db, &plan.round.id).await?;
    let Some(bytes) = file_of(&base.db, base, &plan.round.id, version).await? else {
        return Ok(None);
    };
    let plan = plan.clone();
    let read = off_thread(move || accepted(&plan, version, &bytes)).await?;
    Ok(Some(read?.people))
}

/// The latest version that was applied; 0 for the plan's.
fn newest(all: &[FrameVersion]) -> i32 {
    let applied = all.iter().filter(|row| row.state == APPLIED);
    applied.map(|row| row.version).max().unwrap_or_default()
}

/// The member keys that the sample holds.
async fn drawn(base: &Base, round: &str) -> Result<BTreeSet<String>, StoreError> {
    let cases = sample::list(&base.db, round).await?;
    Ok(cases.into_iter().filter_map(|case| case.member_key).collect())
}

fn counts(base: &Base, round: &str, pair: &Pair, drawn: &BTreeSet<String>) -> Counts {
    let mut counts = Counts {
        before: pair.before.len() as u64,
        now: pair.now.people.len() as u64,
        notes: pair
            .now
            .warnings
            .iter()
            .map(|warning| Text::zh_en(warning.to_line("zh"), warning.to_line("en")))
            .collect(),
        ..Counts::default()
    };
    for change in pair.changes() {
        let is_drawn = !drawn.is_empty() && drawn.contains(&base.keys.member_key(round, change.person_id()));
        for kind in &change.kinds {
            *counts.all.entry(kind.as_str().to_owned()).or_default() += 1;
            if is_drawn {
                *counts.drawn.entry(kind.as_str().to_owned()).or_default() += 1;
            }
        }
    }
    counts
}

/// Holds a newer frame against the latest one and keeps it as a proposal, in place of an earlier proposal; returns its
/// number.
///
/// # Errors
/// [`RecordError::Faults`] with every fault of the file; [`RoundActError::State`] for drafts, whose frame comes with the
/// plan; [`RoundActError::NoFrame`] when the plan has none.
pub async fn propose(base: &Base, plan: &Plan, upload: Upload, actor: &str) -> Result<i32, RecordError> {
    let id = plan.round.id.as_str();
    let round = require(base, id).await?;
    if round.round_state() == RoundState::Draft {
        return Err(RecordError::Round(RoundActError::State {
            id: id.to_owned(),
            state: "draft",
            why: "nothing is sealed yet; change frame.csv in the plan folder and import it again",
        }));
    }
    let digest = sha256(&upload.bytes);
    let all = versions::list(&base.db, id).await?;
    let based_on = newest(&all);
    let before = file_of(&base.db, base, id, based_on)
        .await?
        .ok_or_else(|| RoundActError::NoFrame(id.to_owned()))?;
    let (of_before, of_now, name) = (plan.clone(), plan.clone(), upload.name.clone());
    let (before, read) = tokio::try_join!(
        off_thread(move || accepted(&of_before, based_on, &before)),
        off_thread(move || {
            let csv = to_csv(&upload.name, upload.bytes, Limits::FRAME)?;
            let frame = read_new_frame(&upload.name, &csv, &of_now.units, &of_now.groups)?;
            Ok((csv, frame))
        }),
    )?;
    let (csv, now) = read.map_err(RecordError::Faults)?;
    let before = before?.people;
    let pair = Pair { before, now };
    let drawn = drawn(base, id).await?;
    let counts = counts(base, id, &pair, &drawn);
    if counts.all.is_empty() {
        return Err(fault(
            "RC010",
            "file",
            (
                "和现在的抽样框没有区别。",
                "This is the frame that is there already.",
            ),
            ("请确认选对了文件。", "Check that this is the right file."),
        ));
    }
    let tx = begin(&base.db).await?;
    let _held = rounds::hold_alone(&tx, id).await?;
    let all = versions::list(&tx, id).await?;
    for row in all.into_iter().filter(|row| row.state == PROPOSED) {
        versions::decide(&tx, &decided(base, row, DISCARDED, actor, "")).await?;
    }
    let version = versions::list(&tx, id)
        .await?
        .first()
        .map_or(0, |row| row.version)
        + 1;
    let row = FrameVersion {
        round_id: id.to_owned(),
        version,
        based_on,
        state: PROPOSED.to_owned(),
        file: name,
        sha256: digest.clone(),
        rows: i32::try_from(counts.now).unwrap_or(i32::MAX),
        counts: json!(counts).to_string(),
        drawn_from: false,
        reason: String::new(),
        actor: actor.to_owned(),
        at: base.clock.now_ms(),
        day: base.clock.today().to_string(),
        content: base
            .keys
            .seal(&versions::context(id, version), &csv, &base.entropy)
            .map_err(StoreError::from)?,
    };
    versions::insert(&tx, row).await?;
    let detail = json!({ "version": version, "based_on": based_on, "sha256": digest, "counts": counts.all });
    base.record(&tx, actor, "frame.propose", id, detail).await?;
    tx.commit().await?;
    Ok(version)
}

fn decided(base: &Base, row: FrameVersion, state: &str, actor: &str, reason: &str) -> FrameVersion {
    FrameVersion {
        state: state.to_owned(),
        reason: reason.to_owned(),
        actor: actor.to_owned(),
        at: base.clock.now_ms(),
        day: base.clock.today().to_string(),
        ..row
    }
}

fn not_proposed() -> RecordError {
    fault(
        "RC011",
        "version",
        (
            "这一版已经处理过，或者别人上传了更新的一版。",
            "This version was dealt with already, or somebody has uploaded a newer one.",
        ),
        ("请回到版本列表看一看。", "Go back to the list of versions."),
    )
}

/// Applies a proposal.
///
/// # Errors
/// [`RecordError::Faults`] when the reason is missing, or the version is no proposal any more.
pub async fn apply(
    base: &Base,
    plan: &Plan,
    version: i32,
    why: &str,
    actor: &str,
) -> Result<(), RecordError> {
    let id = plan.round.id.as_str();
    let why = reason(why)?;
    let rows = versions::list(&base.db, id).await?;
    let row = rows.into_iter().find(|row| row.version == version);
    let row = row.ok_or_else(not_proposed)?;
    let pair = pair(base, plan, &row).await?.ok_or_else(not_proposed)?;
    let tx = begin(&base.db).await?;
    let _held = rounds::hold_alone(&tx, id).await?;
    let all = versions::list(&tx, id).await?;
    let row = all
        .iter()
        .find(|row| row.version == version && row.state == PROPOSED);
    let row = row
        .filter(|row| row.based_on == newest(&all))
        .ok_or_else(not_proposed)?;
    let is_undrawn = sample::count(&tx, id).await? == 0;
    if is_undrawn {
        let people = pair
            .now
            .people
            .iter()
            .map(|person| member(base, id, person.clone()));
        frame::replace(&tx, &base.keys, &base.entropy, id, people.collect()).await?;
        use_in(base, &tx, id, version, &why, actor).await?;
    } else {
        let reached = pair.changes().into_iter().filter_map(|change| {
            let renewed = change
                .kinds
                .iter()
                .any(|kind| matches!(kind, Change::New | Change::Contact));
            let (row, identity) = member(base, id, change.after.filter(|_| renewed)?.clone());
            Some((row.member_key, identity))
        });
        frame::put_identities(&tx, &base.keys, &base.entropy, id, reached.collect()).await?;
    }
    let mut row = decided(base, row.clone(), APPLIED, actor, &why);
    row.drawn_from = is_undrawn;
    versions::decide(&tx, &row).await?;
    let detail = json!({ "version": version, "reason": why, "before_drawing": is_undrawn });
    base.record(&tx, actor, "frame.apply", id, detail).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts a proposal aside and deletes its content.
///
/// # Errors
/// [`RecordError::Faults`] when the version is no proposal any more.
pub async fn discard(base: &Base, round: &str, version: i32, actor: &str) -> Result<(), RecordError> {
    let tx = begin(&base.db).await?;
    let _held = rounds::hold_alone(&tx, round).await?;
    let all = versions::list(&tx, round).await?;
    let row = all
        .into_iter()
        .find(|row| row.version == version && row.state == PROPOSED);
    let row = row.ok_or_else(not_proposed)?;
    versions::decide(&tx, &decided(base, row, DISCARDED, actor, "")).await?;
    base.record(&tx, actor, "frame.discard", round, json!({ "version": version }))
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn use_in(
    base: &Base,
    tx: &impl ConnectionTrait,
    round: &str,
    version: i32,
    why: &str,
    actor: &str,
) -> Result<(), StoreError> {
    let seq = versions::uses(tx, round).await?.first().map_or(0, |row| row.seq) + 1;
    let row = FrameUse {
        round_id: round.to_owned(),
        seq,
        version,
        reason: why.to_owned(),
        actor: actor.to_owned(),
        at: base.clock.now_ms(),
        day: base.clock.today().to_string(),
    };
    versions::use_version(tx, row).await
}

/// Decides which version weights are calibrated to from the next computation on.
///
/// # Errors
/// [`RecordError::Faults`] when the reason is missing, the version was never applied or is older than the frame that the
/// sample was drawn from.
pub async fn use_version(
    base: &Base,
    round: &str,
    version: i32,
    why: &str,
    actor: &str,
) -> Result<(), RecordError> {
    let why = reason(why)?;
    let tx = begin(&base.db).await?;
    let _held = rounds::hold_alone(&tx, round).await?;
    let all = versions::list(&tx, round).await?;
    if !may_use(&all, version) {
        return Err(fault(
            "RC012",
            "version",
            (
                "只能用已经应用、且不早于抽样时的版本。",
                "Only versions that were applied and are not older than the frame the sample was drawn from can be used.",
            ),
            ("请另选一版。", "Choose another version."),
        ));
    }
    let before = versions::in_use(&tx, round).await?;
    if before != version {
        use_in(base, &tx, round, version, &why, actor).await?;
        let detail = json!({ "from": before, "to": version, "reason": why });
        base.record(&tx, actor, "frame.use", round, detail).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The versions that weights may be calibrated to, the latest first.
pub fn usable(all: &[FrameVersion]) -> Vec<i32> {
    let known = all.iter().map(|row| row.version).chain([0]);
    known.filter(|version| may_use(all, *version)).collect()
}

fn may_use(all: &[FrameVersion], version: i32) -> bool {
    let drawn_from = all
        .iter()
        .filter(|row| row.drawn_from)
        .map(|row| row.version)
        .max();
    let is_known = version == 0
        || all
            .iter()
            .any(|row| row.version == version && row.state == APPLIED);
    is_known && version >= drawn_from.unwrap_or_default()
}

/// The frame's rows that weights are calibrated to, and which version that is.
///
/// # Errors
/// When the database does not answer, or the key file is another one.
pub async fn calibrated(
    base: &Base,
    plan: &Plan,
    used: &mut RecordsUsed,
) -> Result<Vec<FrameMember>, StoreError> {
    let id = plan.round.id.as_str();
    let version = versions::in_use(&base.db, id).await?;
    if version == 0 {
        return frame::members(&base.db, id, None).await;
    }
    let bytes = file_of(&base.db, base, id, version)
        .await?
        .ok_or_else(|| StoreError::Corrupt {
            table: "frame_versions",
            what: format!("version {version} in use without content"),
        })?;
    let row = versions::list(&base.db, id)
        .await?
        .into_iter()
        .find(|row| row.version == version);
    used.frame_version = u32::try_from(version).unwrap_or_default();
    used.frame_day = row.and_then(|row| row.day.parse().ok());
    let (plan, base, id) = (plan.clone(), base.clone(), id.to_owned());
    off_thread(move || {
        let people = accepted(&plan, version, &bytes)?.people;
        Ok(people
            .into_iter()
            .map(|person| member(&base, &id, person).0)
            .collect())
    })
    .await?
}

/// The difference that a version makes, in counts; none when it was put aside.
///
/// # Errors
/// When the database does not answer.
pub async fn difference(
    base: &Base,
    plan: &Plan,
    row: &FrameVersion,
) -> Result<Option<Difference>, StoreError> {
    let Some(pair) = pair(base, plan, row).await? else {
        return Ok(None);
    };
    let plan = plan.clone();
    off_thread(move || Difference::of(&plan, &pair.changes()))
        .await
        .map(Some)
}
