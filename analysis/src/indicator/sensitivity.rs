//! How far scores and ranks hang on the choices made: which indicators, which normalisation, aggregation and weights.
//!
//! None of this is sampling error (that is [`crate::evaluation`]'s): it asks what another reasonable office would have
//! found from the same figures.

use thiserror::Error;

use super::aggregate::{AggregateFault, Aggregation, ZeroRule, aggregate};
use super::correlation::spearman;
use super::normalise::{goalposts, min_max, orient, rank_scores, target_attainment, z_scores};
use super::weigh::WeightFault;
use super::weigh::entropy::entropy_weights;

/// How indicators are brought to a common scale.
#[derive(Clone, Debug, PartialEq)]
pub enum Normalisation {
    /// They are on 0–100 already; turned round where less is better.
    AsGiven,
    /// Fixed goalposts (low, high) per indicator.
    Goalposts(Vec<(f64, f64)>),
    /// A target per indicator.
    Target(Vec<f64>),
    /// Between the worst and the best unit.
    MinMax,
    /// Mean 0, standard deviation 1.
    ZScore,
    /// Ranks on 0–100.
    Rank,
}

impl Normalisation {
    fn name(&self) -> &'static str {
        match self {
            Self::AsGiven => "as_given",
            Self::Goalposts(_) => "goalposts",
            Self::Target(_) => "target",
            Self::MinMax => "min_max",
            Self::ZScore => "z_score",
            Self::Rank => "rank",
        }
    }
}

/// An indicator's values over the units.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// One value per unit, NaN where missing.
    pub values: Vec<f64>,
    /// Whether more is better.
    pub more_is_better: bool,
}

/// A composite and the choices behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Composite {
    /// Its indicators.
    pub indicators: Vec<Column>,
    /// Their weights, taken as shares of their sum.
    pub weights: Vec<f64>,
    /// How they are normalised.
    pub normalisation: Normalisation,
    /// How they are aggregated.
    pub aggregation: Aggregation,
}

/// What keeps a composite from being computed.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SensitivityFault {
    /// There are no indicators.
    #[error("a composite needs an indicator")]
    NoIndicators,
    /// An indicator has another number of units than the first.
    #[error("indicator {name} has {found} units, the first has {expected}")]
    UnitMismatch {
        /// The indicator.
        name: String,
        /// Its units.
        found: usize,
        /// Units of the first.
        expected: usize,
    },
    /// Goalposts, targets or weights do not fit the indicators.
    #[error("there are {found} {what} for {expected} indicators")]
    LengthMismatch {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// Indicators.
        expected: usize,
    },
    /// The values cannot be aggregated; for z-scores the geometric mean never can.
    #[error("unit {unit}: {fault}")]
    Aggregate {
        /// The unit, from 0.
        unit: usize,
        /// Why.
        fault: AggregateFault,
    },
    /// Entropy weights cannot be said.
    #[error("{0}")]
    Weights(#[from] WeightFault),
}

/// What another choice makes of scores and ranks.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The choice, for instance `without 参与` or `rank, geometric, equal weights`.
    pub name: String,
    /// Scores, NaN where a value is missing. Only those on the same scale can be compared with the base's.
    pub scores: Vec<f64>,
    /// Ranks, 1 the best; `None` without a score.
    pub ranks: Vec<Option<u32>>,
    /// Places that each unit falls (positive) or rises (negative) against the base.
    pub shifts: Vec<Option<i64>>,
    /// Mean of the absolute shifts; NaN without any.
    pub mean_shift: f64,
    /// Largest absolute shift.
    pub largest_shift: u64,
    /// Spearman's correlation with the base's scores.
    pub spearman: f64,
}

/// Outcomes of the choices that could be computed, and those that could not.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternatives {
    /// One per choice.
    pub outcomes: Vec<Outcome>,
    /// Choices that cannot be made, and why: the geometric mean of z-scores, entropy of missing values.
    pub impossible: Vec<(String, SensitivityFault)>,
}

impl Alternatives {
    /// Per unit its best and worst rank over the outcomes; `None` where it was never ranked.
    #[must_use]
    pub fn rank_ranges(&self) -> Vec<Option<(u32, u32)>> {
        let units = self.outcomes.first().map_or(0, |outcome| outcome.ranks.len());
        (0..units)
            .map(|unit| {
                let ranks = || self.outcomes.iter().filter_map(|outcome| outcome.ranks[unit]);
                Some((ranks().min()?, ranks().max()?))
            })
            .collect()
    }
}

impl Composite {
    /// The indicators on their common scale.
    ///
    /// # Errors
    /// [`SensitivityFault`] for no indicators or lengths that do not fit.
    pub fn normalised(&self) -> Result<Vec<Vec<f64>>, SensitivityFault> {
        let k = self.indicators.len();
        let units = self
            .indicators
            .first()
            .ok_or(SensitivityFault::NoIndicators)?
            .values
            .len();
        if let Some(other) = self.indicators.iter().find(|column| column.values.len() != units) {
            return Err(SensitivityFault::UnitMismatch {
                name: other.name.clone(),
                found: other.values.len(),
                expected: units,
            });
        }
        let fits = |what, found| {
            if found == k {
                Ok(())
            } else {
                Err(SensitivityFault::LengthMismatch {
                    what,
                    found,
                    expected: k,
                })
            }
        };
        fits("weights", self.weights.len())?;
        match &self.normalisation {
            Normalisation::Goalposts(posts) => fits("pairs of goalposts", posts.len())?,
            Normalisation::Target(targets) => fits("targets", targets.len())?,
            _ => {}
        }
        let column = |(at, column): (usize, &Column)| {
            let (values, more) = (&column.values, column.more_is_better);
            let each = |of: &dyn Fn(f64) -> f64| values.iter().map(|&value| of(value)).collect();
            match &self.normalisation {
                Normalisation::AsGiven => each(&|value| orient(value, more)),
                Normalisation::Goalposts(posts) => {
                    each(&|value| goalposts(value, posts[at].0, posts[at].1, more))
                }
                Normalisation::Target(targets) => each(&|value| target_attainment(value, targets[at], more)),
                Normalisation::MinMax => min_max(values, more),
                Normalisation::ZScore => z_scores(values, more),
                Normalisation::Rank => rank_scores(values, more),
            }
        };
        Ok(self.indicators.iter().enumerate().map(column).collect())
    }

    /// The units' scores; NaN where a value with a positive weight is missing.
    ///
    /// # Errors
    /// [`SensitivityFault`].
    ///
    /// ```
    /// use analysis::indicator::aggregate::Aggregation;
    /// use analysis::indicator::sensitivity::{Column, Composite, Normalisation, leave_one_out};
    /// let column = |name: &str, values: [f64; 3]| Column {
    ///     name: name.to_owned(),
    ///     values: values.to_vec(),
    ///     more_is_better: true,
    /// };
    /// let composite = Composite {
    ///     indicators: vec![column("参与", [80.0, 60.0, 70.0]), column("受益", [50.0, 90.0, 60.0])],
    ///     weights: vec![0.4, 0.6],
    ///     normalisation: Normalisation::AsGiven,
    ///     aggregation: Aggregation::Arithmetic,
    /// };
    /// assert!((composite.scores()?[1] - 78.0).abs() < 1e-12);
    /// let without = leave_one_out(&composite)?;
    /// assert_eq!(without[1].name, "without 受益");
    /// assert_eq!(without[1].shifts, [Some(-2), Some(2), Some(0)]);
    /// # Ok::<(), analysis::indicator::sensitivity::SensitivityFault>(())
    /// ```
    pub fn scores(&self) -> Result<Vec<f64>, SensitivityFault> {
        let columns = self.normalised()?;
        let units = columns.first().map_or(0, Vec::len);
        (0..units)
            .map(|unit| {
                let values: Vec<f64> = columns.iter().map(|column| column[unit]).collect();
                aggregate(&values, &self.weights, self.aggregation)
                    .map_err(|fault| SensitivityFault::Aggregate { unit, fault })
            })
            .collect()
    }

    fn label(&self, weights: &str) -> String {
        let aggregation = match self.aggregation {
            Aggregation::Arithmetic => "arithmetic",
            Aggregation::Geometric(_) => "geometric",
        };
        format!("{}, {aggregation}, {weights} weights", self.normalisation.name())
    }
}

/// The composite without each of its indicators in turn, the weights of the others kept in proportion.
///
/// An indicator that carries all the weight cannot be left out and is passed over; so is the only one.
///
/// # Errors
/// [`SensitivityFault`] where the base cannot be computed.
pub fn leave_one_out(base: &Composite) -> Result<Vec<Outcome>, SensitivityFault> {
    let reference = base.scores()?;
    let total: f64 = base.weights.iter().sum();
    let mut outcomes = Vec::new();
    for (at, left_out) in base.indicators.iter().enumerate() {
        if base.indicators.len() < 2 || base.weights[at] >= total {
            continue;
        }
        let mut other = base.clone();
        other.indicators.remove(at);
        other.weights.remove(at);
        match &mut other.normalisation {
            Normalisation::Goalposts(posts) => {
                posts.remove(at);
            }
            Normalisation::Target(targets) => {
                targets.remove(at);
            }
            _ => {}
        }
        outcomes.push(outcome(
            format!("without {}", left_out.name),
            other.scores()?,
            &reference,
        ));
    }
    Ok(outcomes)
}

/// The composite under every combination of normalisation (its own, min–max, z, ranks), aggregation (arithmetic,
/// geometric) and weights (its own, equal, entropy of the min–max values), except the base itself.
///
/// The geometric mean raises values below 1 to 1, so that the worst unit of an indicator is not ranked by that alone.
///
/// # Errors
/// [`SensitivityFault`] where the base cannot be computed; choices that cannot be made are listed as impossible.
///
/// # Source
/// Saisana, Saltelli & Tarantola (2005), JRSS A 168, 307–323.
pub fn alternatives(base: &Composite) -> Result<Alternatives, SensitivityFault> {
    let reference = base.scores()?;
    let mut normalisations = vec![base.normalisation.clone()];
    for other in [Normalisation::MinMax, Normalisation::ZScore, Normalisation::Rank] {
        if other != base.normalisation {
            normalisations.push(other);
        }
    }
    let geometric = match base.aggregation {
        own @ Aggregation::Geometric(_) => own,
        Aggregation::Arithmetic => Aggregation::Geometric(ZeroRule::Floor(1.0)),
    };
    let between_units = Composite {
        normalisation: Normalisation::MinMax,
        ..base.clone()
    };
    let by_entropy = entropy_weights(&between_units.normalised()?).map(|found| found.weights);
    let mut found = Alternatives {
        outcomes: Vec::new(),
        impossible: Vec::new(),
    };
    for normalisation in &normalisations {
        for aggregation in [Aggregation::Arithmetic, geometric] {
            for (name, weights) in [
                ("own", Ok(base.weights.clone())),
                ("equal", Ok(vec![1.0; base.weights.len()])),
                ("entropy", by_entropy.clone()),
            ] {
                let same = *normalisation == base.normalisation && aggregation == base.aggregation;
                if same && name == "own" {
                    continue;
                }
                let mut other = base.clone();
                other.normalisation = normalisation.clone();
                other.aggregation = aggregation;
                let label = other.label(name);
                let scores = weights.map_err(SensitivityFault::from).and_then(|weights| {
                    other.weights = weights;
                    other.scores()
                });
                match scores {
                    Ok(scores) => found.outcomes.push(outcome(label, scores, &reference)),
                    Err(fault) => found.impossible.push((label, fault)),
                }
            }
        }
    }
    Ok(found)
}

/// Scores of another choice beside the base's.
#[must_use]
pub fn outcome(name: String, scores: Vec<f64>, base: &[f64]) -> Outcome {
    let (before, ranks) = (ranks(base), ranks(&scores));
    let shifts: Vec<Option<i64>> = ranks
        .iter()
        .zip(&before)
        .map(|(now, before)| Some(i64::from((*now)?) - i64::from((*before)?)))
        .collect();
    let sizes: Vec<u64> = shifts
        .iter()
        .flatten()
        .map(|shift| shift.unsigned_abs())
        .collect();
    Outcome {
        name,
        spearman: spearman(&scores, base),
        scores,
        ranks,
        mean_shift: sizes.iter().sum::<u64>() as f64 / sizes.len() as f64,
        largest_shift: sizes.iter().copied().max().unwrap_or(0),
        shifts,
    }
}

/// 1 + the number of units with a higher score; `None` without a score. Scores closer than 1e-9 are equal, so that
/// rounding makes no rank.
fn ranks(scores: &[f64]) -> Vec<Option<u32>> {
    scores
        .iter()
        .map(|&own| {
            (!own.is_nan()).then(|| 1 + scores.iter().filter(|&&other| other > own + 1e-9).count() as u32)
        })
        .collect()
}

#[cfg(test)]
mod tests;
