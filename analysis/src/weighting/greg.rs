//! Calibration to totals of any covariates: generalised regression (GREG) and the calibration
//! estimators of Deville and Särndal.
//!
//! Weights wᵢ = dᵢF(x′ᵢη) keep a distance from the weights before smallest among all weights that
//! reproduce the totals of the model's terms. [`Greg`] is prepared once from model and totals
//! and then calibrates any weight vector over the same rows, such as replicate weights.

mod fault;
mod solve;

pub use fault::GregError;

use nalgebra::DVector;

use super::basis::Basis;
use super::distance::Response;
use super::{Calibration, Distance, Model, ModelError, WeightingError, check_weights};

/// How a calibration is done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GregOptions {
    /// The distance kept smallest.
    pub distance: Distance,
    /// Lower and upper bound of g = weight after ÷ weight before, around 1; required for [`Distance::Logit`].
    pub bounds: Option<(f64, f64)>,
    /// Largest gap accepted between a weighted total and its control, relative to the larger
    /// of the control and Σ d|x|.
    pub tolerance: f64,
    /// Newton steps before giving up.
    pub max_iterations: usize,
}

impl Default for GregOptions {
    fn default() -> Self {
        // The tolerance is some thousand roundings; Newton's last step goes far below it.
        Self {
            distance: Distance::Linear,
            bounds: None,
            tolerance: 1e-12,
            max_iterations: 200,
        }
    }
}

/// How a calibration went.
#[derive(Debug, Clone, PartialEq)]
pub struct GregReport {
    /// Newton steps made.
    pub iterations: usize,
    /// Largest relative gap left.
    pub gap: f64,
    /// The term with that gap.
    pub furthest: String,
    /// Smallest g = weight after ÷ weight before.
    pub g_min: f64,
    /// Largest g.
    pub g_max: f64,
    /// Rows whose g is at a bound.
    pub at_bounds: usize,
}

/// Calibrates `weights` so that the weighted totals of the model's terms are `totals`.
///
/// - `weights`: one per row, finite, ≥ 0; 0 stays 0.
/// - `model`: made with the same weights.
/// - `totals`: the population total of every term, in any order.
///
/// # Errors
/// [`GregError`] when totals and terms do not match, when the totals cannot be reached, or when a
/// weight would be negative; [`ModelError::Collinear`] naming the term.
///
/// # Source
/// Deville & Särndal (1992), JASA 87(418), 376–382; Deville, Särndal & Sautory (1993), JASA
/// 88(423), 1013–1020. Weights and standard errors agree with R `survey::calibrate`.
///
/// ```
/// use analysis::weighting::model::{Covariate, INTERCEPT, Model};
/// use analysis::weighting::{GregOptions, greg};
/// let x = [1.0, 2.0, 3.0];
/// let base = [10.0, 10.0, 10.0];
/// let model = Model::with_intercept(&[("x", Covariate::Numeric(&x))], &base)?;
/// let totals = [(INTERCEPT.to_owned(), 30.0), ("x".to_owned(), 64.0)];
/// let (calibration, report) = greg(&base, &model, &totals, GregOptions::default())?;
/// // d(1 + λ(x − 2)) with λ = 4/20
/// let expected = [8.0, 10.0, 12.0];
/// assert!(calibration.weights().iter().zip(expected).all(|(w, e)| (w - e).abs() < 1e-12));
/// assert!((report.g_max - 1.2).abs() < 1e-12);
/// # Ok::<(), analysis::weighting::WeightingError>(())
/// ```
pub fn greg(
    weights: &[f64],
    model: &Model,
    totals: &[(String, f64)],
    options: GregOptions,
) -> Result<(Calibration, GregReport), WeightingError> {
    Greg::new(model, totals, weights, options)?.calibrate(weights)
}

/// A calibration prepared for any weights over the rows of its model.
#[derive(Debug, Clone, PartialEq)]
pub struct Greg {
    /// The terms in use: a term that is 0 in every row and has a total of 0 is left out.
    terms: Vec<String>,
    totals: Vec<f64>,
    /// What a gap is relative to.
    scales: Vec<f64>,
    /// X·R⁻¹: columns that are orthonormal under the weights it was prepared with.
    columns: Vec<Vec<f64>>,
    basis: Basis,
    /// R⁻ᵀ·totals.
    basis_totals: DVector<f64>,
    response: Response,
    options: GregOptions,
}

impl Greg {
    /// Matches totals to terms and factorises the model matrix.
    ///
    /// - `weights`: those of the full sample; later weight vectors have zeros where these have.
    ///
    /// # Errors
    /// As [`greg`], but for what depends on the weights to be calibrated.
    pub fn new(
        model: &Model,
        totals: &[(String, f64)],
        weights: &[f64],
        options: GregOptions,
    ) -> Result<Self, WeightingError> {
        check_length(model.rows(), weights)?;
        let response = Response::new(options.distance, options.bounds)?;
        let by_term = match_totals(model, totals)?;
        let (mut terms, mut kept, mut columns, mut scales) = (vec![], vec![], vec![], vec![]);
        for ((term, column), total) in model.terms().iter().zip(model.columns()).zip(by_term) {
            let size: f64 = column.iter().zip(weights).map(|(x, d)| x.abs() * d).sum();
            if size == 0.0 && total == 0.0 {
                continue;
            }
            if size == 0.0 {
                return Err(GregError::EmptyTerm {
                    term: term.clone(),
                    total,
                }
                .into());
            }
            let scale = size.max(total.abs());
            let (lowest, highest) = solve::range_within(response, weights, column);
            let slack = 1e-9 * scale;
            if total < lowest - slack || total > highest + slack {
                let term = term.clone();
                return Err(GregError::OutOfRange {
                    term,
                    total,
                    lowest,
                    highest,
                }
                .into());
            }
            terms.push(term.clone());
            kept.push(total);
            scales.push(scale);
            columns.push(column.clone());
        }
        let basis = Basis::new(&columns, weights).map_err(|at| ModelError::Collinear {
            term: terms[at].clone(),
        })?;
        let mut basis_totals = DVector::from_column_slice(&kept);
        // R is regular: no column was collinear.
        basis.r.tr_solve_upper_triangular_mut(&mut basis_totals);
        for (column, q) in columns.iter_mut().zip(&basis.q) {
            for ((x, q), d) in column.iter_mut().zip(q).zip(weights) {
                *x = if *d > 0.0 { q / d.sqrt() } else { 0.0 };
            }
        }
        Ok(Self {
            terms,
            totals: kept,
            scales,
            columns,
            basis,
            basis_totals,
            response,
            options,
        })
    }

    /// Calibrates, for an estimate with its variance.
    ///
    /// - `weights`: one per row, finite, ≥ 0.
    ///
    /// # Errors
    /// As [`greg`]; a negative weight is one of them, as it could stand in no estimate.
    pub fn calibrate(&self, weights: &[f64]) -> Result<(Calibration, GregReport), WeightingError> {
        /// A weight this small beside the one before is 0 but for rounding (its category counts nobody).
        const NOTHING: f64 = 1e-12;
        let (mut after, report) = self.weights(weights)?;
        for (after, before) in after.iter_mut().zip(weights) {
            if after.abs() <= NOTHING * before {
                *after = 0.0;
            }
        }
        if let Some(row) = after.iter().position(|weight| *weight < 0.0) {
            return Err(GregError::NegativeWeights {
                row,
                weight: after[row],
                count: after.iter().filter(|weight| **weight < 0.0).count(),
            }
            .into());
        }
        // In the prepared columns the factorisation is well conditioned. A row whose weight
        // became 0 has no part in the estimate, nor in its residuals; without it a term may be empty.
        let used: Vec<f64> = weights
            .iter()
            .zip(&after)
            .map(|(before, after)| if *after > 0.0 { *before } else { 0.0 })
            .collect();
        let basis = Basis::spanning(&self.columns, &used);
        Ok((Calibration::on_basis(weights, after, basis), report))
    }

    /// The calibrated weights alone, for replicates. Unbounded linear weights may be negative.
    ///
    /// # Errors
    /// As [`greg`], negative weights excepted.
    pub fn weights(&self, weights: &[f64]) -> Result<(Vec<f64>, GregReport), WeightingError> {
        check_weights(weights)?;
        if let Some(column) = self.columns.first() {
            check_length(column.len(), weights)?;
        }
        Ok(solve::solve(self, weights)?)
    }
}

fn check_length(rows: usize, weights: &[f64]) -> Result<(), WeightingError> {
    if rows == weights.len() {
        return Ok(());
    }
    Err(WeightingError::ShapeMismatch {
        what: "the model".to_owned(),
        found: rows,
        expected: weights.len(),
    })
}

/// The total of each term, in the model's order.
fn match_totals(model: &Model, totals: &[(String, f64)]) -> Result<Vec<f64>, GregError> {
    let mut found = vec![None; model.terms().len()];
    for (term, total) in totals {
        let Some(at) = model.terms().iter().position(|known| known == term) else {
            return Err(GregError::UnknownTerm {
                term: term.clone(),
                known: model.terms().to_vec(),
            });
        };
        if !total.is_finite() {
            return Err(GregError::BadTotal {
                term: term.clone(),
                total: *total,
            });
        }
        if found[at].replace(*total).is_some() {
            return Err(GregError::DuplicateTotal { term: term.clone() });
        }
    }
    found
        .into_iter()
        .zip(model.terms())
        .map(|(total, term)| total.ok_or_else(|| GregError::MissingTotal { term: term.clone() }))
        .collect()
}

#[cfg(test)]
mod tests;
