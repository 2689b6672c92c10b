//! Trimming: weights brought within bounds, and their sum kept.
//!
//! A few extreme weights cost more precision than the bias that trimming brings. What is cut
//! off (or added) is shared equally by the weights that were within the bounds.

use thiserror::Error;

use super::{WeightingError, check_weights};

/// What the bounds are multiples of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TrimScale {
    /// They are weights themselves.
    #[default]
    Absolute,
    /// Multiples of the median of the positive weights.
    Median,
    /// Multiples of the mean of the positive weights.
    Mean,
}

impl TrimScale {
    /// The scale of this name in a request, if any.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "absolute" => Self::Absolute,
            "median" => Self::Median,
            "mean" => Self::Mean,
            _ => return None,
        })
    }
}

/// How weights are trimmed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrimOptions {
    /// Lower bound, −∞ for none.
    pub lower: f64,
    /// Upper bound, ∞ for none.
    pub upper: f64,
    /// What the bounds are multiples of.
    pub scale: TrimScale,
    /// Repeats until no weight is outside; otherwise the sharing may push some out again.
    pub strict: bool,
}

impl Default for TrimOptions {
    fn default() -> Self {
        Self {
            lower: f64::NEG_INFINITY,
            upper: f64::INFINITY,
            scale: TrimScale::Absolute,
            strict: false,
        }
    }
}

/// What trimming did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrimReport {
    /// The lower bound as a weight.
    pub lower: f64,
    /// The upper bound as a weight.
    pub upper: f64,
    /// Weights that were below the lower bound at the start.
    pub below: usize,
    /// Weights that were above the upper bound at the start.
    pub above: usize,
    /// Rounds of cutting and sharing.
    pub passes: usize,
}

/// Why weights could not be trimmed. Rows count from 0.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TrimError {
    /// Bounds that are not numbers, or in the wrong order.
    #[error("the bounds {lower} and {upper} are not a range of weights")]
    Bounds {
        /// Lower bound.
        lower: f64,
        /// Upper bound.
        upper: f64,
    },
    /// Bounds that no weights of this sum can keep.
    #[error(
        "{n} weights within {lower} and {upper} sum to {lowest} to {highest}, but these sum to {sum}; widen the bounds"
    )]
    SumOutside {
        /// Positive weights.
        n: usize,
        /// Lower bound.
        lower: f64,
        /// Upper bound.
        upper: f64,
        /// n times the lower bound.
        lowest: f64,
        /// n times the upper bound.
        highest: f64,
        /// The sum of the weights.
        sum: f64,
    },
    /// Every weight is outside the bounds, so that none can take what is cut off.
    #[error(
        "no weight is within {lower} and {upper}, so none can take the trimmed {excess}; widen the bounds"
    )]
    NoRecipient {
        /// Lower bound.
        lower: f64,
        /// Upper bound.
        upper: f64,
        /// The sum to be shared out (negative when weights were raised).
        excess: f64,
    },
    /// Raising the small weights took more from a weight than it had.
    #[error(
        "row {row}: raising the small weights would leave a weight of {weight}; trim strictly, or lower the lower bound"
    )]
    Overdrawn {
        /// Which row.
        row: usize,
        /// What would be left.
        weight: f64,
    },
    /// Strict trimming that does not come to an end.
    #[error("weights were still outside {lower} and {upper} after {passes} passes; widen the bounds")]
    NoConvergence {
        /// Lower bound.
        lower: f64,
        /// Upper bound.
        upper: f64,
        /// Passes made.
        passes: usize,
    },
}

/// Brings weights within bounds; their sum is kept.
///
/// - `weights`: one per row, finite, ≥ 0; rows of weight 0 are left alone.
///
/// Weights outside are set to the bound; the sum so cut off is added in equal parts to the weights that
/// were within. A weight at a bound counts as within, so that it may leave it again; with `strict`
/// this is repeated until none does. Use it on a design with
/// [`SurveyDesign::with_weights`](crate::design::SurveyDesign::with_weights): calibrations made before
/// keep their residuals, and the totals they met hold only roughly.
///
/// # Errors
/// [`TrimError`] when the bounds leave no room for the sum, or no weight can take the excess.
///
/// # Source
/// Potter (1990), Proceedings of the Survey Research Methods Section, ASA, 225–230; the rule of R
/// `survey::trimWeights`.
///
/// ```
/// use analysis::weighting::{TrimOptions, trim};
/// let options = TrimOptions { lower: 2.0, upper: 6.0, ..TrimOptions::default() };
/// let (weights, report) = trim(&[1.0, 3.0, 4.0, 12.0, 0.0], options)?;
/// // 6 cut off, 1 added, 5 shared by two
/// assert_eq!(weights, [2.0, 5.5, 6.5, 6.0, 0.0]);
/// assert_eq!((report.below, report.above, report.passes), (1, 1, 1));
/// # Ok::<(), analysis::weighting::WeightingError>(())
/// ```
pub fn trim(weights: &[f64], options: TrimOptions) -> Result<(Vec<f64>, TrimReport), WeightingError> {
    check_weights(weights)?;
    Ok(trim_within(weights, options)?)
}

fn trim_within(weights: &[f64], options: TrimOptions) -> Result<(Vec<f64>, TrimReport), TrimError> {
    /// Each pass settles at least one weight in practice; far fewer are needed.
    const MAX_PASSES: usize = 10_000;
    /// Of the sum: sharing out less moves weights at a bound out of it and back, pass after pass.
    const ROUNDING: f64 = 1e-14;
    let positive: Vec<usize> = (0..weights.len()).filter(|&row| weights[row] > 0.0).collect();
    let (lower, upper) = absolute_bounds(weights, &positive, options)?;
    let outside = |weight: f64| weight < lower || weight > upper;
    let mut report = TrimReport {
        lower,
        upper,
        below: positive.iter().filter(|&&row| weights[row] < lower).count(),
        above: positive.iter().filter(|&&row| weights[row] > upper).count(),
        passes: 0,
    };
    if options.strict {
        has_room(weights, &positive, (lower, upper))?;
    }
    let sum: f64 = positive.iter().map(|&row| weights[row]).sum();
    let mut trimmed = weights.to_vec();
    while positive.iter().any(|&row| outside(trimmed[row])) {
        if report.passes == MAX_PASSES {
            return Err(TrimError::NoConvergence {
                lower,
                upper,
                passes: MAX_PASSES,
            });
        }
        let (mut excess, mut recipients) = (0.0, Vec::new());
        for &row in &positive {
            let weight = trimmed[row];
            if outside(weight) {
                trimmed[row] = weight.clamp(lower, upper);
                excess += weight - trimmed[row];
            } else {
                recipients.push(row);
            }
        }
        if options.strict && excess.abs() <= ROUNDING * sum {
            break;
        }
        if recipients.is_empty() {
            return Err(TrimError::NoRecipient { lower, upper, excess });
        }
        let share = excess / recipients.len() as f64;
        recipients.iter().for_each(|&row| trimmed[row] += share);
        report.passes += 1;
        if !options.strict {
            break;
        }
    }
    match positive.iter().find(|&&row| trimmed[row] < 0.0) {
        Some(&row) => Err(TrimError::Overdrawn {
            row,
            weight: trimmed[row],
        }),
        None => Ok((trimmed, report)),
    }
}

/// The bounds as weights.
fn absolute_bounds(
    weights: &[f64],
    positive: &[usize],
    options: TrimOptions,
) -> Result<(f64, f64), TrimError> {
    let unit = match options.scale {
        TrimScale::Absolute => 1.0,
        _ if positive.is_empty() => 1.0,
        TrimScale::Mean => positive.iter().map(|&row| weights[row]).sum::<f64>() / positive.len() as f64,
        TrimScale::Median => {
            let mut sorted: Vec<f64> = positive.iter().map(|&row| weights[row]).collect();
            sorted.sort_by(f64::total_cmp);
            let middle = sorted.len() / 2;
            if sorted.len() % 2 == 1 {
                sorted[middle]
            } else {
                (sorted[middle - 1] + sorted[middle]) / 2.0
            }
        }
    };
    // NaN fails every comparison; an upper bound of 0 or below leaves no weight.
    if options.lower < options.upper && options.upper > 0.0 {
        Ok((options.lower * unit, options.upper * unit))
    } else {
        Err(TrimError::Bounds {
            lower: options.lower,
            upper: options.upper,
        })
    }
}

/// n weights within the bounds must be able to have the sum.
fn has_room(weights: &[f64], positive: &[usize], (lower, upper): (f64, f64)) -> Result<(), TrimError> {
    let n = positive.len();
    if n == 0 {
        return Ok(());
    }
    let sum: f64 = positive.iter().map(|&row| weights[row]).sum();
    let (lowest, highest) = (n as f64 * lower, n as f64 * upper);
    let slack = 1e-12 * sum;
    if lowest <= sum + slack && sum <= highest + slack {
        return Ok(());
    }
    Err(TrimError::SumOutside {
        n,
        lower,
        upper,
        lowest,
        highest,
        sum,
    })
}

#[cfg(test)]
mod tests;
