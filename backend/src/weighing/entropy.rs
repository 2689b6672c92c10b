//! Entropy weights from a round that was computed: an indicator weighs more the more it told the units apart. They say
//! nothing of what matters, and stand beside the other ways for comparison.

use std::collections::BTreeMap;

use analysis::indicator::weigh::WeightFault;
use analysis::indicator::weigh::entropy::entropy_weights;
use analysis::results::RoundResults;

use super::{Points, Tree, spread};

/// Why there are no entropy weights.
#[derive(Clone, Debug, PartialEq)]
pub enum NoEntropy {
    /// No earlier round was computed.
    NoRound,
    /// Indicators of this plan that the earlier round has no value of in every unit.
    Missing(Vec<String>),
    /// No indicator differed between units, or there were fewer than two.
    NothingTold,
}

/// Whether a measure's estimates are fractions.
fn is_fraction(measure: &str) -> bool {
    !matches!(measure, "satisfaction" | "criteria" | "admin")
}

/// Points of the whole tree from the values of an earlier round: over all leaves at once, each from 0 to 100 and
/// turned so that more is better; a node above weighs what its leaves weigh together.
///
/// # Errors
/// [`NoEntropy`].
pub fn points(tree: &Tree, earlier: &RoundResults) -> Result<Points, NoEntropy> {
    let units: Vec<&str> = earlier
        .scores
        .iter()
        .filter(|score| score.rank.is_some())
        .map(|score| score.unit.as_str())
        .collect();
    let value = |code: &str, unit: &str| {
        let row = earlier
            .indicators
            .iter()
            .find(|row| row.code == code && row.unit == unit && row.group.is_none() && row.area.is_none())?;
        let estimate = row.estimate?;
        Some(if is_fraction(&row.measure) {
            100.0 * estimate
        } else {
            estimate
        })
    };
    let mut missing = Vec::new();
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for leaf in tree.leaves() {
        let column: Option<Vec<f64>> = units.iter().map(|unit| value(&leaf.code, unit)).collect();
        match column.filter(|column| column.iter().all(|value| (0.0..=100.0).contains(value))) {
            Some(column) if leaf.less_is_better => {
                columns.push(column.iter().map(|value| 100.0 - value).collect());
            }
            Some(column) => columns.push(column),
            None => missing.push(leaf.code.clone()),
        }
    }
    if !missing.is_empty() {
        return Err(NoEntropy::Missing(missing));
    }
    let found = entropy_weights(&columns).map_err(|fault: WeightFault| match fault {
        WeightFault::BadValue { .. } | WeightFault::LengthMismatch { .. } => NoEntropy::Missing(Vec::new()),
        _ => NoEntropy::NothingTold,
    })?;
    let mut shares: BTreeMap<String, f64> = tree
        .leaves()
        .map(|leaf| leaf.code.clone())
        .zip(found.weights)
        .collect();
    // From the bottom up: a node's share is that of what stands below it.
    let order: Vec<(String, Option<String>)> = tree
        .iter()
        .map(|node| (node.code.clone(), node.parent.clone()))
        .collect();
    for (code, parent) in order.iter().rev() {
        let own = shares.get(code).copied().unwrap_or_default();
        if let Some(parent) = parent {
            *shares.entry(parent.clone()).or_default() += own;
        }
    }
    Ok(spread(tree, &|members| {
        members
            .iter()
            .map(|member| shares.get(&member.code).copied().unwrap_or_default())
            .collect()
    }))
}

#[cfg(test)]
mod tests {
    use analysis::results::{IndicatorResult, Score};

    use super::*;
    use crate::weighing::tests::sample;

    fn earlier(tree: &Tree, value: impl Fn(&str, usize) -> f64) -> RoundResults {
        let units = ["a", "b", "c"];
        let score = |unit: &str| Score {
            unit: unit.to_owned(),
            score: Some(80.0),
            se: None,
            lower: None,
            upper: None,
            rank: Some(1),
            rank_lower: None,
            rank_upper: None,
            grade: None,
        };
        let row = |code: &str, unit: &str, estimate: f64| IndicatorResult {
            code: code.to_owned(),
            unit: unit.to_owned(),
            group: None,
            area: None,
            measure: "share".to_owned(),
            estimate: Some(estimate),
            se: None,
            lower: None,
            upper: None,
            n: 100,
            flag: None,
        };
        RoundResults {
            scores: units.iter().map(|unit| score(unit)).collect(),
            indicators: tree
                .leaves()
                .flat_map(|leaf| {
                    let values = units.iter().enumerate();
                    values
                        .map(|(at, unit)| row(&leaf.code, unit, value(&leaf.code, at)))
                        .collect::<Vec<_>>()
                })
                .collect(),
            ..RoundResults::default()
        }
    }

    #[test]
    fn an_indicator_that_differs_weighs_and_one_that_does_not_has_nothing() {
        let (_, tree) = sample();
        let spread = [0.2, 0.5, 0.8];
        let results = earlier(&tree, |code, unit| match code {
            "1.1" | "2.1" => spread[unit],
            _ => 0.5,
        });
        let found = points(&tree, &results).unwrap();
        assert_eq!((found["1"], found["2"], found["3"]), (50.0, 50.0, 0.0));
        assert_eq!((found["1.1"], found["1.2"]), (50.0, 0.0));
        assert_eq!(
            points(&tree, &earlier(&tree, |_, _| 0.5)),
            Err(NoEntropy::NothingTold)
        );
        let mut fewer = results.clone();
        fewer.indicators.retain(|row| row.code != "4.2");
        assert_eq!(
            points(&tree, &fewer),
            Err(NoEntropy::Missing(vec!["4.2".to_owned()]))
        );
    }
}
