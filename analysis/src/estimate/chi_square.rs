//! Tests of independence in a two-way table under a complex design.
//!
//! Pearson's statistic of the weighted shares is right, its reference distribution is not: under the
//! design it is a mixture of χ²₁ variables whose weights are generalised design effects. Rao and
//! Scott correct for them by one or two moments; the Wald statistics use the design's covariance
//! of the cells directly.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::{rows_used, sum_weights};
use crate::design::SurveyDesign;
use crate::factor::MISSING;
use crate::interval::{chi_square_tail, f_tail};
use crate::variance::linearise::covariance;
use crate::variance::replicate::ReplicateDesign;

/// Which test of independence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Statistic {
    /// Pearson's statistic ÷ Σδ, with Satterthwaite's degrees of freedom: Rao–Scott's second order.
    #[default]
    F,
    /// Pearson's statistic, whose p-value divides it by the mean design effect: Rao–Scott's first order.
    Chisq,
    /// Wald's test that every cell is the product of its margins, as an F statistic.
    Wald,
    /// `Wald`, adjusted for few PSUs.
    AdjustedWald,
}

impl Statistic {
    /// The names that [`from_name`](Self::from_name) knows.
    pub const NAMES: [&'static str; 4] = ["F", "chisq", "wald", "adj_wald"];

    /// The statistic of this name in a request, if any.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "F" => Self::F,
            "chisq" => Self::Chisq,
            "wald" => Self::Wald,
            "adj_wald" => Self::AdjustedWald,
            _ => return None,
        })
    }
}

/// The result of a test of independence; NaN where nothing can be said.
#[derive(Debug, Clone, PartialEq)]
pub struct ChiSquareTest {
    /// The statistic, as its kind defines it.
    pub statistic: f64,
    /// Degrees of freedom of the numerator.
    pub ndf: f64,
    /// Degrees of freedom of the denominator; infinite for [`Statistic::Chisq`].
    pub ddf: f64,
    /// The probability of a statistic as large under independence.
    pub p_value: f64,
    /// The generalised design effects δ, descending; empty for the Wald tests.
    pub design_effects: Vec<f64>,
    /// Rows used: with both values and a positive weight.
    pub n: usize,
}

/// Tests whether two factors are independent in the population.
///
/// - `rows`, `columns`: codes of two factors, [`MISSING`] where there is no value (left out as a domain).
/// - `domain`: ascending row numbers, or `None` for all.
///
/// Levels that no row used has are no part of the table; a cell without rows is, and adds what
/// independence expects of it. With one level on a side there is nothing to test: 0 degrees of
/// freedom and NaN. NaN also where the cells have no sampling variance (post-stratified), and for the
/// Wald tests where the design has fewer degrees of freedom than the table.
///
/// The counts behind [`Statistic::Chisq`] add up to the rows of the domain, those with a missing value
/// included, as in R; its p-value and the other statistics do not depend on that.
///
/// # Source
/// Rao & Scott (1984), Annals of Statistics 12(1), 46–60, for δ and both corrections; Thomas & Rao
/// (1987), JASA 82(398), 630–636, for the F form with ν times the degrees of freedom; Koch, Freeman
/// & Freeman (1975), International Statistical Review 43(1), 59–78, for the Wald test; Fellegi (1980),
/// JASA 75(370), 261–268, for its adjustment. Figures as R `survey::svychisq`.
///
/// ```
/// use analysis::design::SurveyDesign;
/// use analysis::estimate::chi_square::{Statistic, test};
/// use analysis::factor::Factor;
/// let sex = Factor::from_labels(["f", "f", "f", "f", "m", "m", "m", "m"]);
/// let joined = Factor::from_labels(["y", "y", "y", "n", "n", "n", "n", "y"]);
/// let design = SurveyDesign::builder(8).build()?;
/// let result = test(&design, sex.codes(), joined.codes(), None, Statistic::Chisq);
/// // Pearson's X² = 8 (3·3 − 1·1)² / 4⁴
/// assert!((result.statistic - 2.0).abs() < 1e-12);
/// assert_eq!(result.ndf, 1.0);
/// # Ok::<(), analysis::design::DesignError>(())
/// ```
pub fn test(
    design: &SurveyDesign,
    rows: &[u32],
    columns: &[u32],
    domain: Option<&[u32]>,
    statistic: Statistic,
) -> ChiSquareTest {
    let nu = match domain {
        Some(rows) => design.df_within(rows),
        None => design.df(),
    };
    run(Road::Linearised(design), rows, columns, domain, nu, statistic)
}

/// [`test`] with the covariance of the cells from replicate weights.
///
/// # Source
/// As [`test`]; R `survey::svychisq` of an `svyrep.design`.
pub fn replicated(
    replicates: &ReplicateDesign,
    rows: &[u32],
    columns: &[u32],
    domain: Option<&[u32]>,
    statistic: Statistic,
) -> ChiSquareTest {
    let nu = match domain {
        Some(rows) => replicates.df_within(rows),
        None => replicates.df(),
    };
    run(Road::Replicates(replicates), rows, columns, domain, nu, statistic)
}

/// Where the covariance of the cells comes from.
#[derive(Clone, Copy)]
enum Road<'a> {
    Linearised(&'a SurveyDesign),
    Replicates(&'a ReplicateDesign),
}

impl Road<'_> {
    fn design(&self) -> &SurveyDesign {
        match self {
            Self::Linearised(design) => design,
            Self::Replicates(replicates) => replicates.design(),
        }
    }

    /// The covariance of Σ score(cell) · share(cell) for several scores, each one number a cell.
    fn of_shares(&self, table: &Table, scores: &[Vec<f64>]) -> DMatrix<f64> {
        let combine = |masses: &[f64], score: &[f64]| -> f64 {
            masses.iter().zip(score).map(|(mass, score)| mass * score).sum()
        };
        match self {
            Self::Linearised(design) => {
                let centred = scores.iter().map(|score| {
                    let mean = combine(&table.shares, score);
                    table.column(design, |cell| (score[cell] - mean) / table.sum_weights)
                });
                linearised(design, centred)
            }
            Self::Replicates(replicates) => {
                let replicated = replicates.replicate(|weights| {
                    let masses = table.masses(weights);
                    let total: f64 = masses.iter().sum();
                    scores
                        .iter()
                        .map(|score| combine(&masses, score) / total)
                        .collect()
                });
                replicated.covariance()
            }
        }
    }

    /// The covariance of Σ score(cell) · total(cell) for several scores.
    fn of_totals(&self, table: &Table, scores: &[Vec<f64>]) -> DMatrix<f64> {
        match self {
            Self::Linearised(design) => linearised(
                design,
                scores
                    .iter()
                    .map(|score| table.column(design, |cell| score[cell])),
            ),
            Self::Replicates(replicates) => {
                let replicated = replicates.replicate(|weights| {
                    let masses = table.masses(weights);
                    let combine = |score: &Vec<f64>| masses.iter().zip(score).map(|(m, s)| m * s).sum();
                    scores.iter().map(combine).collect()
                });
                replicated.covariance()
            }
        }
    }
}

fn linearised(design: &SurveyDesign, columns: impl Iterator<Item = Vec<f64>>) -> DMatrix<f64> {
    let columns: Vec<Vec<f64>> = columns.collect();
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    covariance(design, &columns)
}

fn run(
    road: Road<'_>,
    rows: &[u32],
    columns: &[u32],
    domain: Option<&[u32]>,
    nu: f64,
    statistic: Statistic,
) -> ChiSquareTest {
    let table = Table::new(road.design(), rows, columns, domain);
    if table.freedom() == 0 {
        return ChiSquareTest {
            statistic: f64::NAN,
            ndf: 0.0,
            ddf: f64::NAN,
            p_value: f64::NAN,
            design_effects: Vec::new(),
            n: table.used.len(),
        };
    }
    match statistic {
        Statistic::F | Statistic::Chisq => rao_scott(road, &table, nu, statistic),
        Statistic::Wald | Statistic::AdjustedWald => wald(road, &table, nu, statistic),
    }
}

/// The weighted table of the rows used.
struct Table {
    /// The rows used, ascending, and the cell of each: row level · number of columns + column level.
    used: Vec<u32>,
    cells: Vec<usize>,
    row_levels: usize,
    column_levels: usize,
    /// The weighted share of each cell.
    shares: Vec<f64>,
    /// Σ weights of the rows used.
    sum_weights: f64,
    /// Rows of the domain, those with a missing value included.
    n: f64,
}

impl Table {
    fn new(design: &SurveyDesign, rows: &[u32], columns: &[u32], domain: Option<&[u32]>) -> Self {
        let used = rows_used(design, domain, |row| {
            rows[row] != MISSING && columns[row] != MISSING
        });
        let (row_of, row_levels) = dense(rows, &used);
        let (column_of, column_levels) = dense(columns, &used);
        let cells: Vec<usize> = row_of
            .iter()
            .zip(&column_of)
            .map(|(row, column)| row * column_levels + column)
            .collect();
        let sum_weights = sum_weights(design, &used);
        let mut shares = vec![0.0; row_levels * column_levels];
        for (&row, &cell) in used.iter().zip(&cells) {
            shares[cell] += design.weights()[row as usize];
        }
        shares.iter_mut().for_each(|share| *share /= sum_weights);
        Self {
            used,
            cells,
            row_levels,
            column_levels,
            shares,
            sum_weights,
            n: rows_used(design, domain, |_| true).len() as f64,
        }
    }

    /// (r − 1)(c − 1).
    fn freedom(&self) -> usize {
        self.row_levels.saturating_sub(1) * self.column_levels.saturating_sub(1)
    }

    /// The shares of the row levels and of the column levels.
    fn margins(&self) -> (Vec<f64>, Vec<f64>) {
        let mut rows = vec![0.0; self.row_levels];
        let mut columns = vec![0.0; self.column_levels];
        for (cell, share) in self.shares.iter().enumerate() {
            rows[cell / self.column_levels] += share;
            columns[cell % self.column_levels] += share;
        }
        (rows, columns)
    }

    /// The weighted number of rows in each cell under other weights.
    fn masses(&self, weights: &[f64]) -> Vec<f64> {
        let mut masses = vec![0.0; self.shares.len()];
        for (&row, &cell) in self.used.iter().zip(&self.cells) {
            masses[cell] += weights[row as usize];
        }
        masses
    }

    /// A column of weighted influence values wᵢ·f(cell of i), 0 outside the rows used.
    fn column(&self, design: &SurveyDesign, influence: impl Fn(usize) -> f64) -> Vec<f64> {
        let of_cell: Vec<f64> = (0..self.shares.len()).map(influence).collect();
        let mut column = vec![0.0; design.rows()];
        for (&row, &cell) in self.used.iter().zip(&self.cells) {
            column[row as usize] = design.weights()[row as usize] * of_cell[cell];
        }
        column
    }
}

/// The codes of the rows used, renumbered without gaps in their order, and how many there are.
fn dense(codes: &[u32], used: &[u32]) -> (Vec<usize>, usize) {
    let highest = used.iter().map(|&row| codes[row as usize]).max();
    let mut number: Vec<Option<usize>> = vec![None; highest.map_or(0, |code| code as usize + 1)];
    for &row in used {
        number[codes[row as usize] as usize] = Some(0);
    }
    let mut levels = 0;
    for slot in number.iter_mut().flatten() {
        *slot = levels;
        levels += 1;
    }
    let renumbered = used
        .iter()
        .filter_map(|&row| number[codes[row as usize] as usize])
        .collect();
    (renumbered, levels)
}

fn rao_scott(road: Road<'_>, table: &Table, nu: f64, statistic: Statistic) -> ChiSquareTest {
    let (row_shares, column_shares) = table.margins();
    let pearson: f64 = table
        .shares
        .iter()
        .enumerate()
        .map(|(cell, share)| {
            let expected = row_shares[cell / table.column_levels] * column_shares[cell % table.column_levels];
            (share - expected).powi(2) / expected
        })
        .sum::<f64>()
        * table.n;
    let effects = generalised_design_effects(road, table);
    let (sum, squares) = (
        effects.iter().sum::<f64>(),
        effects.iter().map(|effect| effect * effect).sum::<f64>(),
    );
    // Cells fixed by the weights have effects that are 0 up to rounding.
    let (sum, squares) = match sum > 1e-12 {
        true => (sum, squares),
        false => (f64::NAN, f64::NAN),
    };
    let (statistic, ndf, ddf, p_value) = if statistic == Statistic::F {
        // Satterthwaite: the mixture Σδχ²₁ has the mean and variance of Σδ·χ²(d)/d.
        let d = sum * sum / squares;
        let f = pearson / sum;
        (f, d, d * nu, f_tail(f, d, d * nu))
    } else {
        let df = effects.len() as f64;
        (
            pearson,
            df,
            f64::INFINITY,
            chi_square_tail(pearson * df / sum, df),
        )
    };
    ChiSquareTest {
        statistic,
        ndf,
        ddf,
        p_value,
        design_effects: effects,
        n: table.used.len(),
    }
}

/// The eigenvalues of (C′D⁻¹C/n)⁻¹ (C′D⁻¹VD⁻¹C), descending: D holds the cells' shares, V their covariance
/// under the design, C spans the interactions. Empty cells have a D⁻¹ of 0; interactions that only
/// empty cells show are left out.
fn generalised_design_effects(road: Road<'_>, table: &Table) -> Vec<f64> {
    let (r, c) = (table.row_levels, table.column_levels);
    let (row_contrasts, column_contrasts) = (contrasts(r), contrasts(c));
    let interactions: Vec<Vec<f64>> = row_contrasts
        .iter()
        .flat_map(|u| column_contrasts.iter().map(move |v| (u, v)))
        .map(|(u, v)| (0..r * c).map(|cell| u[cell / c] * v[cell % c]).collect())
        .collect();
    let inverse = |cell: usize| match table.shares[cell] > 0.0 {
        true => 1.0 / table.shares[cell],
        false => 0.0,
    };
    let q = interactions.len();
    let simple = DMatrix::from_fn(q, q, |k, l| {
        (0..r * c)
            .map(|cell| interactions[k][cell] * inverse(cell) * interactions[l][cell])
            .sum::<f64>()
            / table.n
    });
    let scores: Vec<Vec<f64>> = interactions
        .iter()
        .map(|interaction| (0..r * c).map(|cell| interaction[cell] * inverse(cell)).collect())
        .collect();
    let under_design = road.of_shares(table, &scores);
    // With A = E Λ E′ the eigenvalues of A⁻¹B are those of the symmetric Λ^(-1/2) E′BE Λ^(-1/2).
    let eigen = SymmetricEigen::new(simple);
    let floor = eigen.eigenvalues.max() * 1e-12;
    let kept: Vec<usize> = (0..q).filter(|&k| eigen.eigenvalues[k] > floor).collect();
    let whiten = DMatrix::from_fn(q, kept.len(), |row, k| {
        eigen.eigenvectors[(row, kept[k])] / eigen.eigenvalues[kept[k]].sqrt()
    });
    let relative = whiten.transpose() * under_design * whiten;
    let mut effects: Vec<f64> = relative.symmetric_eigenvalues().iter().copied().collect();
    effects.sort_by(|a, b| b.total_cmp(a));
    effects
}

/// Helmert's orthonormal contrasts: `levels` − 1 vectors that are orthogonal to a constant.
fn contrasts(levels: usize) -> Vec<Vec<f64>> {
    (1..levels)
        .map(|k| {
            let scale = ((k * (k + 1)) as f64).sqrt();
            let entry = |level: usize| match level {
                _ if level < k => 1.0,
                _ if level == k => -(k as f64),
                _ => 0.0,
            };
            (0..levels).map(|level| entry(level) / scale).collect()
        })
        .collect()
}

/// Wald's test of Nᵣ꜀ − NᵣN꜀/N = 0 over the cells without those of the first row and column.
fn wald(road: Road<'_>, table: &Table, nu: f64, statistic: Statistic) -> ChiSquareTest {
    let (rows, columns) = table.margins();
    let c = table.column_levels;
    let free: Vec<(usize, usize)> = (1..table.row_levels)
        .flat_map(|i| (1..c).map(move |j| (i, j)))
        .collect();
    let deviation = DVector::from_iterator(
        free.len(),
        free.iter()
            .map(|&(i, j)| (table.shares[i * c + j] - rows[i] * columns[j]) * table.sum_weights),
    );
    let scores: Vec<Vec<f64>> = free
        .iter()
        .map(|&(i, j)| {
            let score = |cell: usize| {
                let in_row = f64::from(u8::from(cell / c == i));
                let in_column = f64::from(u8::from(cell % c == j));
                in_row * in_column - in_row * columns[j] - in_column * rows[i] + rows[i] * columns[j]
            };
            (0..table.shares.len()).map(score).collect()
        })
        .collect();
    let matrix = road.of_totals(table, &scores);
    let ndf = free.len() as f64;
    // The covariance of more cells than the design has degrees of freedom is singular.
    let quadratic = match (nu >= ndf, matrix.cholesky()) {
        (true, Some(factor)) => deviation.dot(&factor.solve(&deviation)),
        _ => f64::NAN,
    };
    let (value, ddf) = match statistic {
        // Of few PSUs and many cells no degrees of freedom are left.
        Statistic::AdjustedWald if nu < ndf => (f64::NAN, f64::NAN),
        Statistic::AdjustedWald => (quadratic * (nu - ndf + 1.0) / (ndf * nu), nu - ndf + 1.0),
        _ => (quadratic / ndf, nu),
    };
    ChiSquareTest {
        statistic: value,
        ndf,
        ddf,
        p_value: f_tail(value, ndf, ddf),
        design_effects: Vec::new(),
        n: table.used.len(),
    }
}

#[cfg(test)]
mod tests;
