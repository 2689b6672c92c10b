//! Variance of totals in stratified multi-stage designs.
//!
//! The input is always a column of **weighted influence values** xᵢ = wᵢzᵢ: the
//! estimator behaves, to first order, like Σ xᵢ. Rows outside a domain have x = 0
//! and stay in the design. One pass sums the rows into the units of a stage, one
//! pass over the units gives the variance; nothing is sorted or hashed.

use nalgebra::DMatrix;

use crate::design::{LonelyPsu, Stage, SurveyDesign};

/// The variance of Σ xᵢ for one column of weighted influence values.
///
/// - `weighted_influence`: one finite value per row of the design, wᵢzᵢ; 0 outside the domain.
///
/// When the design is calibrated, the calibration residuals are taken first.
///
/// # Source
/// Särndal, Swensson & Wretman (1992), Model Assisted Survey Sampling, results 3.7.3 and
/// 4.3.1, in the recursive estimator of `svyrecvar` (R survey): at each stage
/// Σₕ (1−fₕ) nₕ/(nₕ−1) Σᵢ (tₕᵢ−t̄ₕ)², and below a sampled unit the same times Π f of the
/// stages above. Without a first-stage fpc only the first stage counts.
///
/// ```
/// use analysis::design::SurveyDesign;
/// use analysis::variance::linearise::variance_of_total;
/// let design = SurveyDesign::builder(3).build()?;
/// // n/(n−1) Σ (x−x̄)² = 3/2 · 2
/// assert_eq!(variance_of_total(&design, &[1.0, 2.0, 3.0]), 3.0);
/// # Ok::<(), analysis::design::DesignError>(())
/// ```
pub fn variance_of_total(design: &SurveyDesign, weighted_influence: &[f64]) -> f64 {
    covariance(design, &[weighted_influence])[(0, 0)]
}

/// The covariance matrix of several totals Σ xᵢ under one design.
///
/// - `columns`: p columns of weighted influence values, each as long as the design.
///
/// Returns a symmetric p × p matrix. The cost is O(n·p + units·p²).
///
/// # Source
/// As [`variance_of_total`], with cross-products in place of squares.
pub fn covariance(design: &SurveyDesign, columns: &[&[f64]]) -> DMatrix<f64> {
    debug_assert!(columns.iter().all(|column| column.len() == design.rows()));
    if design.calibration().is_empty() {
        return over_stages(design, columns.len(), |row, out| {
            for (value, column) in out.iter_mut().zip(columns) {
                *value = column[row];
            }
        });
    }
    let residuals: Vec<Vec<f64>> = columns
        .iter()
        .map(|column| {
            let mut residual = column.to_vec();
            for calibration in design.calibration() {
                calibration.residualise(&mut residual);
            }
            residual
        })
        .collect();
    over_stages(design, columns.len(), |row, out| {
        for (value, column) in out.iter_mut().zip(&residuals) {
            *value = column[row];
        }
    })
}

/// The variance of Σ xᵢ when only a few rows have a value, at the cost of those rows.
///
/// - `rows`: ascending row numbers, each with its weighted influence value in `values`.
///
/// Gives the figure of [`variance_of_total`] with zeros elsewhere; twenty domains that
/// share the rows cost together what one full pass does.
pub fn variance_of_domain_total(design: &SurveyDesign, rows: &[u32], values: &[f64]) -> f64 {
    debug_assert_eq!(rows.len(), values.len());
    if !design.calibration().is_empty() {
        let mut dense = vec![0.0; design.rows()];
        for (&row, &value) in rows.iter().zip(values) {
            dense[row as usize] = value;
        }
        return variance_of_total(design, &dense);
    }
    design
        .stages()
        .iter()
        .filter(|stage| stage.counts())
        .map(|stage| sparse_stage(stage, rows, values, design.lonely_psu()))
        .sum()
}

/// The variance of Σ xᵢ when every row is a sampled unit, from the sums of each stratum.
///
/// - `design`: one row per stratum, made with the number of its units.
/// - `sums`: strata (as rows of the design) with Σx and Σx² of their units; all other units have x = 0.
pub(crate) fn variance_of_element_sums(design: &SurveyDesign, sums: &[(u32, f64, f64)]) -> f64 {
    let stage = &design.stages()[0];
    let coefficient = coefficients(stage, design.lonely_psu());
    let mut totals = vec![0.0; stage.strata().len()];
    for &(row, total, _) in sums {
        totals[stage.stratum_of(row as usize)] = total;
    }
    let centres = centres(stage, totals, 1, design.lonely_psu());
    sums.iter()
        .map(|&(row, total, squares)| {
            let stratum = stage.stratum_of(row as usize);
            let centre = centres[stratum];
            let units = f64::from(stage.strata()[stratum].units);
            // Σ(x−m)² over all units of the stratum; rounding must not make it negative.
            let sum = squares - 2.0 * centre * total + units * centre * centre;
            coefficient[stratum] * if sum < 0.0 { 0.0 } else { sum }
        })
        .sum()
}

/// Adds the stages' parts of the covariance matrix of p columns, read row by row.
fn over_stages(design: &SurveyDesign, p: usize, mut read: impl FnMut(usize, &mut [f64])) -> DMatrix<f64> {
    let mut total = DMatrix::zeros(p, p);
    let mut values = vec![0.0; p];
    for stage in design.stages().iter().filter(|stage| stage.counts()) {
        // Unit-major, so that one unit's p totals lie together.
        let mut totals = vec![0.0; stage.units() * p];
        for row in 0..design.rows() {
            read(row, &mut values);
            let at = stage.unit_of(row) * p;
            for (sum, value) in totals[at..at + p].iter_mut().zip(&values) {
                *sum += value;
            }
        }
        total += stage_covariance(stage, &mut totals, p, design.lonely_psu());
    }
    total
}

/// The part of one stage: unit totals in, Σₕ cₕ Σᵢ (tₕᵢ−mₕ)(tₕᵢ−mₕ)ᵀ out.
fn stage_covariance(stage: &Stage, totals: &mut [f64], p: usize, rule: LonelyPsu) -> DMatrix<f64> {
    let coefficient = coefficients(stage, rule);
    let mut sums = vec![0.0; stage.strata().len() * p];
    for (unit, values) in totals.chunks_exact(p.max(1)).enumerate() {
        let at = stage.stratum_of(unit) * p;
        for (sum, value) in sums[at..at + p].iter_mut().zip(values) {
            *sum += value;
        }
    }
    let centres = centres(stage, sums, p, rule);
    let mut matrix = DMatrix::zeros(p, p);
    for (unit, values) in totals.chunks_exact_mut(p.max(1)).enumerate() {
        let stratum = stage.stratum_of(unit);
        let scale = coefficient[stratum];
        if scale == 0.0 {
            continue;
        }
        for (value, centre) in values.iter_mut().zip(&centres[stratum * p..]) {
            *value -= centre;
        }
        for j in 0..p {
            let scaled = scale * values[j];
            if scaled != 0.0 {
                for i in 0..=j {
                    matrix[(i, j)] += scaled * values[i];
                }
            }
        }
    }
    for j in 0..p {
        for i in 0..j {
            matrix[(j, i)] = matrix[(i, j)];
        }
    }
    matrix
}

/// The part of one stage for sparse values: untouched units have total 0 and are
/// counted, not visited. Σ(t−m)² = Σ_touched (t−m)² + (units − touched)·m².
fn sparse_stage(stage: &Stage, rows: &[u32], values: &[f64], rule: LonelyPsu) -> f64 {
    let coefficient = coefficients(stage, rule);
    let mut totals = vec![0.0; stage.units()];
    let mut seen = vec![false; stage.units()];
    let mut touched: Vec<u32> = Vec::new();
    for (&row, value) in rows.iter().zip(values) {
        let unit = stage.unit_of(row as usize);
        totals[unit] += value;
        if !std::mem::replace(&mut seen[unit], true) {
            touched.push(unit as u32);
        }
    }
    let mut sums = vec![0.0; stage.strata().len()];
    let mut counts = vec![0u32; stage.strata().len()];
    for &unit in &touched {
        let stratum = stage.stratum_of(unit as usize);
        sums[stratum] += totals[unit as usize];
        counts[stratum] += 1;
    }
    let centres = centres(stage, sums, 1, rule);
    let visited: f64 = touched
        .iter()
        .map(|&unit| {
            let stratum = stage.stratum_of(unit as usize);
            coefficient[stratum] * (totals[unit as usize] - centres[stratum]).powi(2)
        })
        .sum();
    let unvisited: f64 = stage
        .strata()
        .iter()
        .enumerate()
        .map(|(h, stratum)| coefficient[h] * f64::from(stratum.units - counts[h]) * centres[h].powi(2))
        .sum();
    visited + unvisited
}

/// What each stratum's sum of squares is multiplied by:
/// Π f above · (1−fₕ) · nₕ/(nₕ−1), and the rule for lonely PSUs.
fn coefficients(stage: &Stage, rule: LonelyPsu) -> Vec<f64> {
    /// A stratum taken completely, up to rounding, as in R's survey package.
    const COMPLETE: f64 = 1e-7;
    let mut coefficients: Vec<f64> = stage
        .strata()
        .iter()
        .map(|stratum| {
            let left = 1.0 - stratum.fraction;
            if left < COMPLETE {
                return 0.0;
            }
            let spread = match (stratum.units, rule) {
                (1, LonelyPsu::Adjust) => 1.0,
                (1, _) => 0.0,
                (n, _) => f64::from(n) / (f64::from(n) - 1.0),
            };
            stratum.share_above * left * spread
        })
        .collect();
    if rule == LonelyPsu::Average {
        // Per parent unit: strata / (strata − lonely ones).
        let mut all = vec![0u32; stage.parents()];
        let mut lonely = vec![0u32; stage.parents()];
        for stratum in stage.strata() {
            all[stratum.parent as usize] += 1;
            if stratum.units == 1 && 1.0 - stratum.fraction >= COMPLETE {
                lonely[stratum.parent as usize] += 1;
            }
        }
        for (coefficient, stratum) in coefficients.iter_mut().zip(stage.strata()) {
            let (all, lonely) = (all[stratum.parent as usize], lonely[stratum.parent as usize]);
            if lonely > 0 && lonely < all {
                *coefficient *= f64::from(all) / f64::from(all - lonely);
            } else if lonely == all && stage.parents() == 1 {
                // There is nothing to take the average of.
                *coefficient = f64::NAN;
            }
        }
    }
    coefficients
}

/// What unit totals are centred at: the stratum mean, and 0 for a lonely PSU under `Adjust`.
///
/// For means, ratios and proportions 0 is the grand mean of the PSU totals, as their influence
/// values sum to 0; a total is left uncentred, as in R survey.
fn centres(stage: &Stage, mut sums: Vec<f64>, p: usize, rule: LonelyPsu) -> Vec<f64> {
    for (stratum, values) in stage.strata().iter().zip(sums.chunks_exact_mut(p.max(1))) {
        let lonely = stratum.units == 1 && rule == LonelyPsu::Adjust;
        for value in values {
            *value = if lonely {
                0.0
            } else {
                *value / f64::from(stratum.units)
            };
        }
    }
    sums
}

#[cfg(test)]
mod tests;
