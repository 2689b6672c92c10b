//! Ranks as intervals: which places the answers do not rule out, for all units at once.
//!
//! The tempting alternative, percentiles of ranks in simulated scores, does not work: near ties the simulated ranks
//! scatter around the middle, and the percentiles miss the units' true places far more often than they say (the
//! example `rank_coverage` counts how often).
//!
#![doc = include_str!("../../docs/rank_coverage.md")]

#[cfg(test)]
mod coverage_tests;
mod critical;

use critical::Reference;
use nalgebra::DMatrix;

/// Two units whose scores are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Index of the unit with the higher score (the earlier one when equal).
    pub better: usize,
    /// Index of the other.
    pub worse: usize,
    /// Difference, ≥ 0; NaN where one of them has no score.
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
    /// A difference is significant when it exceeds this times its standard error.
    pub critical: f64,
}

/// How joint rank intervals are found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankOptions {
    /// Joint confidence level, in (0, 1).
    pub level: f64,
    /// Seed of the simulation; any number does, as long as it stays.
    pub seed: u64,
    /// Simulated sets of scores. With 10,000 the 95 % quantile of the largest difference is known to about ±0.02.
    pub draws: usize,
    /// Whether pairs told apart make way for the others ([`rank_intervals`]).
    pub step_down: bool,
    /// Whether the whole covariance comes from one sample that all units share (replicates over the same PSUs, scorers
    /// of all units), rather than each unit's variance from its own villages. It is then known with the smallest of
    /// the degrees of freedom only, and the critical value is larger.
    pub one_sample: bool,
}

impl Default for RankOptions {
    fn default() -> Self {
        Self {
            level: 0.95,
            seed: 1,
            draws: 10_000,
            step_down: true,
            one_sample: false,
        }
    }
}

/// Ranks units by score and says which ranks are compatible with the data, jointly at `level`.
///
/// - `scores`: one per unit; equal scores share a rank. A unit without a score (NaN, or an error that is not finite)
///   is ranked last and told apart from none.
/// - `covariance`: of the scores.
/// - `df`: degrees of freedom with which each unit's variance is known; infinite, or not positive, where it is known
///   outright.
///
/// A unit's interval runs from 1 + the number of units told to be better to n − the number told to be worse. With
/// probability `level` no pair is told apart in the wrong direction, and all intervals together hold every true rank;
/// units that truly tie have their whole range of places inside.
///
/// Pairs are told apart when the studentised difference exceeds a critical value: the `level` quantile of the largest
/// one among the comparisons still open, if all of them were equal. In each simulated draw the standard errors are
/// drawn anew as well, so that variances known from few villages give wider intervals: each unit's variance is a χ²
/// with its degrees of freedom (correlated ρ² between units whose scores are), and a difference's varies as the mean of
/// both weighted by their variances. A covariance from one sample of all units is Wishart instead
/// ([`RankOptions::one_sample`]), with equal correlations, which Tukey's conjecture holds to be the worst case. Then it steps down: what has been told apart leaves the set (but for the opposite
/// direction, which stays), the critical value is found anew for the rest, until nothing more is told apart. The steps
/// never lose a pair and keep the joint level. Differences without any error (a census) count as they are.
///
/// In simulations of 20 units (the example `rank_coverage`) all intervals together hold all true ranks in 94.5–97.6 % of
/// the rounds when all units tie, with 2 to infinitely many degrees of freedom, even or uneven errors, independent or
/// correlated; in more when they do not.
///
/// # Source
/// Klein, Wright & Wieczorek (2020), A joint confidence region for an overall ranking of populations, JRSS C 69(3),
/// 589–606, for the interval from pairwise comparisons; Mogstad, Romano, Shaikh & Wilhelm (2024), Review of Economic
/// Studies 91(1), 476–518, for the studentised maximum and its stepwise refinement; Romano & Wolf (2005), Econometrica
/// 73, 1237–1282, for the steps.
///
/// ```
/// use analysis::evaluation::rank::rank_intervals;
/// use nalgebra::DMatrix;
/// let covariance = DMatrix::identity(3, 3); // standard errors of 1, independent
/// let ranking = rank_intervals(&[80.0, 79.0, 60.0], &covariance, &[f64::INFINITY; 3], 0.95, 1);
/// assert_eq!(ranking.rank, [1, 2, 3]);
/// assert_eq!((ranking.lower, ranking.upper), (vec![1, 1, 3], vec![2, 2, 3]));
/// ```
#[must_use]
pub fn rank_intervals(
    scores: &[f64],
    covariance: &DMatrix<f64>,
    df: &[f64],
    level: f64,
    seed: u64,
) -> Ranking {
    let options = RankOptions {
        level,
        seed,
        ..RankOptions::default()
    };
    rank_intervals_with(scores, covariance, df, &options)
}

/// [`rank_intervals`] with every option.
#[must_use]
pub fn rank_intervals_with(
    scores: &[f64],
    covariance: &DMatrix<f64>,
    df: &[f64],
    options: &RankOptions,
) -> Ranking {
    let units = scores.len();
    let known: Vec<bool> = (0..units)
        .map(|unit| scores[unit].is_finite() && variance_of(covariance, unit, unit).is_finite())
        .collect();
    let value = |unit: usize| if known[unit] { scores[unit] } else { f64::NAN };
    let mut pairs = Vec::new();
    for i in 0..units {
        for j in i + 1..units {
            let (better, worse) = if value(j) > value(i) || (known[j] && !known[i]) {
                (j, i)
            } else {
                (i, j)
            };
            let variance = variance_of(covariance, i, i) + variance_of(covariance, j, j)
                - 2.0 * variance_of(covariance, i, j);
            pairs.push(Pair {
                better,
                worse,
                difference: value(better) - value(worse),
                // `max` would make a variance that is not known 0.
                se: if variance < 0.0 { 0.0 } else { variance.sqrt() },
                significant: false,
            });
        }
    }
    let critical = tell_apart(&mut pairs, covariance, df, options);
    let count = |unit: usize, by: &dyn Fn(&Pair) -> usize| {
        pairs
            .iter()
            .filter(|pair| pair.significant && by(pair) == unit)
            .count() as u32
    };
    let higher = |unit: usize| {
        (0..units)
            .filter(|&other| value(other) > value(unit) || (known[other] && !known[unit]))
            .count() as u32
    };
    Ranking {
        rank: (0..units).map(|unit| 1 + higher(unit)).collect(),
        lower: (0..units)
            .map(|unit| 1 + count(unit, &|pair| pair.worse))
            .collect(),
        upper: (0..units)
            .map(|unit| units as u32 - count(unit, &|pair| pair.better))
            .collect(),
        pairs,
        critical,
    }
}

/// A cell of the covariance; NaN beyond its end.
fn variance_of(covariance: &DMatrix<f64>, i: usize, j: usize) -> f64 {
    covariance.get((i, j)).copied().unwrap_or(f64::NAN)
}

/// Marks the pairs that are told apart; returns the last critical value.
fn tell_apart(pairs: &mut [Pair], covariance: &DMatrix<f64>, df: &[f64], options: &RankOptions) -> f64 {
    // Two equal census values differ by rounding at most.
    for pair in pairs.iter_mut().filter(|pair| pair.se == 0.0) {
        pair.significant = pair.difference > 1e-9;
    }
    let mut open: Vec<&mut Pair> = pairs
        .iter_mut()
        .filter(|pair| pair.se > 0.0 && pair.difference.is_finite())
        .collect();
    if open.is_empty() {
        return 0.0;
    }
    let reference = Reference::draw(covariance, df, options);
    loop {
        let critical = reference.critical(&open, options.level);
        let mut rejected = false;
        for pair in open.iter_mut().filter(|pair| !pair.significant) {
            if pair.difference > (critical * pair.se).max(1e-9) {
                pair.significant = true;
                rejected = true;
            }
        }
        let all = open.iter().all(|pair| pair.significant);
        if !rejected || all || !options.step_down {
            return critical;
        }
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DVector;
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
    fn rank_intervals_of_a_unit_without_a_score_is_every_place() {
        let mut covariance = independent(&[0.1; 4]);
        covariance[(3, 3)] = f64::NAN;
        let ranking = rank_intervals(&[80.0, f64::NAN, 70.0, 75.0], &covariance, &[9.0; 4], 0.95, 1);
        assert_eq!(ranking.rank, [1, 3, 2, 3]);
        assert_eq!(ranking.lower, [1, 1, 2, 1]);
        assert_eq!(ranking.upper, [3, 4, 4, 4]);
    }

    #[test]
    fn rank_intervals_of_none_and_one() {
        let none = rank_intervals(&[], &DMatrix::zeros(0, 0), &[], 0.95, 1);
        assert!(none.rank.is_empty() && none.pairs.is_empty());
        let one = rank_intervals(&[4.0], &independent(&[1.0]), &[3.0], 0.95, 1);
        assert_eq!((one.rank, one.lower, one.upper), (vec![1], vec![1], vec![1]));
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
    fn critical_value_with_few_degrees_of_freedom_is_students() {
        // Two independent units of the same variance, 3 degrees of freedom each: t(6), 2.447.
        let critical = |df: f64, rho: f64| {
            let covariance = DMatrix::from_row_slice(2, 2, &[1.0, rho, rho, 1.0]);
            let options = RankOptions {
                draws: 40_000,
                ..RankOptions::default()
            };
            rank_intervals_with(&[1.0, 0.0], &covariance, &[df; 2], &options).critical
        };
        assert!(
            (critical(3.0, 0.0) - 2.447).abs() < 0.05,
            "{}",
            critical(3.0, 0.0)
        );
        // 2.5 each: t(5), 2.571. Fractions of a degree count.
        assert!(
            (critical(2.5, 0.0) - 2.571).abs() < 0.06,
            "{}",
            critical(2.5, 0.0)
        );
        // Units that are the same but for a shade: t(4), 2.776.
        assert!(
            (critical(4.0, 0.999) - 2.776).abs() < 0.1,
            "{}",
            critical(4.0, 0.999)
        );
    }

    #[test]
    fn critical_value_of_a_shared_sample_has_its_degrees_of_freedom_once() {
        // t(4), 2.776, where samples of their own would give t(8), 2.306.
        let options = RankOptions {
            draws: 40_000,
            one_sample: true,
            ..RankOptions::default()
        };
        let run =
            |df: [f64; 2]| rank_intervals_with(&[1.0, 0.0], &independent(&[1.0; 2]), &df, &options).critical;
        assert!((run([4.0, 9.0]) - 2.776).abs() < 0.1, "{}", run([4.0, 9.0]));
        // A covariance that is known outright: 1.96.
        assert!((run([f64::INFINITY; 2]) - 1.96).abs() < 0.05);
    }

    #[test]
    fn step_down_tells_more_apart_and_loses_nothing() {
        // Two groups far apart, in one a difference of 3.1 standard errors: below the critical value of 15 pairs on
        // both sides, above that of what is left once the groups are told apart.
        let scores = [100.0, 96.15, 20.0, 18.0, 16.0, 14.0];
        let run = |step_down| {
            let options = RankOptions {
                step_down,
                ..RankOptions::default()
            };
            rank_intervals_with(&scores, &independent(&[0.95; 6]), &[f64::INFINITY; 6], &options)
        };
        let (single, stepped) = (run(false), run(true));
        assert!(
            stepped.critical < single.critical - 0.02,
            "{} {}",
            stepped.critical,
            single.critical
        );
        for (a, b) in single.pairs.iter().zip(&stepped.pairs) {
            assert!(b.significant || !a.significant);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn rank_lies_within_its_interval_and_follows_the_units(
            units in proptest::collection::vec((0.0f64..100.0, 0.1f64..5.0), 2..8),
        ) {
            let (scores, se): (Vec<f64>, Vec<f64>) = units.iter().copied().unzip();
            let df = vec![20.0; scores.len()];
            let options = RankOptions { draws: 500, seed: 3, ..RankOptions::default() };
            let ranking = rank_intervals_with(&scores, &independent(&se), &df, &options);
            let single = RankOptions { step_down: false, ..options };
            let wider = rank_intervals_with(&scores, &independent(&se), &df, &single);
            for unit in 0..scores.len() {
                prop_assert!(ranking.lower[unit] <= ranking.rank[unit] && ranking.rank[unit] <= ranking.upper[unit]);
                prop_assert!(wider.lower[unit] <= ranking.lower[unit] && ranking.upper[unit] <= wider.upper[unit]);
            }
        }
    }
}
