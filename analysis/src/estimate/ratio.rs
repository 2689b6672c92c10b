//! Ratios of two totals.

use super::{Linearised, rows_used, sum_weights, weighted_sum};
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
    let denominator = weighted_sum(design, &rows, |row| x[row]);
    let value = weighted_sum(design, &rows, |row| y[row]) / denominator;
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
