//! What the replicates of some statistics say of their error.

use nalgebra::DMatrix;

use super::ReplicateDesign;
use crate::estimate::contrast::TTest;
use crate::estimate::{DfRule, Estimate, EstimateOptions, Linearised};
use crate::interval::{Method, ProportionMethod, t_quantile};

/// Statistics computed with the full-sample weights and with every replicate's.
///
/// A replicate in which a statistic has no value (NaN: a domain whose only PSU is left out) is left out of its
/// variance, as in R; [`discarded`](Self::discarded) says how many were. Without any the variance is NaN.
#[derive(Debug, Clone)]
pub struct Replicated<'a> {
    design: &'a ReplicateDesign,
    values: Vec<f64>,
    /// One replicate after the other.
    replicates: Vec<f64>,
}

impl<'a> Replicated<'a> {
    pub(super) fn new(design: &'a ReplicateDesign, values: Vec<f64>, replicates: Vec<f64>) -> Self {
        Self {
            design,
            values,
            replicates,
        }
    }

    /// The full-sample values.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The value of one statistic in every replicate.
    pub fn replicates_of(&self, index: usize) -> impl Iterator<Item = f64> + '_ {
        let width = self.values.len().max(1);
        self.replicates
            .chunks_exact(width)
            .filter_map(move |row| row.get(index).copied())
    }

    /// Replicates in which a statistic has no value.
    pub fn discarded(&self, index: usize) -> usize {
        self.replicates_of(index).filter(|value| value.is_nan()).count()
    }

    /// The variance of one statistic.
    pub fn variance(&self, index: usize) -> f64 {
        let replicates: Vec<f64> = self.replicates_of(index).collect();
        self.product(
            (self.values[index], &replicates),
            (self.values[index], &replicates),
        )
    }

    /// The standard error of one statistic.
    pub fn se(&self, index: usize) -> f64 {
        self.variance(index).sqrt()
    }

    /// The standard errors of all statistics.
    pub fn standard_errors(&self) -> Vec<f64> {
        (0..self.values.len()).map(|index| self.se(index)).collect()
    }

    /// The covariance matrix of all statistics; each entry uses the replicates in which both have a value.
    pub fn covariance(&self) -> DMatrix<f64> {
        let columns: Vec<Vec<f64>> = (0..self.values.len())
            .map(|index| self.replicates_of(index).collect())
            .collect();
        let mut matrix = DMatrix::zeros(columns.len(), columns.len());
        for i in 0..columns.len() {
            for j in 0..=i {
                let entry = self.product((self.values[i], &columns[i]), (self.values[j], &columns[j]));
                matrix[(i, j)] = entry;
                matrix[(j, i)] = entry;
            }
        }
        matrix
    }

    /// Degrees of freedom of the design.
    pub fn df(&self) -> f64 {
        self.design.df()
    }

    /// One statistic as an estimate with limits, df and design effect.
    ///
    /// - `full`: the statistic linearised over the replicates' [`design`](ReplicateDesign::design): the rows
    ///   used and what the design effect compares with.
    ///
    /// The limits of [`Method`] follow from the standard error as they do for a linearised one, but for the
    /// logit of a proportion: it is replicated on its own scale, as R's `svyciprop` does, unless a replicate
    /// is 0 or 1.
    pub fn estimate(&self, index: usize, full: &Linearised, options: &EstimateOptions) -> Estimate {
        let design = self.design;
        let df = match options.df {
            DfRule::Design => design.df(),
            DfRule::Domain => design.df_within(&full.rows),
        };
        let variance = match full.rows.is_empty() {
            true => f64::NAN,
            false => self.variance(index),
        };
        let mut estimate = full.complete(&design.design, options, (self.values[index], variance), df);
        if options.interval == Method::Proportion(ProportionMethod::Logit)
            && let Some((lower, upper)) = self.logit_limits(index, df, options.level)
        {
            (estimate.lower, estimate.upper) = (lower, upper);
        }
        estimate
    }

    /// Tests whether one statistic, a difference, is 0.
    ///
    /// - `full`: the difference linearised, as for [`estimate`](Self::estimate); its rows' degrees of freedom
    ///   less one are those of the test.
    ///
    /// # Source
    /// R `survey::svyttest` of an `svyrep.design`.
    pub fn t_test(&self, index: usize, full: &Linearised) -> TTest {
        let df = self.design.df_within(&full.rows);
        TTest::new(self.values[index], self.se(index), df)
    }

    fn logit_limits(&self, index: usize, df: f64, level: f64) -> Option<(f64, f64)> {
        let logit = |p: f64| (p / (1.0 - p)).ln();
        let expit = |x: f64| 1.0 / (1.0 + (-x).exp());
        let centre = logit(self.values[index]);
        let replicates: Vec<f64> = self.replicates_of(index).map(logit).collect();
        let se = self.product((centre, &replicates), (centre, &replicates)).sqrt();
        let width = t_quantile(0.5 + level / 2.0, df) * se;
        // No error at all is for `complete` to say, exactly.
        (centre.is_finite() && width.is_finite() && width > 0.0)
            .then(|| (expit(centre - width), expit(centre + width)))
    }

    /// scale · Σ rscaleᵣ (aᵣ−ā)(bᵣ−b̄), each of `a` and `b` a full-sample value and its replicates.
    fn product(&self, a: (f64, &[f64]), b: (f64, &[f64])) -> f64 {
        let ReplicateDesign {
            scale, rscales, mse, ..
        } = self.design;
        // As in R, a replicate of scale 0 does not count for the mean either.
        let used = || {
            rscales
                .iter()
                .zip(a.1.iter().zip(b.1))
                .filter(|(rscale, (a, b))| **rscale > 0.0 && !a.is_nan() && !b.is_nan())
        };
        let count = used().count() as f64;
        if a.0.is_nan() || b.0.is_nan() || (count == 0.0 && rscales.iter().any(|rscale| *rscale > 0.0)) {
            return f64::NAN;
        }
        let centres = match mse {
            true => (a.0, b.0),
            false => {
                let sums = used().fold((0.0, 0.0), |sum, (_, (a, b))| (sum.0 + a, sum.1 + b));
                (sums.0 / count, sums.1 / count)
            }
        };
        let sum: f64 = used()
            .map(|(rscale, (a, b))| rscale * (a - centres.0) * (b - centres.1))
            .sum();
        scale * sum
    }
}
