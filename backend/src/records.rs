//! The records of a round that go on after its plan is sealed: figures of administrative series, newer frames, the
//! register of service institutions.
//!
//! Each act is one transaction with its audit entry. Nothing is overwritten: what a figure was before, who changed it,
//! when and why, stays on record, and results say which state of the records they rest on.

use survey_forms::diagnostic::{Diagnostic, Place};
use survey_forms::text::Text;
use thiserror::Error;

use crate::rounds::RoundActError;
use crate::store::StoreError;

pub mod commitments;
pub mod frames;
pub mod series;
pub mod services;

/// Longest reason, in characters.
pub const REASON_CHARS: usize = 300;

/// A file as it was uploaded.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    /// Its name, for messages and the record.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Why a record is not taken.
#[derive(Debug, Error)]
pub enum RecordError {
    /// What was uploaded or typed has faults.
    #[error("{} faults", .0.len())]
    Faults(Vec<Diagnostic>),
    /// There is no such round.
    #[error(transparent)]
    Round(#[from] RoundActError),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sea_orm::DbErr> for RecordError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

/// A fault of something typed, by the name of its field.
pub(crate) fn fault(
    code: &'static str,
    field: &str,
    (zh, en): (&str, &str),
    mend: (&str, &str),
) -> RecordError {
    RecordError::Faults(vec![Diagnostic::error(
        code,
        Place::unknown().field(field),
        Text::zh_en(zh, en),
        Text::zh_en(mend.0, mend.1),
    )])
}

/// The reason, which must be there and be a sentence.
fn reason(text: &str) -> Result<String, RecordError> {
    let reason = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.is_empty() || reason.chars().count() > REASON_CHARS {
        return Err(fault(
            "RC001",
            "reason",
            ("要写明理由。", "A reason is needed."),
            (
                "写一句话，不超过300字；以后谁都能看到为什么改。",
                "Write a sentence of at most 300 characters; whoever looks later sees why.",
            ),
        ));
    }
    Ok(reason)
}

/// SHA-256 in hex.
fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests;
