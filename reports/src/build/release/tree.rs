//! The indicator tree of one unit: a node is the weighted mean of its parts, with weights that the sealed plan prints.
//!
//! So a single hidden part under a shown node is no secret, nor is a hidden node above parts that are all shown. The
//! score itself is always published; below it, whatever is hidden takes a second one with it, the least of the weights
//! first, until nothing can be solved for.

use std::collections::BTreeSet;

use analysis::plan::Plan;
use analysis::results::{NodeScore, RoundDetail};

use super::grid::Places;
use super::{HIDDEN_COUNT, HiddenCell, counts_persons};

/// Adds the nodes and parts that would give hidden ones away.
pub(super) fn link(
    detail: &RoundDetail,
    plan: &Plan,
    places: &Places<'_>,
    hidden: &mut BTreeSet<HiddenCell>,
) {
    for unit in places.all() {
        let nodes: Vec<&NodeScore> = detail.node_scores.iter().filter(|row| row.unit == unit).collect();
        for node in &nodes {
            if !node.parts.is_empty() {
                leaf(node, hidden);
            }
        }
        let inner = plan
            .indicators
            .iter()
            .filter(|indicator| indicator.measure.is_none());
        for parent in inner.map(|indicator| Some(indicator.code.as_str())).chain([None]) {
            let children: Vec<&NodeScore> = plan
                .indicators
                .children(parent)
                .filter_map(|child| nodes.iter().find(|node| node.code == child.code).copied())
                .filter(|node| node.weight > 0.0 && node.value.is_some())
                .collect();
            family(unit, parent, &children, hidden);
        }
    }
}

fn node_cell(node: &NodeScore) -> HiddenCell {
    HiddenCell::of(&node.code, &node.unit, None)
}

/// A leaf and its perspectives.
fn leaf(node: &NodeScore, hidden: &mut BTreeSet<HiddenCell>) {
    let cell = |perspective: &str| HiddenCell::of(&node.code, &node.unit, Some(perspective));
    let parts: Vec<_> = node.parts.iter().filter(|part| part.value.is_some()).collect();
    let of_hidden = parts
        .iter()
        .filter(|part| hidden.contains(&cell(&part.perspective)))
        .count();
    let all = hidden.contains(&node_cell(node));
    if of_hidden == 1 && !all {
        hidden.insert(node_cell(node));
    } else if of_hidden == 0 && all {
        let persons = parts
            .iter()
            .filter(|part| counts_persons(Some(&part.perspective)));
        if let Some(part) = persons.min_by_key(|part| part.n) {
            hidden.insert(cell(&part.perspective));
        }
    }
}

/// A node and its children; without a parent, the score and the top of the tree.
fn family(unit: &str, parent: Option<&str>, children: &[&NodeScore], hidden: &mut BTreeSet<HiddenCell>) {
    let of_hidden = children
        .iter()
        .filter(|child| hidden.contains(&node_cell(child)))
        .count();
    let all = parent.is_some_and(|code| hidden.contains(&HiddenCell::of(code, unit, None)));
    let needs_another = if all { of_hidden == 0 } else { of_hidden == 1 };
    if !needs_another {
        return;
    }
    let shown = children
        .iter()
        .filter(|child| !hidden.contains(&node_cell(child)));
    let least = shown.min_by(|a, b| a.weight.total_cmp(&b.weight));
    match (least, parent) {
        (Some(child), _) => {
            hidden.insert(node_cell(child));
        }
        // An only child is its parent.
        (None, Some(code)) => {
            hidden.insert(HiddenCell::of(code, unit, None));
        }
        (None, None) => {}
    }
}

/// Takes the hidden nodes' and parts' numbers out.
pub(super) fn apply(detail: &mut RoundDetail, hidden: &BTreeSet<HiddenCell>) {
    for node in &mut detail.node_scores {
        if hidden.contains(&node_cell(node)) {
            node.withheld |= node.value.is_some();
            (node.value, node.se, node.lower, node.upper, node.df) = (None, None, None, None, None);
        }
        let (code, unit) = (&node.code, &node.unit);
        for part in &mut node.parts {
            if hidden.contains(&HiddenCell::of(code, unit, Some(&part.perspective))) {
                (part.value, part.se, part.n) = (None, None, HIDDEN_COUNT);
            }
        }
    }
}
