//! Proportions of the levels of a factor.

use super::{DfRule, EstimateOptions, Linearised, rows_used, sum_weights, weighted_sums};
use crate::design::SurveyDesign;
use crate::factor::MISSING;
use crate::interval::{Method, ProportionMethod};

/// The weighted share p of one level among the rows that have one, with influence (1ᵢ − p)/Σw.
///
/// - `codes`: the factor's codes, [`MISSING`] where there is none (left out as a domain).
/// - `domain`: ascending row numbers, or `None` for all.
///
/// # Source
/// The mean of an indicator; R `survey::svymean` of a factor and `svyciprop`.
pub fn linearise(design: &SurveyDesign, codes: &[u32], level: u32, domain: Option<&[u32]>) -> Linearised {
    let rows = rows_used(design, domain, |row| codes[row] != MISSING);
    let total = sum_weights(design, &rows);
    let indicator = |row: usize| f64::from(u8::from(codes[row] == level));
    let value = value(design.weights(), codes, level, Some(&rows));
    let influence = rows
        .iter()
        .map(|&row| (indicator(row as usize) - value) / total)
        .collect();
    Linearised {
        value,
        rows,
        influence,
        sum_weights: total,
    }
}

/// The weighted share alone, for weights that are not those of the design (a replicate's).
///
/// - `weights`: one per row; rows of weight 0 are left out.
/// - `codes`, `level`, `domain`: as for [`linearise`].
///
/// NaN over no rows.
pub fn value(weights: &[f64], codes: &[u32], level: u32, domain: Option<&[u32]>) -> f64 {
    // When every row has the level, Σw/Σw is 1 exactly, and the deviations are 0.
    let [total, sum] = weighted_sums(weights, domain, |row| {
        (codes[row] != MISSING).then(|| [1.0, f64::from(u8::from(codes[row] == level))])
    });
    sum / total
}

/// The usual options for a proportion: logit interval, degrees of freedom of the domain.
pub fn default_options() -> EstimateOptions {
    EstimateOptions {
        interval: Method::Proportion(ProportionMethod::Logit),
        df: DfRule::Domain,
        ..EstimateOptions::default()
    }
}
