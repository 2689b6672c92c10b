//! Draws against closed forms, and what must hold of any of them.

use proptest::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal};

use super::*;
use crate::indicator::aggregate::ZeroRule;

fn arithmetic<'a>(
    values: &'a DMatrix<f64>,
    covariance: &'a DMatrix<f64>,
    weights: &'a [f64],
) -> LeafEstimates<'a> {
    LeafEstimates {
        values,
        covariance,
        weights,
        aggregation: Aggregation::Arithmetic,
    }
}

#[test]
fn simulate_with_fixed_weights_gives_the_linear_variance() {
    // Two units, two leaves, correlated within and between.
    let values = DMatrix::from_row_slice(2, 2, &[60.0, 70.0, 62.0, 66.0]);
    #[rustfmt::skip]
    let covariance = DMatrix::from_row_slice(4, 4, &[
        4.0, 1.0, 0.5, 0.0,
        1.0, 9.0, 0.0, 0.5,
        0.5, 0.0, 4.0, 1.0,
        0.0, 0.5, 1.0, 9.0,
    ]);
    let draws = simulate(
        &arithmetic(&values, &covariance, &[3.0, 1.0]),
        WeightSpread::Fixed,
        20_000,
        3,
    );
    let draws = draws.expect("good estimates");
    // 0.75²·4 + 0.25²·9 + 2·0.75·0.25·1 = 3.1875; covariance 0.75²·0.5 + 0.25²·0.5 = 0.3125.
    let (lower, upper) = draws.interval(0, 0.95);
    let (mean, half) = (62.5, 1.96 * 3.1875_f64.sqrt());
    assert!(
        (lower - (mean - half)).abs() < 0.12 && (upper - (mean + half)).abs() < 0.12,
        "{lower} {upper}"
    );
    let se = (2.0 * 3.1875 - 2.0 * 0.3125_f64).sqrt();
    let expected = Normal::standard().cdf((62.5 - 63.0) / se);
    assert!((draws.pair_probabilities().higher[(0, 1)] - expected).abs() < 0.015);
}

#[test]
fn simulate_without_error_and_with_fixed_weights_is_the_score() {
    let values = DMatrix::from_row_slice(1, 2, &[90.0, 40.0]);
    let zero = DMatrix::zeros(2, 2);
    let mut estimates = arithmetic(&values, &zero, &[0.5, 0.5]);
    let draws = simulate(&estimates, WeightSpread::Fixed, 5, 1).expect("good estimates");
    assert_eq!(draws.interval(0, 0.95), (65.0, 65.0));
    estimates.aggregation = Aggregation::Geometric(ZeroRule::Absorb);
    let draws = simulate(&estimates, WeightSpread::Fixed, 5, 1).expect("good estimates");
    assert!((draws.interval(0, 0.95).0 - 60.0).abs() < 1e-9);
}

#[test]
fn simulate_spreads_weights_as_declared() {
    // One leaf at 100, the other at 0: the score is 100 times the first weight.
    let values = DMatrix::from_row_slice(1, 2, &[100.0, 0.0]);
    let zero = DMatrix::zeros(2, 2);
    let estimates = arithmetic(&values, &zero, &[0.2, 0.8]);
    let draws = |spread| simulate(&estimates, spread, 20_000, 11).expect("good estimates");
    // Beta(20, 80): 2.5 and 97.5 % at 0.1281 and 0.2833 (R: qbeta).
    let (lower, upper) = draws(WeightSpread::Dirichlet { concentration: 100.0 }).interval(0, 0.95);
    assert!(
        (lower - 12.81).abs() < 0.3 && (upper - 28.33).abs() < 0.3,
        "{lower} {upper}"
    );
    // 0.15/(0.15 + 1.0) to 0.25/(0.25 + 0.6).
    let (lowest, highest) = draws(WeightSpread::PlusMinus { share: 0.25 }).interval(0, 1.0);
    assert!(lowest >= 100.0 * 0.15 / 1.15 - 1e-9 && highest <= 100.0 * 0.25 / 0.85 + 1e-9);
    assert!(lowest < 13.5 && highest > 28.5, "{lowest} {highest}");
}

#[test]
fn simulate_is_reproducible() {
    let values = DMatrix::from_row_slice(2, 1, &[50.0, 51.0]);
    let covariance = DMatrix::identity(2, 2);
    let run = |seed| {
        let spread = WeightSpread::Dirichlet { concentration: 10.0 };
        simulate(&arithmetic(&values, &covariance, &[1.0]), spread, 50, seed).expect("good estimates")
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn simulate_refuses_what_does_not_fit() {
    let values = DMatrix::from_row_slice(1, 2, &[50.0, f64::NAN]);
    let covariance = DMatrix::identity(2, 2);
    let run =
        |estimates: &LeafEstimates<'_>, spread| simulate(estimates, spread, 5, 1).expect_err("at fault");
    let missing = run(
        &arithmetic(&values, &covariance, &[1.0, 1.0]),
        WeightSpread::Fixed,
    );
    assert!(matches!(
        missing,
        UncertaintyFault::NotFinite {
            row: 0,
            column: 1,
            ..
        }
    ));
    let values = DMatrix::from_row_slice(1, 2, &[50.0, 60.0]);
    let short = run(&arithmetic(&values, &covariance, &[1.0]), WeightSpread::Fixed);
    assert_eq!(
        short,
        UncertaintyFault::ShapeMismatch {
            what: "weights",
            found: 1,
            expected: 2
        }
    );
    let spread = WeightSpread::PlusMinus { share: 1.5 };
    let wide = run(&arithmetic(&values, &covariance, &[1.0, 1.0]), spread);
    assert_eq!(wide, UncertaintyFault::BadSpread { value: 1.5 });
    let none = run(
        &arithmetic(&values, &covariance, &[0.0, 0.0]),
        WeightSpread::Fixed,
    );
    assert_eq!(none, UncertaintyFault::Weights(WeightFault::NoWeight));
}

#[test]
fn draws_of_nothing_say_nothing() {
    let draws = ScoreDraws::from_rows::<[f64; 0]>(&[]).expect("no rows");
    assert_eq!((draws.units(), draws.draws()), (0, 0));
    assert!(draws.interval(0, 0.95).0.is_nan());
    assert!(draws.rank_percentiles(0.95).is_empty());
}

#[test]
fn replicate_covariance_of_the_jackknife_is_that_of_a_mean() {
    // Means of two columns, one row left out in each replicate: S/n, here to rounding.
    let rows = [[1.0, 4.0], [2.0, 2.0], [4.0, 3.0], [9.0, 1.0]];
    let mean = |skip: usize, column: usize| {
        let kept = || {
            rows.iter()
                .enumerate()
                .filter(|(at, _)| *at != skip)
                .map(|(_, row)| row[column])
        };
        kept().sum::<f64>() / kept().count() as f64
    };
    let replicates: Vec<[f64; 2]> = (0..4).map(|skip| [mean(skip, 0), mean(skip, 1)]).collect();
    let found = replicate_covariance(&[4.0, 2.5], &replicates, &[0.75; 4]).expect("good shapes");
    // Σ(x−4)² = 38, Σ(y−2.5)² = 5, Σ(x−4)(y−2.5) = −11; divided by n(n − 1).
    for ((i, j), expected) in [((0, 0), 38.0), ((1, 1), 5.0), ((0, 1), -11.0)] {
        assert!((found[(i, j)] - expected / 12.0).abs() < 1e-12);
    }
    let short = replicate_covariance(&[4.0, 2.5], &replicates, &[0.75; 3]);
    assert!(matches!(
        short,
        Err(UncertaintyFault::ShapeMismatch {
            found: 3,
            expected: 4,
            ..
        })
    ));
}

proptest! {
    #[test]
    fn pair_probabilities_add_up_and_follow_the_units(
        rows in prop::collection::vec(prop::collection::vec(0u8..4, 3), 1..30),
    ) {
        let rows: Vec<Vec<f64>> = rows.iter().map(|row| row.iter().map(|&x| f64::from(x)).collect()).collect();
        let found = ScoreDraws::from_rows(&rows).expect("even rows").pair_probabilities();
        let turned: Vec<Vec<f64>> = rows.iter().map(|row| vec![row[2], row[0], row[1]]).collect();
        let other = ScoreDraws::from_rows(&turned).expect("even rows").pair_probabilities();
        for i in 0..3 {
            for j in 0..3 {
                let all = found.higher[(i, j)] + found.higher[(j, i)] + found.tied[(i, j)];
                prop_assert!((all - 1.0).abs() < 1e-12);
                prop_assert_eq!(found.higher[(i, j)], other.higher[((i + 1) % 3, (j + 1) % 3)]);
            }
        }
    }

    #[test]
    fn drawn_weights_sum_to_one_and_stay_positive(
        nominal in prop::collection::vec(0.0f64..5.0, 1..6), concentration in 0.01f64..200.0, share in 0.0f64..=1.0,
    ) {
        prop_assume!(nominal.iter().sum::<f64>() > 0.0);
        let nominal = direct(&nominal).expect("above 0");
        let mut draws = Draws::new(1);
        for spread in [WeightSpread::Dirichlet { concentration }, WeightSpread::PlusMinus { share }] {
            let weights = spread.draw(&nominal, &mut draws);
            prop_assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!(weights.iter().all(|weight| *weight >= 0.0));
        }
    }
}
