//! Scales: items answered in ordered steps, and several items read as one score.
//!
//! | step | module |
//! |---|---|
//! | text codes to answers; five kinds of missing kept apart | [`item`] |
//! | how the answers are distributed, top-two share, mean on 0–100 | [`distribution`] |
//! | one score per person from several items | [`score`] |
//! | do the items measure one thing? Cronbach's alpha, McDonald's omega | [`alpha`], [`omega`] |
//!
//! "Don't know", "does not apply", "rather not say", "not asked" and "left empty" mean different things; none of them
//! is an answer, and none is ever counted as one.

pub mod alpha;
pub mod covariance;
pub mod distribution;
pub mod item;
pub mod omega;
pub mod score;

use thiserror::Error;

/// What is wrong with the columns of a scale.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScaleFault {
    /// A scale needs more items.
    #[error("a scale needs at least {least} items, found {found}")]
    TooFewItems {
        /// Items needed.
        least: usize,
        /// Items given.
        found: usize,
    },
    /// An item has another number of rows than the first.
    #[error("item {item} has {found} rows, the first has {expected}")]
    LengthMismatch {
        /// Item at fault, from 0.
        item: usize,
        /// Its rows.
        found: usize,
        /// Rows of the first item.
        expected: usize,
    },
    /// The minimum number of answered items cannot be met.
    #[error("the minimum of answered items is {minimum}; it must lie in 1–{items}")]
    BadMinimum {
        /// The minimum declared.
        minimum: usize,
        /// Items of the scale.
        items: usize,
    },
}

/// Columns of equal length, at least `least` of them; gives the rows.
fn check_columns<C: AsRef<[f64]>>(columns: &[C], least: usize) -> Result<usize, ScaleFault> {
    if columns.len() < least {
        return Err(ScaleFault::TooFewItems {
            least,
            found: columns.len(),
        });
    }
    let expected = columns.first().map_or(0, |column| column.as_ref().len());
    match columns
        .iter()
        .position(|column| column.as_ref().len() != expected)
    {
        Some(item) => Err(ScaleFault::LengthMismatch {
            item,
            found: columns[item].as_ref().len(),
            expected,
        }),
        None => Ok(expected),
    }
}
