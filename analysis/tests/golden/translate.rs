//! From an R call to estimates, and from its stored result to comparisons.

use std::collections::BTreeMap;

use analysis::estimate::{Linearised, covariance, mean, proportion, ratio, total};
use analysis::request::EstimateLine;
use serde_json::{Value, json};

use crate::calibration;
use crate::check::{Case, Tally, elements};
use crate::data::{Design, merge};
use crate::r_call::R;

/// What a call asks for, in the terms of `minyi estimate`.
struct Ask {
    design: Design,
    stat: &'static str,
    of: Vec<String>,
    per: Option<String>,
    by: Vec<String>,
    deff: Value,
}

/// A line of the answer under the name R gives it.
struct Named {
    name: String,
    line: EstimateLine,
}

impl Ask {
    /// Reads `svymean(~a + b, design, …)` and its like.
    fn read(call: &R, designs: &BTreeMap<String, Design>) -> Option<Self> {
        let (function, _) = call.call()?;
        let arguments = call.positional();
        let mut design = Design::of(arguments.last()?, designs)?;
        let mut columns = |formula: &R| -> Option<Vec<String>> {
            formula
                .formula()?
                .terms()
                .into_iter()
                .map(|term| design.data.derive(term))
                .collect()
        };
        let of = columns(arguments[0])?;
        let (stat, per) = match function {
            "svymean" => ("mean", None),
            "svytotal" => ("total", None),
            "svyratio" => ("ratio", columns(arguments[1])?.pop()),
            "svyciprop" => ("proportion", None),
            "svyvar" if of.len() == 1 => ("variance", None),
            _ => return None,
        };
        let deff = match call.named("deff") {
            Some(R::Text(text)) => json!(text),
            Some(flag) => json!(flag.is_true()),
            None => json!(false),
        };
        Some(Self {
            design,
            stat,
            of,
            per,
            by: Vec::new(),
            deff,
        })
    }

    /// Reads `svyby(~a, ~b + c, design, svymean, …)`.
    fn read_by(call: &R, designs: &BTreeMap<String, Design>) -> Option<Self> {
        let arguments = call.positional();
        let [formula, by, design, function] = arguments[..] else {
            return None;
        };
        let mut inner = vec![(None, formula.clone())];
        inner.extend(call.named("denominator").map(|per| (None, per.clone())));
        inner.push((None, design.clone()));
        let mut ask = Self::read(&R::Call(function.source(), inner), designs)?;
        ask.by = by.formula()?.terms().iter().map(|term| term.source()).collect();
        Some(ask)
    }

    /// A lone factor under `svymean` is asked for as a proportion.
    fn is_factor(&self, column: &str) -> bool {
        self.stat != "ratio" && !self.design.data.is_numeric(column)
    }

    /// The answer's lines, named as R names them; `ci` as in a request, or the default of R.
    fn lines(&self, case: &str, ci: Value) -> Vec<Named> {
        let (factors, numbers): (Vec<String>, Vec<String>) =
            self.of.iter().cloned().partition(|column| self.is_factor(column));
        let common = match self.deff == json!(false) {
            true => json!({ "by": self.by, "ci": ci }),
            false => json!({ "by": self.by, "deff": self.deff, "ci": ci }),
        };
        let mut entries = Vec::new();
        if !numbers.is_empty() {
            entries.push(merge(
                json!({ "stat": self.stat, "of": numbers, "listwise": numbers.len() > 1 }),
                common.clone(),
            ));
            if let Some(per) = &self.per {
                entries[0] = merge(entries[0].clone(), json!({ "per": per }));
            }
        }
        for factor in factors {
            let stat = if self.stat == "total" {
                "total"
            } else {
                "proportion"
            };
            entries.push(merge(json!({ "stat": stat, "of": factor }), common.clone()));
        }
        let answer = self.design.answer(case, &entries);
        let name = |line: &EstimateLine| match (&self.per, &line.level) {
            (Some(per), _) => format!("{}/{per}", line.of),
            (None, Some(level)) => format!("{}{}", line.of, text(level)),
            (None, None) => line.of.clone(),
        };
        answer
            .estimates
            .into_iter()
            .map(|line| Named {
                name: name(&line),
                line,
            })
            .collect()
    }

    /// The linearised statistics, through the library, in the order of `names`.
    fn linearised(&self, names: &[Value]) -> Option<Vec<Linearised>> {
        let design = self.design.build();
        // Listwise: a row needs every variable of the call.
        let complete = |row: &u32| {
            self.of
                .iter()
                .all(|column| !self.design.data.column(column).unwrap()[*row as usize].is_empty())
        };
        let rows: Vec<u32> = (0..design.rows() as u32).filter(complete).collect();
        names
            .iter()
            .map(|name| {
                let name = name.as_str()?;
                let column = self.of.iter().find(|column| match &self.per {
                    Some(per) => name == format!("{column}/{per}"),
                    None => name.starts_with(column.as_str()),
                })?;
                let data = &self.design.data;
                if self.is_factor(column) {
                    let factor = data.factor(column);
                    let level = factor.code_of(&name[column.len()..])?;
                    return Some(match self.stat {
                        "total" => total::linearise_level(&design, factor.codes(), level, Some(&rows)),
                        _ => proportion::linearise(&design, factor.codes(), level, Some(&rows)),
                    });
                }
                let y = data.numbers(column);
                Some(match (&self.per, self.stat) {
                    (Some(per), _) => ratio::linearise(&design, &y, &data.numbers(per), Some(&rows)),
                    (None, "total") => total::linearise(&design, &y, Some(&rows)),
                    (None, _) => mean::linearise(&design, &y, Some(&rows)),
                })
            })
            .collect()
    }
}

/// Cases whose stored figure is itself an approximation, with the reason.
///
/// R's likelihood limits are read off a spline through a few profile points. Where the
/// likelihood is far from normal (p = 0.02) that is 1.6 % off the exact solution that we give.
const APPROXIMATED_BY_R: [&str; 1] = ["ciprop_ell0_likelihood"];

/// Checks a case, or notes that its call is not covered.
pub(crate) fn check_case(case: &Value, designs: &BTreeMap<String, Design>, tally: &mut Tally) {
    let mut check = Case::new(case);
    if crate::replicates::scales(case, designs, &mut check).is_some()
        || calibration::population(case, &mut check).is_some()
    {
        return tally.add(check);
    }
    let call = case["call"]
        .as_str()
        .filter(|_| !APPROXIMATED_BY_R.contains(&check.id))
        .and_then(R::parse);
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
        "svymean" | "svytotal" | "svyratio" | "svyvar" => stat(&Ask::read(call, designs)?, result, check),
        "svyciprop" => ciprop(call, designs, result, check),
        "svyby" => by(call, designs, result, check),
        "svyttest" => t_test(call, designs, result, check),
        "svytable" => table(call, designs, result, check),
        "svycontrast" => contrast(call, designs, result, check),
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
            let line = proportion_line(&inner[0].1, designs, check.id)?;
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
    let df = &result["df"];
    each(result, "names", &lines, |named, index| {
        let line = &named.line;
        let what = |part: &str| format!("{} {part}", named.name);
        check.figure(&what("estimate"), line.estimate, &est[index], 0.0);
        check.figure(&what("se"), line.se, &se[index], line.estimate);
        if let (Some(found), Some(expected)) = (line.deff, deff.get(index)) {
            check.figure(&what("deff"), found, expected, 0.0);
        }
        if ask.design.condition.is_empty() {
            check.figure(&what("df"), line.df, df, 0.0);
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

/// The line of an `svyciprop` call: the proportion for which the condition holds.
fn proportion_line(call: &R, designs: &BTreeMap<String, Design>, id: &str) -> Option<EstimateLine> {
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

fn ciprop(call: &R, designs: &BTreeMap<String, Design>, result: &Value, check: &mut Case<'_>) -> Option<()> {
    let line = proportion_line(call, designs, check.id)?;
    check.figure("estimate", line.estimate, &result["est"], 0.0);
    check.figure("se", line.se, &result["se"], line.estimate);
    check.figure("df", line.df, &result["df"], 0.0);
    check.figure("lower", line.lower, &result["ci95"][0], 0.0);
    check.figure("upper", line.upper, &result["ci95"][1], 0.0);
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

/// `svyttest(y ~ group, design)`, and the same difference as an estimate.
fn t_test(call: &R, designs: &BTreeMap<String, Design>, result: &Value, check: &mut Case<'_>) -> Option<()> {
    let [formula, design] = call.positional()[..] else {
        return None;
    };
    let [R::Name(of), R::Name(across)] = formula.positional()[..] else {
        return None;
    };
    let design = Design::of(design, designs)?;
    let entry = json!({ "stat": "t_test", "of": of, "across": across });
    let factor = design.data.factor(across);
    let between = json!({ across.as_str(): [factor.levels()[1], factor.levels()[0]] });
    let difference = json!({ "stat": "difference", "of": of, "between": between });
    let answer = design.answer(check.id, &[entry, difference]);
    let test = answer.tests.first()?;
    check.figure("t", test.statistic, &result["statistic"], 0.0);
    check.figure("df", test.ddf, &result["parameter"], 0.0);
    // p-values to 1e-7, as the README of the figures says.
    check.loose("p", test.p_value, &result["p_value"], 1e-7);
    check.figure("difference", test.estimate?, &result["estimate"], 0.0);
    check.figure(
        "difference as an estimate",
        answer.estimates.first()?.estimate,
        &result["estimate"],
        0.0,
    );
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

/// Linear contrasts of domain means, through the library's joint covariance.
fn contrast(
    call: &R,
    designs: &BTreeMap<String, Design>,
    result: &Value,
    check: &mut Case<'_>,
) -> Option<()> {
    let [inner, list] = call.positional()[..] else {
        return None;
    };
    let ask = Ask::read_by(inner, designs).filter(|ask| ask.stat == "mean" && ask.by.len() == 1)?;
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
    let matrix = covariance(&design, &domains);
    let (_, contrasts) = list.call()?;
    let coefficients: Vec<Vec<f64>> = contrasts
        .iter()
        .map(|(_, vector)| {
            let of = |level: &String| vector.named(level).and_then(R::number).unwrap_or_default();
            factor.levels().iter().map(of).collect()
        })
        .collect();
    let bilinear = |a: &[f64], b: &[f64]| -> f64 {
        (0..a.len())
            .flat_map(|i| (0..b.len()).map(move |j| (i, j)))
            .map(|(i, j)| a[i] * matrix[(i, j)] * b[j])
            .sum()
    };
    for (index, c) in coefficients.iter().enumerate() {
        let value: f64 = c.iter().zip(&domains).map(|(c, domain)| c * domain.value).sum();
        check.figure("contrast", value, &elements(&result["est"])[index], 0.0);
        check.figure(
            "contrast se",
            bilinear(c, c).sqrt(),
            &elements(&result["se"])[index],
            0.0,
        );
        for (other, d) in coefficients
            .iter()
            .enumerate()
            .filter(|_| result["vcov"].is_array())
        {
            check.figure(
                "contrast vcov",
                bilinear(c, d),
                &result["vcov"][index][other],
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

/// A JSON scalar as the file would hold it.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
