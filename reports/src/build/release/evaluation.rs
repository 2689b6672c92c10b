//! What the evaluation says beside the scores: a hidden node is hidden in what it could bring and in how it moved, too.

use std::collections::BTreeSet;

use analysis::plan::Plan;
use analysis::results::{ChangeResults, ChangeRow, NotComparable, RoundDetail};

use super::HiddenCell;

/// Takes out what would show hidden nodes, and counts of a few.
pub(super) fn apply(detail: &mut RoundDetail, plan: &Plan, min_cell: u64, hidden: &BTreeSet<HiddenCell>) {
    let Some(evaluation) = detail.results.evaluation.as_mut() else {
        return;
    };
    let goes = |unit: &str, code: &str| hidden.contains(&HiddenCell::of(code, unit, None));
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
        moved(change, plan, min_cell, goes);
    }
}

fn moved(change: &mut ChangeResults, plan: &Plan, min_cell: u64, goes: impl Fn(&str, &str) -> bool) {
    let parent = |code: &str| plan.indicators.get(code).and_then(|node| node.parent.clone());
    // A leaf that was small before takes its siblings' earlier values with it.
    let small: BTreeSet<(String, Option<String>)> = change
        .rows
        .iter()
        .filter(|row| row.base_before.is_some_and(|n| (1..min_cell).contains(&n)))
        .map(|row| (row.unit.clone(), parent(&row.code)))
        .collect();
    for row in &mut change.rows {
        let family = row.base_before.is_some() && small.contains(&(row.unit.clone(), parent(&row.code)));
        if family || goes(&row.unit, &row.code) {
            *row = ChangeRow {
                unit: row.unit.clone(),
                code: row.code.clone(),
                not_comparable: Some(NotComparable::Withheld),
                ..ChangeRow::default()
            };
        }
    }
}
