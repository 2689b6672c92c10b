//! The formulas by hand, naive loops, and invariances.

use proptest::prelude::*;

use super::*;
use crate::design::StageColumns;
use crate::factor::Factor;

fn close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 1e-10 * expected.abs().max(1.0),
        "{found} is not {expected}"
    );
}

/// n/(n−1) Σ (t−t̄)²
fn spread(totals: &[f64]) -> f64 {
    let n = totals.len() as f64;
    let mean = totals.iter().sum::<f64>() / n;
    n / (n - 1.0) * totals.iter().map(|t| (t - mean).powi(2)).sum::<f64>()
}

#[test]
fn stratified_with_fpc_is_the_textbook_sum() {
    let strata = Factor::from_labels(["a", "a", "a", "b", "b"]);
    let fpc = [6.0, 6.0, 6.0, 4.0, 4.0];
    let design = SurveyDesign::builder(5)
        .stage(StageColumns {
            strata: Some(&strata),
            fpc: Some(&fpc),
            ids: None,
        })
        .build()
        .unwrap();
    let x = [1.0, 4.0, 7.0, 2.0, 5.0];
    let by_hand = 0.5 * spread(&x[..3]) + 0.5 * spread(&x[3..]);
    close(variance_of_total(&design, &x), by_hand);
}

#[test]
fn two_stages_add_the_second_times_the_first_fraction() {
    // Two of four clusters; 2 of 3 and 2 of 8 units in them.
    let clusters = Factor::from_labels(["1", "1", "2", "2"]);
    let units = Factor::from_labels(["a", "b", "a", "b"]);
    let design = SurveyDesign::builder(4)
        .stage(StageColumns {
            ids: Some(&clusters),
            fpc: Some(&[4.0; 4]),
            strata: None,
        })
        .stage(StageColumns {
            ids: Some(&units),
            fpc: Some(&[3.0, 3.0, 8.0, 8.0]),
            strata: None,
        })
        .build()
        .unwrap();
    assert_eq!(design.weights(), [3.0, 3.0, 8.0, 8.0]);
    let x = [3.0, 5.0, 10.0, 18.0];
    let first = 0.5 * spread(&[8.0, 28.0]);
    let second = 0.5 * ((1.0 / 3.0) * spread(&x[..2]) + 0.75 * spread(&x[2..]));
    close(variance_of_total(&design, &x), first + second);
}

#[test]
fn without_first_stage_fpc_only_the_first_stage_counts() {
    let clusters = Factor::from_labels(["1", "1", "2", "2"]);
    let one_stage = SurveyDesign::builder(4)
        .stage(StageColumns {
            ids: Some(&clusters),
            ..StageColumns::default()
        })
        .build()
        .unwrap();
    let two_stages = SurveyDesign::builder(4)
        .stage(StageColumns {
            ids: Some(&clusters),
            ..StageColumns::default()
        })
        .stage(StageColumns::default())
        .build()
        .unwrap();
    let x = [3.0, 5.0, 10.0, 18.0];
    close(
        variance_of_total(&two_stages, &x),
        variance_of_total(&one_stage, &x),
    );
    close(variance_of_total(&one_stage, &x), spread(&[8.0, 28.0]));
}

#[test]
fn certainty_units_add_nothing_and_are_not_lonely() {
    let strata = Factor::from_labels(["big", "a", "a"]);
    let design = SurveyDesign::builder(3)
        .stage(StageColumns {
            strata: Some(&strata),
            fpc: Some(&[1.0, 9.0, 9.0]),
            ids: None,
        })
        .build()
        .unwrap();
    close(
        variance_of_total(&design, &[100.0, 1.0, 3.0]),
        7.0 / 9.0 * spread(&[1.0, 3.0]),
    );
}

#[test]
fn lonely_psu_rules_differ_as_documented() {
    let strata = Factor::from_labels(["a", "a", "b"]);
    let variance = |rule| {
        let design = SurveyDesign::builder(3)
            .stage(StageColumns {
                strata: Some(&strata),
                ..StageColumns::default()
            })
            .lonely_psu(rule)
            .build()
            .unwrap();
        variance_of_total(&design, &[1.0, 3.0, 5.0])
    };
    let seen = spread(&[1.0, 3.0]);
    close(variance(LonelyPsu::Remove), seen);
    close(variance(LonelyPsu::Certainty), seen);
    close(variance(LonelyPsu::Average), 2.0 * seen);
    close(variance(LonelyPsu::Adjust), seen + 25.0);
}

#[test]
fn only_lonely_psus_give_zero_or_nothing_to_average() {
    let strata = Factor::from_labels(["a", "b"]);
    for rule in [LonelyPsu::Remove, LonelyPsu::Average] {
        let design = SurveyDesign::builder(2)
            .stage(StageColumns {
                strata: Some(&strata),
                ..StageColumns::default()
            })
            .lonely_psu(rule)
            .build()
            .unwrap();
        let variance = variance_of_total(&design, &[1.0, 3.0]);
        assert!(if rule == LonelyPsu::Remove {
            variance == 0.0
        } else {
            variance.is_nan()
        });
    }
}

/// Rows of a random two-stage design: stratum, PSU within it, value.
fn rows() -> impl Strategy<Value = Vec<(u8, u8, f64)>> {
    // Two PSUs in each of three strata are always there, so that none is lonely.
    let fixed: Vec<(u8, u8)> = (0..3).flat_map(|h| [(h, 0), (h, 1)]).collect();
    prop::collection::vec((0u8..3, 0u8..4, -50.0f64..50.0), 0..40).prop_map(move |mut rows| {
        rows.extend(
            fixed
                .iter()
                .map(|&(h, i)| (h, i, f64::from(h) - 3.0 * f64::from(i))),
        );
        rows
    })
}

fn design_of(rows: &[(u8, u8, f64)]) -> SurveyDesign {
    let strata = Factor::from_labels(rows.iter().map(|row| row.0.to_string()));
    let ids = Factor::from_labels(rows.iter().map(|row| row.1.to_string()));
    SurveyDesign::builder(rows.len())
        .stage(StageColumns {
            ids: Some(&ids),
            strata: Some(&strata),
            fpc: None,
        })
        .nest(true)
        .build()
        .unwrap()
}

fn naive(rows: &[(u8, u8, f64)]) -> f64 {
    (0..3)
        .map(|h| {
            let totals: Vec<f64> = (0..4)
                .filter(|i| rows.iter().any(|row| (row.0, row.1) == (h, *i)))
                .map(|i| {
                    rows.iter()
                        .filter(|row| (row.0, row.1) == (h, i))
                        .map(|row| row.2)
                        .sum()
                })
                .collect();
            spread(&totals)
        })
        .sum()
}

proptest! {
    #[test]
    fn variance_equals_a_naive_loop_in_any_row_order(rows in rows(), seed in any::<u64>()) {
        let values: Vec<f64> = rows.iter().map(|row| row.2).collect();
        let expected = naive(&rows);
        let found = variance_of_total(&design_of(&rows), &values);
        prop_assert!((found - expected).abs() <= 1e-9 * expected.max(1.0));

        let mut shuffled = rows.clone();
        shuffled.sort_by_key(|row| (row.2.to_bits() ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let values: Vec<f64> = shuffled.iter().map(|row| row.2).collect();
        let again = variance_of_total(&design_of(&shuffled), &values);
        prop_assert!((again - expected).abs() <= 1e-9 * expected.max(1.0));
    }

    #[test]
    fn sparse_equals_dense_with_zeros(rows in rows(), keep in prop::collection::vec(any::<bool>(), 46)) {
        let design = design_of(&rows);
        let inside: Vec<u32> = (0..rows.len() as u32).filter(|&row| keep[row as usize]).collect();
        let values: Vec<f64> = inside.iter().map(|&row| rows[row as usize].2).collect();
        let dense: Vec<f64> =
            (0..rows.len()).map(|row| if keep[row] { rows[row].2 } else { 0.0 }).collect();
        let expected = variance_of_total(&design, &dense);
        let found = variance_of_domain_total(&design, &inside, &values);
        prop_assert!((found - expected).abs() <= 1e-9 * expected.max(1.0));
    }

    #[test]
    fn covariance_is_bilinear(rows in rows(), a in -3.0f64..3.0, b in -3.0f64..3.0) {
        let design = design_of(&rows);
        let x: Vec<f64> = rows.iter().map(|row| row.2).collect();
        let y: Vec<f64> = rows.iter().enumerate().map(|(i, row)| row.2 * row.2 - i as f64).collect();
        let sum: Vec<f64> = x.iter().zip(&y).map(|(x, y)| a * x + b * y).collect();
        let matrix = covariance(&design, &[&x, &y]);
        prop_assert_eq!(matrix[(0, 1)], matrix[(1, 0)]);
        let expected = a * a * matrix[(0, 0)] + 2.0 * a * b * matrix[(0, 1)] + b * b * matrix[(1, 1)];
        let found = variance_of_total(&design, &sum);
        prop_assert!((found - expected).abs() <= 1e-8 * matrix[(1, 1)].max(1.0) * 10.0, "{found} {expected}");
    }
}
