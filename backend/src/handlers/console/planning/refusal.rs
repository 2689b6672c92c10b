//! What the office is told when an act on a round is refused: in its own language, and how to mend it.

use analysis::sampling::{AllocationError, SelectionError};

use crate::middleware::problems::PageError;
use crate::pages::layout::Fault;
use crate::pages::{Lang, tr};
use crate::rounds::RoundActError;
use crate::rounds::draw::DrawError;

/// Turns a refusal into a page where there is nothing to tell on the page that asked.
pub struct Refusal;

impl Refusal {
    /// The page of an error that no word of the form can mend.
    pub fn page(error: RoundActError) -> PageError {
        match error {
            RoundActError::Store(error) => error.into(),
            _ => PageError::lost(),
        }
    }
}

fn draw_words(lang: Lang, error: &DrawError) -> String {
    match error {
        DrawError::Selection {
            township,
            source: SelectionError::TooFewUnits { wanted, available },
        } => tr!(
            lang,
            "steps.e_too_few",
            township = township,
            wanted = wanted,
            available = available
        ),
        DrawError::Selection { township, .. } => tr!(lang, "steps.e_size", township = township),
        DrawError::Allocation(AllocationError::OutOfReach { total, least, most }) => {
            tr!(lang, "steps.e_reach", total = total, least = least, most = most)
        }
        DrawError::Allocation(_) => tr!(lang, "steps.e_spread"),
    }
    .into_owned()
}

/// A refusal as faults of the form that asked, each leading to `href`.
///
/// # Errors
/// The page for what no form can mend: no such round, no database.
pub fn refused(lang: Lang, error: RoundActError, href: &str) -> Result<Vec<Fault>, PageError> {
    let one = |text: String| {
        vec![Fault {
            href: href.to_owned(),
            text,
        }]
    };
    Ok(match error {
        RoundActError::Plan(found) | RoundActError::Form(found) => found
            .iter()
            .filter(|fault| fault.is_error())
            .map(|fault| Fault {
                href: href.to_owned(),
                text: fault.to_line(lang.code()),
            })
            .collect(),
        RoundActError::State { state, .. } => {
            let state = crate::pages::words::state(lang, state);
            one(tr!(lang, "steps.e_state", state = state).into_owned())
        }
        RoundActError::Moved { now } => one(tr!(lang, "steps.e_moved", hash = now).into_owned()),
        RoundActError::Unsaved => one(tr!(lang, "steps.e_unsaved").into_owned()),
        RoundActError::NoFrame(_) => one(tr!(lang, "steps.e_no_frame").into_owned()),
        RoundActError::Draw(error) => one(draw_words(lang, &error)),
        RoundActError::NotInFrame(n) => one(tr!(lang, "steps.e_not_in_frame", n = n).into_owned()),
        error @ (RoundActError::Unknown { .. } | RoundActError::Store(_)) => {
            return Err(Refusal::page(error));
        }
    })
}
