//! Ratios of two totals.

use super::{Linearised, rows_used, sum_weights, weighted_sums};
use crate::design::SurveyDesign;

/// The ratio R = Σwy/Σwx of a domain, with influence (yᵢ − Rxᵢ)/Σwx.
///
/// - `y`, `x`: numerator and denominator, NaN where missing; a row needs both.
/// - `domain`: ascending row numbers, or `None` for all.
///
/// A denominator of 0 gives NaN or an infinite value, never a panic.
///
/// # Source
/// Särndal, Swensson & Wretman (1992), result 5.6.2; R `survey::svyratio`.
pub fn linearise(design: &SurveyDesign, y: &[f64], x: &[f64], domain: Option<&[u32]>) -> Linearised {
    let rows = rows_used(design, domain, |row| !y[row].is_nan() && !x[row].is_nan());
    let [numerator, denominator] = totals(design.weights(), y, x, Some(&rows));
    let value = numerator / denominator;
    let influence = rows
        .iter()
        .map(|&row| (y[row as usize] - value * x[row as usize]) / denominator)
        .collect();
    let sum_weights = sum_weights(design, &rows);
    Linearised {
        value,
        rows,
        influence,
        sum_weights,
    }
}

/// The ratio alone, for weights that are not those of the design (a replicate's).
///
/// - `weights`: one per row; rows of weight 0 are left out.
/// - `y`, `x`, `domain`: as for [`linearise`].
///
/// NaN over no rows.
pub fn value(weights: &[f64], y: &[f64], x: &[f64], domain: Option<&[u32]>) -> f64 {
    let [numerator, denominator] = totals(weights, y, x, domain);
    numerator / denominator
}

/// Σwy and Σwx over the rows that have both.
fn totals(weights: &[f64], y: &[f64], x: &[f64], domain: Option<&[u32]>) -> [f64; 2] {
    weighted_sums(weights, domain, |row| {
        (!y[row].is_nan() && !x[row].is_nan()).then(|| [y[row], x[row]])
    })
}
