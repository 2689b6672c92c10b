//! Base weights: the inverse of the inclusion probability.

use super::WeightingError;

/// Turns inclusion probabilities into base weights, 1/πᵢ.
///
/// # Errors
/// When a probability is not in (0, 1], naming the row.
///
/// # Source
/// Horvitz & Thompson (1952), JASA 47(260), 663–685.
///
/// ```
/// use analysis::weighting::base::base_weights;
/// assert_eq!(base_weights(&[0.5, 0.25])?, [2.0, 4.0]);
/// # Ok::<(), analysis::weighting::WeightingError>(())
/// ```
pub fn base_weights(probabilities: &[f64]) -> Result<Vec<f64>, WeightingError> {
    probabilities
        .iter()
        .enumerate()
        .map(|(row, &value)| {
            if value > 0.0 && value <= 1.0 {
                Ok(1.0 / value)
            } else {
                Err(WeightingError::Probability { row, value })
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_weights_probability_zero_or_above_one_is_refused() {
        for (bad, row) in [([0.5, 0.0], 1), ([1.5, 1.0], 0), ([0.1, f64::NAN], 1)] {
            match base_weights(&bad) {
                Err(WeightingError::Probability { row: found, .. }) => assert_eq!(found, row),
                other => panic!("{other:?}"),
            }
        }
    }
}
