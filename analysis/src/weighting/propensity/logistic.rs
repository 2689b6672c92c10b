//! Weighted logistic regression that refuses separated data.
//!
//! Newton's method in an orthonormal basis of the terms. When a combination of terms separates
//! respondents from non-respondents the likelihood has no maximum: the steps do not shrink, and
//! their direction soon is such a combination, which is then checked against every case.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::{PropensityError, ResponseModel};
use crate::weighting::basis::Basis;
use crate::weighting::{Model, ModelError, WeightingError};

/// Far more than any regular fit takes (about ten).
const MAX_ITERATIONS: usize = 100;
/// A change of every linear predictor below this ends the fit: the next would be its square.
const SETTLED: f64 = 1e-9;

/// The cases with a weight.
struct Sample<'a> {
    base: &'a [f64],
    responded: &'a [bool],
    /// Orthonormal columns, one value per case.
    columns: Vec<Vec<f64>>,
}

pub(super) fn fit(base: &[f64], responded: &[bool], model: &Model) -> Result<ResponseModel, WeightingError> {
    let cases: Vec<usize> = (0..base.len()).filter(|&row| base[row] > 0.0).collect();
    let respondents = cases.iter().filter(|&&row| responded[row]).count();
    if respondents == 0 {
        return Err(PropensityError::Nobody { cases: cases.len() }.into());
    }
    if respondents == cases.len() {
        return Err(PropensityError::Everybody { cases: cases.len() }.into());
    }
    let basis = Basis::new(model.columns(), base).map_err(|at| ModelError::Collinear {
        term: model.terms()[at].clone(),
    })?;
    let columns = basis
        .q
        .iter()
        .map(|q| {
            let unweighted = |(q, d): (&f64, &f64)| if *d > 0.0 { q / d.sqrt() } else { 0.0 };
            q.iter().zip(base).map(unweighted).collect()
        })
        .collect();
    let sample = Sample {
        base,
        responded,
        columns,
    };
    let (beta, deviance, iterations) = maximise(&sample).map_err(|stopped| match stopped {
        Stopped::Separated(direction) => name_separation(model, &sample, &basis, direction),
        Stopped::NoConvergence => PropensityError::NoConvergence {
            iterations: MAX_ITERATIONS,
        },
    })?;
    let mut coefficients = beta;
    basis.r.solve_upper_triangular_mut(&mut coefficients);
    // From the model's own columns, so that equal cases have equal propensities to the last digit.
    let propensities = (0..base.len())
        .map(|row| {
            let predictor: f64 = model
                .columns()
                .iter()
                .zip(coefficients.iter())
                .map(|(column, coefficient)| coefficient * column[row])
                .sum();
            if base[row] > 0.0 {
                expit(predictor)
            } else {
                f64::NAN
            }
        })
        .collect();
    Ok(ResponseModel {
        terms: model.terms().to_vec(),
        coefficients: coefficients.iter().copied().collect(),
        propensities,
        deviance,
        iterations,
    })
}

/// Why there is no maximum.
enum Stopped {
    /// Along this direction the likelihood rises for ever.
    Separated(DVector<f64>),
    NoConvergence,
}

/// Coefficients in the basis, deviance and the number of steps.
fn maximise(sample: &Sample<'_>) -> Result<(DVector<f64>, f64, usize), Stopped> {
    let mut beta = DVector::zeros(sample.columns.len());
    let mut predictors = vec![0.0; sample.base.len()];
    let mut deviance = sample.deviance(&predictors);
    for iteration in 1..=MAX_ITERATIONS {
        let (score, information) = sample.score_and_information(&predictors);
        let Some(factor) = Cholesky::new(information) else {
            // All propensities are 0 or 1 to the last digit.
            return Err(Stopped::NoConvergence);
        };
        let mut direction = factor.solve(&score);
        let mut change = sample.predictors(&direction);
        if sample.is_separated_by(&change) {
            return Err(Stopped::Separated(direction));
        }
        // The log-likelihood is concave; a step that overshoots is halved.
        let next = loop {
            let next: Vec<f64> = predictors.iter().zip(&change).map(|(a, b)| a + b).collect();
            let after = sample.deviance(&next);
            if after <= deviance + 1e-12 * deviance.abs() {
                deviance = after;
                break next;
            }
            direction /= 2.0;
            change.iter_mut().for_each(|value| *value /= 2.0);
        };
        beta += direction;
        predictors = next;
        if change.iter().all(|value| value.abs() <= SETTLED) {
            return Ok((beta, deviance, iteration));
        }
    }
    Err(Stopped::NoConvergence)
}

impl Sample<'_> {
    fn cases(&self) -> impl Iterator<Item = usize> {
        (0..self.base.len()).filter(|&row| self.base[row] > 0.0)
    }

    fn predictors(&self, beta: &DVector<f64>) -> Vec<f64> {
        let mut predictors = vec![0.0; self.base.len()];
        for (column, beta) in self.columns.iter().zip(beta.iter()) {
            for (predictor, x) in predictors.iter_mut().zip(column) {
                *predictor += beta * x;
            }
        }
        predictors
    }

    /// −2 Σ d ln P(what happened).
    fn deviance(&self, predictors: &[f64]) -> f64 {
        self.cases()
            .map(|row| {
                let signed = if self.responded[row] {
                    predictors[row]
                } else {
                    -predictors[row]
                };
                // −ln expit(s) = ln(1 + e⁻ˢ)
                2.0 * self.base[row] * ((-signed).max(0.0) + (-signed.abs()).exp().ln_1p())
            })
            .sum()
    }

    /// Σ d(y−p)x and Σ d p(1−p)xx′.
    fn score_and_information(&self, predictors: &[f64]) -> (DVector<f64>, DMatrix<f64>) {
        let terms = self.columns.len();
        let (mut residuals, mut spreads) = (vec![0.0; self.base.len()], vec![0.0; self.base.len()]);
        for row in self.cases() {
            let p = expit(predictors[row]);
            residuals[row] = self.base[row] * if self.responded[row] { 1.0 - p } else { -p };
            spreads[row] = self.base[row] * p * (1.0 - p);
        }
        let mut score = DVector::zeros(terms);
        let mut information = DMatrix::zeros(terms, terms);
        let mut scaled = vec![0.0; self.base.len()];
        for (j, column) in self.columns.iter().enumerate() {
            score[j] = dot(column, &residuals);
            for ((out, x), spread) in scaled.iter_mut().zip(column).zip(&spreads) {
                *out = x * spread;
            }
            for (i, other) in self.columns.iter().enumerate().take(j + 1) {
                information[(i, j)] = dot(other, &scaled);
                information[(j, i)] = information[(i, j)];
            }
        }
        (score, information)
    }

    /// Whether a change of the predictors moves no case away from what it did, and some towards it.
    fn is_separated_by(&self, change: &[f64]) -> bool {
        // Steps of a fit that settles shrink below this long before they could be mistaken.
        const STEADY: f64 = 0.1;
        const ROUNDING: f64 = 1e-6;
        let largest = change
            .iter()
            .fold(0.0f64, |largest, value| largest.max(value.abs()));
        largest > STEADY
            && self.cases().all(|row| {
                let towards = if self.responded[row] {
                    change[row]
                } else {
                    -change[row]
                };
                towards >= -ROUNDING * largest
            })
    }
}

/// A category that responded as one, or the term that the separating direction rests on most.
fn name_separation(
    model: &Model,
    sample: &Sample<'_>,
    basis: &Basis,
    direction: DVector<f64>,
) -> PropensityError {
    for (name, factor) in model.factors() {
        let mut cases = vec![(0, 0); factor.levels().len()];
        for row in sample.cases() {
            let (all, responded) = &mut cases[factor.codes()[row] as usize];
            *all += 1;
            *responded += usize::from(sample.responded[row]);
        }
        for (level, (all, responded)) in factor.levels().iter().zip(cases) {
            if all > 0 && (responded == 0 || responded == all) {
                return PropensityError::SeparatedCategory {
                    term: format!("{name}{level}"),
                    cases: all,
                    responded: responded > 0,
                };
            }
        }
    }
    let mut coefficients = direction;
    basis.r.solve_upper_triangular_mut(&mut coefficients);
    // How far each term moves the predictor over its range; the constant does not tell cases apart.
    let reach = |term: usize| {
        let values = || sample.cases().map(|row| model.columns()[term][row]);
        let width = values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min);
        (coefficients[term] * width).abs()
    };
    let term = (0..model.terms().len())
        .max_by(|&a, &b| reach(a).total_cmp(&reach(b)))
        .unwrap_or_default();
    PropensityError::Separated {
        term: model.terms()[term].clone(),
    }
}

fn expit(x: f64) -> f64 {
    let tail = (-x.abs()).exp();
    if x >= 0.0 {
        1.0 / (1.0 + tail)
    } else {
        tail / (1.0 + tail)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
