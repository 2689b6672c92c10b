//! Up the tree: an inner node is the weighted arithmetic mean of its children, and the score that of the top level.
//!
//! A leaf that no perspective was left for is dropped for every unit alike, its weight falling to its siblings; one
//! with weight 0 is reported and adds nothing.

use std::collections::BTreeMap;

use super::leaf::{Leaf, Value};
use crate::plan::{Indicator, IndicatorTree};

/// The values of all nodes by code and unit.
pub(crate) type NodeValues = BTreeMap<String, Vec<Option<Value>>>;

/// Computes every node from the leaves, and the score (under the empty code).
pub(crate) fn nodes(tree: &IndicatorTree, leaves: &BTreeMap<String, Leaf>, units: usize) -> NodeValues {
    let mut values: NodeValues = leaves
        .iter()
        .map(|(code, leaf)| (code.clone(), leaf.values.clone()))
        .collect();
    let top = inner(tree, None, units, &mut values);
    values.insert(String::new(), top);
    values
}

fn inner(
    tree: &IndicatorTree,
    code: Option<&str>,
    units: usize,
    values: &mut NodeValues,
) -> Vec<Option<Value>> {
    let children: Vec<&Indicator> = tree.children(code).collect();
    for child in children.iter().filter(|child| child.measure.is_none()) {
        let value = inner(tree, Some(&child.code), units, values);
        values.insert(child.code.clone(), value);
    }
    (0..units)
        .map(|unit| {
            let parts: Vec<(f64, &Value)> = children
                .iter()
                .filter(|child| child.weight > 0.0)
                .filter_map(|child| Some((child.weight, values.get(&child.code)?.get(unit)?.as_ref()?)))
                .collect();
            let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
            (total > 0.0).then(|| Value::mix(parts.iter().map(|(weight, value)| (weight / total, *value))))
        })
        .collect()
}
