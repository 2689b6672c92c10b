//! Alpha by hand, its error by the jackknife, and the edges.

use super::*;
use crate::design::{LonelyPsu, StageColumns};
use crate::factor::Factor;

#[test]
fn items_that_are_alike_have_alpha_one_and_unrelated_ones_zero() {
    let design = SurveyDesign::builder(4).build().unwrap();
    let item = [1.0, 2.0, 3.0, 5.0];
    assert!((linearise(&design, &[&item, &item, &item], None).value - 1.0).abs() < 1e-12);
    let unrelated = linearise(&design, &[&[0.0, 0.0, 1.0, 1.0], &[0.0, 1.0, 0.0, 1.0]], None);
    assert!(unrelated.value.abs() < 1e-12);
}

#[test]
fn weights_count_like_repeated_rows() {
    let design = SurveyDesign::builder(3)
        .weights(&[1.0, 2.0, 3.0])
        .build()
        .unwrap();
    let repeated = SurveyDesign::builder(6).build().unwrap();
    let weighted = linearise(&design, &[&[1.0, 2.0, 4.0], &[1.0, 3.0, 2.0]], None);
    let items: [&[f64]; 2] = [&[1.0, 2.0, 2.0, 4.0, 4.0, 4.0], &[1.0, 3.0, 3.0, 2.0, 2.0, 2.0]];
    assert!((weighted.value - linearise(&repeated, &items, None).value).abs() < 1e-12);
}

#[test]
fn error_agrees_with_the_jackknife() {
    let n = 240;
    let ids = Factor::from_labels((0..n).map(|row| (row % 40).to_string()));
    let level = |row: usize| (row * 29 % 41) as f64;
    let items: Vec<Vec<f64>> = (0..3)
        .map(|item| {
            (0..n)
                .map(|row| level(row) + (row * (31 + item) % 37) as f64)
                .collect()
        })
        .collect();
    let items: Vec<&[f64]> = items.iter().map(Vec::as_slice).collect();
    let stage = StageColumns {
        ids: Some(&ids),
        ..StageColumns::default()
    };
    let design = SurveyDesign::builder(n).stage(stage).build().unwrap();
    let replicates: Vec<f64> = (0..40)
        .map(|psu| {
            let weights = ids
                .codes()
                .iter()
                .map(|&code| if code == psu { 0.0 } else { 40.0 / 39.0 });
            linearise(&design.with_weights(weights.collect()).unwrap(), &items, None).value
        })
        .collect();
    let centre = replicates.iter().sum::<f64>() / 40.0;
    let jackknife = (39.0 / 40.0 * replicates.iter().map(|r| (r - centre).powi(2)).sum::<f64>()).sqrt();
    let alpha = linearise(&design, &items, None);
    let found = alpha.variance(&design).sqrt();
    assert!((0.3..0.95).contains(&alpha.value), "{}", alpha.value);
    assert!((found / jackknife - 1.0).abs() < 0.05, "{found} {jackknife}");
}

#[test]
fn fewer_than_two_items_or_rows_and_a_constant_sum_cannot_be_said() {
    let design = SurveyDesign::builder(3)
        .lonely_psu(LonelyPsu::Remove)
        .build()
        .unwrap();
    let item = [1.0, 2.0, f64::NAN];
    assert!(linearise(&design, &[], None).value.is_nan());
    assert!(linearise(&design, &[&item], None).value.is_nan());
    assert!(
        linearise(&design, &[&item, &[f64::NAN, 1.0, 2.0]], None)
            .value
            .is_nan()
    );
    assert!(linearise(&design, &[&item, &item], Some(&[])).value.is_nan());
    assert!(
        !linearise(&design, &[&[1.0; 3], &[1.0; 3]], None)
            .value
            .is_finite()
    );
}
