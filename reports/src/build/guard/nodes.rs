//! The tree behind a score: a score and its parts are sums, so what is withheld of one could be worked out from the
//! others.
//!
//! A leaf is withheld in a unit where its estimate is. Where its parent is shown and it is the only child withheld, the
//! sibling that rests on the fewest answers goes too, down to a leaf of its own; of a leaf that is shown with a single
//! perspective withheld, the leaf goes. Scores stay: they rest on everybody. A sibling that goes is not small itself;
//! what the county's figure says of it depends on the population's weights, which nobody is told.

use std::collections::BTreeSet;

use analysis::plan::{ADMIN, Indicator, Plan, THIRD_PARTY};
use analysis::results::{Flag, NodeScore, RoundDetail};

/// Unit and code of every node that must be withheld, given the flags of the estimates.
pub(super) fn withheld(detail: &RoundDetail, plan: &Plan) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let mut units: Vec<&str> = detail.node_scores.iter().map(|row| row.unit.as_str()).collect();
    units.sort_unstable();
    units.dedup();
    for unit in units {
        let tree = Tree { detail, plan, unit };
        let mut gone: BTreeSet<&str> = plan
            .indicators
            .leaves()
            .filter(|leaf| tree.must_go(leaf))
            .map(|leaf| leaf.code.as_str())
            .collect();
        tree.complete(None, &mut gone);
        found.extend(gone.into_iter().map(|code| (unit.to_owned(), code.to_owned())));
    }
    found
}

/// The nodes of one unit.
struct Tree<'a> {
    detail: &'a RoundDetail,
    plan: &'a Plan,
    unit: &'a str,
}

impl<'a> Tree<'a> {
    fn node(&self, code: &str) -> Option<&'a NodeScore> {
        let mut rows = self.detail.node_scores.iter();
        rows.find(|row| row.unit == self.unit && row.code == code)
            .filter(|row| row.value.is_some() || row.withheld)
    }

    fn is_suppressed(&self, code: &str, group: Option<&str>) -> bool {
        let row = self.detail.indicator(code, self.unit, group, None);
        row.is_some_and(|row| row.flag == Some(Flag::Suppressed))
    }

    fn must_go(&self, leaf: &Indicator) -> bool {
        let Some(node) = self.node(&leaf.code) else {
            return false;
        };
        let counted = node.parts.iter().filter(|part| part.share > 0.0);
        let hidden = counted.filter(|part| self.is_suppressed(&leaf.code, Some(&part.perspective)));
        self.is_suppressed(&leaf.code, None) || hidden.count() == 1
    }

    /// Withholds a second child wherever a shown parent has a single one withheld; returns whether `code` itself must
    /// go because it has no second child.
    fn complete(&self, code: Option<&'a str>, gone: &mut BTreeSet<&'a str>) -> bool {
        let children: Vec<&Indicator> = self
            .plan
            .indicators
            .children(code)
            .filter(|child| child.weight > 0.0 && self.node(&child.code).is_some())
            .collect();
        for child in &children {
            if child.measure.is_none() && self.complete(Some(&child.code), gone) {
                gone.insert(&child.code);
            }
        }
        let hidden = children.iter().filter(|child| gone.contains(child.code.as_str()));
        if hidden.count() != 1 {
            return false;
        }
        let rest = children
            .iter()
            .filter(|child| !gone.contains(child.code.as_str()));
        match rest.min_by_key(|child| self.answers(&child.code)) {
            Some(second) => {
                self.take(second, gone);
                false
            }
            None => true,
        }
    }

    /// Withholds a node and, below an inner one, what it could be put together from.
    fn take(&self, node: &'a Indicator, gone: &mut BTreeSet<&'a str>) {
        gone.insert(&node.code);
        let below = self.plan.indicators.children(Some(&node.code));
        let below = below.filter(|child| child.weight > 0.0 && self.node(&child.code).is_some());
        if let Some(least) = below.min_by_key(|child| self.answers(&child.code)) {
            self.take(least, gone);
        }
    }

    /// Persons and bodies behind a node.
    fn answers(&self, code: &str) -> u64 {
        let own: u64 = self.node(code).map_or(0, |node| {
            let asked = node
                .parts
                .iter()
                .filter(|part| !matches!(part.perspective.as_str(), THIRD_PARTY | ADMIN));
            asked.map(|part| part.n).sum()
        });
        let below = self.plan.indicators.children(Some(code));
        own + below.map(|child| self.answers(&child.code)).sum::<u64>()
    }
}

/// Empties what is withheld: nodes, their parts, what they could bring, and how they moved.
pub(super) fn withhold(
    detail: &mut RoundDetail,
    plan: &Plan,
    min_cell: u64,
    withheld: &BTreeSet<(String, String)>,
) {
    let goes = |unit: &str, code: &str| withheld.contains(&(unit.to_owned(), code.to_owned()));
    let parts: BTreeSet<(String, String, String)> = detail
        .results
        .indicators
        .iter()
        .filter(|row| row.area.is_none() && row.flag == Some(Flag::Suppressed))
        .filter_map(|row| Some((row.unit.clone(), row.code.clone(), row.group.clone()?)))
        .collect();
    for node in &mut detail.node_scores {
        let whole = goes(&node.unit, &node.code);
        for part in &mut node.parts {
            let key = (node.unit.clone(), node.code.clone(), part.perspective.clone());
            if whole || parts.contains(&key) {
                // Whatever is below the smallest cell is withheld where it is shown, and tells no more than that.
                (part.value, part.se, part.n) = (None, None, 1);
            }
        }
        if whole && node.value.is_some() {
            node.withheld = true;
            (node.value, node.se, node.lower, node.upper, node.df) = (None, None, None, None, None);
        }
    }
    // The same figures stand among the estimates.
    for row in &mut detail.results.indicators {
        let of_persons = !matches!(row.group.as_deref(), Some(THIRD_PARTY | ADMIN));
        if of_persons && goes(&row.unit, &row.code) {
            row.flag = Some(Flag::Suppressed);
        }
    }
    let Some(evaluation) = detail.results.evaluation.as_mut() else {
        return;
    };
    evaluation.leverage.retain(|row| !goes(&row.unit, &row.code));
    // Shares near 100 % tell what everybody said; counts of a few who they were.
    for row in &mut evaluation.ceilings {
        (row.n, row.answers, row.best, row.all_best) = (0, 0, f64::NAN, f64::NAN);
    }
    for sign in evaluation
        .steering
        .iter_mut()
        .filter(|sign| sign.found < min_cell)
    {
        (sign.found, sign.share, sign.p_value, sign.p_adjusted) = (0, f64::NAN, f64::NAN, f64::NAN);
    }
    if let Some(change) = evaluation.change.as_mut() {
        // A leaf that was small before takes its siblings' earlier values with it.
        let parent = |code: &str| plan.indicators.get(code).and_then(|node| node.parent.clone());
        let small: BTreeSet<(String, Option<String>)> = change
            .rows
            .iter()
            .filter(|row| row.base_before.is_some_and(|n| (1..min_cell).contains(&n)))
            .map(|row| (row.unit.clone(), parent(&row.code)))
            .collect();
        for row in &mut change.rows {
            let is_leaf = row.base_before.is_some();
            let family = is_leaf && small.contains(&(row.unit.clone(), parent(&row.code)));
            if family || goes(&row.unit, &row.code) {
                let empty = analysis::results::ChangeRow {
                    unit: row.unit.clone(),
                    code: row.code.clone(),
                    not_comparable: Some(analysis::results::NotComparable::Withheld),
                    ..analysis::results::ChangeRow::default()
                };
                *row = empty;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use analysis::results::IndicatorResult;

    use super::*;
    use crate::sample;

    fn shown(detail: &RoundDetail, plan: &Plan, unit: &str) -> BTreeSet<String> {
        let rows = detail.node_scores.iter();
        rows.filter(|row| row.unit == unit && row.value.is_some())
            .filter(|row| plan.indicators.get(&row.code).is_some())
            .map(|row| row.code.clone())
            .collect()
    }

    fn few(detail: &mut RoundDetail, unit: &str, code: &str) {
        let concerned = |row: &&mut IndicatorResult| row.unit == unit && row.code == code;
        for row in detail.results.indicators.iter_mut().filter(concerned) {
            row.n = 4;
        }
    }

    #[test]
    fn a_leaf_of_few_persons_goes_with_a_sibling_and_the_score_stays() {
        let (mut detail, plan) = (sample::detail(), sample::plan());
        for row in &mut detail.results.indicators {
            (row.n, row.flag) = (row.n.max(60), None);
        }
        let unit = plan.scored_units()[3].code.clone();
        few(&mut detail, &unit, "3.3");
        let safe = super::super::protect(&detail, &plan);
        let before = shown(&detail, &plan, &unit);
        let after = shown(&safe, &plan, &unit);
        let gone: Vec<&String> = before.difference(&after).collect();
        assert!(gone.iter().any(|code| *code == "3.3"), "{gone:?}");
        let siblings = gone.iter().filter(|code| code.starts_with("3.")).count();
        assert!(siblings >= 2, "the parent less the others would be it: {gone:?}");
        assert!(after.contains("3"), "the parent may stay");
        assert_eq!(safe.score(&unit), detail.score(&unit));
        // The sibling's estimate is the same figure and goes as well.
        for code in gone.iter().filter(|code| code.contains('.')) {
            let mut rows = safe.results.indicators.iter();
            let row = rows.find(|row| row.code == ***code && row.unit == unit && row.group.is_none());
            assert!(row.is_none_or(|row| row.flag == Some(Flag::Suppressed)), "{code}");
        }
    }

    #[test]
    fn nothing_small_withholds_nothing() {
        let (mut detail, plan) = (sample::detail(), sample::plan());
        for row in &mut detail.results.indicators {
            (row.n, row.flag) = (row.n.max(60), None);
        }
        let safe = super::super::protect(&detail, &plan);
        assert_eq!(safe.node_scores, detail.node_scores);
    }
}
