//! Moments from Parquet files of persons, a county at a time: a country of any size in the memory of a county.
//!
//! A county's file of a perspective has one row per person or body that counts, with the columns of [`DESIGN`] and a
//! pair of columns for each figure: what the row adds to the numerator and to the denominator, both empty where it is
//! no part of the figure. Which questions and codes a figure is made of was settled when the file was written, so any
//! engine can sum it: R = Σ weight·y / Σ weight·x.

use std::io::Cursor;

use polars::prelude::{ParallelStrategy, ParquetReader, SerReader};

use super::{Cell, CellName};
use crate::estimate::EstimateOptions;
use crate::plan::Measure;
use crate::sums::{DesignColumns, Question, Statistic, Sums, SumsError};

/// Stratum and sampled unit (numbers within the county), sampling fraction of the stratum (0 where villages were drawn
/// with replacement), weight.
pub const DESIGN: [&str; 4] = ["stratum", "psu", "fraction", "weight"];

/// Rows read at once: a few columns of so many rows stay in the second cache.
const SLICE_ROWS: usize = 1 << 18;

/// The columns of numerator and denominator: `coverage:2.1:rehab:y` and `coverage:2.1:rehab:x`.
#[must_use]
pub fn columns(name: &CellName, measure: Measure) -> [String; 2] {
    let area = name.area.as_deref().unwrap_or_default();
    ["y", "x"].map(|part| format!("{}:{}:{area}:{part}", measure.code(), name.code))
}

/// Which figure a numerator column belongs to; none for any other column.
pub(super) fn figure(column: &str, group: &str) -> Option<(CellName, Measure)> {
    let (word, rest) = column.split_once(':')?;
    let measure = Measure::ALL.into_iter().find(|measure| measure.code() == word)?;
    let (code, area) = rest.strip_suffix(":y")?.rsplit_once(':')?;
    let name = CellName {
        code: code.to_owned(),
        group: group.to_owned(),
        area: (!area.is_empty()).then(|| area.to_owned()),
    };
    Some((name, measure))
}

/// The sums of one perspective in one county.
#[derive(Debug)]
pub struct Partition {
    group: String,
    figures: Vec<(CellName, Measure)>,
    sums: Option<Sums>,
    rows: usize,
}

impl Partition {
    /// Nothing is summed yet of the perspective `group`.
    #[must_use]
    pub fn new(group: &str) -> Self {
        Self {
            group: group.to_owned(),
            figures: Vec::new(),
            sums: None,
            rows: 0,
        }
    }

    /// Adds a file; all files of a partition have the figures of its first one.
    ///
    /// # Errors
    /// A file that is no Parquet file, lacks a column, or has a row without stratum, unit or weight.
    pub fn add(&mut self, file: &[u8]) -> Result<(), SumsError> {
        let mut reader = ParquetReader::new(Cursor::new(file));
        let metadata = reader.get_metadata()?.clone();
        let sums = match &mut self.sums {
            Some(sums) => sums,
            None => {
                let schema = reader.schema()?;
                let names = schema.iter_names().filter_map(|name| figure(name, &self.group));
                self.figures = names.collect();
                self.sums.insert(Sums::new(&design(), &questions(&self.figures)))
            }
        };
        let wanted = sums.columns();
        let mut from = 0;
        while from < metadata.num_rows {
            let rows = SLICE_ROWS.min(metadata.num_rows - from);
            let mut reader = ParquetReader::new(Cursor::new(file));
            reader.set_metadata(metadata.clone());
            let batch = reader
                .with_slice(Some((from, rows)))
                .with_columns(Some(wanted.clone()))
                .read_parallel(ParallelStrategy::None)
                .finish()?;
            sums.add(&batch, self.rows)?;
            from += rows;
            self.rows += rows;
        }
        Ok(())
    }

    /// Rows seen.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The figures that have anybody behind them.
    #[must_use]
    pub fn cells(&self) -> Vec<Cell> {
        let Some(sums) = &self.sums else { return Vec::new() };
        let found = self.figures.iter().zip(sums.moments());
        found
            .filter_map(|((name, measure), moments)| {
                Some(Cell {
                    name: name.clone(),
                    measure: *measure,
                    moments: moments?,
                })
            })
            .collect()
    }
}

fn design() -> DesignColumns {
    let [stratum, psu, fraction, weight] = DESIGN.map(str::to_owned);
    DesignColumns {
        ids: vec![psu],
        strata: vec![stratum],
        fpc: vec![fraction],
        weights: weight,
        nest: true,
        ..DesignColumns::default()
    }
}

fn questions(figures: &[(CellName, Measure)]) -> Vec<Question> {
    let questions = figures.iter().map(|(name, measure)| {
        let [of, per] = columns(name, *measure);
        Question {
            statistic: Statistic::Ratio,
            of,
            per: Some(per),
            by: Vec::new(),
            condition: Vec::new(),
            options: EstimateOptions::default(),
        }
    });
    questions.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_names_its_figure() {
        let name = CellName {
            code: "2.1".to_owned(),
            group: "persons".to_owned(),
            area: Some("rehab".to_owned()),
        };
        let [y, x] = columns(&name, Measure::Coverage);
        assert_eq!(
            (y.as_str(), x.as_str()),
            ("coverage:2.1:rehab:y", "coverage:2.1:rehab:x")
        );
        assert_eq!(figure(&y, "persons"), Some((name.clone(), Measure::Coverage)));
        let pooled = CellName { area: None, ..name };
        let [y, _] = columns(&pooled, Measure::TopTwo);
        assert_eq!(figure(&y, "persons"), Some((pooled, Measure::TopTwo)));
        for other in [x.as_str(), "weight", "psu", "unknown:1::y"] {
            assert_eq!(figure(other, "persons"), None, "{other}");
        }
    }
}
