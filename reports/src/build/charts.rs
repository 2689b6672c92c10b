//! Charts that several chapters share, and what stands around every chart.

use super::context::Context;
use super::tables;
use crate::chart::{BarChart, BarRow, DotChart, DotRow, Heading, Measure, Reference};
use crate::model::Lang;

/// The heading of a chart: the finding, what is shown, and the source.
pub(super) fn heading(ctx: &Context<'_>, id: &str, title: String, subtitle: String) -> Heading {
    Heading {
        id: id.to_owned(),
        title,
        subtitle,
        foot: source(ctx),
    }
}

/// The heading of a chart that draws no intervals, whose foot line must not explain any.
pub(super) fn plain_heading(ctx: &Context<'_>, id: &str, title: String, subtitle: String) -> Heading {
    let year = ctx.plan.round.year;
    let foot = ctx.lang.pick(
        format!("来源：{year}年社会测评；误差见相应的表。"),
        format!("Source: {year} evaluation survey; the tables give the intervals."),
    );
    Heading {
        foot,
        ..heading(ctx, id, title, subtitle)
    }
}

/// The foot line under every chart.
fn source(ctx: &Context<'_>) -> String {
    let year = ctx.plan.round.year;
    match ctx.lang {
        Lang::Zh => format!("来源：{year}年社会测评；线段为95%置信区间。"),
        Lang::En => format!("Source: {year} evaluation survey; lines are 95% intervals."),
    }
}

/// One leaf by unit as dots with intervals, the county as the line of reference.
///
/// A unit's report shows all units too, as the place among them is what the reader asks for.
pub(super) fn leaf_dots(
    ctx: &Context<'_>,
    id: &str,
    code: &str,
    title: String,
    subtitle: String,
) -> DotChart {
    let rows = ctx
        .units()
        .into_iter()
        .map(|unit| DotRow {
            label: ctx.unit_name(unit),
            point: ctx.point(ctx.estimate(code, unit, None)),
            highlighted: unit == ctx.unit,
            ..DotRow::default()
        })
        .collect();
    let county = ctx.estimate(code, ctx.county, None);
    let reference = county.filter(|row| row.estimate.is_some()).map(|row| Reference {
        label: ctx.t("全县", "County").to_owned(),
        point: ctx.point(Some(row)),
    });
    DotChart {
        heading: heading(ctx, id, title, subtitle),
        measure: ctx.chart_measure(code),
        rows,
        reference,
        ..DotChart::default()
    }
}

/// Shares as bars, the longest first.
pub(super) fn share_bars(heading: Heading, rows: Vec<BarRow>, cumulative: bool) -> BarChart {
    BarChart {
        heading,
        measure: Measure::Percent,
        rows,
        cumulative,
        ..BarChart::default()
    }
}

/// "20个乡镇，n=2,910" for a subtitle.
pub(super) fn population(ctx: &Context<'_>, n: Option<u64>) -> String {
    if ctx.is_county() {
        return all_units(ctx, n);
    }
    counted(ctx, ctx.unit_name(ctx.unit), n)
}

/// The same of a chart that shows every unit, in a unit's report too.
pub(super) fn all_units(ctx: &Context<'_>, n: Option<u64>) -> String {
    let unit = {
        let count = ctx.units().len();
        let kind = tables::unit_kind(ctx);
        ctx.lang
            .pick(format!("{count}个{kind}"), format!("{count} {kind}"))
    };
    counted(ctx, unit, n)
}

fn counted(ctx: &Context<'_>, unit: String, n: Option<u64>) -> String {
    match n.filter(|n| ctx.may_show(*n)) {
        Some(n) => {
            let n = crate::number::number(n as f64, crate::number::NumberFormat::Count);
            ctx.lang.pick(format!("{unit}，n={n}"), format!("{unit}, n={n}"))
        }
        None => unit,
    }
}
