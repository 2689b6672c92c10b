//! A draft that takes its place in the plan. While the plan is a draft itself, it goes into the plan's working copy,
//! which is saved as a whole; once the plan is sealed, it is an amendment of the questionnaire, with the rules of
//! `survey_forms::amend`.

use std::collections::BTreeMap;

use serde_json::json;
use survey_forms::diagnostic::Diagnostic;

use super::{Draft, Saved, load, path_of, unknown};
use crate::app::Base;
use crate::planning::copy::{self, Changed};
use crate::rounds::amend::{self, Correction};
use crate::rounds::{self, RoundActError};
use crate::store::begin;
use crate::store::form_drafts::{self, FormDraft};
use crate::store::plan_versions::fingerprint;
use crate::store::rounds::{Round, RoundState};

/// How a draft gets into the plan of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Into the plan's working copy.
    Copy,
    /// As an amendment, with a reason.
    Amendment,
    /// Not at all: fieldwork is over.
    Never,
}

/// The way of a round.
pub fn way(round: &Round) -> Way {
    match round.round_state() {
        RoundState::Draft => Way::Copy,
        RoundState::Sealed | RoundState::Open => Way::Amendment,
        RoundState::Closed => Way::Never,
    }
}

fn correction(draft: &Draft, reason: &str) -> Correction {
    Correction {
        file: path_of(&draft.form),
        xlsx: draft.content.clone(),
        media: BTreeMap::new(),
        reason: reason.to_owned(),
    }
}

/// Everything that stands against an amendment by this draft, and what somebody should look at.
///
/// # Errors
/// When the database does not answer, or the round takes no amendment.
pub async fn look(base: &Base, id: &str, draft: &Draft) -> Result<Vec<Diagnostic>, RoundActError> {
    match amend::look(base, id, &correction(draft, "")).await {
        Ok(found) | Err(RoundActError::Form(found)) => Ok(found),
        Err(other) => Err(other),
    }
}

/// Puts the draft into the plan; `seen` is the state of it that was shown.
///
/// # Errors
/// [`RoundActError::Form`] with everything that stands against an amendment; [`RoundActError::State`] for closed rounds.
pub async fn hand_in(
    base: &Base,
    (id, form): (&str, &str),
    seen: &str,
    reason: &str,
    actor: &str,
) -> Result<Saved, RoundActError> {
    let round = rounds::require(base, id).await?;
    let Some(draft) = load(&base.db, base, &round, form).await? else {
        return Err(unknown(form));
    };
    if draft.seen() != seen {
        return Ok(Saved::Conflict(Box::new(draft)));
    }
    match way(&round) {
        Way::Copy => {
            let before = draft.in_plan.as_deref().map(fingerprint).unwrap_or_default();
            let path = path_of(form);
            let content = Some(draft.content.clone());
            // Whoever put another one there since it was looked at is not written over.
            if let Changed::Conflict(_) = copy::change(base, id, (&path, &before), content, actor).await? {
                return Ok(Saved::Conflict(Box::new(draft)));
            }
        }
        Way::Amendment => {
            amend::amend(base, id, correction(&draft, reason), actor).await?;
        }
        Way::Never => {
            return Err(RoundActError::State {
                id: id.to_owned(),
                state: round.round_state().as_str(),
                why: "fieldwork is over, nobody would see the new questionnaire",
            });
        }
    }
    note(base, (id, form), &draft, actor).await?;
    Ok(Saved::Done)
}

/// The draft begins anew from what is in the plan now, whatever was changed in it meanwhile.
async fn note(
    base: &Base,
    (id, form): (&str, &str),
    draft: &Draft,
    actor: &str,
) -> Result<(), RoundActError> {
    let tx = begin(&base.db).await?;
    rounds::held_alone(&tx, id).await?;
    if let Some(now) = form_drafts::find(&tx, id, form).await? {
        let row = FormDraft {
            based_on: fingerprint(&draft.content),
            ..now
        };
        form_drafts::put(&tx, row).await?;
    }
    let detail = json!({ "form": form, "state": draft.head });
    base.record(&tx, actor, "form.hand_in", id, detail).await?;
    tx.commit().await?;
    Ok(())
}
