//! Weighted quantiles and their Woodruff intervals.
//!
//! A quantile is no smooth function of totals, so its error comes by way of the proportion of the
//! population at or below it, which is: limits for that proportion are read back through the same
//! distribution function. [`Sorted`] sorts a column once for many sets of weights, as replicates
//! need; [`linearise`] gives an influence whose standard error is Woodruff's, for contrasts.

mod rule;

pub use rule::Rule;

use rule::Cumulated;

use super::{DfRule, Estimate, EstimateOptions, Linearised, mean, rows_used, sum_weights};
use crate::design::SurveyDesign;
use crate::interval::{Basis, Method, limits, normal_quantile, t_quantile};
use crate::variance::replicate::ReplicateDesign;

/// A column in ascending order, ready for quantiles under any weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Sorted {
    rows: Vec<u32>,
    values: Vec<f64>,
}

impl Sorted {
    /// Sorts a column; equal values keep the order of their rows.
    ///
    /// - `y`: one value per row, NaN where missing (left out).
    /// - `domain`: row numbers, or `None` for all.
    pub fn new(y: &[f64], domain: Option<&[u32]>) -> Self {
        let mut rows: Vec<u32> = match domain {
            Some(rows) => rows.to_vec(),
            None => (0..y.len() as u32).collect(),
        };
        rows.retain(|&row| !y[row as usize].is_nan());
        rows.sort_by(|&a, &b| y[a as usize].total_cmp(&y[b as usize]));
        let values = rows.iter().map(|&row| y[row as usize]).collect();
        Self { rows, values }
    }

    /// The quantiles at several probabilities, at the cost of one pass over the weights.
    ///
    /// - `weights`: one per row of the whole column; rows of weight 0 do not count.
    ///
    /// NaN where there are no rows, for a probability outside 0 to 1, and when the weights do not
    /// sum to a positive number.
    pub fn values(&self, weights: &[f64], probabilities: &[f64], rule: Rule) -> Vec<f64> {
        let cumulated = self.cumulate(weights);
        probabilities
            .iter()
            .map(|&p| cumulated.quantile(p, rule))
            .collect()
    }

    fn cumulate(&self, weights: &[f64]) -> Cumulated {
        let weights = self.rows.iter().map(|&row| weights[row as usize]);
        Cumulated::new(self.values.iter().copied().zip(weights))
    }
}

/// One quantile under one set of weights, without an error; see [`Sorted`] for many.
///
/// ```
/// use analysis::estimate::quantile::{Rule, value};
/// let y = [3.0, 1.0, 2.0, f64::NAN];
/// assert_eq!(value(&[1.0, 1.0, 2.0, 9.0], &y, None, 0.5, Rule::Math), 2.0);
/// ```
pub fn value(weights: &[f64], y: &[f64], domain: Option<&[u32]>, p: f64, rule: Rule) -> f64 {
    Sorted::new(y, domain).cumulate(weights).quantile(p, rule)
}

/// The usual options for a quantile: a t interval for the proportion below it, degrees of freedom
/// of the domain.
pub fn default_options() -> EstimateOptions {
    EstimateOptions {
        df: DfRule::Domain,
        ..EstimateOptions::default()
    }
}

/// Quantiles of a domain with Woodruff's intervals, one for each probability.
///
/// - `y`: one value per row, NaN where missing (left out as a domain).
/// - `domain`: ascending row numbers, or `None` for all.
/// - `probabilities`: in 0 to 1.
/// - `options`: `interval` is the method for the proportion F(q̂) of rows at or below the quantile
///   q̂ (t, normal, or any method for proportions); its limits are inverted by the same `rule`.
///
/// The standard error is the interval's width ÷ (2t). A limit that falls outside the data, where
/// the proportion's own limit is below 0 or above 1, is NaN, and with it the standard error.
/// There is no design effect.
///
/// # Source
/// Woodruff (1952), JASA 47(260), 635–646; Sitter & Wu (2001), Statistics & Probability Letters
/// 52(4), 353–358; R `survey::svyquantile`, which centres the proportion at F(q̂) and not at p.
///
/// ```
/// use analysis::design::SurveyDesign;
/// use analysis::estimate::quantile::{self, Rule};
/// let y: Vec<f64> = (1..=99).map(f64::from).collect();
/// let design = SurveyDesign::builder(99).build()?;
/// let median = quantile::estimates(&design, &y, None, &[0.5], Rule::Math, &quantile::default_options())[0];
/// assert_eq!((median.value, median.lower, median.upper), (50.0, 41.0, 60.0));
/// # Ok::<(), analysis::design::DesignError>(())
/// ```
pub fn estimates(
    design: &SurveyDesign,
    y: &[f64],
    domain: Option<&[u32]>,
    probabilities: &[f64],
    rule: Rule,
    options: &EstimateOptions,
) -> Vec<Estimate> {
    let rows = rows_used(design, domain, |row| !y[row].is_nan());
    let cumulated = Sorted::new(y, Some(&rows)).cumulate(design.weights());
    let df = match options.df {
        DfRule::Design => design.df(),
        DfRule::Domain => design.df_within(&rows),
    };
    let tail = 0.5 + options.level / 2.0;
    let width = match options.interval {
        Method::Normal => normal_quantile(tail),
        Method::T | Method::Proportion(_) => t_quantile(tail, df),
    };
    probabilities
        .iter()
        .map(|&p| {
            let value = cumulated.quantile(p, rule);
            let share = share_at_or_below(design, y, &rows, value);
            let basis = Basis {
                value: share.value,
                se: share.variance(design).sqrt(),
                df,
                n: rows.len(),
                level: options.level,
            };
            let (low, high) = limits(options.interval, basis);
            // Below 0 and above 1 there are no data; `quantile` gives NaN there.
            let (lower, upper) = (cumulated.quantile(low, rule), cumulated.quantile(high, rule));
            Estimate {
                value,
                se: (upper - lower) / (2.0 * width),
                lower,
                upper,
                df,
                deff: None,
                effective_n: None,
                n: rows.len(),
                sum_weights: sum_weights(design, &rows),
            }
        })
        .collect()
}

/// Quantiles of a domain with the errors of their replicates, one for each probability.
///
/// - `y`, `domain`, `probabilities`, `rule`: as for [`estimates`].
/// - `options`: limits are quantile ± t · se, or the normal quantile's.
///
/// Balanced replicates and the bootstrap estimate the variance of a quantile consistently; the
/// delete-one jackknife does not, and is given for figures to be compared with R's.
///
/// # Source
/// Shao & Tu (1995), The Jackknife and Bootstrap, sections 2.3 and 6.4; R `survey::svyquantile`
/// of an `svyrep.design` with `interval.type = "quantile"`.
pub fn replicated(
    replicates: &ReplicateDesign,
    y: &[f64],
    domain: Option<&[u32]>,
    probabilities: &[f64],
    rule: Rule,
    options: &EstimateOptions,
) -> Vec<Estimate> {
    let design = replicates.design();
    let rows = rows_used(design, domain, |row| !y[row].is_nan());
    let sorted = Sorted::new(y, Some(&rows));
    let replicated = replicates.replicate(|weights| sorted.values(weights, probabilities, rule));
    let df = match options.df {
        DfRule::Design => replicates.df(),
        DfRule::Domain => replicates.df_within(&rows),
    };
    let interval = match options.interval {
        Method::Normal => Method::Normal,
        Method::T | Method::Proportion(_) => Method::T,
    };
    let n = rows.len();
    let sum_weights = sum_weights(design, &rows);
    let estimate = |(value, se): (f64, f64)| {
        let basis = Basis {
            value,
            se,
            df,
            n,
            level: options.level,
        };
        Estimate::with_limits(interval, basis, sum_weights)
    };
    let errors = replicated.standard_errors();
    replicated
        .values()
        .iter()
        .copied()
        .zip(errors)
        .map(estimate)
        .collect()
}

/// A quantile as a [`Linearised`] statistic, for contrasts and covariances with others.
///
/// The influence is that of F(q̂) with the sign turned, scaled so that the standard error is
/// Woodruff's at `options.level`: the slope of the distribution function is read off the interval.
/// NaN throughout when the interval has a limit outside the data.
///
/// # Source
/// Francisco & Fuller (1991), Annals of Statistics 19(1), 454–469 (Bahadur's representation);
/// Shao & Rao (1993), Sankhyā B 55(3), 393–414.
pub fn linearise(
    design: &SurveyDesign,
    y: &[f64],
    domain: Option<&[u32]>,
    p: f64,
    rule: Rule,
    options: &EstimateOptions,
) -> Linearised {
    let rows = rows_used(design, domain, |row| !y[row].is_nan());
    let (value, se) = estimates(design, y, Some(&rows), &[p], rule, options)
        .first()
        .map_or((f64::NAN, f64::NAN), |estimate| (estimate.value, estimate.se));
    let mut share = share_at_or_below(design, y, &rows, value);
    let spread = share.variance(design).sqrt();
    // Rows all at or below the quantile have influence 0, whatever the slope.
    let scale = if spread == 0.0 && se == 0.0 {
        0.0
    } else {
        se / spread
    };
    share.influence.iter_mut().for_each(|z| *z *= -scale);
    Linearised { value, ..share }
}

/// F(q): the weighted share of the rows with y ≤ q; exactly 1 when all are.
fn share_at_or_below(design: &SurveyDesign, y: &[f64], rows: &[u32], quantile: f64) -> Linearised {
    let mut indicator = vec![f64::NAN; y.len()];
    if !quantile.is_nan() {
        for &row in rows {
            indicator[row as usize] = f64::from(u8::from(y[row as usize] <= quantile));
        }
    }
    mean::linearise(design, &indicator, Some(rows))
}

#[cfg(test)]
mod tests;
