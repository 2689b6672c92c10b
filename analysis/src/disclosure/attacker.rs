//! An attacker who shares nothing with the protector: own equations, own simplex, own rank.
//!
//! He is told the published figures and how cells add up, and works out for every hidden cell the smallest and largest
//! value that agrees with them (two-phase simplex on a dense tableau, Bland's rule), and whether the equations alone
//! determine it (rank).

use nalgebra::DMatrix;

/// What an attacker knows.
#[derive(Default)]
pub(crate) struct Attacker {
    published: Vec<Option<f64>>,
    at_least: Vec<f64>,
    sums: Vec<(usize, Vec<usize>)>,
}

impl Attacker {
    /// A cell as published: its count, or hidden.
    pub(crate) fn cell(&mut self, published: Option<u64>) -> usize {
        self.published.push(published.map(|n| n as f64));
        self.at_least.push(0.0);
        self.published.len() - 1
    }

    /// A total and its parts.
    pub(crate) fn sum(&mut self, total: usize, parts: impl IntoIterator<Item = usize>) {
        self.sums.push((total, parts.into_iter().collect()));
    }

    /// He knows that many persons in a cell: himself, his family.
    pub(crate) fn knows(&mut self, cell: usize, persons: f64) {
        self.at_least[cell] = persons;
    }

    fn hidden(&self) -> Vec<usize> {
        (0..self.published.len())
            .filter(|&cell| self.published[cell].is_none())
            .collect()
    }

    /// Equations over the hidden cells, less what is known of each: A y = b, y ≥ 0.
    fn equations(&self) -> (Vec<Vec<f64>>, Vec<f64>) {
        let hidden = self.hidden();
        let mut rows = Vec::new();
        let mut rhs = Vec::new();
        for (total, parts) in &self.sums {
            let mut row = vec![0.0; hidden.len()];
            let mut right = 0.0;
            for (cell, factor) in parts.iter().map(|&part| (part, 1.0)).chain([(*total, -1.0)]) {
                match self.published[cell] {
                    Some(value) => right -= factor * value,
                    None => {
                        let at = hidden.binary_search(&cell).unwrap();
                        row[at] += factor;
                        right -= factor * self.at_least[cell];
                    }
                }
            }
            if row.iter().any(|&factor| factor != 0.0) {
                rows.push(row);
                rhs.push(right);
            }
        }
        (rows, rhs)
    }

    /// Every hidden cell with its smallest and largest possible value (infinite when nothing bounds it).
    pub(crate) fn intervals(&self) -> Vec<(usize, (f64, f64))> {
        let (rows, rhs) = self.equations();
        let hidden = self.hidden();
        let Some(start) = Simplex::feasible(&rows, &rhs, hidden.len()) else {
            panic!("the published figures contradict each other");
        };
        (hidden.iter().enumerate())
            .map(|(at, &cell)| {
                let mut most = start.clone();
                let upper = most.maximise(at, 1.0);
                let mut least = start.clone();
                let lower = -least.maximise(at, -1.0);
                (cell, (lower + self.at_least[cell], upper + self.at_least[cell]))
            })
            .collect()
    }

    /// The hidden cells that the equations determine, by rank alone.
    pub(crate) fn determined(&self) -> Vec<usize> {
        let (rows, _) = self.equations();
        let hidden = self.hidden();
        let rank = |rows: &[Vec<f64>]| match rows.len() {
            0 => 0,
            n => DMatrix::from_fn(n, hidden.len(), |r, c| rows[r][c]).rank(1e-9),
        };
        let plain = rank(&rows);
        (hidden.iter().enumerate())
            .filter(|(at, _)| {
                let mut more = rows.clone();
                more.push((0..hidden.len()).map(|c| f64::from(u8::from(c == *at))).collect());
                rank(&more) == plain
            })
            .map(|(_, &cell)| cell)
            .collect()
    }
}

const ZERO: f64 = 1e-9;

/// A tableau in canonical form: `rows[r]` has a 1 for `basis[r]` and its right-hand side last.
#[derive(Clone)]
struct Simplex {
    rows: Vec<Vec<f64>>,
    basis: Vec<usize>,
    variables: usize,
}

impl Simplex {
    /// Phase one: artificial variables driven to zero.
    fn feasible(rows: &[Vec<f64>], rhs: &[f64], variables: usize) -> Option<Self> {
        let n = rows.len();
        let mut tableau = Self {
            rows: Vec::new(),
            basis: (variables..variables + n).collect(),
            variables: variables + n,
        };
        for (at, (row, &right)) in rows.iter().zip(rhs).enumerate() {
            let sign = if right < 0.0 { -1.0 } else { 1.0 };
            let mut line: Vec<f64> = row.iter().map(|factor| sign * factor).collect();
            line.extend((0..n).map(|other| f64::from(u8::from(other == at))));
            line.push(sign * right);
            tableau.rows.push(line);
        }
        let mut price = vec![0.0; variables + n];
        price[variables..].fill(-1.0);
        if tableau.run(&price) < -1e-6 {
            return None;
        }
        // Artificial variables leave the basis, or their row says nothing.
        let mut at = 0;
        while at < tableau.rows.len() {
            if tableau.basis[at] >= variables {
                match (0..variables).find(|&v| tableau.rows[at][v].abs() > ZERO) {
                    Some(variable) => tableau.pivot(at, variable),
                    None => {
                        tableau.rows.remove(at);
                        tableau.basis.remove(at);
                        continue;
                    }
                }
            }
            at += 1;
        }
        for row in &mut tableau.rows {
            let right = row[variables + n];
            row.truncate(variables);
            row.push(right);
        }
        tableau.variables = variables;
        Some(tableau)
    }

    fn maximise(&mut self, variable: usize, sign: f64) -> f64 {
        let mut price = vec![0.0; self.variables];
        price[variable] = sign;
        self.run(&price)
    }

    fn value(&self, price: &[f64]) -> f64 {
        (self.rows.iter().zip(&self.basis))
            .map(|(row, &basic)| price[basic] * row[self.variables])
            .sum()
    }

    fn run(&mut self, price: &[f64]) -> f64 {
        loop {
            let gain = |v: usize| {
                let lost: f64 = (self.rows.iter().zip(&self.basis))
                    .map(|(row, &basic)| price[basic] * row[v])
                    .sum();
                price[v] - lost
            };
            let Some(entering) = (0..self.variables).find(|&v| gain(v) > ZERO) else {
                return self.value(price);
            };
            let mut leaving: Option<(f64, usize, usize)> = None;
            for (at, row) in self.rows.iter().enumerate() {
                if row[entering] > ZERO {
                    let candidate = (row[self.variables] / row[entering], self.basis[at], at);
                    let better = leaving.is_none_or(|(ratio, basic, _)| {
                        candidate.0 < ratio - ZERO || (candidate.0 <= ratio + ZERO && candidate.1 < basic)
                    });
                    if better {
                        leaving = Some(candidate);
                    }
                }
            }
            match leaving {
                None => return f64::INFINITY,
                Some((_, _, at)) => self.pivot(at, entering),
            }
        }
    }

    fn pivot(&mut self, at: usize, entering: usize) {
        let factor = self.rows[at][entering];
        for value in &mut self.rows[at] {
            *value /= factor;
        }
        let pivot = self.rows[at].clone();
        for (other, row) in self.rows.iter_mut().enumerate() {
            let factor = row[entering];
            if other != at && factor != 0.0 {
                for (value, by) in row.iter_mut().zip(&pivot) {
                    *value -= factor * by;
                }
            }
        }
        self.basis[at] = entering;
    }
}

#[test]
fn attacker_undoes_a_single_hidden_cell_and_bounds_a_square() {
    // 3 | 7 of 10: hidden alone it follows from the total.
    let mut lone = Attacker::default();
    let (hidden, shown, total) = (lone.cell(None), lone.cell(Some(7)), lone.cell(Some(10)));
    lone.sum(total, [hidden, shown]);
    assert_eq!(lone.intervals(), [(hidden, (3.0, 3.0))]);
    assert_eq!(lone.determined(), [hidden]);
    // a square with rows 10, 20 and columns 12, 18: the first cell lies in 0–10.
    let mut square = Attacker::default();
    let cells: Vec<usize> = (0..4).map(|_| square.cell(None)).collect();
    for (total, parts) in [(10, [0, 1]), (20, [2, 3]), (12, [0, 2]), (18, [1, 3])] {
        let total = square.cell(Some(total));
        square.sum(total, parts.map(|part| cells[part]));
    }
    assert_eq!(square.intervals()[0].1, (0.0, 10.0));
    assert_eq!(square.intervals()[2].1, (2.0, 12.0));
    assert!(square.determined().is_empty());
    square.knows(cells[3], 15.0);
    assert_eq!(square.intervals()[2].1, (2.0, 5.0));
}
