//! Why margins cannot be met together: which categories contradict each other.
//!
//! Two margins and the cells that have respondents make a transport problem: every category
//! of the first sends its count to categories of the second, along cells only. It has a
//! solution if and only if no set of categories counts more than all categories that
//! share a cell with it (Hall; Gale 1957). The largest flow finds such a set, or cells through
//! which nothing can flow.

use super::cells::RakeCells;
use crate::weighting::{Margin, WeightingError};

/// What is smaller than this share of the population counts as nothing.
const NOTHING: f64 = 1e-9;

/// What stands in the way of a set of margins.
#[derive(Debug, Default)]
pub(super) struct Obstacle {
    /// Two margins have no common solution.
    pub(super) contradiction: Option<WeightingError>,
    /// A solution needs a cell with respondents to have weight 0, which raking only tends to.
    pub(super) exhausted: Option<WeightingError>,
}

/// Looks at every pair of margins.
pub(super) fn find_obstacle(margins: &[Margin], cells: &RakeCells, masses: &[f64]) -> Obstacle {
    let mut obstacle = Obstacle::default();
    for first in 0..margins.len() {
        for second in first + 1..margins.len() {
            let mut pairs: Vec<(u32, u32)> = cells
                .categories(first)
                .iter()
                .zip(cells.categories(second))
                .zip(masses)
                .filter(|(_, mass)| **mass > 0.0)
                .map(|((a, b), _)| (*a, *b))
                .collect();
            pairs.sort_unstable();
            pairs.dedup();
            let transport = Transport::solve(&margins[first], &margins[second], &pairs);
            if obstacle.contradiction.is_none() {
                obstacle.contradiction = transport.contradiction();
            }
            if obstacle.contradiction.is_none() && obstacle.exhausted.is_none() {
                obstacle.exhausted = transport.exhausted();
            }
        }
    }
    obstacle
}

/// The largest flow from the categories of one margin to those of another.
///
/// Nodes 0..a are categories of the first margin, a..a+b those of the second.
struct Transport<'a> {
    first: &'a Margin,
    second: &'a Margin,
    /// Neighbours by node: the other node and the index of the cell between them.
    neighbours: Vec<Vec<(usize, usize)>>,
    /// What flows along each cell.
    flow: Vec<f64>,
    /// What each category still has to send or to take.
    left: Vec<f64>,
    nothing: f64,
}

impl<'a> Transport<'a> {
    fn solve(first: &'a Margin, second: &'a Margin, pairs: &[(u32, u32)]) -> Self {
        let a = first.totals().len();
        let mut neighbours = vec![Vec::new(); a + second.totals().len()];
        for (cell, &(from, to)) in pairs.iter().enumerate() {
            let (from, to) = (from as usize, a + to as usize);
            neighbours[from].push((to, cell));
            neighbours[to].push((from, cell));
        }
        let mut transport = Self {
            first,
            second,
            neighbours,
            flow: vec![0.0; pairs.len()],
            left: first.totals().iter().chain(second.totals()).copied().collect(),
            nothing: NOTHING * first.population(),
        };
        // Each path empties a category or a cell exactly, so that this ends.
        while let Some((path, end)) = transport.path() {
            transport.send(&path, end);
        }
        transport
    }

    fn is_first(&self, node: usize) -> bool {
        node < self.first.totals().len()
    }

    /// Whether more can go from a node to its neighbour along a cell: without limit towards the
    /// second margin, and back as much as flows.
    fn is_open(&self, from: usize, cell: usize) -> bool {
        self.is_first(from) || self.flow[cell] > self.nothing * 1e-3
    }

    /// What can be reached from some nodes, with the step that led to each.
    fn reach(&self, starts: impl Iterator<Item = usize>) -> Vec<Option<Option<(usize, usize)>>> {
        let mut seen = vec![None; self.neighbours.len()];
        let mut queue = std::collections::VecDeque::new();
        for start in starts {
            seen[start] = Some(None);
            queue.push_back(start);
        }
        while let Some(node) = queue.pop_front() {
            for &(next, cell) in &self.neighbours[node] {
                if seen[next].is_none() && self.is_open(node, cell) {
                    seen[next] = Some(Some((node, cell)));
                    queue.push_back(next);
                }
            }
        }
        seen
    }

    fn senders(&self) -> impl Iterator<Item = usize> {
        (0..self.first.totals().len()).filter(|&node| self.left[node] > self.nothing * 1e-3)
    }

    /// A shortest path from a category with something left to send to one that can take it: its
    /// cells, last first.
    fn path(&self) -> Option<(Vec<usize>, usize)> {
        let seen = self.reach(self.senders());
        let end = (self.first.totals().len()..self.left.len())
            .find(|&node| seen[node].is_some() && self.left[node] > self.nothing * 1e-3)?;
        let mut cells = Vec::new();
        let mut node = end;
        while let Some(Some((before, cell))) = seen[node] {
            cells.push(cell);
            node = before;
        }
        Some((cells, end))
    }

    /// Sends along a path as much as it bears. Cells alternate between filling and emptying.
    fn send(&mut self, path: &[usize], end: usize) {
        let emptied = path.iter().skip(1).step_by(2).map(|&cell| self.flow[cell]);
        let mut node = end;
        for &cell in path {
            node = self.across(node, cell);
        }
        let start = node;
        let amount = emptied.fold(self.left[start].min(self.left[end]), f64::min);
        for (at, &cell) in path.iter().enumerate() {
            self.flow[cell] += if at % 2 == 0 { amount } else { -amount };
        }
        self.left[start] -= amount;
        self.left[end] -= amount;
    }

    /// The node on the other side of a cell.
    fn across(&self, node: usize, cell: usize) -> usize {
        self.neighbours[node]
            .iter()
            .find(|(_, other)| *other == cell)
            .map_or(node, |(next, _)| *next)
    }

    /// Categories of the first margin that count more than all they share cells with.
    fn contradiction(&self) -> Option<WeightingError> {
        let unsent: f64 = self.senders().map(|node| self.left[node]).sum();
        if unsent <= self.nothing {
            return None;
        }
        let seen = self.reach(self.senders());
        let [(categories, total), (others, other_total)] = self.reached(&seen);
        Some(WeightingError::MarginsContradict {
            margin: self.first.name().to_owned(),
            categories,
            total,
            other: self.second.name().to_owned(),
            others,
            other_total,
        })
    }

    /// A cell with respondents through which nothing can flow in any solution: no way leads
    /// back from its second category to its first.
    fn exhausted(&self) -> Option<WeightingError> {
        for to in self.first.totals().len()..self.left.len() {
            let seen = self.reach(std::iter::once(to));
            for &(from, cell) in &self.neighbours[to] {
                // A category counting 0 has weight 0 at once; nothing tends to it.
                let empty = self.count(from) <= self.nothing || self.count(to) <= self.nothing;
                if self.flow[cell] <= self.nothing && seen[from].is_none() && !empty {
                    let [(by, _), (_, total)] = self.reached(&seen);
                    return Some(WeightingError::CellExhausted {
                        margin: self.first.name().to_owned(),
                        category: self.label(from),
                        other: self.second.name().to_owned(),
                        other_category: self.label(to),
                        by: by.into(),
                        total,
                    });
                }
            }
        }
        None
    }

    /// The labels and counts of the nodes reached, of the first margin and of the second.
    fn reached(&self, seen: &[Option<Option<(usize, usize)>>]) -> [(Vec<String>, f64); 2] {
        let side = |first: bool| {
            let nodes = (0..seen.len()).filter(|&node| seen[node].is_some() && self.is_first(node) == first);
            let labels = nodes.clone().map(|node| self.label(node)).collect();
            (labels, nodes.map(|node| self.count(node)).sum())
        };
        [side(true), side(false)]
    }

    fn label(&self, node: usize) -> String {
        match node.checked_sub(self.first.labels().len()) {
            None => self.first.labels()[node].clone(),
            Some(at) => self.second.labels()[at].clone(),
        }
    }

    fn count(&self, node: usize) -> f64 {
        match node.checked_sub(self.first.labels().len()) {
            None => self.first.totals()[node],
            Some(at) => self.second.totals()[at],
        }
    }
}
