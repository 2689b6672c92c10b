//! An orthonormal basis of a model's columns under weights.
//!
//! Cross-products of raw columns square their condition: an intercept beside a score of
//! about 700 or a year of about 2026 loses half the digits. In this basis the weighted
//! cross-product is the identity, so least squares needs no solving and Newton's method
//! starts from a perfectly conditioned problem.

use nalgebra::DMatrix;

/// A column is collinear when less than this share of its length is left beside the columns before it.
///
/// Half the digits of a double: below, what is left is mostly rounding of the data themselves.
const COLLINEAR: f64 = 1e-8;

/// √D·X = Q·R with orthonormal columns Q; X: n × p, D the weights.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Basis {
    /// The columns of Q, each n long; 0 in rows of weight 0.
    pub(super) q: Vec<Vec<f64>>,
    /// Upper triangular, p × p.
    pub(super) r: DMatrix<f64>,
}

impl Basis {
    /// Factorises; the index of the first collinear (or empty) column when there is one.
    ///
    /// # Source
    /// Modified Gram–Schmidt, each column orthogonalised twice, which keeps Q orthonormal to
    /// machine precision: Giraud, Langou & Rozložník (2005), Computers & Mathematics with
    /// Applications 50(7), 1069–1075.
    pub(super) fn new(columns: &[Vec<f64>], weights: &[f64]) -> Result<Self, usize> {
        let basis = Self::spanning(columns, weights);
        match (0..columns.len()).find(|&j| basis.r[(j, j)] == 0.0) {
            Some(collinear) => Err(collinear),
            None => Ok(basis),
        }
    }

    /// A basis of what the columns span; a collinear column adds none and has 0 on R's diagonal.
    pub(super) fn spanning(columns: &[Vec<f64>], weights: &[f64]) -> Self {
        let roots: Vec<f64> = weights.iter().map(|weight| weight.sqrt()).collect();
        let mut q: Vec<Vec<f64>> = Vec::with_capacity(columns.len());
        let mut r = DMatrix::zeros(columns.len(), columns.len());
        for (j, column) in columns.iter().enumerate() {
            let mut v: Vec<f64> = column.iter().zip(&roots).map(|(x, root)| x * root).collect();
            let whole = norm(&v);
            for _ in 0..2 {
                for (k, earlier) in q.iter().enumerate() {
                    let share = dot(earlier, &v);
                    r[(k, j)] += share;
                    subtract(&mut v, share, earlier);
                }
            }
            let left = norm(&v);
            // A NaN counts as collinear.
            if left > COLLINEAR * whole {
                r[(j, j)] = left;
                v.iter_mut().for_each(|value| *value /= left);
                q.push(v);
            }
        }
        Self { q, r }
    }

    /// Replaces y by what is left of it beside the columns of Q.
    pub(super) fn residual(&self, y: &mut [f64]) {
        for column in &self.q {
            let share = dot(column, y);
            subtract(y, share, column);
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(v: &[f64]) -> f64 {
    dot(v, v).sqrt()
}

fn subtract(v: &mut [f64], share: f64, column: &[f64]) {
    for (value, q) in v.iter_mut().zip(column) {
        *value -= share * q;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basis_is_orthonormal_for_badly_scaled_columns() {
        let n = 200;
        let weights: Vec<f64> = (0..n).map(|i| f64::from(i % 7) + 0.5).collect();
        let columns = vec![
            vec![1.0; n as usize],
            (0..n).map(|i| 2.0e6 + f64::from(i % 13)).collect(),
            (0..n).map(|i| 1e-9 * f64::from(i * i % 31)).collect(),
        ];
        let basis = Basis::new(&columns, &weights).unwrap();
        for i in 0..3 {
            for j in 0..3 {
                let product = dot(&basis.q[i], &basis.q[j]);
                assert!((product - f64::from(u8::from(i == j))).abs() < 1e-14);
            }
        }
        // Q·R gives the weighted columns back.
        for row in [0usize, 57, 199] {
            for (j, column) in columns.iter().enumerate() {
                let back: f64 = (0..=j).map(|k| basis.q[k][row] * basis.r[(k, j)]).sum();
                let wanted = column[row] * weights[row].sqrt();
                assert!((back - wanted).abs() <= 1e-13 * wanted.abs());
            }
        }
    }

    #[test]
    fn collinear_column_is_found_by_its_place() {
        let x = vec![1.0, 2.0, 3.0, 5.0];
        let sum: Vec<f64> = x.iter().map(|x| 3.0 * x + 1.0).collect();
        let columns = vec![vec![1.0; 4], x, sum];
        assert_eq!(Basis::new(&columns, &[1.0; 4]), Err(2));
        // The rows of weight 0 do not make it independent.
        let columns = vec![vec![1.0; 3], vec![4.0, 4.0, 9.0]];
        assert_eq!(Basis::new(&columns, &[1.0, 1.0, 0.0]), Err(1));
    }
}
