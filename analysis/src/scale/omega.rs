//! McDonald's omega: the reliability of a sum of items that share one factor, without assuming equal loadings.

use nalgebra::DMatrix;

use super::ScaleFault;
use super::covariance::{MissingRule, correlation, item_covariance};

/// Sweeps over the loadings before giving up; ordinary scales need under 200.
const SWEEPS: usize = 20_000;

/// A one-factor model of standardised items, and the reliability it implies.
#[derive(Clone, Debug, PartialEq)]
pub struct Omega {
    /// ω = (Σλ)² / ((Σλ)² + Σψ): the variance of the sum that the model says is the factor's. NaN without a fit.
    pub total: f64,
    /// 1 − Σψ / Σr: the same over the observed variance of the sum, as R's `psych::omega` prints it (ω total).
    pub total_observed: f64,
    /// Loadings λ on the factor, turned so that their sum is not negative.
    pub loadings: Vec<f64>,
    /// Uniquenesses ψ = 1 − λ².
    pub uniquenesses: Vec<f64>,
    /// Root mean square of the residual correlations; above about 0.08 one factor is too few.
    pub residual: f64,
    /// Whether a loading was held at ±1 (a Heywood case): the model does not fit, or n is too small.
    pub heywood: bool,
    /// Rows behind it.
    pub n: usize,
}

/// McDonald's omega of item columns, by one factor extracted with minimum residuals.
///
/// - `items`: at least two columns, NaN where not answered; reversed items turned round beforehand.
///
/// With two items the loadings are not identified and are taken as equal in size. Where an item does not vary or a
/// correlation cannot be said, everything is NaN.
///
/// # Errors
/// [`ScaleFault`] for fewer than two items or columns of different length.
///
/// # Source
/// McDonald (1999), Test Theory: A Unified Treatment, equation 6.20; Harman & Jones (1966), Psychometrika 31,
/// 351–368 for minimum residuals; Harman & Fukuda (1966), Psychometrika 31, 563–571 for the Heywood case.
pub fn mcdonald_omega<C: AsRef<[f64]>>(items: &[C], missing: MissingRule) -> Result<Omega, ScaleFault> {
    let covariance = item_covariance(items, missing)?;
    Ok(Omega::from_correlation(
        &correlation(&covariance.matrix),
        covariance.n,
    ))
}

impl Omega {
    /// Omega from a correlation matrix and the sample size behind it.
    #[must_use]
    pub fn from_correlation(r: &DMatrix<f64>, n: usize) -> Self {
        let k = r.nrows();
        let mut loadings = if k >= 2 && r.is_square() && r.iter().all(|x| x.is_finite()) {
            minimum_residual(r)
        } else {
            vec![f64::NAN; k]
        };
        if loadings.iter().sum::<f64>() < 0.0 {
            for loading in &mut loadings {
                *loading = -*loading;
            }
        }
        let uniquenesses: Vec<f64> = loadings.iter().map(|loading| 1.0 - loading * loading).collect();
        let (common, unique) = (
            loadings.iter().sum::<f64>().powi(2),
            uniquenesses.iter().sum::<f64>(),
        );
        let mut squares = 0.0;
        for i in 0..k {
            for j in 0..i {
                squares += (r[(i, j)] - loadings[i] * loadings[j]).powi(2);
            }
        }
        Self {
            total: common / (common + unique),
            total_observed: 1.0 - unique / r.iter().sum::<f64>(),
            residual: (squares / (k * k.saturating_sub(1) / 2) as f64).sqrt(),
            heywood: loadings.iter().any(|loading| loading.abs() >= 1.0),
            loadings,
            uniquenesses,
            n,
        }
    }
}

/// Loadings that minimise Σᵢ﹤ⱼ (rᵢⱼ − λᵢλⱼ)², each within ±1.
///
/// Given the others, the best loading is Σⱼ rᵢⱼλⱼ / Σⱼ λⱼ² over j ≠ i, cut off at ±1: the objective is a parabola in
/// each loading, so no sweep can raise it.
fn minimum_residual(r: &DMatrix<f64>) -> Vec<f64> {
    let k = r.nrows();
    let mut loadings = start(r);
    for _ in 0..SWEEPS {
        let mut largest_step = 0.0_f64;
        for i in 0..k {
            let (mut product, mut square) = (0.0, 0.0);
            for j in (0..k).filter(|&j| j != i) {
                product += r[(i, j)] * loadings[j];
                square += loadings[j] * loadings[j];
            }
            let best = if square > 0.0 {
                (product / square).clamp(-1.0, 1.0)
            } else {
                0.0
            };
            largest_step = largest_step.max((best - loadings[i]).abs());
            loadings[i] = best;
        }
        if largest_step < 1e-14 {
            break;
        }
    }
    loadings
}

/// The first principal axis by power iteration, scaled to correlations of the items with it.
fn start(r: &DMatrix<f64>) -> Vec<f64> {
    let k = r.nrows();
    // Items that correlate negatively with the first enter with the other sign.
    let mut axis: Vec<f64> = (0..k).map(|i| if r[(0, i)] < 0.0 { -1.0 } else { 1.0 }).collect();
    let mut eigenvalue = 0.0;
    for _ in 0..50 {
        let next: Vec<f64> = (0..k)
            .map(|i| (0..k).map(|j| r[(i, j)] * axis[j]).sum())
            .collect();
        let length = next.iter().map(|x| x * x).sum::<f64>().sqrt();
        if length == 0.0 {
            break;
        }
        eigenvalue = length / axis.iter().map(|x| x * x).sum::<f64>().sqrt();
        axis = next.iter().map(|x| x / length).collect();
    }
    // Without the diagonal's own share, so that uncorrelated items start near 0.
    let scale = (eigenvalue - 1.0).max(0.0).sqrt();
    let length = axis.iter().map(|x| x * x).sum::<f64>().sqrt();
    axis.iter()
        .map(|x| (x / length * scale * (k as f64 / (k as f64 - 1.0)).sqrt()).clamp(-1.0, 1.0))
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Covariances of six ability tests of 112 persons, R's `datasets::ability.cov` (public domain).
    #[rustfmt::skip]
    pub(in crate::scale) fn ability() -> DMatrix<f64> {
        DMatrix::from_row_slice(6, 6, &[
            24.641, 5.991, 33.520, 6.023, 20.755, 29.701,
            5.991, 6.700, 18.137, 1.782, 4.936, 7.204,
            33.520, 18.137, 149.831, 19.424, 31.430, 50.753,
            6.023, 1.782, 19.424, 12.711, 4.757, 9.075,
            20.755, 4.936, 31.430, 4.757, 52.604, 66.762,
            29.701, 7.204, 50.753, 9.075, 66.762, 135.292,
        ])
    }

    /// R psych 2.2.9: `f <- fa(cov2cor(ability.cov$cov), nfactors = 1, n.obs = 112)` (minres): `f$loadings`,
    /// `1 - sum(f$uniquenesses) / sum(R)` and `sum(l)^2 / (sum(l)^2 + sum(f$uniquenesses))`. psych stops its iteration
    /// at about 4e-7; an optimisation to 1e-16 by `optim` gives the loadings of the second row.
    #[test]
    fn omega_and_loadings_match_psych() {
        let found = Omega::from_correlation(&correlation(&ability()), 112);
        let psych = [
            0.802293060190020,
            0.526473114231906,
            0.683277429832210,
            0.402825452617611,
            0.721441074164494,
            0.696140227960278,
        ];
        let exact = [
            0.802292687025987,
            0.526473268511373,
            0.683278003154851,
            0.402825574376173,
            0.721440817074879,
            0.696140016732000,
        ];
        for (at, loading) in found.loadings.iter().enumerate() {
            assert!((loading - psych[at]).abs() < 1e-6);
            assert!((loading - exact[at]).abs() < 2e-8, "{loading} {}", exact[at]);
        }
        assert!((found.total - 0.810014750425277).abs() < 1e-6);
        assert!((found.total_observed - 0.810021844674878).abs() < 1e-6);
        assert!(!found.heywood);
    }

    #[test]
    fn omega_of_a_perfect_factor_finds_its_loadings() {
        let truth = [0.9, -0.6, 0.3, 0.75];
        let r = DMatrix::from_fn(4, 4, |i, j| if i == j { 1.0 } else { truth[i] * truth[j] });
        let found = Omega::from_correlation(&r, 100);
        for (loading, expected) in found.loadings.iter().zip(truth) {
            assert!((loading - expected).abs() < 1e-10);
        }
        assert!(found.residual < 1e-10);
    }

    #[test]
    fn omega_of_equal_correlations_is_standardised_alpha() {
        let r = DMatrix::from_fn(5, 5, |i, j| if i == j { 1.0 } else { 0.4 });
        let found = Omega::from_correlation(&r, 50);
        let alpha = 5.0 * 0.4 / (1.0 + 4.0 * 0.4);
        assert!((found.total - alpha).abs() < 1e-10 && (found.total_observed - alpha).abs() < 1e-10);
    }

    #[test]
    fn omega_of_two_items_is_spearman_brown() {
        let r = DMatrix::from_row_slice(2, 2, &[1.0, 0.5, 0.5, 1.0]);
        assert!((Omega::from_correlation(&r, 50).total - 2.0 * 0.5 / 1.5).abs() < 1e-10);
    }

    #[test]
    fn omega_heywood_case_is_held_at_one_and_said() {
        // R psych 2.2.9: `fa(x, nfactors = 1)` of these eight rows gives a first loading of 1.014.
        let items = [
            [3.0, 2.0, 5.0, 1.0, 4.0, 3.0, 5.0, 2.0],
            [4.0, 2.0, 4.0, 2.0, 4.0, 3.0, 5.0, 1.0],
            [3.0, 3.0, 5.0, 1.0, 3.0, 4.0, 4.0, 2.0],
            [4.0, 2.0, 5.0, 1.0, 5.0, 3.0, 4.0, 3.0],
        ];
        let found = mcdonald_omega(&items, MissingRule::Listwise).expect("even columns");
        assert!(found.heywood && found.loadings[0] == 1.0 && found.uniquenesses[0] == 0.0);
        assert!(found.total > 0.9 && found.total <= 1.0);
    }

    #[test]
    fn omega_without_variation_or_rows_is_nan() {
        for items in [vec![vec![2.0; 4]; 3], vec![vec![]; 3], vec![vec![f64::NAN; 4]; 3]] {
            let found = mcdonald_omega(&items, MissingRule::Pairwise).expect("even columns");
            assert!(found.total.is_nan() && !found.heywood);
        }
    }

    #[test]
    fn omega_of_uncorrelated_items_is_zero() {
        assert_eq!(Omega::from_correlation(&DMatrix::identity(3, 3), 50).total, 0.0);
    }

    /// At the minimum no loading can be moved to lower the sum of squared residuals.
    #[test]
    fn omega_loadings_are_a_minimum() {
        let r = correlation(&ability());
        let objective = |l: &[f64]| -> f64 {
            (0..6)
                .flat_map(|i| (0..i).map(move |j| (i, j)))
                .map(|(i, j)| (r[(i, j)] - l[i] * l[j]).powi(2))
                .sum()
        };
        let loadings = minimum_residual(&r);
        let least = objective(&loadings);
        for i in 0..6 {
            for step in [-1e-4, 1e-4] {
                let mut moved = loadings.clone();
                moved[i] += step;
                assert!(objective(&moved) > least);
            }
        }
    }
}
