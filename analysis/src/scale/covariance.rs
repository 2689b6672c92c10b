//! The covariance matrix of items, with missing answers left out listwise or pairwise.

use nalgebra::DMatrix;

use super::{ScaleFault, check_columns};

/// Which rows count when an item is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingRule {
    /// Only rows with every item answered.
    Listwise,
    /// Each variance over all answers to its item, each covariance over the rows that answered both. The matrix need
    /// not be positive definite.
    Pairwise,
}

/// A covariance matrix and the rows behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemCovariance {
    /// k × k, with n − 1 as divisor; NaN where fewer than two rows count.
    pub matrix: DMatrix<f64>,
    /// Rows used: complete ones if listwise, else those with any item answered.
    pub n: usize,
}

/// The covariance matrix of item columns (NaN or infinite: not answered).
///
/// # Errors
/// [`ScaleFault`] for fewer than two items or columns of different length.
pub fn item_covariance<C: AsRef<[f64]>>(
    items: &[C],
    missing: MissingRule,
) -> Result<ItemCovariance, ScaleFault> {
    let rows = check_columns(items, 2)?;
    let k = items.len();
    let answered = |item: usize, row: usize| items[item].as_ref()[row].is_finite();
    let kept: Vec<usize> = match missing {
        MissingRule::Listwise => (0..rows)
            .filter(|&row| (0..k).all(|item| answered(item, row)))
            .collect(),
        MissingRule::Pairwise => (0..rows)
            .filter(|&row| (0..k).any(|item| answered(item, row)))
            .collect(),
    };
    let covariance = |a: usize, b: usize| {
        let pairs: Vec<(f64, f64)> = kept
            .iter()
            .filter(|&&row| answered(a, row) && answered(b, row))
            .map(|&row| (items[a].as_ref()[row], items[b].as_ref()[row]))
            .collect();
        let n = pairs.len() as f64;
        let mean_a = pairs.iter().map(|(x, _)| x).sum::<f64>() / n;
        let mean_b = pairs.iter().map(|(_, y)| y).sum::<f64>() / n;
        if pairs.len() < 2 {
            f64::NAN
        } else {
            pairs
                .iter()
                .map(|(x, y)| (x - mean_a) * (y - mean_b))
                .sum::<f64>()
                / (n - 1.0)
        }
    };
    let mut matrix = DMatrix::zeros(k, k);
    for a in 0..k {
        for b in a..k {
            matrix[(a, b)] = covariance(a, b);
            matrix[(b, a)] = matrix[(a, b)];
        }
    }
    Ok(ItemCovariance {
        matrix,
        n: kept.len(),
    })
}

/// The correlation matrix of a covariance matrix; NaN for items without variance.
#[must_use]
pub fn correlation(covariance: &DMatrix<f64>) -> DMatrix<f64> {
    DMatrix::from_fn(covariance.nrows(), covariance.ncols(), |i, j| {
        let scale = covariance[(i, i)] * covariance[(j, j)];
        if scale > 0.0 {
            if i == j {
                1.0
            } else {
                covariance[(i, j)] / scale.sqrt()
            }
        } else {
            f64::NAN
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_covariance_pairwise_uses_what_each_pair_has() {
        let nan = f64::NAN;
        let items = [[1.0, 2.0, 3.0, nan], [2.0, 4.0, nan, 8.0]];
        let found = item_covariance(&items, MissingRule::Pairwise).expect("even columns");
        // Variance of 1,2,3; of 2,4,8; covariance of (1,2),(2,4).
        assert_eq!(found.matrix[(0, 0)], 1.0);
        assert!((found.matrix[(1, 1)] - 28.0 / 3.0).abs() < 1e-12);
        assert_eq!((found.matrix[(0, 1)], found.n), (1.0, 4));
        let complete = item_covariance(&items, MissingRule::Listwise).expect("even columns");
        assert_eq!((complete.matrix[(0, 0)], complete.n), (0.5, 2));
    }

    #[test]
    fn item_covariance_of_one_row_is_nan() {
        let found = item_covariance(&[[1.0], [2.0]], MissingRule::Listwise).expect("even columns");
        assert!(found.matrix.iter().all(|x| x.is_nan()));
        assert!(correlation(&found.matrix).iter().all(|x| x.is_nan()));
    }
}
