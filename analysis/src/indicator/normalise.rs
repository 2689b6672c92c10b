//! Bringing values of any unit of measure to a common scale, where more is better.
//!
//! [`goalposts`] and [`target_attainment`] judge a value by fixed marks and serve the score itself. [`min_max`],
//! [`z_scores`] and [`rank_scores`] judge it by the other units' values and serve sensitivity analysis. A missing value
//! (NaN) stays missing.

/// The value's place between the goalposts, 0 at `low` and 100 at `high`, cut off beyond them; turned round when less
/// is better.
///
/// # Source
/// OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 5 (min–max with fixed goalposts).
///
/// ```
/// use analysis::indicator::normalise::goalposts;
/// assert_eq!(goalposts(15.0, 0.0, 30.0, true), 50.0);
/// assert_eq!(goalposts(40.0, 0.0, 30.0, false), 0.0);
/// ```
#[must_use]
pub fn goalposts(value: f64, low: f64, high: f64, more_is_better: bool) -> f64 {
    orient(
        (100.0 * (value - low) / (high - low)).clamp(0.0, 100.0),
        more_is_better,
    )
}

/// A value on 0–100, turned round when less is better.
#[must_use]
pub fn orient(value: f64, more_is_better: bool) -> f64 {
    if more_is_better { value } else { 100.0 - value }
}

/// How far a target is attained, 0–100, cut off at 100: 100 · value/target, or 100 · target/value when less is better.
///
/// NaN for a negative value or a target that is not positive: a share of it then means nothing. A value of 0 attains
/// any target when less is better.
///
/// ```
/// use analysis::indicator::normalise::target_attainment;
/// assert_eq!(target_attainment(24.0, 30.0, true), 80.0); // 24 of 30 days at the grassroots
/// assert_eq!(target_attainment(20.0, 15.0, false), 75.0); // 20 days for an answer, 15 promised
/// ```
#[must_use]
pub fn target_attainment(value: f64, target: f64, more_is_better: bool) -> f64 {
    if !(value >= 0.0 && target > 0.0) {
        return f64::NAN;
    }
    let ratio = if more_is_better {
        value / target
    } else {
        target / value
    };
    100.0 * ratio.min(1.0)
}

/// The units' values on 0–100, 0 for the worst and 100 for the best; NaN for all when they do not differ.
///
/// # Source
/// OECD/JRC (2008), Handbook, step 5, re-scaling.
///
/// ```
/// use analysis::indicator::normalise::min_max;
/// assert_eq!(min_max(&[10.0, 30.0, 15.0], true), [0.0, 100.0, 25.0]);
/// assert_eq!(min_max(&[10.0, 30.0, 15.0], false), [100.0, 0.0, 75.0]);
/// ```
#[must_use]
pub fn min_max(values: &[f64], more_is_better: bool) -> Vec<f64> {
    let known = || values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = (
        known().fold(f64::INFINITY, f64::min),
        known().fold(f64::NEG_INFINITY, f64::max),
    );
    values
        .iter()
        .map(|&value| {
            if value.is_finite() && high > low {
                // Divided first: the best unit then has exactly 100.
                orient(100.0 * ((value - low) / (high - low)), more_is_better)
            } else {
                f64::NAN
            }
        })
        .collect()
}

/// The units' values with mean 0 and standard deviation 1 (divisor n − 1), the sign turned when less is better.
///
/// NaN for all when they do not differ.
///
/// # Source
/// OECD/JRC (2008), Handbook, step 5, standardisation.
#[must_use]
pub fn z_scores(values: &[f64], more_is_better: bool) -> Vec<f64> {
    let known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let n = known.len() as f64;
    let mean = known.iter().sum::<f64>() / n;
    let sd = (known.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let sign = if more_is_better { 1.0 } else { -1.0 };
    values
        .iter()
        .map(|&value| {
            if value.is_finite() && sd > 0.0 {
                sign * (value - mean) / sd
            } else {
                f64::NAN
            }
        })
        .collect()
}

/// The units' ranks on 0–100, 100 for the best of n; units with the same value share the mean of their ranks.
///
/// NaN for a single unit.
///
/// # Source
/// OECD/JRC (2008), Handbook, step 5, ranking.
///
/// ```
/// use analysis::indicator::normalise::rank_scores;
/// assert_eq!(rank_scores(&[7.0, 9.0, 7.0], true), [25.0, 100.0, 25.0]);
/// ```
#[must_use]
pub fn rank_scores(values: &[f64], more_is_better: bool) -> Vec<f64> {
    let ranks = mid_ranks(values);
    let n = values.iter().filter(|value| value.is_finite()).count() as f64;
    ranks
        .into_iter()
        .map(|rank| {
            if n > 1.0 {
                orient(100.0 * (rank - 1.0) / (n - 1.0), more_is_better)
            } else {
                f64::NAN
            }
        })
        .collect()
}

/// Ranks from 1 for the smallest, ties sharing their mean; NaN for values that are not finite.
pub(crate) fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).filter(|&at| values[at].is_finite()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![f64::NAN; values.len()];
    let mut from = 0;
    while from < order.len() {
        let value = values[order[from]];
        let to = order[from..]
            .iter()
            .position(|&at| values[at] != value)
            .map_or(order.len(), |width| from + width);
        // Ranks from+1 ..= to.
        let mean = 0.5 * (from + 1 + to) as f64;
        for &at in &order[from..to] {
            ranks[at] = mean;
        }
        from = to;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn target_attainment_edges() {
        assert_eq!(target_attainment(0.0, 10.0, false), 100.0);
        assert_eq!(target_attainment(40.0, 10.0, true), 100.0);
        assert!(target_attainment(-1.0, 10.0, true).is_nan());
        assert!(target_attainment(5.0, 0.0, true).is_nan());
        assert!(target_attainment(f64::NAN, 10.0, true).is_nan());
    }

    #[test]
    fn normalisation_without_variation_is_nan() {
        for values in [&[4.0; 3][..], &[4.0], &[f64::NAN; 2]] {
            assert!(min_max(values, true).iter().all(|x| x.is_nan()));
            assert!(z_scores(values, true).iter().all(|x| x.is_nan()));
        }
        assert!(rank_scores(&[4.0], true)[0].is_nan());
        assert_eq!(rank_scores(&[4.0, 4.0], true), [50.0, 50.0]);
    }

    #[test]
    fn normalisation_keeps_missing_values_missing() {
        let values = [1.0, f64::NAN, 3.0];
        for found in [
            min_max(&values, true),
            z_scores(&values, false),
            rank_scores(&values, true),
        ] {
            assert!(found[1].is_nan() && found[0].is_finite() && found[2].is_finite());
        }
    }

    proptest! {
        #[test]
        fn normalisation_orders_units_as_their_values(
            values in prop::collection::vec(-50.0f64..50.0, 2..20), more_is_better in any::<bool>(),
        ) {
            let z = z_scores(&values, more_is_better);
            let n = values.len() as f64;
            prop_assert!(z.iter().sum::<f64>().abs() < 1e-8);
            prop_assert!((z.iter().map(|x| x * x).sum::<f64>() - (n - 1.0)).abs() < 1e-8);
            for found in [min_max(&values, more_is_better), rank_scores(&values, more_is_better)] {
                for i in 0..values.len() {
                    prop_assert!((0.0..=100.0).contains(&found[i]));
                    for j in 0..values.len() {
                        let better = if more_is_better { values[i] > values[j] } else { values[i] < values[j] };
                        prop_assert!(!better || found[i] >= found[j]);
                    }
                }
            }
        }
    }
}
