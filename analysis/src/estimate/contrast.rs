//! Linear combinations of statistics under one design, and the t-test of a difference.

use super::{Linearised, mean, sum_weights};
use crate::design::SurveyDesign;
use crate::interval::t_tail;

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
    /// Difference ÷ standard error.
    pub statistic: f64,
    /// Degrees of freedom: those of the rows used, less one.
    pub df: f64,
    /// Two-sided.
    pub p_value: f64,
}

/// Tests whether a difference is 0.
///
/// # Source
/// R `survey::svyttest`: the slope of a regression on the two groups, with one degree of
/// freedom less than the design has.
pub fn t_test(design: &SurveyDesign, difference: &Linearised) -> TTest {
    let se = difference.variance(design).sqrt();
    TTest::new(difference.value, se, design.df_within(&difference.rows))
}

impl TTest {
    /// The test of an estimate with its standard error, by linearisation or replicates.
    ///
    /// - `df`: the degrees of freedom of the rows used; the test has one less.
    pub fn new(estimate: f64, se: f64, df: f64) -> Self {
        let df = df - 1.0;
        let statistic = estimate / se;
        Self {
            estimate,
            statistic,
            df,
            p_value: 2.0 * t_tail(statistic.abs(), df),
        }
    }
}
