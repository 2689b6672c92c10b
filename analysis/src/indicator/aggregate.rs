//! From several indicators to one: weighted arithmetic and geometric means, and the way up the tree of a round.
//!
//! In a round an inner node is the weighted arithmetic mean of its children, and the score that of the top level. A
//! leaf that no perspective was left for is dropped for every unit alike, its weight falling to its siblings; one with
//! weight 0 is reported and adds nothing.

use std::collections::BTreeMap;

use thiserror::Error;

use super::leaf::{Leaf, Value};
use crate::plan::{Indicator, IndicatorTree};

/// What a geometric mean makes of values near 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ZeroRule {
    /// A single 0 makes the composite 0: no other indicator can make up for a total failure.
    Absorb,
    /// Values below this floor (> 0) count as the floor, the same for every unit. With values on 0–100 a floor of 1
    /// keeps units with a single 0 apart from each other.
    Floor(f64),
}

/// How indicators are aggregated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aggregation {
    /// Weighted arithmetic mean: a weak indicator can be made up for by a strong one at a constant rate.
    Arithmetic,
    /// Weighted geometric mean: the weaker an indicator, the more it takes to make up for it.
    Geometric(ZeroRule),
}

/// What keeps values from being aggregated.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AggregateFault {
    /// Values and weights differ in number.
    #[error("{values} values cannot be aggregated with {weights} weights")]
    LengthMismatch {
        /// Values.
        values: usize,
        /// Weights.
        weights: usize,
    },
    /// A weight is negative or not finite, or all are 0.
    #[error("weight {index} is {value}; weights are finite and not negative, and not all 0")]
    BadWeight {
        /// Its place, from 0.
        index: usize,
        /// The weight.
        value: f64,
    },
    /// The geometric mean of a negative value has no meaning.
    #[error("value {index} is {value}: a geometric mean takes no negative values; normalise to 0–100 first")]
    NegativeValue {
        /// Its place, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A floor must be above 0.
    #[error("the floor of a geometric mean is {value}; it must be above 0")]
    BadFloor {
        /// The floor.
        value: f64,
    },
}

/// The weighted mean of values; weights need not sum to 1.
///
/// A missing value (NaN) with a positive weight makes the result NaN: the weights of one unit are never rescaled for
/// what it lacks. A value with weight 0 does not count, not even when missing.
///
/// # Errors
/// [`AggregateFault`].
///
/// # Source
/// OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 7.
///
/// ```
/// use analysis::indicator::aggregate::{Aggregation, ZeroRule, aggregate};
/// let (values, weights) = ([90.0, 40.0], [0.5, 0.5]);
/// assert_eq!(aggregate(&values, &weights, Aggregation::Arithmetic)?, 65.0);
/// let geometric = aggregate(&values, &weights, Aggregation::Geometric(ZeroRule::Absorb))?;
/// assert!((geometric - 60.0).abs() < 1e-12);
/// assert_eq!(aggregate(&[90.0, 0.0], &weights, Aggregation::Geometric(ZeroRule::Absorb))?, 0.0);
/// # Ok::<(), analysis::indicator::aggregate::AggregateFault>(())
/// ```
pub fn aggregate(values: &[f64], weights: &[f64], how: Aggregation) -> Result<f64, AggregateFault> {
    if values.len() != weights.len() {
        return Err(AggregateFault::LengthMismatch {
            values: values.len(),
            weights: weights.len(),
        });
    }
    if let Some(index) = weights.iter().position(|w| !(w.is_finite() && *w >= 0.0)) {
        let value = weights[index];
        return Err(AggregateFault::BadWeight { index, value });
    }
    let total: f64 = weights.iter().sum();
    if total == 0.0 {
        return Err(AggregateFault::BadWeight { index: 0, value: 0.0 });
    }
    let counted = || {
        values
            .iter()
            .zip(weights)
            .enumerate()
            .filter(|(_, (_, weight))| **weight > 0.0)
    };
    let zero = match how {
        Aggregation::Arithmetic => {
            return Ok(counted()
                .map(|(_, (value, weight))| value * (weight / total))
                .sum());
        }
        Aggregation::Geometric(zero) => zero,
    };
    let floor = match zero {
        ZeroRule::Absorb => 0.0,
        ZeroRule::Floor(floor) if floor > 0.0 && floor.is_finite() => floor,
        ZeroRule::Floor(value) => return Err(AggregateFault::BadFloor { value }),
    };
    if let Some((index, (&value, _))) = counted().find(|(_, (value, _))| **value < 0.0) {
        return Err(AggregateFault::NegativeValue { index, value });
    }
    // `max` would turn a NaN into the floor.
    let raised = |value: f64| if value < floor { floor } else { value };
    let logarithm: f64 = counted()
        .map(|(_, (&value, weight))| (weight / total) * raised(value).ln())
        .sum();
    Ok(logarithm.exp())
}

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

/// Each leaf's share of the whole score, 0–1; `counts` says which leaves have a value. The weight of one that has none
/// falls to its siblings, as in the scores.
pub(crate) fn leaf_shares(tree: &IndicatorTree, counts: &dyn Fn(&str) -> bool) -> BTreeMap<String, f64> {
    let mut shares = BTreeMap::new();
    share_out(tree, None, 1.0, counts, &mut shares);
    shares
}

fn share_out(
    tree: &IndicatorTree,
    code: Option<&str>,
    share: f64,
    counts: &dyn Fn(&str) -> bool,
    shares: &mut BTreeMap<String, f64>,
) {
    let there: Vec<&Indicator> = tree
        .children(code)
        .filter(|child| child.weight > 0.0 && has_value(tree, child, counts))
        .collect();
    let total: f64 = there.iter().map(|child| child.weight).sum();
    for child in there {
        let part = share * child.weight / total;
        if child.measure.is_some() {
            shares.insert(child.code.clone(), part);
        } else {
            share_out(tree, Some(&child.code), part, counts, shares);
        }
    }
}

fn has_value(tree: &IndicatorTree, node: &Indicator, counts: &dyn Fn(&str) -> bool) -> bool {
    if node.measure.is_some() {
        return counts(&node.code);
    }
    tree.children(Some(&node.code))
        .any(|child| child.weight > 0.0 && has_value(tree, child, counts))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GEOMETRIC: Aggregation = Aggregation::Geometric(ZeroRule::Absorb);

    #[test]
    fn aggregate_never_rescales_for_a_missing_value() {
        for how in [
            Aggregation::Arithmetic,
            GEOMETRIC,
            Aggregation::Geometric(ZeroRule::Floor(1.0)),
        ] {
            assert!(
                aggregate(&[50.0, f64::NAN], &[0.7, 0.3], how)
                    .expect("good weights")
                    .is_nan()
            );
            let found = aggregate(&[50.0, f64::NAN], &[0.7, 0.0], how).expect("good weights");
            assert!((found - 50.0).abs() < 1e-12);
        }
    }

    #[test]
    fn aggregate_geometric_zero_negative_and_floor() {
        assert_eq!(aggregate(&[0.0, 80.0], &[1.0, 1.0], GEOMETRIC), Ok(0.0));
        let floored = Aggregation::Geometric(ZeroRule::Floor(1.0));
        let found = aggregate(&[0.0, 81.0], &[1.0, 1.0], floored).expect("a floor");
        assert!((found - 9.0).abs() < 1e-12);
        assert_eq!(
            aggregate(&[50.0, -0.1], &[1.0, 1.0], floored),
            Err(AggregateFault::NegativeValue {
                index: 1,
                value: -0.1
            })
        );
        let none = Aggregation::Geometric(ZeroRule::Floor(0.0));
        assert_eq!(
            aggregate(&[1.0], &[1.0], none),
            Err(AggregateFault::BadFloor { value: 0.0 })
        );
    }

    #[test]
    fn aggregate_of_bad_weights_names_them() {
        let found = aggregate(&[1.0, 2.0], &[1.0, -0.5], Aggregation::Arithmetic);
        assert_eq!(
            found,
            Err(AggregateFault::BadWeight {
                index: 1,
                value: -0.5
            })
        );
        assert!(aggregate(&[1.0], &[0.0], Aggregation::Arithmetic).is_err());
        assert!(aggregate(&[], &[], Aggregation::Arithmetic).is_err());
        let found = aggregate(&[1.0], &[1.0, 2.0], GEOMETRIC);
        assert_eq!(
            found,
            Err(AggregateFault::LengthMismatch {
                values: 1,
                weights: 2
            })
        );
    }

    proptest! {
        #[test]
        fn aggregate_geometric_is_at_most_arithmetic_and_both_lie_between_the_values(
            parts in prop::collection::vec((0.0f64..100.0, 0.01f64..5.0), 1..8),
        ) {
            let (values, weights): (Vec<f64>, Vec<f64>) = parts.into_iter().unzip();
            let arithmetic = aggregate(&values, &weights, Aggregation::Arithmetic).expect("good");
            let geometric = aggregate(&values, &weights, GEOMETRIC).expect("good");
            let low = values.iter().copied().fold(f64::INFINITY, f64::min);
            let high = values.iter().copied().fold(0.0, f64::max);
            prop_assert!(geometric <= arithmetic + 1e-9);
            prop_assert!(low - 1e-9 <= geometric && arithmetic <= high + 1e-9);
        }
    }
}
