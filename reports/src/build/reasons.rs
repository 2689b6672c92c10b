//! Why people went without, or stayed away: the reasons that a unit's people gave.

use analysis::results::Barrier;

use super::charts;
use super::context::Context;
use crate::chart::{BarChart, BarRow, Heading};
use crate::narrative::{self, Measured};

/// Reasons of one unit, the one named most first.
pub(super) struct Reasons<'a> {
    /// All of them.
    pub(super) rows: Vec<&'a Barrier>,
    /// The one named most of those that may be shown.
    pub(super) first: &'a Barrier,
}

impl<'a> Reasons<'a> {
    /// The reasons among `rows` that the report's unit gave; none where none of them may be shown.
    pub(super) fn of_unit(ctx: &Context<'_>, rows: impl Iterator<Item = &'a Barrier>) -> Option<Self> {
        let mut rows: Vec<_> = rows.filter(|row| row.unit == ctx.unit).collect();
        let share = |row: &Barrier| row.share.estimate.unwrap_or(0.0);
        rows.sort_by(|a, b| share(b).total_cmp(&share(a)));
        let is_shown = |row: &&Barrier| ctx.may_show(row.share.n) && row.share.estimate.is_some();
        let first = rows.iter().copied().find(is_shown)?;
        Some(Self { rows, first })
    }

    /// The words of the reason named most, its share, and whether another may be ahead of it.
    pub(super) fn leader(&self, ctx: &Context<'_>) -> (&'a str, String, String) {
        let shares: Vec<Measured> = self
            .rows
            .iter()
            .filter_map(|row| Measured::new(row.share.estimate, row.share.se))
            .collect();
        (
            self.first.label.get(ctx.lang.code()),
            ctx.share(&self.first.share).show(ctx.lang),
            narrative::order_settled(narrative::leaders(&shares), 1, ctx.lang),
        )
    }

    /// Their shares as bars.
    pub(super) fn bars(&self, ctx: &Context<'_>, heading: Heading) -> BarChart {
        let rows = self.rows.iter().map(|row| BarRow {
            label: row.label.get(ctx.lang.code()).to_owned(),
            point: ctx.share_point(&row.share),
            highlighted: false,
        });
        charts::share_bars(heading, rows.collect(), false)
    }
}
