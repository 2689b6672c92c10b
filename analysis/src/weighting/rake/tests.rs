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
fn margins_that_contradict_each_other_name_categories_and_counts() {
    // Each woman lives in x and each man in y.
    let sex = Factor::from_labels(["f", "m"]);
    let place = Factor::from_labels(["x", "y"]);
    let base = [1.0, 1.0];
    let margins = [
        margin("sex", &sex, &[("f", 40.0), ("m", 60.0)], &base),
        margin("place", &place, &[("x", 50.0), ("y", 50.0)], &base),
    ];
    let error = rake(&base, &margins, RakeOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "margins sex and place contradict each other: sex m counts 60, but its respondents are all in \
         place y, which counts 50"
    );
}

/// 省 has rows in 甲 only, 县 in 甲 and 乙, 乡 in 丙: contradictions over several categories, found in any order.
#[test]
fn contradiction_spans_several_categories_and_margins_in_between_do_not_hide_it() {
    let level = Factor::from_labels(["省", "县", "县", "乡", "乡", "县"]);
    let place = Factor::from_labels(["甲", "甲", "乙", "丙", "甲", "乙"]);
    let sex = Factor::from_labels(["f", "m", "f", "m", "f", "m"]);
    let base = [1.0; 6];
    let sexes = margin("sex", &sex, &[("f", 50.0), ("m", 50.0)], &base);
    let levels = margin(
        "level",
        &level,
        &[("省", 15.0), ("县", 60.0), ("乡", 25.0)],
        &base,
    );
    let places = margin(
        "place",
        &place,
        &[("甲", 20.0), ("乙", 50.0), ("丙", 30.0)],
        &base,
    );
    let error = rake(&base, &[sexes, levels, places], RakeOptions::default()).unwrap_err();
    let WeightingError::MarginsContradict {
        margin: found,
        categories,
        total,
        other,
        others,
        other_total,
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!((found.as_str(), other.as_str()), ("level", "place"));
    // 省 and 县 (75) share rows with 甲 and 乙 (70) only.
    assert_eq!(categories, ["县", "省"]);
    assert_eq!(
        (others.as_slice(), total, other_total),
        (["乙", "甲"].map(String::from).as_slice(), 75.0, 70.0)
    );
}

#[test]
fn cell_that_the_margins_leave_nothing_for_is_named() {
    // 甲 counts 40, exactly the women, who live nowhere else: nothing is left for the man in 甲.
    let sex = Factor::from_labels(["f", "m", "m"]);
    let place = Factor::from_labels(["甲", "甲", "乙"]);
    let base = [1.0, 1.0, 1.0];
    let margins = [
        margin("sex", &sex, &[("f", 40.0), ("m", 60.0)], &base),
        margin("place", &place, &[("甲", 40.0), ("乙", 60.0)], &base),
    ];
    let error = rake(&base, &margins, RakeOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "margins sex and place leave nothing for the respondents in sex m and place 甲: place 甲 is used up by \
         sex f (40)"
    );
    // R's looser rule stops on the way there.
    let loose = RakeOptions {
        cell_change: Some(1.0),
        ..RakeOptions::default()
    };
    let (raked, report) = rake(&base, &margins, loose).unwrap();
    assert!(raked.weights()[1] > 0.0 && report.gap > 1e-3);
    let mut x = [1.0, 2.0, 3.0];
    raked.residualise(&mut x);
    assert!(x.iter().all(|x| x.is_finite()));
}

#[test]
fn contradiction_of_three_margins_at_once_names_the_furthest_category() {
    // Any two margins can be met, as each pair of categories occurs; the three cannot: rows exist
    // only where the sum of the codes is even, and a = b = 0 leaves c = 0.
    let rows = [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)];
    let code =
        |pick: fn(&(i32, i32, i32)) -> i32| Factor::from_labels(rows.iter().map(|row| pick(row).to_string()));
    let (a, b, c) = (code(|r| r.0), code(|r| r.1), code(|r| r.2));
    let base = [1.0; 4];
    let margins = [
        margin("a", &a, &[("0", 90.0), ("1", 10.0)], &base),
        margin("b", &b, &[("0", 90.0), ("1", 10.0)], &base),
        margin("c", &c, &[("0", 10.0), ("1", 90.0)], &base),
    ];
    match rake(&base, &margins, RakeOptions::default()) {
        Err(WeightingError::NoConvergence {
            sweeps: 2000, gap, ..
        }) => assert!(gap > 0.1, "{gap}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn weights_that_empty_a_category_are_refused_by_name() {
    let sex = Factor::from_labels(["f", "m", "m"]);
    let base = [1.0, 1.0, 1.0];
    let sex = margin("sex", &sex, &[("f", 40.0), ("m", 60.0)], &base);
    let replicate = [0.0, 2.0, 1.0];
    let expected = WeightingError::EmptyCategory {
        margin: "sex".to_owned(),
        category: "f".to_owned(),
        total: 40.0,
    };
    let margins = std::slice::from_ref(&sex);
    assert_eq!(
        rake(&replicate, margins, RakeOptions::default()),
        Err(expected.clone())
    );
    assert_eq!(post_stratify(&replicate, &sex), Err(expected));
    let (raked, _) = rake(&[1.0, 2.0, 0.0], margins, RakeOptions::default()).unwrap();
    assert_eq!(raked.weights(), [40.0, 60.0, 0.0]);
}

#[test]
fn category_of_tiny_weight_is_raised_to_its_count() {
    let sex = Factor::from_labels(["女", "男", "男"]);
    let place = Factor::from_labels(["甲", "甲", "乙"]);
    let base = [1e-12, 1.0, 1.0];
    let margins = [
        margin("性别", &sex, &[("女", 20.0), ("男", 80.0)], &base),
        margin("地", &place, &[("甲", 50.0), ("乙", 50.0)], &base),
    ];
    let (raked, report) = rake(&base, &margins, RakeOptions::default()).unwrap();
    let expected = [20.0, 30.0, 50.0];
    for (found, expected) in raked.weights().iter().zip(expected) {
        assert!((found - expected).abs() < 1e-9, "{found}");
    }
    assert!(report.gap <= 1e-12);
    // Three rows, three free categories: everything is explained, the tiny row too.
    let mut x = [20.0, -30.0, 10.0];
    raked.residualise(&mut x);
    assert!(x.iter().all(|x| x.abs() < 1e-9), "{x:?}");
}

/// Row by row, as the textbook has it.
fn naive(weights: &[f64], margins: &[Margin], sweeps: usize) -> Vec<f64> {
    let mut raked = weights.to_vec();
    for _ in 0..sweeps {
        for margin in margins {
            let counts = margin.weighted_counts(&raked);
            for (weight, &code) in raked.iter_mut().zip(margin.codes()) {
                if *weight > 0.0 {
                    *weight *= margin.totals()[code as usize] / counts[code as usize];
                }
            }
        }
    }
    raked
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

    #[test]
    fn raking_cells_gives_the_weights_of_raking_rows(
        rows in prop::collection::vec((0usize..3, 0usize..4, 0usize..2, prop_oneof![Just(0.0), 0.1f64..9.0]), 40..90),
        tilt in prop::collection::vec(0.5f64..2.0, 24),
        shift in 0usize..3,
        seed in any::<u64>(),
    ) {
        let cells = (0..24).map(|cell| (cell / 8, cell / 2 % 4, cell % 2, 1.0));
        let rows: Vec<_> = rows.into_iter().chain(cells).collect();
        let build = |rows: &[(usize, usize, usize, f64)], shift: usize| {
            // `shift` renames the categories of the first margin, and so sorts them differently.
            let base: Vec<f64> = rows.iter().map(|row| row.3).collect();
            let names = [
                Factor::from_labels(rows.iter().map(|row| format!("类{}", (row.0 + shift) % 3))),
                Factor::from_labels(rows.iter().map(|row| row.1.to_string())),
                Factor::from_labels(rows.iter().map(|row| row.2.to_string())),
            ];
            let margins: Vec<Margin> = names.iter().map(|factor| {
                let mut sums = vec![0.0; factor.levels().len()];
                for (row, &code) in rows.iter().zip(factor.codes()) {
                    sums[code as usize] += row.3 * tilt[row.0 * 8 + row.1 * 2 + row.2];
                }
                let totals: Vec<(Vec<String>, f64)> = factor.levels().iter().map(|level| vec![level.clone()]).zip(sums).collect();
                Margin::new(&[("m", factor)], &totals, &base).unwrap()
            }).collect();
            (base, margins)
        };
        let (base, margins) = build(&rows, 0);
        let (fast, report) = rake(&base, &margins, RakeOptions::default()).unwrap();
        let slow = naive(&base, &margins, report.sweeps);
        for (a, b) in fast.weights().iter().zip(&slow) {
            prop_assert!((a - b).abs() <= 1e-12 * b, "{a} {b}");
        }
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|row| (*row as u64 ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let shuffled: Vec<_> = order.iter().map(|&row| rows[row]).collect();
        let (base, margins) = build(&shuffled, shift);
        let (other, _) = rake(&base, &margins, RakeOptions::default()).unwrap();
        for (at, &row) in order.iter().enumerate() {
            prop_assert!((other.weights()[at] - fast.weights()[row]).abs() <= 1e-10 * fast.weights()[row]);
        }
    }
}
