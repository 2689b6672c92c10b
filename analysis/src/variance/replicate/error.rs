//! What can be wrong with replicate weights. Rows count from 0, columns and replicates from 1.

use thiserror::Error;

use crate::design::DesignError;

/// Why replicates could not be made.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ReplicateError {
    /// JK1 for a design with strata.
    #[error("JK1 is for designs without strata, but there are {strata}; use JKn")]
    Stratified {
        /// Number of strata.
        strata: usize,
    },
    /// Nothing to leave out or to draw from.
    #[error("no stratum has two PSUs")]
    OnePsu,
    /// Balanced replicates need pairs.
    #[error("stratum {stratum} has {psus} PSUs, but balanced replicates need exactly two in each stratum")]
    NotPaired {
        /// Which stratum.
        stratum: String,
        /// Its PSUs.
        psus: u32,
    },
    /// Fay's ρ outside [0, 1).
    #[error("rho is {rho}, but must be at least 0 and below 1")]
    Rho {
        /// The value.
        rho: f64,
    },
    /// Too few bootstrap replicates.
    #[error("{count} replicates were asked for, but a variance needs two")]
    Count {
        /// The number.
        count: usize,
    },
    /// A lonely PSU under [`LonelyPsu::Adjust`](crate::design::LonelyPsu::Adjust), which has no bootstrap.
    #[error("stratum {stratum} has a single PSU, for which the bootstrap cannot follow the rule adjust")]
    LonelyAdjust {
        /// Which stratum.
        stratum: String,
    },
    /// No replicate columns.
    #[error("there are no replicate weights")]
    NoColumns,
    /// A column of another length than the design.
    #[error("replicate column {column} has {found} rows, the design has {expected}")]
    Length {
        /// Which column.
        column: usize,
        /// Its length.
        found: usize,
        /// The design's rows.
        expected: usize,
    },
    /// A replicate weight that is negative or not finite.
    #[error("replicate column {column}, row {row}: {value} is not a finite number of at least 0")]
    Weight {
        /// Which column.
        column: usize,
        /// Which row.
        row: usize,
        /// The value.
        value: f64,
    },
    /// Not one rscale for each column.
    #[error("{found} rscales for {expected} replicate columns")]
    RscaleCount {
        /// Scales given.
        found: usize,
        /// Columns.
        expected: usize,
    },
    /// A scale that is negative or not finite.
    #[error("the scale {value} is not a finite number of at least 0")]
    Scale {
        /// The value.
        value: f64,
    },
    /// More weights than can be kept.
    #[error("{rows} rows by {replicates} replicates are more weights than can be kept (2^27)")]
    TooLarge {
        /// Rows.
        rows: usize,
        /// Replicates.
        replicates: usize,
    },
}

/// Why an adjustment could not be repeated in every replicate; E is the adjustment's own error.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum AdjustError<E> {
    /// The full-sample weights could not be adjusted.
    #[error("{reason}")]
    Full {
        /// What the adjustment said.
        reason: E,
    },
    /// A replicate's weights could not be adjusted.
    #[error("replicate {replicate}: {reason}")]
    Replicate {
        /// Which replicate.
        replicate: usize,
        /// What the adjustment said.
        reason: E,
    },
    /// The adjustment gave another number of weights.
    #[error("the adjustment gave {found} weights for {expected} rows")]
    Length {
        /// Weights given.
        found: usize,
        /// The design's rows.
        expected: usize,
    },
    /// An adjusted weight that is not finite, or negative in the full sample (replicate 0).
    #[error("replicate {replicate}, row {row}: the adjusted weight {value} cannot be used")]
    Weight {
        /// Which replicate; 0 is the full sample.
        replicate: usize,
        /// Which row.
        row: usize,
        /// The value.
        value: f64,
    },
    /// The design refuses the adjusted full-sample weights.
    #[error("{error}")]
    Design {
        /// What the design said.
        error: DesignError,
    },
    /// More weights than can be kept.
    #[error("{rows} rows by {replicates} replicates are more adjusted weights than can be kept (2^27)")]
    TooLarge {
        /// Rows.
        rows: usize,
        /// Replicates.
        replicates: usize,
    },
}
