//! The attacker's view as a linear program.
//!
//! What is shown fixes cells and sums; what is hidden may move. A [`Move`] says by how much each hidden cell could
//! differ from its true count without any published figure changing or any count falling below what is known of it:
//! M y = 0, y ≥ floor − value. y = 0 is always possible, so the solver starts there and only has to find the few
//! cells of a move. Moves are checked here before anyone relies on them.

use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, Variable};

use super::tables::Sum;

/// What is added to which cell; cells not listed stay.
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

/// Whether a cell may move in a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freedom {
    /// It is shown.
    Fixed,
    /// It is hidden.
    Free,
    /// It would have to be hidden first, at its price per unit moved.
    Priced,
}

/// Cells with values, what an attacker knows of them at least, and the sums that hold.
#[derive(Clone, Debug)]
pub(super) struct System {
    pub(super) values: Vec<f64>,
    pub(super) floors: Vec<f64>,
    pub(super) prices: Vec<f64>,
    pub(super) sums: Vec<Sum>,
}

impl System {
    /// How far a cell could be below its value for all that an attacker knows of it alone.
    pub(super) fn depth(&self, cell: usize) -> f64 {
        self.values[cell] - self.floors[cell]
    }

    /// The cheapest move that takes `target` by `amount` > 0 (or more); `None` when there is none.
    pub(super) fn cheapest(
        &self,
        freedom: &[Freedom],
        target: usize,
        direction: Direction,
        amount: f64,
    ) -> Result<Option<Move>, String> {
        let least = Some(1.0);
        if direction == Direction::Down && self.depth(target) < amount {
            return Ok(None);
        }
        let program = Program::new(self, freedom, (target, direction), least, amount);
        match program.solve() {
            Ok(found) if self.holds(&found, amount) => Ok(Some(found)),
            Ok(_) => Err("its answer does not satisfy the sums".to_owned()),
            Err(Error::Infeasible) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    /// How far `target` can move at most; infinite when nothing stops it.
    pub(super) fn furthest(
        &self,
        freedom: &[Freedom],
        target: usize,
        direction: Direction,
    ) -> Result<f64, String> {
        // In persons, so that the end is known to a small part of one however large the cell is.
        let program = Program::new(self, freedom, (target, direction), None, 1.0);
        match program.solve() {
            Ok(found) => Ok(amount_of(&found, target).abs()),
            Err(Error::Unbounded) => Ok(f64::INFINITY),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Whether a move keeps every sum and every floor, but for rounding.
    fn holds(&self, found: &Move, unit: f64) -> bool {
        let mut amounts = vec![0.0; self.values.len()];
        let mut scale = unit;
        for &(cell, amount) in found {
            if amount < -self.depth(cell) - 1e-6 * unit {
                return false;
            }
            amounts[cell] = amount;
            scale = scale.max(amount.abs());
        }
        self.sums.iter().all(|sum| {
            let parts: f64 = sum.parts.iter().map(|&part| amounts[part]).sum();
            (parts - amounts[sum.total]).abs() <= 1e-6 * scale * (1.0 + sum.parts.len() as f64)
        })
    }
}

/// By how much a move takes a cell.
pub(super) fn amount_of(found: &Move, cell: usize) -> f64 {
    found
        .iter()
        .find(|(at, _)| *at == cell)
        .map_or(0.0, |(_, amount)| *amount)
}

/// A linear program. What is added to a cell and what is taken away are two variables ≥ 0, so that the solver starts
/// at y = 0. Amounts are in units of `unit`, which makes its absolute tolerances relative to what is asked.
struct Program {
    problem: Problem,
    /// For each cell what may be added and what may be taken away.
    variables: Vec<(Option<Variable>, Option<Variable>)>,
    unit: f64,
}

impl Program {
    /// Moves the target by at least `least` units as cheaply as can be, or without it as far as can be.
    fn new(
        system: &System,
        freedom: &[Freedom],
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
        let mut variables = Vec::with_capacity(freedom.len());
        for (cell, &freedom) in freedom.iter().enumerate() {
            let depth = system.depth(cell) / unit;
            if cell == target {
                let from = least.unwrap_or(0.0);
                variables.push(match direction {
                    Direction::Up => (Some(problem.add_var(objective, (from, f64::INFINITY))), None),
                    Direction::Down => (None, Some(problem.add_var(objective, (from, depth.max(from))))),
                });
                continue;
            }
            let price = match (least, freedom) {
                (_, Freedom::Fixed) => {
                    variables.push((None, None));
                    continue;
                }
                (None, _) => 0.0,
                (Some(_), Freedom::Free) => FREE,
                (Some(_), Freedom::Priced) => system.prices[cell],
            };
            let plus = problem.add_var(price, (0.0, f64::INFINITY));
            let minus = (depth > 0.0).then(|| problem.add_var(price, (0.0, depth)));
            variables.push((Some(plus), minus));
        }
        for sum in &system.sums {
            let parts = sum.parts.iter().map(|&part| (part, 1.0));
            let mut terms: Vec<(Variable, f64)> = Vec::new();
            for (cell, factor) in parts.chain([(sum.total, -1.0)]) {
                let (plus, minus) = variables[cell];
                terms.extend(plus.map(|plus| (plus, factor)));
                terms.extend(minus.map(|minus| (minus, -factor)));
            }
            if !terms.is_empty() {
                problem.add_constraint(terms, ComparisonOp::Eq, 0.0);
            }
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
            .enumerate()
            .map(|(cell, &(plus, minus))| (cell, value(plus) - value(minus)))
            .filter(|(_, amount)| amount.abs() > NOTHING)
            .map(|(cell, amount)| (cell, amount * self.unit))
            .collect())
    }
}
