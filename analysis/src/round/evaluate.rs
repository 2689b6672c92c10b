//! The key `evaluation` of `results.json`: how sure grades and orders are, what scores hang on, and signs that deserve
//! a look. Nothing here changes a score.

use std::collections::{BTreeMap, BTreeSet};

use nalgebra::DMatrix;

use super::cases::Cases;
use super::quality::Copies;
use super::scores::Ranked;
use super::{Sitting, steering};
use crate::evaluation::band::{alike, bands};
use crate::evaluation::chance::{Known, grade_chances};
use crate::evaluation::grade::grade;
use crate::evaluation::leverage::{LeafValues, potential};
use crate::evaluation::uncertainty::{LeafEstimates, WeightSpread, simulate};
use crate::indicator::aggregate::{Aggregation, NodeValues, leaf_shares};
use crate::indicator::leaf::{Ground, Value};
use crate::indicator::present::LEVEL;
use crate::indicator::sensitivity::{Column, Composite, Normalisation, leave_one_out};
use crate::plan::FrameSource;
use crate::results::{
    EvaluationResults, GradeChance, GradeChances, LeftOut, Leverage, PairChance, SampledPlaces, Score,
    ScoreDetail, UnitStability, WeightStability,
};

/// Weights are drawn within ± a quarter of the plan's: what another reasonable office might have fixed (OECD/JRC
/// 2008, step 7, varies experts' weights by about as much).
const WEIGHT_SPREAD: f64 = 0.25;
/// Draws of weights; a share of draws is known to about ±2 %.
const WEIGHT_DRAWS: usize = 2_000;
/// Their seed; any number does, as long as it stays.
const WEIGHT_SEED: u64 = 20_260_102;

/// What is evaluated: the results so far and what they came from.
pub(super) struct Computed<'a> {
    pub(super) ground: &'a Ground<'a>,
    pub(super) values: &'a NodeValues,
    pub(super) ranked: &'a Ranked<'a>,
    pub(super) scores: &'a [Score],
    pub(super) details: &'a [ScoreDetail],
}

/// A leaf that counts, with its values in the scored units.
struct CountedLeaf<'a> {
    code: &'a str,
    share: f64,
    values: Vec<&'a Value>,
}

/// Computes the key.
pub(super) fn evaluate(
    computed: &Computed<'_>,
    groups: &[Cases],
    copies: &Copies,
    sittings: &[Sitting],
) -> EvaluationResults {
    let (ground, ranked) = (computed.ground, computed.ranked);
    let name = |at: usize| ground.units[ranked.units[at].0].to_owned();
    let named = |sets: Vec<Vec<usize>>| -> Vec<Vec<String>> {
        let set = |set: Vec<usize>| set.into_iter().map(name).collect();
        sets.into_iter().map(set).collect()
    };
    let leaves = counted_leaves(computed);
    EvaluationResults {
        grades: grades(computed),
        pairs: pairs(computed),
        bands: named(bands(&ranked.ranking)),
        alike: named(alike(&ranked.ranking)),
        leverage: leverage(computed, &leaves),
        weights: weights(computed, &leaves),
        ceilings: steering::ceilings(ground, groups),
        steering: steering::signs(ground, groups, copies, sittings),
        sampled: sampled(ground, groups),
        change: None,
    }
}

fn grades(computed: &Computed<'_>) -> Vec<GradeChances> {
    let lines = &computed.ground.plan.grades;
    let rows = computed.scores.iter().zip(computed.details);
    rows.filter(|(score, _)| score.rank.is_some())
        .filter_map(|(score, detail)| {
            let known = Known {
                value: score.score?,
                se: score.se?,
                df: detail.df.unwrap_or(f64::INFINITY),
            };
            let grade = score.grade.clone()?;
            let own = lines.iter().position(|line| line.name.get("zh") == grade)?;
            let chances = grade_chances(lines, known);
            Some(GradeChances {
                unit: score.unit.clone(),
                certainty: *chances.get(own)?,
                moved_by_noise: 1.0 - grade_chances(lines, known.once_more()).get(own)?,
                chances: (lines.iter().zip(chances))
                    .map(|(line, chance)| GradeChance {
                        grade: line.name.get("zh").to_owned(),
                        chance,
                    })
                    .collect(),
                grade,
            })
        })
        .collect()
}

fn pairs(computed: &Computed<'_>) -> Vec<PairChance> {
    let (ground, ranked) = (computed.ground, computed.ranked);
    let pair = |pair: &crate::evaluation::rank::Pair| {
        let (better, worse) = (ranked.units[pair.better], ranked.units[pair.worse]);
        // The difference as a value of its own: what both units share goes out, and each source of error brings its
        // degrees of freedom once.
        let spread = Value::mix([(1.0, better.1), (-1.0, worse.1)]).spread(ground.view);
        let known = Known {
            value: pair.difference,
            se: spread.se(),
            df: spread.df,
        };
        PairChance {
            better: ground.units[better.0].to_owned(),
            worse: ground.units[worse.0].to_owned(),
            difference: pair.difference,
            se: spread.se(),
            df: Some(spread.df).filter(|df| *df > 0.0 && df.is_finite()),
            probability: known.is_ahead(),
            significant: pair.significant,
        }
    };
    ranked.ranking.pairs.iter().map(pair).collect()
}

fn counted_leaves<'a>(computed: &Computed<'a>) -> Vec<CountedLeaf<'a>> {
    let (plan, units) = (computed.ground.plan, &computed.ranked.units);
    let of_units = |code: &str| -> Option<Vec<&'a Value>> {
        let by_unit = computed.values.get(code)?;
        units.iter().map(|(unit, _)| by_unit[*unit].as_ref()).collect()
    };
    let shares = leaf_shares(&plan.indicators, &|code| of_units(code).is_some());
    let leaf = |leaf: &'a crate::plan::Indicator| {
        Some(CountedLeaf {
            code: &leaf.code,
            share: *shares.get(&leaf.code)?,
            values: of_units(&leaf.code)?,
        })
    };
    plan.indicators.leaves().filter_map(leaf).collect()
}

fn leverage(computed: &Computed<'_>, leaves: &[CountedLeaf<'_>]) -> Vec<Leverage> {
    let ground = computed.ground;
    let mut by_unit: Vec<Vec<Leverage>> = computed.ranked.units.iter().map(|_| Vec::new()).collect();
    for leaf in leaves {
        let values = LeafValues {
            share: leaf.share,
            values: leaf.values.iter().map(|value| value.value).collect(),
            se: leaf
                .values
                .iter()
                .map(|value| value.spread(ground.view).se())
                .collect(),
        };
        let found = potential(&values, LEVEL);
        for (at, rows) in by_unit.iter_mut().enumerate() {
            rows.push(Leverage {
                unit: ground.units[computed.ranked.units[at].0].to_owned(),
                code: leaf.code.to_owned(),
                share: leaf.share,
                value: values.values[at],
                attainable: found.attainable,
                gain: found.gains[at],
                per_deviation: found.per_deviation,
                certain: found.certain[at],
            });
        }
    }
    for rows in &mut by_unit {
        rows.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    }
    by_unit.concat()
}

fn weights(computed: &Computed<'_>, leaves: &[CountedLeaf<'_>]) -> Option<WeightStability> {
    let (ground, ranked) = (computed.ground, computed.ranked);
    let units = ranked.units.len();
    if units < 2 || leaves.len() < 2 {
        return None;
    }
    let values = DMatrix::from_fn(units, leaves.len(), |unit, leaf| leaves[leaf].values[unit].value);
    let shares: Vec<f64> = leaves.iter().map(|leaf| leaf.share).collect();
    let size = units * leaves.len();
    let estimates = LeafEstimates {
        values: &values,
        covariance: &DMatrix::zeros(size, size),
        weights: &shares,
        aggregation: Aggregation::Arithmetic,
    };
    let spread = WeightSpread::PlusMinus { share: WEIGHT_SPREAD };
    let draws = simulate(&estimates, spread, WEIGHT_DRAWS, WEIGHT_SEED).ok()?;
    let intervals = draws.rank_percentiles(LEVEL);
    let lines = &ground.plan.grades;
    let grade_of = |score: f64| grade(lines, score, score, score).map(|graded| graded.grade);
    let own_grade: Vec<Option<String>> = ranked
        .units
        .iter()
        .map(|(_, value)| grade_of(value.value))
        .collect();
    let mut same = vec![(0u64, 0u64); units];
    for row in draws.rows() {
        for (unit, (rank, grade)) in same.iter_mut().enumerate() {
            let place = 1 + row.iter().filter(|&&other| other > row[unit]).count() as u32;
            *rank += u64::from(place == ranked.ranking.rank[unit]);
            *grade += u64::from(grade_of(row[unit]) == own_grade[unit]);
        }
    }
    let share = |count: u64| count as f64 / WEIGHT_DRAWS as f64;
    let composite = Composite {
        indicators: (leaves.iter())
            .map(|leaf| Column {
                name: leaf.code.to_owned(),
                values: leaf.values.iter().map(|value| value.value).collect(),
                more_is_better: true,
            })
            .collect(),
        weights: shares,
        normalisation: Normalisation::AsGiven,
        aggregation: Aggregation::Arithmetic,
    };
    let without = leave_one_out(&composite).ok()?;
    Some(WeightStability {
        spread: WEIGHT_SPREAD,
        draws: WEIGHT_DRAWS as u64,
        seed: WEIGHT_SEED,
        units: (same.into_iter().zip(intervals).enumerate())
            .map(|(unit, ((rank, grade), (lower, upper)))| UnitStability {
                unit: ground.units[ranked.units[unit].0].to_owned(),
                rank_lower: lower,
                rank_upper: upper,
                same_rank: share(rank),
                same_grade: share(grade),
            })
            .collect(),
        left_out: (leaves.iter().zip(without))
            .map(|(leaf, outcome)| LeftOut {
                code: leaf.code.to_owned(),
                mean_shift: outcome.mean_shift,
                largest_shift: outcome.largest_shift,
                spearman: Some(outcome.spearman).filter(|r| r.is_finite()),
            })
            .collect(),
    })
}

/// The villages of the persons' sample by unit; none where everybody was asked.
pub(super) fn sampled(ground: &Ground<'_>, groups: &[Cases]) -> Vec<SampledPlaces> {
    let persons = ground.plan.group_of(FrameSource::Persons);
    let cases = persons.and_then(|group| groups.iter().find(|cases| cases.group == group.code));
    let Some(cases) = cases else {
        return Vec::new();
    };
    let mut found: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for (row, places) in super::tally::places(ground.plan, cases, &ground.units)
        .into_iter()
        .enumerate()
    {
        if let Some(unit) = places.into_iter().find(|at| *at > 0) {
            found.entry(unit).or_default().insert(&cases.text("psu")[row]);
        }
    }
    let places = |(unit, psus): (usize, BTreeSet<&str>)| SampledPlaces {
        unit: ground.units[unit].to_owned(),
        psus: psus.into_iter().map(str::to_owned).collect(),
    };
    found.into_iter().map(places).collect()
}
