//! Coefficients are R's; separation is named; classes keep their weight.

#![expect(clippy::excessive_precision, reason = "figures as R prints them")]

use proptest::prelude::*;

use super::*;
use crate::factor::Factor;
use crate::weighting::example::Example;
use crate::weighting::model::Covariate;

fn close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs(),
        "{found} is not {expected}"
    );
}

/// d <- read.csv("apistrat.csv"); responded <- d$awards == "Yes"
/// f <- glm(responded ~ stype + api99 + meals, quasibinomial, d, weights = d$pw,
///          control = glm.control(epsilon = 1e-15, maxit = 100))
/// coef(f); deviance(f); sum(d$pw[responded] / fitted(f)[responded]); range(1 / fitted(f)[responded])
/// k <- cut(fitted(f), quantile(fitted(f), 0:5 / 5), include.lowest = TRUE)
/// table(k, responded); tapply(d$pw, k, sum) / tapply(d$pw * responded, k, sum)
#[test]
fn fit_and_classes_are_those_of_r() {
    let data = Example::read("apistrat");
    let (base, kind) = (data.numbers("pw"), data.factor("stype"));
    let (api99, meals) = (data.numbers("api99"), data.numbers("meals"));
    let responded: Vec<bool> = data.text("awards").iter().map(|cell| *cell == "Yes").collect();
    let covariates = [
        ("stype", Covariate::Factor(&kind)),
        ("api99", Covariate::Numeric(&api99)),
        ("meals", Covariate::Numeric(&meals)),
    ];
    let model = Model::with_intercept(&covariates, &base).unwrap();
    let fit = ResponseModel::fit(&base, &responded, &model).unwrap();
    let expected = [
        4.833675975577853,
        -2.33957753169234,
        -1.3303886147113597,
        -0.0041987067229015016,
        -0.022210121725917197,
    ];
    assert_eq!(fit.terms, ["(Intercept)", "stypeH", "stypeM", "api99", "meals"]);
    fit.coefficients
        .iter()
        .zip(expected)
        .for_each(|(found, expected)| close(*found, expected));
    close(fit.deviance, 7405.666632602983);

    let inverse = fit.inverse(&base, &responded).unwrap();
    close(inverse.weights.iter().sum(), 6247.544917347774);
    close(inverse.factor_min, 1.1825504802151185);
    close(inverse.factor_max, 4.954910452445665);

    let classes = fit.in_classes(&base, &responded, USUAL_CLASSES).unwrap();
    let counts: Vec<(usize, usize)> = classes
        .classes
        .iter()
        .map(|c| (c.responded, c.invited - c.responded))
        .collect();
    assert_eq!(counts, [(16, 24), (12, 28), (24, 16), (30, 10), (31, 9)]);
    let factors = [
        2.4893461879325254,
        3.142642011919086,
        1.6666666666666667,
        1.3333333333333333,
        1.2903225806451613,
    ];
    for (class, expected) in classes.classes.iter().zip(factors) {
        close(class.factor, expected);
    }
    assert_eq!(classes.classes[0].label, "1/5 (0.168–0.360)");
    close(classes.weights.iter().sum(), base.iter().sum());
}

fn refusal(covariates: &[(&str, Covariate<'_>)], base: &[f64], responded: &[bool]) -> PropensityError {
    let model = Model::with_intercept(covariates, base).unwrap();
    match ResponseModel::fit(base, responded, &model) {
        Err(WeightingError::Propensity(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn separation_names_the_category_even_if_it_is_the_reference() {
    let place = Factor::from_labels(["乡", "乡", "城", "城", "镇", "镇"]);
    let covariates = [("地", Covariate::Factor(&place))];
    let base = [1.0, 2.0, 1.0, 1.0, 3.0, 1.0];
    let error = refusal(&covariates, &base, &[true, true, true, false, false, true]);
    assert_eq!(
        error,
        PropensityError::SeparatedCategory {
            term: "地乡".to_owned(),
            cases: 2,
            responded: true
        }
    );
    // The other way round, and with a weight of 0 for the case that would prevent it.
    let error = refusal(
        &covariates,
        &[1.0, 1.0, 1.0, 1.0, 1.0, 0.0],
        &[true, false, true, false, false, true],
    );
    assert_eq!(
        error,
        PropensityError::SeparatedCategory {
            term: "地镇".to_owned(),
            cases: 1,
            responded: false
        }
    );
}

#[test]
fn separation_by_a_number_or_by_several_is_named() {
    let n = 40;
    let age: Vec<f64> = (0..n).map(|i| 20.0 + f64::from(i)).collect();
    let noise: Vec<f64> = (0..n).map(|i| f64::from(i * 17 % 23)).collect();
    let covariates = [
        ("noise", Covariate::Numeric(&noise)),
        ("age", Covariate::Numeric(&age)),
    ];
    let base = vec![3.0; n as usize];
    let complete: Vec<bool> = age.iter().map(|age| *age > 41.0).collect();
    assert_eq!(
        refusal(&covariates, &base, &complete),
        PropensityError::Separated {
            term: "age".to_owned()
        }
    );
    // One case of each kind at the same age: quasi-complete, still without a finite maximum.
    let mut quasi = age.clone();
    quasi[21] = quasi[22];
    assert_eq!(
        refusal(&[("age", Covariate::Numeric(&quasi))], &base, &complete),
        PropensityError::Separated {
            term: "age".to_owned()
        }
    );
    // A single case on the wrong side, far out, and the maximum exists.
    let mut overlapping = complete;
    overlapping[0] = true;
    let model = Model::with_intercept(&covariates, &base).unwrap();
    let fit = ResponseModel::fit(&base, &overlapping, &model).unwrap();
    assert!(fit.coefficients.iter().all(|c| c.abs() < 100.0));
}

#[test]
fn everybody_and_nobody_are_told_apart() {
    let x = [1.0, 2.0, 3.0];
    let covariates = [("x", Covariate::Numeric(&x))];
    assert_eq!(
        refusal(&covariates, &[1.0; 3], &[true; 3]),
        PropensityError::Everybody { cases: 3 }
    );
    assert_eq!(
        refusal(&covariates, &[1.0; 3], &[false; 3]),
        PropensityError::Nobody { cases: 3 }
    );
}

#[test]
fn classes_that_ties_leave_empty_or_nobody_answered_in_are_refused() {
    let place = Factor::from_labels((0..30).map(|i| if i % 3 == 0 { "a" } else { "b" }));
    let base = [1.0; 30];
    let responded: Vec<bool> = (0..30).map(|i| i % 4 != 0 || i % 3 == 1).collect();
    let model = Model::with_intercept(&[("place", Covariate::Factor(&place))], &base).unwrap();
    let error = adjust(&base, &responded, &model, None).unwrap_err();
    assert!(
        matches!(
            error,
            WeightingError::Propensity(PropensityError::EmptyClass {
                count: 5,
                distinct: 2,
                ..
            })
        ),
        "{error}"
    );
    // Many classes over few respondents: one without any is an error, not merged.
    let x: Vec<f64> = (0..30).map(|i| f64::from(i * 7 % 30)).collect();
    let few: Vec<bool> = (0..30).map(|i| i % 4 == 0).collect();
    let model = Model::with_intercept(&[("x", Covariate::Numeric(&x))], &base).unwrap();
    let error = adjust(&base, &few, &model, Some(20)).unwrap_err();
    assert!(matches!(error, WeightingError::NoRespondents { .. }), "{error}");
}

proptest! {
    #[test]
    fn score_is_zero_and_classes_keep_the_weight_whatever_the_order(
        cases in prop::collection::vec((any::<bool>(), -2.0f64..2.0, 0u8..3, 0.5f64..5.0), 60..120),
        seed in any::<u64>(),
    ) {
        // Both answers at both ends of x in each category: nothing is separated.
        let ends = (0..3u8).flat_map(|k| [(true, -2.0, k, 1.0), (false, -2.0, k, 1.0), (true, 2.0, k, 1.0), (false, 2.0, k, 1.0)]);
        let cases: Vec<_> = cases.into_iter().chain(ends).collect();
        let run = |cases: &[(bool, f64, u8, f64)]| {
            let base: Vec<f64> = cases.iter().map(|case| case.3).collect();
            let responded: Vec<bool> = cases.iter().map(|case| case.0).collect();
            let x: Vec<f64> = cases.iter().map(|case| case.1).collect();
            let kind = Factor::from_labels(cases.iter().map(|case| case.2.to_string()));
            let covariates = [("kind", Covariate::Factor(&kind)), ("x", Covariate::Numeric(&x))];
            let model = Model::with_intercept(&covariates, &base).unwrap();
            let fit = ResponseModel::fit(&base, &responded, &model).unwrap();
            (base, responded, model, fit)
        };
        let (base, responded, model, fit) = run(&cases);
        // Likelihood equations: Σ d(y − p)x = 0 for every term.
        for column in model.columns() {
            let score: f64 = (0..base.len())
                .map(|row| base[row] * (f64::from(u8::from(responded[row])) - fit.propensities[row]) * column[row])
                .sum();
            prop_assert!(score.abs() < 1e-9 * base.iter().sum::<f64>(), "{score}");
        }
        if let Ok(adjusted) = fit.in_classes(&base, &responded, 4) {
            let sum: f64 = base.iter().sum();
            prop_assert!((adjusted.weights.iter().sum::<f64>() - sum).abs() < 1e-9 * sum);
            prop_assert!(adjusted.factor_min >= 1.0);
            let invited: usize = adjusted.classes.iter().map(|class| class.invited).sum();
            prop_assert_eq!(invited, cases.len());
        }
        let mut shuffled = cases.clone();
        shuffled.sort_by_key(|case| (case.1.to_bits() ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let (_, _, _, other) = run(&shuffled);
        for (a, b) in fit.coefficients.iter().zip(&other.coefficients) {
            prop_assert!((a - b).abs() < 1e-8 * a.abs().max(1.0));
        }
    }
}
