//! The steps of `calibrate` as typed values.

use serde_json::Value;

use super::super::fault::Faults;
use super::super::keys::{Keys, scalar_text};
use crate::weighting::trim::TrimScale;
use crate::weighting::{Distance, GregOptions, TrimOptions};

const METHODS: [&str; 4] = ["post_stratify", "rake", "greg", "trim"];

/// One step of calibration.
#[derive(Debug)]
pub(in crate::request) struct CalibrateSpec {
    /// The path of the step, `calibrate[0]`.
    pub(in crate::request) field: String,
    pub(super) method: Method,
}

/// What the step does.
#[derive(Debug)]
pub(super) enum Method {
    PostStratify(MarginSpec),
    Rake(Vec<MarginSpec>),
    Greg(GregSpec),
    Trim(TrimOptions),
}

/// Columns and their population counts.
#[derive(Debug)]
pub(super) struct MarginSpec {
    pub(super) field: String,
    pub(super) by: Vec<String>,
    pub(super) totals: Vec<(Vec<String>, f64)>,
}

/// A model and the totals of its terms.
#[derive(Debug)]
pub(super) struct GregSpec {
    pub(super) intercept: bool,
    pub(super) model: Vec<Covariate>,
    pub(super) totals: Vec<(String, f64)>,
    pub(super) options: GregOptions,
}

/// A column of the model: as R writes it, `factor(grade)` takes numbers for categories.
#[derive(Debug)]
pub(super) struct Covariate {
    /// What its terms begin with.
    pub(super) name: String,
    pub(super) column: String,
    pub(super) as_factor: bool,
}

impl CalibrateSpec {
    pub(in crate::request) fn read(value: &Value, path: &str, faults: &mut Faults) -> Option<Self> {
        let keys = Keys::of(value, path, faults)?;
        if keys.get("method").is_none() {
            faults.missing_key(path, "method");
            return None;
        }
        let method = match keys.text("method", faults)? {
            "post_stratify" => {
                keys.only(&["method", "by", "totals"], faults);
                Method::PostStratify(MarginSpec::read(&keys, faults))
            }
            "rake" => {
                keys.only(&["method", "margins"], faults);
                let items = keys.items("margins", faults);
                if items.is_empty() {
                    faults.missing_key(path, "margins");
                }
                let mut margins = Vec::new();
                for (path, item) in items {
                    if let Some(keys) = Keys::of(item, &path, faults) {
                        keys.only(&["by", "totals"], faults);
                        margins.push(MarginSpec::read(&keys, faults));
                    }
                }
                Method::Rake(margins)
            }
            "greg" => {
                keys.only(
                    &["method", "distance", "bounds", "model", "intercept", "totals"],
                    faults,
                );
                Method::Greg(GregSpec::read(&keys, faults))
            }
            "trim" => {
                keys.only(&["method", "lower", "upper", "relative_to", "strict"], faults);
                Method::Trim(read_trim(&keys, faults))
            }
            other => {
                faults.bad_name(&keys.field("method"), other, &METHODS);
                return None;
            }
        };
        Some(Self {
            field: path.to_owned(),
            method,
        })
    }

    /// Every column that the step names, with the key that names it.
    pub(in crate::request) fn columns(&self) -> Vec<(&String, String)> {
        let of_margin = |margin: &'_ MarginSpec| format!("{}.by", margin.field);
        match &self.method {
            Method::PostStratify(margin) => margin.by.iter().map(|name| (name, of_margin(margin))).collect(),
            Method::Rake(margins) => margins
                .iter()
                .flat_map(|margin| margin.by.iter().map(|name| (name, of_margin(margin))))
                .collect(),
            Method::Greg(greg) => greg
                .model
                .iter()
                .map(|covariate| (&covariate.column, format!("{}.model", self.field)))
                .collect(),
            Method::Trim(_) => Vec::new(),
        }
    }
}

impl MarginSpec {
    fn read(keys: &Keys<'_>, faults: &mut Faults) -> Self {
        for key in ["by", "totals"] {
            if keys.get(key).is_none() {
                faults.missing_key(&keys.path, key);
            }
        }
        let by = keys.names("by", faults);
        let mut totals = Vec::new();
        for (path, item) in keys.items("totals", faults) {
            let Some(cell) = Keys::of(item, &path, faults) else {
                continue;
            };
            let known: Vec<&str> = by.iter().map(String::as_str).chain(["total"]).collect();
            cell.only(&known, faults);
            for key in known.iter().filter(|key| cell.get(key).is_none()) {
                faults.missing_key(&path, key);
            }
            let labels: Option<Vec<String>> = by
                .iter()
                .map(|column| cell.get(column).and_then(scalar_text))
                .collect();
            if let (Some(labels), Some(total)) = (labels, number(&cell, "total", faults)) {
                totals.push((labels, total));
            }
        }
        Self {
            field: keys.path.clone(),
            by,
            totals,
        }
    }
}

impl GregSpec {
    fn read(keys: &Keys<'_>, faults: &mut Faults) -> Self {
        for key in ["model", "totals"] {
            if keys.get(key).is_none() {
                faults.missing_key(&keys.path, key);
            }
        }
        let mut totals = Vec::new();
        for (path, item) in keys.items("totals", faults) {
            let Some(cell) = Keys::of(item, &path, faults) else {
                continue;
            };
            cell.only(&["term", "total"], faults);
            for key in ["term", "total"].iter().filter(|key| cell.get(key).is_none()) {
                faults.missing_key(&path, key);
            }
            if let (Some(term), Some(total)) = (cell.text("term", faults), number(&cell, "total", faults)) {
                totals.push((term.to_owned(), total));
            }
        }
        let distance = keys
            .choice(
                "distance",
                &["linear", "raking", "logit"],
                faults,
                Distance::from_name,
            )
            .unwrap_or(Distance::Linear);
        let bounds = read_bounds(keys, faults);
        if distance == Distance::Logit && keys.get("bounds").is_none() {
            faults.missing_key(&keys.path, "bounds");
        }
        let model = keys.names("model", faults);
        Self {
            intercept: keys.flag("intercept", faults).unwrap_or(true),
            model: model.iter().map(|name| Covariate::read(name)).collect(),
            totals,
            options: GregOptions {
                distance,
                bounds,
                ..GregOptions::default()
            },
        }
    }
}

impl Covariate {
    fn read(name: &str) -> Self {
        let inner = name
            .strip_prefix("factor(")
            .and_then(|rest| rest.strip_suffix(')'))
            .map(str::trim);
        Self {
            name: name.to_owned(),
            column: inner.unwrap_or(name).to_owned(),
            as_factor: inner.is_some(),
        }
    }
}

/// `bounds`: two numbers around 1.
fn read_bounds(keys: &Keys<'_>, faults: &mut Faults) -> Option<(f64, f64)> {
    let value = keys.get("bounds")?;
    let numbers: Vec<Option<f64>> = value
        .as_array()
        .map(|items| items.iter().map(Value::as_f64).collect())
        .unwrap_or_default();
    match numbers[..] {
        [Some(lower), Some(upper)] if lower < 1.0 && 1.0 < upper => Some((lower, upper)),
        _ => {
            let zh = "两个数，一个小于 1，一个大于 1，例如 [0.5, 2.0]";
            let en = "two numbers, one below and one above 1, such as [0.5, 2.0]";
            faults.bad_value(&keys.field("bounds"), value, (zh, en));
            None
        }
    }
}

fn read_trim(keys: &Keys<'_>, faults: &mut Faults) -> TrimOptions {
    if keys.get("lower").is_none() && keys.get("upper").is_none() {
        faults.missing_key(&keys.path, "upper");
    }
    let lower = number(keys, "lower", faults).unwrap_or(f64::NEG_INFINITY);
    let upper = number(keys, "upper", faults).unwrap_or(f64::INFINITY);
    if let (Some(value), true) = (keys.get("upper"), lower >= upper || upper <= 0.0) {
        let zh = "大于 lower 的正数";
        faults.bad_value(&keys.field("upper"), value, (zh, "a positive number above lower"));
    }
    TrimOptions {
        lower,
        upper,
        scale: keys
            .choice("relative_to", &["median", "mean"], faults, TrimScale::from_name)
            .unwrap_or_default(),
        strict: keys.flag("strict", faults).unwrap_or_default(),
    }
}

fn number(keys: &Keys<'_>, key: &str, faults: &mut Faults) -> Option<f64> {
    let value = keys.get(key)?;
    let number = value.as_f64();
    if number.is_none() {
        faults.bad_value(&keys.field(key), value, ("数", "a number"));
    }
    number
}
