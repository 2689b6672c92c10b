//! Why response propensities could not be estimated or used.

use thiserror::Error;

/// What is wrong with a response model or its classes.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PropensityError {
    /// There is no non-response to model.
    #[error("all {cases} cases responded: there is nothing to adjust for")]
    Everybody {
        /// Invited cases.
        cases: usize,
    },
    /// Nobody's weight can be raised.
    #[error("none of {cases} cases responded")]
    Nobody {
        /// Invited cases.
        cases: usize,
    },
    /// A category of which all cases responded, or none: its propensity would be 1 or 0.
    #[error(
        "term {term}: {} of its {cases} cases responded, so that its coefficient has no finite value (separation); merge the category with another or leave the covariate out",
        if *responded { "each" } else { "none" }
    )]
    SeparatedCategory {
        /// Covariate and category.
        term: String,
        /// Its cases.
        cases: usize,
        /// Whether all responded (or none).
        responded: bool,
    },
    /// A combination of terms that tells respondents and non-respondents apart.
    #[error(
        "term {term} tells respondents and non-respondents apart without error, so that its coefficient has no finite value (separation); coarsen it or leave it out"
    )]
    Separated {
        /// The term with most weight in the combination.
        term: String,
    },
    /// A fit that did not settle, though nothing is separated.
    #[error("the response model did not converge in {iterations} iterations")]
    NoConvergence {
        /// Newton steps made.
        iterations: usize,
    },
    /// More classes than the propensities can fill.
    #[error(
        "class {class} of {count} would be empty, as there are {distinct} distinct propensities and many cases share one; ask for fewer classes"
    )]
    EmptyClass {
        /// The class, counted from 1.
        class: usize,
        /// Classes asked for.
        count: usize,
        /// Distinct propensities.
        distinct: usize,
    },
}
