//! Combinations of statistics under one design, linear and smooth, and the t-test of a difference.
//!
//! The terms may be of any kind and of any domains: means, totals, ratios, variances, medians. What
//! they have in common (PSUs, strata, rows, calibration) is in their joint influence.

use super::{Linearised, mean, sum_weights};
use crate::design::SurveyDesign;
use crate::interval::{t_quantile, t_tail};

/// The combination Σ cₖθₖ, whose influence is Σ cₖzₖ.
///
/// Domains may share PSUs, strata or rows: their covariance is in the joint influence. The rows
/// used are those of any term.
///
/// # Source
/// R `survey::svycontrast` on `svyby(…, covmat = TRUE)`.
pub fn linear(design: &SurveyDesign, terms: &[(f64, &Linearised)]) -> Linearised {
    let mut pairs: Vec<(u32, f64)> = terms
        .iter()
        .flat_map(|(c, term)| {
            term.rows
                .iter()
                .zip(&term.influence)
                .map(move |(&row, z)| (row, c * z))
        })
        .collect();
    pairs.sort_by_key(|pair| pair.0);
    let (mut rows, mut influence): (Vec<u32>, Vec<f64>) = (Vec::new(), Vec::new());
    for (row, z) in pairs {
        match (rows.last(), influence.last_mut()) {
            (Some(&last), Some(sum)) if last == row => *sum += z,
            _ => {
                rows.push(row);
                influence.push(z);
            }
        }
    }
    // A term over no rows has no value, and then neither has the combination.
    let value = terms.iter().map(|(c, term)| c * term.value).sum();
    let sum_weights = sum_weights(design, &rows);
    Linearised {
        value,
        rows,
        influence,
        sum_weights,
    }
}

/// A smooth function g(θ₁, θ₂, …) of statistics, whose influence is Σ (∂g/∂θₖ) zₖ.
///
/// - `value`: g at the estimates.
/// - `terms`: each statistic with the partial derivative ∂g/∂θₖ there.
///
/// # Source
/// Woodruff (1971), JASA 66(334), 411–414; R `survey::svycontrast` with an expression.
///
/// ```
/// use analysis::design::SurveyDesign;
/// use analysis::estimate::{contrast, mean};
/// let design = SurveyDesign::builder(4).build()?;
/// let reach = mean::linearise(&design, &[1.0, 1.0, 0.0, 1.0], None);
/// let quality = mean::linearise(&design, &[0.5, 1.0, 0.5, 1.0], None);
/// // The product of both: ∂/∂reach = quality, ∂/∂quality = reach.
/// let value = reach.value * quality.value;
/// let product = contrast::smooth(&design, value, &[(quality.value, &reach), (reach.value, &quality)]);
/// assert_eq!(product.value, 0.5625);
/// assert!(product.variance(&design) > 0.0);
/// # Ok::<(), analysis::design::DesignError>(())
/// ```
pub fn smooth(design: &SurveyDesign, value: f64, terms: &[(f64, &Linearised)]) -> Linearised {
    Linearised {
        value,
        ..linear(design, terms)
    }
}

/// The ratio of two statistics, first ÷ second; not finite when the second is 0.
///
/// Two totals of the same rows are better left to [`ratio`](super::ratio), which gives the same figures.
pub fn ratio(design: &SurveyDesign, first: &Linearised, second: &Linearised) -> Linearised {
    let value = first.value / second.value;
    let terms = [(1.0 / second.value, first), (-value / second.value, second)];
    smooth(design, value, &terms)
}

/// The logarithm of the ratio of two statistics, ln(first ÷ second); NaN unless both are positive.
///
/// Its limits, exponentiated, are an interval for the ratio that stays above 0 and does not depend on
/// which of the two comes first.
pub fn log_ratio(design: &SurveyDesign, first: &Linearised, second: &Linearised) -> Linearised {
    let value = match first.value > 0.0 && second.value > 0.0 {
        true => first.value.ln() - second.value.ln(),
        false => f64::NAN,
    };
    let terms = [(1.0 / first.value, first), (-1.0 / second.value, second)];
    smooth(design, value, &terms)
}

/// The difference of two domain means, first minus second.
pub fn difference_of_means(design: &SurveyDesign, y: &[f64], first: &[u32], second: &[u32]) -> Linearised {
    let (a, b) = (
        mean::linearise(design, y, Some(first)),
        mean::linearise(design, y, Some(second)),
    );
    linear(design, &[(1.0, &a), (-1.0, &b)])
}

/// The difference of two domain means alone, for weights that are not those of the design
/// (a replicate's); NaN when a domain has no row with a weight.
pub fn difference_value(weights: &[f64], y: &[f64], first: &[u32], second: &[u32]) -> f64 {
    mean::value(weights, y, Some(first)) - mean::value(weights, y, Some(second))
}

/// A t statistic and its p-value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TTest {
    /// The difference tested.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Difference ÷ standard error.
    pub statistic: f64,
    /// Degrees of freedom: those of the rows used, less one.
    pub df: f64,
    /// Two-sided.
    pub p_value: f64,
}

/// Tests whether a difference, or any other statistic, is 0.
///
/// Given a mean, this is the one-sample test; given the mean of differences within pairs, the paired one.
///
/// # Source
/// R `survey::svyttest`: the slope of a regression on the two groups, with one degree of
/// freedom less than the design has; R takes one off for a single mean too.
pub fn t_test(design: &SurveyDesign, difference: &Linearised) -> TTest {
    let se = difference.variance(design).sqrt();
    TTest::new(difference.value, se, design.df_within(&difference.rows))
}

impl TTest {
    /// The test of an estimate with its standard error, by whichever road.
    ///
    /// - `df`: the degrees of freedom of the rows used; the test has one less.
    pub fn new(estimate: f64, se: f64, df: f64) -> Self {
        let df = df - 1.0;
        let statistic = estimate / se;
        Self {
            estimate,
            se,
            statistic,
            df,
            p_value: 2.0 * t_tail(statistic.abs(), df),
        }
    }

    /// The interval that goes with the test: estimate ± t(df) · se.
    pub fn limits(&self, level: f64) -> (f64, f64) {
        let width = t_quantile(0.5 + level / 2.0, self.df) * self.se;
        (self.estimate - width, self.estimate + width)
    }
}

#[cfg(test)]
mod tests;
