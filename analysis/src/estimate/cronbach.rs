//! Cronbach's alpha of a sum score under the design.

use super::{Linearised, rows_used, sum_weights, variance};
use crate::design::SurveyDesign;

/// The design-weighted alpha of k items: k/(k−1) · (1 − Σ vⱼ/v), with vⱼ the population variances of the
/// items and v that of their sum.
///
/// - `items`: at least two columns, NaN where missing; a row needs every item (left out as a domain).
///   Items scored against the others should be turned round first: nothing is turned round here.
/// - `domain`: ascending row numbers, or `None` for all.
///
/// The influence is that of a ratio of two variances, so that alpha also has a standard error. NaN with
/// fewer than two items or rows, and when the sum does not vary.
///
/// # Source
/// Cronbach (1951), Psychometrika 16(3), 297–334; the value as R `survey::svycralpha`, the influence by
/// Deville (1999), Survey Methodology 25(2), 193–203.
///
/// ```
/// use analysis::design::SurveyDesign;
/// use analysis::estimate::cronbach;
/// let design = SurveyDesign::builder(4).build()?;
/// let (first, second) = ([1.0, 2.0, 3.0, 4.0], [2.0, 1.0, 4.0, 3.0]);
/// // Item variances 5/3 and 5/3, of the sum 16/3: alpha = 2 (1 − 10/16).
/// let alpha = cronbach::linearise(&design, &[&first, &second], None);
/// assert!((alpha.value - 0.75).abs() < 1e-12);
/// # Ok::<(), analysis::design::DesignError>(())
/// ```
pub fn linearise(design: &SurveyDesign, items: &[&[f64]], domain: Option<&[u32]>) -> Linearised {
    let rows = rows_used(design, domain, |row| items.iter().all(|item| !item[row].is_nan()));
    let mut sum = vec![f64::NAN; design.rows()];
    for &row in &rows {
        sum[row as usize] = items.iter().map(|item| item[row as usize]).sum();
    }
    let whole = variance::linearise(design, &sum, Some(&rows));
    let parts: Vec<Linearised> = items
        .iter()
        .map(|item| variance::linearise(design, item, Some(&rows)))
        .collect();
    let k = items.len() as f64;
    let scale = match items.len() {
        0 | 1 => f64::NAN,
        _ => k / (k - 1.0),
    };
    let share = parts.iter().map(|part| part.value).sum::<f64>() / whole.value;
    // ∂(1 − P/W) = −(∂P − (P/W) ∂W)/W
    let influence = (0..rows.len())
        .map(|index| {
            let of_parts: f64 = parts.iter().map(|part| part.influence[index]).sum();
            -scale * (of_parts - share * whole.influence[index]) / whole.value
        })
        .collect();
    let sum_weights = sum_weights(design, &rows);
    Linearised {
        value: scale * (1.0 - share),
        rows,
        influence,
        sum_weights,
    }
}

#[cfg(test)]
mod tests;
