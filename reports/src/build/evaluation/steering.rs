//! Signs of steering by unit, and units whose answers are at the end of the scale.

use analysis::results::{EvaluationResults, SteeringKind, SteeringSign};

use super::super::context::Context;
use crate::model::{Column, Lang, Row, Section, Table};
use crate::number::{NumberFormat, Value};

/// The section; of a unit it says what concerns the unit alone.
pub(in super::super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "comparison-steering",
        ctx.t("有没有人为影响的迹象", "Signs of steering"),
    );
    let Some(found) = super::of(ctx).filter(|found| !found.steering.is_empty()) else {
        return section;
    };
    section.paragraph(method(ctx, found));
    let flagged: Vec<&SteeringSign> = found
        .steering
        .iter()
        .filter(|sign| sign.flagged && (ctx.is_county() || sign.unit == ctx.unit))
        .collect();
    section.finding(match (ctx.lang, flagged.len()) {
        (Lang::Zh, 0) => "没有发现超出其他单位的迹象。这不等于证明没有人为影响。".to_owned(),
        (Lang::En, 0) => {
            "No sign stands out from the other units. That does not prove that there was no steering."
                .to_owned()
        }
        (Lang::Zh, n) => format!("有{n}项迹象明显多于其他单位，请考评办复核；迹象不是证据。"),
        (Lang::En, n) => format!(
            "{n} {} far above the other units and should be looked into; a sign is no proof.",
            if n == 1 { "sign stands" } else { "signs stand" }
        ),
    });
    if !flagged.is_empty() {
        section.table(table(ctx, &flagged));
    }
    let ceiling = ceiling_sentence(ctx, found);
    if !ceiling.is_empty() {
        section.warning(ceiling);
    }
    section
}

/// What a sign is called.
fn name(ctx: &Context<'_>, kind: SteeringKind) -> &'static str {
    match kind {
        SteeringKind::SameAnswers => ctx.t(
            "和同单位另一份几乎相同的答卷",
            "answers nearly another's of the unit",
        ),
        SteeringKind::StaffPresent => ctx.t("答卷人说有工作人员在场", "staff present, as respondents say"),
        SteeringKind::SameDevice => ctx.t("同一设备上的多份答卷", "several answers on one device"),
        SteeringKind::SameTime => ctx.t("同一个十分钟内的多份答卷", "several answers within ten minutes"),
    }
}

fn method(ctx: &Context<'_>, found: &EvaluationResults) -> String {
    let kinds: Vec<String> = SteeringKind::ALL
        .into_iter()
        .filter(|kind| found.steering.iter().any(|sign| sign.kind == *kind))
        .map(|kind| name(ctx, kind).to_owned())
        .collect();
    let kinds = ctx.list(&kinds);
    ctx.lang.pick(
        format!(
            "逐个单位看了：{kinds}。每个单位同其他单位比，并考虑了单位之间本来的差别；按全部单位和迹象校正后，没有人为影响时误报一处的可能性不超过5%（模拟检验过）。权数和得分不因此改变。"
        ),
        format!(
            "Looked at for each unit: {kinds}. Each unit is held against the others, true differences between units allowed for; adjusted over all units and signs, the chance of any false alarm is at most 5% (tested by simulation). No weight or score depends on it."
        ),
    )
}

fn table(ctx: &Context<'_>, flagged: &[&SteeringSign]) -> Table {
    let row = |sign: &&SteeringSign| {
        let small = !ctx.may_show(sign.found) || !ctx.may_show(sign.judged);
        let share = |value: f64| match small {
            true => Value::Suppressed,
            false => Value::Number(value, NumberFormat::Percent),
        };
        Row::plain(vec![
            Value::text(ctx.unit_name(&sign.unit)),
            Value::text(name(ctx, sign.kind)),
            ctx.base(sign.judged),
            share(sign.share),
            Value::Number(sign.usual, NumberFormat::Percent),
        ])
    };
    Table {
        caption: ctx
            .t("明显多于其他单位的迹象", "Signs far above the other units")
            .to_owned(),
        columns: vec![
            Column::words(ctx.t("单位", "Unit"), 1.4),
            Column::words(ctx.t("迹象", "Sign"), 2.6),
            Column::figures(ctx.t("看了的答卷", "Looked at")),
            Column::figures(ctx.t("占比", "Share")),
            Column::figures(ctx.t("其他单位", "Elsewhere")),
        ],
        rows: flagged.iter().map(row).collect(),
        ..Table::default()
    }
}

/// Units at the end of the scale, named without their figures: a share near 100 % tells what everybody said.
fn ceiling_sentence(ctx: &Context<'_>, found: &EvaluationResults) -> String {
    let mut names: Vec<String> = Vec::new();
    for row in found.ceilings.iter().filter(|row| row.warning) {
        let concerned = if ctx.is_county() {
            row.unit != ctx.county
        } else {
            row.unit == ctx.unit
        };
        let name = ctx.lang.pick(
            format!(
                "{}（{}）",
                ctx.unit_name(&row.unit),
                ctx.perspective_name(&row.group)
            ),
            format!(
                "{} ({})",
                ctx.unit_name(&row.unit),
                ctx.perspective_name(&row.group)
            ),
        );
        if concerned {
            names.push(name);
        }
    }
    if names.is_empty() {
        return String::new();
    }
    let names = ctx.list(&names);
    ctx.lang.pick(
        format!("几乎所有评价都是最好一档的：{names}。到了顶就看不出好坏，也可能是不敢说；请结合第三方评估和回访看。"),
        format!("Nearly all ratings are the best step in: {names}. At the end of the scale better and worse do not show, and people may not dare to speak: read this beside the third party's findings and call-backs."),
    )
}
