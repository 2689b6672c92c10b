//! Why weights could not be calibrated to totals of covariates.

use thiserror::Error;

/// What is wrong with totals or bounds, or with both together. Rows count from 0.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum GregError {
    /// A term of the model without a population total.
    #[error("the term {term} has no population total")]
    MissingTotal {
        /// The term.
        term: String,
    },
    /// A total for a term that the model does not have.
    #[error("a total is given for {term}, which is no term of the model ({})", known.join(", "))]
    UnknownTerm {
        /// The term.
        term: String,
        /// The model's terms.
        known: Vec<String>,
    },
    /// Two totals for one term.
    #[error("the total of {term} is given twice")]
    DuplicateTotal {
        /// The term.
        term: String,
    },
    /// A total that is not finite.
    #[error("the total {total} of {term} is not a finite number")]
    BadTotal {
        /// The term.
        term: String,
        /// Its total.
        total: f64,
    },
    /// A total for a term that is 0 in every weighted row.
    #[error("the term {term} has a total of {total} but is 0 in every row")]
    EmptyTerm {
        /// The term.
        term: String,
        /// Its total.
        total: f64,
    },
    /// Bounds that leave no room around 1.
    #[error("the bounds {lower} and {upper} of weight after / weight before do not enclose 1")]
    Bounds {
        /// Lower bound.
        lower: f64,
        /// Upper bound.
        upper: f64,
    },
    /// The logit distance without two finite bounds.
    #[error("the logit distance needs a finite lower and upper bound")]
    BoundsRequired,
    /// A total that no weights within the bounds give, whatever the other totals are.
    #[error(
        "the total {total} of {term} cannot be reached: weights within the bounds give {lowest} to {highest}"
    )]
    OutOfRange {
        /// The term.
        term: String,
        /// Its total.
        total: f64,
        /// The smallest total that the bounds allow.
        lowest: f64,
        /// The largest.
        highest: f64,
    },
    /// Totals that no weights within the bounds give together (proven, not merely not found).
    #[error(
        "the totals cannot all be reached within the bounds: in the closest that can, {term} is furthest off, {reached} instead of {total}"
    )]
    OutOfReach {
        /// The term furthest off in the closest totals that can be reached (least squares,
        /// scaled by the sample's cross-products).
        term: String,
        /// Its total.
        total: f64,
        /// What it is there.
        reached: f64,
    },
    /// Totals that were not reached in the steps allowed.
    #[error(
        "the totals were not reached in {iterations} iterations: in the closest that were, {term} is furthest off, {reached} instead of {total}"
    )]
    NoConvergence {
        /// The term furthest off in the closest totals that were reached.
        term: String,
        /// Its total.
        total: f64,
        /// What it is there.
        reached: f64,
        /// Newton steps made.
        iterations: usize,
    },
    /// Weights below 0, which the linear distance allows without bounds.
    #[error(
        "{count} calibrated weights are negative, the first in row {row} ({weight}); set bounds, or use the raking or logit distance"
    )]
    NegativeWeights {
        /// The first such row.
        row: usize,
        /// Its weight.
        weight: f64,
        /// How many there are.
        count: usize,
    },
}
