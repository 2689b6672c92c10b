//! The sheets about the figures: how they were weighted, and what a reader must know.

use super::super::context::Context;
use super::super::{report, tables};
use super::{belongs, sheet};
use crate::model::{Column, Row, Sheet};
use crate::number::{NumberFormat, Value};

/// Weights and what they cost, by record and unit.
pub(super) fn weights(ctx: &Context<'_>) -> Sheet {
    let decimal = |value| Value::Number(value, NumberFormat::Decimal);
    let rows = ctx
        .detail
        .weights
        .iter()
        .filter(|row| belongs(ctx, &row.unit) && ctx.may_show(row.n))
        .map(|row| {
            Row::plain(vec![
                Value::text(ctx.perspective_name(&row.group)),
                Value::text(ctx.unit_name(&row.unit)),
                Value::text(&row.unit),
                Value::count(row.n),
                Value::Number(row.sum, NumberFormat::Count),
                decimal(row.min),
                decimal(row.max),
                decimal(row.cv),
                decimal(row.deff_kish),
                Value::Number(row.effective_n, NumberFormat::Score),
                Value::Number(row.efficiency, NumberFormat::Percent),
            ])
        })
        .collect();
    sheet(
        ctx.t("权数", "Weights"),
        ctx.t("权数与设计效应", "Weights and design effects").to_owned(),
        vec![
            Column::words(ctx.t("记录", "Record"), 2.2),
            Column::words(tables::unit_title(ctx), 1.6),
            Column::words(ctx.t("单位代码", "Unit code"), 1.4),
            Column::figures(ctx.t("未加权", "Unweighted")),
            Column::figures(ctx.t("加权合计", "Weighted")),
            Column::figures(ctx.t("最小", "Least")),
            Column::figures(ctx.t("最大", "Greatest")),
            Column::figures(ctx.t("变异系数", "CV")),
            Column::figures(ctx.t("设计效应", "Deff")),
            Column::figures(ctx.t("有效样本", "Effective n")),
            Column::figures(ctx.t("效率", "Efficiency")),
        ],
        rows,
    )
}

/// What a reader of the spreadsheet alone must know.
pub(super) fn method(ctx: &Context<'_>) -> Sheet {
    let mut rows: Vec<Row> = report::facts(ctx)
        .into_iter()
        .map(|f| Row::plain(vec![Value::text(f.label), Value::text(f.value)]))
        .collect();
    let mut say = |label: &'static str, words: String| {
        rows.push(Row::plain(vec![Value::text(label), Value::text(words)]))
    };
    say(
        ctx.t("方案SHA-256", "Plan SHA-256, whole"),
        ctx.detail.results.plan_sha256.clone(),
    );
    say(ctx.t("标记", "Marks"), ctx.marks_note());
    say(
        ctx.t("估计", "Estimates"),
        ctx.t(
            "估计值为加权估计；区间为95%置信区间，按分层多阶段设计线性化；比例以0–1存储并显示为百分数，满意度和得分为0–100。",
            "Estimates are weighted; intervals are 95%, linearised for the stratified multi-stage design; rates are stored as 0–1 and shown in percent, satisfaction and scores as 0–100.",
        )
        .to_owned(),
    );
    for warning in &ctx.detail.warnings {
        say(ctx.t("注意", "Warning"), warning.get(ctx.lang.code()).to_owned());
    }
    sheet(
        ctx.t("方法", "Method"),
        ctx.t("数据说明", "About these figures").to_owned(),
        vec![
            Column::words(ctx.t("项目", "Item"), 2.2),
            Column::words(ctx.t("说明", "Words"), 9.0),
        ],
        rows,
    )
}
