//! Scores, ranks and grades of the units, and every node of the tree behind them.

use std::collections::BTreeMap;

use nalgebra::DMatrix;

use super::sample::Sample;
use super::space::{Spread, View};
use crate::evaluation::grade::{Graded, grade};
use crate::evaluation::rank::{Ranking, rank_intervals};
use crate::indicator::aggregate::NodeValues;
use crate::indicator::leaf::{Ground, Leaf, Value};
use crate::indicator::present::{LEVEL, Scale, interval};
use crate::results::{NodePart, NodeScore, PairComparison, RoundDetail, Score, ScoreDetail};

/// Seed of the simulation behind rank intervals; any number does, as long as it stays.
const RANK_SEED: u64 = 20_260_101;

/// Limits of a value on 0–100.
fn hundred(value: f64, spread: Spread) -> (Option<f64>, Option<f64>) {
    interval(
        value,
        spread.se(),
        spread.df,
        0,
        Scale::Hundred,
        spread.variance == 0.0,
    )
}

/// Every node of the tree in every unit.
pub(super) fn node_scores(
    ground: &Ground<'_>,
    leaves: &BTreeMap<String, Leaf>,
    values: &NodeValues,
) -> Vec<NodeScore> {
    let mut rows = Vec::new();
    for node in ground.plan.indicators.iter() {
        let Some(by_unit) = values.get(&node.code) else {
            continue;
        };
        for (index, (unit, value)) in ground.units.iter().zip(by_unit).enumerate() {
            let spread = value.as_ref().map(|value| value.spread(ground.view));
            let limits = value
                .as_ref()
                .zip(spread)
                .map(|(value, spread)| hundred(value.value, spread));
            let perspectives = leaves.get(&node.code).map_or(&[][..], |leaf| &leaf.perspectives);
            let parts = perspectives.iter().map(|perspective| {
                let part = perspective.parts[index].as_ref();
                NodePart {
                    perspective: perspective.name.clone(),
                    share: perspective.share,
                    value: part.map(|part| part.value.value),
                    se: part.map(|part| part.spread.se()),
                    n: part.map_or(0, |part| part.n),
                }
            });
            rows.push(NodeScore {
                code: node.code.clone(),
                unit: (*unit).to_owned(),
                weight: node.weight,
                value: value.as_ref().map(|value| value.value),
                se: spread.map(Spread::se),
                lower: limits.and_then(|(lower, _)| lower),
                upper: limits.and_then(|(_, upper)| upper),
                df: spread
                    .map(|spread| spread.df)
                    .filter(|df| *df > 0.0 && df.is_finite()),
                withheld: false,
                parts: parts.collect(),
            });
        }
    }
    rows
}

/// The units that were ranked, and how.
pub(super) struct Ranked<'a> {
    /// Their places among all units, with their scores.
    pub(super) units: Vec<(usize, &'a Value)>,
    /// The ranking, in the same order.
    pub(super) ranking: Ranking,
}

/// Scores, ranks and grades into the results.
pub(super) fn score<'a>(ground: &Ground<'_>, values: &'a NodeValues, detail: &mut RoundDetail) -> Ranked<'a> {
    let scores = values.get("").map_or(&[][..], Vec::as_slice);
    let spreads: Vec<Spread> = scores
        .iter()
        .map(|value| {
            value
                .as_ref()
                .map(|value| value.spread(ground.view))
                .unwrap_or_default()
        })
        .collect();
    let scored: Vec<(usize, &Value)> = scores
        .iter()
        .enumerate()
        .skip(1)
        .filter_map(|(unit, value)| Some((unit, value.as_ref()?)))
        .collect();
    let ranking = rank(ground.view, &scored, &spreads);
    let place = |unit: usize| scored.iter().position(|(at, _)| *at == unit);
    for (index, (unit, value)) in ground.units.iter().zip(scores).enumerate() {
        let limits = value
            .as_ref()
            .map_or((None, None), |value| hundred(value.value, spreads[index]));
        let graded = value.as_ref().and_then(|value| {
            let (lower, upper) = (limits.0.unwrap_or(0.0), limits.1.unwrap_or(100.0));
            grade(&ground.plan.grades, value.value, lower, upper)
        });
        let at = place(index);
        detail.results.scores.push(Score {
            unit: (*unit).to_owned(),
            score: value.as_ref().map(|value| value.value),
            se: value.as_ref().map(|_| spreads[index].se()),
            lower: limits.0,
            upper: limits.1,
            rank: at.map(|at| ranking.rank[at]),
            rank_lower: at.map(|at| ranking.lower[at]),
            rank_upper: at.map(|at| ranking.upper[at]),
            grade: graded.as_ref().map(|graded| graded.grade.clone()),
        });
        detail.score_details.push(ScoreDetail {
            unit: (*unit).to_owned(),
            df: Some(spreads[index].df).filter(|df| *df > 0.0 && df.is_finite()),
            borderline: graded.as_ref().is_some_and(Graded::borderline),
            possible_grades: graded.map(|graded| graded.possible).unwrap_or_default(),
            n: voices(ground, index),
            indistinguishable: at.map_or(Vec::new(), |at| alike(ground, &scored, &ranking, at)),
        });
    }
    detail.pairs = ranking
        .pairs
        .iter()
        .map(|pair| PairComparison {
            better: ground.units[scored[pair.better].0].to_owned(),
            worse: ground.units[scored[pair.worse].0].to_owned(),
            difference: pair.difference,
            se: pair.se,
            significant: pair.significant,
        })
        .collect();
    Ranked {
        units: scored,
        ranking,
    }
}

fn rank(view: &View, scored: &[(usize, &Value)], spreads: &[Spread]) -> Ranking {
    let n = scored.len();
    let covariance = DMatrix::from_fn(n, n, |i, j| {
        let (unit, a) = scored[i];
        let (_, b) = scored[j];
        if i == j {
            spreads[unit].variance
        } else {
            a.covariance(b, view)
        }
    });
    let values: Vec<f64> = scored.iter().map(|(_, value)| value.value).collect();
    let df: Vec<f64> = scored.iter().map(|(unit, _)| spreads[*unit].df).collect();
    rank_intervals(&values, &covariance, &df, LEVEL, RANK_SEED)
}

/// Cases whose answers are behind a unit's score; a person and its relative are two.
fn voices(ground: &Ground<'_>, index: usize) -> u64 {
    let groups = ground.samples.values().filter(|sample| !sample.is_persons());
    let here = |sample: &Sample| {
        (0..sample.rows)
            .filter(|&row| index == 0 || sample.unit[row] as usize == index - 1)
            .count() as u64
    };
    groups.map(here).sum()
}

fn alike(ground: &Ground<'_>, scored: &[(usize, &Value)], ranking: &Ranking, at: usize) -> Vec<String> {
    let others = ranking
        .pairs
        .iter()
        .filter(|pair| !pair.significant)
        .filter_map(|pair| {
            if pair.better == at {
                Some(pair.worse)
            } else if pair.worse == at {
                Some(pair.better)
            } else {
                None
            }
        });
    let mut places: Vec<usize> = others.map(|other| scored[other].0).collect();
    places.sort_unstable();
    places
        .into_iter()
        .map(|unit| ground.units[unit].to_owned())
        .collect()
}
