//! The population variance of a variable, and the covariance matrix of several.

use nalgebra::DMatrix;

use super::{Linearised, mean, rows_used, weighted_sums};
use crate::design::SurveyDesign;

/// The estimated population variance n/(n−1) · Σw(y−ȳ)²/Σw of a domain.
///
/// - `y`: one value per row, NaN where missing (left out as a domain).
/// - `domain`: ascending row numbers, or `None` for all.
///
/// The influence is that of the mean of the squared deviations; ȳ adds nothing to first
/// order. n counts the rows of the domain, those with a missing value included, as R does.
/// NaN below two rows.
///
/// # Source
/// R `survey::svyvar`; Särndal, Swensson & Wretman (1992), section 5.9.
pub fn linearise(design: &SurveyDesign, y: &[f64], domain: Option<&[u32]>) -> Linearised {
    linearise_covariance(design, y, y, domain)
}

/// The estimated population covariance n/(n−1) · Σw(x−x̄)(y−ȳ)/Σw of a domain.
///
/// - `x`, `y`: one value per row, NaN where missing; a row needs both.
/// - `domain`: ascending row numbers, or `None` for all.
///
/// n, the influence and NaN as in [`linearise`], the source too.
pub fn linearise_covariance(
    design: &SurveyDesign,
    x: &[f64],
    y: &[f64],
    domain: Option<&[u32]>,
) -> Linearised {
    let rows = rows_used(design, domain, |row| !x[row].is_nan() && !y[row].is_nan());
    let n = rows_used(design, domain, |_| true).len() as f64;
    of_rows(design, x, y, rows, n)
}

/// The estimated population covariance matrix of several variables, with the influence of each entry.
///
/// - `columns`: p columns, NaN where missing; a row needs all of them, as in one call of R's `svyvar`.
/// - `domain`: ascending row numbers, or `None` for all.
///
/// Returns a symmetric p × p matrix; its entries' joint errors are those of
/// [`covariance`](super::covariance), and [`contrast`](super::contrast) combines them. n, the influence
/// and NaN as in [`linearise`], the source too.
///
/// ```
/// use analysis::design::SurveyDesign;
/// use analysis::estimate::variance;
/// let design = SurveyDesign::builder(3).build()?;
/// let matrix = variance::linearise_matrix(&design, &[&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]], None);
/// assert_eq!(matrix.map(|entry| entry.value).as_slice(), [1.0, 2.0, 2.0, 4.0]);
/// # Ok::<(), analysis::design::DesignError>(())
/// ```
pub fn linearise_matrix(
    design: &SurveyDesign,
    columns: &[&[f64]],
    domain: Option<&[u32]>,
) -> DMatrix<Linearised> {
    let rows = rows_used(design, domain, |row| columns.iter().all(|y| !y[row].is_nan()));
    let n = rows_used(design, domain, |_| true).len() as f64;
    DMatrix::from_fn(columns.len(), columns.len(), |i, j| {
        of_rows(design, columns[i], columns[j], rows.clone(), n)
    })
}

/// The covariance over the rows used, with the factor n/(n−1) of the domain's n.
fn of_rows(design: &SurveyDesign, x: &[f64], y: &[f64], rows: Vec<u32>, n: f64) -> Linearised {
    let sum_weights = super::sum_weights(design, &rows);
    let mean_of = |term: &dyn Fn(usize) -> f64| {
        let weighted = |&row: &u32| design.weights()[row as usize] * term(row as usize);
        rows.iter().map(weighted).sum::<f64>() / sum_weights
    };
    let (x_centre, y_centre) = (mean_of(&|row| x[row]), mean_of(&|row| y[row]));
    let product = |row: usize| (x[row] - x_centre) * (y[row] - y_centre) * (n / (n - 1.0));
    let value = mean_of(&product);
    let influence = rows
        .iter()
        .map(|&row| (product(row as usize) - value) / sum_weights)
        .collect();
    Linearised {
        value,
        rows,
        influence,
        sum_weights,
    }
}

/// The variance alone, for weights that are not those of the design (a replicate's).
///
/// - `weights`: one per row; rows of weight 0 add nothing.
/// - `y`, `domain`: as for [`linearise`].
///
/// n counts the rows of the domain that have a value, whatever their weight, so that it is the
/// same in every replicate (as in R); leave rows without a full-sample weight out of the domain.
/// Here, unlike in [`linearise`], rows without a value do not count: R's two roads differ so.
pub fn value(weights: &[f64], y: &[f64], domain: Option<&[u32]>) -> f64 {
    let n = match domain {
        Some(rows) => rows.iter().filter(|&&row| !y[row as usize].is_nan()).count(),
        None => y.iter().filter(|y| !y.is_nan()).count(),
    } as f64;
    mean_square(weights, y, domain, mean::value(weights, y, domain)) * (n / (n - 1.0))
}

/// Σw(y−c)²/Σw
fn mean_square(weights: &[f64], y: &[f64], domain: Option<&[u32]>, centre: f64) -> f64 {
    let [total, squares] = weighted_sums(weights, domain, |row| {
        (!y[row].is_nan()).then(|| [1.0, (y[row] - centre).powi(2)])
    });
    squares / total
}
