//! Entropy weights: an indicator weighs more the more it tells the units apart.

use super::{WeightFault, direct};

/// Weights and the entropies they come from.
#[derive(Clone, Debug, PartialEq)]
pub struct EntropyWeights {
    /// Per indicator; they sum to 1. An indicator that is the same in all units has 0.
    pub weights: Vec<f64>,
    /// Entropy per indicator in 0–1, 1 when all units have the same value.
    pub entropy: Vec<f64>,
}

/// Entropy weights of indicator columns (units in rows).
///
/// - `indicators`: values ≥ 0 on a common direction, none missing. An indicator that is 0 everywhere tells nothing
///   apart and has weight 0.
///
/// The weights say how far the units differ, not what matters: they belong to last round's data and to sensitivity
/// analysis. They depend on the zero point of each indicator, so normalise all the same way first.
///
/// # Errors
/// [`WeightFault`]: no indicators, fewer than two units, uneven columns, negative or missing values, no variation.
///
/// # Source
/// Shannon (1948), Bell System Technical Journal 27, 379–423; Zeleny (1982), Multiple Criteria Decision Making,
/// chapter 7: eⱼ = −Σᵢ pᵢⱼ ln pᵢⱼ / ln n with pᵢⱼ = xᵢⱼ/Σᵢ xᵢⱼ, wⱼ ∝ 1 − eⱼ.
///
/// ```
/// use analysis::indicator::weigh::entropy::entropy_weights;
/// let found = entropy_weights(&[[50.0, 50.0, 50.0], [10.0, 40.0, 90.0], [40.0, 50.0, 60.0]])?;
/// assert_eq!(found.weights[0], 0.0); // the same everywhere
/// assert!(found.weights[1] > found.weights[2]);
/// # Ok::<(), analysis::indicator::weigh::WeightFault>(())
/// ```
pub fn entropy_weights<C: AsRef<[f64]>>(indicators: &[C]) -> Result<EntropyWeights, WeightFault> {
    let Some(first) = indicators.first() else {
        return Err(WeightFault::NoWeight);
    };
    let units = first.as_ref().len();
    if units < 2 {
        return Err(WeightFault::TooFewUnits { found: units });
    }
    let mut entropy = Vec::with_capacity(indicators.len());
    for (indicator, values) in indicators.iter().enumerate() {
        let values = values.as_ref();
        if values.len() != units {
            return Err(WeightFault::LengthMismatch {
                indicator,
                found: values.len(),
                expected: units,
            });
        }
        if let Some(unit) = values.iter().position(|x| !(x.is_finite() && *x >= 0.0)) {
            let value = values[unit];
            return Err(WeightFault::BadValue {
                indicator,
                unit,
                value,
            });
        }
        let (low, high) = values.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), &x| {
            (low.min(x), high.max(x))
        });
        if low == high {
            entropy.push(1.0);
            continue;
        }
        let total: f64 = values.iter().sum();
        // p ln p → 0 as p → 0.
        let sum: f64 = values
            .iter()
            .map(|x| x / total)
            .filter(|p| *p > 0.0)
            .map(|p| p * p.ln())
            .sum();
        entropy.push((-sum / (units as f64).ln()).clamp(0.0, 1.0));
    }
    let spread: Vec<f64> = entropy.iter().map(|e| 1.0 - e).collect();
    let weights = direct(&spread).map_err(|_| WeightFault::NoVariation)?;
    Ok(EntropyWeights { weights, entropy })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn entropy_by_hand() {
        // p = 1/4, 3/4: e = −(¼ ln ¼ + ¾ ln ¾)/ln 2 = 0.811278; p = 0, 1: e = 0.
        let found = entropy_weights(&[[1.0, 3.0], [0.0, 7.0]]).expect("good values");
        assert!((found.entropy[0] - 0.8112781244591328).abs() < 1e-14);
        assert_eq!(found.entropy[1], 0.0);
        assert!((found.weights[0] - 0.1887218755408672 / 1.1887218755408672).abs() < 1e-14);
    }

    #[test]
    fn entropy_edges_are_named() {
        assert_eq!(entropy_weights::<[f64; 0]>(&[]), Err(WeightFault::NoWeight));
        assert_eq!(
            entropy_weights(&[[1.0]]),
            Err(WeightFault::TooFewUnits { found: 1 })
        );
        assert_eq!(
            entropy_weights(&[[2.0, 2.0], [0.0, 0.0]]),
            Err(WeightFault::NoVariation)
        );
        assert!(matches!(
            entropy_weights(&[vec![1.0, 2.0], vec![1.0, f64::NAN]]),
            Err(WeightFault::BadValue {
                indicator: 1,
                unit: 1,
                ..
            })
        ));
        assert!(matches!(
            entropy_weights(&[vec![1.0, 2.0], vec![1.0]]),
            Err(WeightFault::LengthMismatch { indicator: 1, .. })
        ));
    }

    proptest! {
        #[test]
        fn entropy_weights_sum_to_one_and_do_not_depend_on_units_of_measure_or_order(
            columns in prop::collection::vec(prop::collection::vec(0.0f64..100.0, 5), 1..6), factor in 0.01f64..100.0,
        ) {
            let found = entropy_weights(&columns).expect("values differ");
            prop_assert!((found.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let other: Vec<Vec<f64>> =
                columns.iter().map(|column| column.iter().rev().map(|x| x * factor).collect()).collect();
            let other = entropy_weights(&other).expect("values differ");
            for (a, b) in found.weights.iter().zip(&other.weights) {
                prop_assert!((a - b).abs() < 1e-9);
            }
        }
    }
}
