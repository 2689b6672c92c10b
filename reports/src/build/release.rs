//! One release of a round: everything that a report says, a brief, a chart, a workbook, has passed the same disclosure
//! control, so that a cell hidden in one place is hidden everywhere.
//!
//! Units are published beside their county, areas beside their sum, and the parts of a score beside the score: a
//! withheld figure could be worked out from the others, whichever document they stand in. [`Release::of`] therefore
//! decides once, for all documents of a round, and hands out a copy of the results in which the hidden numbers no
//! longer exist. Marks of the third party and administrative series count no persons and stay, unless they would give
//! a hidden part of the same score away.
//!
//! | file | what it decides |
//! |---|---|
//! | `grid` | which cells of units × columns with published totals are hidden |
//! | `measures` | estimates by unit, perspective and area; the ladder and what was unmet, which show the same cells |
//! | `tree` | nodes of the indicator tree, as a score is the weighted mean of its parts |
//! | `evaluation` | what each leaf could bring, how it moved, ceilings and signs of steering |
//! | `counts` | invitations, outcomes, ways of answering, weights, the comparison with the frame |

mod counts;
mod evaluation;
mod grid;
mod measures;
mod tree;

use std::collections::BTreeSet;

use analysis::plan::{ADMIN, Plan, THIRD_PARTY};
use analysis::results::{Flag, Proportion, RoundDetail};
use serde::{Deserialize, Serialize};

use super::context::Context;
use super::{BuildError, Scope, report};
use crate::model::{Lang, Report};
use grid::Places;

/// What stands for a hidden number of persons: below any smallest cell, and the same for all of them.
pub(super) const HIDDEN_COUNT: u64 = 1;

/// A figure of `results.json` that must not be shown, by the keys of its row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HiddenCell {
    /// Indicator.
    pub code: String,
    /// Unit.
    pub unit: String,
    /// Perspective; null for all together.
    pub group: Option<String>,
    /// Service area; null for the pooled figure.
    pub area: Option<String>,
}

impl HiddenCell {
    /// The cell of an indicator without an area.
    fn of(code: &str, unit: &str, group: Option<&str>) -> Self {
        Self {
            code: code.to_owned(),
            unit: unit.to_owned(),
            group: group.map(str::to_owned),
            area: None,
        }
    }
}

/// The results of a round as they may be shown.
#[derive(Clone, Debug)]
pub struct Release {
    detail: RoundDetail,
    hidden: BTreeSet<HiddenCell>,
}

impl Release {
    /// Decides what of `detail` may be shown under the plan's smallest cell; what a publication withholds of it
    /// ([`RoundDetail::withheld`]) is hidden here, too.
    #[must_use]
    pub fn of(detail: &RoundDetail, plan: &Plan) -> Self {
        let elsewhere = detail.withheld.iter().map(|at| HiddenCell {
            code: at.code.clone(),
            unit: at.unit.clone(),
            group: at.group.clone(),
            area: at.area.clone(),
        });
        Self::with(detail, plan, &elsewhere.collect())
    }

    /// The same, with cells that are hidden elsewhere and therefore here.
    #[must_use]
    pub fn with(detail: &RoundDetail, plan: &Plan, elsewhere: &BTreeSet<HiddenCell>) -> Self {
        let mut safe = detail.clone();
        let places = Places::of(plan);
        let min_cell = u64::from(plan.suppression.min_cell);
        let hidden = measures::decide(detail, plan, &places, elsewhere);
        measures::apply(&mut safe, plan, &places, &hidden);
        tree::apply(&mut safe, &hidden);
        evaluation::apply(&mut safe, plan, min_cell, &hidden);
        counts::protect(&mut safe, &places, min_cell);
        Self { detail: safe, hidden }
    }

    /// The cells of `results.json` that no document shows: whatever else is published of the round hides them too.
    #[must_use]
    pub fn hidden(&self) -> &BTreeSet<HiddenCell> {
        &self.hidden
    }

    /// The results without the hidden numbers.
    #[must_use]
    pub fn detail(&self) -> &RoundDetail {
        &self.detail
    }

    /// Makes the annual report of the county or of one unit, beside the round before where there was one.
    ///
    /// # Errors
    /// [`BuildError::UnknownUnit`] when the scope names no scored unit.
    pub fn annual(
        &self,
        previous: Option<&Self>,
        plan: &Plan,
        scope: &Scope,
        lang: Lang,
    ) -> Result<Report, BuildError> {
        Ok(report::assemble(&self.context(previous, plan, scope, lang)?))
    }

    /// Makes the page beside the annual report: the county or one unit on one sheet of A4.
    ///
    /// # Errors
    /// As [`Release::annual`].
    pub fn brief(&self, plan: &Plan, scope: &Scope, lang: Lang) -> Result<Report, BuildError> {
        Ok(report::assemble_brief(&self.context(None, plan, scope, lang)?))
    }

    fn context<'a>(
        &'a self,
        previous: Option<&'a Self>,
        plan: &'a Plan,
        scope: &'a Scope,
        lang: Lang,
    ) -> Result<Context<'a>, BuildError> {
        let previous = previous.map(|release| &release.detail);
        let mut ctx = Context::new(&self.detail, previous, plan, scope, lang)?;
        ctx.hidden = Some(&self.hidden);
        Ok(ctx)
    }
}

/// Whether the answers of persons (or of bodies) stand behind a perspective; marks and registers count none.
fn counts_persons(group: Option<&str>) -> bool {
    !matches!(group, Some(THIRD_PARTY | ADMIN))
}

/// Whether a share says that all answered alike, which tells what each of them answered.
fn is_unanimous(share: &Proportion) -> bool {
    share.n > 0
        && share
            .estimate
            .is_some_and(|estimate| estimate <= 0.0 || estimate >= 1.0)
}

/// What a cell that is hidden for another reason than its size counts in the search for covering cells: as much as a
/// small cell can, so that it needs cover and two of them cover one another.
fn small(n: u64, min_cell: u64) -> u64 {
    n.min(min_cell.saturating_sub(1)).max(1)
}

/// Empties a share.
fn empty(share: &mut Proportion) {
    *share = Proportion::default();
}

/// Empties an estimate and marks it.
fn withhold(row: &mut analysis::results::IndicatorResult) {
    (row.estimate, row.se, row.lower, row.upper) = (None, None, None, None);
    (row.n, row.flag) = (HIDDEN_COUNT, Some(Flag::Suppressed));
}

#[cfg(test)]
mod tests;
