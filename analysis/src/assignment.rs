//! Who scores what (评分分配): scorers shared out over the units and criteria of the third party.
//!
//! A task is a unit's criteria that are marked together; it needs a number of different scorers. Pairs that a conflict
//! of interest rules out are barred. Among all assignments that respect this, the one is taken that
//!
//! 1. keeps as many of the pairs that stood before as can be (after a withdrawal nobody's work moves without need);
//! 2. has the most even loads: Σ load² is least, which for tasks of one piece each also makes the largest load as
//!    small and the smallest as large as can be (a least majorised point of an M-convex set: Frank & Murota 2022,
//!    "Decreasing minimization on M-convex sets", Mathematical Programming 195, 969–1025);
//! 3. is the cheapest by costs drawn from the seed, so that nobody chooses who judges whom, and everyone who has the
//!    seed can repeat the draw.
//!
//! It is a linear program whose matrix is that of a network, so that a vertex is whole numbers; `microlp` solves it,
//! and what it found is checked before anyone relies on it. Made for a county: tens of units, tens of scorers.

use std::collections::{BTreeMap, BTreeSet};

use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, Solution, Variable};
use thiserror::Error as ThisError;

use crate::simulation::Draws;

/// A unit's criteria that are marked together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Code of the unit.
    pub unit: String,
    /// Different scorers that it needs.
    pub scorers: usize,
}

/// Somebody who can score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scorer {
    /// Who it is; only for messages.
    pub name: String,
    /// Most tasks in all; none is no limit.
    pub capacity: Option<usize>,
}

/// A task and a scorer, by their places in the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    /// Place of the task.
    pub task: usize,
    /// Place of the scorer.
    pub scorer: usize,
}

/// What is to be shared out, and what binds it.
#[derive(Clone, Debug, Default)]
pub struct Workload {
    /// The tasks.
    pub tasks: Vec<Task>,
    /// The scorers.
    pub scorers: Vec<Scorer>,
    /// Pairs that must not be: conflicts of interest, or somebody who has marked the same already.
    pub barred: BTreeSet<Pair>,
    /// Pairs that stay whatever happens: work that is done or begun.
    pub fixed: BTreeSet<Pair>,
    /// Pairs that stood before, and stay unless they cannot.
    pub held: BTreeSet<Pair>,
}

/// Why nothing can be shared out.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum AssignmentFault {
    /// A task has too few scorers whom nothing bars.
    #[error("unit {unit} needs {needed} scorers, and only {free} of {all} have no conflict there")]
    Barred {
        /// Unit.
        unit: String,
        /// Scorers that it needs.
        needed: usize,
        /// Scorers whom nothing bars.
        free: usize,
        /// Scorers in all.
        all: usize,
    },
    /// Everyone has as much as they take.
    #[error("unit {unit} lacks {lacking} scorers: the others have as many units as they take")]
    Full {
        /// The first unit that is left over.
        unit: String,
        /// Scorers that it lacks.
        lacking: usize,
    },
    /// A pair that was to stay is barred, or names no task or scorer.
    #[error("a pair that was to stay is barred or unknown (task {task}, scorer {scorer})")]
    FixedBarred {
        /// Place of the task.
        task: usize,
        /// Place of the scorer.
        scorer: usize,
    },
    /// The solver failed.
    #[error("the linear program was not solved: {0}")]
    Solver(String),
}

impl Workload {
    /// Whether nothing bars a pair.
    fn may(&self, pair: Pair) -> bool {
        !self.barred.contains(&pair)
    }

    /// The scorers whom nothing bars from a task.
    fn free(&self, task: usize) -> usize {
        (0..self.scorers.len())
            .filter(|&scorer| self.may(Pair { task, scorer }))
            .count()
    }

    /// Tasks that a scorer keeps in any case.
    fn fixed_load(&self, scorer: usize) -> usize {
        self.fixed.iter().filter(|pair| pair.scorer == scorer).count()
    }

    /// Tasks that a scorer can take beside those.
    fn room(&self, scorer: usize) -> usize {
        let most = self.scorers[scorer].capacity.unwrap_or(self.tasks.len());
        most.min(self.tasks.len()).saturating_sub(self.fixed_load(scorer))
    }

    /// Scorers that a task needs beside those who stay.
    fn lacking(&self, task: usize) -> usize {
        let fixed = self.fixed.iter().filter(|pair| pair.task == task).count();
        self.tasks[task].scorers.saturating_sub(fixed)
    }

    /// Refuses what no program could solve, with the unit at fault.
    fn check(&self) -> Result<(), AssignmentFault> {
        let known = |pair: &Pair| pair.task < self.tasks.len() && pair.scorer < self.scorers.len();
        if let Some(pair) = self.fixed.iter().find(|pair| !known(pair) || !self.may(**pair)) {
            return Err(AssignmentFault::FixedBarred {
                task: pair.task,
                scorer: pair.scorer,
            });
        }
        for (at, task) in self.tasks.iter().enumerate() {
            let free = self.free(at);
            if self.lacking(at) > 0 && free < task.scorers {
                return Err(AssignmentFault::Barred {
                    unit: task.unit.clone(),
                    needed: task.scorers,
                    free,
                    all: self.scorers.len(),
                });
            }
        }
        Ok(())
    }
}

/// Shares the tasks out by the seed: each has its number of scorers, none of them barred.
///
/// The same workload and seed give the same pairs on every machine. Fixed pairs are among those returned.
///
/// # Errors
/// [`AssignmentFault`], naming the unit that cannot be staffed.
///
/// ```
/// use analysis::assignment::{Scorer, Task, Workload, assign};
/// let workload = Workload {
///     tasks: (1..=3).map(|n| Task { unit: format!("t{n}"), scorers: 2 }).collect(),
///     scorers: ["a", "b", "c"].map(|name| Scorer { name: name.to_owned(), capacity: None }).into(),
///     ..Workload::default()
/// };
/// let pairs = assign(&workload, 7)?;
/// for scorer in 0..3 {
///     assert_eq!(pairs.iter().filter(|pair| pair.scorer == scorer).count(), 2);
/// }
/// # Ok::<(), analysis::assignment::AssignmentFault>(())
/// ```
pub fn assign(workload: &Workload, seed: u64) -> Result<BTreeSet<Pair>, AssignmentFault> {
    workload.check()?;
    let program = Program::new(workload, seed);
    let found = match program.solve() {
        Ok(found) => found,
        Err(Error::Infeasible) => return Err(left_over(workload)),
        Err(error) => return Err(AssignmentFault::Solver(error.to_string())),
    };
    if holds(workload, &found) {
        Ok(found)
    } else {
        Err(AssignmentFault::Solver(
            "its answer does not satisfy the conditions".to_owned(),
        ))
    }
}

/// Whether every task has its scorers, nobody more than they take, and no pair is barred.
fn holds(workload: &Workload, pairs: &BTreeSet<Pair>) -> bool {
    let of_task = |task: usize| pairs.iter().filter(|pair| pair.task == task).count();
    let of_scorer = |scorer: usize| pairs.iter().filter(|pair| pair.scorer == scorer).count();
    let staffed = (0..workload.tasks.len()).all(|task| {
        let fixed = workload.fixed.iter().filter(|pair| pair.task == task).count();
        of_task(task) == workload.tasks[task].scorers.max(fixed)
    });
    let within =
        (0..workload.scorers.len()).all(|at| of_scorer(at) <= workload.fixed_load(at) + workload.room(at));
    staffed && within && pairs.iter().all(|pair| workload.may(*pair)) && workload.fixed.is_subset(pairs)
}

/// The first unit for which nobody is left, found by handing out as many as can be.
fn left_over(workload: &Workload) -> AssignmentFault {
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let mut by_task: BTreeMap<usize, Vec<(Variable, f64)>> = BTreeMap::new();
    let mut by_scorer: BTreeMap<usize, Vec<(Variable, f64)>> = BTreeMap::new();
    for pair in open_pairs(workload) {
        let variable = problem.add_var(0.0, (0.0, 1.0));
        by_task.entry(pair.task).or_default().push((variable, 1.0));
        by_scorer.entry(pair.scorer).or_default().push((variable, 1.0));
    }
    for (scorer, terms) in by_scorer {
        problem.add_constraint(terms, ComparisonOp::Le, workload.room(scorer) as f64);
    }
    let mut missing = Vec::new();
    for task in 0..workload.tasks.len() {
        let slack = problem.add_var(1.0, (0.0, f64::INFINITY));
        missing.push(slack);
        let mut terms = by_task.remove(&task).unwrap_or_default();
        terms.push((slack, 1.0));
        problem.add_constraint(terms, ComparisonOp::Eq, workload.lacking(task) as f64);
    }
    let outcome = problem.solve();
    let solution = outcome.as_ref().ok().and_then(|outcome| outcome.solution());
    let lacking = |task: usize| {
        solution.map_or(0, |solution| {
            (0..=workload.tasks[task].scorers)
                .rev()
                .find(|n| solution.var_value(missing[task]) > *n as f64 - 0.5)
                .unwrap_or(0)
        })
    };
    let first = (0..workload.tasks.len()).find(|&task| lacking(task) > 0);
    match first {
        Some(task) => AssignmentFault::Full {
            unit: workload.tasks[task].unit.clone(),
            lacking: lacking(task),
        },
        None => AssignmentFault::Solver("it has no solution, and no unit is left over".to_owned()),
    }
}

/// The pairs that may be and are not settled yet.
fn open_pairs(workload: &Workload) -> impl Iterator<Item = Pair> {
    (0..workload.tasks.len())
        .filter(|&task| workload.lacking(task) > 0)
        .flat_map(|task| (0..workload.scorers.len()).map(move |scorer| Pair { task, scorer }))
        .filter(|pair| workload.may(*pair) && !workload.fixed.contains(pair))
}

/// The program: x of a pair, and for each scorer one piece of load after another, each dearer than the one before.
struct Program<'a> {
    workload: &'a Workload,
    problem: Problem,
    variables: Vec<(Pair, Variable)>,
}

impl<'a> Program<'a> {
    fn new(workload: &'a Workload, seed: u64) -> Self {
        let slots: usize = workload.tasks.iter().map(|task| task.scorers).sum();
        // One more piece of load costs 2 more than the one before; all draws together cost less than 1.
        let draw = 1.0 / (slots.max(1) as f64 * 2.0);
        // More than any evening out of loads could gain.
        let change = (2 * slots * slots + 2) as f64;
        let mut draws = Draws::new(seed);
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let mut variables = Vec::new();
        let mut by_task: BTreeMap<usize, Vec<(Variable, f64)>> = BTreeMap::new();
        let mut by_scorer: BTreeMap<usize, Vec<(Variable, f64)>> = BTreeMap::new();
        for pair in open_pairs(workload) {
            let moved = if workload.held.contains(&pair) {
                0.0
            } else {
                change
            };
            let keeps = if workload.held.is_empty() { 0.0 } else { moved };
            let variable = problem.add_var(keeps + draw * draws.uniform(), (0.0, 1.0));
            by_task.entry(pair.task).or_default().push((variable, 1.0));
            by_scorer.entry(pair.scorer).or_default().push((variable, 1.0));
            variables.push((pair, variable));
        }
        for (task, terms) in by_task {
            problem.add_constraint(terms, ComparisonOp::Eq, workload.lacking(task) as f64);
        }
        for (scorer, mut terms) in by_scorer {
            let begun = workload.fixed_load(scorer);
            for piece in 0..workload.room(scorer).min(terms.len()) {
                let price = (2 * (begun + piece) + 1) as f64;
                terms.push((problem.add_var(price, (0.0, 1.0)), -1.0));
            }
            problem.add_constraint(terms, ComparisonOp::Eq, 0.0);
        }
        Self {
            workload,
            problem,
            variables,
        }
    }

    fn solve(&self) -> Result<BTreeSet<Pair>, Error> {
        let mut pairs = self.workload.fixed.clone();
        if self.variables.is_empty() {
            return Ok(pairs);
        }
        let outcome = self.problem.solve()?;
        let solution: &Solution = outcome
            .solution()
            .ok_or_else(|| Error::InternalError("it stopped without an answer".to_owned()))?;
        let chosen = self
            .variables
            .iter()
            .filter(|(_, variable)| solution.var_value(*variable) > 0.5);
        pairs.extend(chosen.map(|(pair, _)| *pair));
        Ok(pairs)
    }
}

#[cfg(test)]
mod tests;
