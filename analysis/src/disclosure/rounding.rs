//! Counts rounded to a base, so that a difference of one person is not to be seen.
//!
//! Rounding to the nearest multiple and random rounding treat each cell alone, so rounded parts need not add up to
//! the rounded total. Controlled rounding keeps all sums. Every random draw takes the caller's seeded generator:
//! publishing the same table again must give the same figures, as repeated draws average out.

use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOptions, Variable};
use rand::{Rng, RngExt};

use super::tables::{CellId, Tables};

/// Nodes of branch and bound spent on a controlled rounding before giving up; two-way tables need none.
const NODES: u64 = 500;

/// Rounded counts of all cells of some [`Tables`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rounded {
    counts: Vec<u64>,
    additive: bool,
}

impl Rounded {
    /// The rounded count of a cell.
    pub fn count(&self, cell: CellId) -> u64 {
        self.counts[cell.0]
    }

    /// Whether every total is the sum of its rounded parts; where not, say so beside the table.
    pub fn is_additive(&self) -> bool {
        self.additive
    }
}

/// The nearest multiple of `base`, the upper one when halfway; `count` itself for a base of 0 or 1.
///
/// ```
/// use analysis::disclosure::rounding::nearest;
/// assert_eq!([7, 8, 12, 13].map(|n| nearest(n, 5)), [5, 10, 10, 15]);
/// ```
#[must_use]
pub fn nearest(count: u64, base: u64) -> u64 {
    if base < 2 {
        return count;
    }
    let rest = count % base;
    let down = count - rest;
    if rest >= base - rest {
        down.saturating_add(base)
    } else {
        down
    }
}

/// One of the two neighbouring multiples of `base`, the nearer with the higher probability, so that the expected value
/// is `count`; a multiple stays.
///
/// # Source
/// Nargundkar & Saveland (1972), Proceedings of the Social Statistics Section, ASA, 382–385.
pub fn random(rng: &mut impl Rng, count: u64, base: u64) -> u64 {
    if base < 2 {
        return count;
    }
    let rest = count % base;
    let up = rest > 0 && rng.random_range(0..base) < rest;
    (count - rest).saturating_add(if up { base } else { 0 })
}

impl Tables {
    /// Every cell to its nearest multiple of `base`.
    pub fn round_nearest(&self, base: u64) -> Rounded {
        self.rounded(self.counts.iter().map(|&count| nearest(count, base)).collect())
    }

    /// Every cell at random to one of its neighbouring multiples of `base`, without regard to sums.
    pub fn round_random(&self, rng: &mut impl Rng, base: u64) -> Rounded {
        self.rounded(
            self.counts
                .iter()
                .map(|&count| random(rng, count, base))
                .collect(),
        )
    }

    /// Every cell to one of its neighbouring multiples of `base`, multiples staying, so that all sums hold.
    ///
    /// A two-way table, also with a hierarchy in one dimension, always has such a rounding; in more dimensions there
    /// may be none (or none found soon): the cells are then rounded at random one by one and
    /// [`is_additive`](Rounded::is_additive) says so. Which of the roundings is taken is random: alone, each cell
    /// would be rounded without bias; the sums leave a little.
    ///
    /// # Source
    /// Cox & Ernst (1982), INFOR 20(4), 423–432, for the linear program and its integral vertices.
    pub fn round_controlled(&self, rng: &mut impl Rng, base: u64) -> Rounded {
        if base < 2 {
            return self.rounded(self.counts.clone());
        }
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let mut up: Vec<Option<Variable>> = Vec::with_capacity(self.counts.len());
        for &count in &self.counts {
            let share = (count % base) as f64 / base as f64;
            // With a price of u − share, u uniform, a cell alone goes up exactly when u < share.
            let price = rng.random::<f64>() - share;
            up.push((share > 0.0).then(|| problem.add_binary_var(price)));
        }
        let lower = |cell: usize| (self.counts[cell] / base) as f64;
        for sum in &self.sums {
            let parts = sum.parts.iter().filter_map(|&part| Some((up[part]?, 1.0)));
            let terms: Vec<(Variable, f64)> = parts.chain(up[sum.total].map(|up| (up, -1.0))).collect();
            let below: f64 = sum.parts.iter().map(|&part| lower(part)).sum();
            if !terms.is_empty() {
                problem.add_constraint(terms, ComparisonOp::Eq, lower(sum.total) - below);
            }
        }
        let mut options = SolveOptions::default();
        options.node_limit = Some(NODES);
        let outcome = problem.solve_with(options).ok();
        let Some(solution) = outcome.as_ref().and_then(|outcome| outcome.solution()) else {
            return self.round_random(rng, base);
        };
        let is_up = |up: Option<Variable>| up.is_some_and(|up| solution.var_value(up) > 0.5);
        let counts = self.counts.iter().zip(&up);
        self.rounded(
            counts
                .map(|(&count, &up)| (count / base + u64::from(is_up(up))).saturating_mul(base))
                .collect(),
        )
    }

    fn rounded(&self, counts: Vec<u64>) -> Rounded {
        let additive = self.sums.iter().all(|sum| {
            let parts = sum
                .parts
                .iter()
                .map(|&part| u128::from(counts[part]))
                .sum::<u128>();
            parts == u128::from(counts[sum.total])
        });
        Rounded { counts, additive }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::disclosure::{CellKey, Dimension};

    fn table(rows: usize, columns: usize, counts: &[u64]) -> Tables {
        let flat = |name: &str, n: usize| Dimension::flat(name, (0..n).map(|i| i.to_string())).unwrap();
        let mut tables = Tables::default();
        tables
            .cross(&[flat("row", rows), flat("column", columns)], counts)
            .unwrap();
        tables
    }

    #[test]
    fn nearest_ties_go_up_and_base_one_changes_nothing() {
        assert_eq!(nearest(5, 10), 10);
        assert_eq!(nearest(4, 10), 0);
        assert_eq!((nearest(7, 0), nearest(7, 1)), (7, 7));
        assert_eq!(nearest(u64::MAX, 10), u64::MAX);
    }

    #[test]
    fn random_rounding_is_unbiased_and_leaves_multiples() {
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let draws = 20_000;
        let sum: u64 = (0..draws).map(|_| random(&mut rng, 12, 5)).sum();
        // sd of a mean: 5 √(0.4 · 0.6 / 20000) = 0.017
        assert!((sum as f64 / draws as f64 - 12.0).abs() < 0.07);
        assert!((0..100).all(|_| random(&mut rng, 15, 5) == 15));
        assert_eq!(random(&mut rng, 7, 1), 7);
    }

    #[test]
    fn rounding_parts_alone_says_that_sums_no_longer_hold() {
        let tables = table(1, 3, &[2, 2, 2]);
        assert!(!tables.round_nearest(5).is_additive(), "0 + 0 + 0 is not 5");
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert!(tables.round_controlled(&mut rng, 5).is_additive());
    }

    #[test]
    fn same_seed_gives_the_same_figures() {
        let tables = table(3, 4, &[1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14]);
        let draw = |seed| tables.round_controlled(&mut ChaCha8Rng::seed_from_u64(seed), 5);
        assert_eq!(draw(4), draw(4));
        assert!((0..20).any(|seed| draw(seed) != draw(4)));
    }

    #[test]
    fn empty_tables_round_to_nothing() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert!(Tables::default().round_controlled(&mut rng, 5).is_additive());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn controlled_rounding_of_a_two_way_table_adds_up_and_takes_neighbours(
            (rows, columns, counts) in (1usize..6, 1usize..6).prop_flat_map(|(r, c)| {
                (Just(r), Just(c), prop::collection::vec(0u64..40, r * c))
            }),
            seed in 0u64..1000,
        ) {
            let tables = table(rows, columns, &counts);
            let rounded = tables.round_controlled(&mut ChaCha8Rng::seed_from_u64(seed), 5);
            prop_assert!(rounded.is_additive());
            for at in 0..tables.len() {
                let (count, found) = (tables.persons(CellId(at)), rounded.count(CellId(at)));
                prop_assert!(found % 5 == 0 && found.abs_diff(count) < 5, "{count} became {found}");
            }
            let total = tables.find(&CellKey::default()).unwrap();
            let sum: u64 = (0..rows)
                .map(|r| rounded.count(tables.find(&CellKey::new([("row", r.to_string().as_str())])).unwrap()))
                .sum();
            prop_assert_eq!(rounded.count(total), sum);
        }
    }
}
