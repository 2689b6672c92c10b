//! How sure scores and their order are: joint replicates and Monte Carlo over sampling error and weights.
//!
//! The estimates of all leaves in all units are drawn together from their joint distribution, the weights from a
//! distribution around the plan's, and each draw is aggregated to scores as the plan does it. What comes out describes
//! each unit and each pair of units by itself; for places in the ranking that hold for all units at once use
//! [`super::rank::rank_intervals`].

use nalgebra::DMatrix;
use thiserror::Error;

use crate::indicator::aggregate::{AggregateFault, Aggregation, aggregate};
use crate::indicator::weigh::{WeightFault, direct};
use crate::simulation::{Draws, MultiNormal, percentile};

/// What is wrong with the figures to be drawn from.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum UncertaintyFault {
    /// Something has the wrong size.
    #[error("{what}: {found} where {expected} are needed")]
    ShapeMismatch {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A value, covariance or replicate is missing or infinite.
    #[error("{what} in row {row}, column {column} is {value}; it must be known for every unit alike")]
    NotFinite {
        /// What it is.
        what: &'static str,
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// The value.
        value: f64,
    },
    /// The spread of the weights is not above 0, or not a share.
    #[error("the spread of the weights is {value}: a share lies in 0–1, a concentration above 0")]
    BadSpread {
        /// The spread.
        value: f64,
    },
    /// The weights cannot be.
    #[error("{0}")]
    Weights(#[from] WeightFault),
    /// The draws cannot be aggregated.
    #[error("{0}")]
    Aggregate(#[from] AggregateFault),
}

/// How the weights vary around the plan's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WeightSpread {
    /// They do not: only the sampling error counts.
    Fixed,
    /// Dirichlet with the plan's weights as its mean; a weight w has variance w(1 − w)/(concentration + 1). With a
    /// concentration of 100 a weight of 0.2 varies by ±0.04.
    Dirichlet {
        /// Above 0; the higher, the closer to the plan.
        concentration: f64,
    },
    /// Each weight by itself uniform within ± this share of it, then taken as shares of their sum.
    PlusMinus {
        /// In 0–1; 0.25 varies a weight of 0.2 from 0.15 to 0.25.
        share: f64,
    },
}

impl WeightSpread {
    fn check(self) -> Result<(), UncertaintyFault> {
        match self {
            Self::Dirichlet { concentration: value } if !(value > 0.0 && value.is_finite()) => {
                Err(UncertaintyFault::BadSpread { value })
            }
            Self::PlusMinus { share: value } if !(0.0..=1.0).contains(&value) => {
                Err(UncertaintyFault::BadSpread { value })
            }
            _ => Ok(()),
        }
    }

    /// Weights that sum to 1, around `nominal` that does.
    fn draw(self, nominal: &[f64], draws: &mut Draws) -> Vec<f64> {
        let raw: Vec<f64> = match self {
            Self::Fixed => return nominal.to_vec(),
            Self::Dirichlet { concentration } => nominal
                .iter()
                .map(|&weight| {
                    if weight > 0.0 {
                        draws.gamma(concentration * weight)
                    } else {
                        0.0
                    }
                })
                .collect(),
            Self::PlusMinus { share } => nominal
                .iter()
                .map(|&weight| weight * (1.0 + share * (2.0 * draws.uniform() - 1.0)))
                .collect(),
        };
        let total: f64 = raw.iter().sum();
        // Gammas of a tiny concentration can all underflow.
        if total > 0.0 {
            raw.iter().map(|weight| weight / total).collect()
        } else {
            nominal.to_vec()
        }
    }
}

/// The estimates behind the scores.
#[derive(Clone, Debug, PartialEq)]
pub struct LeafEstimates<'a> {
    /// Units in rows, leaves in columns, on a common scale (0–100).
    pub values: &'a DMatrix<f64>,
    /// Their joint covariance, (units · leaves)²: the estimate of leaf l in unit u stands at u · leaves + l. Zero where
    /// two estimates share nothing.
    pub covariance: &'a DMatrix<f64>,
    /// Weights of the leaves in the score, taken as shares of their sum.
    pub weights: &'a [f64],
    /// How a unit's leaves become its score.
    pub aggregation: Aggregation,
}

/// Sets of scores that could as well have come out.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreDraws {
    units: usize,
    /// Draw by draw.
    values: Vec<f64>,
}

/// For each pair of units, how often one is ahead.
#[derive(Clone, Debug, PartialEq)]
pub struct PairProbabilities {
    /// (i, j): share of the draws in which i scores higher than j; 0 on the diagonal.
    pub higher: DMatrix<f64>,
    /// (i, j): share in which they are equal; 1 on the diagonal.
    pub tied: DMatrix<f64>,
}

/// Draws sets of scores from the joint normal distribution of the estimates and the distribution of the weights.
///
/// With weights fixed and arithmetic means the draws' variance is that of linearisation; what Monte Carlo adds are the
/// weights, the geometric mean, and the joint order of units. Before a geometric mean a negative draw counts as 0.
///
/// # Errors
/// [`UncertaintyFault`].
///
/// # Source
/// OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 7; Saisana, Saltelli & Tarantola (2005), JRSS A
/// 168, 307–323.
///
/// ```
/// use analysis::evaluation::uncertainty::{LeafEstimates, WeightSpread, simulate};
/// use analysis::indicator::aggregate::Aggregation;
/// use nalgebra::DMatrix;
/// let estimates = LeafEstimates {
///     values: &DMatrix::from_row_slice(2, 2, &[80.0, 70.0, 74.0, 72.0]), // two townships, two leaves
///     covariance: &(DMatrix::identity(4, 4) * 9.0),
///     weights: &[0.6, 0.4],
///     aggregation: Aggregation::Arithmetic,
/// };
/// let draws = simulate(&estimates, WeightSpread::PlusMinus { share: 0.25 }, 2_000, 7)?;
/// let first_is_better = draws.pair_probabilities().higher[(0, 1)];
/// assert!(first_is_better > 0.7 && first_is_better < 0.95);
/// # Ok::<(), analysis::evaluation::uncertainty::UncertaintyFault>(())
/// ```
pub fn simulate(
    estimates: &LeafEstimates<'_>,
    spread: WeightSpread,
    draws: usize,
    seed: u64,
) -> Result<ScoreDraws, UncertaintyFault> {
    let LeafEstimates {
        values,
        covariance,
        weights,
        aggregation,
    } = *estimates;
    let (units, leaves) = values.shape();
    let size = |what, found, expected| {
        if found == expected {
            Ok(())
        } else {
            Err(UncertaintyFault::ShapeMismatch {
                what,
                found,
                expected,
            })
        }
    };
    size("rows of the covariance", covariance.nrows(), units * leaves)?;
    size("columns of the covariance", covariance.ncols(), units * leaves)?;
    size("weights", weights.len(), leaves)?;
    spread.check()?;
    all_finite("an estimate", values)?;
    all_finite("a covariance", covariance)?;
    let nominal = direct(weights)?;
    let errors = MultiNormal::new(covariance);
    let mut stream = Draws::new(seed);
    let mut scores = Vec::with_capacity(draws * units);
    let mut row = vec![0.0; leaves];
    for _ in 0..draws {
        let weights = spread.draw(&nominal, &mut stream);
        let error = errors.draw(&mut stream);
        for unit in 0..units {
            for (leaf, cell) in row.iter_mut().enumerate() {
                *cell = values[(unit, leaf)] + error[unit * leaves + leaf];
                if matches!(aggregation, Aggregation::Geometric(_)) {
                    *cell = cell.max(0.0);
                }
            }
            scores.push(aggregate(&row, &weights, aggregation)?);
        }
    }
    Ok(ScoreDraws {
        units,
        values: scores,
    })
}

fn all_finite(what: &'static str, matrix: &DMatrix<f64>) -> Result<(), UncertaintyFault> {
    for row in 0..matrix.nrows() {
        for column in 0..matrix.ncols() {
            let value = matrix[(row, column)];
            if !value.is_finite() {
                return Err(UncertaintyFault::NotFinite {
                    what,
                    row,
                    column,
                    value,
                });
            }
        }
    }
    Ok(())
}

impl ScoreDraws {
    /// From draws made elsewhere, one row per draw (bootstrap replicates, a model's posterior).
    ///
    /// Jackknife and balanced replicates are no draws: their spread is not that of the estimates. Give their
    /// [`replicate_covariance`] to [`simulate`], or to [`super::rank::rank_intervals`].
    ///
    /// # Errors
    /// [`UncertaintyFault`] for rows of different length or values that are not finite.
    pub fn from_rows<R: AsRef<[f64]>>(rows: &[R]) -> Result<Self, UncertaintyFault> {
        let units = rows.first().map_or(0, |row| row.as_ref().len());
        check_rows("scores of a draw", "a score", rows, units)?;
        Ok(Self {
            units,
            values: rows.iter().flat_map(|row| row.as_ref()).copied().collect(),
        })
    }

    /// Units.
    #[must_use]
    pub fn units(&self) -> usize {
        self.units
    }

    /// Draws.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.values.len() / self.units.max(1)
    }

    /// The draws, each a set of scores.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.units.max(1))
    }

    /// A unit's scores over the draws, ascending; empty for a unit that there is not.
    fn sorted(&self, unit: usize) -> Vec<f64> {
        let mut scores: Vec<f64> = self.rows().filter_map(|row| row.get(unit).copied()).collect();
        scores.sort_by(f64::total_cmp);
        scores
    }

    /// A unit's percentile interval at `level`, for this unit alone; NaN without draws.
    #[must_use]
    pub fn interval(&self, unit: usize, level: f64) -> (f64, f64) {
        let sorted = self.sorted(unit);
        (
            percentile(&sorted, 0.5 - level / 2.0),
            percentile(&sorted, 0.5 + level / 2.0),
        )
    }

    /// How often each unit is ahead of each other; NaN without draws.
    ///
    /// Of independent normal estimates this is Φ(difference / its standard error): how sure one may be, before any
    /// other knowledge, that the order of two units *picked beforehand* is the true one. The surest of many pairs is
    /// not that sure.
    #[must_use]
    pub fn pair_probabilities(&self) -> PairProbabilities {
        let mut higher = DMatrix::zeros(self.units, self.units);
        let mut tied = DMatrix::zeros(self.units, self.units);
        for row in self.rows() {
            for i in 0..self.units {
                for j in 0..self.units {
                    if row[i] > row[j] {
                        higher[(i, j)] += 1.0;
                    } else if row[i] == row[j] {
                        tied[(i, j)] += 1.0;
                    }
                }
            }
        }
        let n = self.draws() as f64;
        PairProbabilities {
            higher: higher / n,
            tied: tied / n,
        }
    }

    /// Percentiles of each unit's rank over the draws: **descriptive only**, no interval with any stated coverage. Near
    /// ties they miss the true rank far more often than `level` says.
    #[must_use]
    pub fn rank_percentiles(&self, level: f64) -> Vec<(u32, u32)> {
        let mut ranks: Vec<Vec<u32>> = vec![Vec::with_capacity(self.draws()); self.units];
        for row in self.rows() {
            for (unit, ranks) in ranks.iter_mut().enumerate() {
                ranks.push(1 + row.iter().filter(|&&other| other > row[unit]).count() as u32);
            }
        }
        ranks
            .into_iter()
            .map(|mut ranks| {
                ranks.sort_unstable();
                let last = ranks.len().saturating_sub(1) as f64;
                // Outwards, so that no rank within the level is cut off.
                let low = ((0.5 - level / 2.0) * last).floor() as usize;
                let high = ((0.5 + level / 2.0) * last).ceil() as usize;
                (
                    ranks.get(low).copied().unwrap_or(1),
                    ranks.get(high).copied().unwrap_or(self.units as u32),
                )
            })
            .collect()
    }
}

/// The joint covariance of scores from their replicates, Σᵣ factorᵣ (θᵣ − θ)(θᵣ − θ)ᵀ.
///
/// - `scores`: the units' scores, or the mean of the replicates to centre there.
/// - `replicates`: one row per replicate, the same units: the whole way from weights to scores repeated in each.
/// - `factors`: scale · rscaleᵣ, one per replicate: (n − 1)/n for the jackknife, 1/R for balanced replicates and the
///   bootstrap.
///
/// # Errors
/// [`UncertaintyFault`] for shapes that do not fit and values that are not finite.
///
/// # Source
/// Wolter (2007), Introduction to Variance Estimation, chapters 3 to 5.
pub fn replicate_covariance<R: AsRef<[f64]>>(
    scores: &[f64],
    replicates: &[R],
    factors: &[f64],
) -> Result<DMatrix<f64>, UncertaintyFault> {
    if factors.len() != replicates.len() {
        return Err(UncertaintyFault::ShapeMismatch {
            what: "factors of replicates",
            found: factors.len(),
            expected: replicates.len(),
        });
    }
    let units = scores.len();
    check_rows("scores", "a score", &[scores], units)?;
    check_rows("factors", "a factor", &[factors], factors.len())?;
    check_rows("scores of a replicate", "a replicate", replicates, units)?;
    let mut covariance = DMatrix::zeros(units, units);
    for (replicate, factor) in replicates.iter().zip(factors) {
        let apart: Vec<f64> = replicate
            .as_ref()
            .iter()
            .zip(scores)
            .map(|(r, s)| r - s)
            .collect();
        for i in 0..units {
            for j in 0..units {
                covariance[(i, j)] += factor * apart[i] * apart[j];
            }
        }
    }
    Ok(covariance)
}

fn check_rows<R: AsRef<[f64]>>(
    counted: &'static str,
    what: &'static str,
    rows: &[R],
    expected: usize,
) -> Result<(), UncertaintyFault> {
    for (row, values) in rows.iter().enumerate() {
        let values = values.as_ref();
        if values.len() != expected {
            return Err(UncertaintyFault::ShapeMismatch {
                what: counted,
                found: values.len(),
                expected,
            });
        }
        if let Some(column) = values.iter().position(|value| !value.is_finite()) {
            return Err(UncertaintyFault::NotFinite {
                what,
                row,
                column,
                value: values[column],
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
