//! Chapter three: who took part, and what kept the others away.

use analysis::plan::Measure;

use super::context::Context;
use super::reasons::Reasons;
use super::{charts, tables, watched};
use crate::model::{Column, Lang, Movement, Row, Section, Table};
use crate::narrative::{self, Measured};
use crate::number::{NumberFormat, Value};

/// The chapter.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("participation", ctx.t("参与", "Participation"));
    let Some(leaf) = ctx.leaf(Measure::Participation) else {
        return section;
    };
    let mut rate = Section::new("participation-rate", ctx.t("参与率", "Participation rate"));
    rate.finding(finding(ctx));
    let n = ctx.estimate(&leaf.code, ctx.county, None).map(|row| row.n);
    let title = units_sentence(ctx, &leaf.code);
    let subtitle = ctx.lang.pick(
        format!("过去一年至少参加过一次活动的比例，{}", charts::all_units(ctx, n)),
        format!(
            "Share who took part at least once in the year, {}",
            charts::all_units(ctx, n)
        ),
    );
    rate.figure(charts::leaf_dots(
        ctx,
        "participation-units",
        &leaf.code,
        title,
        subtitle,
    ));
    let caption = ctx.t("参与率", "Participation rate").to_owned();
    rate.table(tables::leaf_by_unit(
        ctx,
        &leaf.code,
        caption,
        ctx.base_line(analysis::plan::PERSONS, ctx.unit),
    ));
    section.sections.push(rate);
    section.sections.push(kept_away(ctx));
    section.sections.extend(watched::other_leaves(ctx, &leaf.code));
    section
}

/// The unit's participation in one sentence, for the summary.
pub(super) fn finding(ctx: &Context<'_>) -> String {
    leaf_finding(
        ctx,
        Measure::Participation,
        ctx.t("参与率", "The participation rate"),
    )
}

/// A headline leaf in one sentence: the figure, its interval, and how it stands.
pub(super) fn leaf_finding(ctx: &Context<'_>, measure: Measure, name: &str) -> String {
    let Some(leaf) = ctx.leaf(measure) else {
        return String::new();
    };
    let row = ctx.estimate(&leaf.code, ctx.unit, None);
    let (value, interval) = (ctx.value(row), ctx.value_interval(row));
    let (Value::Number(..) | Value::Marked(..), Value::Interval(..)) = (&value, &interval) else {
        return String::new();
    };
    let (value, interval) = (value.show(ctx.lang), interval.show(ctx.lang));
    let tail = if ctx.is_county() {
        match ctx.change(&leaf.code, ctx.unit) {
            (_, Movement::Unknown) => String::new(),
            (words, _) => words,
        }
    } else {
        let own = row.and_then(|row| Measured::new(row.estimate, row.se));
        let county = ctx
            .estimate(&leaf.code, ctx.county, None)
            .and_then(|row| Measured::new(row.estimate, row.se));
        narrative::against_county(own, county, ctx.format(&leaf.code), ctx.lang).0
    };
    match (ctx.lang, tail.is_empty()) {
        (Lang::Zh, true) => format!("{name}为{value}（{interval}）。"),
        (Lang::Zh, false) => format!("{name}为{value}（{interval}），{tail}。"),
        (Lang::En, true) => format!("{name} is {value} ({interval})."),
        (Lang::En, false) => format!("{name} is {value} ({interval}); {tail}."),
    }
}

/// Which units are above or below the county by more than error, as the title of a chart.
pub(super) fn units_sentence(ctx: &Context<'_>, code: &str) -> String {
    let county = ctx.estimate(code, ctx.county, None);
    if county.is_none_or(|row| row.estimate.is_none()) {
        return ctx.t("本轮没有可用的数字", "No figures in this round").to_owned();
    }
    let (above, below) = apart_from_county(ctx, code);
    let kind = tables::unit_kind(ctx);
    let all = ctx.units().len();
    match (ctx.lang, above.len(), below.len()) {
        (Lang::Zh, 0, 0) => format!("{all}个{kind}与全县都没有可区分的差异"),
        (Lang::Zh, a, 0) => format!("{a}个{kind}高于全县，其余与全县没有可区分的差异"),
        (Lang::Zh, 0, b) => format!("{b}个{kind}低于全县，其余与全县没有可区分的差异"),
        (Lang::Zh, a, b) => format!("{a}个{kind}高于全县，{b}个低于全县，其余没有可区分的差异"),
        (Lang::En, 0, 0) => format!("None of {all} {kind} can be told apart from the county"),
        (Lang::En, a, 0) => format!("{a} of {all} {kind} above the county, the others not to be told apart"),
        (Lang::En, 0, b) => format!("{b} of {all} {kind} below the county, the others not to be told apart"),
        (Lang::En, a, b) => {
            format!("{a} of {all} {kind} above the county, {b} below, the others not to be told apart")
        }
    }
}

/// Units above and below the county by more than error, all of them compared at once, by code.
pub(super) fn apart_from_county<'a>(ctx: &Context<'a>, code: &str) -> (Vec<&'a str>, Vec<&'a str>) {
    let measured = |unit: &str| {
        let row = ctx.estimate(code, unit, None).filter(|row| ctx.may_show(row.n))?;
        Measured::new(row.estimate, row.se)
    };
    let Some(county) = measured(ctx.county) else {
        return (Vec::new(), Vec::new());
    };
    let all = ctx.units().len();
    let is = |unit: &&str, wanted| {
        measured(unit).is_some_and(|own| narrative::movement_among(own, county, all) == wanted)
    };
    let above = ctx
        .units()
        .into_iter()
        .filter(|unit| is(unit, crate::model::Movement::Up))
        .collect();
    let below = ctx
        .units()
        .into_iter()
        .filter(|unit| is(unit, crate::model::Movement::Down))
        .collect();
    (above, below)
}

fn kept_away(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "participation-barriers",
        ctx.t("没有参加的原因", "What kept people away"),
    );
    let Some(reasons) = Reasons::of_unit(ctx, ctx.detail.kept_away.iter()) else {
        return section;
    };
    let (label, share, order) = reasons.leader(ctx);
    let title = ctx.lang.pick(
        format!("说得最多的原因是“{label}”（{share}）{order}"),
        format!("Named most: “{label}” ({share}){order}"),
    );
    let subtitle = ctx
        .t(
            "没有参加过任何活动的人中，说到该原因的比例",
            "Share of those who took no part who named the reason",
        )
        .to_owned();
    section.figure(reasons.bars(ctx, charts::heading(ctx, "kept-away", title, subtitle)));
    let n = crate::number::number(reasons.first.share.n as f64, NumberFormat::Count);
    let rows = reasons
        .rows
        .iter()
        .map(|row| {
            Row::plain(vec![
                Value::text(row.label.get(ctx.lang.code())),
                ctx.share(&row.share),
                ctx.share_interval(&row.share),
            ])
        })
        .collect();
    section.table(Table {
        caption: ctx
            .t("没有参加活动的原因", "Reasons for taking no part")
            .to_owned(),
        columns: vec![
            Column::words(ctx.t("原因", "Reason"), 2.6),
            Column::figures(ctx.t("占比", "Share")),
            Column::intervals(ctx.t("95%置信区间", "95% interval")),
        ],
        rows,
        base: Some(ctx.lang.pick(
            format!("基数：回答了原因的{n}人。"),
            format!("Base: {n} persons who gave a reason."),
        )),
        ..Table::default()
    });
    section
}
