//! The population variance of a variable.

use super::{Linearised, mean, rows_used, weighted_sums};
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
    let value = mean_square(design.weights(), y, Some(&rows), centre) * (n / (n - 1.0));
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

/// The variance alone, for weights that are not those of the design (a replicate's).
///
/// - `weights`: one per row; rows of weight 0 add nothing.
/// - `y`, `domain`: as for [`linearise`].
///
/// n counts the rows of the domain that have a value, whatever their weight, so that it is the
/// same in every replicate (as in R); leave rows without a full-sample weight out of the domain.
/// Here, unlike in [`linearise`], rows without a value do not count: R's two roads differ so.
pub fn value(weights: &[f64], y: &[f64], domain: Option<&[u32]>) -> f64 {
    let n = match domain {
        Some(rows) => rows.iter().filter(|&&row| !y[row as usize].is_nan()).count(),
        None => y.iter().filter(|y| !y.is_nan()).count(),
    } as f64;
    mean_square(weights, y, domain, mean::value(weights, y, domain)) * (n / (n - 1.0))
}

/// Σw(y−c)²/Σw
fn mean_square(weights: &[f64], y: &[f64], domain: Option<&[u32]>, centre: f64) -> f64 {
    let [total, squares] = weighted_sums(weights, domain, |row| {
        (!y[row].is_nan()).then(|| [1.0, (y[row] - centre).powi(2)])
    });
    squares / total
}
