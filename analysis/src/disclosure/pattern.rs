//! Which cells are hidden, and how much an attacker's uncertainty about each is proven to be.
//!
//! The proof is a list of moves: true values plus a move agree with everything published, so each widens the interval
//! in which every cell it touches may lie. Hiding more never takes a move away.

use super::linear::{Direction, Freedom, Move, System, amount_of};
use super::protect::Need;

/// What has become of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Shown, and still to be hidden if need be.
    Shown,
    /// Known to the public, not to be hidden.
    Public,
    /// Not in the publication; `true` when its value must not be worked out.
    Withheld(bool),
    /// Hidden as the rule says.
    Small,
    /// Hidden for the sake of others.
    Complementary,
}

/// A failure of the solver: at which cell, and what it said.
pub(super) type Fault = (usize, String);

/// How many solver calls are spent on showing cells again that turned out not to be needed. Each is a small program
/// over hidden cells only.
const REVIEW_CALLS: usize = 150;

/// A pattern of hidden cells in the making.
#[derive(Clone, Debug)]
pub(super) struct Pattern<'s> {
    system: &'s System,
    pub(super) states: Vec<State>,
    needs: Vec<Need>,
    down: Vec<f64>,
    up: Vec<f64>,
    moves: Vec<Move>,
}

impl<'s> Pattern<'s> {
    /// - `needs`: how uncertain each cell must be, once it is hidden.
    pub(super) fn new(system: &'s System, states: Vec<State>, needs: Vec<Need>) -> Self {
        let cells = states.len();
        Self {
            system,
            states,
            needs,
            down: vec![0.0; cells],
            up: vec![0.0; cells],
            moves: Vec::new(),
        }
    }

    /// Hides further cells until all that need it are uncertain enough; cells for which too much is public are left
    /// as uncertain as can be, and the sensitive ones among them returned.
    ///
    /// The persons in the largest cells are the hardest to hide, so those go first; what hides them mostly hides
    /// the others too.
    pub(super) fn complete(&mut self) -> Result<Vec<usize>, Fault> {
        let mut order: Vec<usize> = (0..self.states.len()).collect();
        order.sort_by(|&a, &b| self.system.values[b].total_cmp(&self.system.values[a]));
        let mut exposed = Vec::new();
        while let Some(&cell) = order.iter().find(|&&cell| !self.is_safe(cell)) {
            self.protect(cell, true)?;
            if !self.is_safe(cell) {
                self.widen(cell)?;
                // A complementary cell is not sensitive itself.
                if self.states[cell] != State::Complementary {
                    exposed.push(cell);
                }
            }
        }
        exposed.sort_unstable();
        self.review()?;
        Ok(exposed)
    }

    fn needs_protection(&self, cell: usize) -> bool {
        matches!(
            self.states[cell],
            State::Small | State::Complementary | State::Withheld(true)
        )
    }

    fn is_safe(&self, cell: usize) -> bool {
        if !self.needs_protection(cell) {
            return true;
        }
        let need = self.needs[cell];
        let (up, down) = (self.up[cell], self.down[cell]);
        up >= need.upper * (1.0 - 1e-6)
            && down >= need.lower * (1.0 - 1e-6)
            && up + down >= need.width * (1.0 - 1e-6)
    }

    /// Looks for moves that make one cell uncertain enough; `hide` allows hiding further cells for it.
    fn protect(&mut self, cell: usize, hide: bool) -> Result<(), Fault> {
        let need = self.needs[cell];
        self.reach(cell, Direction::Up, need.upper, hide)?;
        self.reach(cell, Direction::Down, need.lower, hide)?;
        if self.up[cell] + self.down[cell] < need.width {
            let depth = self.system.depth(cell).min(need.width);
            if !self.reach(cell, Direction::Down, depth, hide)? {
                // What is known of other cells keeps it from falling so far.
                self.reach_most(cell, Direction::Down, depth, hide)?;
            }
            self.reach(cell, Direction::Up, need.width - self.down[cell], hide)?;
        }
        Ok(())
    }

    /// Makes a cell as uncertain as what is public allows, and asks no more of it afterwards.
    fn widen(&mut self, cell: usize) -> Result<(), Fault> {
        let most = self.needs[cell].width.max(self.needs[cell].upper);
        self.reach_most(cell, Direction::Down, most, true)?;
        self.reach_most(cell, Direction::Up, most, true)?;
        self.needs[cell] = Need {
            upper: self.up[cell],
            lower: self.down[cell],
            width: 0.0,
        };
        Ok(())
    }

    /// What may move when cells of up to a price may be hidden for it.
    fn freedom(&self, dearest: f64) -> Vec<Freedom> {
        let freedom = |(state, price): (&State, &f64)| match state {
            State::Shown if *price <= dearest => Freedom::Priced,
            State::Shown | State::Public => Freedom::Fixed,
            State::Withheld(_) | State::Small | State::Complementary => Freedom::Free,
        };
        self.states.iter().zip(&self.system.prices).map(freedom).collect()
    }

    /// The cheaper half of all cells mostly has what is needed, in a much smaller program; if not, all are tried.
    fn dearest(&self, hide: bool) -> Vec<f64> {
        if !hide {
            return vec![0.0];
        }
        let mut prices = self.system.prices.clone();
        prices.sort_by(f64::total_cmp);
        let middle = prices.get(prices.len() / 2).copied();
        middle.into_iter().chain([f64::INFINITY]).collect()
    }

    /// Moves a cell by `amount`, at the least price; whether that can be.
    fn reach(&mut self, cell: usize, direction: Direction, amount: f64, hide: bool) -> Result<bool, Fault> {
        let reached = match direction {
            Direction::Up => self.up[cell],
            Direction::Down => self.down[cell],
        };
        if amount <= reached.max(1e-9) {
            return Ok(true);
        }
        for dearest in self.dearest(hide) {
            let freedom = self.freedom(dearest);
            match self.system.cheapest(&freedom, cell, direction, amount) {
                Ok(Some(found)) => {
                    self.record(found);
                    return Ok(true);
                }
                Ok(None) => {}
                Err(reason) => return Err((cell, reason)),
            }
        }
        Ok(false)
    }

    fn reach_most(&mut self, cell: usize, direction: Direction, most: f64, hide: bool) -> Result<(), Fault> {
        let freedom = self.freedom(if hide { f64::INFINITY } else { 0.0 });
        let furthest = self
            .system
            .furthest(&freedom, cell, direction)
            .map_err(|reason| (cell, reason))?;
        // A hair less than the very end, which rounding could put out of reach.
        self.reach(cell, direction, furthest.min(most) * (1.0 - 1e-7), hide)?;
        Ok(())
    }

    /// Takes up a move: what it touches is hidden.
    fn record(&mut self, found: Move) {
        for &(cell, amount) in &found {
            if self.states[cell] == State::Shown {
                self.states[cell] = State::Complementary;
            }
            self.up[cell] = self.up[cell].max(amount);
            self.down[cell] = self.down[cell].max(-amount);
        }
        self.moves.push(found);
    }

    /// Shows cells again without which all others stay uncertain enough, the most persons first.
    fn review(&mut self) -> Result<(), Fault> {
        let mut candidates: Vec<usize> = (0..self.states.len())
            .filter(|&cell| self.states[cell] == State::Complementary)
            .collect();
        candidates.sort_by(|&a, &b| self.system.values[b].total_cmp(&self.system.values[a]));
        let mut calls = 0;
        for cell in candidates {
            if calls >= REVIEW_CALLS {
                break;
            }
            let mut trial = self.without(cell);
            let unsafe_cells: Vec<usize> = (0..trial.states.len())
                .filter(|&other| !trial.is_safe(other))
                .collect();
            let mut all_safe = true;
            for other in unsafe_cells {
                if !trial.is_safe(other) {
                    calls += 1;
                    trial.protect(other, false)?;
                    all_safe = trial.is_safe(other);
                }
                if !all_safe {
                    break;
                }
            }
            if all_safe {
                *self = trial;
            }
        }
        Ok(())
    }

    /// The same pattern with one cell shown, proven by the moves that leave it alone.
    fn without(&self, cell: usize) -> Self {
        let mut pattern = Self::new(self.system, self.states.clone(), self.needs.clone());
        pattern.states[cell] = State::Shown;
        let untouched = self.moves.iter().filter(|found| amount_of(found, cell) == 0.0);
        for found in untouched {
            pattern.record(found.clone());
        }
        pattern
    }
}
