//! Totals.

use super::{Linearised, rows_used, sum_weights, weighted_sum};
use crate::design::SurveyDesign;

/// The weighted total Σwy of a domain, with influence yᵢ.
///
/// - `y`: one value per row, NaN where missing (left out as a domain).
/// - `domain`: ascending row numbers, or `None` for all. Over no rows the total is 0.
///
/// # Source
/// Horvitz & Thompson (1952), JASA 47(260), 663–685; R `survey::svytotal`.
pub fn linearise(design: &SurveyDesign, y: &[f64], domain: Option<&[u32]>) -> Linearised {
    let rows = rows_used(design, domain, |row| !y[row].is_nan());
    let value = weighted_sum(design, &rows, |row| y[row]);
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
    let rows = rows_used(design, domain, |row| codes[row] != crate::factor::MISSING);
    let indicator = |row: usize| f64::from(u8::from(codes[row] == level));
    let value = weighted_sum(design, &rows, indicator);
    let influence = rows.iter().map(|&row| indicator(row as usize)).collect();
    let sum_weights = sum_weights(design, &rows);
    Linearised {
        value,
        rows,
        influence,
        sum_weights,
    }
}
