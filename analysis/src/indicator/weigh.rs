//! Weights of indicators: given directly, by pairwise comparison ([`ahp`]), or by what the data tell apart
//! ([`entropy`]). All give weights that sum to 1.

pub mod ahp;
pub mod entropy;

use thiserror::Error;

/// What is wrong with weights, or with the values they are to come from.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum WeightFault {
    /// No weights, or all 0.
    #[error("there are no weights above 0")]
    NoWeight,
    /// A weight is negative or not finite.
    #[error("weight {index} is {value}; weights are finite and not negative")]
    BadWeight {
        /// Its place, from 0.
        index: usize,
        /// The weight.
        value: f64,
    },
    /// Entropy needs at least two units.
    #[error("entropy weights need at least two units, found {found}")]
    TooFewUnits {
        /// Units found.
        found: usize,
    },
    /// An indicator has another number of units than the first.
    #[error("indicator {indicator} has {found} units, the first has {expected}")]
    LengthMismatch {
        /// Indicator at fault, from 0.
        indicator: usize,
        /// Its units.
        found: usize,
        /// Units of the first.
        expected: usize,
    },
    /// A value is negative, missing or infinite.
    #[error(
        "indicator {indicator} of unit {unit} is {value}; entropy takes values of 0 or more, none missing"
    )]
    BadValue {
        /// The indicator, from 0.
        indicator: usize,
        /// The unit, from 0.
        unit: usize,
        /// The value.
        value: f64,
    },
    /// No indicator tells units apart.
    #[error("no indicator differs between units: entropy weights cannot be said")]
    NoVariation,
}

/// Weights as shares of their sum.
///
/// # Errors
/// [`WeightFault::BadWeight`], [`WeightFault::NoWeight`].
///
/// ```
/// use analysis::indicator::weigh::direct;
/// assert_eq!(direct(&[20.0, 30.0, 50.0])?, [0.2, 0.3, 0.5]);
/// # Ok::<(), analysis::indicator::weigh::WeightFault>(())
/// ```
pub fn direct(weights: &[f64]) -> Result<Vec<f64>, WeightFault> {
    if let Some(index) = weights.iter().position(|w| !(w.is_finite() && *w >= 0.0)) {
        let value = weights[index];
        return Err(WeightFault::BadWeight { index, value });
    }
    let total: f64 = weights.iter().sum();
    if total == 0.0 {
        return Err(WeightFault::NoWeight);
    }
    Ok(weights.iter().map(|weight| weight / total).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn direct_weights_that_cannot_be_are_refused() {
        assert_eq!(direct(&[]), Err(WeightFault::NoWeight));
        assert_eq!(direct(&[0.0, 0.0]), Err(WeightFault::NoWeight));
        assert_eq!(
            direct(&[1.0, -1.0]),
            Err(WeightFault::BadWeight {
                index: 1,
                value: -1.0
            })
        );
        assert!(matches!(
            direct(&[f64::NAN]),
            Err(WeightFault::BadWeight { index: 0, .. })
        ));
    }
}
