//! What can still be worked out from a publication.

use super::linear::{Direction, Freedom, Movable};
use super::tables::{CellId, Tables};
use super::{DisclosureError, ProtectedTables};

/// All that an attacker can say about a hidden cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The cell.
    pub cell: CellId,
    /// The fewest persons it may count.
    pub lower: f64,
    /// The most; infinite when no published figure limits it.
    pub upper: f64,
}

impl Interval {
    /// Upper less lower end.
    pub fn width(&self) -> f64 {
        self.upper - self.lower
    }
}

impl Tables {
    /// The exact interval of every hidden (or withheld) cell, given all figures shown, all sums, that no count is
    /// negative, and `known` persons of each cell that is not empty: two linear programs for each.
    ///
    /// # Errors
    /// [`DisclosureError::Solver`].
    ///
    /// # Source
    /// Hundepool et al. (2012), Statistical Disclosure Control, section 4.3 (the audit of suppression patterns).
    pub fn audit(&self, published: &ProtectedTables, known: u64) -> Result<Vec<Interval>, DisclosureError> {
        let values = self.counts.iter().map(|&count| count as f64).collect();
        let system = self.system(values, known as f64);
        let is_hidden = |at: usize| published.count(CellId(at)).is_hidden();
        let movable: Movable = (0..self.len())
            .filter(|&at| is_hidden(at))
            .map(|at| (at, Freedom::Free))
            .collect();
        let furthest = |cell: usize, direction: Direction| {
            system
                .furthest(&movable, cell, direction)
                .map_err(|reason| DisclosureError::Solver {
                    cell: self.names[cell].clone(),
                    reason,
                })
        };
        (0..self.len())
            .filter(|&at| is_hidden(at))
            .map(|at| {
                let value = system.values[at];
                Ok(Interval {
                    cell: CellId(at),
                    lower: value - furthest(at, Direction::Down)?,
                    upper: value + furthest(at, Direction::Up)?,
                })
            })
            .collect()
    }
}
