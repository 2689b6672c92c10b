//! Where points were won and lost: the top of the indicator tree by unit.

use super::super::context::Context;
use super::super::tables;
use super::super::watched::{node, node_value, top};
use super::ranked;
use crate::model::{Block, Column, Lang, Row, Section, Table};
use crate::narrative::{self, Measured};
use crate::number::{self, NumberFormat, Value};

/// What stands behind the score: every node of the tree beside the county's.
pub(super) fn nodes(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("comparison-nodes", ctx.t("得分构成", "What the score is made of"));
    if ctx.is_county() {
        section.table(tops_by_unit(ctx));
        return section;
    }
    let mut stands: (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let rows: Vec<Row> = ctx
        .plan
        .indicators
        .iter()
        .filter(|indicator| indicator.weight > 0.0)
        .filter_map(|indicator| {
            let own = node(ctx, &indicator.code, ctx.unit)?;
            let county = node(ctx, &indicator.code, ctx.county);
            let (words, movement) = narrative::against_county(
                Measured::new(own.value, own.se),
                county.and_then(|row| Measured::new(row.value, row.se)),
                NumberFormat::Score,
                ctx.lang,
            );
            let name = indicator.name.get(ctx.lang.code());
            match (indicator.measure.is_some(), movement) {
                (true, crate::model::Movement::Up) => stands.0.push(name.to_owned()),
                (true, crate::model::Movement::Down) => stands.1.push(name.to_owned()),
                _ => {}
            }
            let cells = vec![
                Value::text(format!("{}　{name}", indicator.code)),
                Value::Number(own.weight, NumberFormat::Weight),
                node_value(Some(own)),
                Value::interval(own.lower, own.upper, NumberFormat::Score),
                node_value(county),
                Value::text(words),
            ];
            Some(Row {
                cells,
                strong: indicator.parent.is_none(),
            })
        })
        .collect();
    let (above, below) = (ctx.list(&stands.0), ctx.list(&stands.1));
    let mut items = Vec::new();
    match ctx.lang {
        Lang::Zh => {
            if !above.is_empty() {
                items.push(format!("高于全县且超出误差的指标：{above}。"));
            }
            if !below.is_empty() {
                items.push(format!("低于全县且超出误差的指标：{below}。"));
            }
            if items.is_empty() {
                items.push("没有一项指标与全县的差异超出误差。".to_owned());
            }
        }
        Lang::En => {
            if !above.is_empty() {
                items.push(format!("Above the county by more than error: {above}."));
            }
            if !below.is_empty() {
                items.push(format!("Below the county by more than error: {below}."));
            }
            if items.is_empty() {
                items.push("No indicator differs from the county's by more than error.".to_owned());
            }
        }
    }
    section.push(Block::List {
        ordered: false,
        items,
    });
    section.table(Table {
        caption: ctx
            .t(
                "各指标得分与全县对照（0–100分）",
                "Indicators beside the county, 0–100",
            )
            .to_owned(),
        columns: vec![
            Column::words(ctx.t("指标", "Indicator"), 2.4),
            Column::figures(ctx.t("权重", "Weight")),
            Column::figures(ctx.t("得分", "Score")),
            Column::intervals(ctx.t("95%置信区间", "95% interval")),
            Column::figures(ctx.t("全县", "County")),
            Column::words(ctx.t("比较", "Comparison"), 2.2),
        ],
        rows,
        ..Table::default()
    });
    section
}

/// The top-level nodes of every unit.
fn tops_by_unit(ctx: &Context<'_>) -> Table {
    let tops: Vec<_> = ctx
        .plan
        .indicators
        .children(None)
        .filter(|node| node.weight > 0.0)
        .collect();
    let mut columns = vec![
        Column::words(tables::unit_title(ctx), 1.6),
        Column::figures(ctx.t("综合", "Score")),
    ];
    columns.extend(tops.iter().map(|indicator| {
        let weight = number::number(indicator.weight, NumberFormat::Weight);
        let name = indicator.name.get(ctx.lang.code());
        Column::figures(
            ctx.lang
                .pick(format!("{name}（{weight}）"), format!("{name} ({weight})")),
        )
    }));
    let order = ranked(ctx).into_iter().map(|row| row.unit.as_str());
    let rows = std::iter::once(ctx.county)
        .chain(order)
        .map(|unit| {
            let mut cells = vec![
                Value::text(ctx.unit_name(unit)),
                Value::score(ctx.detail.score(unit).and_then(|row| row.score)),
            ];
            cells.extend(
                tops.iter()
                    .map(|indicator| node_value(node(ctx, &top(ctx, indicator).code, unit))),
            );
            Row {
                cells,
                strong: tables::is_strong(ctx, unit),
            }
        })
        .collect();
    Table {
        caption: ctx
            .t(
                "综合得分与一级指标得分（0–100分）",
                "Scores and their parts, 0–100",
            )
            .to_owned(),
        columns,
        rows,
        notes: vec![
            ctx.t(
                "按综合得分排列；得分相近的单位先后不定。",
                "By score; near scores are in no settled order.",
            )
            .to_owned(),
        ],
        ..Table::default()
    }
}
