//! Raking reaches its controls or says what is in the way; the residuals are orthogonal.

use proptest::prelude::*;

use super::*;
use crate::factor::Factor;
use crate::weighting::post_stratify;

fn margin(name: &str, factor: &Factor, totals: &[(&str, f64)], weights: &[f64]) -> Margin {
    let totals: Vec<(Vec<String>, f64)> = totals
        .iter()
        .map(|(label, total)| (vec![(*label).to_owned()], *total))
        .collect();
    Margin::new(&[(name, factor)], &totals, weights).unwrap()
}

#[test]
fn raking_one_margin_is_post_stratification() {
    let sex = Factor::from_labels(["f", "m", "f", "m"]);
    let base = [1.0, 2.0, 3.0, 4.0];
    let sex = margin("sex", &sex, &[("f", 40.0), ("m", 60.0)], &base);
    let (raked, report) = rake(&base, std::slice::from_ref(&sex), RakeOptions::default()).unwrap();
    assert_eq!(raked.weights(), post_stratify(&base, &sex).unwrap().weights());
    assert_eq!(report.sweeps, 1);
    // The two roads to the residuals agree as well.
    let (mut a, mut b) = ([1.0, -2.0, 0.5, 7.0], [1.0, -2.0, 0.5, 7.0]);
    raked.residualise(&mut a);
    post_stratify(&base, &sex).unwrap().residualise(&mut b);
    a.iter()
        .zip(b)
        .for_each(|(a, b)| assert!((a - b).abs() < 1e-12, "{a} {b}"));
}

#[test]
fn totals_that_disagree_are_named() {
    let sex = Factor::from_labels(["f", "m"]);
    let place = Factor::from_labels(["x", "y"]);
    let base = [1.0, 1.0];
    let margins = [
        margin("sex", &sex, &[("f", 40.0), ("m", 60.0)], &base),
        margin("place", &place, &[("x", 50.0), ("y", 51.0)], &base),
    ];
    let error = rake(&base, &margins, RakeOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "margin place sums to 101, margin sex to 100");
    assert_eq!(
        rake(&base, &[], RakeOptions::default()),
        Err(WeightingError::NoMargins)
    );
}

#[test]
fn margins_that_cannot_both_hold_name_the_worst_category() {
    // Each woman lives in x and each man in y, so the margins contradict each other.
    let sex = Factor::from_labels(["f", "m"]);
    let place = Factor::from_labels(["x", "y"]);
    let base = [1.0, 1.0];
    let margins = [
        margin("sex", &sex, &[("f", 40.0), ("m", 60.0)], &base),
        margin("place", &place, &[("x", 50.0), ("y", 50.0)], &base),
    ];
    let options = RakeOptions {
        max_sweeps: 50,
        ..RakeOptions::default()
    };
    match rake(&base, &margins, options) {
        Err(WeightingError::NoConvergence {
            margin,
            category,
            sweeps: 50,
            gap,
        }) => {
            assert_eq!((margin.as_str(), category.as_str()), ("sex", "f"));
            assert!((gap - 0.25).abs() < 1e-12);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn rows_of_weight_zero_stay_out() {
    let sex = Factor::from_values([Some("f"), Some("m"), None]);
    let base = [1.0, 1.0, 0.0];
    let sex = margin("sex", &sex, &[("f", 3.0), ("m", 5.0)], &base);
    let (raked, _) = rake(&base, &[sex], RakeOptions::default()).unwrap();
    assert_eq!(raked.weights(), [3.0, 5.0, 0.0]);
    let mut x = [1.0, 2.0, 0.0];
    raked.residualise(&mut x);
    assert_eq!(x[2], 0.0);
}

proptest! {
    #[test]
    fn raked_weights_meet_every_control_and_residuals_vanish_on_the_margins(
        rows in prop::collection::vec((0usize..3, 0usize..4, 0.5f64..4.0), 30..80),
        truth in prop::collection::vec(0.5f64..2.0, 12),
    ) {
        // Every cell occurs, and the controls come from positive weights: a solution exists.
        let cells = (0..3).flat_map(|a| (0..4).map(move |b| (a, b, 1.0)));
        let rows: Vec<(usize, usize, f64)> = rows.into_iter().chain(cells).collect();
        let a = Factor::from_labels(rows.iter().map(|row| format!("a{}", row.0)));
        let b = Factor::from_labels(rows.iter().map(|row| format!("b{}", row.1)));
        let base: Vec<f64> = rows.iter().map(|row| row.2).collect();
        let target: Vec<f64> = rows.iter().map(|row| row.2 * truth[row.0 * 4 + row.1]).collect();
        let controls = |codes: &[u32], count: usize| {
            let mut sums = vec![0.0; count];
            codes.iter().zip(&target).for_each(|(&code, w)| sums[code as usize] += w);
            sums
        };
        let build = |name: &str, factor: &Factor| {
            let totals: Vec<(Vec<String>, f64)> = controls(factor.codes(), factor.levels().len())
                .into_iter()
                .zip(factor.levels())
                .map(|(total, level)| (vec![level.clone()], total))
                .collect();
            Margin::new(&[(name, factor)], &totals, &base).unwrap()
        };
        let margins = [build("a", &a), build("b", &b)];
        let (raked, report) = rake(&base, &margins, RakeOptions::default()).unwrap();
        prop_assert!(report.gap <= 1e-12);
        for margin in &margins {
            for (count, total) in margin.weighted_counts(raked.weights()).iter().zip(margin.totals()) {
                prop_assert!((count - total).abs() <= 1e-11 * total);
            }
        }
        // What the margins explain has no residual: a dummy, and any sum of them.
        let mut explained: Vec<f64> = rows.iter().zip(raked.weights())
            .map(|(row, w)| w * (row.0 as f64 * 2.0 - (row.1 as f64).powi(2)))
            .collect();
        raked.residualise(&mut explained);
        prop_assert!(explained.iter().all(|x| x.abs() < 1e-8), "{explained:?}");
        // Residuals are d-weighted orthogonal to the dummies, and projecting twice changes nothing.
        let mut x: Vec<f64> = rows.iter().zip(raked.weights()).map(|(row, w)| w * row.2.sin()).collect();
        raked.residualise(&mut x);
        let once = x.clone();
        raked.residualise(&mut x);
        prop_assert!(x.iter().zip(&once).all(|(x, y)| (x - y).abs() < 1e-8));
    }
}
