//! Tests of independence, `svychisq`, and Cronbach's alpha, `svycralpha`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::check::{Case, elements};
use crate::data::Design;
use crate::r_call::R;

/// `svychisq(~rows + columns, design, statistic = …)`
pub(crate) fn chi_square(
    call: &R,
    designs: &BTreeMap<String, Design>,
    result: &Value,
    check: &mut Case<'_>,
) -> Option<()> {
    let [formula, design] = call.positional()[..] else {
        return None;
    };
    let [rows, columns] = formula.formula()?.terms()[..] else {
        return None;
    };
    let statistic = match call.named("statistic")?.text()? {
        "Chisq" => "chisq",
        "Wald" => "wald",
        "adjWald" => "adj_wald",
        other => other,
    };
    let entry = json!({ "stat": "chi_square", "rows": rows.source(), "columns": columns.source(),
        "statistic": statistic });
    let answer = Design::of(design, designs)?.answer(check.id, &[entry]);
    let test = answer.tests.first()?;
    check.figure("statistic", test.statistic, &result["statistic"], 0.0);
    let freedom = elements(&result["parameter"]);
    check.figure("ndf", test.ndf, &freedom[0], 0.0);
    // The chi-square statistic has no second one.
    match freedom.get(1) {
        Some(ddf) => check.figure("ddf", test.ddf, ddf, 0.0),
        None => assert!(test.ddf.is_infinite(), "{}", check.id),
    }
    check.loose("p", test.p_value, &result["p_value"], 1e-7);
    Some(())
}

/// `svycralpha(~a + b + …, design)`
pub(crate) fn cronbach_alpha(
    call: &R,
    designs: &BTreeMap<String, Design>,
    result: &Value,
    check: &mut Case<'_>,
) -> Option<()> {
    let [formula, design] = call.positional()[..] else {
        return None;
    };
    let items: Vec<String> = formula
        .formula()?
        .terms()
        .iter()
        .map(|term| term.source())
        .collect();
    let entry = json!({ "stat": "cronbach_alpha", "of": items });
    let answer = Design::of(design, designs)?.answer(check.id, &[entry]);
    let line = answer.estimates.first()?;
    assert!(line.se.is_nan(), "alpha has no standard error by contract");
    check.figure("alpha", line.estimate, &elements(&result["values"])[0], 0.0);
    Some(())
}
