//! From an R call to estimates, and from its stored result to comparisons.

use std::collections::BTreeMap;

use analysis::estimate::covariance;
use analysis::request::EstimateLine;
use serde_json::{Value, json};

use crate::ask::{Ask, Named, text};
use crate::calibration;
use crate::check::{Case, Tally, elements};
use crate::data::Design;
use crate::r_call::R;
use crate::{chi_square, contrast, proportion, quantile};

/// Checks a case, or notes that its call is not covered.
pub(crate) fn check_case(case: &Value, designs: &BTreeMap<String, Design>, tally: &mut Tally) {
    let mut check = Case::new(case);
    if crate::replicates::scales(case, designs, &mut check).is_some()
        || calibration::population(case, &mut check).is_some()
    {
        return tally.add(check);
    }
    let call = case["call"].as_str().and_then(R::parse);
    match call.and_then(|call| compare(&call, &case["result"], designs, &mut check)) {
        Some(()) => tally.add(check),
        None => tally.uncovered.push(check.id.to_owned()),
    }
}

fn compare(call: &R, result: &Value, designs: &BTreeMap<String, Design>, check: &mut Case<'_>) -> Option<()> {
    let Some((function, _)) = call.call() else {
        return weights(designs.get(&call.source())?, result, check);
    };
    if let Some(design) = call
        .positional()
        .last()
        .and_then(|name| designs.get(&name.source()))
        && !calibration::can_be_asked(design)
    {
        return calibration::mean_of_library(call, design, result, check);
    }
    match function {
        // The same call under a rule for lonely PSUs.
        "lonely" => {
            let [rule, inner] = call.positional()[..] else {
                return None;
            };
            let mut designs = designs.clone();
            for design in designs.values_mut() {
                design.design.insert("lonely_psu".to_owned(), json!(rule.text()?));
            }
            compare(inner, result, &designs, check)
        }
        "svymean" | "svytotal" | "svyratio" | "svyvar" => {
            let ask = Ask::read(call, designs)?;
            match ask.stat == "variance" && ask.of.len() > 1 {
                true => contrast::covariance_matrix(&ask, result, check),
                false => stat(&ask, result, check),
            }
        }
        "svyciprop" => proportion::ciprop(call, designs, result, check),
        "svyby" if call.positional().last()?.source() == "svyquantile" => {
            quantile::by(call, designs, result, check)
        }
        "svyby" => by(call, designs, result, check),
        "svyttest" => contrast::t_test(call, designs, result, check),
        "svytable" => table(call, designs, result, check),
        "svycontrast" => contrast::contrasts(call, designs, result, check),
        "svyquantile" => quantile::quantiles(call, designs, result, check),
        "svychisq" => chi_square::chi_square(call, designs, result, check),
        "svycralpha" => chi_square::cronbach_alpha(call, designs, result, check),
        "cv" => {
            let lines = Ask::read(call.positional()[0], designs)?.lines(check.id, json!({}));
            each(result, "names", &lines, |named, index| {
                check.figure(
                    &named.name,
                    named.line.se / named.line.estimate,
                    &result["values"][index],
                    1.0,
                );
            })
        }
        "confint" => {
            let lines = Ask::read(call.positional()[0], designs)?.lines(check.id, json!({}));
            each(result, "rows", &lines, |named, index| {
                let limits = &result["values"][index];
                check.figure("lower", named.line.lower, &limits[0], 0.0);
                check.figure("upper", named.line.upper, &limits[1], 0.0);
            })
        }
        "c" if result["names"].is_array() => degrees_of_freedom(call, designs, result, check),
        "c" => {
            let inner = call
                .positional()
                .first()?
                .call()
                .filter(|(name, _)| *name == "confint")?
                .1;
            let line = proportion::line(&inner[0].1, designs, check.id)?;
            check.figure("lower", line.lower, &result["values"][0], 0.0);
            check.figure("upper", line.upper, &result["values"][1], 0.0);
            Some(())
        }
        _ => None,
    }
}

/// Every stored name must have its line.
fn each(result: &Value, key: &str, lines: &[Named], mut compare: impl FnMut(&Named, usize)) -> Option<()> {
    for (index, name) in elements(&result[key]).iter().enumerate() {
        let name = name.as_str()?;
        compare(lines.iter().find(|named| named.name == name)?, index);
    }
    Some(())
}

fn stat(ask: &Ask, result: &Value, check: &mut Case<'_>) -> Option<()> {
    let lines = ask.lines(check.id, json!({ "method": "t", "df": "design" }));
    let normal = ask.lines(check.id, json!({ "method": "normal" }));
    let column = |key: &str| elements(&result[key]);
    let (est, se, deff) = (column("est"), column("se"), column("deff"));
    check.figure("df", lines.first()?.line.df, &result["df"], 0.0);
    each(result, "names", &lines, |named, index| {
        let line = &named.line;
        let what = |part: &str| format!("{} {part}", named.name);
        check.figure(&what("estimate"), line.estimate, &est[index], 0.0);
        check.figure(&what("se"), line.se, &se[index], line.estimate);
        if let (Some(found), Some(expected)) = (line.deff, deff.get(index)) {
            check.figure(&what("deff"), found, expected, 0.0);
        }
        check.figure(
            &what("lower"),
            line.lower,
            &column("ci95_t_lower")[index],
            line.estimate,
        );
        check.figure(
            &what("upper"),
            line.upper,
            &column("ci95_t_upper")[index],
            line.estimate,
        );
    })?;
    each(result, "names", &normal, |named, index| {
        let line = &named.line;
        check.figure(
            "z lower",
            line.lower,
            &column("ci95_z_lower")[index],
            line.estimate,
        );
        check.figure(
            "z upper",
            line.upper,
            &column("ci95_z_upper")[index],
            line.estimate,
        );
    })?;
    if let Some(rows) = result["vcov"].as_array() {
        let statistics = ask.linearised(&elements(&result["names"]))?;
        let matrix = covariance(&ask.design.build(), &statistics);
        for (i, row) in rows.iter().enumerate() {
            for (j, expected) in elements(row).iter().enumerate() {
                let scale = (matrix[(i, i)] * matrix[(j, j)]).sqrt();
                check.figure(
                    &format!("vcov[{i},{j}]"),
                    matrix[(i, j)],
                    expected,
                    scale.max(1e-18),
                );
            }
        }
    }
    Some(())
}

fn by(call: &R, designs: &BTreeMap<String, Design>, result: &Value, check: &mut Case<'_>) -> Option<()> {
    let ask = Ask::read_by(call, designs)?;
    let interval = call.named("vartype").is_some();
    let ci = match (ask.stat, interval) {
        ("proportion", _) => json!({ "method": call.named("method")?.text()? }),
        _ => json!({ "method": "t", "df": "design" }),
    };
    let lines: Vec<Named> = if ask.stat == "proportion" {
        let name = ask.of[0].clone();
        let entry = json!({ "stat": "proportion", "of": ask.of, "by": ask.by, "ci": ci });
        let lines = ask.design.answer(check.id, &[entry]).estimates;
        let holds = |line: &EstimateLine| line.level.as_ref().is_some_and(|level| text(level) == "TRUE");
        lines
            .into_iter()
            .filter(holds)
            .map(|line| Named {
                name: name.clone(),
                line,
            })
            .collect()
    } else {
        ask.lines(check.id, ci)
    };
    let names: Vec<String> = result.as_object()?.keys().cloned().collect();
    let wanted: Vec<&String> = names
        .iter()
        .filter(|name| lines.iter().any(|line| line.name == **name))
        .collect();
    assert!(!wanted.is_empty(), "{}: no column of {names:?}", check.id);
    ask.by
        .iter()
        .for_each(|column| check.given(&result[column.as_str()]));
    let groups = elements(&result[ask.by[0].as_str()]).len();
    for index in 0..groups {
        for name in &wanted {
            let inside = |named: &&Named| {
                named.name == **name
                    && ask.by.iter().all(|column| {
                        text(&named.line.domain[column]) == text(&elements(&result[column.as_str()])[index])
                    })
            };
            let line = &lines.iter().find(inside)?.line;
            let se_key = [
                format!("se.{name}"),
                "se".to_owned(),
                format!("se.as.numeric({name})"),
            ]
            .into_iter()
            .find(|key| names.contains(key))?;
            let what = |part: &str| format!("{name} group {index} {part}");
            let cell = |key: &str| elements(&result[key])[index].clone();
            check.figure(&what("estimate"), line.estimate, &cell(name), 0.0);
            check.figure(&what("se"), line.se, &cell(&se_key), line.estimate);
            if interval {
                check.figure(&what("lower"), line.lower, &cell("ci_l"), 0.0);
                check.figure(&what("upper"), line.upper, &cell("ci_u"), 0.0);
            }
        }
    }
    Some(())
}

/// A weighted cross-table: totals of one factor by the other.
fn table(call: &R, designs: &BTreeMap<String, Design>, result: &Value, check: &mut Case<'_>) -> Option<()> {
    let [formula, design] = call.positional()[..] else {
        return None;
    };
    let terms = formula.formula()?.terms();
    let (rows, columns) = (terms[0].source(), terms[1].source());
    let entry = json!({ "stat": "total", "of": columns, "by": [rows] });
    let lines = Design::of(design, designs)?.answer(check.id, &[entry]).estimates;
    for (i, row) in elements(&result["rows"]).iter().enumerate() {
        for (j, column) in elements(&result["cols"]).iter().enumerate() {
            let line = lines
                .iter()
                .find(|l| l.domain[&rows] == *row && l.level.as_ref() == Some(column))?;
            check.figure(
                &format!("{row} {column}"),
                line.estimate,
                &result["values"][i][j],
                0.0,
            );
        }
    }
    Some(())
}

/// `c(full = degf(design), part = degf(subset(design, condition)))`
fn degrees_of_freedom(
    call: &R,
    designs: &BTreeMap<String, Design>,
    result: &Value,
    check: &mut Case<'_>,
) -> Option<()> {
    for (index, (name, degf)) in call.call()?.1.iter().enumerate() {
        let (_, arguments) = degf.call().filter(|(function, _)| *function == "degf")?;
        let design = Design::of(&arguments[0].1, designs)?;
        let inside: Vec<Vec<&str>> = design
            .condition
            .keys()
            .map(|c| design.data.column(c).unwrap())
            .collect();
        let keep = |row: &u32| inside.iter().all(|column| column[*row as usize] == "TRUE");
        let rows: Vec<u32> = (0..design.data.rows.len() as u32).filter(keep).collect();
        check.figure(
            name.as_deref()?,
            design.build().df_within(&rows),
            &result["values"][index],
            0.0,
        );
    }
    Some(())
}

/// The weights of a calibrated design.
fn weights(design: &Design, result: &Value, check: &mut Case<'_>) -> Option<()> {
    calibration::weights(design, result, check);
    if !calibration::can_be_asked(design) {
        return Some(());
    }
    let answer = design.answer(check.id, &[]);
    let found = answer.weights;
    check.figure("n", found.n as f64, &result["n"], 0.0);
    check.figure("sum", found.sum, &result["sum"], 0.0);
    check.figure("min", found.min, &result["min"], 0.0);
    check.figure("max", found.max, &result["max"], 0.0);
    // Σw² = (Σw)²/n · deff
    let sum_sq = found.sum.powi(2) / found.n as f64 * found.deff_kish;
    check.figure("sum of squares", sum_sq, &result["sum_sq"], 0.0);
    Some(())
}
