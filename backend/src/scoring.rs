//! The third party's work in a round: who scores what, how cards are marked and sealed, and when marks count.
//!
//! What must stay true, whatever is added here:
//!
//! * A scorer sees the own cards and nothing of anybody else's: no function that serves an evaluator reads another's
//!   card, so that neither figures nor the time that a page takes tell anything.
//! * The office sees a unit's marks once all of its cards are sealed ([`standing`]), and writes none.
//! * A sealed card does not change. The office can give it back with a reason, which makes its approvals void and
//!   takes its marks out of the results; what was sealed before is kept.
//! * Marks count by one act of the office ([`count`]), which checks every seal and every approval again.
//!
//! Each act is one transaction with its audit entry, which holds identifiers, counts and salted hashes, never a mark.

use analysis::assignment::AssignmentFault;
use analysis::plan::{Criterion, Plan, ThirdPartyPlan};
use thiserror::Error;

use crate::store::StoreError;
use crate::store::audit::AuditError;

pub mod anchors;
pub mod card;
pub mod count;
pub mod draw;
pub mod evidence;
pub mod people;
pub mod seal;
pub mod standing;

#[cfg(test)]
mod tests;

/// Longest reason, note or comment, in characters.
pub const MAX_TEXT: usize = 1_000;

/// Why an act is refused.
#[derive(Debug, Error)]
pub enum ScoringError {
    /// The plan has no third party or no criteria.
    #[error("the plan has no third party")]
    NoThirdParty,
    /// There is no such evaluator, card or file, or it is somebody else's.
    #[error("no such evaluator, card or file")]
    Nobody,
    /// A judged unit employs the evaluator.
    #[error("the judged unit {unit} employs this person")]
    Employed {
        /// Code of the unit.
        unit: String,
    },
    /// The evaluator has not declared conflicts of interest yet.
    #[error("conflicts of interest are not declared yet")]
    Undeclared,
    /// Nobody is engaged and has declared.
    #[error("no evaluator has declared yet")]
    NoEvaluators,
    /// The card is sealed, or was changed by somebody else meanwhile.
    #[error("the card is sealed")]
    Sealed,
    /// The card is not sealed, or not every scorer of the unit has sealed.
    #[error("not every card of the unit is sealed")]
    NotSealed,
    /// The state named is not the one that is sealed.
    #[error("the card was sealed anew meanwhile")]
    Changed,
    /// A reason is needed.
    #[error("a reason is needed")]
    NoReason,
    /// Marks cannot count yet.
    #[error("the conditions for marks to count are not met")]
    Gate,
    /// What is stored is not what was sealed.
    #[error("card {0} is not what its scorer sealed")]
    Tampered(uuid::Uuid),
    /// The work cannot be shared out.
    #[error(transparent)]
    Assignment(#[from] AssignmentFault),
    /// The audit trail does not hold.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// A file cannot be kept or read.
    #[error("file of evidence: {0}")]
    Disk(#[from] std::io::Error),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sea_orm::DbErr> for ScoringError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

/// The plan's third party, where it has criteria to mark.
///
/// # Errors
/// [`ScoringError::NoThirdParty`].
pub fn third_party(plan: &Plan) -> Result<&ThirdPartyPlan, ScoringError> {
    plan.third_party
        .as_ref()
        .filter(|_| !plan.criteria.is_empty())
        .ok_or(ScoringError::NoThirdParty)
}

/// The plan's criteria by the leaf indicator that they feed, in the plan's order: the sections of a score card.
pub fn sections(plan: &Plan) -> Vec<(&str, Vec<&Criterion>)> {
    let mut sections: Vec<(&str, Vec<&Criterion>)> = Vec::new();
    for criterion in &plan.criteria {
        match sections.iter_mut().find(|(code, _)| *code == criterion.indicator) {
            Some((_, of_section)) => of_section.push(criterion),
            None => sections.push((&criterion.indicator, vec![criterion])),
        }
    }
    sections
}

/// The criteria of a card, as it is stored.
///
/// # Errors
/// When no version of this program wrote it.
pub fn criteria_of(card: &crate::store::cards::Card) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(&card.criteria).map_err(|error| StoreError::Corrupt {
        table: "score_cards",
        what: error.to_string(),
    })
}

/// A text as it is kept: trimmed, and no longer than [`MAX_TEXT`].
pub fn plain(text: &str) -> String {
    text.trim().chars().take(MAX_TEXT).collect()
}
