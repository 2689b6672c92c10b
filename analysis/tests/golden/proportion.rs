//! Intervals of proportions, `svyciprop`.

use std::collections::BTreeMap;

use analysis::request::EstimateLine;
use serde_json::{Value, json};

use crate::ask::{Ask, text};
use crate::check::Case;
use crate::data::Design;
use crate::r_call::R;

/// Cases whose stored limits are themselves approximations.
///
/// R reads likelihood limits off a spline through a few profile points. Where the likelihood is far
/// from normal (p = 0.02) that is 1.6 % off the exact solution that we give.
const SPLINED_BY_R: [&str; 1] = ["ciprop_ell0_likelihood"];

/// The line of an `svyciprop` call: the proportion for which the condition holds.
pub(crate) fn line(call: &R, designs: &BTreeMap<String, Design>, id: &str) -> Option<EstimateLine> {
    let ask = Ask {
        stat: "proportion",
        ..Ask::read(call, designs)?
    };
    let method = match call.named("method")?.text()? {
        "mean" => "t",
        other => other,
    };
    let level = call.named("level").and_then(R::number).unwrap_or(0.95);
    let entry = json!({ "stat": "proportion", "of": ask.of, "by": ask.by, "ci": { "method": method, "level": level } });
    let mut lines = ask.design.answer(id, &[entry]).estimates;
    let holds = |line: &EstimateLine| {
        line.level
            .as_ref()
            .is_some_and(|l| ["TRUE", "1"].contains(&&*text(l)))
    };
    if lines.iter().any(holds) {
        return lines.into_iter().find(holds);
    }
    // A level that no row has is not in the file: the other level is its complement.
    let line = lines.pop().filter(|_| lines.is_empty())?;
    let (lower, upper) = (1.0 - line.upper, 1.0 - line.lower);
    assert!(lower.is_finite() && upper.is_finite(), "{id}");
    Some(EstimateLine {
        estimate: 1.0 - line.estimate,
        lower,
        upper,
        ..line
    })
}

pub(crate) fn ciprop(
    call: &R,
    designs: &BTreeMap<String, Design>,
    result: &Value,
    check: &mut Case<'_>,
) -> Option<()> {
    let line = line(call, designs, check.id)?;
    check.given(&result["level"]);
    check.figure("estimate", line.estimate, &result["est"], 0.0);
    check.figure("se", line.se, &result["se"], line.estimate);
    check.figure("df", line.df, &result["df"], 0.0);
    let (lower, upper) = (&result["ci95"][0], &result["ci95"][1]);
    match SPLINED_BY_R.contains(&check.id) {
        true => {
            check.loose("lower", line.lower, lower, 0.02);
            check.loose("upper", line.upper, upper, 0.02);
        }
        false => {
            check.figure("lower", line.lower, lower, 0.0);
            check.figure("upper", line.upper, upper, 0.0);
        }
    }
    Some(())
}
