//! Rows of results from joined statistics, by the rules of a round's own.

use nalgebra::{DMatrix, DVector};

use super::join::{pooled, spread_of};
use crate::evaluation::rank::rank_intervals;
use crate::federation::{Cell, CrossCell, SharedScore, SharedStatistics};
use crate::indicator::leaf::scale_of;
use crate::indicator::present::{LEVEL, Limits, Scale, flag, interval};
use crate::indicator::ratio::Ratio;
use crate::results::{IndicatorResult, Score};
use crate::round::space::Spread;

/// Seed of the simulation behind rank intervals; any number does, as long as it stays.
const RANK_SEED: u64 = 20_260_101;

/// A figure with its error, interval and flag, by the rules of a round's own results.
pub(super) fn row(cell: &Cell, unit: &str, limits: Limits) -> IndicatorResult {
    let moments = &cell.moments;
    let scale = scale_of(cell.measure);
    let ratio = Ratio {
        value: moments.ratio(),
        n: moments.n,
        spread: Spread {
            variance: moments.variance(),
            df: moments.df,
        },
        df: moments.df,
        totals: Vec::new(),
        census: moments.complete,
    };
    let se = ratio.spread.se();
    let (lower, upper) = match ratio.value {
        Some(value) => interval(value, se, ratio.df, ratio.n, scale, ratio.census),
        None => (None, None),
    };
    IndicatorResult {
        code: cell.name.code.clone(),
        unit: unit.to_owned(),
        group: Some(cell.name.group.clone()),
        area: cell.name.area.clone(),
        measure: cell.measure.code().to_owned(),
        estimate: ratio.value,
        se: ratio.value.map(|_| se),
        lower,
        upper,
        n: ratio.n,
        flag: flag(&ratio, scale, limits),
    }
}

/// The figure that combines the perspectives of an indicator, where people alone speak and all of them are there. Its
/// error holds their covariance over the PSUs of all; its degrees of freedom are the fewest of theirs.
pub(super) fn over_perspectives(file: &SharedStatistics, code: &str) -> Option<IndicatorResult> {
    let shares: Vec<&(String, f64)> = file
        .shares
        .get(code)?
        .iter()
        .filter(|(_, share)| *share > 0.0)
        .collect();
    let parts: Option<Vec<(f64, &Cell)>> = shares
        .iter()
        .map(|(group, share)| Some((*share, file.cell(&pooled(code, group))?)))
        .collect();
    let parts = parts.filter(|parts| !parts.is_empty())?;
    let all: f64 = parts.iter().map(|(share, _)| share).sum();
    let (mut value, mut variance, mut n) = (0.0, 0.0, 0);
    let (mut df, mut complete) = (f64::INFINITY, true);
    for (at, (share, cell)) in parts.iter().enumerate() {
        let moments = &cell.moments;
        value += share / all * moments.ratio()?;
        n += moments.n;
        df = df.min(moments.df);
        complete &= moments.complete;
        for (other_share, other) in &parts[at..] {
            let groups = (&cell.name.group, &other.name.group);
            let together =
                |cross: &&CrossCell| cross.code == code && (&cross.groups.0, &cross.groups.1) == groups;
            let cross = &file.crosses.iter().find(together)?.cross;
            let times = if groups.0 == groups.1 { 1.0 } else { 2.0 };
            let weight = times * share / all * other_share / all;
            variance += weight * cross.covariance(moments, &other.moments);
        }
    }
    let se = variance.max(0.0).sqrt();
    let (_, first) = *parts.first()?;
    let limits = Limits {
        min_cell: file.min_cell,
        small_n: file.small_n,
    };
    let flags = parts
        .iter()
        .filter_map(|(_, cell)| row(cell, &file.unit.code, limits).flag);
    let (lower, upper) = match parts.as_slice() {
        [(_, only)] => {
            let own = row(only, &file.unit.code, limits);
            (own.lower, own.upper)
        }
        _ => interval(value, se, df, n, scale_of(first.measure), complete),
    };
    Some(IndicatorResult {
        code: code.to_owned(),
        unit: file.unit.code.clone(),
        group: None,
        area: None,
        measure: first.measure.code().to_owned(),
        estimate: Some(value),
        se: Some(se),
        lower,
        upper,
        n,
        flag: flags.min(),
    })
}

/// The whole's score, then the units' with their places: samples of different units are independent.
pub(super) fn scores(shared: &SharedStatistics, files: &[SharedStatistics]) -> Vec<Score> {
    let scored: Vec<(usize, SharedScore)> = files
        .iter()
        .enumerate()
        .filter_map(|(at, file)| Some((at, file.score?)))
        .collect();
    let values: Vec<f64> = scored.iter().map(|(_, score)| score.score).collect();
    let variances = scored.iter().map(|(_, score)| score.se * score.se);
    let covariance = DMatrix::from_diagonal(&DVector::from_iterator(scored.len(), variances));
    let df: Vec<f64> = scored.iter().map(|(_, score)| spread_of(score).df).collect();
    let ranking = rank_intervals(&values, &covariance, &df, LEVEL, RANK_SEED);
    let of = |file: &SharedStatistics, place: Option<usize>| {
        let limits = file.score.map_or((None, None), |score| {
            let spread = spread_of(&score);
            interval(
                score.score,
                score.se,
                spread.df,
                0,
                Scale::Hundred,
                score.se == 0.0,
            )
        });
        Score {
            unit: file.unit.code.clone(),
            score: file.score.map(|score| score.score),
            se: file.score.map(|score| score.se),
            lower: limits.0,
            upper: limits.1,
            rank: place.map(|at| ranking.rank[at]),
            rank_lower: place.map(|at| ranking.lower[at]),
            rank_upper: place.map(|at| ranking.upper[at]),
            grade: None,
        }
    };
    let units = files
        .iter()
        .enumerate()
        .map(|(at, file)| of(file, scored.iter().position(|(scored, _)| *scored == at)));
    std::iter::once(of(shared, None)).chain(units).collect()
}
