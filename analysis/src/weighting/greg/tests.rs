//! Calibration meets its totals, keeps its bounds, and is the other calibrations where it should be.

use proptest::prelude::*;

use super::*;
use crate::design::SurveyDesign;
use crate::estimate::{mean, total};
use crate::factor::Factor;
use crate::weighting::model::{Covariate, INTERCEPT};
use crate::weighting::{Margin, RakeOptions, post_stratify, rake};

fn named(list: &[(&str, f64)]) -> Vec<(String, f64)> {
    list.iter()
        .map(|(term, total)| ((*term).to_owned(), *total))
        .collect()
}

fn refusal<T: std::fmt::Debug>(result: Result<T, WeightingError>) -> GregError {
    match result {
        Err(WeightingError::Greg(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn options(distance: Distance, bounds: Option<(f64, f64)>) -> GregOptions {
    GregOptions {
        distance,
        bounds,
        ..GregOptions::default()
    }
}

/// Ten rows, x = 1 … 10, weights 10.
fn line() -> (Vec<f64>, Vec<f64>, Model) {
    let x: Vec<f64> = (1..=10).map(f64::from).collect();
    let base = vec![10.0; 10];
    let model = Model::with_intercept(&[("x", Covariate::Numeric(&x))], &base).unwrap();
    (x, base, model)
}

#[test]
fn totals_and_terms_must_match() {
    let (_, base, model) = line();
    let run = |totals: &[(&str, f64)]| {
        refusal(greg(&base, &model, &named(totals), GregOptions::default())).to_string()
    };
    assert_eq!(run(&[(INTERCEPT, 100.0)]), "the term x has no population total");
    assert_eq!(
        run(&[(INTERCEPT, 100.0), ("x", 500.0), ("y", 1.0)]),
        "a total is given for y, which is no term of the model ((Intercept), x)"
    );
    assert_eq!(
        run(&[(INTERCEPT, 100.0), ("x", 500.0), ("x", 1.0)]),
        "the total of x is given twice"
    );
    assert_eq!(
        run(&[(INTERCEPT, f64::NAN), ("x", 500.0)]),
        "the total NaN of (Intercept) is not a finite number"
    );
}

#[test]
fn collinear_and_empty_terms_are_named() {
    let (x, base, _) = line();
    let double: Vec<f64> = x.iter().map(|x| 2.0 * x - 1.0).collect();
    let covariates = [
        ("x", Covariate::Numeric(&x)),
        ("twice", Covariate::Numeric(&double)),
    ];
    let model = Model::with_intercept(&covariates, &base).unwrap();
    let totals = named(&[(INTERCEPT, 100.0), ("x", 500.0), ("twice", 900.0)]);
    assert_eq!(
        greg(&base, &model, &totals, GregOptions::default()).unwrap_err(),
        WeightingError::Model(ModelError::Collinear {
            term: "twice".to_owned()
        })
    );
    // A level whose only row has no weight: with a total it is refused, without one left out.
    let kind = Factor::from_labels(["a", "b", "a", "b", "c"]);
    let weights = [1.0, 1.0, 1.0, 1.0, 0.0];
    let model = Model::with_intercept(&[("kind", Covariate::Factor(&kind))], &weights).unwrap();
    let totals = |c: f64| named(&[(INTERCEPT, 10.0), ("kindb", 4.0), ("kindc", c)]);
    let error = refusal(greg(&weights, &model, &totals(2.0), GregOptions::default()));
    assert_eq!(
        error,
        GregError::EmptyTerm {
            term: "kindc".to_owned(),
            total: 2.0
        }
    );
    let (calibration, _) = greg(&weights, &model, &totals(0.0), GregOptions::default()).unwrap();
    let expected = [3.0, 2.0, 3.0, 2.0, 0.0];
    for (found, expected) in calibration.weights().iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12);
    }
}

#[test]
fn totals_out_of_range_tell_what_the_bounds_allow() {
    let (_, base, model) = line();
    let totals = named(&[(INTERCEPT, 100.0), ("x", 2000.0)]);
    let error = refusal(greg(
        &base,
        &model,
        &totals,
        options(Distance::Linear, Some((0.5, 2.0))),
    ));
    assert_eq!(
        error,
        GregError::OutOfRange {
            term: "x".to_owned(),
            total: 2000.0,
            lowest: 275.0,
            highest: 1100.0
        }
    );
    // Raking never gives negative weights.
    let totals = named(&[(INTERCEPT, 100.0), ("x", -1.0)]);
    let error = refusal(greg(&base, &model, &totals, options(Distance::Raking, None)));
    assert!(
        matches!(error, GregError::OutOfRange { lowest: 0.0, .. }),
        "{error}"
    );
}

#[test]
fn totals_that_exclude_each_other_are_proven_so() {
    // Each is within reach: Σw = 100 as it is, Σwx up to 1100. Together Σwx is at most 10·(1…10
    // at 1.5 or 0.5) = 675.
    let (_, base, model) = line();
    let totals = named(&[(INTERCEPT, 100.0), ("x", 700.0)]);
    for distance in [Distance::Linear, Distance::Raking, Distance::Logit] {
        let error = refusal(greg(&base, &model, &totals, options(distance, Some((0.5, 1.5)))));
        let GregError::OutOfReach { term, reached, .. } = &error else {
            panic!("{error}")
        };
        assert!(
            reached.is_finite() && (term == "x" || term == INTERCEPT),
            "{error}"
        );
    }
    // On the edge it is reached, by the one solution there is.
    let totals = named(&[(INTERCEPT, 100.0), ("x", 675.0)]);
    let near = named(&[(INTERCEPT, 100.0), ("x", 674.9)]);
    for distance in [Distance::Linear, Distance::Raking] {
        let bounds = options(distance, Some((0.5, 1.5)));
        let (calibration, report) = greg(&base, &model, &near, bounds).unwrap();
        assert!(report.at_bounds >= 8 && report.gap < 1e-12);
        assert!((model.totals(calibration.weights())[1] - 674.9).abs() < 1e-9);
        if let Ok((calibration, _)) = greg(&base, &model, &totals, bounds) {
            assert!((model.totals(calibration.weights())[1] - 675.0).abs() < 1e-8);
        }
    }
}

#[test]
fn unreachable_without_bounds_names_the_term_and_what_was_reached() {
    // H and M count more than all; raking cannot make E negative, linear weights can.
    let kind = Factor::from_labels(["E", "H", "M", "E", "H", "M"]);
    let base = [1.0; 6];
    let model = Model::with_intercept(&[("stype", Covariate::Factor(&kind))], &base).unwrap();
    let totals = named(&[(INTERCEPT, 6.0), ("stypeH", 4.0), ("stypeM", 4.0)]);
    let error = refusal(greg(&base, &model, &totals, options(Distance::Raking, None)));
    assert!(matches!(error, GregError::NoConvergence { .. }), "{error}");
    let error = refusal(greg(&base, &model, &totals, GregOptions::default()));
    assert!(
        matches!(error, GregError::NegativeWeights { row: 0, count: 2, weight } if (weight + 1.0).abs() < 1e-12),
        "{error}"
    );
    // For replicates they are given as they are.
    let prepared = Greg::new(&model, &totals, &base, GregOptions::default()).unwrap();
    let (weights, _) = prepared.weights(&base).unwrap();
    assert!((weights[0] + 1.0).abs() < 1e-12);
}

#[test]
fn edges_one_row_zero_weights_and_names_in_han() {
    let one = Model::with_intercept(&[], &[5.0]).unwrap();
    let (calibration, _) = greg(&[5.0], &one, &named(&[(INTERCEPT, 8.0)]), GregOptions::default()).unwrap();
    assert!((calibration.weights()[0] - 8.0).abs() < 1e-14);

    let age = [30.0, 50.0, f64::NAN, 71.0];
    let weights = [2.0, 2.0, 0.0, 1e-9];
    let model = Model::with_intercept(&[("年龄", Covariate::Numeric(&age))], &weights).unwrap();
    let totals = named(&[(INTERCEPT, 4.2), ("年龄", 172.0)]);
    for distance in [Distance::Linear, Distance::Raking] {
        let (calibration, _) = greg(&weights, &model, &totals, options(distance, None)).unwrap();
        assert_eq!(calibration.weights()[2], 0.0);
        let reached = model.totals(calibration.weights());
        assert!((reached[1] - 172.0).abs() < 1e-9, "{reached:?}");
        let mut x = [1.0, -2.0, 0.0, 1e-9];
        calibration.residualise(&mut x);
        assert!(x.iter().all(|x| x.is_finite()) && x[2] == 0.0);
    }
    let error = greg(&[1.0; 3], &model, &totals, GregOptions::default()).unwrap_err();
    assert!(matches!(error, WeightingError::ShapeMismatch { .. }));
}

#[test]
fn weights_at_a_lower_bound_of_zero_leave_the_estimate() {
    let (x, base, model) = line();
    let totals = named(&[(INTERCEPT, 100.0), ("x", 760.0)]);
    let (calibration, report) = greg(
        &base,
        &model,
        &totals,
        options(Distance::Linear, Some((0.0, 3.0))),
    )
    .unwrap();
    assert_eq!(report.g_min, 0.0);
    let design = SurveyDesign::builder(10)
        .weights(&base)
        .build()
        .unwrap()
        .with_calibration(calibration)
        .unwrap();
    let estimate = total::linearise(&design, &x, None);
    assert!((estimate.value - 760.0).abs() < 1e-9);
    assert!(estimate.variance(&design) < 1e-18 * 760.0 * 760.0);
}

#[test]
fn category_that_counts_nobody_gets_weight_zero_as_in_post_stratification() {
    let kind = Factor::from_labels(["a", "b", "c", "a", "b", "c", "b"]);
    let base = [1.0, 2.0, 3.0, 1.5, 2.5, 0.7, 1.0];
    let model = Model::with_intercept(&[("kind", Covariate::Factor(&kind))], &base).unwrap();
    let totals = named(&[(INTERCEPT, 10.0), ("kindb", 6.0), ("kindc", 0.0)]);
    let (calibration, _) = greg(&base, &model, &totals, GregOptions::default()).unwrap();
    let cells: Vec<(Vec<String>, f64)> = [("a", 4.0), ("b", 6.0), ("c", 0.0)]
        .map(|(label, total)| (vec![label.to_owned()], total))
        .to_vec();
    let margin = Margin::new(&[("kind", &kind)], &cells, &base).unwrap();
    let post = post_stratify(&base, &margin).unwrap();
    let x: Vec<f64> = post
        .weights()
        .iter()
        .enumerate()
        .map(|(row, w)| w * (row as f64).sqrt())
        .collect();
    let (mut a, mut b) = (x.clone(), x);
    calibration.residualise(&mut a);
    post.residualise(&mut b);
    for row in 0..base.len() {
        assert!((calibration.weights()[row] - post.weights()[row]).abs() < 1e-12);
        assert!((a[row] - b[row]).abs() < 1e-12, "{} {}", a[row], b[row]);
    }
    assert_eq!((calibration.weights()[2], calibration.weights()[5]), (0.0, 0.0));
}

#[test]
fn covariate_far_from_zero_keeps_its_digits() {
    // Years beside an intercept: the normal equations would lose half the digits.
    let year: Vec<f64> = (0..60).map(|i| 2_026_000.0 + f64::from(i * 7 % 11)).collect();
    let base: Vec<f64> = (0..60).map(|i| 1.0 + f64::from(i % 4)).collect();
    let centred: Vec<f64> = year.iter().map(|year| year - 2_026_005.0).collect();
    let n: f64 = base.iter().sum();
    let solve = |x: &[f64], total: f64| {
        let model = Model::with_intercept(&[("x", Covariate::Numeric(x))], &base).unwrap();
        greg(
            &base,
            &model,
            &named(&[(INTERCEPT, n), ("x", total)]),
            GregOptions::default(),
        )
        .unwrap()
        .0
    };
    let (far, near) = (solve(&year, 2_026_005.0 * n + 9.0), solve(&centred, 9.0));
    let mut x: Vec<f64> = far
        .weights()
        .iter()
        .enumerate()
        .map(|(i, w)| w * (i as f64).sin())
        .collect();
    let mut y = x.clone();
    far.residualise(&mut x);
    near.residualise(&mut y);
    for row in 0..60 {
        let (a, b) = (far.weights()[row], near.weights()[row]);
        assert!((a - b).abs() < 1e-9 * b, "{a} {b}");
        assert!((x[row] - y[row]).abs() < 1e-9, "{} {}", x[row], y[row]);
    }
}

/// Another road to the standard error: the jackknife with the calibration repeated in every replicate.
#[test]
fn residuals_agree_with_the_jackknife() {
    let n = 150;
    let noise = |i: i32, k: i32| f64::from((i * k) % 101) / 101.0;
    let x: Vec<f64> = (0..n).map(|i| 20.0 + 60.0 * noise(i, 37)).collect();
    let kind = Factor::from_labels((0..n).map(|i| if noise(i, 53) < 0.4 { "a" } else { "b" }));
    let y: Vec<f64> = (0..n)
        .map(|i| 3.0 * x[i as usize] + 80.0 * noise(i, 71) + 20.0 * f64::from(kind.codes()[i as usize]))
        .collect();
    let base: Vec<f64> = (0..n).map(|i| 4.0 + 2.0 * noise(i, 29)).collect();
    let covariates = [("x", Covariate::Numeric(&x)), ("kind", Covariate::Factor(&kind))];
    let model = Model::with_intercept(&covariates, &base).unwrap();
    let totals: Vec<(String, f64)> = model
        .terms()
        .iter()
        .cloned()
        .zip(model.totals(&base).iter().map(|total| 1.03 * total))
        .collect();
    let design = SurveyDesign::builder(base.len()).weights(&base).build().unwrap();
    for (distance, bounds) in [
        (Distance::Linear, None),
        (Distance::Raking, None),
        (Distance::Logit, Some((0.5, 2.0))),
    ] {
        let prepared = Greg::new(&model, &totals, &base, options(distance, bounds)).unwrap();
        let (calibration, _) = prepared.calibrate(&base).unwrap();
        let calibrated = design.with_calibration(calibration).unwrap();
        let estimate = total::linearise(&calibrated, &y, None);
        let count = f64::from(n);
        let squares: f64 = (0..base.len())
            .map(|dropped| {
                let mut weights: Vec<f64> = base.iter().map(|w| w * count / (count - 1.0)).collect();
                weights[dropped] = 0.0;
                let (weights, _) = prepared.weights(&weights).unwrap();
                let replicate: f64 = weights.iter().zip(&y).map(|(w, y)| w * y).sum();
                (replicate - estimate.value).powi(2)
            })
            .sum();
        let jackknife = ((count - 1.0) / count * squares).sqrt();
        let linearised = estimate.variance(&calibrated).sqrt();
        let plain = total::linearise(&design, &y, None).variance(&design).sqrt();
        assert!(
            (linearised / jackknife - 1.0).abs() < 0.04,
            "{linearised} {jackknife}"
        );
        // The covariates explain most of y, and the standard error shows it.
        assert!(linearised < 0.6 * plain, "{linearised} {plain}");
    }
}

/// Rows of a sample: category of a, category of b, a number, a weight.
type Row = (usize, usize, f64, f64);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    // Every cell occurs, so that no totals are out of reach.
    let every = (0..3usize).flat_map(|a| (0..2usize).map(move |b| (a, b, a as f64 - b as f64, 1.0)));
    let every: Vec<Row> = every.collect();
    prop::collection::vec((0usize..3, 0usize..2, -3.0f64..3.0, 0.5f64..4.0), 20..60)
        .prop_map(move |rows| rows.into_iter().chain(every.clone()).collect())
}

struct Sample {
    a: Factor,
    b: Factor,
    x: Vec<f64>,
    base: Vec<f64>,
}

impl Sample {
    fn new(rows: &[Row]) -> Self {
        Self {
            a: Factor::from_labels(rows.iter().map(|row| format!("甲{}", row.0))),
            b: Factor::from_labels(rows.iter().map(|row| format!("乙{}", row.1))),
            x: rows.iter().map(|row| row.2).collect(),
            base: rows.iter().map(|row| row.3).collect(),
        }
    }

    fn model(&self) -> Model {
        let covariates = [
            ("a", Covariate::Factor(&self.a)),
            ("b", Covariate::Factor(&self.b)),
            ("x", Covariate::Numeric(&self.x)),
        ];
        Model::with_intercept(&covariates, &self.base).unwrap()
    }

    /// The totals under weights that differ from the base weights by a tilt in all covariates.
    fn totals(&self, model: &Model, tilt: f64) -> Vec<(String, f64)> {
        let weights: Vec<f64> = (0..self.base.len())
            .map(|row| {
                let move_ = f64::from(self.a.codes()[row]) - f64::from(self.b.codes()[row]) + self.x[row];
                self.base[row] * (1.0 + tilt * move_.sin())
            })
            .collect();
        model
            .terms()
            .iter()
            .cloned()
            .zip(model.totals(&weights))
            .collect()
    }

    fn margin(&self, name: &str, factor: &Factor, weights: &[f64]) -> Margin {
        let mut totals = vec![0.0; factor.levels().len()];
        factor
            .codes()
            .iter()
            .zip(weights)
            .for_each(|(&code, weight)| totals[code as usize] += weight);
        let totals: Vec<(Vec<String>, f64)> = factor
            .levels()
            .iter()
            .map(|level| vec![level.clone()])
            .zip(totals)
            .collect();
        Margin::new(&[(name, factor)], &totals, &self.base).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn weights_meet_their_totals_within_bounds_and_calibrated_totals_have_no_error(
        rows in rows(), tilt in -0.25f64..0.25,
    ) {
        let sample = Sample::new(&rows);
        let model = sample.model();
        let totals = sample.totals(&model, tilt);
        let bounds = Some((0.6, 1.6));
        for (distance, bounds) in [
            (Distance::Linear, None), (Distance::Linear, bounds), (Distance::Raking, None),
            (Distance::Raking, bounds), (Distance::Logit, bounds),
        ] {
            // The tilted weights are themselves a solution within these bounds.
            let result = greg(&sample.base, &model, &totals, options(distance, bounds));
            let (calibration, report) = match result {
                Ok(done) => done,
                // Only the plain linear distance may give negative weights.
                Err(WeightingError::Greg(GregError::NegativeWeights { .. })) if distance == Distance::Linear && bounds.is_none() => continue,
                Err(error) => return Err(TestCaseError::fail(format!("{distance:?} {error}"))),
            };
            let scale: f64 = sample.base.iter().sum();
            for ((term, total), reached) in totals.iter().zip(model.totals(calibration.weights())) {
                prop_assert!((total - reached).abs() < 1e-10 * scale * 3.0, "{term} {total} {reached}");
            }
            if let Some((lower, upper)) = bounds {
                prop_assert!(report.g_min >= lower && report.g_max <= upper);
            }
            let design = SurveyDesign::builder(rows.len()).weights(&sample.base).build().unwrap()
                .with_calibration(calibration).unwrap();
            for column in model.columns() {
                let error = total::linearise(&design, column, None).variance(&design).sqrt();
                prop_assert!(error < 1e-12 * scale * 3.0, "{error}");
            }
            prop_assert!(mean::linearise(&design, &sample.x, None).variance(&design).sqrt() < 1e-12);
        }
    }

    #[test]
    fn order_of_rows_and_names_of_categories_change_nothing(
        rows in rows(), tilt in -0.25f64..0.25, seed in any::<u64>(),
    ) {
        let sample = Sample::new(&rows);
        let totals = sample.totals(&sample.model(), tilt);
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|row| (*row as u64 ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let shuffled: Vec<Row> = order.iter().map(|&row| rows[row]).collect();
        // Another reference category of a: totals of its contrasts follow from the others'.
        let renamed: Vec<Row> = rows.iter().map(|&(a, b, x, w)| ((a + 2) % 3, b, x, w)).collect();
        let total = |term: &str| totals.iter().find(|(name, _)| name == term).unwrap().1;
        let first = total(INTERCEPT) - total("a甲1") - total("a甲2");
        let renamed_totals = named(&[
            (INTERCEPT, total(INTERCEPT)), ("a甲1", total("a甲2")), ("a甲2", first), ("b乙1", total("b乙1")), ("x", total("x")),
        ]);
        for distance in [Distance::Raking, Distance::Logit] {
            let run = |rows: &[Row], totals: &[(String, f64)]| {
                let sample = Sample::new(rows);
                greg(&sample.base, &sample.model(), totals, options(distance, Some((0.6, 1.6)))).unwrap().0.weights().to_vec()
            };
            let plain = run(&rows, &totals);
            let moved = run(&shuffled, &totals);
            let other = run(&renamed, &renamed_totals);
            for (at, &row) in order.iter().enumerate() {
                prop_assert!((plain[row] - moved[at]).abs() < 1e-9 * plain[row]);
                prop_assert!((plain[row] - other[row]).abs() < 1e-9 * plain[row]);
            }
        }
    }

    #[test]
    fn on_one_factor_it_is_post_stratification_and_on_two_raking(rows in rows(), tilt in -0.25f64..0.25) {
        let sample = Sample::new(&rows);
        let tilted: Vec<f64> = sample.base.iter().enumerate()
            .map(|(row, d)| d * (1.0 + tilt * (row as f64).cos()))
            .collect();
        let compare = |one: &Calibration, other: &Calibration| {
            let scale: f64 = sample.base.iter().sum();
            let mut x: Vec<f64> = one.weights().iter().zip(&sample.x).map(|(w, x)| w * x.exp()).collect();
            let mut y: Vec<f64> = other.weights().iter().zip(&sample.x).map(|(w, x)| w * x.exp()).collect();
            one.residualise(&mut x);
            other.residualise(&mut y);
            let weights = one.weights().iter().zip(other.weights()).all(|(a, b)| (a - b).abs() < 1e-10 * scale);
            weights && x.iter().zip(&y).all(|(x, y)| (x - y).abs() < 1e-9 * scale)
        };
        let by_model = |covariates: &[(&str, Covariate<'_>)], distance: Distance| {
            let model = Model::with_intercept(covariates, &sample.base).unwrap();
            let totals: Vec<(String, f64)> = model.terms().iter().cloned().zip(model.totals(&tilted)).collect();
            greg(&sample.base, &model, &totals, options(distance, None)).unwrap().0
        };
        let (a, b) = (("a", Covariate::Factor(&sample.a)), ("b", Covariate::Factor(&sample.b)));
        let margin_a = sample.margin("a", &sample.a, &tilted);
        let margin_b = sample.margin("b", &sample.b, &tilted);
        let cells = post_stratify(&sample.base, &margin_a).unwrap();
        prop_assert!(compare(&by_model(&[a], Distance::Linear), &cells));
        prop_assert!(compare(&by_model(&[a], Distance::Raking), &cells));
        let (raked, _) = rake(&sample.base, &[margin_a, margin_b], RakeOptions::default()).unwrap();
        prop_assert!(compare(&by_model(&[a, b], Distance::Raking), &raked));
    }
}
