//! Cronbach's alpha: how consistently several items measure one thing.

use nalgebra::DMatrix;

use super::ScaleFault;
use super::covariance::{MissingRule, correlation, item_covariance};
use crate::interval::f_quantile;

/// Cronbach's alpha of a scale. NaN where nothing varies or fewer than two rows are complete.
#[derive(Clone, Debug, PartialEq)]
pub struct CronbachAlpha {
    /// Raw alpha, from covariances.
    pub raw: f64,
    /// Standardised alpha, from correlations: what the scale would have if all items had the same variance.
    pub standardised: f64,
    /// Mean correlation between items.
    pub mean_correlation: f64,
    /// Lower limit of raw alpha.
    pub lower: f64,
    /// Upper limit of raw alpha.
    pub upper: f64,
    /// Rows behind it.
    pub n: usize,
    /// Per item.
    pub items: Vec<ItemReliability>,
}

/// An item beside the rest of its scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ItemReliability {
    /// Raw alpha of the other items; higher than the scale's means that the item does not fit. NaN for scales of two.
    pub alpha_if_dropped: f64,
    /// Standardised alpha of the other items.
    pub standardised_if_dropped: f64,
    /// Correlation of the item with the sum of the others; negative means it is probably worded the other way round.
    pub item_rest_correlation: f64,
}

/// Cronbach's alpha of item columns, with limits at `level`.
///
/// - `items`: at least two columns, NaN where not answered. Reversed items must be turned round beforehand.
///
/// The limits are Feldt's: exact for normal, parallel items drawn as a simple random sample; for a weighted or
/// clustered sample give [`CronbachAlpha::from_covariance`] the weighted covariances and the effective sample size.
/// Pairwise, n counts every row with any answer, which is a little bold.
///
/// # Errors
/// [`ScaleFault`] for fewer than two items or columns of different length.
///
/// # Source
/// Cronbach (1951), Psychometrika 16, 297–334; Feldt, Woodruff & Salih (1987), Applied Psychological Measurement 11,
/// 93–103, equation 17: (1 − α)/(1 − α̂) ~ F(n − 1, (n − 1)(k − 1)).
///
/// ```
/// use analysis::scale::{alpha::cronbach_alpha, covariance::MissingRule};
/// let items = [[3.0, 2.0, 5.0, 1.0], [4.0, 2.0, 4.0, 2.0], [3.0, 3.0, 5.0, 1.0]];
/// let alpha = cronbach_alpha(&items, MissingRule::Listwise, 0.95)?;
/// assert!(alpha.lower < alpha.raw && alpha.raw < alpha.upper && alpha.n == 4);
/// # Ok::<(), analysis::scale::ScaleFault>(())
/// ```
pub fn cronbach_alpha<C: AsRef<[f64]>>(
    items: &[C],
    missing: MissingRule,
    level: f64,
) -> Result<CronbachAlpha, ScaleFault> {
    let covariance = item_covariance(items, missing)?;
    Ok(CronbachAlpha::from_covariance(
        &covariance.matrix,
        covariance.n,
        level,
    ))
}

impl CronbachAlpha {
    /// Alpha from a covariance matrix of k items and the sample size behind it.
    #[must_use]
    pub fn from_covariance(covariance: &DMatrix<f64>, n: usize, level: f64) -> Self {
        let k = covariance.nrows();
        let all: Vec<usize> = (0..k).collect();
        let correlations = correlation(covariance);
        let raw = alpha_of(covariance, &all);
        let df = n as f64 - 1.0;
        let df_error = df * (k as f64 - 1.0);
        let limit = |p: f64| 1.0 - (1.0 - raw) * f_quantile(p, df, df_error);
        let items = (0..k)
            .map(|item| {
                let rest: Vec<usize> = (0..k).filter(|&other| other != item).collect();
                let with_rest: f64 = rest.iter().map(|&other| covariance[(item, other)]).sum();
                let scale = covariance[(item, item)] * sum_over(covariance, &rest);
                ItemReliability {
                    alpha_if_dropped: alpha_of(covariance, &rest),
                    standardised_if_dropped: alpha_of(&correlations, &rest),
                    item_rest_correlation: if scale > 0.0 {
                        with_rest / scale.sqrt()
                    } else {
                        f64::NAN
                    },
                }
            })
            .collect();
        let pairs = (k * k.saturating_sub(1)) as f64;
        Self {
            raw,
            standardised: alpha_of(&correlations, &all),
            mean_correlation: (sum_over(&correlations, &all) - k as f64) / pairs,
            lower: limit(0.5 + level / 2.0),
            upper: limit(0.5 - level / 2.0),
            n,
            items,
        }
    }
}

fn sum_over(matrix: &DMatrix<f64>, items: &[usize]) -> f64 {
    items
        .iter()
        .flat_map(|&i| items.iter().map(move |&j| matrix[(i, j)]))
        .sum()
}

/// k/(k − 1) · (1 − Σ variances / variance of the sum); NaN for fewer than two items.
fn alpha_of(matrix: &DMatrix<f64>, items: &[usize]) -> f64 {
    let k = items.len() as f64;
    let (trace, total) = (
        items.iter().map(|&i| matrix[(i, i)]).sum::<f64>(),
        sum_over(matrix, items),
    );
    if items.len() < 2 || total <= 0.0 {
        return f64::NAN;
    }
    k / (k - 1.0) * (1.0 - trace / total)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn alpha(items: &[Vec<f64>]) -> CronbachAlpha {
        cronbach_alpha(items, MissingRule::Listwise, 0.95).expect("even columns")
    }

    #[test]
    fn cronbach_alpha_of_equal_items_is_one() {
        let found = alpha(&vec![vec![1.0, 4.0, 2.0, 5.0]; 3]);
        assert!((found.raw - 1.0).abs() < 1e-12 && (found.standardised - 1.0).abs() < 1e-12);
        assert!((found.items[0].item_rest_correlation - 1.0).abs() < 1e-12);
    }

    #[test]
    fn cronbach_alpha_of_two_items_has_no_alpha_if_dropped() {
        let found = alpha(&[vec![1.0, 4.0, 2.0], vec![2.0, 4.0, 3.0]]);
        assert!(found.raw > 0.0 && found.items[0].alpha_if_dropped.is_nan());
    }

    #[test]
    fn cronbach_alpha_edges_are_nan_or_refused() {
        assert!(alpha(&vec![vec![2.0; 4]; 3]).raw.is_nan(), "no variation");
        assert!(alpha(&vec![vec![f64::NAN; 4]; 3]).raw.is_nan(), "all missing");
        assert!(alpha(&vec![vec![]; 3]).lower.is_nan(), "no rows");
        assert!(alpha(&vec![vec![1.0]; 3]).raw.is_nan(), "one row");
        let one = cronbach_alpha(&[[1.0, 2.0]], MissingRule::Pairwise, 0.95);
        assert_eq!(one, Err(ScaleFault::TooFewItems { least: 2, found: 1 }));
    }

    #[test]
    fn cronbach_alpha_of_an_item_worded_the_other_way_warns_by_its_rest_correlation() {
        let found = alpha(&[
            vec![1.0, 4.0, 2.0, 5.0],
            vec![1.0, 5.0, 2.0, 4.0],
            vec![5.0, 1.0, 4.0, 2.0],
        ]);
        assert!(found.items[2].item_rest_correlation < 0.0);
        assert!(found.items[2].alpha_if_dropped > found.raw);
    }

    /// R psych 2.2.9: `alpha(ability.cov$cov, n.obs = 112)`.
    #[test]
    fn cronbach_alpha_from_a_covariance_matrix_matches_psych() {
        let found = CronbachAlpha::from_covariance(&super::super::omega::tests::ability(), 112, 0.95);
        assert!((found.raw - 0.742906915140395).abs() < 1e-12);
        assert!((found.standardised - 0.80294000741347).abs() < 1e-12);
        assert!((found.mean_correlation - 0.404442664788742).abs() < 1e-12);
        let dropped = [
            (0.681785204249177, 0.739170508205131),
            (0.740093030944698, 0.792636522134469),
            (0.718905700468933, 0.752938910876599),
            (0.741611622068972, 0.815085735811475),
            (0.655731193899436, 0.761556165523392),
            (0.679425070880023, 0.765223624575925),
        ];
        for (item, (raw, standardised)) in found.items.iter().zip(dropped) {
            assert!((item.alpha_if_dropped - raw).abs() < 1e-12);
            assert!((item.standardised_if_dropped - standardised).abs() < 1e-12);
        }
    }

    proptest! {
        /// Alpha is ICC(3,k) of persons by items: another road to value and limits.
        #[test]
        fn cronbach_alpha_is_the_consistency_of_the_mean_of_raters(
            rows in prop::collection::vec(prop::collection::vec(0.0f64..10.0, 4), 3..20),
        ) {
            use crate::agreement::Ratings;
            use crate::agreement::icc::{IccModel, IccOf, icc};
            let columns: Vec<Vec<f64>> = (0..4).map(|item| rows.iter().map(|row| row[item]).collect()).collect();
            let found = alpha(&columns);
            let other = icc(&Ratings::by_unit(&rows).expect("even"), IccModel::TwoWayMixed, IccOf::Mean, 0.95);
            let scale = found.raw.abs().max(1.0);
            prop_assert!((found.raw - other.value).abs() < 1e-8 * scale);
            prop_assert!((found.lower - other.lower).abs() < 1e-7 * found.lower.abs().max(1.0));
            prop_assert!((found.upper - other.upper).abs() < 1e-7 * scale);
        }
    }
}
