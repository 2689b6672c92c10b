//! What a set of weights costs: Kish's design effect and the effective sample size.

/// A summary of the positive weights.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct WeightDiagnostics {
    /// Rows with a positive weight.
    pub n: usize,
    /// Σ w.
    pub sum: f64,
    /// Smallest positive weight.
    pub min: f64,
    /// Largest weight.
    pub max: f64,
    /// Coefficient of variation: standard deviation (divisor n) ÷ mean.
    pub cv: f64,
    /// Kish's design effect of unequal weighting, n Σw² / (Σw)² = 1 + cv².
    pub deff_kish: f64,
    /// n ÷ deff.
    pub effective_n: f64,
}

/// Summarises weights; zeros do not count. Without any positive weight the figures are NaN.
///
/// # Source
/// Kish (1992), Weighting for unequal Pᵢ, Journal of Official Statistics 8(2), 183–200.
///
/// ```
/// let summary = analysis::weighting::diagnose(&[1.0, 3.0, 0.0]);
/// assert_eq!((summary.n, summary.deff_kish, summary.effective_n), (2, 1.25, 1.6));
/// ```
pub fn diagnose(weights: &[f64]) -> WeightDiagnostics {
    let positive = || weights.iter().copied().filter(|weight| *weight > 0.0);
    let n = positive().count();
    let sum: f64 = positive().sum();
    let mean = sum / n as f64;
    // Two passes: Σw² − (Σw)²/n would cancel for nearly equal weights.
    let spread: f64 = positive().map(|weight| (weight - mean).powi(2)).sum();
    let cv = (spread / n as f64).sqrt() / mean;
    let deff_kish = 1.0 + cv * cv;
    let or_nan = |value: f64| if n == 0 { f64::NAN } else { value };
    WeightDiagnostics {
        n,
        sum,
        min: or_nan(positive().fold(f64::INFINITY, f64::min)),
        max: or_nan(positive().fold(0.0, f64::max)),
        cv,
        deff_kish,
        effective_n: n as f64 / deff_kish,
    }
}
