//! What moved since the round before, and whether it is more than noise.
//!
//! The two samples are taken as independent. Where they share villages their errors go together, and the difference is
//! known better than is said here: a change that is called real is real. How much they share is stated
//! ([`ChangeResults::overlap`]).
//!
//! Only like is compared with like: a leaf with the same perspectives in the same shares, a node or score with the same
//! weights below it. Everything else is left without a comparison, with the reason.

use std::collections::BTreeMap;

use super::multiplicity::{benjamini_hochberg, holm};
use crate::indicator::aggregate::leaf_shares;
use crate::interval::{t_quantile, t_tail};
use crate::plan::{ADMIN, Indicator, Plan, THIRD_PARTY};
use crate::results::{ChangeResults, ChangeRow, NodeScore, NotComparable, RoundDetail, SampledPlaces};

/// Confidence level of the intervals; p-values are held against its complement.
const LEVEL: f64 = 0.95;
/// Shares and weights that differ by less are the same.
const SAME: f64 = 1e-6;

/// A figure with its error.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Figure {
    value: f64,
    se: f64,
    df: f64,
}

/// A round as far as it is compared.
struct Side<'a> {
    detail: &'a RoundDetail,
    nodes: BTreeMap<(&'a str, &'a str), &'a NodeScore>,
}

impl<'a> Side<'a> {
    fn of(detail: &'a RoundDetail) -> Self {
        let rows = detail.node_scores.iter();
        Self {
            detail,
            nodes: rows
                .map(|row| ((row.unit.as_str(), row.code.as_str()), row))
                .collect(),
        }
    }

    fn node(&self, unit: &str, code: &str) -> Option<&'a NodeScore> {
        self.nodes.get(&(unit, code)).copied()
    }

    /// A node that has a value.
    fn scored(&self, unit: &str, code: &str) -> Option<&'a NodeScore> {
        self.node(unit, code).filter(|node| node.value.is_some())
    }

    /// The score for an empty code.
    fn figure(&self, unit: &str, code: &str) -> Option<Figure> {
        let figure = |value: Option<f64>, se: Option<f64>, df: Option<f64>| {
            Some(Figure {
                value: value?,
                se: se.unwrap_or(0.0),
                df: df.unwrap_or(f64::INFINITY),
            })
        };
        if code.is_empty() {
            let score = self.detail.score(unit)?;
            let more = self.detail.score_details.iter().find(|row| row.unit == unit);
            return figure(score.score, score.se, more.and_then(|row| row.df));
        }
        let node = self.node(unit, code)?;
        figure(node.value, node.se, node.df)
    }
}

/// Compares every score and every node of the tree with the round before, by unit.
///
/// Scores of units are adjusted together by Holm's method, and so are the county's nodes: sentences are made of them.
/// The nodes of all units are a list, adjusted by Benjamini and Hochberg's.
#[must_use]
pub fn changes(plan: &Plan, now: &RoundDetail, before: &RoundDetail) -> ChangeResults {
    let (new, old) = (Side::of(now), Side::of(before));
    let county = plan.county().code.as_str();
    let units: Vec<&str> = std::iter::once(county)
        .chain(plan.scored_units().into_iter().map(|unit| unit.code.as_str()))
        .collect();
    let codes: Vec<&str> = std::iter::once("")
        .chain(plan.indicators.iter().map(|node| node.code.as_str()))
        .collect();
    let mut rows = Vec::new();
    for unit in units {
        let shares = leaf_shares(&plan.indicators, &|code| new.figure(unit, code).is_some());
        let whole = comparable(plan, &new, &old, unit, "").is_none();
        for code in &codes {
            let mut row = compare(&new, &old, unit, code);
            row.not_comparable = comparable(plan, &new, &old, unit, code);
            if row.not_comparable.is_some() {
                (row.change, row.se, row.lower, row.upper, row.p_value) = (None, None, None, None, None);
            }
            let share = shares.get(*code).filter(|_| whole);
            row.contribution = row.change.zip(share).map(|(change, share)| share * change);
            rows.push(row);
        }
    }
    adjust(&mut rows, |row| row.unit != county && row.code.is_empty(), holm);
    adjust(&mut rows, |row| row.unit == county, holm);
    adjust(
        &mut rows,
        |row| row.unit != county && !row.code.is_empty(),
        benjamini_hochberg,
    );
    ChangeResults {
        previous: before.results.round.clone(),
        previous_plan_sha256: before.results.plan_sha256.clone(),
        overlap: overlap(now, before),
        rows,
    }
}

/// The bare comparison.
fn compare(new: &Side<'_>, old: &Side<'_>, unit: &str, code: &str) -> ChangeRow {
    let (after, first) = (new.figure(unit, code), old.figure(unit, code));
    let mut row = ChangeRow {
        unit: unit.to_owned(),
        code: code.to_owned(),
        before: first.map(|figure| figure.value),
        now: after.map(|figure| figure.value),
        change: None,
        se: None,
        lower: None,
        upper: None,
        p_value: None,
        p_adjusted: None,
        real: false,
        base_before: old.node(unit, code).and_then(smallest_base),
        contribution: None,
        not_comparable: None,
    };
    let Some((after, first)) = after.zip(first) else {
        return row;
    };
    let change = after.value - first.value;
    let variances = [after.se.powi(2), first.se.powi(2)];
    let variance = variances[0] + variances[1];
    let se = variance.sqrt();
    row.change = Some(change);
    row.se = Some(se);
    if variance > 0.0 {
        let parts = variances[0].powi(2) / after.df.max(1.0) + variances[1].powi(2) / first.df.max(1.0);
        let df = if parts > 0.0 {
            variance * variance / parts
        } else {
            f64::INFINITY
        };
        let width = t_quantile(0.5 + LEVEL / 2.0, df) * se;
        row.lower = Some(change - width);
        row.upper = Some(change + width);
        row.p_value = Some((2.0 * t_tail((change / se).abs(), df)).min(1.0));
    } else {
        // Counted in both rounds: what differs has changed.
        (row.lower, row.upper) = (Some(change), Some(change));
        row.real = change.abs() > 1e-9;
    }
    row
}

/// Persons or bodies behind the smallest perspective of a leaf; marks and registers are no persons.
fn smallest_base(node: &NodeScore) -> Option<u64> {
    let parts = node.parts.iter().filter(|part| part.value.is_some());
    parts
        .filter(|part| !matches!(part.perspective.as_str(), THIRD_PARTY | ADMIN))
        .map(|part| part.n)
        .min()
}

/// Why a figure is not compared; none where it is.
fn comparable(plan: &Plan, new: &Side<'_>, old: &Side<'_>, unit: &str, code: &str) -> Option<NotComparable> {
    if new.figure(unit, code).is_none() || old.figure(unit, code).is_none() {
        return Some(NotComparable::Absent);
    }
    match plan.indicators.get(code).filter(|node| node.measure.is_some()) {
        Some(leaf) => same_perspectives(new, old, unit, &leaf.code),
        None => same_weights(plan, new, old, unit, code),
    }
}

fn same_perspectives(new: &Side<'_>, old: &Side<'_>, unit: &str, code: &str) -> Option<NotComparable> {
    let shares = |side: &Side<'_>| -> Vec<(String, f64)> {
        let parts = side
            .node(unit, code)
            .map_or(&[][..], |node| node.parts.as_slice());
        let mut shares: Vec<(String, f64)> = (parts.iter().filter(|part| part.share > 0.0))
            .map(|part| (part.perspective.clone(), part.share))
            .collect();
        shares.sort_by(|a, b| a.0.cmp(&b.0));
        shares
    };
    let (now, then) = (shares(new), shares(old));
    let same = now.len() == then.len()
        && (now.iter().zip(&then)).all(|(a, b)| a.0 == b.0 && (a.1 - b.1).abs() < SAME);
    (!same).then_some(NotComparable::OtherPerspectives)
}

/// The scored leaves below a node must be there in both rounds, alike and with the same weights; of the whole score
/// also none that is gone.
fn same_weights(
    plan: &Plan,
    new: &Side<'_>,
    old: &Side<'_>,
    unit: &str,
    code: &str,
) -> Option<NotComparable> {
    let mut weight = 0.0;
    for leaf in leaves_below(plan, code) {
        match (new.scored(unit, &leaf.code), old.scored(unit, &leaf.code)) {
            (None, None) => {}
            (Some(now), Some(then)) if (now.weight - then.weight).abs() < SAME => {
                weight += now.weight;
                if let Some(reason) = same_perspectives(new, old, unit, &leaf.code) {
                    return Some(reason);
                }
            }
            _ => return Some(NotComparable::OtherWeights),
        }
    }
    let of_leaves = |side: &Side<'_>| -> f64 {
        let leaves = side
            .nodes
            .iter()
            .filter(|((at, _), node)| *at == unit && !node.parts.is_empty() && node.value.is_some());
        leaves.map(|(_, node)| node.weight).sum()
    };
    let gone = code.is_empty() && (of_leaves(old) - weight).abs() > SAME;
    gone.then_some(NotComparable::OtherWeights)
}

/// The leaves with a weight below a node, or all of them for an empty code.
fn leaves_below<'a>(plan: &'a Plan, code: &'a str) -> impl Iterator<Item = &'a Indicator> {
    let below = move |leaf: &&Indicator| {
        let mut at = leaf.parent.as_deref();
        // A tree is never deeper than it has nodes.
        for _ in plan.indicators.iter() {
            match at {
                Some(parent) if parent == code => return true,
                Some(parent) => {
                    at = plan
                        .indicators
                        .get(parent)
                        .and_then(|node| node.parent.as_deref())
                }
                None => break,
            }
        }
        code.is_empty()
    };
    plan.indicators
        .leaves()
        .filter(|leaf| leaf.weight > 0.0)
        .filter(below)
}

/// Adjusts the p-values of a family.
fn adjust(rows: &mut [ChangeRow], family: impl Fn(&ChangeRow) -> bool, how: fn(&[f64]) -> Vec<f64>) {
    let members: Vec<usize> = (0..rows.len()).filter(|&at| family(&rows[at])).collect();
    let p: Vec<f64> = members
        .iter()
        .map(|&at| rows[at].p_value.unwrap_or(f64::NAN))
        .collect();
    for (&at, adjusted) in members.iter().zip(how(&p)) {
        if !adjusted.is_nan() {
            rows[at].p_adjusted = Some(adjusted);
            rows[at].real = adjusted < 1.0 - LEVEL;
        } else if rows[at].not_comparable.is_some() {
            rows[at].real = false;
        }
    }
}

/// Villages of this round's sample that were in the other's too, as a share; none where either is not known.
fn overlap(now: &RoundDetail, before: &RoundDetail) -> Option<f64> {
    let sampled = |detail: &'_ RoundDetail| -> Option<Vec<SampledPlaces>> {
        let evaluation = detail.results.evaluation.as_ref()?;
        Some(evaluation.sampled.clone()).filter(|places| !places.is_empty())
    };
    let (new, old) = (sampled(now)?, sampled(before)?);
    let (mut all, mut both) = (0, 0);
    for places in &new {
        let earlier = old.iter().find(|other| other.unit == places.unit);
        all += places.psus.len();
        both += (places.psus.iter())
            .filter(|psu| earlier.is_some_and(|earlier| earlier.psus.contains(psu)))
            .count();
    }
    (all > 0).then(|| both as f64 / all as f64)
}
