//! The key `replicates`: what it may say, and the replicate design that it asks for.
//!
//! The steps of `calibrate` are prepared once, with the full-sample weights, and repeated with the
//! weights of every replicate.

mod fault;

use serde_json::Value;

use super::calibrate::{self, Step};
use super::fault::Faults;
use super::keys::Keys;
use super::table::{Table, Use};
use crate::design::SurveyDesign;
use crate::variance::replicate::{AdjustError, ReplicateColumns, ReplicateDesign, ReplicateError};

/// Rows named per kind of fault; more say nothing new.
const MAX_ROWS: usize = 100;
/// Bootstrap replicates beyond this change no printed digit.
const MAX_COUNT: u64 = 100_000;
const METHODS: [&str; 6] = ["jk1", "jkn", "brr", "fay", "bootstrap", "columns"];

/// What `replicates` says.
#[derive(Debug)]
pub(super) struct ReplicatesSpec {
    method: MethodSpec,
    mse: bool,
}

#[derive(Debug)]
enum MethodSpec {
    Jk1,
    Jkn,
    Brr,
    Fay { rho: f64 },
    Bootstrap { count: usize, seed: u64 },
    Columns(ColumnsSpec),
}

#[derive(Debug)]
struct ColumnsSpec {
    columns: Vec<String>,
    scale: f64,
    rscales: Option<Vec<f64>>,
    combined: bool,
}

impl ReplicatesSpec {
    /// Reads the key; `weighted` says whether the design names a column of weights.
    pub(super) fn read(value: &Value, weighted: bool, faults: &mut Faults) -> Option<Self> {
        let keys = Keys::of(value, "replicates", faults)?;
        if keys.get("method").is_none() {
            faults.missing_key(&keys.path, "method");
            return None;
        }
        let method = keys.choice("method", &METHODS, faults, |name| Some(name.to_owned()))?;
        let own: &[&str] = match method.as_str() {
            "fay" => &["rho"],
            "bootstrap" => &["count", "seed"],
            "columns" => &["columns", "scale", "rscales", "combined"],
            _ => &[],
        };
        let known: Vec<&str> = ["method", "mse"].iter().chain(own).copied().collect();
        keys.only(&known, faults);
        // Whatever else is wrong with them, all keys are read before the method can fail.
        let mse = keys.flag("mse", faults).unwrap_or_default();
        let method = match method.as_str() {
            "jk1" => MethodSpec::Jk1,
            "jkn" => MethodSpec::Jkn,
            "brr" => MethodSpec::Brr,
            "fay" => MethodSpec::Fay {
                rho: required(
                    &keys,
                    "rho",
                    faults,
                    ("[0, 1) 内的数", "a number in [0, 1)"),
                    |value| value.as_f64().filter(|rho| (0.0..1.0).contains(rho)),
                )?,
            },
            "bootstrap" => {
                let range = (
                    format!("2 至 {MAX_COUNT} 的整数"),
                    format!("an integer from 2 to {MAX_COUNT}"),
                );
                let count = required(&keys, "count", faults, (&range.0, &range.1), |value| {
                    value.as_u64().filter(|count| (2..=MAX_COUNT).contains(count))
                });
                let seed = required(
                    &keys,
                    "seed",
                    faults,
                    ("非负整数", "an integer of at least 0"),
                    Value::as_u64,
                );
                MethodSpec::Bootstrap {
                    count: count? as usize,
                    seed: seed?,
                }
            }
            _ => MethodSpec::Columns(ColumnsSpec::read(&keys, weighted, faults)?),
        };
        Some(Self { method, mse })
    }

    /// The data columns that hold replicate weights.
    pub(super) fn columns(&self) -> &[String] {
        match &self.method {
            MethodSpec::Columns(spec) => &spec.columns,
            _ => &[],
        }
    }
}

impl ColumnsSpec {
    fn read(keys: &Keys<'_>, weighted: bool, faults: &mut Faults) -> Option<Self> {
        for key in ["columns", "combined"]
            .iter()
            .filter(|key| keys.get(key).is_none())
        {
            faults.missing_key(&keys.path, key);
        }
        // R takes 1 for whatever is left out; a variance without any scale is a mistake.
        if keys.get("scale").is_none() && keys.get("rscales").is_none() {
            faults.missing_key(&keys.path, "scale");
        }
        let columns = keys.names("columns", faults);
        if let Some(value) = keys.get("columns") {
            let repeated = (1..columns.len()).any(|index| columns[..index].contains(&columns[index]));
            if columns.is_empty() || repeated {
                let expected = ("列名的列表，每列一次", "a list of column names, each once");
                faults.bad_value(&keys.field("columns"), value, expected);
            }
        }
        let scale = |value: &Value| value.as_f64().filter(|scale| *scale >= 0.0);
        let positive = |value: &Value| value.as_f64().filter(|scale| *scale > 0.0);
        let mut read = |key: &str, convert: &dyn Fn(&Value) -> Option<Vec<f64>>, expected| {
            let value = keys.get(key)?;
            let converted = convert(value);
            if converted.is_none() {
                faults.bad_value(&keys.field(key), value, expected);
            }
            converted
        };
        let common = read(
            "scale",
            &|value| positive(value).map(|scale| vec![scale]),
            ("正数", "a number above 0"),
        );
        let rscales = read(
            "rscales",
            &|value| match value {
                Value::Array(items) if items.len() == columns.len() => {
                    let scales: Option<Vec<f64>> = items.iter().map(scale).collect();
                    // All 0 would say that there is no error at all.
                    scales.filter(|scales| scales.iter().any(|scale| *scale > 0.0))
                }
                Value::Array(_) => None,
                one => positive(one).map(|one| vec![one; columns.len()]),
            },
            (
                "正数，或每个重复权数列各一个非负数（不全为 0）的列表",
                "a number above 0, or a list, one of at least 0 for each replicate column and not all 0",
            ),
        );
        let combined = keys.flag("combined", faults)?;
        if combined && !weighted {
            faults.missing_key("design", "weights");
        }
        Some(Self {
            columns,
            scale: common.map_or(1.0, |scale| scale[0]),
            rscales,
            combined,
        })
    }
}

/// A key that must be there and convert.
fn required<T>(
    keys: &Keys<'_>,
    key: &str,
    faults: &mut Faults,
    expected: (&str, &str),
    convert: impl Fn(&Value) -> Option<T>,
) -> Option<T> {
    let Some(value) = keys.get(key) else {
        faults.missing_key(&keys.path, key);
        return None;
    };
    let converted = convert(value);
    if converted.is_none() {
        faults.bad_value(&keys.field(key), value, expected);
    }
    converted
}

/// Makes the replicates of a design and repeats the calibration in each.
pub(super) fn build(
    spec: &ReplicatesSpec,
    design: &SurveyDesign,
    steps: &[Step],
    table: &Table,
    faults: &mut Faults,
) -> Option<ReplicateDesign> {
    let made = match &spec.method {
        MethodSpec::Jk1 => ReplicateDesign::jk1(design),
        MethodSpec::Jkn => ReplicateDesign::jkn(design),
        MethodSpec::Brr => ReplicateDesign::brr(design),
        MethodSpec::Fay { rho } => ReplicateDesign::fay(design, *rho),
        MethodSpec::Bootstrap { count, seed } => ReplicateDesign::bootstrap(design, *count, *seed),
        MethodSpec::Columns(spec) => from_columns(spec, design, table, faults)?,
    };
    let replicates = match made {
        Ok(replicates) => replicates.mse(spec.mse),
        Err(error) => {
            faults.replicates("replicates.method", &error);
            return None;
        }
    };
    if steps.is_empty() {
        return Some(replicates);
    }
    // The full sample first: what is wrong with it is told as for any calibration.
    calibrate::calibrate(steps, design, table, faults)?;
    match replicates.adjusted(|weights| calibrate::weights(steps, weights)) {
        Ok(adjusted) => Some(adjusted),
        Err(AdjustError::Replicate { replicate, reason }) => {
            faults.weighting_replicate(&reason.field, replicate, &reason.error);
            None
        }
        Err(error) => {
            faults.adjustment("calibrate", &error);
            None
        }
    }
}

fn from_columns(
    spec: &ColumnsSpec,
    design: &SurveyDesign,
    table: &Table,
    faults: &mut Faults,
) -> Option<Result<ReplicateDesign, ReplicateError>> {
    const FIELD: &str = "replicates.columns";
    let mut columns = Vec::with_capacity(spec.columns.len());
    let (mut complete, mut named) = (true, 0);
    for name in &spec.columns {
        let Some(values) = table.numbers(name, FIELD, Use::Design, faults) else {
            complete = false;
            continue;
        };
        for (row, &value) in values.iter().enumerate().filter(|(_, v)| v.is_nan() || **v < 0.0) {
            complete = false;
            named += 1;
            if named <= MAX_ROWS {
                match value.is_nan() {
                    true => faults.missing_value(table.place(row, name), FIELD),
                    false => faults.bad_replicate_weight(table.place(row, name), value),
                }
            }
        }
        columns.push(values);
    }
    complete.then(|| {
        ReplicateDesign::from_columns(
            design,
            &ReplicateColumns {
                columns: &columns,
                scale: spec.scale,
                rscales: spec.rscales.as_deref(),
                combined: spec.combined,
            },
        )
    })
}

#[cfg(test)]
mod tests;
