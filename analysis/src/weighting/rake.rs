//! Raking: weights that reproduce several margins at once, by iterative proportional fitting.

use super::{Calibration, Margin, WeightingError, check_weights};
use crate::factor::MISSING;

/// When raking stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RakeOptions {
    /// Largest relative gap between a weighted count and its control that is accepted.
    pub tolerance: f64,
    /// Sweeps over all margins before giving up.
    pub max_sweeps: usize,
}

impl Default for RakeOptions {
    fn default() -> Self {
        // Ten digits beyond any printed figure, four above rounding of a million weights.
        Self {
            tolerance: 1e-12,
            max_sweeps: 2000,
        }
    }
}

/// How raking went.
#[derive(Debug, Clone, PartialEq)]
pub struct RakeReport {
    /// Sweeps made.
    pub sweeps: usize,
    /// Largest relative gap left.
    pub gap: f64,
    /// The margin and category with that gap.
    pub furthest: (String, String),
}

/// Rakes `weights` so that the weighted counts match every margin.
///
/// - `weights`: one per row, finite, ≥ 0 (persons represented by a respondent); 0 stays 0.
/// - `margins`: made with the same weights; their sums agree.
///
/// The result is the calibration and a report of the convergence. Margins are taken in the
/// order given, which does not change the limit.
///
/// # Errors
/// [`WeightingError::TotalsDisagree`] when margins count different populations,
/// [`WeightingError::NoConvergence`] naming the margin and category furthest off.
///
/// # Source
/// Deming & Stephan (1940), Annals of Mathematical Statistics 11(4), 427–444; Deville,
/// Särndal & Sautory (1993), JASA 88(423), 1013–1020. Run to convergence, R `survey::rake`
/// and `calibrate(calfun = "raking")` give the same weights.
pub fn rake(
    weights: &[f64],
    margins: &[Margin],
    options: RakeOptions,
) -> Result<(Calibration, RakeReport), WeightingError> {
    let (raked, report) = raked_weights(weights, margins, options)?;
    Ok((Calibration::on_margins(weights, raked, margins), report))
}

/// The weights of [`rake`] alone, for replicates.
///
/// - `margins`: may have been made with other weights, those of the full sample.
///
/// # Errors
/// As [`rake`], and when these weights leave a category without a respondent.
pub fn raked_weights(
    weights: &[f64],
    margins: &[Margin],
    options: RakeOptions,
) -> Result<(Vec<f64>, RakeReport), WeightingError> {
    check_weights(weights)?;
    let first = margins.first().ok_or(WeightingError::NoMargins)?;
    for margin in margins {
        if margin.codes().len() != weights.len() {
            return Err(WeightingError::ShapeMismatch {
                what: margin.name().to_owned(),
                found: margin.codes().len(),
                expected: weights.len(),
            });
        }
        // Counts that differ by more than rounding can never be met together.
        if (margin.population() - first.population()).abs() > 1e-9 * first.population() {
            return Err(WeightingError::TotalsDisagree {
                first: first.name().to_owned(),
                first_total: first.population(),
                other: margin.name().to_owned(),
                other_total: margin.population(),
            });
        }
    }
    for margin in margins {
        margin.check_filled(weights)?;
    }
    let mut raked = weights.to_vec();
    for sweep in 1..=options.max_sweeps {
        for margin in margins {
            let factors: Vec<f64> = margin
                .totals()
                .iter()
                .zip(margin.weighted_counts(&raked))
                .map(|(total, count)| if count > 0.0 { total / count } else { 0.0 })
                .collect();
            for (weight, &code) in raked.iter_mut().zip(margin.codes()) {
                *weight = if code == MISSING {
                    0.0
                } else {
                    *weight * factors[code as usize]
                };
            }
        }
        let report = gap(margins, &raked, sweep);
        if report.gap <= options.tolerance {
            return Ok((raked, report));
        }
    }
    let report = gap(margins, &raked, options.max_sweeps);
    Err(WeightingError::NoConvergence {
        margin: report.furthest.0,
        category: report.furthest.1,
        sweeps: report.sweeps,
        gap: report.gap,
    })
}

fn gap(margins: &[Margin], weights: &[f64], sweeps: usize) -> RakeReport {
    let mut report = RakeReport {
        sweeps,
        gap: 0.0,
        furthest: (String::new(), String::new()),
    };
    for margin in margins {
        let (category, gap) = margin.worst_gap(weights);
        if gap >= report.gap && !margin.labels().is_empty() {
            report.gap = gap;
            report.furthest = (margin.name().to_owned(), margin.labels()[category].clone());
        }
    }
    report
}

#[cfg(test)]
mod tests;
