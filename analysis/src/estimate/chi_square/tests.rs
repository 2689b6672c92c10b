//! Tests of independence against Pearson's own, by hand, by simulation, and at the edges.

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};

use super::*;
use crate::design::StageColumns;
use crate::factor::Factor;

const EVERY: [Statistic; 4] = [
    Statistic::F,
    Statistic::Chisq,
    Statistic::Wald,
    Statistic::AdjustedWald,
];

fn simple(n: usize) -> SurveyDesign {
    SurveyDesign::builder(n).build().unwrap()
}

fn clustered(ids: &Factor) -> SurveyDesign {
    let stage = StageColumns {
        ids: Some(ids),
        ..StageColumns::default()
    };
    SurveyDesign::builder(ids.len()).stage(stage).build().unwrap()
}

/// X² = Σ (O − E)²/E of unweighted counts.
fn pearson(rows: &[u32], columns: &[u32]) -> f64 {
    let n = rows.len() as f64;
    let count = |i: Option<u32>, j: Option<u32>| {
        let inside =
            |(row, column): &(&u32, &u32)| i.is_none_or(|i| **row == i) && j.is_none_or(|j| **column == j);
        rows.iter().zip(columns).filter(inside).count() as f64
    };
    let levels = |codes: &[u32]| {
        let mut levels = codes.to_vec();
        levels.sort_unstable();
        levels.dedup();
        levels
    };
    levels(rows)
        .iter()
        .flat_map(|&i| levels(columns).into_iter().map(move |j| (i, j)))
        .map(|(i, j)| {
            let expected = count(Some(i), None) * count(None, Some(j)) / n;
            (count(Some(i), Some(j)) - expected).powi(2) / expected
        })
        .sum()
}

proptest! {
    #[test]
    fn equal_weights_give_pearsons_statistic_and_design_effects_of_one(
        cells in prop::collection::vec((0u32..3, 0u32..4), 0..80),
    ) {
        // Without empty cells: their inverse share of 0 is a convention of its own.
        let full = (0..3).flat_map(|i| (0..4).map(move |j| (i, j)));
        let (rows, columns): (Vec<u32>, Vec<u32>) = cells.into_iter().chain(full).unzip();
        let n = rows.len() as f64;
        let found = test(&simple(rows.len()), &rows, &columns, None, Statistic::Chisq);
        prop_assert_eq!(found.ndf, 6.0);
        let expected = pearson(&rows, &columns);
        prop_assert!((found.statistic - expected).abs() < 1e-9 * expected.max(1.0));
        // The estimated variance of a sample of n has n − 1 below it: effects of n/(n−1), not 1.
        prop_assert!(found.design_effects.iter().all(|effect| (effect - n / (n - 1.0)).abs() < 1e-8));
        let p = chi_square_tail(expected * (n - 1.0) / n, found.ndf);
        prop_assert!((found.p_value - p).abs() < 1e-8);
    }

    #[test]
    fn turning_the_table_round_or_shuffling_rows_changes_nothing(
        cells in prop::collection::vec((0u32..3, 0u32..3, 0.5f64..4.0, 0u32..8), 30..80), seed in any::<u64>(),
    ) {
        let run = |cells: &[(u32, u32, f64, u32)], turned: bool, scale: f64| {
            let ids = Factor::from_labels(cells.iter().map(|cell| cell.3.to_string()));
            let weights: Vec<f64> = cells.iter().map(|cell| cell.2 * scale).collect();
            let design = clustered(&ids).with_weights(weights).unwrap();
            let rows: Vec<u32> = cells.iter().map(|cell| if turned { cell.1 } else { cell.0 }).collect();
            let columns: Vec<u32> = cells.iter().map(|cell| if turned { cell.0 } else { cell.1 }).collect();
            EVERY.map(|statistic| test(&design, &rows, &columns, None, statistic))
        };
        let mut shuffled = cells.clone();
        shuffled.sort_by_key(|cell| (cell.2.to_bits() ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let first = run(&cells, false, 1.0);
        for other in [run(&cells, true, 1.0), run(&shuffled, false, 7.0)] {
            for (a, b) in first.iter().zip(&other) {
                // Where the covariance is nearly singular both may fail to invert it.
                if a.statistic.is_nan() || a.statistic > 1e6 {
                    continue;
                }
                prop_assert!((a.statistic - b.statistic).abs() < 1e-6 * a.statistic.max(1.0), "{a:?} {b:?}");
                prop_assert!((a.ndf - b.ndf).abs() < 1e-6 && (a.p_value - b.p_value).abs() < 1e-6);
            }
        }
    }
}

#[test]
fn asking_everyone_twice_doubles_the_effects_and_leaves_f() {
    let rows: Vec<u32> = (0..60).map(|row| row * 7 % 3).collect();
    let columns: Vec<u32> = (0..60).map(|row| row * 11 % 5 % 3).collect();
    let twice = |codes: &[u32]| [codes, codes].concat();
    let ids = Factor::from_labels((0..120).map(|row| (row % 60).to_string()));
    let once = test(&simple(60), &rows, &columns, None, Statistic::F);
    let doubled = test(
        &clustered(&ids),
        &twice(&rows),
        &twice(&columns),
        None,
        Statistic::F,
    );
    assert!((once.statistic - doubled.statistic).abs() < 1e-10);
    assert!((once.ndf - doubled.ndf).abs() < 1e-9 && (once.ddf - doubled.ddf).abs() < 1e-7);
    for (one, two) in once.design_effects.iter().zip(&doubled.design_effects) {
        assert!((two / one - 2.0).abs() < 1e-10);
    }
}

#[test]
fn wald_of_a_two_by_two_table_by_hand() {
    // N₁₁ − N₁.N.₁/N of (0,0,1,1,1), (0,1,1,1,0): 2 − 3·3/5 = 0.2.
    let (rows, columns) = ([0, 0, 1, 1, 1], [0, 1, 1, 1, 0]);
    // zᵢ = (rᵢ − 3/5)(cᵢ − 3/5): 0.36, −0.24, 0.16, 0.16, −0.24; their mean is 0.04.
    let z = [0.36, -0.24, 0.16, 0.16, -0.24];
    let variance: f64 = 1.25 * z.iter().map(|z| (z - 0.04_f64).powi(2)).sum::<f64>();
    let found = test(&simple(5), &rows, &columns, None, Statistic::Wald);
    assert!((found.statistic - 0.04 / variance).abs() < 1e-12, "{found:?}");
    assert_eq!((found.ndf, found.ddf), (1.0, 4.0));
    let adjusted = test(&simple(5), &rows, &columns, None, Statistic::AdjustedWald);
    // One degree of freedom in the table leaves nothing to adjust.
    assert_eq!((adjusted.statistic, adjusted.ddf), (found.statistic, 4.0));
}

#[test]
fn missing_values_and_unused_levels_are_no_part_of_the_table() {
    let (rows, columns) = ([0, 0, 1, 1, 0, 1, MISSING, 5], [2, 7, 7, 7, 2, 2, 2, MISSING]);
    let found = test(&simple(8), &rows, &columns, None, Statistic::F);
    assert_eq!((found.n, found.design_effects.len()), (6, 1));
    let domain = test(
        &simple(8),
        &rows,
        &columns,
        Some(&[0, 1, 2, 3, 4, 5]),
        Statistic::F,
    );
    assert!((found.statistic - domain.statistic).abs() < 1e-12);
    // The domain has six PSUs, the design eight.
    assert!((domain.ddf / domain.ndf - 5.0).abs() < 1e-12 && (found.ddf / found.ndf - 7.0).abs() < 1e-12);
}

#[test]
fn empty_cells_are_kept_even_when_they_hide_an_interaction() {
    let one_empty: ([u32; 7], [u32; 7]) = ([0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 1, 1, 1]);
    let found = test(&simple(7), &one_empty.0, &one_empty.1, None, Statistic::Chisq);
    assert!((found.statistic - pearson(&one_empty.0, &one_empty.1)).abs() < 1e-12);
    // Rows 0 and 1 are only seen with column 2, row 2 with all: four empty cells in a square.
    let rows = [0, 0, 1, 1, 1, 2, 2, 2, 2, 2];
    let columns = [2, 2, 2, 2, 2, 0, 0, 1, 2, 2];
    for statistic in EVERY {
        let found = test(&simple(10), &rows, &columns, None, statistic);
        assert!(found.ndf <= 4.0, "{found:?}");
        assert!(found.statistic.is_nan() || found.statistic >= 0.0, "{found:?}");
    }
    let effects = test(&simple(10), &rows, &columns, None, Statistic::F).design_effects;
    assert!(
        effects.len() < 4 && effects.iter().all(|effect| effect.is_finite()),
        "{effects:?}"
    );
}

#[test]
fn one_level_no_rows_and_one_psu_say_nothing() {
    let nothing = |found: ChiSquareTest| found.statistic.is_nan() && found.p_value.is_nan();
    for statistic in EVERY {
        let one_level = test(&simple(4), &[0; 4], &[0, 1, 0, 1], None, statistic);
        assert_eq!(one_level.ndf, 0.0);
        assert!(nothing(one_level));
        assert!(nothing(test(
            &simple(4),
            &[0, 0, 1, 1],
            &[0, 1, 0, 1],
            Some(&[]),
            statistic
        )));
        assert!(nothing(test(&simple(2), &[MISSING; 2], &[0, 1], None, statistic)));
        let ids = Factor::from_labels(["1"; 4]);
        let stage = StageColumns {
            ids: Some(&ids),
            ..StageColumns::default()
        };
        let design = SurveyDesign::builder(4)
            .stage(stage)
            .lonely_psu(crate::design::LonelyPsu::Remove)
            .build()
            .unwrap();
        assert!(
            test(&design, &[0, 0, 1, 1], &[0, 1, 0, 1], None, statistic)
                .p_value
                .is_nan()
        );
    }
}

#[test]
fn wald_with_more_cells_than_psus_says_nothing() {
    let ids = Factor::from_labels((0..30).map(|row| (row % 4).to_string()));
    let rows: Vec<u32> = (0..30).map(|row| row * 7 % 3).collect();
    let columns: Vec<u32> = (0..30).map(|row| row * 11 % 5 % 3).collect();
    let wald = test(&clustered(&ids), &rows, &columns, None, Statistic::Wald);
    assert_eq!((wald.ndf, wald.ddf), (4.0, 3.0));
    assert!(wald.statistic.is_nan() && wald.p_value.is_nan());
    // Rao and Scott need no inverse of it.
    assert!(
        test(&clustered(&ids), &rows, &columns, None, Statistic::F)
            .p_value
            .is_finite()
    );
}

#[test]
fn table_that_the_weights_fix_has_no_test() {
    let rows = Factor::from_labels(["a", "a", "a", "b", "b", "b"]);
    let columns = Factor::from_labels(["x", "x", "y", "x", "y", "y"]);
    let counts: Vec<(Vec<String>, f64)> =
        [("a", "x", 5.0), ("a", "y", 6.0), ("b", "x", 7.0), ("b", "y", 8.0)]
            .map(|(a, b, n)| (vec![a.to_owned(), b.to_owned()], n))
            .to_vec();
    let margin = crate::weighting::Margin::new(&[("r", &rows), ("c", &columns)], &counts, &[1.0; 6]).unwrap();
    let calibration = crate::weighting::post_stratify(&[1.0; 6], &margin).unwrap();
    let design = simple(6).with_calibration(calibration).unwrap();
    for statistic in [Statistic::F, Statistic::Chisq] {
        let found = test(&design, rows.codes(), columns.codes(), None, statistic);
        assert!(found.p_value.is_nan(), "{found:?}");
    }
}

/// Under independence in clusters the corrected tests reject about as often as they say; Pearson's does not.
#[test]
fn corrected_tests_hold_their_level_in_clusters() {
    let mut rng = rand_chacha::ChaCha12Rng::seed_from_u64(5);
    let ids = Factor::from_labels((0..300).map(|row| (row / 10).to_string()));
    let design = clustered(&ids);
    let rounds = 400;
    let mut rejected = [0u32; 5];
    for _ in 0..rounds {
        // Both answers depend on the cluster, not on each other.
        let mut voices = [0, 0];
        let (mut rows, mut columns) = (Vec::new(), Vec::new());
        for row in 0..300 {
            if row % 10 == 0 {
                voices = [rng.random_range(0..3), rng.random_range(0..2)];
            }
            let mut answer = |voice: u32, levels: u32| match rng.random::<f64>() < 0.6 {
                true => voice,
                false => rng.random_range(0..levels),
            };
            rows.push(answer(voices[0], 3));
            columns.push(answer(voices[1], 2));
        }
        for (count, statistic) in rejected.iter_mut().zip(EVERY) {
            *count += u32::from(test(&design, &rows, &columns, None, statistic).p_value < 0.05);
        }
        rejected[4] += u32::from(chi_square_tail(pearson(&rows, &columns), 2.0) < 0.05);
    }
    let share = rejected.map(|count| f64::from(count) / f64::from(rounds));
    assert!((0.02..0.09).contains(&share[0]), "F {share:?}");
    assert!((0.02..0.10).contains(&share[1]), "Chisq {share:?}");
    assert!((0.02..0.12).contains(&share[3]), "adjusted Wald {share:?}");
    assert!(share[4] > 0.15, "uncorrected {share:?}");
}
