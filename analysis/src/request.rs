//! Survey statistics on any file: the JSON request and answer of `minyi estimate`.
//!
//! A request names a data file, the columns of its design, steps of calibration and the
//! estimates wanted. Whatever is wrong with it is reported together, by key, column or
//! row; nothing is computed from a request or a file with a fault.

mod answer;
mod calibrate;
mod chi_square;
mod compute;
mod cronbach;
mod fault;
mod keys;
mod one_pass;
mod quantile;
mod replicates;
mod spec;
mod table;

use std::path::Path;

use indexmap::IndexMap;
use serde_json::Value;
use survey_forms::diagnostic::Diagnostic;

pub use answer::{Answer, EstimateLine, TestLine, WeightsLine};

use fault::{Faults, join};
use replicates::ReplicatesSpec;
use spec::{Request, Stat};
use table::Table;

/// Answers a request.
///
/// - `request_json`: the request's text.
/// - `base_dir`: the folder that `data` is relative to (that of the request file).
///
/// # Errors
/// Everything that is wrong with the request or the data, codes `ES001` onwards, as far as
/// one fault does not hide another (a file that cannot be read hides its rows).
pub fn run(request_json: &str, base_dir: &Path) -> Result<Answer, Vec<Diagnostic>> {
    let mut faults = Faults::default();
    let value: Value = match serde_json::from_str(request_json) {
        Ok(value) => value,
        Err(error) => {
            faults.not_json(&error);
            return Err(faults.check().err().unwrap_or_default());
        }
    };
    let request = Request::read(&value, &mut faults);
    if faults.is_empty()
        && let Some(answer) = request
            .as_ref()
            .and_then(|request| one_pass::answer(request, base_dir))
    {
        return Ok(answer);
    }
    // Columns are looked up even when keys are at fault, so that both are reported at once.
    let table = request
        .as_ref()
        .filter(|request| !request.data.is_empty())
        .and_then(|request| Table::read(base_dir, &request.data, &columns_of(request), &mut faults));
    faults.check()?;
    let (Some(request), Some(table)) = (request, table) else {
        // Unreachable without a fault; an empty list would say "nothing is wrong".
        faults.missing_key("", "data");
        return Err(faults.check().err().unwrap_or_default());
    };
    let design = compute::design(&request.design, &table, &mut faults);
    let steps = design
        .as_ref()
        .and_then(|design| calibrate::prepare(&request.calibrate, design, &table, &mut faults));
    let mut replicates = None;
    let design = design
        .zip(steps)
        .and_then(|(design, steps)| match &request.replicates {
            None => calibrate::calibrate(&steps, &design, &table, &mut faults),
            Some(spec) => {
                replicates = replicates::build(spec, &design, &steps, &table, &mut faults);
                replicates.as_ref().map(|replicates| replicates.design().clone())
            }
        });
    let Some(design) = design else {
        return Err(faults.check().err().unwrap_or_default());
    };
    let replicates = replicates.as_ref();
    let (mut estimates, mut tests) = (Vec::new(), Vec::new());
    for entry in &request.estimates {
        match entry.stat {
            Stat::TTest => tests.extend(
                compute::test(&design, replicates, entry, &table, &mut faults)
                    .into_iter()
                    .flatten(),
            ),
            Stat::ChiSquare => {
                tests.extend(chi_square::test(&design, replicates, entry, &table, &mut faults));
            }
            Stat::Quantile => estimates.extend(
                quantile::estimate(&design, replicates, entry, &table, &mut faults)
                    .into_iter()
                    .flatten(),
            ),
            Stat::CronbachAlpha => estimates.extend(
                cronbach::estimate(&design, entry, &table, &mut faults)
                    .into_iter()
                    .flatten(),
            ),
            _ => estimates.extend(
                compute::estimate(&design, replicates, entry, &table, &mut faults)
                    .into_iter()
                    .flatten(),
            ),
        }
    }
    let weights = WeightsLine::of(design.weights());
    faults.into_result(Answer {
        estimates,
        tests,
        weights,
    })
}

/// Every column that the request names, with the first key that names it.
fn columns_of(request: &Request) -> IndexMap<String, String> {
    let mut columns = IndexMap::new();
    let mut add = |column: &String, field: String| {
        columns.entry(column.clone()).or_insert(field);
    };
    let design = &request.design;
    for (key, names) in [
        ("ids", &design.ids),
        ("strata", &design.strata),
        ("fpc", &design.fpc),
    ] {
        names.iter().for_each(|name| add(name, join("design", key)));
    }
    design
        .weights
        .iter()
        .for_each(|name| add(name, join("design", "weights")));
    for name in request.replicates.iter().flat_map(ReplicatesSpec::columns) {
        add(name, join("replicates", "columns"));
    }
    for (name, field) in request.calibrate.iter().flat_map(|step| step.columns()) {
        add(name, field);
    }
    for entry in &request.estimates {
        entry
            .of
            .iter()
            .for_each(|name| add(name, join(&entry.field, "of")));
        entry
            .per
            .iter()
            .for_each(|name| add(name, join(&entry.field, "per")));
        entry
            .by
            .iter()
            .for_each(|name| add(name, join(&entry.field, "by")));
        entry
            .across
            .iter()
            .for_each(|name| add(name, join(&entry.field, "across")));
        entry
            .between
            .iter()
            .for_each(|(name, _)| add(name, join(&entry.field, "between")));
        if let Some([rows, columns]) = &entry.table {
            add(rows, join(&entry.field, "rows"));
            add(columns, join(&entry.field, "columns"));
        }
        for (name, _) in &entry.condition {
            add(name, join(&entry.field, "where"));
        }
    }
    columns
}

#[cfg(test)]
mod tests;
