//! Explains the marks of a table under it, and only those that it has.

use super::context::Context;
use crate::model::{Block, Lang, Section, Table};
use crate::number::Value;

/// Adds the explanation to every table that needs one.
pub(super) fn explain(ctx: &Context<'_>, sections: &mut [Section]) {
    for section in sections {
        for block in &mut section.blocks {
            if let Block::Table(table) = block {
                let words = words(ctx, table);
                table.notes.extend((!words.is_empty()).then_some(words));
            }
        }
        explain(ctx, &mut section.sections);
    }
}

fn words(ctx: &Context<'_>, table: &Table) -> String {
    let has = |test: fn(&Value) -> bool| table.rows.iter().flat_map(|row| &row.cells).any(test);
    let min = ctx.plan.suppression.min_cell;
    let mut parts: Vec<String> = Vec::new();
    if has(|cell| matches!(cell, Value::Marked(..))) {
        parts.push(
            ctx.t(
                "“*”表示答卷少或误差大，慎用",
                "* few answers or a wide interval, use with care",
            )
            .to_owned(),
        );
    }
    if has(|cell| matches!(cell, Value::Suppressed)) {
        parts.push(ctx.lang.pick(
            format!("“隐匿”表示不足{min}人，或可由其他数字推出，为保护个人不予公布"),
            format!("withheld: fewer than {min} persons, or to be worked out from other figures"),
        ));
    }
    if has(|cell| matches!(cell, Value::Absent)) {
        parts.push(
            ctx.t("“—”表示没有数据或不适用", "— no figure, or none that applies")
                .to_owned(),
        );
    }
    match (ctx.lang, parts.is_empty()) {
        (_, true) => String::new(),
        (Lang::Zh, _) => format!("{}。", parts.join("；")),
        (Lang::En, _) => format!("{}.", parts.join("; ")),
    }
}
