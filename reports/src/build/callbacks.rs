//! The chapter of the call-backs (回访): what the third party heard when it called a share of those who had answered.
//!
//! Disclosure control stands here, because these figures come from calls and not from answers: a unit's rate of few calls
//! is withheld, so is one where all calls say the same, and where a single unit is withheld a second goes with it, so that
//! no rate is what the county's leaves over.

use std::collections::BTreeSet;

use analysis::callback::{CallbackRow, Finding};

use super::context::Context;
use super::tables;
use crate::model::{Column, Lang, Row, Section, Table};
use crate::number::{self, NumberFormat, Value};

/// The chapter; empty where nobody was called.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("callbacks", ctx.t("电话回访", "Call-backs"));
    let Some(row) = row(ctx, ctx.county, Finding::Disagrees).filter(|row| ctx.may_show(row.n)) else {
        return section;
    };
    let shown = shown_units(ctx);
    let Some(sentence) = finding(ctx, row) else {
        return section;
    };
    section.paragraph(ctx.t(
        "答完卷并同意回访的残疾人中，每个单位随机抽取若干人，由第三方打电话核对四件事：是否参加过测评，是否本人作答，作答时有没有乡镇或村干部在旁边，当时的总体评价现在是否仍然算数。没有参加过，或者评价不再算数，算作和记录不一致。问到的情况不与本人对应保存。",
        "Of the residents who answered and agreed to be called, some in each unit were drawn at random and called by the third party, which checked four things: whether they took part, whether they answered themselves, whether staff of the township or village stood by, and whether the overall rating still stands. Who took no part, or whose rating does not stand, contradicts the record. What was said is kept apart from the person.",
    ));
    section.finding(sentence);
    section.table(of_findings(ctx));
    if let Some(table) = of_units(ctx, &shown) {
        section.table(table);
    }
    section.note(ctx.t(
        "比例按各单位同意回访的人数加权，只代表同意回访的人；区间是95%置信区间（Korn–Graubard），已计入有限总体校正。",
        "Shares are weighted by those who agreed in each unit and speak for those who agreed; intervals are 95% (Korn–Graubard) with the finite-population correction.",
    ));
    section
}

fn row<'a>(ctx: &Context<'a>, unit: &str, finding: Finding) -> Option<&'a CallbackRow> {
    ctx.detail
        .callbacks
        .iter()
        .find(|row| row.unit == unit && row.finding == finding)
}

fn finding(ctx: &Context<'_>, row: &CallbackRow) -> Option<String> {
    let percent = |value: f64| number::number(value, NumberFormat::Percent);
    let (estimate, lower, upper) = (row.estimate?, row.lower?, row.upper?);
    let (estimate, upper_text) = (percent(estimate), percent(upper));
    let interval = Value::interval(Some(lower), Some(upper), NumberFormat::Percent).show(ctx.lang);
    let n = number::number(
        #[expect(clippy::cast_precision_loss, reason = "counts of calls are small")]
        (row.n as f64),
        NumberFormat::Count,
    );
    // Nothing found is no proof that there is nothing.
    Some(match (ctx.lang, row.estimate == Some(0.0)) {
        (Lang::Zh, true) => {
            format!("全县问完{n}个电话，没有发现和记录不一致的；真实比例仍可能高到{upper_text}。")
        }
        (Lang::Zh, false) => {
            format!("全县问完{n}个电话，和记录不一致的占{estimate}（95%置信区间{interval}）。")
        }
        (Lang::En, true) => format!(
            "In {n} completed calls of the county nothing contradicted the record; the true share may still be as high as {upper_text}."
        ),
        (Lang::En, false) => {
            format!(
                "In {n} completed calls of the county, {estimate} contradicted the record (95% interval {interval})."
            )
        }
    })
}

fn cells(ctx: &Context<'_>, name: String, row: Option<&CallbackRow>, shown: bool) -> Vec<Value> {
    let Some(row) = row else {
        return vec![Value::text(name), Value::Absent, Value::Absent, Value::Absent];
    };
    match shown {
        true => vec![
            Value::text(name),
            Value::percent(row.estimate),
            Value::interval(row.lower, row.upper, NumberFormat::Percent),
            ctx.base(row.n),
        ],
        false => vec![
            Value::text(name),
            Value::Suppressed,
            Value::Suppressed,
            ctx.base(row.n),
        ],
    }
}

fn columns(ctx: &Context<'_>, first: &str) -> Vec<Column> {
    vec![
        Column::words(first, 2.4),
        Column::figures(ctx.t("比例", "Share")),
        Column::intervals(ctx.t("95%置信区间", "95% interval")),
        Column::figures(ctx.t("问完的电话", "Completed calls")),
    ]
}

/// What the county's calls show.
fn of_findings(ctx: &Context<'_>) -> Table {
    let names = [
        (
            Finding::Disagrees,
            ctx.t("和记录不一致", "Contradicts the record"),
        ),
        (
            Finding::NeverAsked,
            ctx.t("其中：没有参加过测评", "of which: took no part"),
        ),
        (
            Finding::RatingChanged,
            ctx.t("其中：总体评价不再算数", "of which: the rating does not stand"),
        ),
        (
            Finding::AnsweredByOther,
            ctx.t("不是本人作答", "Somebody else answered"),
        ),
        (
            Finding::StaffPresent,
            ctx.t("乡镇或村干部在旁边", "Staff of township or village stood by"),
        ),
    ];
    let rows = names.into_iter().map(|(finding, name)| {
        let row = row(ctx, ctx.county, finding);
        let shown = row.is_some_and(|row| ctx.may_show(row.n));
        Row::plain(cells(ctx, name.to_owned(), row, shown))
    });
    Table {
        caption: ctx
            .t("回访的结果，全县", "What the calls show, whole county")
            .to_owned(),
        columns: columns(ctx, ctx.t("情况", "Finding")),
        rows: rows.collect(),
        ..Table::default()
    }
}

/// The units whose rate of disagreement may be shown.
fn shown_units(ctx: &Context<'_>) -> BTreeSet<String> {
    let rows: Vec<&CallbackRow> = ctx
        .units()
        .into_iter()
        .filter_map(|unit| row(ctx, unit, Finding::Disagrees))
        .filter(|row| row.n > 0)
        .collect();
    let tells_nobody = |row: &&CallbackRow| {
        ctx.may_show(row.n) && row.estimate.is_some_and(|share| share > 0.0 && share < 1.0)
    };
    let mut shown: Vec<&CallbackRow> = rows.iter().copied().filter(|row| tells_nobody(row)).collect();
    if rows.len() == shown.len() + 1 {
        shown.sort_by_key(|row| row.n);
        shown.remove(0);
    }
    shown.into_iter().map(|row| row.unit.clone()).collect()
}

/// Disagreement by unit; none where no unit's may be shown.
fn of_units(ctx: &Context<'_>, shown: &BTreeSet<String>) -> Option<Table> {
    let rows: Vec<Row> = tables::compared_units(ctx)
        .into_iter()
        .filter(|unit| *unit == ctx.county || row(ctx, unit, Finding::Disagrees).is_some_and(|row| row.n > 0))
        .map(|unit| {
            let is_shown = unit == ctx.county || shown.contains(unit);
            Row {
                cells: cells(
                    ctx,
                    ctx.unit_name(unit),
                    row(ctx, unit, Finding::Disagrees),
                    is_shown,
                ),
                strong: tables::is_strong(ctx, unit),
            }
        })
        .collect();
    (!shown.is_empty() && rows.len() > 1).then(|| Table {
        caption: ctx
            .t(
                "和记录不一致的比例，按单位",
                "Share that contradicts the record, by unit",
            )
            .to_owned(),
        columns: columns(ctx, tables::unit_title(ctx)),
        rows,
        ..Table::default()
    })
}
