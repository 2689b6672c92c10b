//! The attacker's view as a linear program.
//!
//! What is shown fixes cells and sums; what is hidden may move. A [`Move`] says by how much each hidden cell could
//! differ from its true count without any published figure changing or any count falling below what is known of it:
//! M y = 0, y ≥ floor − value. y = 0 is always possible, so the solver starts there and only has to find the few
//! cells of a move. Moves are checked here before anyone relies on them.

use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, Variable};

use super::tables::Sum;

/// What is added to which cell, by cell; cells not listed stay.
pub(super) type Move = Vec<(usize, f64)>;

/// Amounts smaller than this, relative to the move asked for, are the solver's rounding.
const NOTHING: f64 = 1e-7;

/// What a unit moved within a hidden cell costs, against 1 for the cheapest shown one: enough to keep moves short.
const FREE: f64 = 1e-2;

/// Which way a cell is to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

/// At what price a cell may move in a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freedom {
    /// It is hidden.
    Free,
    /// It would have to be hidden first, at its price per unit moved.
    Priced,
}

/// The cells that may move in a program, by number; all others stay.
pub(super) type Movable = Vec<(usize, Freedom)>;

/// Cells with values, what an attacker knows of them at least, and the sums that hold.
#[derive(Clone, Debug)]
pub(super) struct System {
    pub(super) values: Vec<f64>,
    floors: Vec<f64>,
    pub(super) prices: Vec<f64>,
    pub(super) sums: Vec<Sum>,
    /// For each cell the sums in which it stands.
    pub(super) sums_of: Vec<Vec<usize>>,
}

impl System {
    /// - `values`, `floors`, `prices`: one for each cell.
    pub(super) fn new(values: Vec<f64>, floors: Vec<f64>, prices: Vec<f64>, sums: Vec<Sum>) -> Self {
        let mut sums_of = vec![Vec::new(); values.len()];
        for (at, sum) in sums.iter().enumerate() {
            for &cell in sum.parts.iter().chain([&sum.total]) {
                sums_of[cell].push(at);
            }
        }
        Self {
            values,
            floors,
            prices,
            sums,
            sums_of,
        }
    }

    /// The sums in which any of these cells stands, by number.
    fn sums_with(&self, cells: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut sums: Vec<usize> = cells.flat_map(|cell| &self.sums_of[cell]).copied().collect();
        sums.sort_unstable();
        sums.dedup();
        sums
    }

    /// How far a cell could be below its value for all that an attacker knows of it alone.
    pub(super) fn depth(&self, cell: usize) -> f64 {
        self.values[cell] - self.floors[cell]
    }

    /// The cheapest move that takes `target`, one of the movable cells, by `amount` > 0 (or more); `None` when there is
    /// none.
    pub(super) fn cheapest(
        &self,
        movable: &[(usize, Freedom)],
        target: usize,
        direction: Direction,
        amount: f64,
    ) -> Result<Option<Move>, String> {
        let least = Some(1.0);
        if direction == Direction::Down && self.depth(target) < amount {
            return Ok(None);
        }
        let program = Program::new(self, movable, (target, direction), least, amount);
        match program.solve() {
            Ok(found) if self.holds(&found, amount) => Ok(Some(found)),
            Ok(_) => Err("its answer does not satisfy the sums".to_owned()),
            Err(Error::Infeasible) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    /// How far `target`, one of the movable cells, can move at most; infinite when nothing stops it.
    pub(super) fn furthest(
        &self,
        movable: &[(usize, Freedom)],
        target: usize,
        direction: Direction,
    ) -> Result<f64, String> {
        // In persons, so that the end is known to a small part of one however large the cell is.
        let program = Program::new(self, movable, (target, direction), None, 1.0);
        match program.solve() {
            Ok(found) => Ok(amount_of(&found, target).abs()),
            Err(Error::Unbounded) => Ok(f64::INFINITY),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Whether a move keeps every sum and every floor, but for rounding.
    fn holds(&self, found: &Move, unit: f64) -> bool {
        if found
            .iter()
            .any(|&(cell, amount)| amount < -self.depth(cell) - 1e-6 * unit)
        {
            return false;
        }
        let scale = found
            .iter()
            .fold(unit, |scale, (_, amount)| scale.max(amount.abs()));
        let touched = self.sums_with(found.iter().map(|&(cell, _)| cell));
        touched.into_iter().map(|at| &self.sums[at]).all(|sum| {
            let parts: f64 = sum.parts.iter().map(|&part| amount_of(found, part)).sum();
            (parts - amount_of(found, sum.total)).abs() <= 1e-6 * scale * (1.0 + sum.parts.len() as f64)
        })
    }
}

/// By how much a move takes a cell.
pub(super) fn amount_of(found: &Move, cell: usize) -> f64 {
    found
        .binary_search_by_key(&cell, |&(at, _)| at)
        .map_or(0.0, |at| found[at].1)
}

/// A linear program. What is added to a cell and what is taken away are two variables ≥ 0, so that the solver starts
/// at y = 0. Amounts are in units of `unit`, which makes its absolute tolerances relative to what is asked.
struct Program {
    problem: Problem,
    /// For each movable cell what may be added and what may be taken away.
    variables: Vec<(usize, Option<Variable>, Option<Variable>)>,
    unit: f64,
}

impl Program {
    /// Moves the target by at least `least` units as cheaply as can be, or without it as far as can be.
    fn new(
        system: &System,
        movable: &[(usize, Freedom)],
        (target, direction): (usize, Direction),
        least: Option<f64>,
        unit: f64,
    ) -> Self {
        let aim = match least {
            Some(_) => OptimizationDirection::Minimize,
            None => OptimizationDirection::Maximize,
        };
        let mut problem = Problem::new(aim);
        let objective = if least.is_some() { 0.0 } else { 1.0 };
        let mut variables = Vec::with_capacity(movable.len());
        for &(cell, freedom) in movable {
            let depth = system.depth(cell) / unit;
            if cell == target {
                let from = least.unwrap_or(0.0);
                variables.push(match direction {
                    Direction::Up => (
                        cell,
                        Some(problem.add_var(objective, (from, f64::INFINITY))),
                        None,
                    ),
                    Direction::Down => (
                        cell,
                        None,
                        Some(problem.add_var(objective, (from, depth.max(from)))),
                    ),
                });
                continue;
            }
            let price = match (least, freedom) {
                (None, _) => 0.0,
                (Some(_), Freedom::Free) => FREE,
                (Some(_), Freedom::Priced) => system.prices[cell],
            };
            let plus = problem.add_var(price, (0.0, f64::INFINITY));
            let minus = (depth > 0.0).then(|| problem.add_var(price, (0.0, depth)));
            variables.push((cell, Some(plus), minus));
        }
        for at in system.sums_with(movable.iter().map(|&(cell, _)| cell)) {
            let sum = &system.sums[at];
            let parts = sum.parts.iter().map(|&part| (part, 1.0));
            let mut terms: Vec<(Variable, f64)> = Vec::new();
            for (cell, factor) in parts.chain([(sum.total, -1.0)]) {
                if let Ok(at) = variables.binary_search_by_key(&cell, |&(cell, ..)| cell) {
                    let (_, plus, minus) = variables[at];
                    terms.extend(plus.map(|plus| (plus, factor)));
                    terms.extend(minus.map(|minus| (minus, -factor)));
                }
            }
            problem.add_constraint(terms, ComparisonOp::Eq, 0.0);
        }
        Self {
            problem,
            variables,
            unit,
        }
    }

    fn solve(&self) -> Result<Move, Error> {
        let outcome = self.problem.solve()?;
        let solution = outcome
            .solution()
            .ok_or_else(|| Error::InternalError("it stopped without an answer".to_owned()))?;
        let value = |variable: Option<Variable>| variable.map_or(0.0, |v| solution.var_value(v));
        Ok(self
            .variables
            .iter()
            .map(|&(cell, plus, minus)| (cell, value(plus) - value(minus)))
            .filter(|(_, amount)| amount.abs() > NOTHING)
            .map(|(cell, amount)| (cell, amount * self.unit))
            .collect())
    }
}
