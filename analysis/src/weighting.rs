//! From design weights to analysis weights, one adjustment a file.
//!
//! The usual order is [`base`] → [`nonresponse`] (in classes that are known, or those of a response
//! model, [`propensity`]) → [`post_stratify`](post_stratify::post_stratify), [`rake`](rake::rake) or
//! [`greg`](greg::greg) → [`trim`](trim::trim). Calibrations return a [`Calibration`]: the new weights
//! and what the variance needs to know of them. A class or category without respondents is an
//! error that names it; nothing is merged in silence.

pub mod base;
mod basis;
pub mod calibration;
pub mod diagnostics;
pub mod distance;
#[cfg(test)]
mod example;
pub mod greg;
pub mod margin;
pub mod model;
pub mod nonresponse;
pub mod post_stratify;
pub mod propensity;
pub mod rake;
pub mod trim;

pub use calibration::Calibration;
pub use diagnostics::{WeightDiagnostics, diagnose};
pub use distance::Distance;
pub use greg::{Greg, GregError, GregOptions, GregReport, greg};
pub use margin::Margin;
pub use model::{Model, ModelError};
pub use nonresponse::{ClassAdjustment, NonresponseAdjustment};
pub use post_stratify::{post_stratified_weights, post_stratify};
pub use propensity::{PropensityAdjustment, PropensityError};
pub use rake::{RakeOptions, RakeReport, Raking, rake};
pub use trim::{TrimError, TrimOptions, TrimReport, TrimScale, trim};

use thiserror::Error;

/// Why weights could not be made. Rows count from 0.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum WeightingError {
    /// Inputs of different length.
    #[error("{what} has {found} values for {expected} rows")]
    ShapeMismatch {
        /// Which input.
        what: String,
        /// Its length.
        found: usize,
        /// The length of the weights.
        expected: usize,
    },
    /// An inclusion probability outside (0, 1].
    #[error("row {row}: the inclusion probability {value} is not in (0, 1]")]
    Probability {
        /// Which row.
        row: usize,
        /// The value.
        value: f64,
    },
    /// A weight that is negative or not finite.
    #[error("row {row}: the weight {value} is not a finite number ≥ 0")]
    Weight {
        /// Which row.
        row: usize,
        /// The value.
        value: f64,
    },
    /// A weighting class was invited but nobody in it answered.
    #[error(
        "weighting class {class}: none of {invited} invited cases responded; merge it with another class"
    )]
    NoRespondents {
        /// The class.
        class: String,
        /// Invited cases.
        invited: usize,
    },
    /// A control total for a category that no weighted row has.
    #[error("margin {margin}: category {category} has a population of {total} but no respondent")]
    EmptyCategory {
        /// Which margin.
        margin: String,
        /// Which category.
        category: String,
        /// Its population count.
        total: f64,
    },
    /// A category of the sample without a control total.
    #[error("margin {margin}: category {category} (row {row}) has no population count")]
    UnknownCategory {
        /// Which margin.
        margin: String,
        /// Which category.
        category: String,
        /// A row that has it.
        row: usize,
    },
    /// A control total given twice.
    #[error("margin {margin}: category {category} is given twice")]
    DuplicateCategory {
        /// Which margin.
        margin: String,
        /// Which category.
        category: String,
    },
    /// A control total that is negative or not finite, or a key of the wrong width.
    #[error("margin {margin}: category {category}: the population count {total} is not a finite number ≥ 0")]
    BadTotal {
        /// Which margin.
        margin: String,
        /// Which category.
        category: String,
        /// The count.
        total: f64,
    },
    /// A weighted row without a value in a margin's column.
    #[error("margin {margin}: row {row} has no category")]
    MissingCategory {
        /// Which margin.
        margin: String,
        /// Which row.
        row: usize,
    },
    /// Margins that count different populations.
    #[error("margin {other} sums to {other_total}, margin {first} to {first_total}")]
    TotalsDisagree {
        /// The first margin.
        first: String,
        /// Its sum.
        first_total: f64,
        /// The margin that differs.
        other: String,
        /// Its sum.
        other_total: f64,
    },
    /// Raking did not reach the controls.
    #[error(
        "raking did not converge in {sweeps} sweeps: margin {margin}, category {category} is still off by {gap:e} (relative)"
    )]
    NoConvergence {
        /// The margin furthest off.
        margin: String,
        /// Its category.
        category: String,
        /// Sweeps made.
        sweeps: usize,
        /// Largest relative gap.
        gap: f64,
    },
    /// Two margins that no weights can meet together: some categories of one count more than all
    /// the categories of the other that they share respondents with.
    #[error(
        "margins {margin} and {other} contradict each other: {margin} {} counts {total}, but its respondents are all in {other} {}, which counts {other_total}",
        categories.join(" + "), others.join(" + ")
    )]
    MarginsContradict {
        /// The margin that counts too much.
        margin: String,
        /// Its categories.
        categories: Vec<String>,
        /// What they count together.
        total: f64,
        /// The margin that counts too little.
        other: String,
        /// All its categories with respondents in those categories.
        others: Vec<String>,
        /// What these count together.
        other_total: f64,
    },
    /// Two margins that can only be met with weight 0 for some respondents.
    #[error(
        "margins {margin} and {other} leave nothing for the respondents in {margin} {category} and {other} {other_category}: {other} {other_category} is used up by {margin} {} ({total})",
        by.join(" + ")
    )]
    CellExhausted {
        /// A margin.
        margin: String,
        /// Its category that gets nothing.
        category: String,
        /// The other margin.
        other: String,
        /// Its category that is used up.
        other_category: String,
        /// The categories that use it up.
        by: Box<[String]>,
        /// What they count together.
        total: f64,
    },
    /// Raking without any margin.
    #[error("no margin was given")]
    NoMargins,
    /// A model matrix that cannot be made or used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Totals or bounds that cannot be met.
    #[error(transparent)]
    Greg(#[from] GregError),
    /// Weights that cannot be trimmed.
    #[error(transparent)]
    Trim(#[from] TrimError),
    /// Response propensities that cannot be estimated.
    #[error(transparent)]
    Propensity(#[from] PropensityError),
}

/// Weights must be finite and not negative.
pub(crate) fn check_weights(weights: &[f64]) -> Result<(), WeightingError> {
    match weights
        .iter()
        .position(|weight| !weight.is_finite() || *weight < 0.0)
    {
        Some(row) => Err(WeightingError::Weight {
            row,
            value: weights[row],
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod against_r;
