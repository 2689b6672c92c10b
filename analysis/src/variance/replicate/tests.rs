//! Replicates against linearisation, against each other, against figures of R, and at their edges.

use nalgebra::DMatrix;
use proptest::prelude::*;

use super::*;
use crate::design::StageColumns;
use crate::estimate::{covariance, mean, proportion, ratio, total, variance as spread};
use crate::factor::Factor;

const NAN: f64 = f64::NAN;

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance * expected.abs(),
        "{found:e} is not {expected:e}"
    );
}

/// A row: stratum, PSU within it, weight, value.
type Row = (u8, u8, f64, f64);

fn design_of(rows: &[Row], rule: LonelyPsu, fpc: Option<f64>) -> SurveyDesign {
    let strata = Factor::from_labels(rows.iter().map(|row| row.0.to_string()));
    let ids = Factor::from_labels(rows.iter().map(|row| row.1.to_string()));
    let weights: Vec<f64> = rows.iter().map(|row| row.2).collect();
    let sizes = fpc.map(|size| vec![size; rows.len()]);
    SurveyDesign::builder(rows.len())
        .stage(StageColumns {
            ids: Some(&ids),
            strata: Some(&strata),
            fpc: sizes.as_deref(),
        })
        .nest(true)
        .weights(&weights)
        .lonely_psu(rule)
        .build()
        .unwrap()
}

fn values(rows: &[Row]) -> Vec<f64> {
    rows.iter().map(|row| row.3).collect()
}

/// A design without strata whose rows are PSUs of the labels given.
fn clusters(ids: &[&str], weights: &[f64]) -> SurveyDesign {
    let ids = Factor::from_labels(ids);
    SurveyDesign::builder(weights.len())
        .stage(StageColumns {
            ids: Some(&ids),
            ..StageColumns::default()
        })
        .weights(weights)
        .lonely_psu(LonelyPsu::Remove)
        .build()
        .unwrap()
}

fn total_se(replicates: &ReplicateDesign, y: &[f64]) -> f64 {
    replicates.replicate(|w| vec![total::value(w, y, None)]).se(0)
}

fn mean_se(replicates: &ReplicateDesign, y: &[f64]) -> f64 {
    replicates.replicate(|w| vec![mean::value(w, y, None)]).se(0)
}

/// Stratified rows in which every stratum has at least two PSUs; some weights are 0.
fn stratified() -> impl Strategy<Value = Vec<Row>> {
    let weight = prop_oneof![1 => Just(0.0), 6 => 0.5f64..5.0];
    prop::collection::vec((0u8..3, 0u8..4, weight, -10.0f64..10.0), 5..40).prop_map(|rows| {
        let fixed = (0..3).flat_map(|h| [(h, 0, 1.0, f64::from(h)), (h, 1, 2.0, 3.0 - f64::from(h))]);
        rows.into_iter().chain(fixed).collect()
    })
}

/// Pairs: in each of `strata` strata two PSUs with one to three rows.
fn paired(strata: u8) -> Vec<Row> {
    (0..strata)
        .flat_map(|h| (0..2u8).flat_map(move |psu| (0..1 + (h + psu) % 3).map(move |row| (h, psu, row))))
        .map(|(h, psu, row)| {
            let mix = f64::from(h) * 1.7 + f64::from(psu) * 0.9 + f64::from(row);
            (h, psu, 1.0 + mix.sin().abs(), 10.0 + 5.0 * (2.3 * mix).cos())
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn jackknife_of_totals_is_the_linearised_variance(rows in stratified(), fpc in prop::option::of(8.0f64..50.0)) {
        let design = design_of(&rows, LonelyPsu::Fail, fpc);
        let (y, ones) = (values(&rows), vec![1.0; rows.len()]);
        let statistics = [total::linearise(&design, &y, None), total::linearise(&design, &ones, Some(&[0, 2, 4]))];
        let expected = covariance(&design, &statistics);
        let found = ReplicateDesign::jkn(&design).unwrap()
            .replicate(|w| vec![total::value(w, &y, None), total::value(w, &ones, Some(&[0, 2, 4]))])
            .covariance();
        for (found, expected) in found.iter().zip(expected.iter()) {
            prop_assert!((found - expected).abs() < 1e-8 * expected.abs().max(1.0), "{found} {expected}");
        }
    }

    #[test]
    fn jackknife_of_smooth_statistics_is_near_the_linearised_variance(
        y in prop::collection::vec(40.0f64..60.0, 60..80),
    ) {
        let design = SurveyDesign::builder(y.len()).build().unwrap();
        let x: Vec<f64> = y.iter().enumerate().map(|(i, y)| 50.0 + 0.3 * y + (i % 7) as f64).collect();
        let replicates = ReplicateDesign::jk1(&design).unwrap();
        let se = |linearised: &Linearised, value: &dyn Fn(&[f64]) -> f64| {
            let options = EstimateOptions::default();
            let (a, b) = (linearised.estimate(&design, &options), replicates.estimate(linearised, value, &options));
            ((a.value - b.value).abs() <= 1e-12 * a.value.abs() && a.df == b.df, b.se / a.se)
        };
        let (same, factor) = se(&ratio::linearise(&design, &y, &x, None), &|w| ratio::value(w, &y, &x, None));
        prop_assert!(same && (factor - 1.0).abs() < 0.01, "{factor}");
        let (same, factor) = se(&spread::linearise(&design, &y, None), &|w| spread::value(w, &y, None));
        prop_assert!(same && (factor - 1.0).abs() < 0.15, "{factor}");
    }

    #[test]
    fn jackknife_of_a_mean_with_equal_weights_is_exact(y in prop::collection::vec(-50.0f64..50.0, 2..40)) {
        let design = SurveyDesign::builder(y.len()).weights(&vec![7.0; y.len()]).build().unwrap();
        let expected = mean::linearise(&design, &y, None).variance(&design).sqrt();
        let found = mean_se(&ReplicateDesign::jk1(&design).unwrap(), &y);
        prop_assert!((found - expected).abs() < 1e-9 * expected.max(1e-3), "{found} {expected}");
    }

    /// The counted degrees of freedom, the decomposition of the columns, and the rank by singular values.
    #[test]
    fn degrees_of_freedom_are_the_rank_less_one(
        rows in stratified(), domain in prop::collection::vec(any::<bool>(), 46), complete in any::<bool>(),
    ) {
        let design = design_of(&rows, LonelyPsu::Fail, complete.then_some(4.0));
        let made = ReplicateDesign::jkn(&design).unwrap();
        let columns: Vec<Vec<f64>> = (0..made.count()).map(|r| made.weights_of(r)).collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let inside: Vec<u32> = (0..rows.len() as u32).filter(|&row| domain[row as usize]).collect();
        let all: Vec<u32> = (0..rows.len() as u32).collect();
        for rows in [&all, &inside] {
            let rank = if rows.is_empty() || columns.is_empty() {
                1
            } else {
                DMatrix::from_fn(rows.len(), columns.len(), |i, j| columns[j][rows[i] as usize]).rank(1e-8).max(1)
            };
            prop_assert_eq!(made.df_within(rows), rank as f64 - 1.0);
            if !columns.is_empty() {
                let given = ReplicateColumns { columns: &columns, scale: 1.0, rscales: None, combined: true };
                let given = ReplicateDesign::from_columns(&design, &given).unwrap();
                prop_assert_eq!(given.df_within(rows), rank as f64 - 1.0);
            }
        }
    }

    #[test]
    fn order_of_the_rows_changes_nothing(seed in any::<u64>()) {
        let rows = paired(5);
        let mut shuffled = rows.clone();
        shuffled.sort_by_key(|row| (row.3.to_bits() ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for (a, b) in every_method(&rows).into_iter().zip(every_method(&shuffled)) {
            for (a, b) in a.into_iter().zip(b) {
                prop_assert!((a - b).abs() < 1e-10 * a.abs(), "{a} {b}");
            }
        }
    }
}

/// Mean, ratio and variance with their errors by every method that makes replicates of pairs.
fn every_method(rows: &[Row]) -> Vec<Vec<f64>> {
    let design = design_of(rows, LonelyPsu::Fail, None);
    let (y, x): (Vec<f64>, Vec<f64>) = rows.iter().map(|row| (row.3, row.2 + 1.0)).unzip();
    let made = [
        ReplicateDesign::jkn(&design),
        ReplicateDesign::brr(&design),
        ReplicateDesign::fay(&design, 0.4),
        ReplicateDesign::bootstrap(&design, 50, 11),
    ];
    made.into_iter()
        .map(|made| {
            let made = made.unwrap();
            let found = made.replicate(|w| {
                vec![
                    mean::value(w, &y, None),
                    ratio::value(w, &y, &x, None),
                    spread::value(w, &y, None),
                ]
            });
            let mut all = found.values().to_vec();
            all.extend(found.standard_errors());
            all.push(made.df());
            all
        })
        .collect()
}

#[test]
fn names_of_strata_in_the_same_order_change_nothing() {
    let rows = paired(4);
    let with_names = |names: [&str; 4]| {
        let strata = Factor::from_labels(rows.iter().map(|row| names[row.0 as usize]));
        let ids = Factor::from_labels(rows.iter().map(|row| format!("村{}", row.1)));
        let stage = StageColumns {
            ids: Some(&ids),
            strata: Some(&strata),
            fpc: None,
        };
        let builder = SurveyDesign::builder(rows.len()).stage(stage).nest(true);
        let design = builder.build().unwrap();
        let y = values(&rows);
        [
            ReplicateDesign::jkn(&design),
            ReplicateDesign::brr(&design),
            ReplicateDesign::bootstrap(&design, 20, 1),
        ]
        .map(|made| mean_se(&made.unwrap(), &y))
    };
    assert_eq!(
        with_names(["1", "2", "3", "4"]),
        with_names(["a", "乙", "甲", "𠮷"])
    );
    // In another order the jackknife, at least, stays what it is.
    close(
        with_names(["4", "1", "3", "2"])[0],
        with_names(["1", "2", "3", "4"])[0],
        1e-12,
    );
}

#[test]
fn balanced_replicates_of_totals_are_the_linearised_variance() {
    for strata in 1..=24 {
        let rows = paired(strata);
        let design = design_of(&rows, LonelyPsu::Fail, None);
        let (y, part) = (values(&rows), [0, 1, 2]);
        let statistics = [
            total::linearise(&design, &y, None),
            total::linearise(&design, &y, Some(&part)),
        ];
        let expected = covariance(&design, &statistics);
        for rho in [0.0, 0.3, 0.9] {
            for mse in [false, true] {
                let made = ReplicateDesign::fay(&design, rho).unwrap().mse(mse);
                assert_eq!(made.df(), f64::from(strata));
                let found = made
                    .replicate(|w| vec![total::value(w, &y, None), total::value(w, &y, Some(&part))])
                    .covariance();
                for (found, expected) in found.iter().zip(expected.iter()) {
                    close(*found, *expected, 1e-9);
                }
            }
        }
    }
}

#[test]
fn bootstrap_expects_the_linearised_variance_with_and_without_fpc() {
    let rows: Vec<Row> = (0..48)
        .map(|i| {
            let (h, psu) = ((i % 3) as u8, (i / 3 % 8) as u8);
            (h, psu, 1.0 + f64::from(h), f64::from(i * 37 % 23))
        })
        .collect();
    let y = values(&rows);
    for fpc in [None, Some(12.0)] {
        let design = design_of(&rows, LonelyPsu::Fail, fpc);
        let expected = total::linearise(&design, &y, None).variance(&design);
        let made = ReplicateDesign::bootstrap(&design, 4000, 5).unwrap();
        let found = total_se(&made, &y).powi(2);
        // The variance of 4000 nearly normal totals has a relative error of √(2/4000) = 2.2 %.
        close(found, expected, 0.07);
        assert_eq!(made.df(), design.df());
        // Each stratum keeps its number of PSUs in every replicate.
        for replicate in 0..20 {
            let weights = made.weights_of(replicate);
            for h in 0..3 {
                let sum: f64 = (0..rows.len())
                    .filter(|&row| rows[row].0 == h)
                    .map(|row| weights[row])
                    .sum();
                close(sum, 16.0 * (1.0 + f64::from(h)), 1e-12);
            }
            assert!(weights.iter().all(|weight| *weight >= 0.0));
        }
    }
}

#[test]
fn bootstrap_of_a_seed_is_the_same_and_longer_ones_begin_alike() {
    let design = design_of(&paired(6), LonelyPsu::Fail, None);
    let made = |count, seed| ReplicateDesign::bootstrap(&design, count, seed).unwrap();
    assert_eq!(made(5, 1).weights_of(4), made(50, 1).weights_of(4));
    assert_ne!(made(5, 1).weights_of(4), made(5, 2).weights_of(4));
    assert_ne!(made(5, 1).weights_of(4), made(5, 1).weights_of(3));
    assert_eq!(made(5, 1).weights_of(5), Vec::<f64>::new());
}

/// The example of the R session `d <- data.frame(h = c(1,1,1,2,3,3), w = 1:6, y = c(1,5,2,9,4,7))`.
const LONELY: [Row; 6] = [
    (1, 1, 1.0, 1.0),
    (1, 2, 2.0, 5.0),
    (1, 3, 3.0, 2.0),
    (2, 1, 4.0, 9.0),
    (3, 1, 5.0, 4.0),
    (3, 2, 6.0, 7.0),
];

#[test]
fn lonely_strata_follow_their_rule() {
    let y = values(&LONELY);
    let figures = |rule: LonelyPsu| {
        let made = ReplicateDesign::jkn(&design_of(&LONELY, rule, None)).unwrap();
        (made.count(), made.df(), total_se(&made, &y), mean_se(&made, &y))
    };
    // as.svrepdesign(svydesign(~id, strata = ~h, weights = ~w, data = d), type = "JKn") under options(survey.lonely.psu)
    for rule in [LonelyPsu::Remove, LonelyPsu::Certainty] {
        let (count, df, total, mean) = figures(rule);
        assert_eq!((count, df), (5, 3.0));
        close(total, 23.3452350599, 1e-11);
        close(mean, 0.890757381584, 1e-11);
    }
    let (count, df, total, mean) = figures(LonelyPsu::Adjust);
    assert_eq!((count, df), (6, 4.0));
    close(total, 23.4881274185, 1e-11);
    close(mean, 1.0788398324, 1e-10);
    // 3 strata of which 1 is lonely; the linearised variance has the same factor.
    let design = design_of(&LONELY, LonelyPsu::Average, None);
    close(
        figures(LonelyPsu::Average).2.powi(2),
        total::linearise(&design, &y, None).variance(&design),
        1e-12,
    );
    let drawn = |rule| ReplicateDesign::bootstrap(&design_of(&LONELY, rule, None), 30, 1);
    let kept = drawn(LonelyPsu::Remove).unwrap();
    assert!((0..30).all(|replicate| kept.weights_of(replicate)[3] == 4.0));
    close(
        total_se(&drawn(LonelyPsu::Average).unwrap(), &y),
        total_se(&kept, &y) * 1.5f64.sqrt(),
        1e-12,
    );
    assert_eq!(
        drawn(LonelyPsu::Adjust).unwrap_err(),
        ReplicateError::LonelyAdjust {
            stratum: "2".to_owned()
        }
    );
}

#[test]
fn stratum_taken_completely_has_no_replicates() {
    let strata = Factor::from_labels(["1", "1", "1", "2", "3", "3"]);
    let stage = StageColumns {
        strata: Some(&strata),
        fpc: Some(&[10.0, 10.0, 10.0, 1.0, 2.0, 2.0]),
        ids: None,
    };
    let weights = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let design = SurveyDesign::builder(6)
        .stage(stage)
        .weights(&weights)
        .build()
        .unwrap();
    let made = ReplicateDesign::jkn(&design).unwrap();
    assert_eq!((made.count(), made.df()), (3, 2.0));
    assert!(
        made.rscales()
            .iter()
            .all(|rscale| (rscale - 0.7 * 2.0 / 3.0).abs() < 1e-15)
    );
    let y = values(&LONELY);
    // R survey 4.1.1, with mse = FALSE and TRUE
    close(mean_se(&made, &y), 0.34488033236, 1e-11);
    close(mean_se(&made.mse(true), &y), 0.345112811743, 1e-11);
    let census = SurveyDesign::builder(2)
        .stage(StageColumns {
            fpc: Some(&[2.0, 2.0]),
            ..StageColumns::default()
        })
        .build()
        .unwrap();
    for made in [ReplicateDesign::jkn(&census), ReplicateDesign::jk1(&census)] {
        assert_eq!(total_se(&made.unwrap(), &[1.0, 5.0]), 0.0);
    }
    let drawn = ReplicateDesign::bootstrap(&census, 10, 1).unwrap();
    assert_eq!(total_se(&drawn, &[1.0, 5.0]), 0.0);
}

#[test]
fn zero_weights_count_as_units_but_not_for_degrees_of_freedom() {
    let design = clusters(&["甲", "甲", "乙", "丙", "丁"], &[1.0, 2.0, 0.0, 3.0, 1.0]);
    let made = ReplicateDesign::jk1(&design).unwrap();
    assert_eq!((made.count(), made.df()), (4, 2.0));
    close(made.scale(), 0.75, 1e-15);
    let y = [1.0, 2.0, 50.0, 4.0, 5.0];
    let expected = total::linearise(&design, &y, None).variance(&design).sqrt();
    close(total_se(&made, &y), expected, 1e-12);
    let silent = clusters(&["a", "b", "c"], &[0.0; 3]);
    let made = ReplicateDesign::jk1(&silent).unwrap();
    assert!(
        made.replicate(|w| vec![mean::value(w, &[1.0, 2.0, 3.0], None)])
            .se(0)
            .is_nan()
    );
    assert_eq!(made.df(), 0.0);
}

#[test]
fn one_psu_and_designs_that_do_not_fit_are_refused_by_name() {
    let one = clusters(&["a", "a", "a"], &[1.0; 3]);
    for made in [
        ReplicateDesign::jk1(&one),
        ReplicateDesign::jkn(&one),
        ReplicateDesign::bootstrap(&one, 10, 1),
    ] {
        assert_eq!(made.unwrap_err(), ReplicateError::OnePsu);
    }
    let message = |made: Result<ReplicateDesign, ReplicateError>| made.unwrap_err().to_string();
    assert_eq!(
        message(ReplicateDesign::brr(&one)),
        "stratum (all) has 1 PSUs, but balanced replicates need exactly two in each stratum"
    );
    let strata = Factor::from_labels(["城镇", "城镇", "𠮷县", "𠮷县", "𠮷县"]);
    let design = SurveyDesign::builder(5)
        .stage(StageColumns {
            strata: Some(&strata),
            ..StageColumns::default()
        })
        .build()
        .unwrap();
    assert_eq!(
        message(ReplicateDesign::jk1(&design)),
        "JK1 is for designs without strata, but there are 2; use JKn"
    );
    assert_eq!(
        message(ReplicateDesign::brr(&design)),
        "stratum 𠮷县 has 3 PSUs, but balanced replicates need exactly two in each stratum"
    );
    for rho in [-0.1, 1.0, NAN, f64::INFINITY] {
        assert!(matches!(
            ReplicateDesign::fay(&design, rho),
            Err(ReplicateError::Rho { .. })
        ));
    }
    for count in [0, 1] {
        assert_eq!(
            ReplicateDesign::bootstrap(&design, count, 1).unwrap_err(),
            ReplicateError::Count { count }
        );
    }
}

#[test]
fn faulty_columns_are_named_by_column_and_row() {
    let design = SurveyDesign::builder(2).build().unwrap();
    let message = |columns: &[&[f64]], scale: f64, rscales: Option<&[f64]>| {
        let columns = ReplicateColumns {
            columns,
            scale,
            rscales,
            combined: true,
        };
        ReplicateDesign::from_columns(&design, &columns)
            .map(|made| made.count())
            .map_err(|error| error.to_string())
    };
    let good: &[f64] = &[1.0, 0.0];
    assert_eq!(message(&[good, good], 1.0, Some(&[0.5, 0.0])), Ok(2));
    let failing = [
        (message(&[], 1.0, None), "there are no replicate weights"),
        (
            message(&[good, &[1.0]], 1.0, None),
            "replicate column 2 has 1 rows, the design has 2",
        ),
        (
            message(&[good, &[1.0, -1.0]], 1.0, None),
            "replicate column 2, row 1: -1 is not a finite number of at least 0",
        ),
        (
            message(&[&[NAN, 1.0]], 1.0, None),
            "replicate column 1, row 0: NaN is not a finite number of at least 0",
        ),
        (
            message(&[good], 1.0, Some(&[])),
            "0 rscales for 1 replicate columns",
        ),
        (
            message(&[good], -1.0, None),
            "the scale -1 is not a finite number of at least 0",
        ),
        (
            message(&[good], 1.0, Some(&[NAN])),
            "the scale NaN is not a finite number of at least 0",
        ),
    ];
    for (found, expected) in failing {
        assert_eq!(found, Err(expected.to_owned()));
    }
}

#[test]
fn replicates_of_scale_zero_do_not_count() {
    let design = SurveyDesign::builder(3).build().unwrap();
    let columns: [&[f64]; 3] = [&[9.0, 0.0, 0.0], &[1.0, 2.0, 0.0], &[0.0, 1.0, 2.0]];
    let made = |columns: &[&[f64]], rscales: &[f64]| {
        let columns = ReplicateColumns {
            columns,
            scale: 0.5,
            rscales: Some(rscales),
            combined: true,
        };
        let made = ReplicateDesign::from_columns(&design, &columns).unwrap();
        mean_se(&made, &[1.0, 5.0, 7.0])
    };
    assert_eq!(made(&columns, &[0.0, 1.0, 2.0]), made(&columns[1..], &[1.0, 2.0]));
    assert_eq!(made(&columns, &[0.0; 3]), 0.0);
}

#[test]
fn full_estimate_as_centre_adds_the_bias_of_the_replicates() {
    let rows = paired(3);
    let design = design_of(&rows, LonelyPsu::Fail, None);
    let y = values(&rows);
    let at = |mse: bool| {
        let made = ReplicateDesign::brr(&design).unwrap().mse(mse);
        let found = made.replicate(|w| vec![mean::value(w, &y, None)]);
        let replicates: Vec<f64> = found.replicates_of(0).collect();
        (found.variance(0), found.values()[0], replicates)
    };
    let ((about_mean, full, replicates), (about_full, ..)) = (at(false), at(true));
    let centre = replicates.iter().sum::<f64>() / replicates.len() as f64;
    assert!(about_full > about_mean);
    close(about_full, about_mean + (centre - full).powi(2), 1e-10);
}

#[test]
fn statistics_without_a_value_are_left_out_or_have_no_error() {
    let design = clusters(&["1", "1", "2", "3"], &[1.0; 4]);
    let made = ReplicateDesign::jk1(&design).unwrap();
    let y = [1.0, 3.0, NAN, 5.0];
    // In turn: a domain of one PSU, nothing at all, nothing but a missing value, a list that changes length.
    let found = made.replicate(|w| {
        let mut list = vec![
            mean::value(w, &y, Some(&[0, 1])),
            mean::value(w, &y, Some(&[])),
            mean::value(w, &y, Some(&[2])),
        ];
        list.extend((w[3] == 1.0).then_some(4.0));
        list
    });
    assert_eq!((found.discarded(0), found.se(0)), (1, 0.0));
    assert_eq!(found.discarded(1), 3);
    assert!(found.se(1).is_nan() && found.se(2).is_nan());
    assert!(found.discarded(3) == 3 && found.se(3).is_nan());
    assert!(found.covariance()[(0, 1)].is_nan());
    let empty = mean::linearise(made.design(), &y, Some(&[]));
    let estimate = made.estimate(
        &empty,
        |w| mean::value(w, &y, Some(&[])),
        &EstimateOptions::default(),
    );
    assert!(estimate.value.is_nan() && estimate.se.is_nan() && estimate.n == 0);
    assert_eq!(
        made.replicate(|_| Vec::new()).standard_errors(),
        Vec::<f64>::new()
    );
}

#[test]
fn proportions_at_their_edge_keep_intervals_inside_the_unit_interval() {
    let design = SurveyDesign::builder(6).build().unwrap();
    let made = ReplicateDesign::jk1(&design).unwrap();
    let options = proportion::default_options();
    let interval = |codes: [u32; 6]| {
        let full = proportion::linearise(&design, &codes, 1, None);
        let estimate = made.estimate(&full, |w| proportion::value(w, &codes, 1, None), &options);
        (estimate.lower, estimate.upper)
    };
    // All or none: Clopper–Pearson. A single one: its replicate is 0, which has no logit.
    assert_eq!(interval([1; 6]).1, 1.0);
    assert_eq!(interval([0; 6]).0, 0.0);
    let (lower, upper) = interval([1, 0, 0, 0, 0, 0]);
    assert!(0.0 < lower && lower < 1.0 / 6.0 && 1.0 / 6.0 < upper && upper < 1.0);
}

#[test]
fn adjustment_is_repeated_and_its_fault_names_the_replicate() {
    let design = clusters(&["1", "2", "3"], &[1.0, 2.0, 3.0]);
    let y = [1.0, 5.0, 6.0];
    let made = ReplicateDesign::jk1(&design).unwrap();
    let to_sum = |w: &[f64]| -> Result<Vec<f64>, String> {
        let sum: f64 = w.iter().sum();
        Ok(w.iter().map(|w| 60.0 * w / sum).collect())
    };
    let adjusted = made.clone().adjusted(to_sum).unwrap();
    close(adjusted.design().weights().iter().sum(), 60.0, 1e-14);
    // The total of the weights is now known, and the total of y is 60 means.
    assert!(total_se(&adjusted, &[1.0; 3]) < 1e-12);
    close(total_se(&adjusted, &y), 60.0 * mean_se(&made, &y), 1e-12);
    // Twice the same is once.
    let twice = adjusted.clone().adjusted(to_sum).unwrap();
    close(total_se(&twice, &y), total_se(&adjusted, &y), 1e-12);
    assert_eq!(adjusted.df(), made.df());

    let refuse = |w: &[f64]| match w[1] == 0.0 {
        true => Err("no one from 2".to_owned()),
        false => Ok(w.to_vec()),
    };
    assert_eq!(
        made.clone().adjusted(refuse).unwrap_err().to_string(),
        "replicate 2: no one from 2"
    );
    let fails = |adjust: &dyn Fn(&[f64]) -> Vec<f64>| {
        made.clone().adjusted(|w| Ok::<_, String>(adjust(w))).unwrap_err()
    };
    assert_eq!(
        fails(&|w| w[1..].to_vec()),
        AdjustError::Length {
            found: 2,
            expected: 3
        }
    );
    assert_eq!(
        fails(&|w| w.iter().map(|w| w - 1.5).collect()),
        AdjustError::Weight {
            replicate: 0,
            row: 0,
            value: -0.5
        }
    );
    assert!(matches!(
        fails(&|w| w.iter().map(|w| if w == &0.0 { NAN } else { *w }).collect()),
        AdjustError::Weight {
            replicate: 1,
            row: 0,
            ..
        }
    ));
    assert_eq!(
        made.adjusted(|_| Err::<Vec<f64>, _>("never")).unwrap_err(),
        AdjustError::Full { reason: "never" }
    );
}

#[test]
fn degrees_of_freedom_too_dear_to_decompose_are_those_of_the_sample() {
    // 2000 PSUs × 1500² replicates are 4.5·10⁹ multiplications.
    let design = SurveyDesign::builder(2000).build().unwrap();
    let drawn = |count| ReplicateDesign::bootstrap(&design, count, 1).unwrap().df();
    assert_eq!(drawn(1500), 1499.0);
    assert_eq!(drawn(100), 99.0);
}

#[test]
fn jackknife_of_ninety_thousand_psus_takes_no_matrix() {
    let design = SurveyDesign::builder(90_000).build().unwrap();
    let made = ReplicateDesign::jk1(&design).unwrap();
    assert_eq!((made.count(), made.df()), (90_000, 89_999.0));
    assert_eq!(made.weights_of(5)[5], 0.0);
    // Adjusted, the weights would be 8.1·10⁹ numbers: refused, not tried.
    assert!(matches!(
        made.adjusted(|w| Ok::<_, String>(w.to_vec())),
        Err(AdjustError::TooLarge { rows: 90_000, .. })
    ));
}
