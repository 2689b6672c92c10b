//! What the office does with a case. Each act is one transaction together with its audit entry, which names the change
//! and never the text.

use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;

use super::{CaseState, MESSAGE_CHARS, Outcome, message, plain};
use crate::app::Base;
use crate::keys::KeyError;
use crate::store::cases::{self, Case};
use crate::store::{StoreError, begin};

/// Why an act is refused.
#[derive(Debug, Error)]
pub enum ActError {
    /// There is no such case in the round.
    #[error("there is no such case")]
    Unknown,
    /// The case cannot go there from where it is: someone else was faster.
    #[error("the case cannot be moved there")]
    Move,
    /// A reason or an outcome must be given for this.
    #[error("a reason is missing")]
    Missing,
    /// The text is longer than [`MESSAGE_CHARS`].
    #[error("the text is too long")]
    TooLong,
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<KeyError> for ActError {
    fn from(error: KeyError) -> Self {
        Self::Store(error.into())
    }
}

/// What the office does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Moves it on; the text is told to the respondent. To turn it down needs a text, to close it an outcome.
    Move(CaseState, Option<Outcome>, String),
    /// Writes to the respondent.
    Reply(String),
    /// Who sees to it, until when, and which area it is about.
    Assign {
        /// Account, or nobody.
        owner: Option<Uuid>,
        /// ISO 8601.
        due_on: String,
        /// Area of the plan, or none.
        area: Option<String>,
    },
}

/// Does it, as `actor`.
///
/// # Errors
/// [`ActError`]; nothing is changed then.
pub async fn act(base: &Base, round: &str, id: Uuid, act: Act, actor: &str) -> Result<(), ActError> {
    let tx = begin(&base.db).await?;
    let mut case = cases::find_for_update(&tx, round, id)
        .await?
        .ok_or(ActError::Unknown)?;
    let today = base.clock.today().to_string();
    let (word, detail, said) = apply(&mut case, act, &today)?;
    if let Some(text) = said {
        let thread = cases::messages(&tx, case.id).await?;
        let row = message(&base.keys, &base.entropy, &thread, &case, (true, today, &text))?;
        cases::add_message(&tx, row).await?;
        case.unread = false;
    }
    cases::update(&tx, case).await?;
    base.record(&tx, actor, &format!("case.{word}"), &id.to_string(), detail)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

fn said(text: &str) -> Result<Option<String>, ActError> {
    let text = plain(text);
    if text
        .as_ref()
        .is_some_and(|text| text.chars().count() > MESSAGE_CHARS)
    {
        return Err(ActError::TooLong);
    }
    Ok(text)
}

/// Changes the case; gives the act's word and detail for the log, and what the respondent is told.
fn apply(case: &mut Case, act: Act, today: &str) -> Result<(&'static str, Value, Option<String>), ActError> {
    let state = CaseState::parse(&case.state).ok_or(ActError::Move)?;
    if state == CaseState::Withdrawn {
        return Err(ActError::Move);
    }
    match act {
        Act::Move(to, outcome, text) => {
            if !state.next().contains(&to) {
                return Err(ActError::Move);
            }
            let text = said(&text)?;
            let needs_text = matches!(to, CaseState::Rejected | CaseState::Answered);
            if (needs_text && text.is_none()) || (to == CaseState::Closed && outcome.is_none()) {
                return Err(ActError::Missing);
            }
            to.as_str().clone_into(&mut case.state);
            if to.is_open() {
                // Taken up again: what was said of the first end does not stand for the second.
                (case.done_on, case.outcome, case.satisfaction) = (None, None, None);
            } else if case.done_on.is_none() {
                case.done_on = Some(today.to_owned());
            }
            if to == CaseState::Closed {
                case.outcome = outcome.map(|outcome| outcome.as_str().to_owned());
            }
            let detail = json!({
                "from": state.as_str(),
                "to": to.as_str(),
                "outcome": case.outcome,
                "told": text.is_some(),
            });
            Ok(("move", detail, text))
        }
        Act::Reply(text) => {
            let text = said(&text)?.ok_or(ActError::Missing)?;
            let characters = text.chars().count();
            Ok(("reply", json!({ "characters": characters }), Some(text)))
        }
        Act::Assign { owner, due_on, area } => {
            let detail = json!({ "owner": owner, "due_on": due_on, "area": area, "due_before": case.due_on });
            (case.owner, case.due_on, case.area) = (owner, due_on, area);
            Ok(("assign", detail, None))
        }
    }
}
