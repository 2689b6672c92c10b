//! Requests that can be answered in one pass over a Parquet file, without holding its rows.
//!
//! Means, totals, ratios and proportions of a weighted sample can; whatever else is asked, and every
//! fault, goes the way of rows in memory, which names the row at fault. Both give the same figures.

use std::fs::File;
use std::path::Path;

use indexmap::IndexMap;
use polars::prelude::{ArrowDataType, ParquetReader, SerReader};
use serde_json::Value;

use super::answer::{Answer, EstimateLine, WeightsLine};
use super::spec::{EstimateSpec, Request, Stat};
use super::table::level_value;
use crate::sums::{DesignColumns, Question, Statistic, parquet};

/// How the file holds a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Truth,
    Other,
}

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
    let kinds = kinds(&path)?;
    let mut questions = Vec::new();
    for entry in &request.estimates {
        for of in &entry.of {
            questions.push(question(entry, of, *kinds.get(of)?)?);
        }
    }
    let sums = parquet::sums(&path, &columns, &questions).ok()?;
    // A weight of 0 is a fault of the request, to be named by row.
    if sums.rows() == 0 || sums.weights().moments.n() != sums.rows() {
        return None;
    }
    let answers = sums.estimates().ok()?;
    let entries = request
        .estimates
        .iter()
        .flat_map(|entry| entry.of.iter().map(move |of| (entry, of)));
    let mut estimates = Vec::new();
    for ((entry, of), lines) in entries.zip(answers) {
        let value = |column: &str, label: &str| level_value(&sums.levels(column), label);
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

/// The columns of a file; `None` when it cannot be read or names one twice.
fn kinds(path: &Path) -> Option<IndexMap<String, Kind>> {
    use ArrowDataType as D;
    let schema = ParquetReader::new(File::open(path).ok()?).schema().ok()?;
    let mut kinds = IndexMap::new();
    for field in schema.iter_values() {
        let kind = match field.dtype() {
            D::Boolean => Kind::Truth,
            dtype if dtype.is_numeric() => Kind::Number,
            _ => Kind::Other,
        };
        if kinds.insert(field.name.to_string(), kind).is_some() {
            return None;
        }
    }
    Some(kinds)
}

#[cfg(test)]
mod tests;
