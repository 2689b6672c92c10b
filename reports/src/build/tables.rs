//! Tables that several chapters share.

use analysis::results::IndicatorResult;

use super::context::{self, Context};
use crate::model::{Column, Row, Table};
use crate::number::{NumberFormat, Value};

/// One leaf by unit: the county first, then every unit; in a unit's report the unit and the county.
pub(super) fn leaf_by_unit(ctx: &Context<'_>, code: &str, caption: String, base: Option<String>) -> Table {
    let rows = compared_units(ctx)
        .into_iter()
        .map(|unit| leaf_row(ctx, code, unit))
        .collect();
    Table {
        caption,
        columns: vec![
            Column::words(unit_title(ctx), 1.8),
            Column::figures(ctx.t("估计值", "Estimate")),
            Column::intervals(ctx.t("95%置信区间", "95% interval")),
            Column::figures(ctx.t("标准误", "Standard error")),
            Column::figures(ctx.t("答卷数", "Answers")),
        ],
        rows,
        base,
        ..Table::default()
    }
}

fn leaf_row(ctx: &Context<'_>, code: &str, unit: &str) -> Row {
    let found = ctx.estimate(code, unit, None);
    let cells = vec![
        Value::text(ctx.unit_name(unit)),
        ctx.value(found),
        ctx.value_interval(found),
        standard_error(ctx, found),
        found.map_or(Value::Absent, |row| ctx.answers(row)),
    ];
    Row {
        cells,
        strong: is_strong(ctx, unit),
    }
}

/// The standard error in the unit of the estimate, withheld where that is.
pub(super) fn standard_error(ctx: &Context<'_>, row: Option<&IndicatorResult>) -> Value {
    let Some(row) = row else { return Value::Absent };
    if ctx.value(Some(row)) == Value::Suppressed {
        return Value::Suppressed;
    }
    if context::is_record(row) {
        return Value::Absent;
    }
    match ctx.format_of(row) {
        NumberFormat::Percent => Value::number(row.se, NumberFormat::Percent),
        _ => Value::number(row.se, NumberFormat::Decimal),
    }
}

/// The rows of a comparison: the county, then all units; in a unit's report the unit, then the county.
pub(super) fn compared_units<'a>(ctx: &Context<'a>) -> Vec<&'a str> {
    if ctx.is_county() {
        std::iter::once(ctx.county).chain(ctx.units()).collect()
    } else {
        vec![ctx.unit, ctx.county]
    }
}

/// Whether a unit's row stands out.
pub(super) fn is_strong(ctx: &Context<'_>, unit: &str) -> bool {
    unit == ctx.unit
}

/// The header of the column of units.
pub(super) fn unit_title(ctx: &Context<'_>) -> &'static str {
    if ctx.plan.round.scored_level == "township" {
        ctx.t("乡镇", "Township")
    } else {
        ctx.t("单位", "Unit")
    }
}

/// What the scored units are called within a sentence.
pub(super) fn unit_kind(ctx: &Context<'_>) -> &'static str {
    if ctx.plan.round.scored_level == "township" {
        ctx.t("乡镇", "townships")
    } else {
        ctx.t("单位", "units")
    }
}
