//! Calibrated designs: R's calls as steps of a request, the same steps through the library,
//! and the population figures that they are calibrated to.

use analysis::design::SurveyDesign;
use analysis::estimate::{EstimateOptions, mean};
use analysis::interval::Method;
use analysis::weighting::model::Covariate;
use analysis::weighting::{
    Distance, GregOptions, Margin, Model, RakeOptions, TrimOptions, diagnose, greg, post_stratify, rake, trim,
};
use serde_json::{Value, json};

use crate::check::{Case, elements};
use crate::data::{Data, Design, merge};
use crate::r_call::R;

/// The step of a `calibrate` call, as a request has it.
pub(crate) fn greg_step(call: &R) -> Option<Value> {
    let arguments = call.positional();
    let model: Vec<String> = arguments[1]
        .formula()?
        .terms()
        .iter()
        .map(|term| term.source())
        .collect();
    let (_, totals) = arguments[2].call()?;
    let totals: Option<Vec<Value>> = totals
        .iter()
        .map(|(term, total)| Some(json!({ "term": term.as_ref()?, "total": total.number()? })))
        .collect();
    let distance = call.named("calfun").and_then(R::text).unwrap_or("linear");
    let mut step = json!({ "method": "greg", "distance": distance, "model": model, "totals": totals? });
    if let Some(bounds) = call.named("bounds") {
        let bounds: Option<Vec<f64>> = bounds.positional().iter().map(|bound| bound.number()).collect();
        step = merge(step, json!({ "bounds": bounds? }));
    }
    Some(step)
}

/// The step of a `trimWeights` call.
pub(crate) fn trim_step(call: &R) -> Option<Value> {
    Some(json!({
        "method": "trim",
        "lower": call.named("lower")?.number()?,
        "upper": call.named("upper")?.number()?,
        "strict": call.named("strict").is_some_and(R::is_true),
    }))
}

/// R's default rule for raking: ten sweeps, or no cell changing by a person. A request cannot
/// say it, as its raking converges.
pub(crate) fn stop_early(step: Value) -> Value {
    merge(step, json!({ "cell_change": 1.0, "max_sweeps": 10 }))
}

/// Whether a request can state the design.
pub(crate) fn can_be_asked(design: &Design) -> bool {
    design
        .calibrate
        .iter()
        .all(|step| step.get("cell_change").is_none())
}

/// The steps through the library.
pub(crate) fn apply(plan: &Design, design: SurveyDesign) -> SurveyDesign {
    plan.calibrate.iter().fold(design, |design, step| {
        let weights = design.weights().to_vec();
        let margin = |step: &Value| {
            let by = step["by"][0].as_str().unwrap();
            let factor = plan.data.factor(by);
            let totals: Vec<(Vec<String>, f64)> = elements(&step["totals"])
                .iter()
                .map(|cell| {
                    let label = cell[by].as_str().unwrap().to_owned();
                    (vec![label], cell["total"].as_f64().unwrap())
                })
                .collect();
            Margin::new(&[(by, &factor)], &totals, &weights).unwrap()
        };
        match step["method"].as_str().unwrap() {
            "post_stratify" => {
                let calibration = post_stratify(&weights, &margin(step)).unwrap();
                design.with_calibration(calibration).unwrap()
            }
            "rake" => {
                let margins: Vec<Margin> = elements(&step["margins"]).iter().map(margin).collect();
                let defaults = RakeOptions::default();
                let options = RakeOptions {
                    cell_change: step["cell_change"].as_f64(),
                    max_sweeps: step["max_sweeps"]
                        .as_u64()
                        .map_or(defaults.max_sweeps, |sweeps| sweeps as usize),
                    ..defaults
                };
                let (calibration, _) = rake(&weights, &margins, options).unwrap();
                design.with_calibration(calibration).unwrap()
            }
            "greg" => {
                let model = model(&plan.data, &elements(&step["model"]), &weights);
                let totals: Vec<(String, f64)> = elements(&step["totals"])
                    .iter()
                    .map(|entry| {
                        let term = entry["term"].as_str().unwrap().to_owned();
                        (term, entry["total"].as_f64().unwrap())
                    })
                    .collect();
                let bound = |index: usize| step["bounds"][index].as_f64();
                let options = GregOptions {
                    distance: Distance::from_name(step["distance"].as_str().unwrap()).unwrap(),
                    bounds: bound(0).zip(bound(1)),
                    ..GregOptions::default()
                };
                let (calibration, _) = greg(&weights, &model, &totals, options).unwrap();
                design.with_calibration(calibration).unwrap()
            }
            "trim" => {
                let options = TrimOptions {
                    lower: step["lower"].as_f64().unwrap(),
                    upper: step["upper"].as_f64().unwrap(),
                    strict: step["strict"] == true,
                    ..TrimOptions::default()
                };
                let (trimmed, _) = trim(&weights, options).unwrap();
                design.with_weights(trimmed).unwrap()
            }
            other => panic!("no such step: {other}"),
        }
    })
}

fn model(data: &Data, columns: &[Value], weights: &[f64]) -> Model {
    let names: Vec<&str> = columns.iter().map(|name| name.as_str().unwrap()).collect();
    let numbers: Vec<Vec<f64>> = names.iter().map(|name| data.numbers(name)).collect();
    let factors: Vec<_> = names.iter().map(|name| data.factor(name)).collect();
    let covariates: Vec<(&str, Covariate<'_>)> = names
        .iter()
        .enumerate()
        .map(|(at, name)| match data.is_numeric(name) {
            true => (*name, Covariate::Numeric(&numbers[at])),
            false => (*name, Covariate::Factor(&factors[at])),
        })
        .collect();
    Model::with_intercept(&covariates, weights).unwrap()
}

/// The figures that are properties of the population file, by case.
pub(crate) fn population(case: &Value, check: &mut Case<'_>) -> Option<()> {
    let columns = match check.id {
        "margins_stype" => json!("stype"),
        "margins_schwide" => json!("sch.wide"),
        "greg_population_totals" => json!(["stype", "api99"]),
        _ => return None,
    };
    let data = Data::read("apipop")?;
    let ones = vec![1.0; data.rows.len()];
    // One factor's counts are the totals of all its dummies: the constant less the contrasts is the first.
    let model = model(&data, &elements(&columns), &ones);
    let mut totals: Vec<(String, f64)> = model.terms().iter().cloned().zip(model.totals(&ones)).collect();
    if let Some(column) = columns.as_str() {
        let rest: f64 = totals[1..].iter().map(|(_, total)| total).sum();
        let first = data.factor(column).levels()[0].clone();
        totals[0] = (format!("{column}{first}"), totals[0].1 - rest);
        totals
            .iter_mut()
            .for_each(|(term, _)| *term = term[column.len()..].to_owned());
    }
    let result = &case["result"];
    for (index, name) in elements(&result["names"]).iter().enumerate() {
        let (term, total) = totals.iter().find(|(term, _)| name == term)?;
        check.figure(term, *total, &result["values"][index], 0.0);
    }
    Some(())
}

/// The weights of single rows and, where no request gives them, of all.
pub(crate) fn weights(design: &Design, result: &Value, check: &mut Case<'_>) {
    let design_of_library = design.build();
    let weights = design_of_library.weights();
    for (row, expected) in elements(&result["first10"]).iter().enumerate() {
        check.figure(&format!("weight of row {row}"), weights[row], expected, 0.0);
    }
    if !can_be_asked(design) {
        let found = diagnose(weights);
        let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
        for (key, value) in [
            ("n", found.n as f64),
            ("sum", found.sum),
            ("min", found.min),
            ("max", found.max),
            ("sum_sq", squares),
        ] {
            check.figure(key, value, &result[key], 0.0);
        }
    }
}

/// `svymean(~y, design)` through the library, for a design that no request can state.
pub(crate) fn mean_of_library(call: &R, design: &Design, result: &Value, check: &mut Case<'_>) -> Option<()> {
    let column = call.positional()[0].formula()?.source();
    let y = design.data.numbers(&column);
    let design = design.build();
    let mean = mean::linearise(&design, &y, None);
    for (method, key) in [(Method::T, "t"), (Method::Normal, "z")] {
        let options = EstimateOptions {
            interval: method,
            ..EstimateOptions::default()
        };
        let estimate = mean.estimate(&design, &options);
        if key == "t" {
            check.figure("estimate", estimate.value, &result["est"], 0.0);
            check.figure("se", estimate.se, &result["se"], 0.0);
            check.figure("df", estimate.df, &result["df"], 0.0);
        }
        let limit = |side: &str| result[format!("ci95_{key}_{side}")].clone();
        check.figure(&format!("{key} lower"), estimate.lower, &limit("lower"), 0.0);
        check.figure(&format!("{key} upper"), estimate.upper, &limit("upper"), 0.0);
    }
    Some(())
}
