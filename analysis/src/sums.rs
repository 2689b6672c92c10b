//! Estimates of a whole file in one pass over the columns that they need.
//!
//! A mean, total, ratio or proportion and its linearised variance depend on the rows only through a few weighted
//! sums of each sampled unit and domain: n, Σw, Σwy, Σwy². [`Sums`] collects them batch by batch; two halves of a
//! file [join](Sums::absorb) into the whole, and [`Sums::estimates`] then treats each sampled unit as one row of
//! a small design, so that figures, intervals and degrees of freedom come from the same code as those of rows in
//! memory. Without clusters every row is a unit, and the sums are those of each stratum, with Σw²y² and its like. [`parquet::estimates`] does it for a file of any length in bounded memory, on all cores, with figures
//! that do not depend on how many cores there are.
//!
//! What needs the rows again (quantiles, calibration, replicate weights) is not here.
//!
//! # Source
//! The sums are those of the ultimate-cluster variance, Hansen, Hurwitz & Madow (1953), volume I, section 6.6;
//! Särndal, Swensson & Wretman (1992), result 3.7.3 for later stages. Values are summed as deviations from a centre,
//! so that a large mean does not swallow a small spread (Chan, Golub & LeVeque 1983).

mod cells;
mod finish;
mod moments;
mod numbers;
pub mod parquet;
mod view;

use polars::prelude::{Column, DataFrame, DataType, PolarsError};
use thiserror::Error;

use crate::design::{DesignError, LonelyPsu};
use crate::estimate::{Estimate, EstimateOptions};
use crate::factor::Dictionary;
use crate::moments::WeightedMoments;
use crate::weighting::WeightDiagnostics;

use cells::Coder;
use view::View;

/// Rows worked on at once: a column of so many numbers stays in the second cache from one step to the next.
const BLOCK_ROWS: usize = 1 << 14;

/// The columns of a sampling design.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DesignColumns {
    /// The sampled unit of each stage, first stage first; none when every row is a unit.
    pub ids: Vec<String>,
    /// The stratum of each stage, as many as are stratified from the first on.
    pub strata: Vec<String>,
    /// Population size or sampling fraction of each stage.
    pub fpc: Vec<String>,
    /// The weights.
    pub weights: String,
    /// Whether first-stage ids are numbered within strata.
    pub nest: bool,
    /// The rule for strata with a single PSU.
    pub lonely_psu: LonelyPsu,
}

/// What is computed of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// Mean of a numeric column.
    Mean,
    /// Total of a numeric column.
    Total,
    /// Ratio of the totals of two numeric columns.
    Ratio,
    /// Share of every level of any column.
    Proportion,
    /// Weighted number of rows at every level of any column.
    LevelTotal,
}

/// One statistic wanted, in every domain of the crossed `by` columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What is computed.
    pub statistic: Statistic,
    /// The column.
    pub of: String,
    /// The denominator of a ratio.
    pub per: Option<String>,
    /// The columns whose values tell the domains apart; none for the whole population.
    pub by: Vec<String>,
    /// Columns with the values that let a row in, told as polars writes them (`1.0` in a column of floats).
    pub condition: Vec<(String, Vec<String>)>,
    /// Interval, degrees of freedom, design effect.
    pub options: EstimateOptions,
}

/// One figure of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The level of a proportion or level total, as text.
    pub level: Option<String>,
    /// The value of each `by` column, as text.
    pub domain: Vec<String>,
    /// The estimate.
    pub estimate: Estimate,
}

/// Why a file cannot be summed. Rows count from 0.
#[derive(Debug, Error)]
pub enum SumsError {
    /// A column that the file does not have, or that cannot be read.
    #[error(transparent)]
    Polars(#[from] PolarsError),
    /// A file that cannot be opened.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// A column of text where numbers are needed.
    #[error("column {column} holds text, not numbers")]
    Text {
        /// Which column.
        column: String,
    },
    /// A row without an id, stratum, population size or weight.
    #[error("row {row}: no value in {column}")]
    Missing {
        /// Which column.
        column: String,
        /// Which row.
        row: usize,
    },
    /// An infinite value of a variable.
    #[error("column {column} has an infinite value")]
    Infinite {
        /// Which column.
        column: String,
    },
    /// A weight that is negative or not finite.
    #[error("row {row}: the weight {value} is not a finite number ≥ 0")]
    Weight {
        /// Which row.
        row: usize,
        /// The weight.
        value: f64,
    },
    /// Two population sizes within one sampled unit.
    #[error("row {row}: {column} is {second}, but {first} in the same sampled unit before")]
    FpcVaries {
        /// Which column.
        column: String,
        /// Which row.
        row: usize,
        /// Value found first.
        first: f64,
        /// Value found at `row`.
        second: f64,
    },
    /// A condition on a value that the column does not have.
    #[error("column {column} has no value {value}")]
    UnknownLevel {
        /// Which column.
        column: String,
        /// Which value.
        value: String,
    },
    /// The sampled units do not make a design.
    #[error(transparent)]
    Design(#[from] DesignError),
}

/// Weighted sums per sampled unit and domain of all rows seen so far.
///
/// ```
/// use analysis::estimate::EstimateOptions;
/// use analysis::sums::{DesignColumns, Question, Statistic, Sums};
/// use polars::prelude::*;
/// let batch = df!("village" => [1, 1, 2, 2, 3, 3], "w" => [2.0; 6], "score" => [4.0, 5.0, 3.0, 3.0, 2.0, 4.0])?;
/// let design = DesignColumns { ids: vec!["village".into()], weights: "w".into(), ..Default::default() };
/// let mean = Question {
///     statistic: Statistic::Mean, of: "score".into(), per: None, by: vec![], condition: vec![],
///     options: EstimateOptions::default(),
/// };
/// let mut sums = Sums::new(&design, &[mean]);
/// sums.add(&batch.slice(0, 4), 0)?;
/// sums.add(&batch.slice(4, 2), 4)?;
/// let answers = sums.estimates()?;
/// assert_eq!(answers[0][0].estimate.value, 3.5);
/// assert_eq!(answers[0][0].estimate.df, 2.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Sums {
    design: DesignColumns,
    questions: Vec<Asked>,
    /// Every column that is read as categories.
    dictionaries: Vec<Dictionary>,
    /// Every column that is read as numbers.
    numbers: Vec<String>,
    /// The sampled units: stages' ids and strata, coded together. Without ids the strata, each row being a unit.
    units: Coder,
    /// Dictionaries of `units`' parts, in their order: strata before ids, stage by stage.
    unit_parts: Vec<UnitPart>,
    /// Σw of each unit.
    unit_weights: Vec<f64>,
    /// Rows of each unit, and those of them with a weight.
    unit_rows: Vec<[u32; 2]>,
    /// Population sizes of each unit, one column per stage that has them.
    fpc: Vec<Vec<f64>>,
    views: Vec<View>,
    conditions: Vec<Vec<(usize, Vec<String>)>>,
    weights: WeightSums,
    rows: usize,
}

/// Where a part of a unit's key comes from.
#[derive(Debug, Clone, Copy)]
struct UnitPart {
    stage: usize,
    stratum: bool,
    dictionary: usize,
}

/// A question and where its sums are.
#[derive(Debug, Clone)]
struct Asked {
    question: Question,
    view: usize,
    table: usize,
}

/// What is known of the weights themselves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightSums {
    /// n, Σw and spread of the positive weights (each weight once).
    pub moments: WeightedMoments,
    /// Smallest positive weight; infinite without any.
    pub min: f64,
    /// Largest weight.
    pub max: f64,
}

impl Sums {
    /// Prepares the sums that the questions need.
    pub fn new(design: &DesignColumns, questions: &[Question]) -> Self {
        let mut sums = Self {
            design: design.clone(),
            questions: Vec::new(),
            dictionaries: Vec::new(),
            numbers: Vec::new(),
            units: Coder::new(1),
            unit_parts: Vec::new(),
            unit_weights: Vec::new(),
            unit_rows: Vec::new(),
            fpc: vec![Vec::new(); design.fpc.len()],
            views: Vec::new(),
            conditions: vec![Vec::new()],
            weights: WeightSums::new(),
            rows: 0,
        };
        for stage in 0..design.ids.len().max(1) {
            for (stratum, names) in [(true, &design.strata), (false, &design.ids)] {
                if let Some(name) = names.get(stage) {
                    let dictionary = sums.dictionary(name);
                    sums.unit_parts.push(UnitPart {
                        stage,
                        stratum,
                        dictionary,
                    });
                }
            }
        }
        sums.units = Coder::new(sums.unit_parts.len());
        sums.plan_views(questions);
        for question in questions {
            sums.ask(question);
        }
        sums
    }

    /// A view for every combination of `by` columns that no wider combination under the same condition contains:
    /// the sums of fewer columns follow from those of more.
    fn plan_views(&mut self, questions: &[Question]) {
        for question in questions {
            let condition = self.condition(&question.condition);
            let by: Vec<usize> = question.by.iter().map(|name| self.dictionary(name)).collect();
            let wide_enough =
                |view: &View| view.condition == condition && by.iter().all(|d| view.by.contains(d));
            if !self.views.iter().any(wide_enough) {
                self.views
                    .retain(|view| !(view.condition == condition && view.by.iter().all(|d| by.contains(d))));
                self.views
                    .push(View::new(by, condition, self.design.ids.is_empty()));
            }
        }
    }

    fn ask(&mut self, question: &Question) {
        let condition = self.condition(&question.condition);
        let by: Vec<usize> = question.by.iter().map(|name| self.dictionary(name)).collect();
        let view = self
            .views
            .iter()
            .position(|view| view.condition == condition && by.iter().all(|d| view.by.contains(d)))
            .unwrap_or_default();
        let table = match question.statistic {
            Statistic::Mean | Statistic::Total => {
                let column = self.number(&question.of);
                self.views[view].numeric(column)
            }
            Statistic::Ratio => {
                let y = self.number(&question.of);
                let x = self.number(question.per.as_deref().unwrap_or_default());
                self.views[view].ratio(y, x)
            }
            Statistic::Proportion | Statistic::LevelTotal => {
                let column = self.dictionary(&question.of);
                self.views[view].levels(column)
            }
        };
        self.questions.push(Asked {
            question: question.clone(),
            view,
            table,
        });
    }

    fn dictionary(&mut self, name: &str) -> usize {
        let known = self.dictionaries.iter().position(|d| d.name() == name);
        known.unwrap_or_else(|| {
            self.dictionaries.push(Dictionary::new(name));
            self.dictionaries.len() - 1
        })
    }

    fn number(&mut self, name: &str) -> usize {
        let known = self.numbers.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            self.numbers.push(name.to_owned());
            self.numbers.len() - 1
        })
    }

    fn condition(&mut self, condition: &[(String, Vec<String>)]) -> usize {
        let coded: Vec<(usize, Vec<String>)> = condition
            .iter()
            .map(|(name, values)| (self.dictionary(name), values.clone()))
            .collect();
        let known = self.conditions.iter().position(|known| *known == coded);
        known.unwrap_or_else(|| {
            self.conditions.push(coded);
            self.conditions.len() - 1
        })
    }

    /// The columns that a batch must have.
    pub fn columns(&self) -> Vec<String> {
        let dictionaries = self.dictionaries.iter().map(|d| d.name().to_owned());
        let numbers = self.numbers.iter().chain([&self.design.weights]).cloned();
        let mut names: Vec<String> = dictionaries
            .chain(numbers)
            .chain(self.design.fpc.iter().cloned())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// Adds the rows of a batch; `first_row` is the place of its first row in the file, for messages.
    ///
    /// # Errors
    /// A column that is missing or of the wrong kind, a row without a design value, a bad weight.
    pub fn add(&mut self, batch: &DataFrame, first_row: usize) -> Result<(), SumsError> {
        let mut start = 0;
        while start < batch.height() {
            let block = batch.slice(start as i64, BLOCK_ROWS);
            self.add_block(&block, first_row + start)?;
            start += BLOCK_ROWS;
        }
        Ok(())
    }

    fn add_block(&mut self, batch: &DataFrame, first_row: usize) -> Result<(), SumsError> {
        let weights = self.read_weights(batch.column(&self.design.weights)?, first_row)?;
        let mut codes = Vec::with_capacity(self.dictionaries.len());
        for dictionary in &mut self.dictionaries {
            codes.push(dictionary.encode(batch.column(dictionary.name())?)?);
        }
        let units = self.code_units(&codes, batch.height(), first_row)?;
        self.unit_weights.resize(self.units.len(), 0.0);
        self.unit_rows.resize(self.units.len(), [0; 2]);
        for (&unit, &weight) in units.iter().zip(&weights) {
            self.unit_weights[unit as usize] += weight;
            let [rows, weighted] = &mut self.unit_rows[unit as usize];
            *rows += 1;
            *weighted += u32::from(weight > 0.0);
        }
        self.read_fpc(batch, &units, first_row)?;
        let mut numbers: Vec<Vec<f64>> = Vec::with_capacity(self.numbers.len());
        for name in &self.numbers {
            let values = read_numbers(batch.column(name)?)?;
            if values.iter().any(|value| value.is_infinite()) {
                return Err(SumsError::Infinite { column: name.clone() });
            }
            numbers.push(values);
        }
        let allowed: Vec<Option<Vec<bool>>> = (0..self.conditions.len())
            .map(|condition| self.rows_let_in(condition, &codes, batch.height()))
            .collect();
        for view in &mut self.views {
            let mask = allowed[view.condition].as_deref();
            view.add(&units, &weights, &codes, &numbers, mask);
        }
        self.rows += batch.height();
        Ok(())
    }

    fn read_weights(&mut self, column: &Column, first_row: usize) -> Result<Vec<f64>, SumsError> {
        let weights = read_numbers(column)?;
        for (at, &value) in weights.iter().enumerate() {
            if !(value >= 0.0 && value.is_finite()) {
                let row = first_row + at;
                return Err(match value.is_nan() {
                    true => SumsError::Missing {
                        column: self.design.weights.clone(),
                        row,
                    },
                    false => SumsError::Weight { row, value },
                });
            }
        }
        self.weights = self.weights.combine(WeightSums::of(&weights));
        Ok(weights)
    }

    /// The unit of each row, by crossing the stages' strata and ids.
    fn code_units(
        &mut self,
        codes: &[Vec<u32>],
        rows: usize,
        first_row: usize,
    ) -> Result<Vec<u32>, SumsError> {
        for part in &self.unit_parts {
            if let Some(at) = codes[part.dictionary].iter().position(|&code| code == 0) {
                return Err(SumsError::Missing {
                    column: self.dictionaries[part.dictionary].name().to_owned(),
                    row: first_row + at,
                });
            }
        }
        let parts: Vec<&[u32]> = self
            .unit_parts
            .iter()
            .map(|part| codes[part.dictionary].as_slice())
            .collect();
        if parts.is_empty() {
            return Ok(self.units.encode(&[&vec![0; rows]]));
        }
        Ok(self.units.encode(&parts))
    }

    /// Keeps the population sizes of each unit, which must not vary within it.
    fn read_fpc(&mut self, batch: &DataFrame, units: &[u32], first_row: usize) -> Result<(), SumsError> {
        for (name, known) in self.design.fpc.iter().zip(&mut self.fpc) {
            let values = read_numbers(batch.column(name)?)?;
            known.resize(self.units.len(), f64::NAN);
            for (at, (&value, &unit)) in values.iter().zip(units).enumerate() {
                let first = known[unit as usize];
                if value.is_nan() {
                    return Err(SumsError::Missing {
                        column: name.clone(),
                        row: first_row + at,
                    });
                }
                if first.is_nan() {
                    known[unit as usize] = value;
                } else if (value - first).abs() > 1e-9 * first.abs() {
                    return Err(SumsError::FpcVaries {
                        column: name.clone(),
                        row: first_row + at,
                        first,
                        second: value,
                    });
                }
            }
        }
        Ok(())
    }

    fn rows_let_in(&self, condition: usize, codes: &[Vec<u32>], rows: usize) -> Option<Vec<bool>> {
        let parts = &self.conditions[condition];
        if parts.is_empty() {
            return None;
        }
        let mut keep = vec![true; rows];
        for (dictionary, values) in parts {
            let wanted = self.dictionaries[*dictionary].matching(values);
            for (keep, &code) in keep.iter_mut().zip(&codes[*dictionary]) {
                *keep &= wanted[code as usize];
            }
        }
        Some(keep)
    }

    /// Takes in the sums of another part of the file, prepared for the same design and questions.
    ///
    /// # Errors
    /// When a unit that both parts have differs in its population sizes.
    pub fn absorb(&mut self, other: Self) -> Result<(), SumsError> {
        let codes: Vec<Vec<u32>> = self
            .dictionaries
            .iter_mut()
            .zip(&other.dictionaries)
            .map(|(mine, theirs)| mine.absorb(theirs))
            .collect();
        let parts: Vec<usize> = self.unit_parts.iter().map(|part| part.dictionary).collect();
        // Without strata and ids there is one unit, whose code means nothing.
        let units = self.units.absorb(&other.units, |part, code| {
            parts
                .get(part)
                .map_or(code, |&dictionary| codes[dictionary][code as usize])
        });
        self.unit_weights.resize(self.units.len(), 0.0);
        self.unit_rows.resize(self.units.len(), [0; 2]);
        for ((&unit, weight), rows) in units.iter().zip(&other.unit_weights).zip(&other.unit_rows) {
            self.unit_weights[unit as usize] += weight;
            self.unit_rows[unit as usize][0] += rows[0];
            self.unit_rows[unit as usize][1] += rows[1];
        }
        for ((mine, theirs), column) in self.fpc.iter_mut().zip(&other.fpc).zip(&self.design.fpc) {
            mine.resize(self.units.len(), f64::NAN);
            for (&second, &unit) in theirs.iter().zip(&units) {
                let first = mine[unit as usize];
                if !first.is_nan() && (second - first).abs() > 1e-9 * first.abs() {
                    return Err(SumsError::FpcVaries {
                        column: column.clone(),
                        row: 0,
                        first,
                        second,
                    });
                }
                mine[unit as usize] = second;
            }
        }
        for (mine, theirs) in self.views.iter_mut().zip(&other.views) {
            mine.absorb(theirs, &units, &codes);
        }
        self.weights = self.weights.combine(other.weights);
        self.rows += other.rows;
        Ok(())
    }

    /// Rows seen, those of weight 0 included.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The weights of all rows.
    pub fn weights(&self) -> WeightSums {
        self.weights
    }

    /// The largest number of domains that the questions tell apart, by how many values their columns have.
    pub fn widest_view(&self) -> usize {
        let levels = |at: &usize| self.dictionaries[*at].labels().len();
        let domains = |view: &View| view.by.iter().map(levels).fold(1, usize::saturating_mul);
        self.views.iter().map(domains).max().unwrap_or(0)
    }

    /// All levels of a column that was read as categories, sorted.
    pub fn levels(&self, column: &str) -> Vec<String> {
        let dictionary = self.dictionaries.iter().find(|d| d.name() == column);
        dictionary.map(Dictionary::sorted).unwrap_or_default()
    }
}

impl WeightSums {
    /// The summary that [`diagnose`](crate::weighting::diagnose) gives of the weights themselves.
    pub fn diagnostics(&self) -> WeightDiagnostics {
        let n = self.moments.n();
        let mean = self.moments.mean();
        let cv = (self.moments.squares() / n as f64).sqrt() / mean;
        let deff_kish = 1.0 + cv * cv;
        let or_nan = |value: f64| if n == 0 { f64::NAN } else { value };
        WeightDiagnostics {
            n,
            sum: if n == 0 { 0.0 } else { mean * n as f64 },
            min: or_nan(self.min),
            max: or_nan(self.max),
            cv,
            deff_kish,
            effective_n: n as f64 / deff_kish,
        }
    }

    fn new() -> Self {
        Self {
            moments: WeightedMoments::default(),
            min: f64::INFINITY,
            max: 0.0,
        }
    }

    fn of(weights: &[f64]) -> Self {
        let positive = || weights.iter().copied().filter(|weight| *weight > 0.0);
        Self {
            moments: WeightedMoments::equally_weighted(positive()),
            min: positive().fold(f64::INFINITY, f64::min),
            max: positive().fold(0.0, f64::max),
        }
    }

    fn combine(self, other: Self) -> Self {
        Self {
            moments: self.moments.combine(other.moments),
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }
}

/// A column as numbers, NaN where missing.
fn read_numbers(column: &Column) -> Result<Vec<f64>, SumsError> {
    if column.dtype() == &DataType::String {
        return Err(SumsError::Text {
            column: column.name().to_string(),
        });
    }
    Ok(numbers::to_f64(column)?)
}

#[cfg(test)]
mod tests;
