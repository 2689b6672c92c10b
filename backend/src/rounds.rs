//! Acts on a round: import, export, seal, sample, invite, open, close.
//!
//! Each act is one transaction together with its audit entry. The plan may be
//! replaced while the round is a draft; sealing fixes it and publishes its hash.

use std::sync::Arc;

use analysis::plan::{Plan, PlanFiles, read_frame};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::json;
use survey_forms::diagnostic::Diagnostic;
use thiserror::Error;

use crate::app::{Base, PlanCache};
use crate::planning::copy;
use crate::records::{frames, services};
use crate::roots;
use crate::store::invitations::{self, Issued};
use crate::store::plan_versions::{self, Kind};
use crate::store::rounds::{self, Round, RoundState};
use crate::store::{StoreError, begin, forms, frame, mailing, merkle_log, plan_files, sample, sittings};

pub mod amend;
pub mod draw;
pub mod files;
pub(crate) mod rows;
pub mod sampling;

pub(crate) use rows::{Header, form_rows, write_plan};

pub use sampling::DrawnCase;

/// Why an act on a round is refused.
#[derive(Debug, Error)]
pub enum RoundActError {
    /// The plan has faults.
    #[error("the plan has {} faults", .0.len())]
    Plan(Vec<Diagnostic>),
    /// There is no such round.
    #[error("there is no round {id:?}")]
    Unknown {
        /// What was asked for.
        id: String,
        /// The rounds that there are.
        known: Vec<String>,
    },
    /// A corrected questionnaire cannot take the place of the present one.
    #[error("the questionnaire has {} faults", .0.len())]
    Form(Vec<Diagnostic>),
    /// The round's state does not allow it.
    #[error("round {id:?} is {state}: {why}")]
    State {
        /// The round.
        id: String,
        /// Its state.
        state: &'static str,
        /// What would have to be otherwise.
        why: &'static str,
    },
    /// The plan is no longer the one that was shown.
    #[error("the plan changed meanwhile: its SHA-256 is now {now}")]
    Moved {
        /// Its hash now.
        now: String,
    },
    /// The console holds changes that are not saved.
    #[error("the plan has changes in the console that are not saved; save or discard them first")]
    Unsaved,
    /// The plan came without a frame.
    #[error("round {0:?} has no frame.csv to draw from; import the plan with its frame")]
    NoFrame(String),
    /// The plan's sample cannot be drawn.
    #[error(transparent)]
    Draw(#[from] draw::DrawError),
    /// The sample names someone who is not in the frame.
    #[error("the sample names {0} persons who are not in the frame")]
    NotInFrame(usize),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sea_orm::DbErr> for RoundActError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

/// What was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The round.
    pub round: String,
    /// Rows of the frame.
    pub frame: usize,
    /// Units.
    pub units: usize,
    /// Questionnaires.
    pub forms: usize,
}

/// The round that was looked for under `id`, or the error that tells which ones there are.
async fn known(conn: &impl ConnectionTrait, id: &str, found: Option<Round>) -> Result<Round, RoundActError> {
    if let Some(round) = found {
        return Ok(round);
    }
    let known = rounds::list(conn).await?.into_iter().map(|round| round.id);
    Err(RoundActError::Unknown {
        id: id.to_owned(),
        known: known.collect(),
    })
}

/// The plan of a round, with its questionnaires as they are now and without its frame.
///
/// # Errors
/// [`RoundActError::Unknown`].
pub async fn plan(base: &Base, id: &str) -> Result<Arc<Plan>, RoundActError> {
    let round = require(base, id).await?;
    let plan = PlanCache::default().get(&base.db, &base.keys, id).await?;
    plan.ok_or_else(|| {
        let what = format!("round {} without files", round.id);
        StoreError::Corrupt {
            table: "plan_files",
            what,
        }
        .into()
    })
}

/// The round `id`.
///
/// # Errors
/// [`RoundActError::Unknown`].
pub async fn require(base: &Base, id: &str) -> Result<Round, RoundActError> {
    known(&base.db, id, rounds::find(&base.db, id).await?).await
}

/// Imports a plan folder as a draft, in place of an earlier draft.
///
/// # Errors
/// [`RoundActError::Plan`] with every fault of every file; [`RoundActError::State`] once the round is sealed.
pub async fn import(base: &Base, files: &PlanFiles, actor: &str) -> Result<Imported, RoundActError> {
    let tx = begin(&base.db).await?;
    let imported = import_within(&tx, base, files, actor).await?;
    tx.commit().await?;
    Ok(imported)
}

/// The same for a round that follows the round `source`, whose register of institutions comes along: it is about places
/// and not about a year.
///
/// # Errors
/// See [`import`].
pub async fn import_after(
    base: &Base,
    source: &str,
    files: &PlanFiles,
    actor: &str,
) -> Result<Imported, RoundActError> {
    let tx = begin(&base.db).await?;
    let imported = import_within(&tx, base, files, actor).await?;
    services::carry(&tx, base, (source, &imported.round), actor).await?;
    tx.commit().await?;
    Ok(imported)
}

async fn import_within(
    tx: &DatabaseTransaction,
    base: &Base,
    files: &PlanFiles,
    actor: &str,
) -> Result<Imported, RoundActError> {
    let plan = Plan::read(files).map_err(RoundActError::Plan)?;
    let people = match files.get("frame.csv") {
        Some(bytes) => read_frame(bytes, &plan.units).map_err(RoundActError::Plan)?,
        None => Vec::new(),
    };
    let id = plan.round.id.clone();
    if let Some(known) = rounds::find(tx, &id).await?
        && known.round_state() != RoundState::Draft
    {
        return Err(RoundActError::State {
            id,
            state: known.round_state().as_str(),
            why: "a sealed plan cannot be replaced; give the new plan another round id",
        });
    }
    if !files.contains_key("frame.csv") {
        plan_files::remove_frame(tx, &id).await?;
    }
    write_plan(tx, base, (&plan, files), Header::draft()).await?;
    let stored_forms = form_rows(&plan, files);
    let imported = Imported {
        round: id.clone(),
        frame: people.len(),
        units: plan.units.iter().count(),
        forms: stored_forms.len(),
    };
    mailing::recipients::forget_of_plan(tx, &id).await?;
    forms::replace(tx, &id, stored_forms).await?;
    copy::append(tx, base, &id, (Kind::Import, "", actor), files).await?;
    let people = people
        .into_iter()
        .map(|person| rows::member(base, &id, person))
        .collect();
    frame::replace(tx, &base.keys, &base.entropy, &id, people).await?;
    sample::replace(tx, &id, Vec::new()).await?;
    let detail = json!({ "files": files.len(), "frame": imported.frame });
    base.record(tx, actor, "round.import", &id, detail).await?;
    Ok(imported)
}

/// The round, held against everybody else until the transaction ends.
pub(crate) async fn held_alone(tx: &impl ConnectionTrait, id: &str) -> Result<Round, RoundActError> {
    known(tx, id, rounds::hold_alone(tx, id).await?).await
}

/// The plan's files, byte for byte; recorded, because the frame is among them.
///
/// # Errors
/// [`RoundActError::Unknown`].
pub async fn export(base: &Base, id: &str, actor: &str) -> Result<PlanFiles, RoundActError> {
    require(base, id).await?;
    let tx = begin(&base.db).await?;
    let files = plan_files::read(&tx, &base.keys, id).await?;
    base.record(&tx, actor, "round.export", id, json!({ "files": files.len() }))
        .await?;
    tx.commit().await?;
    Ok(files)
}

/// Seals the plan and returns its hash; sealing a sealed round again returns the same.
///
/// # Errors
/// [`RoundActError::Unknown`].
pub async fn seal(base: &Base, id: &str, actor: &str) -> Result<String, RoundActError> {
    seal_as_seen(base, id, None, actor).await
}

/// The same, if the plan still has the hash that was `seen`.
///
/// # Errors
/// See [`seal`]; [`RoundActError::Moved`] when it has another one now; [`RoundActError::Unsaved`] while a working copy
/// says something else.
pub async fn seal_as_seen(
    base: &Base,
    id: &str,
    seen: Option<&str>,
    actor: &str,
) -> Result<String, RoundActError> {
    let tx = begin(&base.db).await?;
    let round = held_alone(&tx, id).await?;
    if let Some(hash) = round.plan_sha256 {
        return Ok(hash);
    }
    if plan_versions::copy(&tx, id).await?.is_some() {
        return Err(RoundActError::Unsaved);
    }
    let files = plan_files::read_without_frame(&tx, &base.keys, id).await?;
    let hash = Plan::sha256(&files);
    if seen.is_some_and(|seen| seen != hash) {
        return Err(RoundActError::Moved { now: hash });
    }
    copy::begin_history(&tx, base, &round, &files).await?;
    copy::append(&tx, base, id, (Kind::Seal, "", actor), &files).await?;
    rounds::set_state(&tx, round, RoundState::Sealed, Some(hash.clone())).await?;
    base.record(&tx, actor, "round.seal", id, json!({ "plan_sha256": hash }))
        .await?;
    tx.commit().await?;
    Ok(hash)
}

async fn move_to(
    base: &Base,
    id: &str,
    actor: &str,
    from: &[RoundState],
    to: RoundState,
    why: &'static str,
) -> Result<(), RoundActError> {
    let tx = begin(&base.db).await?;
    let round = known(&tx, id, rounds::hold_alone(&tx, id).await?).await?;
    let state = round.round_state();
    if !from.contains(&state) {
        return Err(RoundActError::State {
            id: id.to_owned(),
            state: state.as_str(),
            why,
        });
    }
    rounds::set_state(&tx, round, to, None).await?;
    if to == RoundState::Open {
        mailing::begin_schedule(&tx, id, base.clock.now_ms(), false).await?;
    }
    let detail = json!({ "from": state.as_str() });
    base.record(&tx, actor, &format!("round.{}", to.as_str()), id, detail)
        .await?;
    if to == RoundState::Closed {
        // From now on nobody can tell which device or hour was counted.
        sittings::forget_salt(&tx, id).await?;
    }
    if to == RoundState::Closed && state != to && !merkle_log::waiting(&tx, id, None).await?.is_empty() {
        let day = base.clock.today().to_string();
        roots::publish(&tx, &base.keys, id, merkle_log::CLOSING, &day).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Opens a sealed round for responses, or reopens a closed one.
///
/// # Errors
/// [`RoundActError::State`] for drafts.
pub async fn open(base: &Base, id: &str, actor: &str) -> Result<(), RoundActError> {
    let from = [RoundState::Sealed, RoundState::Closed, RoundState::Open];
    move_to(
        base,
        id,
        actor,
        &from,
        RoundState::Open,
        "seal the plan before opening",
    )
    .await
}

/// Closes a round: responses are answered with 410 from now on.
///
/// # Errors
/// [`RoundActError::State`] for rounds that were never open.
pub async fn close(base: &Base, id: &str, actor: &str) -> Result<(), RoundActError> {
    let from = [RoundState::Open, RoundState::Closed];
    move_to(
        base,
        id,
        actor,
        &from,
        RoundState::Closed,
        "only an open round can be closed",
    )
    .await
}

/// Stores the drawn sample in place of an earlier one, with case numbers instead of person ids; returns the numbers
/// in the order of `drawn`.
///
/// # Errors
/// [`RoundActError::NotInFrame`]; [`RoundActError::State`] once invitations are out.
pub async fn set_sample(
    base: &Base,
    plan: &Plan,
    drawn: &[DrawnCase],
    actor: &str,
) -> Result<Vec<String>, RoundActError> {
    let id = plan.round.id.as_str();
    let round = require(base, id).await?;
    let tx = begin(&base.db).await?;
    if !invitations::list(&tx, id).await?.is_empty() {
        return Err(RoundActError::State {
            id: id.to_owned(),
            state: round.round_state().as_str(),
            why: "invitations have been issued for the sample that was drawn",
        });
    }
    let members = frame::members(&tx, id, None).await?;
    let cases = sampling::cases(&base.keys, plan, &members, drawn).map_err(RoundActError::NotInFrame)?;
    let numbers: Vec<String> = cases.iter().map(|case| case.case_id.clone()).collect();
    sample::replace(&tx, id, cases).await?;
    base.record(&tx, actor, "round.sample", id, json!({ "cases": numbers.len() }))
        .await?;
    tx.commit().await?;
    Ok(numbers)
}

/// Draws the sample that the sealed plan describes, with the plan's seed, and stores it; returns its size.
///
/// # Errors
/// [`RoundActError::State`] for drafts and once invitations are out; [`RoundActError::NoFrame`];
/// [`RoundActError::Draw`] when a township cannot give what the plan wants.
pub async fn draw_sample(base: &Base, id: &str, actor: &str) -> Result<usize, RoundActError> {
    let round = require(base, id).await?;
    if round.round_state() == RoundState::Draft {
        return Err(RoundActError::State {
            id: id.to_owned(),
            state: "draft",
            why: "seal the plan before drawing the sample, so that nobody can draw until they like it",
        });
    }
    let files = plan_files::read(&base.db, &base.keys, id).await?;
    let plan = Plan::read(&files).map_err(RoundActError::Plan)?;
    let people = frames::people_in_use(base, &plan)
        .await?
        .ok_or_else(|| RoundActError::NoFrame(id.to_owned()))?;
    let drawn = draw::cases(&plan, &people)?;
    Ok(set_sample(base, &plan, &drawn, actor).await?.len())
}

/// Issues an invitation to every case that has none, and returns them with their codes.
///
/// # Errors
/// [`RoundActError::State`] while the round is a draft.
pub async fn invite(base: &Base, id: &str, actor: &str) -> Result<Vec<Issued>, RoundActError> {
    let tx = begin(&base.db).await?;
    let round = known(&tx, id, rounds::find(&tx, id).await?).await?;
    if round.round_state() == RoundState::Draft {
        return Err(RoundActError::State {
            id: id.to_owned(),
            state: "draft",
            why: "seal the plan before inviting anyone",
        });
    }
    let invited: std::collections::BTreeSet<String> = invitations::list(&tx, id)
        .await?
        .into_iter()
        .map(|row| row.case_id)
        .collect();
    let cases = sample::list(&tx, id)
        .await?
        .into_iter()
        .filter(|case| !invited.contains(&case.case_id));
    let cases: Vec<(String, String)> = cases.map(|case| (case.group, case.case_id)).collect();
    let issued = invitations::issue(&tx, &base.keys, &base.entropy, id, &cases).await?;
    base.record(
        &tx,
        actor,
        "round.invite",
        id,
        json!({ "invitations": issued.len() }),
    )
    .await?;
    tx.commit().await?;
    Ok(issued)
}

#[cfg(test)]
mod tests;
