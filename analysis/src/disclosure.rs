//! Disclosure control of published figures: what must be hidden, and what else so that it cannot be worked out.
//!
//! A figure about fewer persons than the limit is hidden. As totals are published beside the parts, hiding it alone
//! is no use: subtraction brings it back. [`Tables`] therefore holds every cell of a publication, margins included,
//! with the sums that join them, however many dimensions, hierarchies and linked tables there are;
//! [`Tables::protect`] hides further cells until an attacker who knows all that is shown and that no count is negative
//! is left, for every hidden cell, with an interval at least as wide as the rule asks. What comes out is
//! [`Protected`] figures, in which a hidden number no longer exists, so that web page, file and e-mail agree.
//!
//! | file | what it decides |
//! |---|---|
//! | [`tables`] | cells and sums of one publication; earlier publications and overlapping domains among them |
//! | [`protect`] | the small cells, and the complementary ones |
//! | [`audit`] | what an attacker can still work out |
//! | [`dominance`] | cells of magnitudes that one or two contributors make up |
//! | [`unanimity`] | shares near 0 % and 100 %, which disclose everyone in the group |
//! | [`rounding`] | counts to a base: nearest, random, or controlled so that sums still hold |
//! | [`protected`] | figures that cannot be printed by mistake |
//!
//! Limits: intervals treat counts as real numbers, and an attacker who knows the rule itself learns that at least one
//! cell of each hidden pattern is small (not which one, and not how small).

pub mod audit;
pub mod dominance;
mod linear;
mod pattern;
pub mod protect;
pub mod protected;
pub mod rounding;
pub mod tables;
mod two_way;
pub mod unanimity;

use thiserror::Error;

pub use audit::Interval;
pub use protect::{Loss, Mark, Need, ProtectedTables, Rule};
pub use protected::Protected;
pub use tables::{CellId, CellKey, Dimension, Publication, Tables};
pub use two_way::{PublishedTotals, suppress};

/// Why tables could not be described or protected.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DisclosureError {
    /// A code listed twice in a dimension.
    #[error("dimension {variable}: code {code} is listed twice")]
    DuplicateCode {
        /// The dimension.
        variable: String,
        /// The code.
        code: String,
    },
    /// A code whose parent is not listed before it.
    #[error("dimension {variable}: code {code} belongs to {parent}, which is not listed before it")]
    UnknownParent {
        /// The dimension.
        variable: String,
        /// The code.
        code: String,
        /// Its parent.
        parent: String,
    },
    /// A variable used by two dimensions of one table.
    #[error("two dimensions of the table are named {variable}")]
    DuplicateDimension {
        /// The name.
        variable: String,
    },
    /// Not one count for each crossing of leaves.
    #[error("the table has {expected} cells but {found} counts")]
    ShapeMismatch {
        /// Crossings of leaf codes.
        expected: usize,
        /// Counts given.
        found: usize,
    },
    /// A cell that two tables count differently.
    #[error("cell {cell}: {first} persons in one table and {second} in another")]
    Conflict {
        /// The cell.
        cell: String,
        /// Its count in the first table.
        first: u64,
        /// Its count in the second.
        second: u64,
    },
    /// Parts that do not add up to their total.
    #[error("cell {cell} counts {found} persons, but its parts {expected}")]
    NotASum {
        /// The total.
        cell: String,
        /// Its count.
        found: u64,
        /// The sum of the parts.
        expected: u64,
    },
    /// Magnitudes or needs that are negative or not finite.
    #[error("cell {cell}: {value} is not a finite number ≥ 0")]
    Value {
        /// The cell.
        cell: String,
        /// The value, as text.
        value: String,
    },
    /// Cells that stay too narrow even when all that may be hidden is hidden: too much is public already.
    #[error(
        "what is public already discloses {}: withdraw it, or publish less detail beside it",
        .cells.join("; ")
    )]
    Unprotectable {
        /// The cells.
        cells: Vec<String>,
    },
    /// The solver of linear programs gave up.
    #[error("cell {cell}: the linear program could not be solved: {reason}")]
    Solver {
        /// The cell it was about.
        cell: String,
        /// What the solver said.
        reason: String,
    },
}

#[cfg(test)]
pub(crate) mod attacker;
#[cfg(test)]
mod tests;
