//! Quantiles and their Woodruff intervals, `svyquantile` alone and under `svyby`.

use std::collections::BTreeMap;

use analysis::estimate::Estimate;
use analysis::estimate::quantile::{Rule, default_options, estimates};
use analysis::request::EstimateLine;
use serde_json::{Value, json};

use crate::ask::text;
use crate::check::{Case, elements};
use crate::data::Design;
use crate::r_call::R;

/// `svyquantile(~y, design, c(p, …), qrule = …, interval.type = …)`
pub(crate) fn quantiles(
    call: &R,
    designs: &BTreeMap<String, Design>,
    result: &Value,
    check: &mut Case<'_>,
) -> Option<()> {
    let [formula, design, probabilities] = call.positional()[..] else {
        return None;
    };
    let design = Design::of(design, designs)?;
    let of = formula.formula()?.source();
    let probabilities: Vec<f64> = match probabilities.number() {
        Some(one) => vec![one],
        None => probabilities
            .positional()
            .iter()
            .map(|p| p.number())
            .collect::<Option<_>>()?,
    };
    let rule = call.named("qrule").and_then(R::text).unwrap_or("math");
    let found: Vec<(f64, [f64; 4])> = if rule == "shahvaish" {
        // Only the library has this rule.
        let options = default_options();
        let y = design.data.numbers(&of);
        let found = estimates(
            &design.build(),
            &y,
            None,
            &probabilities,
            Rule::ShahVaish,
            &options,
        );
        probabilities
            .iter()
            .copied()
            .zip(found.iter().map(figures))
            .collect()
    } else {
        let method = match call.named("interval.type").and_then(R::text) {
            // With replicates "quantile" is what a request gives: limits from the replicated quantile itself.
            None | Some("mean" | "quantile") => "t",
            Some(other) => other,
        };
        let entry = json!({ "stat": "quantile", "of": of, "probabilities": probabilities, "rule": rule,
            "ci": { "method": method } });
        let lines = design.answer(check.id, &[entry]).estimates;
        lines
            .iter()
            .map(|line| Some((line.probability?, line_figures(line))))
            .collect::<Option<_>>()?
    };
    let stored = result[of.as_str()].as_object()?;
    // R names a column "quantile.137" after the row that the figure comes from.
    let value_key = stored.keys().find(|key| key.starts_with("quantile"))?;
    // With replicates the standard error is named after the limit, too.
    let se_key = stored.keys().find(|key| key.starts_with("se"))?;
    let keys = [value_key.as_str(), "ci.2.5", "ci.97.5", se_key.as_str()];
    assert_eq!(found.len(), elements(&stored["p"]).len(), "{}", check.id);
    for (index, (p, figures)) in found.into_iter().enumerate() {
        check.figure("p", p, &elements(&stored["p"])[index], 0.0);
        for (key, figure) in keys.into_iter().zip(figures) {
            let expected = &elements(&stored[key])[index];
            check.figure_or_absent(&format!("{p} {key}"), figure, expected);
        }
    }
    Some(())
}

/// `svyby(~y, ~group, design, svyquantile, quantiles = p, vartype = c("se", "ci"), qrule = …)`
pub(crate) fn by(
    call: &R,
    designs: &BTreeMap<String, Design>,
    result: &Value,
    check: &mut Case<'_>,
) -> Option<()> {
    let [formula, by, design, _] = call.positional()[..] else {
        return None;
    };
    let (of, by) = (formula.formula()?.source(), by.formula()?.source());
    let entry = json!({ "stat": "quantile", "of": of, "by": by,
        "probabilities": call.named("quantiles")?.number()?, "rule": call.named("qrule")?.text()? });
    let lines = Design::of(design, designs)?.answer(check.id, &[entry]).estimates;
    let se_key = format!("se.{of}");
    let keys = [of.as_str(), "ci_l", "ci_u", se_key.as_str()];
    for (index, group) in elements(&result[by.as_str()]).iter().enumerate() {
        let line = lines
            .iter()
            .find(|line| text(&line.domain[by.as_str()]) == text(group))?;
        for (key, figure) in keys.into_iter().zip(line_figures(line)) {
            check.figure(
                &format!("{} {key}", text(group)),
                figure,
                &elements(&result[key])[index],
                0.0,
            );
        }
    }
    Some(())
}

fn figures(estimate: &Estimate) -> [f64; 4] {
    [estimate.value, estimate.lower, estimate.upper, estimate.se]
}

fn line_figures(line: &EstimateLine) -> [f64; 4] {
    [line.estimate, line.lower, line.upper, line.se]
}
