//! Statistics of the scores, with as few decimals as reproduce the published figures.

use std::collections::{BTreeMap, BTreeSet};

use nalgebra::DMatrix;

use super::super::figure::{Address, Scale};
use super::super::{PublicationError, ScoreFigure};
use super::{
    DECIMALS, ScorePart, ScoreStatistics, UnitStatistics, decimals, multiplier, recompute_scores, shares,
};
use crate::plan::Plan;
use crate::results::RoundDetail;

/// Shares of the variance below this are rounding.
const NOTHING: f64 = 1e-13;

/// What the scores follow from, with as few decimals as that takes.
pub(in super::super) fn scores(
    detail: &RoundDetail,
    plan: &Plan,
    hidden: &BTreeSet<Address>,
) -> Result<ScoreStatistics, PublicationError> {
    let wanted: Vec<ScoreFigure> = detail
        .results
        .scores
        .iter()
        .map(|score| super::super::score_figure(score, detail))
        .filter(|figure| figure.shown.is_some())
        .collect();
    let not_reproducible = || PublicationError::NotReproducible {
        figure: "scores".to_owned(),
    };
    let replicates = replicates(detail);
    let critical = critical(detail).ok_or_else(not_reproducible)?;
    let lines: Vec<_> = plan
        .grades
        .iter()
        .map(|line| (line.name.clone(), line.from))
        .collect();
    for places in DECIMALS {
        let units = wanted
            .iter()
            .map(|figure| unit_statistics(detail, plan, hidden, &replicates, (figure, places)));
        let statistics = ScoreStatistics {
            critical: decimals(critical, places),
            units: units.collect(),
        };
        if recompute_scores(&statistics, &lines).is_some_and(|found| found == wanted) {
            return Ok(statistics);
        }
    }
    Err(not_reproducible())
}

fn unit_statistics(
    detail: &RoundDetail,
    plan: &Plan,
    hidden: &BTreeSet<Address>,
    replicates: &BTreeMap<String, Vec<f64>>,
    (figure, places): (&ScoreFigure, usize),
) -> UnitStatistics {
    let unit = figure.unit.as_str();
    let is_hidden = |code: &str| {
        hidden.contains(&Address {
            code: code.to_owned(),
            unit: unit.to_owned(),
            group: None,
            area: None,
        })
    };
    let (withheld, open): (Vec<_>, Vec<_>) = shares(plan, detail, unit)
        .into_iter()
        .partition(|(code, _, _)| is_hidden(code));
    let part = |leaves: Vec<String>, share: f64, value: f64| ScorePart {
        leaves,
        share: decimals(share, places + 2),
        value: decimals(value, places),
    };
    let mut parts: Vec<ScorePart> = open
        .into_iter()
        .map(|(code, share, value)| part(vec![code], share, value))
        .collect();
    let share: f64 = withheld.iter().map(|(_, share, _)| share).sum();
    if share > 0.0 {
        let value = withheld
            .iter()
            .map(|(_, share, value)| share * value)
            .sum::<f64>()
            / share;
        parts.push(part(
            withheld.into_iter().map(|(code, _, _)| code).collect(),
            share,
            value,
        ));
    }
    let score = detail.score(unit);
    let se = score.and_then(|score| score.se).unwrap_or(0.0);
    let t = score.and_then(|score| multiplier(Scale::Points, score.score?, se, (score.lower, score.upper)));
    let deviations = match replicates.get(unit) {
        Some(deviations) => deviations.clone(),
        None => vec![se],
    };
    UnitStatistics {
        unit: unit.to_owned(),
        parts,
        replicates: deviations.iter().map(|d| decimals(*d, places)).collect(),
        t: t.map(|t| decimals(t, places)),
        ranked: figure.rank.is_some(),
    }
}

/// Columns whose cross products are the covariance of the ranked scores, which the pairs' standard errors hold.
///
/// The principal axes are taken: which replicate of the sample a deviation came from is lost.
fn replicates(detail: &RoundDetail) -> BTreeMap<String, Vec<f64>> {
    let ranked: Vec<(&str, f64)> = detail
        .results
        .scores
        .iter()
        .filter(|score| score.rank.is_some())
        .map(|score| (score.unit.as_str(), score.se.unwrap_or(0.0)))
        .collect();
    let apart: BTreeMap<(&str, &str), f64> = detail
        .pairs
        .iter()
        .flat_map(|pair| {
            let (a, b) = (pair.better.as_str(), pair.worse.as_str());
            [((a, b), pair.se), ((b, a), pair.se)]
        })
        .collect();
    let n = ranked.len();
    let covariance = DMatrix::from_fn(n, n, |i, j| {
        let ((a, sa), (b, sb)) = (ranked[i], ranked[j]);
        match (i == j, apart.get(&(a, b))) {
            (true, _) => sa * sa,
            (false, Some(se)) => (sa * sa + sb * sb - se * se) / 2.0,
            (false, None) => 0.0,
        }
    });
    if n == 0 {
        return BTreeMap::new();
    }
    let axes = covariance.symmetric_eigen();
    let largest = axes.eigenvalues.iter().copied().fold(0.0, f64::max);
    let mut kept: Vec<usize> = (0..n)
        .filter(|&k| axes.eigenvalues[k] > NOTHING * largest && axes.eigenvalues[k] > 0.0)
        .collect();
    kept.sort_by(|&a, &b| axes.eigenvalues[b].total_cmp(&axes.eigenvalues[a]));
    let row = |i: usize| {
        let deviation = |&k: &usize| axes.eigenvectors[(i, k)] * axes.eigenvalues[k].sqrt();
        kept.iter().map(deviation).collect()
    };
    let rows = ranked.iter().enumerate();
    rows.map(|(i, (unit, _))| ((*unit).to_owned(), row(i))).collect()
}

/// A number of standard errors between the pairs that were told apart and those that were not.
fn critical(detail: &RoundDetail) -> Option<f64> {
    let ratios = |told: bool| {
        detail
            .pairs
            .iter()
            .filter(move |pair| pair.significant == told && pair.se > 0.0)
            .map(|pair| pair.difference / pair.se)
    };
    let apart = ratios(true).fold(f64::INFINITY, f64::min);
    let alike = ratios(false).fold(0.0, f64::max);
    match (apart.is_finite(), alike < apart) {
        (_, false) => None,
        (true, true) => Some((apart + alike) / 2.0),
        (false, true) => Some(alike + 1.0),
    }
}
