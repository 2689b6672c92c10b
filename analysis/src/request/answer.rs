//! What is answered: the JSON of `minyi estimate`. Figures that cannot be said are null.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;

use crate::estimate::Estimate;
use crate::weighting::WeightDiagnostics;

/// The whole answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// One line per estimate, domain and level, in the order of the request.
    pub estimates: Vec<EstimateLine>,
    /// One line per test.
    pub tests: Vec<TestLine>,
    /// The weights that the estimates used.
    pub weights: WeightsLine,
}

/// One estimate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EstimateLine {
    /// The statistic's name.
    pub stat: &'static str,
    /// The variable.
    pub of: String,
    /// The level of a proportion or of a total of a text column.
    pub level: Option<Value>,
    /// The domain's value of each `by` column, as in the file.
    pub domain: IndexMap<String, Value>,
    /// The probability of a quantile.
    pub probability: Option<f64>,
    /// The estimate.
    pub estimate: f64,
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
    /// Rows used.
    pub n: usize,
    /// Σ weights of the rows used.
    pub sum_weights: f64,
    /// Effective sample size, when the design effect is asked for.
    pub effective_n: Option<f64>,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestLine {
    /// The statistic's name.
    pub stat: &'static str,
    /// Its value.
    pub statistic: f64,
    /// Degrees of freedom of the numerator.
    pub ndf: f64,
    /// Degrees of freedom of the denominator.
    pub ddf: f64,
    /// The p-value.
    pub p_value: f64,
    /// The estimate tested, if any.
    pub estimate: Option<f64>,
}

/// The weights in a few figures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WeightsLine {
    /// Rows with a positive weight.
    pub n: usize,
    /// Σ w.
    pub sum: f64,
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// Coefficient of variation.
    pub cv: f64,
    /// Kish's design effect.
    pub deff_kish: f64,
}

impl EstimateLine {
    /// A line for an estimate.
    pub(super) fn new(
        stat: &'static str,
        of: &str,
        level: Option<Value>,
        domain: IndexMap<String, Value>,
        estimate: Estimate,
    ) -> Self {
        let Estimate {
            value,
            se,
            lower,
            upper,
            df,
            deff,
            effective_n,
            n,
            sum_weights,
        } = estimate;
        let of = of.to_owned();
        Self {
            stat,
            of,
            level,
            domain,
            probability: None,
            estimate: value,
            se,
            lower,
            upper,
            df,
            deff,
            n,
            sum_weights,
            effective_n,
        }
    }
}

impl WeightsLine {
    /// The figures of a set of weights.
    pub(super) fn of(weights: &[f64]) -> Self {
        Self::from(crate::weighting::diagnose(weights))
    }
}

impl From<WeightDiagnostics> for WeightsLine {
    fn from(summary: WeightDiagnostics) -> Self {
        Self {
            n: summary.n,
            sum: summary.sum,
            min: summary.min,
            max: summary.max,
            cv: summary.cv,
            deff_kish: summary.deff_kish,
        }
    }
}
