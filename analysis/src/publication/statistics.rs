//! What the published figures follow from, and how.
//!
//! **Estimates.** From an estimate p (a fraction, or points m), its standard error s and the multiplier t:
//! for fractions the 95 % interval is expit(ln(p / (1 − p)) ± t s / (p (1 − p))), for points m ± t s cut off at 0 and
//! 100; t = 0 where everybody was asked. Figures are printed with one decimal (standard errors with two), rounded from
//! the number itself, once.
//!
//! **Scores.** A unit's score is Σ share × value over its leaves. Leaves that are withheld stand together as one part,
//! which is what anyone can work out from the score anyway; [`super::release`] never leaves a withheld leaf alone.
//! The standard error of a score is √Σ d², and of a difference √Σ (d − d′)², over the unit's *replicates* d: each
//! column of them is the score's deviation in one replicate. They reproduce the covariance of all published scores
//! and nothing else: as a rotation of the replicates of the sample they say nothing of single villages. Two units are
//! told apart when their difference is more than `critical` times its standard error; a unit's best place is 1 + the
//! units told apart above it, its worst the number of units less those told apart below.
//!
//! Every number is given with the fewest decimals from which all figures made of it follow.

mod fitting;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::figure::{Address, Printed, Scale};
use super::{PublicationError, Release, ScoreFigure};
use crate::evaluation::grade::grade;
use crate::plan::{GradeLine, IndicatorTree, Plan};
use crate::results::{IndicatorResult, RoundDetail};

pub(super) use fitting::scores;

/// Fewest and most decimals of a statistic.
const DECIMALS: std::ops::RangeInclusive<usize> = 3..=15;

/// What an estimate's figures follow from. Decimal numbers as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistic {
    /// The estimate: a fraction of 1, or points of 100.
    pub estimate: String,
    /// Its standard error.
    pub se: Option<String>,
    /// The multiplier of the standard error in the interval; none where there is no interval.
    pub t: Option<String>,
}

/// What all scores follow from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreStatistics {
    /// How many standard errors tell two units apart.
    pub critical: String,
    /// By unit: the county first, then the ranked units.
    pub units: Vec<UnitStatistics>,
}

/// What a unit's score follows from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitStatistics {
    /// Unit.
    pub unit: String,
    /// Parts whose shares × values are the score.
    pub parts: Vec<ScorePart>,
    /// Deviations of the score in each replicate.
    pub replicates: Vec<String>,
    /// The multiplier of the standard error in the interval; none where there is no interval.
    pub t: Option<String>,
    /// Whether it has a place among the units.
    pub ranked: bool,
}

/// A leaf's part in a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScorePart {
    /// The leaf; several where they are withheld.
    pub leaves: Vec<String>,
    /// Share of the score, 0–1.
    pub share: String,
    /// Value on 0–100, more being better.
    pub value: String,
}

fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|value| value.is_finite())
}

fn decimals(value: f64, places: usize) -> String {
    format!("{value:.places$}")
}

fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

/// Limits by the rule of the module's text.
fn limits(scale: Scale, estimate: f64, se: f64, t: f64) -> Option<(f64, f64)> {
    if t == 0.0 {
        return Some((estimate, estimate));
    }
    match scale {
        Scale::Points => Some((
            (estimate - t * se).clamp(0.0, 100.0),
            (estimate + t * se).clamp(0.0, 100.0),
        )),
        Scale::Percent => {
            let odds = estimate * (1.0 - estimate);
            if odds <= 0.0 {
                return None;
            }
            let expit = |x: f64| 1.0 / (1.0 + (-x).exp());
            let (centre, width) = (logit(estimate), t * se / odds);
            Some((expit(centre - width), expit(centre + width)))
        }
    }
}

/// The multiplier behind known limits; `None` where there are none.
fn multiplier(scale: Scale, estimate: f64, se: f64, limits: (Option<f64>, Option<f64>)) -> Option<f64> {
    let (lower, upper) = (limits.0?, limits.1?);
    if lower == upper || se == 0.0 {
        return Some(0.0);
    }
    Some(match scale {
        Scale::Percent => (logit(upper) - logit(lower)) / 2.0 * estimate * (1.0 - estimate) / se,
        Scale::Points if upper < 100.0 => (upper - estimate) / se,
        Scale::Points if lower > 0.0 => (estimate - lower) / se,
        Scale::Points => estimate.max(100.0 - estimate) / se,
    })
}

/// The figures that follow from a statistic; `None` where its numbers cannot be read.
pub fn recompute(statistic: &Statistic, scale: Scale) -> Option<Printed> {
    let estimate = number(&statistic.estimate)?;
    let se = match &statistic.se {
        Some(text) => Some(number(text)?),
        None => None,
    };
    let between = match (&statistic.t, se) {
        (Some(t), Some(se)) => Some(limits(scale, estimate, se, number(t)?)?),
        _ => None,
    };
    Some(Printed::of(
        scale,
        estimate,
        se,
        between.map(|(lower, _)| lower),
        between.map(|(_, upper)| upper),
    ))
}

/// The statistic of an estimate with as few decimals as its figures take, and the figures; `None` without an estimate.
pub(super) fn fit(
    row: &IndicatorResult,
    scale: Scale,
) -> Result<Option<(Statistic, Printed)>, PublicationError> {
    let Some(estimate) = row.estimate else {
        return Ok(None);
    };
    let has_interval = row.se.is_some() && row.lower.is_some() && row.upper.is_some();
    let (lower, upper) = match has_interval {
        true => (row.lower, row.upper),
        false => (None, None),
    };
    let printed = Printed::of(scale, estimate, row.se, lower, upper);
    let t = row
        .se
        .and_then(|se| multiplier(scale, estimate, se, (lower, upper)));
    for places in DECIMALS {
        let statistic = Statistic {
            estimate: decimals(estimate, places),
            se: row.se.map(|se| decimals(se, places)),
            t: t.map(|t| decimals(t, places)),
        };
        if recompute(&statistic, scale).as_ref() == Some(&printed) {
            return Ok(Some((statistic, printed)));
        }
    }
    Err(PublicationError::NotReproducible {
        figure: Address::of(row).to_string(),
    })
}

/// The leaves behind a unit's score with their shares, those without a value left out as in the scores.
pub(super) fn shares(plan: &Plan, detail: &RoundDetail, unit: &str) -> Vec<(String, f64, f64)> {
    let values: BTreeMap<&str, f64> = detail
        .node_scores
        .iter()
        .filter(|node| node.unit == unit)
        .filter_map(|node| Some((node.code.as_str(), node.value?)))
        .collect();
    let mut out = Vec::new();
    descend(&plan.indicators, None, 1.0, &values, &mut out);
    out
}

fn descend(
    tree: &IndicatorTree,
    code: Option<&str>,
    share: f64,
    values: &BTreeMap<&str, f64>,
    out: &mut Vec<(String, f64, f64)>,
) {
    let counted = || {
        tree.children(code)
            .filter(|child| child.weight > 0.0 && values.contains_key(child.code.as_str()))
    };
    let total: f64 = counted().map(|child| child.weight).sum();
    for child in counted() {
        let share = share * child.weight / total;
        match (child.measure, values.get(child.code.as_str())) {
            (Some(_), Some(&value)) => out.push((child.code.clone(), share, value)),
            _ => descend(tree, Some(&child.code), share, values, out),
        }
    }
}

/// The published scores that follow from the statistics; `None` where their numbers cannot be read.
///
/// - `lines`: grades, the best first, and from which score.
pub fn recompute_scores(
    statistics: &ScoreStatistics,
    lines: &[(survey_forms::text::Text, f64)],
) -> Option<Vec<ScoreFigure>> {
    let lines: Vec<GradeLine> = lines
        .iter()
        .map(|(name, from)| GradeLine {
            name: name.clone(),
            from: *from,
        })
        .collect();
    let critical = number(&statistics.critical)?;
    let mut read = Vec::with_capacity(statistics.units.len());
    for unit in &statistics.units {
        let mut score = 0.0;
        for part in &unit.parts {
            score += number(&part.share)? * number(&part.value)?;
        }
        let deviations: Vec<f64> = unit.replicates.iter().map(|d| number(d)).collect::<Option<_>>()?;
        read.push((unit, score, deviations));
    }
    let ranked: Vec<&(&UnitStatistics, f64, Vec<f64>)> =
        read.iter().filter(|(unit, ..)| unit.ranked).collect();
    let mut figures = Vec::with_capacity(read.len());
    for (unit, score, deviations) in &read {
        let se = deviations.iter().map(|d| d * d).sum::<f64>().sqrt();
        let between = match &unit.t {
            Some(t) => limits(Scale::Points, *score, se, number(t)?),
            None => None,
        };
        let graded = grade(
            &lines,
            *score,
            between.map_or(0.0, |(lower, _)| lower),
            between.map_or(100.0, |(_, upper)| upper),
        );
        let others = || ranked.iter().filter(|(other, ..)| other.unit != unit.unit);
        let told = |by: f64, theirs: &[f64]| {
            let squares = deviations.iter().zip(theirs).map(|(a, b)| (a - b) * (a - b));
            by > (critical * squares.sum::<f64>().sqrt()).max(1e-9)
        };
        let above = others()
            .filter(|(_, other, theirs)| told(other - score, theirs))
            .count() as u32;
        let below = others()
            .filter(|(_, other, theirs)| told(score - other, theirs))
            .count() as u32;
        let higher = others().filter(|(_, other, _)| other > score).count() as u32;
        figures.push(ScoreFigure {
            unit: unit.unit.clone(),
            shown: Some(Printed::of(
                Scale::Points,
                *score,
                Some(se),
                between.map(|(lower, _)| lower),
                between.map(|(_, upper)| upper),
            )),
            rank: unit
                .ranked
                .then_some((1 + higher, 1 + above, ranked.len() as u32 - below)),
            grade: graded.as_ref().map(|graded| graded.grade.clone()),
            borderline: graded.is_some_and(|graded| graded.borderline()),
        });
    }
    Some(figures)
}

/// Recomputes every figure of a release from its own statistics.
///
/// # Errors
/// [`PublicationError::NotReproducible`], naming the first that differs.
pub fn check(release: &Release) -> Result<(), PublicationError> {
    let differs = |figure: String| Err(PublicationError::NotReproducible { figure });
    for figure in &release.figures {
        let again = figure
            .statistic
            .as_ref()
            .and_then(|statistic| recompute(statistic, figure.scale));
        if again != figure.shown {
            return differs(figure.at.to_string());
        }
    }
    let shown: Vec<&ScoreFigure> = release
        .scores
        .iter()
        .filter(|figure| figure.shown.is_some())
        .collect();
    let again = recompute_scores(&release.score_statistics, &release.grades).unwrap_or_default();
    match again.iter().eq(shown.iter().copied()) {
        true => Ok(()),
        false => differs("scores".to_owned()),
    }
}
