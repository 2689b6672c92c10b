//! The sheets of what is behind the scores, and of what people wrote.

use super::super::context::Context;
use super::super::{tables, voices};
use super::{belongs, sheet};
use crate::model::{Column, Row, Sheet};
use crate::number::{NumberFormat, Value};

/// Every node of the indicator tree by unit.
pub(super) fn nodes(ctx: &Context<'_>) -> Sheet {
    let rows = ctx
        .detail
        .node_scores
        .iter()
        .filter(|row| belongs(ctx, &row.unit))
        .map(|row| {
            let withheld = ctx.is_withheld(&row.code, &row.unit);
            let end = |value| {
                if withheld {
                    Value::Suppressed
                } else {
                    Value::number(value, NumberFormat::Score)
                }
            };
            Row {
                cells: vec![
                    Value::text(&row.code),
                    Value::text(ctx.indicator_name(&row.code)),
                    Value::text(ctx.unit_name(&row.unit)),
                    Value::text(&row.unit),
                    Value::Number(row.weight, NumberFormat::Weight),
                    ctx.node_value(row),
                    ctx.node_error(row),
                    end(row.lower),
                    end(row.upper),
                ],
                strong: row.unit == ctx.unit,
            }
        })
        .collect();
    sheet(
        ctx.t("得分构成", "Parts of scores"),
        ctx.t(
            "各级指标得分（0–100分），权重为占综合得分的百分比",
            "Scores of every indicator, 0–100; weights in percent of the whole score",
        )
        .to_owned(),
        vec![
            Column::words(ctx.t("指标代码", "Code"), 1.0),
            Column::words(ctx.t("指标", "Indicator"), 2.2),
            Column::words(tables::unit_title(ctx), 1.6),
            Column::words(ctx.t("单位代码", "Unit code"), 1.4),
            Column::figures(ctx.t("权重", "Weight")),
            Column::figures(ctx.t("得分", "Score")),
            Column::figures(ctx.t("标准误", "Standard error")),
            Column::figures(ctx.t("下限", "Lower")),
            Column::figures(ctx.t("上限", "Upper")),
        ],
        rows,
    )
}

/// Themes of what people wrote, where enough named them.
pub(super) fn themes(ctx: &Context<'_>) -> Sheet {
    let rows = ctx
        .detail
        .voices
        .iter()
        .filter(|row| belongs(ctx, &row.unit) && ctx.may_show(row.named) && ctx.may_show(row.share.n))
        .map(|row| {
            let end = |value| Value::number(value, NumberFormat::Percent);
            Row {
                cells: vec![
                    Value::text(voices::theme_name(&row.theme, ctx.lang)),
                    Value::text(ctx.perspective_name(&row.group)),
                    Value::text(ctx.unit_name(&row.unit)),
                    Value::text(&row.unit),
                    ctx.share(&row.share),
                    end(row.share.se),
                    end(row.share.lower),
                    end(row.share.upper),
                    Value::count(row.named),
                    Value::count(row.share.n),
                ],
                strong: row.unit == ctx.unit,
            }
        })
        .collect();
    sheet(
        ctx.t("意见主题", "Themes"),
        ctx.t(
            "写了意见的人中提到各主题的加权占比；提到的人太少的不列",
            "Weighted shares of those who wrote something; themes that too few named are left out",
        )
        .to_owned(),
        vec![
            Column::words(ctx.t("主题", "Theme"), 2.4),
            Column::words(ctx.t("评价主体", "Group"), 1.6),
            Column::words(tables::unit_title(ctx), 1.6),
            Column::words(ctx.t("单位代码", "Unit code"), 1.4),
            Column::figures(ctx.t("占比", "Share")),
            Column::figures(ctx.t("标准误", "Standard error")),
            Column::figures(ctx.t("下限", "Lower")),
            Column::figures(ctx.t("上限", "Upper")),
            Column::figures(ctx.t("提到的人", "Named it")),
            Column::figures(ctx.t("写了的人", "Wrote")),
        ],
        rows,
    )
}
