//! Means.

use super::{Linearised, rows_used, sum_weights, weighted_sums};
use crate::design::SurveyDesign;

/// The weighted mean ȳ = Σwy/Σw of a domain, with influence (yᵢ − ȳ)/Σw.
///
/// - `y`: one value per row, NaN where missing (left out as a domain).
/// - `domain`: ascending row numbers, or `None` for all.
///
/// # Source
/// Särndal, Swensson & Wretman (1992), section 5.7 (Hájek estimator), equation 5.7.11;
/// R `survey::svymean`.
///
/// ```
/// use analysis::design::SurveyDesign;
/// use analysis::estimate::{EstimateOptions, mean};
/// let design = SurveyDesign::builder(4).build()?;
/// let estimate = mean::linearise(&design, &[1.0, 2.0, 3.0, f64::NAN], None)
///     .estimate(&design, &EstimateOptions::default());
/// assert_eq!((estimate.value, estimate.n, estimate.df), (2.0, 3, 3.0));
/// # Ok::<(), analysis::design::DesignError>(())
/// ```
pub fn linearise(design: &SurveyDesign, y: &[f64], domain: Option<&[u32]>) -> Linearised {
    let rows = rows_used(design, domain, |row| !y[row].is_nan());
    let total = sum_weights(design, &rows);
    let value = value(design.weights(), y, Some(&rows));
    let influence = rows
        .iter()
        .map(|&row| (y[row as usize] - value) / total)
        .collect();
    Linearised {
        value,
        rows,
        influence,
        sum_weights: total,
    }
}

/// The weighted mean alone, for weights that are not those of the design (a replicate's).
///
/// - `weights`: one per row; rows of weight 0 are left out.
/// - `y`, `domain`: as for [`linearise`].
///
/// NaN over no rows.
///
/// ```
/// use analysis::estimate::mean;
/// assert_eq!(mean::value(&[1.0, 3.0, 0.0], &[2.0, 6.0, 9.0], None), 5.0);
/// ```
pub fn value(weights: &[f64], y: &[f64], domain: Option<&[u32]>) -> f64 {
    // Summed as deviations from the first value: a constant is met exactly, and a small spread keeps its digits.
    let first = match domain {
        Some(rows) => rows.iter().map(|&row| y[row as usize]).find(|y| !y.is_nan()),
        None => y.iter().copied().find(|y| !y.is_nan()),
    };
    let centre = first.unwrap_or_default();
    let [total, sum] = weighted_sums(weights, domain, |row| {
        (!y[row].is_nan()).then(|| [1.0, y[row] - centre])
    });
    centre + sum / total
}
