//! Hadamard matrices: ±1 matrices with orthogonal rows and columns, for balanced half-samples.
//!
//! An entry is computed when it is asked for; no matrix is stored.

/// A Hadamard matrix of order 4m whose first column is all +1.
///
/// Its columns are orthogonal, so that every column but the first has as many −1 as +1.
///
/// # Source
/// Sylvester (1867), Philosophical Magazine 34, 461–475: Hₙ ⊗ H₂. Paley (1933), Journal of Mathematics and
/// Physics 12, 311–320: orders q+1 for primes q ≡ 3 and 2(q+1) for primes q ≡ 1 (mod 4).
///
/// ```
/// use analysis::variance::replicate::hadamard::Hadamard;
/// // Order 12 is q + 1 with q = 11.
/// let matrix = Hadamard::at_least(9);
/// assert_eq!(matrix.order(), 12);
/// assert!((0..12).all(|row| matrix.is_positive(row, 0)));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Hadamard {
    /// The matrix is Sylvester's of order 2ᵏ = `doublings` ⊗ the core.
    doublings: usize,
    core: Core,
}

/// The part that is not Sylvester's.
#[derive(Debug, Clone, PartialEq)]
enum Core {
    One,
    /// Order q+1; the squares modulo q.
    First(Vec<bool>),
    /// Order 2(q+1); the squares modulo q.
    Second(Vec<bool>),
}

impl Hadamard {
    /// The matrix of the smallest order that is a multiple of 4, at least `order`, and that one of the
    /// constructions gives. Powers of two are among them, so there always is one.
    pub fn at_least(order: usize) -> Self {
        let mut candidate = order.max(1).next_multiple_of(4);
        loop {
            if let Some(matrix) = Self::of_order(candidate) {
                return matrix;
            }
            candidate += 4;
        }
    }

    /// The matrix of exactly this order, if a construction gives it.
    fn of_order(order: usize) -> Option<Self> {
        if order.is_power_of_two() {
            return Some(Self {
                doublings: order,
                core: Core::One,
            });
        }
        let mut doublings = 1;
        while order.is_multiple_of(doublings) && order / doublings >= 4 {
            let rest = order / doublings;
            let core = if rest.is_multiple_of(4) && is_prime(rest - 1) {
                Some(Core::First(squares(rest - 1)))
            } else if rest.is_multiple_of(4) && rest / 2 % 4 == 2 && is_prime(rest / 2 - 1) {
                Some(Core::Second(squares(rest / 2 - 1)))
            } else {
                None
            };
            if let Some(core) = core {
                return Some(Self { doublings, core });
            }
            doublings *= 2;
        }
        None
    }

    /// Number of rows and of columns.
    pub fn order(&self) -> usize {
        self.doublings * self.core.order()
    }

    /// Whether an entry is +1 rather than −1; rows and columns count from 0, modulo the order.
    pub fn is_positive(&self, row: usize, column: usize) -> bool {
        let n = self.core.order();
        let (outer_row, outer_column) = (row / n % self.doublings, column / n % self.doublings);
        let outer = (outer_row & outer_column).count_ones().is_multiple_of(2);
        // Rows are signed so that they begin with +1.
        let inner = self.core.is_positive(row % n, column % n) == self.core.is_positive(row % n, 0);
        outer == inner
    }
}

impl Core {
    fn order(&self) -> usize {
        match self {
            Self::One => 1,
            Self::First(squares) => squares.len() + 1,
            Self::Second(squares) => 2 * (squares.len() + 1),
        }
    }

    fn is_positive(&self, row: usize, column: usize) -> bool {
        match self {
            Self::One => true,
            // I + S, S = (0 1; −1 Q) skew, Qᵢⱼ = χ(j−i)
            Self::First(squares) => match (row, column) {
                (0, _) => true,
                (_, 0) => false,
                (i, j) if i == j => true,
                (i, j) => squares[(j + squares.len() - i) % squares.len()],
            },
            // C ⊗ (1 1; 1 −1) + I ⊗ (1 −1; −1 −1), C = (0 1; 1 Q) symmetric
            Self::Second(squares) => {
                let (a, b, u, v) = (row / 2, column / 2, row % 2, column % 2);
                let corner = u == 1 && v == 1;
                match (a, b) {
                    (a, b) if a == b => u == 0 && v == 0,
                    (0, _) | (_, 0) => !corner,
                    (a, b) => squares[(b + squares.len() - a) % squares.len()] != corner,
                }
            }
        }
    }
}

/// Which residues modulo a prime are squares of others than 0.
fn squares(prime: usize) -> Vec<bool> {
    let mut squares = vec![false; prime];
    for root in 1..prime {
        squares[root * root % prime] = true;
    }
    squares
}

fn is_prime(n: usize) -> bool {
    n > 1 && (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_found_is_a_hadamard_matrix_with_a_constant_first_column() {
        let mut orders = Vec::new();
        for wanted in (1..=260).step_by(4) {
            let matrix = Hadamard::at_least(wanted);
            let n = matrix.order();
            assert!(n >= wanted && n.is_multiple_of(4));
            orders.push(n);
            let sign = |row, column| if matrix.is_positive(row, column) { 1i32 } else { -1 };
            let rows: Vec<Vec<i32>> = (0..n).map(|i| (0..n).map(|j| sign(i, j)).collect()).collect();
            assert!(rows.iter().all(|row| row[0] == 1), "order {n}");
            for i in 0..n {
                for j in 0..=i {
                    let product: i32 = (0..n).map(|k| rows[i][k] * rows[j][k]).sum();
                    assert_eq!(
                        product,
                        if i == j { n as i32 } else { 0 },
                        "order {n}: rows {i}, {j}"
                    );
                }
            }
        }
        // The orders below 100 that primes do not give are 52 and 92.
        let small: Vec<usize> = (4..100).step_by(4).filter(|n| !orders.contains(n)).collect();
        assert_eq!(small, [52, 92]);
    }

    #[test]
    fn order_zero_is_the_smallest_matrix() {
        assert_eq!(Hadamard::at_least(0).order(), 4);
    }
}
