//! Post-stratification: weights that reproduce known counts of one (crossed) margin.

use super::rake::cells::check_margin;
use super::{Calibration, Margin, WeightingError, check_weights};
use crate::factor::MISSING;

/// Scales the weights in each post-stratum to its population count.
///
/// - `weights`: one per row, finite, ≥ 0; rows of weight 0 stay 0.
/// - `margin`: the post-strata (made with the same weights).
///
/// # Errors
/// When a weight is negative or not finite, or when weights other than the margin's leave a
/// post-stratum without respondents (or weight a row without one).
///
/// # Source
/// Holt & Smith (1979), JRSS A 142(1), 33–46; R `survey::postStratify`.
///
/// ```
/// use analysis::factor::Factor;
/// use analysis::weighting::{Margin, post_stratify};
/// let sex = Factor::from_labels(["f", "f", "m"]);
/// let counts = [(vec!["f".to_owned()], 60.0), (vec!["m".to_owned()], 40.0)];
/// let margin = Margin::new(&[("sex", &sex)], &counts, &[1.0, 1.0, 1.0])?;
/// assert_eq!(post_stratify(&[1.0, 1.0, 1.0], &margin)?.weights(), [30.0, 30.0, 40.0]);
/// # Ok::<(), analysis::weighting::WeightingError>(())
/// ```
pub fn post_stratify(weights: &[f64], margin: &Margin) -> Result<Calibration, WeightingError> {
    let after = post_stratified_weights(weights, margin)?;
    Ok(Calibration::on_cells(weights, after, margin))
}

/// The weights of [`post_stratify`] alone, for replicates.
///
/// - `margin`: may have been made with other weights, those of the full sample.
///
/// # Errors
/// When a weight is negative or not finite, or these weights leave a post-stratum without a respondent.
pub fn post_stratified_weights(weights: &[f64], margin: &Margin) -> Result<Vec<f64>, WeightingError> {
    check_weights(weights)?;
    check_margin(margin, weights)?;
    let counts = margin.weighted_counts(weights);
    let factors: Vec<f64> = margin
        .totals()
        .iter()
        .zip(&counts)
        // Only a post-stratum that counts nobody can be without weight.
        .map(|(total, count)| if *count > 0.0 { total / count } else { 0.0 })
        .collect();
    Ok(weights
        .iter()
        .zip(margin.codes())
        .map(|(weight, &code)| {
            if code == MISSING {
                0.0
            } else {
                weight * factors[code as usize]
            }
        })
        .collect())
}
