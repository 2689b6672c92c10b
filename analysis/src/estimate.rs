//! Estimates with their sampling error.
//!
//! Every estimator gives a [`Linearised`] statistic: its value and, for each row used, the
//! influence of that row. Everything else (standard error, interval, degrees of freedom,
//! design effect, covariances between estimates) follows from those in the same way, here.
//! Each estimator also has a `value`, a function of the weights alone, for replicate weights
//! ([`replicate`](crate::variance::replicate)).

pub mod change;
pub mod chi_square;
pub mod contrast;
pub mod cronbach;
pub mod mean;
pub mod proportion;
pub mod quantile;
pub mod ratio;
pub mod total;
pub mod variance;

use nalgebra::DMatrix;

use crate::design::SurveyDesign;
use crate::interval::{Basis, Method, limits};
use crate::moments::WeightedMoments;
use crate::variance::linearise;

/// An estimate and what is known of its error. NaN stands for "cannot be said".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate; NaN for a mean over no rows.
    pub value: f64,
    /// Standard error.
    pub se: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Design effect, when asked for.
    pub deff: Option<f64>,
    /// Effective sample size, when a design effect is asked for: the rows of a simple random sample with
    /// replacement that would have this variance, n ÷ the design effect against such a sample.
    pub effective_n: Option<f64>,
    /// Rows used: in the domain, with a value and a positive weight.
    pub n: usize,
    /// Σ weights of the rows used.
    pub sum_weights: f64,
}

/// What the design effect compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeffBase {
    /// Simple random sampling without replacement, (1 − n/Σw) S²/n.
    WithoutReplacement,
    /// Simple random sampling with replacement, S²/n.
    WithReplacement,
}

/// Which PSUs and strata are counted for the degrees of freedom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DfRule {
    /// Those of the whole design.
    Design,
    /// Those with rows in the domain.
    Domain,
}

/// What to report beside the value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EstimateOptions {
    /// How limits are set.
    pub interval: Method,
    /// Confidence level, in (0, 1).
    pub level: f64,
    /// How degrees of freedom are counted.
    pub df: DfRule,
    /// The design effect wanted.
    pub deff: Option<DeffBase>,
}

impl Default for EstimateOptions {
    fn default() -> Self {
        Self {
            interval: Method::T,
            level: 0.95,
            df: DfRule::Design,
            deff: None,
        }
    }
}

/// A statistic and its first-order dependence on each row.
///
/// `influence[i]` is zᵢ for row `rows[i]`: to first order the statistic varies like Σ wᵢzᵢ.
/// Rows not listed have influence zero but stay in the design.
#[derive(Debug, Clone, PartialEq)]
pub struct Linearised {
    /// The statistic.
    pub value: f64,
    /// The rows used, ascending.
    pub rows: Vec<u32>,
    /// zᵢ of each row used, without its weight.
    pub influence: Vec<f64>,
    /// Σ weights of the rows used.
    pub sum_weights: f64,
}

impl Linearised {
    /// The weighted influence values wᵢzᵢ of all rows of the design, zeros included:
    /// a column for [`covariance`](crate::variance::linearise::covariance).
    pub fn weighted_column(&self, design: &SurveyDesign) -> Vec<f64> {
        let mut column = vec![0.0; design.rows()];
        for (&row, z) in self.rows.iter().zip(&self.influence) {
            column[row as usize] = design.weights()[row as usize] * z;
        }
        column
    }

    /// The variance under the design; NaN when nothing was observed, or the statistic has no value.
    pub fn variance(&self, design: &SurveyDesign) -> f64 {
        if self.rows.is_empty() || self.value.is_nan() {
            return f64::NAN;
        }
        let weighted: Vec<f64> = self
            .rows
            .iter()
            .zip(&self.influence)
            .map(|(&row, z)| design.weights()[row as usize] * z)
            .collect();
        linearise::variance_of_domain_total(design, &self.rows, &weighted)
    }

    /// The variance that a simple random sample of the same size would have.
    ///
    /// NaN when the weights sum to less than the rows, as then they are not counts of persons.
    ///
    /// # Source
    /// Kish (1965), Survey Sampling, section 8.2; as in R survey: S² is estimated with the weights,
    /// n/(n−1) Σw(z−z̄)²/Σw, and N by Σw.
    pub fn simple_variance(&self, design: &SurveyDesign, base: DeffBase) -> f64 {
        let weights = self.rows.iter().map(|&row| design.weights()[row as usize]);
        let moments = WeightedMoments::of(self.influence.iter().copied().zip(weights));
        let total = self.sum_weights;
        let with_replacement = moments.variance() * total * total / self.rows.len() as f64;
        base.simple_variance(with_replacement, self.rows.len(), total)
    }

    /// Completes the statistic with standard error, interval, df and design effect.
    pub fn estimate(&self, design: &SurveyDesign, options: &EstimateOptions) -> Estimate {
        let df = match options.df {
            DfRule::Design => design.df(),
            DfRule::Domain => design.df_within(&self.rows),
        };
        self.complete(design, options, (self.value, self.variance(design)), df)
    }

    /// The estimate whose value, variance and degrees of freedom are known, by whichever road.
    pub(crate) fn complete(
        &self,
        design: &SurveyDesign,
        options: &EstimateOptions,
        (value, variance): (f64, f64),
        df: f64,
    ) -> Estimate {
        let basis = Basis {
            value,
            se: variance.sqrt(),
            df,
            n: self.rows.len(),
            level: options.level,
        };
        let estimate = Estimate::with_limits(options.interval, basis, self.sum_weights);
        match options.deff {
            None => estimate,
            Some(base) => estimate.with_deff(base, self.simple_variance(design, DeffBase::WithReplacement)),
        }
    }
}

impl Estimate {
    /// An estimate whose limits follow from its standard error, without a design effect.
    pub(crate) fn with_limits(interval: Method, basis: Basis, sum_weights: f64) -> Self {
        let (lower, upper) = limits(interval, basis);
        let Basis { value, se, df, n, .. } = basis;
        Self {
            value,
            se,
            lower,
            upper,
            df,
            deff: None,
            effective_n: None,
            n,
            sum_weights,
        }
    }

    /// Adds the design effect and the effective sample size.
    ///
    /// - `with_replacement`: the variance that a simple random sample of n drawn with replacement would have.
    ///
    /// The effective size is with replacement whatever the design effect compares with: then p(1−p)/variance is
    /// this size, and a small fraction sampled and a large one can be compared.
    pub(crate) fn with_deff(mut self, base: DeffBase, with_replacement: f64) -> Self {
        let variance = self.se * self.se;
        self.deff = Some(variance / base.simple_variance(with_replacement, self.n, self.sum_weights));
        self.effective_n = Some(self.n as f64 * with_replacement / variance);
        self
    }
}

impl DeffBase {
    /// The variance to compare with; NaN when the weights sum to less than the rows, as then they are not counts of
    /// persons.
    fn simple_variance(self, with_replacement: f64, n: usize, sum_weights: f64) -> f64 {
        let n = n as f64;
        match self {
            Self::WithReplacement => with_replacement,
            Self::WithoutReplacement if sum_weights < n => f64::NAN,
            Self::WithoutReplacement => with_replacement * (1.0 - n / sum_weights),
        }
    }
}

/// The joint covariance matrix of several statistics under one design.
pub fn covariance(design: &SurveyDesign, statistics: &[Linearised]) -> DMatrix<f64> {
    let columns: Vec<Vec<f64>> = statistics
        .iter()
        .map(|statistic| statistic.weighted_column(design))
        .collect();
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    linearise::covariance(design, &columns)
}

/// The rows of a domain that have a positive weight and pass `has_value`.
///
/// `domain`: ascending row numbers, or `None` for all rows.
pub(crate) fn rows_used(
    design: &SurveyDesign,
    domain: Option<&[u32]>,
    has_value: impl Fn(usize) -> bool,
) -> Vec<u32> {
    let keep = |row: &u32| design.weights()[*row as usize] > 0.0 && has_value(*row as usize);
    match domain {
        Some(rows) => rows.iter().copied().filter(keep).collect(),
        None => (0..design.rows() as u32).filter(keep).collect(),
    }
}

/// Σ w·t of K terms over the rows of a domain that have a weight; `terms` gives `None` for a
/// row without a value. The loop behind every `value` function.
pub(crate) fn weighted_sums<const K: usize>(
    weights: &[f64],
    domain: Option<&[u32]>,
    terms: impl Fn(usize) -> Option<[f64; K]>,
) -> [f64; K] {
    let mut sums = [0.0; K];
    let mut add = |row: usize| {
        let weight = weights[row];
        // Not `> 0`: a replicate calibrated without bounds can have weights below 0.
        if weight != 0.0
            && let Some(terms) = terms(row)
        {
            for (sum, term) in sums.iter_mut().zip(terms) {
                *sum += weight * term;
            }
        }
    };
    match domain {
        Some(rows) => rows.iter().for_each(|&row| add(row as usize)),
        None => (0..weights.len()).for_each(add),
    }
    sums
}

/// Σ w over rows.
pub(crate) fn sum_weights(design: &SurveyDesign, rows: &[u32]) -> f64 {
    rows.iter().map(|&row| design.weights()[row as usize]).sum()
}

#[cfg(test)]
mod tests;
