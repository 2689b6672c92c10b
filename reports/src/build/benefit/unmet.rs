//! Needs that were not met, and why.

use analysis::plan::PERSONS;
use analysis::results::UnmetNeed;

use super::super::charts;
use super::super::context::Context;
use super::super::reasons::Reasons;
use super::rounded_persons;
use crate::chart::BarRow;
use crate::model::{Column, Lang, Row, Section, Table};
use crate::narrative::{self, Measured};
use crate::number::{NumberFormat, Value};

/// How many unmet needs the summary names.
const NAMED_NEEDS: usize = 3;

/// The needs of the unit, the most people first.
pub(in super::super) fn unmet_needs<'a>(ctx: &Context<'a>) -> Vec<&'a UnmetNeed> {
    let mut needs: Vec<_> = ctx
        .detail
        .unmet_needs
        .iter()
        .filter(|need| need.unit == ctx.unit)
        .collect();
    needs.sort_by_key(|need| need.rank);
    needs
}

/// The unmet needs that most people have, and whether their order is settled.
pub(in super::super) fn unmet_sentence(ctx: &Context<'_>) -> String {
    let needs = known_needs(ctx);
    let named: Vec<String> = needs
        .iter()
        .take(NAMED_NEEDS)
        .map(|need| {
            let (area, persons) = (ctx.area_name(Some(&need.area)), rounded_persons(need.persons));
            match ctx.lang {
                Lang::Zh => format!("{area}（约{persons}人）"),
                Lang::En => format!("{area} (about {persons} people)"),
            }
        })
        .collect();
    if named.is_empty() {
        return String::new();
    }
    let order = narrative::order_settled(leading(&needs), named.len(), ctx.lang);
    let named = ctx.list(&named);
    match ctx.lang {
        Lang::Zh => format!("需要而没有得到服务的人最多的是：{named}{order}。"),
        Lang::En => format!("Most people in need went without: {named}{order}."),
    }
}

/// The unmet needs that may be shown and that anybody has, the most people first.
fn known_needs<'a>(ctx: &Context<'a>) -> Vec<&'a UnmetNeed> {
    let mut needs = unmet_needs(ctx);
    needs.retain(|need| ctx.may_show(need.share.n) && need.share.estimate.is_some_and(|share| share > 0.0));
    needs
}

/// How many of the needs cannot be told apart from the greatest.
fn leading(needs: &[&UnmetNeed]) -> usize {
    let shares: Vec<Measured> = needs
        .iter()
        .filter_map(|need| Measured::new(need.share.estimate, need.share.se))
        .collect();
    narrative::leaders(&shares)
}

/// The area in which most went without, how many they are, and whether another may be ahead of it.
pub(super) fn widest_gap(ctx: &Context<'_>) -> Option<(String, String, String)> {
    // The number of the list of unmet needs, so that a report never gives two for one thing.
    let needs = known_needs(ctx);
    let need = needs.first()?;
    let order = narrative::order_settled(leading(&needs), 1, ctx.lang);
    Some((
        ctx.area_name(Some(&need.area)),
        rounded_persons(need.persons),
        order,
    ))
}

/// The section of needs.
pub(super) fn needs(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("benefit-unmet", ctx.t("没有满足的需求", "Unmet needs"));
    let needs = unmet_needs(ctx);
    if needs.is_empty() {
        return section;
    }
    section.finding(unmet_sentence(ctx));
    let bars = needs
        .iter()
        .map(|need| BarRow {
            label: ctx.area_name(Some(&need.area)),
            point: ctx.share_point(&need.share),
            highlighted: false,
        })
        .collect();
    let title = unmet_sentence(ctx).trim_end_matches(['。', '.']).to_owned();
    let subtitle = ctx
        .t(
            "需要而没有得到服务的人占全体持证残疾人的百分比",
            "Percent of all registered disabled people who needed it and did not get it",
        )
        .to_owned();
    section.figure(charts::share_bars(
        charts::heading(ctx, "unmet-needs", title, subtitle),
        bars,
        true,
    ));
    let rows = needs
        .iter()
        .map(|need| {
            let shown = ctx.may_show(need.share.n);
            Row::plain(vec![
                Value::text(ctx.area_name(Some(&need.area))),
                ctx.share(&need.share),
                ctx.share_interval(&need.share),
                if shown {
                    Value::Number(need.persons, NumberFormat::Count)
                } else {
                    Value::Suppressed
                },
            ])
        })
        .collect();
    section.table(Table {
        caption: ctx
            .t("需要而没有得到服务的人", "People in need who went without")
            .to_owned(),
        columns: vec![
            Column::words(ctx.t("服务领域", "Service area"), 1.7),
            Column::figures(ctx.t("占全体", "Of all")),
            Column::intervals(ctx.t("95%置信区间", "95% interval")),
            Column::figures(ctx.t("估计人数", "Estimated persons")),
        ],
        rows,
        base: ctx.base_line(PERSONS, ctx.unit),
        ..Table::default()
    });
    section
}

/// The section of reasons.
pub(super) fn barriers(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "benefit-barriers",
        ctx.t("没有得到服务的原因", "Why services were not received"),
    );
    let pooled = ctx.detail.barriers.iter().filter(|row| row.area.is_none());
    let Some(reasons) = Reasons::of_unit(ctx, pooled) else {
        return section;
    };
    let (label, share, order) = reasons.leader(ctx);
    let title = match ctx.lang {
        Lang::Zh => format!("各领域合计，说得最多的原因是“{label}”（{share}）{order}"),
        Lang::En => format!("Over all areas, named most: “{label}” ({share}){order}"),
    };
    let subtitle = ctx
        .t(
            "没有得到服务的“人×领域”中，各原因的比例",
            "Share of pairs of person and area without service",
        )
        .to_owned();
    section.finding(ctx.lang.pick(format!("{title}。"), format!("{title}.")));
    section.figure(reasons.bars(ctx, charts::heading(ctx, "barriers", title, subtitle)));
    section
}
