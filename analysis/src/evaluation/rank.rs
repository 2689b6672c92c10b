//! Ranks as intervals: which places the answers do not rule out, for all units at once.

use nalgebra::{DMatrix, DVector, SymmetricEigen};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Simulated sets of scores: the 95 % quantile of the largest difference is then known to about ±0.02.
const DRAWS: usize = 10_000;

/// Two units whose scores are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Index of the unit with the higher score (the earlier one when equal).
    pub better: usize,
    /// Index of the other.
    pub worse: usize,
    /// Difference, ≥ 0.
    pub difference: f64,
    /// Its standard error.
    pub se: f64,
    /// Whether it stands against all comparisons jointly.
    pub significant: bool,
}

/// Ranks with joint intervals.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// 1 + the number of units with a higher score.
    pub rank: Vec<u32>,
    /// 1 + the number of units that are significantly better.
    pub lower: Vec<u32>,
    /// Units − the number that are significantly worse.
    pub upper: Vec<u32>,
    /// All pairs of units.
    pub pairs: Vec<Pair>,
    /// What a difference is multiplied by its standard error to be significant.
    pub critical: f64,
}

/// Ranks units by score and says which ranks are compatible with the data, jointly at `level`.
///
/// - `scores`: one per unit; equal scores share a rank.
/// - `covariance`: of the scores.
/// - `df`: degrees of freedom with which each unit's variance is known.
///
/// A pair is told apart when its studentised difference exceeds the `level` quantile of the largest one over all
/// pairs under equality, found by a seeded simulation. Each draw also draws each unit's estimated variance, χ² with
/// that unit's degrees of freedom, so that variances from few villages give wider intervals. Differences without any
/// error (a census) count as they are.
///
/// # Source
/// Klein, Wright & Wieczorek (2020), A joint confidence region for an overall ranking of populations, JRSS C 69(3),
/// 589–606, for the interval from pairwise comparisons; Mogstad, Romano, Shaikh & Wilhelm (2024), Review of Economic
/// Studies 91(1), 476–518, for the studentised maximum. χ² by Wilson & Hilferty (1931).
#[must_use]
pub fn rank_intervals(
    scores: &[f64],
    covariance: &DMatrix<f64>,
    df: &[f64],
    level: f64,
    seed: u64,
) -> Ranking {
    let units = scores.len();
    let mut pairs = Vec::new();
    for i in 0..units {
        for j in i + 1..units {
            let (better, worse) = if scores[j] > scores[i] { (j, i) } else { (i, j) };
            let variance = covariance[(i, i)] + covariance[(j, j)] - 2.0 * covariance[(i, j)];
            pairs.push(Pair {
                better,
                worse,
                difference: scores[better] - scores[worse],
                se: variance.max(0.0).sqrt(),
                significant: false,
            });
        }
    }
    let critical = critical_value(&pairs, covariance, df, level, seed);
    for pair in &mut pairs {
        // Two equal census values differ by rounding at most.
        pair.significant = pair.difference > (critical * pair.se).max(1e-9);
    }
    let count = |unit: usize, by: &dyn Fn(&Pair) -> Option<usize>| {
        pairs
            .iter()
            .filter(|pair| pair.significant && by(pair) == Some(unit))
            .count() as u32
    };
    let higher = |unit: usize| scores.iter().filter(|&&score| score > scores[unit]).count() as u32;
    Ranking {
        rank: (0..units).map(|unit| 1 + higher(unit)).collect(),
        lower: (0..units)
            .map(|unit| 1 + count(unit, &|pair| Some(pair.worse)))
            .collect(),
        upper: (0..units)
            .map(|unit| units as u32 - count(unit, &|pair| Some(pair.better)))
            .collect(),
        pairs,
        critical,
    }
}

fn critical_value(pairs: &[Pair], covariance: &DMatrix<f64>, df: &[f64], level: f64, seed: u64) -> f64 {
    let units = covariance.nrows();
    if pairs.iter().all(|pair| pair.se == 0.0) {
        return 0.0;
    }
    let root = square_root(covariance);
    let mut normal = Normal {
        rng: ChaCha8Rng::seed_from_u64(seed),
        spare: None,
    };
    let mut largest: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let draw = &root * DVector::from_fn(units, |_, _| normal.draw());
            let variance: Vec<f64> = (0..units)
                .map(|unit| covariance[(unit, unit)] * chi_square_ratio(df[unit], normal.draw()))
                .collect();
            let studentised = |pair: &Pair| {
                let (i, j) = (pair.better, pair.worse);
                // Perturbed variances can fall below the covariance; a tenth of the real one is the floor.
                let floor = 0.1 * pair.se * pair.se;
                let variance = (variance[i] + variance[j] - 2.0 * covariance[(i, j)]).max(floor);
                (draw[i] - draw[j]).abs() / variance.sqrt()
            };
            pairs
                .iter()
                .filter(|pair| pair.se > 0.0)
                .map(studentised)
                .fold(0.0, f64::max)
        })
        .collect();
    largest.sort_by(f64::total_cmp);
    let at = ((level * DRAWS as f64).ceil() as usize).clamp(1, DRAWS);
    largest[at - 1]
}

/// A quantile of χ²(df)/df at the normal deviate `z`.
fn chi_square_ratio(df: f64, z: f64) -> f64 {
    if !df.is_finite() || df <= 0.0 {
        return 1.0;
    }
    let spread = 2.0 / (9.0 * df);
    (1.0 - spread + z * spread.sqrt()).max(0.0).powi(3)
}

fn square_root(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    let eigen = SymmetricEigen::new(matrix.clone());
    let roots = eigen.eigenvalues.map(|value| value.max(0.0).sqrt());
    &eigen.eigenvectors * DMatrix::from_diagonal(&roots)
}

/// Standard normal deviates by Box and Muller.
struct Normal {
    rng: ChaCha8Rng,
    spare: Option<f64>,
}

impl Normal {
    fn draw(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        // (0, 1], so that the logarithm is finite.
        let u = ((self.rng.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64;
        let v = (self.rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        let (radius, angle) = ((-2.0 * u.ln()).sqrt(), std::f64::consts::TAU * v);
        self.spare = Some(radius * angle.sin());
        radius * angle.cos()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn independent(se: &[f64]) -> DMatrix<f64> {
        DMatrix::from_diagonal(&DVector::from_iterator(se.len(), se.iter().map(|se| se * se)))
    }

    #[test]
    fn rank_intervals_far_apart_are_single_ranks() {
        let ranking = rank_intervals(&[90.0, 50.0, 70.0], &independent(&[1.0; 3]), &[50.0; 3], 0.95, 1);
        assert_eq!(ranking.rank, [1, 3, 2]);
        assert_eq!((ranking.lower, ranking.upper), (vec![1, 3, 2], vec![1, 3, 2]));
    }

    #[test]
    fn rank_intervals_close_together_span_all_ranks() {
        let ranking = rank_intervals(&[80.0, 80.5, 79.5], &independent(&[2.0; 3]), &[50.0; 3], 0.95, 1);
        assert_eq!(ranking.rank, [2, 1, 3]);
        assert_eq!((ranking.lower, ranking.upper), (vec![1; 3], vec![3; 3]));
    }

    #[test]
    fn rank_intervals_census_values_are_exact_and_ties_share() {
        let ranking = rank_intervals(&[80.0, 70.0, 80.0], &DMatrix::zeros(3, 3), &[0.0; 3], 0.95, 1);
        assert_eq!(ranking.rank, [1, 3, 1]);
        assert_eq!((ranking.lower, ranking.upper), (vec![1, 3, 1], vec![2, 3, 2]));
    }

    #[test]
    fn critical_value_of_two_units_is_the_normal_quantile() {
        // One comparison with known variances: 1.96. The simulation knows it to ±0.02 or so.
        let ranking = rank_intervals(
            &[1.0, 0.0],
            &independent(&[1.0, 1.0]),
            &[f64::INFINITY; 2],
            0.95,
            7,
        );
        assert!((ranking.critical - 1.96).abs() < 0.05, "{}", ranking.critical);
    }

    #[test]
    fn critical_value_of_three_units_is_tukeys_range() {
        // Tukey's q(0.95; 3, ∞) = 3.314; divided by √2: 2.344.
        let ranking = rank_intervals(
            &[2.0, 1.0, 0.0],
            &independent(&[1.0; 3]),
            &[f64::INFINITY; 3],
            0.95,
            7,
        );
        assert!((ranking.critical - 2.344).abs() < 0.05, "{}", ranking.critical);
    }

    #[test]
    fn few_degrees_of_freedom_widen_the_intervals() {
        let many = rank_intervals(&[1.0, 0.0], &independent(&[1.0, 1.0]), &[200.0; 2], 0.95, 7).critical;
        let few = rank_intervals(&[1.0, 0.0], &independent(&[1.0, 1.0]), &[4.0; 2], 0.95, 7).critical;
        assert!(few > many + 0.2, "{few} {many}");
    }

    proptest! {
        #[test]
        fn rank_lies_within_its_interval_and_follows_the_units(
            units in proptest::collection::vec((0.0f64..100.0, 0.1f64..5.0), 2..8),
        ) {
            let (scores, se): (Vec<f64>, Vec<f64>) = units.iter().copied().unzip();
            let df = vec![20.0; scores.len()];
            let ranking = rank_intervals(&scores, &independent(&se), &df, 0.95, 3);
            for unit in 0..scores.len() {
                prop_assert!(ranking.lower[unit] <= ranking.rank[unit] && ranking.rank[unit] <= ranking.upper[unit]);
            }
        }
    }
}
