//! The population variance of a variable.

use super::{Linearised, mean, rows_used, weighted_sum};
use crate::design::SurveyDesign;

/// The estimated population variance n/(n−1) · Σw(y−ȳ)²/Σw of a domain.
///
/// - `y`: one value per row, NaN where missing (left out as a domain).
/// - `domain`: ascending row numbers, or `None` for all.
///
/// The influence is that of the mean of the squared deviations; ȳ adds nothing to first
/// order. n counts the rows of the domain, those with a missing value included, as R does.
/// NaN below two rows.
///
/// # Source
/// R `survey::svyvar`; Särndal, Swensson & Wretman (1992), section 5.9.
pub fn linearise(design: &SurveyDesign, y: &[f64], domain: Option<&[u32]>) -> Linearised {
    let Linearised {
        value: centre,
        rows,
        sum_weights,
        ..
    } = mean::linearise(design, y, domain);
    let n = rows_used(design, domain, |_| true).len() as f64;
    let square = |row: usize| (y[row] - centre).powi(2) * (n / (n - 1.0));
    let value = weighted_sum(design, &rows, square) / sum_weights;
    let influence = rows
        .iter()
        .map(|&row| (square(row as usize) - value) / sum_weights)
        .collect();
    Linearised {
        value,
        rows,
        influence,
        sum_weights,
    }
}
