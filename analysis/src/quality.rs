//! Signs that an answer, an interviewer or a question deserves a second look.
//!
//! Nothing here drops an answer. Functions return [`Flag`]s and measures beside the data; whoever excludes a case
//! does so elsewhere, with a reason that is published.
//!
//! What is usual depends on how somebody answers: a screen reader, a switch or a helper changes pace and pattern
//! without any carelessness. Speed and straight-lining are therefore judged only against others who answered in the
//! [same way](Ways).
//!
//! | file | sign |
//! |---|---|
//! | [`speeding`] | answers too fast to have been read |
//! | [`straight_lining`] | the same answer to statements that contradict each other |
//! | [`haste`] | the same answer to everything, and in haste |
//! | [`duplicates`] | answers nearly the same as another's, beyond chance |
//! | [`interviewer`] | answers that depend on who asked |
//! | [`item_nonresponse`] | questions that are not answered, by kind of missing |
//! | [`break_off`] | the page where people give up |

mod baseline;
pub mod break_off;
pub mod duplicates;
pub mod haste;
pub mod interviewer;
pub mod item_nonresponse;
pub mod speeding;
pub mod straight_lining;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use baseline::{Baseline, Way, Ways};

/// What a flag is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagKind {
    /// Far fewer seconds per answer than others.
    Speeding,
    /// The same answer to items of which some are reversed, or to every item and in haste.
    StraightLining,
    /// Nearly the same answers as somebody else.
    NearDuplicate,
}

/// A sign about one answer: what was found, and against what it was held. It is a reason to look, not to exclude.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    /// The row, from 0.
    pub row: u32,
    /// What it is about.
    pub kind: FlagKind,
    /// What was found: seconds per answer, identical answers in a run, share of answers that agree.
    pub value: f64,
    /// What is usual in the baseline group, in the same unit unless the kind's function says otherwise.
    pub baseline: f64,
    /// How many rows the baseline rests on.
    pub baseline_n: usize,
    /// Who the baseline group is: `mode=web, answering=self, tool=none`.
    pub baseline_group: String,
    /// The row it resembles, for a duplicate.
    pub other: Option<u32>,
}

/// Why quality could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QualityError {
    /// Columns of different length.
    #[error("{what} has {found} rows instead of {expected}")]
    ShapeMismatch {
        /// Which column.
        what: String,
        /// Its length.
        found: usize,
        /// The length of the others.
        expected: usize,
    },
    /// A weight that is negative or not finite.
    #[error("row {row}: the weight {value} is not a finite number ≥ 0")]
    Weight {
        /// The row.
        row: usize,
        /// The value, as text.
        value: String,
    },
    /// A page that the form does not have.
    #[error("row {row}: page {page} of a form of {pages} pages (from 0)")]
    Page {
        /// The row.
        row: usize,
        /// The page.
        page: u32,
        /// Pages of the form.
        pages: u32,
    },
}

pub(crate) fn check_rows(what: &str, found: usize, expected: usize) -> Result<(), QualityError> {
    if found == expected {
        return Ok(());
    }
    Err(QualityError::ShapeMismatch {
        what: what.to_owned(),
        found,
        expected,
    })
}

/// The weight of every row; ones without weights.
pub(crate) fn checked_weights(weights: Option<&[f64]>, rows: usize) -> Result<Vec<f64>, QualityError> {
    let Some(weights) = weights else {
        return Ok(vec![1.0; rows]);
    };
    check_rows("weights", weights.len(), rows)?;
    match weights.iter().position(|w| !(w.is_finite() && *w >= 0.0)) {
        None => Ok(weights.to_vec()),
        Some(row) => Err(QualityError::Weight {
            row,
            value: weights[row].to_string(),
        }),
    }
}
