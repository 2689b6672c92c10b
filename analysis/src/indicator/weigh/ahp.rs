//! The analytic hierarchy process: weights from pairwise comparisons, and how far the comparisons contradict each
//! other.

use std::fmt;

use nalgebra::DMatrix;
use thiserror::Error;

/// Typed decimals such as 0.33 for 1/3 or 0.13 for 1/8 are taken for the reciprocals they stand for.
const RECIPROCAL_TOLERANCE: f64 = 0.05;

/// λmax this close to n (relative) is n: what is left is rounding.
const CONSISTENT: f64 = 1e-12;

/// Mean consistency indices of random matrices, by which an index is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RandomIndex {
    /// Saaty (1980), The Analytic Hierarchy Process, p. 21, for n up to 15: the table in most textbooks and software.
    #[default]
    Saaty1980,
    /// Saaty (2008), International Journal of Services Sciences 1(1), 83–98, for n up to 10, from more simulations.
    Saaty2008,
}

impl RandomIndex {
    /// The index of n × n matrices; `None` beyond the table. 0 for n ≤ 2, which cannot be inconsistent.
    #[must_use]
    pub fn of(self, n: usize) -> Option<f64> {
        const SAATY_1980: [f64; 15] = [
            0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59,
        ];
        const SAATY_2008: [f64; 10] = [0.0, 0.0, 0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49];
        let table: &[f64] = match self {
            Self::Saaty1980 => &SAATY_1980,
            Self::Saaty2008 => &SAATY_2008,
        };
        table.get(n.checked_sub(1)?).copied()
    }
}

/// A comparison that fits the others least, and what would fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Contradiction {
    /// The one compared.
    pub row: String,
    /// What it is compared with.
    pub column: String,
    /// How many times as important the first was said to be.
    pub given: f64,
    /// What the other comparisons imply, on Saaty's scale 1/9 … 9.
    pub proposed: f64,
    /// What they imply before rounding to the scale.
    pub implied: f64,
    /// The consistency ratio with the proposed value in its place.
    pub cr_after: f64,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            row,
            column,
            given,
            proposed,
            cr_after,
            ..
        } = self;
        write!(
            f,
            "{row} against {column} was given as {}; the other comparisons imply about {} (consistency ratio then \
             {cr_after:.3})",
            Saaty(*given),
            Saaty(*proposed),
        )
    }
}

/// Prints a comparison as people write it: 3, or 1/3.
struct Saaty(f64);

impl fmt::Display for Saaty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |x: f64| {
            format!("{x:.2}")
                .trim_end_matches('0')
                .trim_end_matches('.')
                .to_owned()
        };
        if self.0 >= 1.0 {
            write!(f, "{}", short(self.0))
        } else {
            write!(f, "1/{}", short(1.0 / self.0))
        }
    }
}

/// What is wrong with a matrix of comparisons.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AhpFault {
    /// Nothing to compare, or more than the random indices cover.
    #[error("{found} criteria cannot be compared pairwise: between 1 and {most} can")]
    BadSize {
        /// Criteria found.
        found: usize,
        /// The most there can be.
        most: usize,
    },
    /// The matrix does not fit the labels.
    #[error("{labels} criteria need {expected} comparisons, found {found}")]
    ShapeMismatch {
        /// Criteria.
        labels: usize,
        /// Cells needed.
        expected: usize,
        /// Cells found.
        found: usize,
    },
    /// A pair was not compared.
    #[error("{row} was not compared with {column}: fill in how many times as important it is")]
    Incomplete {
        /// The one to compare.
        row: String,
        /// With what.
        column: String,
    },
    /// A comparison is 0, negative or infinite.
    #[error("{row} against {column} is {value}; a comparison is above 0, from 1/9 to 9 on Saaty's scale")]
    NotPositive {
        /// The one compared.
        row: String,
        /// With what.
        column: String,
        /// The value.
        value: f64,
    },
    /// A criterion against itself is not 1.
    #[error("{label} against itself is {value}; it must be 1")]
    Diagonal {
        /// The criterion.
        label: String,
        /// The value.
        value: f64,
    },
    /// The two directions of a pair contradict each other.
    #[error(
        "{row} against {column} is {value}, but {column} against {row} is {mirror}: one must be 1 divided by the other"
    )]
    NotReciprocal {
        /// The one compared.
        row: String,
        /// With what.
        column: String,
        /// The value.
        value: f64,
        /// The value the other way.
        mirror: f64,
    },
    /// The comparisons contradict each other too much.
    #[error("consistency ratio {cr:.3} is not below {limit}: {worst}")]
    Inconsistent {
        /// Consistency ratio.
        cr: f64,
        /// The limit.
        limit: f64,
        /// The pair to reconsider.
        worst: Box<Contradiction>,
    },
    /// Experts compared different criteria.
    #[error("expert {expert} compared other criteria than the first, or in another order")]
    DifferentCriteria {
        /// The expert, from 0.
        expert: usize,
    },
    /// Experts' weights do not fit the experts, are negative, or all 0.
    #[error("the experts' weights must be one per expert, finite, not negative, and not all 0")]
    BadExpertWeights,
    /// There is no expert.
    #[error("there is no expert's matrix to combine")]
    NoExperts,
}

/// A complete reciprocal matrix of pairwise comparisons.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparisons {
    labels: Vec<String>,
    matrix: DMatrix<f64>,
}

/// Weights and the consistency of the comparisons behind them.
#[derive(Clone, Debug, PartialEq)]
pub struct Priorities {
    /// Per criterion; they sum to 1.
    pub weights: Vec<f64>,
    /// Principal eigenvalue, n for consistent comparisons.
    pub lambda_max: f64,
    /// Consistency index (λmax − n)/(n − 1); 0 for n ≤ 2.
    pub ci: f64,
    /// Consistency ratio, CI / random index; below 0.1 is accepted by custom.
    pub cr: f64,
    /// The comparison that fits the others least; `None` for consistent matrices.
    pub worst: Option<Contradiction>,
}

impl Priorities {
    /// Refuses comparisons whose consistency ratio is not below `limit` (0.1 by custom), naming the pair to reconsider.
    ///
    /// # Errors
    /// [`AhpFault::Inconsistent`].
    pub fn accept(&self, limit: f64) -> Result<&[f64], AhpFault> {
        match &self.worst {
            // A ratio that cannot be said is not below the limit.
            Some(worst) if self.cr >= limit || self.cr.is_nan() => Err(AhpFault::Inconsistent {
                cr: self.cr,
                limit,
                worst: Box::new(worst.clone()),
            }),
            _ => Ok(&self.weights),
        }
    }
}

impl Comparisons {
    /// From a whole matrix, row by row: cell (i, j) says how many times as important i is as j. NaN or 0 means "not
    /// compared".
    ///
    /// Of the two cells of a pair the one ≥ 1 counts; the other may be a rounded decimal of its reciprocal (up to 5 %
    /// off: 0.33, 0.13), and is replaced by the exact one.
    ///
    /// # Errors
    /// [`AhpFault`] for the first fault: size, shape, incomplete, not positive, diagonal, not reciprocal.
    pub fn new<L: AsRef<str>>(labels: &[L], cells: &[f64]) -> Result<Self, AhpFault> {
        let n = Self::check_size(labels.len())?;
        if cells.len() != n * n {
            return Err(AhpFault::ShapeMismatch {
                labels: n,
                expected: n * n,
                found: cells.len(),
            });
        }
        let labels: Vec<String> = labels.iter().map(|label| label.as_ref().to_owned()).collect();
        let mut matrix = DMatrix::from_row_slice(n, n, cells);
        for i in 0..n {
            for j in i..n {
                check_cell(&labels, i, j, matrix[(i, j)])?;
                check_cell(&labels, j, i, matrix[(j, i)])?;
            }
        }
        for i in 0..n {
            let value = matrix[(i, i)];
            if (value - 1.0).abs() > 1e-9 {
                return Err(AhpFault::Diagonal {
                    label: labels[i].clone(),
                    value,
                });
            }
            matrix[(i, i)] = 1.0;
            for j in i + 1..n {
                let (value, mirror) = (matrix[(i, j)], matrix[(j, i)]);
                if (value * mirror - 1.0).abs() > RECIPROCAL_TOLERANCE {
                    return Err(AhpFault::NotReciprocal {
                        row: labels[i].clone(),
                        column: labels[j].clone(),
                        value,
                        mirror,
                    });
                }
                if value >= mirror {
                    matrix[(j, i)] = 1.0 / value;
                } else {
                    matrix[(i, j)] = 1.0 / mirror;
                }
            }
        }
        Ok(Self { labels, matrix })
    }

    /// From the cells above the diagonal, row by row: 1–2, 1–3, …, 1–n, 2–3, ….
    ///
    /// # Errors
    /// [`AhpFault`] for the first fault.
    ///
    /// ```
    /// use analysis::indicator::weigh::ahp::{Comparisons, RandomIndex};
    /// let comparisons = Comparisons::from_upper(&["参与", "受益", "满意"], &[1.0 / 3.0, 1.0 / 2.0, 2.0])?;
    /// let priorities = comparisons.priorities(RandomIndex::Saaty1980);
    /// assert!(priorities.cr < 0.1);
    /// assert!(priorities.weights[1] > 0.5);
    /// # Ok::<(), analysis::indicator::weigh::ahp::AhpFault>(())
    /// ```
    pub fn from_upper<L: AsRef<str>>(labels: &[L], upper: &[f64]) -> Result<Self, AhpFault> {
        let n = Self::check_size(labels.len())?;
        let expected = n * (n - 1) / 2;
        if upper.len() != expected {
            return Err(AhpFault::ShapeMismatch {
                labels: n,
                expected,
                found: upper.len(),
            });
        }
        let labels: Vec<String> = labels.iter().map(|label| label.as_ref().to_owned()).collect();
        let mut matrix = DMatrix::identity(n, n);
        let mut cells = upper.iter();
        for i in 0..n {
            for j in i + 1..n {
                let value = cells.next().copied().unwrap_or(f64::NAN);
                check_cell(&labels, i, j, value)?;
                matrix[(i, j)] = value;
                matrix[(j, i)] = 1.0 / value;
            }
        }
        Ok(Self { labels, matrix })
    }

    fn check_size(n: usize) -> Result<usize, AhpFault> {
        const MOST: usize = 15;
        if (1..=MOST).contains(&n) {
            Ok(n)
        } else {
            Err(AhpFault::BadSize { found: n, most: MOST })
        }
    }

    /// The criteria.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The matrix.
    #[must_use]
    pub fn matrix(&self) -> &DMatrix<f64> {
        &self.matrix
    }

    /// Several experts' comparisons as one: the weighted geometric mean of each cell.
    ///
    /// Of all means only this one keeps the matrix reciprocal. Each expert's own consistency is judged beforehand: a
    /// mean of contradictions may look consistent.
    ///
    /// - `weights`: one per expert, or `None` for equal voices.
    ///
    /// # Errors
    /// [`AhpFault::NoExperts`], [`AhpFault::DifferentCriteria`], [`AhpFault::BadExpertWeights`].
    ///
    /// # Source
    /// Aczél & Saaty (1983), Journal of Mathematical Psychology 27, 93–102.
    pub fn combine(experts: &[Self], weights: Option<&[f64]>) -> Result<Self, AhpFault> {
        let first = experts.first().ok_or(AhpFault::NoExperts)?;
        if let Some(expert) = experts.iter().position(|other| other.labels != first.labels) {
            return Err(AhpFault::DifferentCriteria { expert });
        }
        let equal = vec![1.0; experts.len()];
        let weights = weights.unwrap_or(&equal);
        let total: f64 = weights.iter().sum();
        let bad = |weight: &f64| !(weight.is_finite() && *weight >= 0.0);
        if weights.len() != experts.len() || weights.iter().any(bad) || total == 0.0 {
            return Err(AhpFault::BadExpertWeights);
        }
        let n = first.labels.len();
        let mut matrix = DMatrix::identity(n, n);
        for i in 0..n {
            for j in i + 1..n {
                let logarithm: f64 = experts
                    .iter()
                    .zip(weights)
                    .map(|(expert, weight)| weight / total * expert.matrix[(i, j)].ln())
                    .sum();
                matrix[(i, j)] = logarithm.exp();
                matrix[(j, i)] = (-logarithm).exp();
            }
        }
        Ok(Self {
            labels: first.labels.clone(),
            matrix,
        })
    }

    /// Weights by the principal eigenvector, with the consistency ratio against `index`.
    ///
    /// The comparison named as the worst is the one whose replacement by what the others imply lowers λmax most; what
    /// they imply is found by leaving it out (Harker's method) and rounded to Saaty's scale. CR is NaN where the table
    /// of random indices ends before n.
    ///
    /// # Source
    /// Saaty (1980), The Analytic Hierarchy Process; Harker (1987), Mathematical Modelling 9, 353–360 and 837–848, for
    /// leaving out a comparison; Saaty (2003), EJOR 145, 85–91, for mending the most inconsistent one.
    #[must_use]
    pub fn priorities(&self, index: RandomIndex) -> Priorities {
        let n = self.labels.len();
        let (weights, lambda_max) = principal(&self.matrix);
        let (ci, cr) = consistency(lambda_max, n, index);
        let worst = if ci > 0.0 { self.worst(index) } else { None };
        Priorities {
            weights,
            lambda_max,
            ci,
            cr,
            worst,
        }
    }

    /// Weights by the geometric means of the rows, the least-squares solution on the log scale: the same as the
    /// eigenvector's for consistent matrices and for n ≤ 3.
    ///
    /// # Source
    /// Crawford & Williams (1985), Journal of Mathematical Psychology 29, 387–405.
    #[must_use]
    pub fn geometric_mean_weights(&self) -> Vec<f64> {
        row_geometric_means(&self.matrix)
    }

    fn worst(&self, index: RandomIndex) -> Option<Contradiction> {
        let n = self.labels.len();
        (0..n)
            .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
            .map(|(i, j)| {
                let implied = self.implied(i, j);
                let mut mended = self.matrix.clone();
                mended[(i, j)] = implied;
                mended[(j, i)] = 1.0 / implied;
                (i, j, implied, principal(&mended).1)
            })
            .min_by(|a, b| a.3.total_cmp(&b.3))
            .map(|(i, j, implied, _)| {
                let proposed = on_scale(implied);
                let mut mended = self.matrix.clone();
                mended[(i, j)] = proposed;
                mended[(j, i)] = 1.0 / proposed;
                // Told in the direction in which it was said to be more important.
                let (row, column, turn) = if self.matrix[(i, j)] >= 1.0 {
                    (i, j, false)
                } else {
                    (j, i, true)
                };
                let turned = |value: f64| if turn { 1.0 / value } else { value };
                Contradiction {
                    row: self.labels[row].clone(),
                    column: self.labels[column].clone(),
                    given: self.matrix[(row, column)],
                    proposed: turned(proposed),
                    implied: turned(implied),
                    cr_after: consistency(principal(&mended).1, n, index).1,
                }
            })
    }

    /// What the other comparisons say of i against j: the pair is left out, its cells 0 and both diagonal cells 2.
    fn implied(&self, i: usize, j: usize) -> f64 {
        let mut left = self.matrix.clone();
        left[(i, j)] = 0.0;
        left[(j, i)] = 0.0;
        left[(i, i)] = 2.0;
        left[(j, j)] = 2.0;
        let (weights, _) = principal(&left);
        weights[i] / weights[j]
    }
}

fn check_cell(labels: &[String], i: usize, j: usize, value: f64) -> Result<(), AhpFault> {
    let (row, column) = (labels[i].clone(), labels[j].clone());
    if value.is_nan() || value == 0.0 {
        Err(AhpFault::Incomplete { row, column })
    } else if value < 0.0 || value.is_infinite() || (1.0 / value).is_infinite() {
        Err(AhpFault::NotPositive { row, column, value })
    } else {
        Ok(())
    }
}

fn consistency(lambda_max: f64, n: usize, index: RandomIndex) -> (f64, f64) {
    if n <= 2 || lambda_max <= n as f64 {
        return (0.0, 0.0);
    }
    let ci = (lambda_max - n as f64) / (n as f64 - 1.0);
    (ci, index.of(n).map_or(f64::NAN, |random| ci / random))
}

/// The value of Saaty's scale that is nearest on the log scale.
fn on_scale(value: f64) -> f64 {
    let whole = value.max(1.0 / value);
    let nearest = (1..=9)
        .map(f64::from)
        .min_by(|a, b| (a / whole).ln().abs().total_cmp(&(b / whole).ln().abs()))
        .unwrap_or(1.0);
    if value >= 1.0 { nearest } else { 1.0 / nearest }
}

fn row_geometric_means(matrix: &DMatrix<f64>) -> Vec<f64> {
    let n = matrix.nrows();
    let means: Vec<f64> = (0..n)
        .map(|i| ((0..n).map(|j| matrix[(i, j)].ln()).sum::<f64>() / n as f64).exp())
        .collect();
    let total: f64 = means.iter().sum();
    means.iter().map(|mean| mean / total).collect()
}

/// The principal eigenvector (sum 1) and eigenvalue of a matrix of non-negative cells with a positive diagonal.
///
/// Power iteration from the row sums; it converges since the matrix is primitive. For an inconsistent matrix the
/// second eigenvalue is far smaller than n, so that some tens of steps do.
fn principal(matrix: &DMatrix<f64>) -> (Vec<f64>, f64) {
    let n = matrix.nrows();
    let mut weights = vec![1.0 / n as f64; n];
    let mut lambda = n as f64;
    for _ in 0..1_000 {
        let next: Vec<f64> = (0..n)
            .map(|i| (0..n).map(|j| matrix[(i, j)] * weights[j]).sum())
            .collect();
        lambda = next.iter().sum();
        let largest_step = next
            .iter()
            .zip(&weights)
            .map(|(new, old)| (new / lambda / old - 1.0).abs())
            .fold(0.0, f64::max);
        weights = next.iter().map(|new| new / lambda).collect();
        if largest_step < 4e-15 {
            break;
        }
    }
    // A reciprocal matrix has λmax ≥ n.
    if (lambda - n as f64).abs() <= CONSISTENT * n as f64 {
        lambda = n as f64;
    }
    (weights, lambda)
}

#[cfg(test)]
mod tests;
