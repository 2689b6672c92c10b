//! Means.

use super::{Linearised, rows_used, sum_weights, weighted_sum};
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
    let value = weighted_sum(design, &rows, |row| y[row]) / total;
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
