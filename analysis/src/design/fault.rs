//! What can be wrong with a design, each fault with the values at fault.

use thiserror::Error;

/// One fault of a design. Rows count from 0, stages from 1.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DesignFault {
    /// A column is longer or shorter than the design.
    #[error("{what} has {found} rows, the design has {expected}")]
    Length {
        /// Which column.
        what: String,
        /// Its length.
        found: usize,
        /// The design's rows.
        expected: usize,
    },
    /// A weight that is negative, infinite or not a number.
    #[error("row {row}: the weight {value} is not a finite number ≥ 0")]
    Weight {
        /// Which row.
        row: usize,
        /// The weight.
        value: f64,
    },
    /// A row without a stratum, an id or a population size.
    #[error("row {row}: no value for the {column} of stage {stage}")]
    Missing {
        /// Which row.
        row: usize,
        /// "id", "stratum" or "fpc".
        column: &'static str,
        /// Which stage.
        stage: usize,
    },
    /// The same PSU id in two strata although ids are not nested.
    #[error(
        "PSU {id} occurs in stratum {first} and stratum {second}; set `nest` if ids are numbered within strata"
    )]
    NotNested {
        /// The id.
        id: String,
        /// One stratum.
        first: String,
        /// Another.
        second: String,
        /// A row where the second occurs.
        row: usize,
    },
    /// Fractions and sizes mixed, or a value that can be neither.
    #[error(
        "row {row}: fpc {value} of stage {stage}: give population sizes ≥ 1 or fractions in (0, 1] throughout"
    )]
    FpcValue {
        /// Which row.
        row: usize,
        /// Which stage.
        stage: usize,
        /// The value.
        value: f64,
    },
    /// Two sizes within one stratum.
    #[error("row {row}: fpc {second} of stage {stage} differs from {first} in the same stratum {stratum}")]
    FpcVaries {
        /// Which row.
        row: usize,
        /// Which stage.
        stage: usize,
        /// Which stratum.
        stratum: String,
        /// Size found first.
        first: f64,
        /// Size found at `row`.
        second: f64,
    },
    /// More units sampled than the population has.
    #[error(
        "stratum {stratum} of stage {stage}: {sampled} sampled units exceed the population of {population}"
    )]
    FpcTooSmall {
        /// Which stage.
        stage: usize,
        /// Which stratum.
        stratum: String,
        /// Sampled units.
        sampled: u32,
        /// Population size as given.
        population: f64,
        /// A row of the stratum.
        row: usize,
    },
    /// A stratum with a single PSU under [`LonelyPsu::Fail`](super::LonelyPsu::Fail).
    #[error("stratum {stratum} has a single sampled unit at stage {stage}; choose a rule for lonely PSUs")]
    Lonely {
        /// Which stage.
        stage: usize,
        /// Which stratum.
        stratum: String,
    },
    /// No rows at all.
    #[error("the design has no rows")]
    Empty,
}

/// Everything that is wrong with a design.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{}", .faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct DesignError {
    /// The faults, at least one; of each kind at most the first hundred rows.
    pub faults: Vec<DesignFault>,
}

impl From<DesignFault> for DesignError {
    fn from(fault: DesignFault) -> Self {
        Self { faults: vec![fault] }
    }
}
