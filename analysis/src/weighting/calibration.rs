//! Calibrated weights and the residuals that their variance is made of.
//!
//! A calibrated estimator varies like the total of its calibration residuals, not of
//! the influence values themselves: what the known margins explain is not uncertain.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::Margin;
use super::basis::Basis;
use super::rake::RakeCells;
use crate::factor::MISSING;

/// Weights after a calibration, and the projection that the variance needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    before: Vec<f64>,
    after: Vec<f64>,
    projection: Projection,
}

/// What the weights were calibrated on.
#[derive(Debug, Clone, PartialEq)]
enum Projection {
    /// One margin: residuals are deviations from the cells' means.
    Cells { codes: Vec<u32>, mass: Vec<f64> },
    /// Several margins: `positions[m][row]` is a row's column in the joint dummy matrix,
    /// `inverse` a generalised inverse of its weighted cross-product (rank-deficient, as every
    /// margin adds up to the same constant).
    Margins {
        positions: Vec<Vec<u32>>,
        inverse: DMatrix<f64>,
    },
    /// Raking that was stopped before the margins agreed: for each margin its codes and the
    /// weights when it had been fitted last.
    Sweeps(Vec<(Vec<u32>, Vec<f64>)>),
    /// Any model matrix, as an orthonormal basis of its columns under the weights before;
    /// rows whose weight became 0 are 0 in it.
    Model(Basis),
}

impl Calibration {
    pub(super) fn on_cells(before: &[f64], after: Vec<f64>, margin: &Margin) -> Self {
        let projection = Projection::Cells {
            codes: margin.codes().to_vec(),
            mass: margin.weighted_counts(before),
        };
        Self {
            before: before.to_vec(),
            after,
            projection,
        }
    }

    pub(super) fn on_margins(before: &[f64], after: Vec<f64>, margins: &[Margin], cells: &RakeCells) -> Self {
        let mut offset = 0u32;
        let mut positions = Vec::with_capacity(margins.len());
        let mut offsets = Vec::with_capacity(margins.len());
        for margin in margins {
            let shift = offset;
            offsets.push(shift);
            positions.push(
                margin
                    .codes()
                    .iter()
                    .map(|&code| if code == MISSING { MISSING } else { code + shift })
                    .collect::<Vec<u32>>(),
            );
            offset += margin.totals().len() as u32;
        }
        let mut cross = DMatrix::zeros(offset as usize, offset as usize);
        // Rows whose weight became 0 take no part. Rows of one cell share their dummies, so that
        // cells are enough.
        let used = before
            .iter()
            .zip(&after)
            .map(|(before, after)| if *after > 0.0 { *before } else { 0.0 });
        for (cell, mass) in cells.masses(used).into_iter().enumerate() {
            let at = |margin: usize| (offsets[margin] + cells.category(margin, cell)) as usize;
            for a in 0..margins.len() {
                for b in 0..margins.len() {
                    cross[(at(a), at(b))] += mass;
                }
            }
        }
        let inverse = generalised_inverse(cross);
        let projection = Projection::Margins { positions, inverse };
        Self {
            before: before.to_vec(),
            after,
            projection,
        }
    }

    pub(super) fn on_sweeps(
        before: &[f64],
        after: Vec<f64>,
        margins: &[Margin],
        stages: Vec<Vec<f64>>,
    ) -> Self {
        let codes = margins.iter().map(|margin| margin.codes().to_vec());
        Self {
            before: before.to_vec(),
            after,
            projection: Projection::Sweeps(codes.zip(stages).collect()),
        }
    }

    pub(super) fn on_basis(before: &[f64], after: Vec<f64>, basis: Basis) -> Self {
        Self {
            before: before.to_vec(),
            after,
            projection: Projection::Model(basis),
        }
    }

    /// The calibrated weights.
    pub fn weights(&self) -> &[f64] {
        &self.after
    }

    /// The weights before this calibration.
    pub fn weights_before(&self) -> &[f64] {
        &self.before
    }

    /// Replaces weighted influence values by their weighted calibration residuals.
    ///
    /// - `weighted_influence`: xᵢ = wᵢzᵢ with the calibrated weights wᵢ; one per row.
    ///
    /// With zᵢ = xᵢ/wᵢ, dᵢ the weights before and B the d-weighted least-squares
    /// coefficients of z on the margins' dummies or the model's columns cᵢ, xᵢ becomes wᵢ(zᵢ − B′cᵢ). Call it before
    /// [`covariance`](crate::variance::linearise::covariance) when the design does not carry
    /// the calibration itself ([`SurveyDesign::with_calibration`](crate::design::SurveyDesign::with_calibration)
    /// does this for you).
    ///
    /// Of several calibrations the residuals are taken in the order in which they were made, each
    /// with its own weights, as R does. The design's weights may have been changed since (trimmed):
    /// the residuals stay those of this calibration.
    ///
    /// # Source
    /// Deville & Särndal (1992), JASA 87(418), 376–382, equation 3.4; for raking, Deville,
    /// Särndal & Sautory (1993), JASA 88(423), 1013–1020. Figures agree with R survey's
    /// `postStratify` and `calibrate`.
    pub fn residualise(&self, weighted_influence: &mut [f64]) {
        debug_assert_eq!(weighted_influence.len(), self.after.len());
        // Σ d z c, summed by cell; rows of weight 0 take no part.
        let row_value = |row: usize, x: f64| (self.after[row] > 0.0).then(|| x / self.after[row]);
        match &self.projection {
            Projection::Cells { codes, mass } => {
                let mut means = vec![0.0; mass.len()];
                for (row, &x) in weighted_influence.iter().enumerate() {
                    if x != 0.0
                        && let Some(z) = row_value(row, x)
                    {
                        means[codes[row] as usize] += self.before[row] * z;
                    }
                }
                for (mean, mass) in means.iter_mut().zip(mass) {
                    *mean /= mass;
                }
                for (row, x) in weighted_influence.iter_mut().enumerate() {
                    if codes[row] != MISSING {
                        *x -= self.after[row] * means[codes[row] as usize];
                    }
                }
            }
            Projection::Margins { positions, inverse } => {
                let mut sums = DVector::zeros(inverse.nrows());
                for (row, &x) in weighted_influence.iter().enumerate() {
                    if x != 0.0
                        && let Some(z) = row_value(row, x)
                    {
                        for margin in positions {
                            sums[margin[row] as usize] += self.before[row] * z;
                        }
                    }
                }
                let coefficients = inverse * sums;
                for (row, x) in weighted_influence.iter_mut().enumerate() {
                    if self.after[row] > 0.0 {
                        let fitted: f64 = positions.iter().map(|m| coefficients[m[row] as usize]).sum();
                        *x -= self.after[row] * fitted;
                    }
                }
            }
            Projection::Sweeps(margins) => {
                // R's sweeps: unweighted means of x/w by category, ten times over the margins.
                for _ in 0..10 {
                    for (codes, weights) in margins {
                        sweep_out(weighted_influence, codes, weights);
                    }
                }
            }
            Projection::Model(basis) => {
                // √d·z on Q = √D·X·R⁻¹: plain least squares.
                let mut scaled: Vec<f64> = (0..self.after.len())
                    .map(|row| {
                        row_value(row, weighted_influence[row]).map_or(0.0, |z| z * self.before[row].sqrt())
                    })
                    .collect();
                basis.residual(&mut scaled);
                for (row, x) in weighted_influence.iter_mut().enumerate() {
                    if self.after[row] > 0.0 {
                        *x = self.after[row] * scaled[row] / self.before[row].sqrt();
                    }
                }
            }
        }
    }
}

/// Takes the unweighted mean of x/w in each category out of x/w.
fn sweep_out(x: &mut [f64], codes: &[u32], weights: &[f64]) {
    let categories = codes.iter().filter(|code| **code != MISSING).max();
    let mut sums = vec![(0.0, 0.0); categories.map_or(0, |last| *last as usize + 1)];
    for ((x, &code), weight) in x.iter().zip(codes).zip(weights) {
        if *weight > 0.0 {
            let (sum, rows) = &mut sums[code as usize];
            *sum += x / weight;
            *rows += 1.0;
        }
    }
    for ((x, &code), weight) in x.iter_mut().zip(codes).zip(weights) {
        if *weight > 0.0 {
            let (sum, rows) = sums[code as usize];
            *x -= weight * sum / rows;
        }
    }
}

/// A generalised inverse of a symmetric positive semi-definite matrix.
///
/// The matrix is scaled to a diagonal of ones first, so that a category of tiny weight is
/// not taken for a rank deficit.
fn generalised_inverse(mut matrix: DMatrix<f64>) -> DMatrix<f64> {
    let scales: Vec<f64> = matrix
        .diagonal()
        .iter()
        .map(|value| if *value > 0.0 { 1.0 / value.sqrt() } else { 0.0 })
        .collect();
    let scale = |matrix: &mut DMatrix<f64>| {
        for (j, column) in scales.iter().enumerate() {
            for (i, row) in scales.iter().enumerate() {
                matrix[(i, j)] *= row * column;
            }
        }
    };
    scale(&mut matrix);
    let eigen = SymmetricEigen::new(matrix);
    let largest = eigen.eigenvalues.iter().copied().fold(0.0, f64::max);
    // Dummies' cross-products have rank deficits that are exact up to rounding.
    let floor = largest * 1e-11;
    let inverse = eigen
        .eigenvalues
        .map(|value| if value > floor { 1.0 / value } else { 0.0 });
    let mut inverse = &eigen.eigenvectors * DMatrix::from_diagonal(&inverse) * eigen.eigenvectors.transpose();
    scale(&mut inverse);
    inverse
}
