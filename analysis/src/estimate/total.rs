//! Totals.

use super::{Linearised, rows_used, sum_weights, weighted_sums};
use crate::design::SurveyDesign;
use crate::factor::MISSING;

/// The weighted total Σwy of a domain, with influence yᵢ.
///
/// - `y`: one value per row, NaN where missing (left out as a domain).
/// - `domain`: ascending row numbers, or `None` for all. Over no rows the total is 0.
///
/// # Source
/// Horvitz & Thompson (1952), JASA 47(260), 663–685; R `survey::svytotal`.
pub fn linearise(design: &SurveyDesign, y: &[f64], domain: Option<&[u32]>) -> Linearised {
    let rows = rows_used(design, domain, |row| !y[row].is_nan());
    let value = value(design.weights(), y, Some(&rows));
    let influence = rows.iter().map(|&row| y[row as usize]).collect();
    let sum_weights = sum_weights(design, &rows);
    Linearised {
        value,
        rows,
        influence,
        sum_weights,
    }
}

/// The weighted number of rows at one level of a factor, with influence 1 there and 0 elsewhere.
///
/// - `codes`: the factor's codes; rows without a level are left out.
pub fn linearise_level(
    design: &SurveyDesign,
    codes: &[u32],
    level: u32,
    domain: Option<&[u32]>,
) -> Linearised {
    let rows = rows_used(design, domain, |row| codes[row] != MISSING);
    let indicator = |row: usize| f64::from(u8::from(codes[row] == level));
    let value = value_of_level(design.weights(), codes, level, Some(&rows));
    let influence = rows.iter().map(|&row| indicator(row as usize)).collect();
    let sum_weights = sum_weights(design, &rows);
    Linearised {
        value,
        rows,
        influence,
        sum_weights,
    }
}

/// The weighted total alone, for weights that are not those of the design (a replicate's).
///
/// - `weights`: one per row.
/// - `y`, `domain`: as for [`linearise`].
pub fn value(weights: &[f64], y: &[f64], domain: Option<&[u32]>) -> f64 {
    let [sum] = weighted_sums(weights, domain, |row| (!y[row].is_nan()).then(|| [y[row]]));
    sum
}

/// The weighted number of rows at one level alone; as [`value`].
pub fn value_of_level(weights: &[f64], codes: &[u32], level: u32, domain: Option<&[u32]>) -> f64 {
    let [sum] = weighted_sums(weights, domain, |row| {
        (codes[row] != MISSING).then(|| [f64::from(u8::from(codes[row] == level))])
    });
    sum
}
