//! Which cells are hidden, and how much an attacker's uncertainty about each is proven to be.
//!
//! The proof is a list of moves: true values plus a move agree with everything published, so each widens the interval
//! in which every cell it touches may lie. Hiding more never takes a move away.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::linear::{Direction, Freedom, Movable, Move, System, amount_of};
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

/// From so many cells on, a move is looked for among a cell's neighbours first: programs over all cells take a time
/// that grows with their number, once for each of them.
const LARGE: usize = 4_000;

/// How many cells of each of its sums are a cell's neighbours, at first and when that was not enough.
const NEIGHBOURS: [usize; 3] = [6, 24, 96];

/// Sums of more cells than this are not neighbours as a whole.
const SHORT_SUM: usize = 64;

/// A pattern of hidden cells in the making.
#[derive(Clone, Debug)]
pub(super) struct Pattern<'s> {
    system: &'s System,
    pub(super) states: Vec<State>,
    needs: Vec<Need>,
    down: Vec<f64>,
    up: Vec<f64>,
    moves: Vec<Move>,
    /// For each cell the moves that touch it.
    moves_of: Vec<Vec<usize>>,
    /// Cells that were hidden for others and not looked at since.
    fresh: Vec<usize>,
    /// The price that half of all cells do not exceed.
    middle: f64,
    /// Whether moves are looked for among neighbours first.
    is_large: bool,
}

impl<'s> Pattern<'s> {
    /// - `needs`: how uncertain each cell must be, once it is hidden.
    pub(super) fn new(system: &'s System, states: Vec<State>, needs: Vec<Need>) -> Self {
        let cells = states.len();
        let mut prices = system.prices.clone();
        prices.sort_by(f64::total_cmp);
        Self {
            system,
            states,
            needs,
            down: vec![0.0; cells],
            up: vec![0.0; cells],
            moves: Vec::new(),
            moves_of: vec![Vec::new(); cells],
            fresh: Vec::new(),
            middle: prices.get(cells / 2).copied().unwrap_or(f64::INFINITY),
            is_large: cells >= LARGE,
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
        let mut place = vec![0; order.len()];
        for (at, &cell) in order.iter().enumerate() {
            place[cell] = at;
        }
        let mut waiting: BinaryHeap<Reverse<usize>> = (0..order.len()).map(Reverse).collect();
        let mut exposed = Vec::new();
        while let Some(Reverse(at)) = waiting.pop() {
            let cell = order[at];
            if self.is_safe(cell) {
                continue;
            }
            self.protect(cell, true)?;
            if !self.is_safe(cell) {
                self.widen(cell)?;
                // A complementary cell is not sensitive itself.
                if self.states[cell] != State::Complementary {
                    exposed.push(cell);
                }
            }
            waiting.extend(self.fresh.drain(..).map(|cell| Reverse(place[cell])));
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
            if !self.reach(cell, Direction::Down, depth, hide)? && (hide || !self.is_large) {
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

    /// What a cell may be in a program when cells of up to a price may be hidden for it; `None` when it stays.
    fn freedom(&self, cell: usize, dearest: f64) -> Option<Freedom> {
        match self.states[cell] {
            State::Shown if self.system.prices[cell] <= dearest => Some(Freedom::Priced),
            State::Shown | State::Public => None,
            State::Withheld(_) | State::Small | State::Complementary => Some(Freedom::Free),
        }
    }

    fn movable(&self, cells: impl Iterator<Item = usize>, dearest: f64) -> Movable {
        cells
            .filter_map(|cell| Some((cell, self.freedom(cell, dearest)?)))
            .collect()
    }

    /// What may move in the programs that are tried one after another, each larger than the one before: of a large
    /// system the cell's neighbours; the cheaper half of all cells, which mostly has what is needed; all.
    ///
    /// A move among few cells is one among all, so that none is worse proven for it; it may be dearer than need be.
    /// Without `hide` the neighbours of a large system are all that is tried: then more stays hidden than might.
    fn programs(&self, cell: usize, hide: bool) -> impl Iterator<Item = Movable> {
        let is_large = self.is_large;
        let near = NEIGHBOURS.iter().filter(move |_| is_large).map(move |&most| {
            let dearest = if hide { f64::INFINITY } else { 0.0 };
            self.movable(self.neighbours(cell, most).into_iter(), dearest)
        });
        let all: &[f64] = match (hide, is_large) {
            (true, _) => &[self.middle, f64::INFINITY],
            (false, true) => &[],
            (false, false) => &[0.0],
        };
        let all: Vec<f64> = all.to_vec();
        near.chain(
            all.into_iter()
                .map(|dearest| self.movable(0..self.states.len(), dearest)),
        )
    }

    /// The cells most likely to move with a cell: of each of its sums the `most` that cost least, and all that short sums
    /// join to these.
    fn neighbours(&self, cell: usize, most: usize) -> BTreeSet<usize> {
        let cost = |&cell: &usize| match self.freedom(cell, f64::INFINITY) {
            Some(Freedom::Free) => 0.0,
            Some(Freedom::Priced) => self.system.prices[cell],
            None => f64::INFINITY,
        };
        let members = |&sum: &usize| {
            let sum = &self.system.sums[sum];
            sum.parts.iter().copied().chain([sum.total])
        };
        let mut near = BTreeSet::from([cell]);
        for sum in &self.system.sums_of[cell] {
            let mut cells: Vec<usize> = members(sum).collect();
            cells.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
            near.extend(cells.into_iter().take(most));
        }
        // Twice, as a way around a table of three dimensions needs it.
        for _ in 0..2 {
            let sums: BTreeSet<usize> = near
                .iter()
                .flat_map(|&cell| &self.system.sums_of[cell])
                .copied()
                .collect();
            let short = sums
                .iter()
                .filter(|&&sum| self.system.sums[sum].parts.len() <= SHORT_SUM);
            near.extend(short.flat_map(members));
        }
        near
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
        let mut found = None;
        for movable in self.programs(cell, hide) {
            found = self
                .system
                .cheapest(&movable, cell, direction, amount)
                .map_err(|reason| (cell, reason))?;
            if found.is_some() {
                break;
            }
        }
        let is_found = found.is_some();
        if let Some(found) = found {
            self.record(found);
        }
        Ok(is_found)
    }

    fn reach_most(&mut self, cell: usize, direction: Direction, most: f64, hide: bool) -> Result<(), Fault> {
        let movable = self.movable(0..self.states.len(), if hide { f64::INFINITY } else { 0.0 });
        let furthest = self
            .system
            .furthest(&movable, cell, direction)
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
                self.fresh.push(cell);
            }
            self.up[cell] = self.up[cell].max(amount);
            self.down[cell] = self.down[cell].max(-amount);
            self.moves_of[cell].push(self.moves.len());
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
            let moves = self.moves.len();
            self.states[cell] = State::Shown;
            let taken = self.take_moves_of(cell);
            let touched: BTreeSet<usize> = taken
                .iter()
                .flat_map(|(_, found)| found.iter().map(|&(at, _)| at))
                .collect();
            let mut all_safe = true;
            for other in touched {
                if !self.is_safe(other) {
                    calls += 1;
                    self.protect(other, false)?;
                    all_safe = self.is_safe(other);
                }
                if !all_safe {
                    break;
                }
            }
            if !all_safe {
                self.forget_after(moves);
                self.states[cell] = State::Complementary;
                self.give_back(taken);
            }
        }
        Ok(())
    }

    /// Takes away the moves that touch a cell, as it is to be shown; they keep their numbers.
    fn take_moves_of(&mut self, cell: usize) -> Vec<(usize, Move)> {
        let taken: Vec<(usize, Move)> = std::mem::take(&mut self.moves_of[cell])
            .into_iter()
            .map(|at| (at, std::mem::take(&mut self.moves[at])))
            .collect();
        for (number, found) in &taken {
            for &(at, _) in found {
                self.moves_of[at].retain(|known| known != number);
                self.measure(at);
            }
        }
        taken
    }

    /// Undoes [`take_moves_of`](Self::take_moves_of).
    fn give_back(&mut self, taken: Vec<(usize, Move)>) {
        for (number, found) in taken {
            for &(at, amount) in &found {
                self.moves_of[at].push(number);
                self.up[at] = self.up[at].max(amount);
                self.down[at] = self.down[at].max(-amount);
            }
            self.moves[number] = found;
        }
    }

    /// Undoes [`record`](Self::record) of all moves but the first `moves`, which hid nothing.
    fn forget_after(&mut self, moves: usize) {
        for found in self.moves.split_off(moves) {
            for (at, _) in found {
                self.moves_of[at].retain(|&known| known < moves);
                self.measure(at);
            }
        }
    }

    /// How uncertain the moves make a cell.
    fn measure(&mut self, cell: usize) {
        let amounts = self.moves_of[cell]
            .iter()
            .map(|&at| amount_of(&self.moves[at], cell));
        (self.up[cell], self.down[cell]) = amounts.fold((0.0, 0.0), |(up, down): (f64, f64), amount| {
            (up.max(amount), down.max(-amount))
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::disclosure::{Dimension, Tables};

    /// Units × 4 answers × 2 groups with all margins.
    fn tables(counts: &[u64]) -> Tables {
        let codes = |n: usize| (0..n).map(|code| code.to_string());
        let mut tables = Tables::default();
        let dimensions = [
            Dimension::flat("unit", codes(counts.len() / 8)).unwrap(),
            Dimension::flat("answer", codes(4)).unwrap(),
            Dimension::flat("group", codes(2)).unwrap(),
        ];
        tables.cross(&dimensions, counts).unwrap();
        tables
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn moves_among_neighbours_hide_as_surely_as_those_among_all(
            counts in prop::collection::vec(0_u64..40, 8 * 30)
        ) {
            let tables = tables(&counts);
            let values = tables.values();
            let system = tables.system(values.clone(), 0.0);
            let (min_cell, need) = (10.0, Need::width(10.0));
            let is_small = |&value: &f64| value > 0.0 && value < min_cell;
            let states: Vec<State> = values
                .iter()
                .map(|value| if is_small(value) { State::Small } else { State::Shown })
                .collect();
            let mut pattern = Pattern::new(&system, states, vec![need; values.len()]);
            pattern.is_large = true;
            let exposed = pattern.complete().unwrap();
            prop_assert_eq!(exposed, Vec::<usize>::new());
            let hidden = pattern.movable(0..values.len(), 0.0);
            for &(cell, _) in &hidden {
                let up = system.furthest(&hidden, cell, Direction::Up).unwrap();
                let down = system.furthest(&hidden, cell, Direction::Down).unwrap();
                prop_assert!(up + down >= min_cell * (1.0 - 1e-5), "{cell}: {down} below, {up} above");
            }
        }
    }
}
