//! Contrasts against the covariance matrix and against statistics that are the same thing.

use proptest::prelude::*;

use super::*;
use crate::design::LonelyPsu;
use crate::estimate::{covariance, proportion, ratio as ratio_of_totals, total, variance};

fn design(n: usize) -> SurveyDesign {
    let weights: Vec<f64> = (0..n).map(|row| 1.0 + (row % 3) as f64).collect();
    SurveyDesign::builder(n)
        .weights(&weights)
        .lonely_psu(LonelyPsu::Remove)
        .build()
        .unwrap()
}

fn close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 1e-10 * expected.abs().max(1e-6),
        "{found} is not {expected}"
    );
}

proptest! {
    #[test]
    fn contrast_of_unlike_statistics_equals_the_sum_of_its_parts(
        y in prop::collection::vec(-10.0f64..10.0, 6..40), c in prop::array::uniform4(-3.0f64..3.0),
    ) {
        let design = design(y.len());
        let x: Vec<f64> = y.iter().map(|y| y * y + 1.0).collect();
        let codes: Vec<u32> = (0..y.len() as u32).map(|row| row % 2).collect();
        let half: Vec<u32> = (0..y.len() as u32 / 2).collect();
        let parts = [
            mean::linearise(&design, &y, Some(&half)),
            total::linearise(&design, &y, None),
            variance::linearise(&design, &x, None),
            proportion::linearise(&design, &codes, 0, None),
        ];
        let terms: Vec<(f64, &Linearised)> = c.into_iter().zip(&parts).collect();
        let combined = linear(&design, &terms);
        let value: f64 = terms.iter().map(|(c, part)| c * part.value).sum();
        prop_assert!((combined.value - value).abs() < 1e-9 * value.abs().max(1.0));
        let matrix = covariance(&design, &parts);
        let c = nalgebra::DVector::from_column_slice(&c);
        let expected = (c.transpose() * matrix * c)[(0, 0)];
        prop_assert!((combined.variance(&design) - expected).abs() < 1e-8 * expected.max(1e-6));
    }
}

#[test]
fn ratio_of_two_totals_is_the_ratio_estimator() {
    let design = design(9);
    let y: Vec<f64> = (0..9).map(|row| f64::from(row * 5 % 7)).collect();
    let x: Vec<f64> = (0..9).map(|row| 3.0 + f64::from(row)).collect();
    let (a, b) = (
        total::linearise(&design, &y, None),
        total::linearise(&design, &x, None),
    );
    let (found, expected) = (
        ratio(&design, &a, &b),
        ratio_of_totals::linearise(&design, &y, &x, None),
    );
    close(found.value, expected.value);
    close(found.variance(&design), expected.variance(&design));
    let log = log_ratio(&design, &a, &b);
    close(log.value, found.value.ln());
    close(
        log.variance(&design).sqrt(),
        found.variance(&design).sqrt() / found.value,
    );
    let turned = log_ratio(&design, &b, &a);
    close(turned.value, -log.value);
    close(turned.variance(&design), log.variance(&design));
}

#[test]
fn ratio_to_zero_and_log_of_what_is_not_positive_cannot_be_said() {
    let design = design(4);
    let zero = total::linearise(&design, &[0.0; 4], None);
    let one = total::linearise(&design, &[1.0; 4], None);
    assert!(!ratio(&design, &one, &zero).value.is_finite());
    assert!(log_ratio(&design, &one, &zero).value.is_nan());
    let minus = linear(&design, &[(-1.0, &one)]);
    assert!(log_ratio(&design, &minus, &minus).value.is_nan());
    assert!(linear(&design, &[]).rows.is_empty());
}

#[test]
fn limits_of_a_test_leave_out_zero_exactly_when_it_rejects() {
    for shift in [0.0, 1.0, 2.0, 3.0, 4.0] {
        let design = design(12);
        let y: Vec<f64> = (0..12).map(|row| shift + f64::from(row * 7 % 12) - 5.5).collect();
        let test = t_test(&design, &mean::linearise(&design, &y, None));
        let (lower, upper) = test.limits(0.95);
        assert_eq!(test.p_value < 0.05, lower > 0.0 || upper < 0.0, "{test:?}");
        let (lower, upper) = test.limits(1.0 - test.p_value);
        assert!(
            lower.abs().min(upper.abs()) < 1e-9,
            "the p-value's own level ends at 0"
        );
    }
    let alone = t_test(&design(1), &mean::linearise(&design(1), &[1.0], None));
    assert!(alone.p_value.is_nan() && alone.limits(0.95).0.is_nan());
}
