//! Requests that can be answered in one pass over a Parquet file, without holding its rows.
//!
//! Means, totals, ratios and proportions of a weighted sample can; whatever else is asked, and every
//! fault, goes the way of rows in memory, which names the row at fault. Both give the same figures.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use indexmap::IndexMap;
use serde_json::Value;

use super::answer::{Answer, EstimateLine, WeightsLine};
use super::compute::{MAX_DOMAINS, MAX_LEVELS};
use super::spec::{EstimateSpec, Request, Stat};
use super::table::{Kind, are_plain_numbers, kinds, level_value};
use crate::sums::{DesignColumns, Question, Statistic, Sums, parquet};

/// The answer, or `None` when the request or its data need the other way.
pub(super) fn answer(request: &Request, base_dir: &Path) -> Option<Answer> {
    let path = base_dir.join(&request.data);
    let is_parquet = path.extension()?.eq_ignore_ascii_case("parquet");
    let design = &request.design;
    if !is_parquet || !request.calibrate.is_empty() || request.replicates.is_some() {
        return None;
    }
    let columns = DesignColumns {
        ids: design.ids.clone(),
        strata: design.strata.clone(),
        fpc: design.fpc.clone(),
        weights: design.weights.clone()?,
        nest: design.nest,
        lonely_psu: design.lonely_psu,
    };
    if !path.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return None;
    }
    let kinds = kinds(&path)?;
    let is = |name: &String, wanted: &[Kind]| kinds.get(name).is_some_and(|kind| wanted.contains(kind));
    let mut questions = Vec::new();
    let numbers = columns.fpc.iter().chain([&columns.weights]);
    let categories = columns.ids.iter().chain(&columns.strata);
    if !(numbers.into_iter().all(|name| is(name, &[Kind::Number]))
        && categories.into_iter().all(|name| !is(name, &[Kind::Unknown])))
    {
        return None;
    }
    for entry in &request.estimates {
        // Tests have no `of`; an entry without one would be answered by silence.
        if entry.of.is_empty() || entry.by.iter().any(|name| is(name, &[Kind::Unknown])) {
            return None;
        }
        for of in &entry.of {
            questions.push(question(entry, of, *kinds.get(of)?)?);
        }
    }
    // The reader trusts what a damaged file says, and panics; the other way tells that as a fault.
    let sums = catch_unwind(AssertUnwindSafe(|| parquet::sums(&path, &columns, &questions)));
    let sums = sums.ok()?.ok()?;
    // A weight of 0 is a fault of the request, to be named by row.
    if sums.rows() == 0 || sums.weights().moments.n() != sums.rows() {
        return None;
    }
    let levels: IndexMap<&String, Vec<String>> = request
        .estimates
        .iter()
        .flat_map(|entry| entry.by.iter().chain(&entry.of))
        .map(|column| (column, sums.levels(column)))
        .collect();
    if too_many_to_tell(request, &sums, &levels) {
        return None;
    }
    let plain: IndexMap<&String, bool> = levels
        .iter()
        .map(|(column, levels)| (*column, are_plain_numbers(levels)))
        .collect();
    let answers = sums.estimates().ok()?;
    let entries = request
        .estimates
        .iter()
        .flat_map(|entry| entry.of.iter().map(move |of| (entry, of)));
    let mut estimates = Vec::new();
    for ((entry, of), lines) in entries.zip(answers) {
        let value = |column: &String, label: &str| level_value(plain[column], label);
        for line in lines {
            let domain: IndexMap<String, Value> = entry
                .by
                .iter()
                .zip(&line.domain)
                .map(|(column, label)| (column.clone(), value(column, label)))
                .collect();
            let level = line.level.map(|level| value(of, &level));
            estimates.push(EstimateLine::new(
                entry.stat.name(),
                of,
                level,
                domain,
                line.estimate,
            ));
        }
    }
    Some(Answer {
        estimates,
        tests: Vec::new(),
        weights: WeightsLine::from(sums.weights().diagnostics()),
    })
}

/// Whether a column of ids is asked for as if it had categories; the other way tells so.
fn too_many_to_tell(request: &Request, sums: &Sums, levels: &IndexMap<&String, Vec<String>>) -> bool {
    let shares = |entry: &EstimateSpec| matches!(entry.stat, Stat::Proportion | Stat::Total);
    request.estimates.iter().any(|entry| {
        let many = |column: &String| levels[column].len() > MAX_LEVELS;
        shares(entry) && entry.of.iter().any(many)
    }) || sums.widest_view() > MAX_DOMAINS
}

fn question(entry: &EstimateSpec, of: &str, kind: Kind) -> Option<Question> {
    let statistic = match (entry.stat, kind) {
        (Stat::Proportion, _) => Statistic::Proportion,
        (Stat::Total, Kind::Truth) => Statistic::LevelTotal,
        (Stat::Mean, Kind::Number | Kind::Truth) => Statistic::Mean,
        (Stat::Total, Kind::Number) => Statistic::Total,
        // The design effect of a ratio needs a sum of cross-products.
        (Stat::Ratio, Kind::Number | Kind::Truth) if entry.options.deff.is_none() => Statistic::Ratio,
        _ => return None,
    };
    (!entry.listwise).then(|| Question {
        statistic,
        of: of.to_owned(),
        per: entry.per.clone(),
        by: entry.by.clone(),
        condition: entry.condition.clone(),
        options: entry.options,
    })
}

#[cfg(test)]
mod tests;
