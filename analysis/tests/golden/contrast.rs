//! Contrasts, covariance matrices and t-tests, through the library: the JSON has no words for them,
//! or not for all their figures.

use std::collections::BTreeMap;

use analysis::estimate::{EstimateOptions, Linearised, contrast, covariance, mean, variance};
use analysis::interval::Method;
use serde_json::{Value, json};

use crate::ask::Ask;
use crate::check::{Case, elements};
use crate::data::Design;
use crate::r_call::R;

/// `svycontrast` of domain means, or of an expression in means.
pub(crate) fn contrasts(
    call: &R,
    designs: &BTreeMap<String, Design>,
    result: &Value,
    check: &mut Case<'_>,
) -> Option<()> {
    let [inner, list] = call.positional()[..] else {
        return None;
    };
    let (_, contrasts) = list.call()?;
    let Some(ask) = Ask::read_by(inner, designs).filter(|ask| ask.stat == "mean" && ask.by.len() == 1) else {
        return expression(inner, &contrasts[0].1, designs, result, check);
    };
    let design = ask.design.build();
    let factor = ask.design.data.factor(&ask.by[0]);
    let y = ask.design.data.numbers(&ask.of[0]);
    let domains: Vec<Linearised> = (0..factor.levels().len() as u32)
        .map(|level| {
            let rows: Vec<u32> = (0..design.rows() as u32)
                .filter(|row| factor.codes()[*row as usize] == level)
                .collect();
            mean::linearise(&design, &y, Some(&rows))
        })
        .collect();
    let combined: Vec<Linearised> = contrasts
        .iter()
        .map(|(_, vector)| {
            let of = |level: &String| vector.named(level).and_then(R::number).unwrap_or_default();
            let terms: Vec<(f64, &Linearised)> = factor.levels().iter().map(of).zip(&domains).collect();
            contrast::linear(&design, &terms)
        })
        .collect();
    statistics(&ask.design, &combined, result, check)
}

/// `svycontrast(svymean(~a + b, design), list(name = quote(a/b)))`
fn expression(
    inner: &R,
    quoted: &R,
    designs: &BTreeMap<String, Design>,
    result: &Value,
    check: &mut Case<'_>,
) -> Option<()> {
    let ask = Ask::read(inner, designs).filter(|ask| ask.stat == "mean")?;
    let ("quote", [(None, quotient)]) = quoted.call()? else {
        return None;
    };
    let ("/", _) = quotient.call()? else { return None };
    let names: Vec<Value> = quotient
        .positional()
        .iter()
        .map(|name| json!(name.source()))
        .collect();
    let [first, second] = &ask.linearised(&names)?[..] else {
        return None;
    };
    let design = ask.design.build();
    statistics(
        &ask.design,
        &[contrast::ratio(&design, first, second)],
        result,
        check,
    )
}

/// `svyvar` of several variables: the matrix as R lists it, column by column.
pub(crate) fn covariance_matrix(ask: &Ask, result: &Value, check: &mut Case<'_>) -> Option<()> {
    let design = ask.design.build();
    let columns: Vec<Vec<f64>> = ask.of.iter().map(|name| ask.design.data.numbers(name)).collect();
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let matrix = variance::linearise_matrix(&design, &columns, None);
    statistics(&ask.design, matrix.as_slice(), result, check)
}

/// Every figure of a result of type `stat`.
fn statistics(
    stated: &Design,
    statistics: &[Linearised],
    result: &Value,
    check: &mut Case<'_>,
) -> Option<()> {
    let design = stated.build();
    let column = |key: &str| elements(&result[key]);
    if column("names").len() != statistics.len() {
        return None;
    }
    let normal = EstimateOptions {
        interval: Method::Normal,
        ..EstimateOptions::default()
    };
    check.figure("df", design.df(), &result["df"], 0.0);
    for (index, statistic) in statistics.iter().enumerate() {
        let (t, z) = (
            statistic.estimate(&design, &EstimateOptions::default()),
            statistic.estimate(&design, &normal),
        );
        for (key, found) in [
            ("est", t.value),
            ("se", t.se),
            ("ci95_t_lower", t.lower),
            ("ci95_t_upper", t.upper),
            ("ci95_z_lower", z.lower),
            ("ci95_z_upper", z.upper),
        ] {
            check.figure(&format!("{key}[{index}]"), found, &column(key)[index], 0.0);
        }
    }
    let matrix = covariance(&design, statistics);
    for (i, row) in elements(&result["vcov"]).iter().enumerate() {
        for (j, expected) in elements(row).iter().enumerate() {
            check.figure(&format!("vcov[{i},{j}]"), matrix[(i, j)], expected, 0.0);
        }
    }
    Some(())
}

/// `svyttest(y ~ group, design)` or `svyttest(y ~ 0, design)`.
pub(crate) fn t_test(
    call: &R,
    designs: &BTreeMap<String, Design>,
    result: &Value,
    check: &mut Case<'_>,
) -> Option<()> {
    let [formula, design] = call.positional()[..] else {
        return None;
    };
    let [of, across] = formula.positional()[..] else {
        return None;
    };
    let mut stated = Design::of(design, designs)?;
    let of = stated.data.derive(of)?;
    let design = stated.build();
    let y = stated.data.numbers(&of);
    let tested = match across {
        R::Number(_) => mean::linearise(&design, &y, None),
        R::Name(across) => {
            asked(&stated, &of, across, result, check)?;
            let factor = stated.data.factor(across);
            let rows = |level: u32| -> Vec<u32> {
                (0..design.rows() as u32)
                    .filter(|row| factor.codes()[*row as usize] == level)
                    .collect()
            };
            contrast::difference_of_means(&design, &y, &rows(1), &rows(0))
        }
        _ => return None,
    };
    let test = contrast::t_test(&design, &tested);
    check.figure("t", test.statistic, &result["statistic"], 0.0);
    check.figure("df", test.df, &result["parameter"], 0.0);
    // p-values to 1e-7, as the README of the figures says.
    check.loose("p", test.p_value, &result["p_value"], 1e-7);
    check.figure("estimate", test.estimate, &result["estimate"], 0.0);
    let (lower, upper) = test.limits(0.95);
    check.figure("lower", lower, &result["conf_int"][0], 0.0);
    check.figure("upper", upper, &result["conf_int"][1], 0.0);
    Some(())
}

/// The same test of two groups, and its difference as an estimate, through a request.
fn asked(design: &Design, of: &str, across: &str, result: &Value, check: &mut Case<'_>) -> Option<()> {
    let entry = json!({ "stat": "t_test", "of": of, "across": across });
    let factor = design.data.factor(across);
    let between = json!({ across: [factor.levels()[1], factor.levels()[0]] });
    let difference = json!({ "stat": "difference", "of": of, "between": between });
    let answer = design.answer(check.id, &[entry, difference]);
    let test = answer.tests.first()?;
    check.again("asked t", test.statistic, &result["statistic"]);
    check.again("asked df", test.ddf, &result["parameter"]);
    check.again("asked difference", test.estimate?, &result["estimate"]);
    let line = answer.estimates.first()?;
    check.again("difference as an estimate", line.estimate, &result["estimate"]);
    Some(())
}
