//! Does the joint level hold? Simulated rounds with known truth, near ties above all.

use nalgebra::DMatrix;

use super::{RankOptions, rank_intervals_with};
use crate::evaluation::uncertainty::ScoreDraws;
use crate::simulation::{Draws, MultiNormal};

/// A truth and how well it is known.
struct Setting {
    truth: Vec<f64>,
    covariance: DMatrix<f64>,
    df: f64,
    /// Whether the covariance is estimated from one sample of all units.
    one_sample: bool,
    /// Whether the intervals are told so.
    told: bool,
}

/// Shares of the rounds in which …
#[derive(Debug)]
struct Coverage {
    /// … all rank intervals hold all true ranks,
    joint: f64,
    /// … each pair compared at 1.96 by itself holds jointly,
    pairwise: f64,
    /// … percentiles of simulated ranks hold all true ranks;
    percentiles: f64,
    /// and the mean width of the intervals, in places.
    width: f64,
}

/// Every rank that a unit holds in truth, ties counting as any of their places.
fn true_places(truth: &[f64], unit: usize) -> (u32, u32) {
    let count = |of: &dyn Fn(f64) -> bool| truth.iter().filter(|&&other| of(other)).count() as u32;
    let own = truth[unit];
    (
        1 + count(&|other| other > own),
        truth.len() as u32 - count(&|other| other < own),
    )
}

fn coverage(setting: &Setting, rounds: usize, step_down: bool) -> Coverage {
    let Setting {
        truth,
        covariance,
        df,
        one_sample,
        told,
    } = setting;
    let units = truth.len();
    let errors = MultiNormal::new(covariance);
    let mut stream = Draws::new(20_261_125);
    let (mut joint, mut pairwise, mut percentiles, mut width) = (0, 0, 0, 0.0);
    for round in 0..rounds {
        let error = errors.draw(&mut stream);
        let scores: Vec<f64> = truth.iter().zip(error.iter()).map(|(t, e)| t + e).collect();
        // Variances as samples would give them: one of all units, or each unit's own.
        let sample: Vec<_> = (0..if *one_sample { *df as usize } else { 0 })
            .map(|_| errors.draw(&mut stream))
            .collect();
        let estimated = DMatrix::from_fn(units, units, |i, j| {
            if *one_sample {
                sample.iter().map(|row| row[i] * row[j]).sum::<f64>() / df
            } else if i == j && df.is_finite() {
                covariance[(i, i)] * stream.chi_square(*df) / df
            } else {
                covariance[(i, j)]
            }
        });
        let options = RankOptions {
            seed: round as u64,
            draws: 1_000,
            step_down,
            one_sample: *told,
            ..RankOptions::default()
        };
        let ranking = rank_intervals_with(&scores, &estimated, &vec![*df; units], &options);
        let holds = |interval: &dyn Fn(usize) -> (u32, u32)| {
            (0..units).all(|unit| {
                let ((lower, upper), (best, worst)) = (interval(unit), true_places(truth, unit));
                lower <= best && worst <= upper
            })
        };
        joint += usize::from(holds(&|unit| (ranking.lower[unit], ranking.upper[unit])));
        let alone = |pair: &&super::Pair| pair.difference > 1.96 * pair.se;
        pairwise += usize::from(holds(&|unit| {
            let above = ranking
                .pairs
                .iter()
                .filter(alone)
                .filter(|p| p.worse == unit)
                .count() as u32;
            let below = ranking
                .pairs
                .iter()
                .filter(alone)
                .filter(|p| p.better == unit)
                .count() as u32;
            (1 + above, units as u32 - below)
        }));
        let again = MultiNormal::new(&estimated);
        let rows: Vec<Vec<f64>> = (0..200)
            .map(|_| {
                scores
                    .iter()
                    .zip(again.draw(&mut stream).iter())
                    .map(|(s, e)| s + e)
                    .collect()
            })
            .collect();
        let simulated = ScoreDraws::from_rows(&rows)
            .expect("even rows")
            .rank_percentiles(0.95);
        percentiles += usize::from(holds(&|unit| simulated[unit]));
        width += (0..units)
            .map(|unit| f64::from(ranking.upper[unit] - ranking.lower[unit]))
            .sum::<f64>()
            / units as f64;
    }
    let share = |count: usize| count as f64 / rounds as f64;
    Coverage {
        joint: share(joint),
        pairwise: share(pairwise),
        percentiles: share(percentiles),
        width: width / rounds as f64,
    }
}

fn independent(units: usize) -> DMatrix<f64> {
    DMatrix::identity(units, units)
}

/// 600 rounds: the standard error of a coverage of 0.95 is 0.009.
const ROUNDS: usize = 600;

#[test]
fn joint_coverage_when_all_tie_is_the_level_and_other_ways_fail() {
    let setting = Setting {
        truth: vec![70.0; 8],
        covariance: independent(8),
        df: f64::INFINITY,
        one_sample: false,
        told: false,
    };
    let found = coverage(&setting, ROUNDS, true);
    assert!((0.92..=0.98).contains(&found.joint), "{found:?}");
    assert!(found.pairwise < 0.7, "{found:?}");
    assert!(found.percentiles < 0.5, "{found:?}");
}

#[test]
fn joint_coverage_with_few_degrees_of_freedom_holds() {
    let setting = Setting {
        truth: vec![70.0; 8],
        covariance: independent(8),
        df: 5.0,
        one_sample: false,
        told: false,
    };
    let found = coverage(&setting, ROUNDS, true);
    assert!((0.92..=0.99).contains(&found.joint), "{found:?}");
}

#[test]
fn joint_coverage_of_correlated_units_holds() {
    let covariance = DMatrix::from_fn(8, 8, |i, j| if i == j { 1.0 } else { 0.6 });
    let setting = Setting {
        truth: vec![70.0; 8],
        covariance,
        df: f64::INFINITY,
        one_sample: false,
        told: false,
    };
    let found = coverage(&setting, ROUNDS, true);
    assert!((0.92..=0.98).contains(&found.joint), "{found:?}");
}

#[test]
fn joint_coverage_with_a_covariance_from_one_small_sample_holds_when_said() {
    let mut setting = Setting {
        truth: vec![70.0; 8],
        covariance: DMatrix::from_fn(8, 8, |i, j| if i == j { 1.0 } else { 0.6 }),
        df: 12.0,
        one_sample: true,
        told: true,
    };
    // Fewer rounds, since each draws covariances: the standard error is 0.014, and both see the same rounds.
    let told = coverage(&setting, 240, true);
    assert!((0.90..=0.99).contains(&told.joint), "{told:?}");
    setting.told = false;
    let untold = coverage(&setting, 240, true);
    assert!(untold.joint < told.joint - 0.02, "{untold:?}");
}

#[test]
fn step_down_holds_the_level_with_two_groups_and_narrows_the_intervals() {
    let setting = Setting {
        truth: [vec![80.0; 4], vec![70.0; 4]].concat(),
        covariance: independent(8),
        df: f64::INFINITY,
        one_sample: false,
        told: false,
    };
    let (single, stepped) = (
        coverage(&setting, ROUNDS, false),
        coverage(&setting, ROUNDS, true),
    );
    assert!(stepped.joint >= 0.92, "{stepped:?}");
    assert!(
        stepped.joint <= single.joint && stepped.width <= single.width,
        "{single:?} {stepped:?}"
    );
}
