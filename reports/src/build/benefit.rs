//! Chapter four: need → received → helped, by service area and unit.

mod unmet;

use analysis::plan::{Measure, PERSONS};
use analysis::results::{LadderStep, Proportion};

use super::context::Context;
use super::participation::{leaf_finding, units_sentence};
use super::{charts, tables};
use crate::chart::{self, HeatMap, HeatRow, LadderChart, Point};
use crate::model::{Column, Lang, Row, Section, Table};
use crate::narrative::{self, Measured};
use crate::number::{self, NumberFormat, Value};
pub(super) use unmet::{unmet_needs, unmet_sentence};

/// The chapter.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("benefit", ctx.t("受益", "Benefit"));
    section.sections = vec![
        by_area(ctx),
        by_unit(ctx),
        unmet::needs(ctx),
        unmet::barriers(ctx),
    ];
    section
}

fn steps<'a>(ctx: &Context<'a>, unit: &'a str) -> impl Iterator<Item = &'a LadderStep> {
    ctx.detail.ladder.iter().filter(move |step| step.unit == unit)
}

fn pooled<'a>(ctx: &Context<'a>, unit: &'a str) -> Option<&'a LadderStep> {
    steps(ctx, unit).find(|step| step.area.is_none())
}

/// Of 100 needs, how many were met and helped.
pub(super) fn ladder_sentence(ctx: &Context<'_>) -> String {
    let Some(step) = pooled(ctx, ctx.unit).filter(|step| ctx.may_show(step.needed.n)) else {
        return String::new();
    };
    match (step.received.estimate, step.helped.estimate) {
        (Some(received), Some(helped)) => narrative::ladder(received, helped, ctx.lang),
        _ => String::new(),
    }
}

/// Estimated persons to two figures: more would pretend to a precision that a sample has not.
pub(super) fn rounded_persons(persons: f64) -> String {
    let step = match persons {
        p if p >= 1000.0 => 100.0,
        p if p >= 100.0 => 10.0,
        _ => 1.0,
    };
    number::number((persons / step).round() * step, NumberFormat::Count)
}

/// The ladder of all areas as a chart; `id` must be unique in the document.
pub(super) fn ladder_chart(ctx: &Context<'_>, id: &str) -> LadderChart {
    let rungs = [
        ctx.t("需要", "Needed").to_owned(),
        ctx.t("得到", "Received").to_owned(),
        ctx.t("有帮助", "Helped").to_owned(),
    ];
    let chart_steps: Vec<_> = steps(ctx, ctx.unit)
        .filter(|step| step.area.is_some())
        .map(|step| chart::LadderStep {
            label: ctx.area_name(step.area.as_deref()),
            needed: ctx.share_point(&step.needed),
            received: of_all(ctx, step, &step.received),
            helped: of_all(ctx, step, &step.helped),
            highlighted: false,
        })
        .collect();
    let title = unmet::widest_gap(ctx).map_or_else(
        || {
            ctx.t(
                "各服务领域的需要、得到与有帮助",
                "Needed, received and helped by service area",
            )
            .to_owned()
        },
        |(area, persons, order)| match ctx.lang {
            Lang::Zh => format!("需要而没有得到的人最多的是{area}，约{persons}人{order}"),
            Lang::En => {
                format!("Most people in need went without in {area}: about {persons} people{order}")
            }
        },
    );
    let n = pooled(ctx, ctx.unit)
        .and_then(|_| ctx.weights(PERSONS, ctx.unit))
        .map(|row| row.n);
    let subtitle = match ctx.lang {
        Lang::Zh => format!("占全体持证残疾人的百分比，{}", charts::population(ctx, n)),
        Lang::En => format!(
            "Percent of all registered disabled people, {}",
            charts::population(ctx, n)
        ),
    };
    LadderChart {
        heading: charts::heading(ctx, id, title, subtitle),
        rungs,
        steps: chart_steps,
        keep_order: false,
    }
}

/// A share of the needs as a share of all persons; its own interval stands in the table.
fn of_all(ctx: &Context<'_>, step: &LadderStep, share: &Proportion) -> Point {
    if !ctx.may_show(share.n) {
        return Point::suppressed();
    }
    match (step.needed.estimate, share.estimate) {
        (Some(needed), Some(share)) => Point::exact(needed * share * 100.0),
        _ => Point::absent(),
    }
}

/// The ladder of the areas with the widest gaps alone: what fits a phone's screen.
pub(super) fn short_ladder_chart(ctx: &Context<'_>, id: &str) -> LadderChart {
    /// Five areas and three numbers fill one screen.
    const AREAS: usize = 5;
    let mut areas: Vec<(f64, String)> = steps(ctx, ctx.unit)
        .filter(|step| step.area.is_some() && ctx.may_show(step.received.n))
        .map(|step| (gap(step), ctx.area_name(step.area.as_deref())))
        .collect();
    areas.sort_by(|a, b| b.0.total_cmp(&a.0));
    areas.truncate(AREAS);
    let mut chart = ladder_chart(ctx, id);
    chart
        .steps
        .retain(|step| areas.iter().any(|(_, name)| *name == step.label));
    chart
}

fn gap(step: &LadderStep) -> f64 {
    step.persons_needed - step.persons_received
}

fn by_area(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("benefit-areas", ctx.t("各服务领域", "By service area"));
    section.finding(ladder_sentence(ctx));
    section.finding(leaf_finding(
        ctx,
        Measure::Benefit,
        ctx.t("受益率", "The benefit rate"),
    ));
    section.paragraph(ctx.t(
        "各领域的需要、得到与有帮助见摘要中的图，数字如下表。",
        "The chart of the summary shows need, receipt and help by area; the figures are below.",
    ));
    let rows: Vec<Row> = steps(ctx, ctx.unit)
        .map(|step| {
            let cells = vec![
                Value::text(ctx.area_name(step.area.as_deref())),
                ctx.share(&step.needed),
                ctx.share(&step.received),
                ctx.share_interval(&step.received),
                ctx.share(&step.helped),
                ctx.share_interval(&step.helped),
                ctx.share_base(&step.received),
            ];
            Row {
                cells,
                strong: step.area.is_none(),
            }
        })
        .collect();
    if rows.is_empty() {
        return section;
    }
    section.table(Table {
        caption: ctx.t("需要、得到与有帮助", "Needed, received and helped").to_owned(),
        columns: vec![
            Column::words(ctx.t("服务领域", "Service area"), 1.7),
            Column::figures(ctx.t("需要的人", "Persons in need")),
            Column::figures(ctx.t("得到÷需要", "Received ÷ needed")),
            Column::intervals(ctx.t("95%置信区间", "95% interval")),
            Column::figures(ctx.t("有帮助÷需要", "Helped ÷ needed")),
            Column::intervals(ctx.t("95%置信区间", "95% interval")),
            Column::figures(ctx.t("有需要的答卷", "Answers with need")),
        ],
        rows,
        base: ctx.base_line(PERSONS, ctx.unit),
        notes: vec![
            ctx.t(
                "“得到”含部分得到；“有帮助”指帮助很大或比较大。合计按“人×领域”计算，说不清的不计入分母。",
                "Received includes partly; helped means the top two of five steps. All areas: pairs of person and area, “don't know” left out.",
            )
            .to_owned(),
        ],
        ..Table::default()
    });
    section
}

fn by_unit(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("benefit-units", ctx.t("各单位", "By unit"));
    let leaves: Vec<_> = [Measure::Coverage, Measure::Effectiveness, Measure::Benefit]
        .into_iter()
        .filter_map(|measure| Some((measure, ctx.leaf(measure)?)))
        .collect();
    let Some((_, benefit)) = leaves.last() else {
        return section;
    };
    let n = ctx.estimate(&benefit.code, ctx.county, None).map(|row| row.n);
    let population = charts::all_units(ctx, n);
    let subtitle = ctx.lang.pick(
        format!("受益率：有需要、得到了而且有帮助的服务占全部需求，{population}"),
        format!("Benefit rate: share of needs met and helped, {population}"),
    );
    let title = units_sentence(ctx, &benefit.code);
    section.figure(charts::leaf_dots(
        ctx,
        "benefit-units-chart",
        &benefit.code,
        title,
        subtitle,
    ));
    let mut columns = vec![Column::words(tables::unit_title(ctx), 1.5)];
    for (measure, _) in &leaves {
        columns.push(Column::figures(match measure {
            Measure::Coverage => ctx.t("需求满足率", "Coverage"),
            Measure::Effectiveness => ctx.t("有效率", "Effectiveness"),
            _ => ctx.t("受益率", "Benefit rate"),
        }));
        columns.push(Column::intervals(ctx.t("95%置信区间", "95% interval")));
    }
    let rows = tables::compared_units(ctx)
        .into_iter()
        .map(|unit| {
            let mut cells = vec![Value::text(ctx.unit_name(unit))];
            for (_, leaf) in &leaves {
                let row = ctx.estimate(&leaf.code, unit, None);
                cells.extend([ctx.value(row), ctx.value_interval(row)]);
            }
            Row {
                cells,
                strong: tables::is_strong(ctx, unit),
            }
        })
        .collect();
    section.table(Table {
        caption: ctx
            .t(
                "需求满足率、有效率与受益率",
                "Coverage, effectiveness and benefit rate",
            )
            .to_owned(),
        columns,
        rows,
        base: ctx.base_line(PERSONS, ctx.unit),
        ..Table::default()
    });
    if ctx.is_county() {
        section.figure(coverage_map(ctx));
    }
    section
}

/// Received ÷ needed of every unit and area.
fn coverage_map(ctx: &Context<'_>) -> HeatMap {
    let areas: Vec<&str> = ctx.plan.areas.iter().map(|area| area.code.as_str()).collect();
    let rows: Vec<HeatRow> = ctx
        .units()
        .into_iter()
        .map(|unit| HeatRow {
            label: ctx.unit_name(unit),
            cells: areas
                .iter()
                .map(|area| {
                    let step = steps(ctx, unit).find(|step| step.area.as_deref() == Some(*area));
                    step.map_or_else(Point::absent, |step| ctx.share_point(&step.received))
                })
                .collect(),
            highlighted: unit == ctx.unit,
        })
        .collect();
    let hidden = rows
        .iter()
        .flat_map(|row| &row.cells)
        .filter(|p| p.flag == chart::Flag::Suppressed)
        .count();
    let title = ends_of_coverage(ctx);
    let subtitle = match ctx.lang {
        Lang::Zh => format!(
            "得到÷需要（%）；{hidden}格因不足{}人隐匿",
            ctx.plan.suppression.min_cell
        ),
        Lang::En => format!(
            "Received ÷ needed (%); {hidden} cells withheld, fewer than {} persons",
            ctx.plan.suppression.min_cell
        ),
    };
    HeatMap {
        heading: charts::plain_heading(ctx, "coverage-map", title, subtitle),
        measure: chart::Measure::Percent,
        columns: areas.iter().map(|area| ctx.area_name(Some(area))).collect(),
        rows,
    }
}

/// The areas where the county meets most and least of the needs, as the map's title.
fn ends_of_coverage(ctx: &Context<'_>) -> String {
    let mut met: Vec<(Measured, String)> = steps(ctx, ctx.county)
        .filter(|step| step.area.is_some() && ctx.may_show(step.received.n))
        .filter_map(|step| {
            let met = Measured::new(step.received.estimate, step.received.se)?;
            Some((met, ctx.area_name(step.area.as_deref())))
        })
        .collect();
    met.sort_by(|a, b| b.0.value.total_cmp(&a.0.value));
    let (Some((most, high)), Some((least, low))) = (met.first(), met.last()) else {
        return ctx
            .t("各单位各领域的需求满足率", "Coverage by unit and service area")
            .to_owned();
    };
    if !narrative::extremes_differ(*most, *least, met.len()) {
        return ctx
            .t(
                "全县各领域的需求满足率没有可区分的差异",
                "Coverage in the county's service areas cannot be told apart",
            )
            .to_owned();
    }
    let (most, least) = (
        number::number(most.value, NumberFormat::Percent),
        number::number(least.value, NumberFormat::Percent),
    );
    match ctx.lang {
        Lang::Zh => format!("全县需求满足率最高的是{high}（{most}），最低的是{low}（{least}），差异超出误差"),
        Lang::En => format!(
            "The county meets most needs in {high} ({most}) and fewest in {low} ({least}), a difference beyond error"
        ),
    }
}
