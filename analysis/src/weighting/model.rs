//! The model matrix of a calibration or of a response model: an intercept, numeric columns,
//! and factors as treatment contrasts.
//!
//! It is separate from the calibrations because its faults (a row without a value, a name
//! that means two terms) are the same for all of them, and because it is made once and then
//! used with many weight vectors.

use thiserror::Error;

use crate::factor::{Factor, MISSING};

/// The name of the constant term, as R writes it.
pub const INTERCEPT: &str = "(Intercept)";

/// Why a model matrix could not be made or used. Rows count from 0.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ModelError {
    /// A model without any column.
    #[error("the model has no terms")]
    NoTerms,
    /// A covariate of another length than the weights.
    #[error("{term} has {found} values for {expected} rows")]
    Length {
        /// Which covariate.
        term: String,
        /// Its length.
        found: usize,
        /// The length of the weights.
        expected: usize,
    },
    /// A weighted row whose value is missing or infinite.
    #[error("term {term}: the value {value} of row {row} is not a finite number")]
    NotFinite {
        /// Which covariate.
        term: String,
        /// Which row.
        row: usize,
        /// The value.
        value: f64,
    },
    /// A weighted row without a level.
    #[error("term {term}: row {row} has no category")]
    NoLevel {
        /// Which covariate.
        term: String,
        /// Which row.
        row: usize,
    },
    /// Two columns of the matrix with one name.
    #[error("the term {term} occurs twice in the model")]
    DuplicateTerm {
        /// The name.
        term: String,
    },
    /// A column that the columns before it already determine.
    #[error("the term {term} is a linear combination of the terms before it (collinear); leave it out")]
    Collinear {
        /// The column.
        term: String,
    },
}

/// A regressor as it stands in the data, one value per row.
#[derive(Debug, Clone, Copy)]
pub enum Covariate<'a> {
    /// A column of numbers: one term of the covariate's name.
    Numeric(&'a [f64]),
    /// A factor: one 0/1 term per level but the first, named covariate and level joined (`stypeH`).
    Factor(&'a Factor),
}

/// A model matrix by columns.
///
/// Built by [`Model::with_intercept`] or [`Model::without_intercept`]; every row that has a
/// weight has finite values, and rows without one hold 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    rows: usize,
    terms: Vec<String>,
    columns: Vec<Vec<f64>>,
    factors: Vec<(String, Factor)>,
}

impl Model {
    /// A constant and the covariates, as R's `~ a + b`.
    ///
    /// - `covariates`: name and values, in the order of the terms.
    /// - `weights`: rows of weight 0 (non-respondents) need no values.
    ///
    /// The first sorted level of a factor is its reference and has no term.
    ///
    /// # Errors
    /// [`ModelError`] naming the term, and the row where there is one.
    ///
    /// ```
    /// use analysis::factor::Factor;
    /// use analysis::weighting::model::{Covariate, Model};
    /// let kind = Factor::from_labels(["H", "E", "M"]);
    /// let score = [610.0, 720.0, 650.0];
    /// let covariates = [("stype", Covariate::Factor(&kind)), ("api99", Covariate::Numeric(&score))];
    /// let model = Model::with_intercept(&covariates, &[1.0; 3])?;
    /// assert_eq!(model.terms(), ["(Intercept)", "stypeH", "stypeM", "api99"]);
    /// assert_eq!(model.totals(&[10.0, 20.0, 30.0]), [60.0, 10.0, 30.0, 40_000.0]);
    /// # Ok::<(), analysis::weighting::model::ModelError>(())
    /// ```
    pub fn with_intercept(covariates: &[(&str, Covariate<'_>)], weights: &[f64]) -> Result<Self, ModelError> {
        Self::new(true, covariates, weights)
    }

    /// The covariates alone, as R's `~ a + b - 1`: the first factor then has a term for every level.
    ///
    /// # Errors
    /// As [`Model::with_intercept`].
    pub fn without_intercept(
        covariates: &[(&str, Covariate<'_>)],
        weights: &[f64],
    ) -> Result<Self, ModelError> {
        Self::new(false, covariates, weights)
    }

    fn new(
        intercept: bool,
        covariates: &[(&str, Covariate<'_>)],
        weights: &[f64],
    ) -> Result<Self, ModelError> {
        let mut model = Self {
            rows: weights.len(),
            terms: Vec::new(),
            columns: Vec::new(),
            factors: Vec::new(),
        };
        let counts = |row: usize| weights[row] > 0.0;
        if intercept {
            model.push(
                INTERCEPT.to_owned(),
                (0..model.rows).map(|row| f64::from(u8::from(counts(row)))),
            )?;
        }
        for (name, covariate) in covariates {
            let found = match covariate {
                Covariate::Numeric(values) => values.len(),
                Covariate::Factor(factor) => factor.len(),
            };
            if found != model.rows {
                return Err(ModelError::Length {
                    term: (*name).to_owned(),
                    found,
                    expected: model.rows,
                });
            }
            match covariate {
                Covariate::Numeric(values) => {
                    if let Some(row) = (0..found).find(|&row| counts(row) && !values[row].is_finite()) {
                        return Err(ModelError::NotFinite {
                            term: (*name).to_owned(),
                            row,
                            value: values[row],
                        });
                    }
                    model.push(
                        (*name).to_owned(),
                        (0..found).map(|row| if counts(row) { values[row] } else { 0.0 }),
                    )?;
                }
                Covariate::Factor(factor) => {
                    let codes = factor.codes();
                    if let Some(row) = (0..found).find(|&row| counts(row) && codes[row] == MISSING) {
                        return Err(ModelError::NoLevel {
                            term: (*name).to_owned(),
                            row,
                        });
                    }
                    // Without a constant the first factor takes its place.
                    let first = usize::from(intercept || !model.factors.is_empty());
                    for (level, label) in factor.levels().iter().enumerate().skip(first) {
                        let dummy = |row: usize| counts(row) && codes[row] as usize == level;
                        model.push(
                            format!("{name}{label}"),
                            (0..found).map(|row| f64::from(u8::from(dummy(row)))),
                        )?;
                    }
                    model.factors.push(((*name).to_owned(), (*factor).clone()));
                }
            }
        }
        if model.terms.is_empty() {
            return Err(ModelError::NoTerms);
        }
        Ok(model)
    }

    fn push(&mut self, term: String, values: impl Iterator<Item = f64>) -> Result<(), ModelError> {
        if self.terms.contains(&term) {
            return Err(ModelError::DuplicateTerm { term });
        }
        self.terms.push(term);
        self.columns.push(values.collect());
        Ok(())
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The names of the columns.
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// The columns, one value per row.
    pub fn columns(&self) -> &[Vec<f64>] {
        &self.columns
    }

    /// The weighted total of each column.
    pub fn totals(&self, weights: &[f64]) -> Vec<f64> {
        self.columns
            .iter()
            .map(|column| column.iter().zip(weights).map(|(x, weight)| x * weight).sum())
            .collect()
    }

    /// The factors of the model, reference levels included.
    pub(super) fn factors(&self) -> &[(String, Factor)] {
        &self.factors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_and_contrasts_are_those_of_r() {
        let place = Factor::from_labels(["乙", "甲", "乙"]);
        let grade = Factor::from_labels(["10", "2", "2"]);
        let covariates = [
            ("地", Covariate::Factor(&place)),
            ("grade", Covariate::Factor(&grade)),
        ];
        let with = Model::with_intercept(&covariates, &[1.0; 3]).unwrap();
        assert_eq!(with.terms(), ["(Intercept)", "地甲", "grade10"]);
        assert_eq!(with.columns()[1], [0.0, 1.0, 0.0]);
        let without = Model::without_intercept(&covariates, &[1.0; 3]).unwrap();
        assert_eq!(without.terms(), ["地乙", "地甲", "grade10"]);
    }

    #[test]
    fn rows_without_a_weight_need_no_value() {
        let kind = Factor::from_values([Some("a"), None, Some("b")]);
        let x = [1.0, f64::NAN, 2.0];
        let covariates = [("kind", Covariate::Factor(&kind)), ("x", Covariate::Numeric(&x))];
        let model = Model::with_intercept(&covariates, &[1.0, 0.0, 1.0]).unwrap();
        assert!(model.columns().iter().all(|column| column[1] == 0.0));
        assert_eq!(
            Model::with_intercept(&covariates, &[1.0; 3]).unwrap_err(),
            ModelError::NoLevel {
                term: "kind".to_owned(),
                row: 1
            }
        );
        let error = Model::with_intercept(&covariates[1..], &[1.0; 3]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "term x: the value NaN of row 1 is not a finite number"
        );
    }

    #[test]
    fn faults_of_names_and_lengths_are_told() {
        let (short, x) = ([1.0], [1.0, 2.0]);
        let twice = [("x", Covariate::Numeric(&x)), ("x", Covariate::Numeric(&x))];
        let error = Model::with_intercept(&twice, &[1.0; 2]).unwrap_err();
        assert_eq!(error.to_string(), "the term x occurs twice in the model");
        let error = Model::with_intercept(&[("x", Covariate::Numeric(&short))], &[1.0; 2]).unwrap_err();
        assert_eq!(error.to_string(), "x has 1 values for 2 rows");
        assert_eq!(Model::without_intercept(&[], &[1.0]), Err(ModelError::NoTerms));
    }
}
