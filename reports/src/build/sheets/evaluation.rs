//! The sheets of the evaluation: what the scores leave open, what moved, and what the third party marked. All rows are
//! of the same release as the report's tables.

use analysis::results::ChangeRow;

use super::super::context::Context;
use super::super::evaluation::{self, change, leverage};
use super::super::{bases, comparison, tables};
use super::{belongs, sheet};
use crate::model::{Column, Row, Sheet};
use crate::number::{NumberFormat, Value};

/// Every sheet, those without rows too.
pub(super) fn all(ctx: &Context<'_>) -> Vec<Sheet> {
    vec![
        grades(ctx),
        pairs(ctx),
        groups(ctx),
        gains(ctx),
        weights(ctx),
        changes(ctx),
        marks(ctx),
        agreement(ctx),
    ]
}

/// The name and the code of a unit.
fn unit(ctx: &Context<'_>, code: &str) -> [Value; 2] {
    [Value::text(ctx.unit_name(code)), Value::text(code)]
}

fn unit_columns(ctx: &Context<'_>) -> Vec<Column> {
    vec![
        Column::words(tables::unit_title(ctx), 1.6),
        Column::words(ctx.t("单位代码", "Unit code"), 1.4),
    ]
}

fn row(ctx: &Context<'_>, code: &str, cells: Vec<Value>) -> Row {
    Row {
        cells,
        strong: tables::is_strong(ctx, code) && !ctx.is_county(),
    }
}

fn yes_or_no(ctx: &Context<'_>, yes: bool) -> Value {
    Value::text(match yes {
        true => ctx.t("是", "yes"),
        false => ctx.t("否", "no"),
    })
}

/// The chance of every grade by unit, the best unit first.
fn grades(ctx: &Context<'_>) -> Sheet {
    let found = evaluation::of(ctx);
    let rows = comparison::ranked(ctx)
        .into_iter()
        .filter(|score| belongs(ctx, &score.unit))
        .filter_map(|score| {
            let grade = found?.grade(&score.unit)?;
            let mut cells = Vec::from(unit(ctx, &grade.unit));
            cells.push(Value::text(ctx.grade_name(&grade.grade)));
            cells.push(Value::percent(Some(grade.certainty)));
            cells.push(Value::percent(Some(grade.moved_by_noise)));
            cells.extend(grade.chances.iter().map(|one| Value::percent(Some(one.chance))));
            Some(row(ctx, &grade.unit, cells))
        })
        .collect();
    let mut columns = unit_columns(ctx);
    columns.extend([
        Column::words(ctx.t("等次", "Grade"), 1.0),
        Column::figures(ctx.t("该等次的可能性", "Chance of it")),
        Column::figures(ctx.t("重测会变", "Changes if repeated")),
    ]);
    let lines = ctx.plan.grades.iter();
    columns.extend(lines.map(|grade| Column::figures(grade.name.get(ctx.lang.code()))));
    sheet(
        ctx.t("等次把握", "Grade chances"),
        ctx.t(
            "真实得分属于各等次的可能性；只计抽样和评分人的误差",
            "Chance that the true score has each grade; sampling and scorers' error only",
        )
        .to_owned(),
        columns,
        rows,
    )
}

/// Every pair of units; a unit's own workbook does not compare the others.
fn pairs(ctx: &Context<'_>) -> Sheet {
    let found = evaluation::of(ctx).filter(|_| ctx.is_county());
    let rows = found.map_or_else(Vec::new, |found| {
        let of = |pair: &analysis::results::PairChance| {
            Row::plain(vec![
                Value::text(ctx.unit_name(&pair.better)),
                Value::text(ctx.unit_name(&pair.worse)),
                Value::Number(pair.difference, NumberFormat::Decimal),
                Value::Number(pair.se, NumberFormat::Decimal),
                Value::percent(Some(pair.probability)),
                yes_or_no(ctx, pair.significant),
            ])
        };
        found.pairs.iter().map(of).collect()
    });
    sheet(
        ctx.t("两两比较", "Pairs"),
        ctx.t(
            "两两比较：得分差、真实得分也较高的可能性、联合95%下是否能分出先后",
            "Pairs: difference, chance that the first is truly better, and whether they can be told apart jointly at 95%",
        )
        .to_owned(),
        vec![
            Column::words(ctx.t("得分较高", "Higher score"), 1.6),
            Column::words(ctx.t("得分较低", "Lower score"), 1.6),
            Column::figures(ctx.t("相差", "Difference")),
            Column::figures(ctx.t("标准误", "Standard error")),
            Column::figures(ctx.t("真的较高的可能性", "Chance truly better")),
            Column::words(ctx.t("能分出先后", "Told apart"), 1.2),
        ],
        rows,
    )
}

/// The sets of units of which no two can be told apart, one row for each member.
fn groups(ctx: &Context<'_>) -> Sheet {
    let found = evaluation::of(ctx).filter(|_| ctx.is_county());
    let mut rows = Vec::new();
    for (at, group) in found.iter().flat_map(|found| found.alike.iter().enumerate()) {
        for code in group {
            let mut cells = vec![Value::count(at as u64 + 1)];
            cells.extend(unit(ctx, code));
            let score = ctx.detail.score(code).and_then(|score| score.score);
            cells.push(Value::score(score));
            rows.push(Row::plain(cells));
        }
    }
    let mut columns = vec![Column::figures(ctx.t("组", "Group"))];
    columns.extend(unit_columns(ctx));
    columns.push(Column::figures(ctx.t("得分", "Score")));
    sheet(
        ctx.t("分不出先后的组", "Groups not told apart"),
        ctx.t(
            "同在一组的任何两个单位，得分差异都在误差之内；一个单位可以在几组里",
            "Any two units of a group differ by no more than error; a unit may be in several",
        )
        .to_owned(),
        columns,
        rows,
    )
}

/// What each indicator could bring, by unit, the largest gain first.
fn gains(ctx: &Context<'_>) -> Sheet {
    let mut rows = Vec::new();
    if let Some(found) = evaluation::of(ctx) {
        for code in ctx.units().into_iter().filter(|code| belongs(ctx, code)) {
            for one in leverage::of_unit(ctx, found, code) {
                let mut cells = Vec::from(unit(ctx, code));
                cells.extend([
                    Value::text(&one.code),
                    Value::text(ctx.indicator_name(&one.code)),
                    Value::percent(Some(one.share)),
                    Value::score(Some(one.value)),
                    Value::score(Some(one.attainable)),
                    Value::Number(one.gain, NumberFormat::Decimal),
                    yes_or_no(ctx, one.certain),
                ]);
                rows.push(row(ctx, code, cells));
            }
        }
    }
    let mut columns = unit_columns(ctx);
    columns.extend([
        Column::words(ctx.t("指标代码", "Code"), 1.0),
        Column::words(ctx.t("指标", "Indicator"), 2.2),
        Column::figures(ctx.t("占总分", "Share")),
        Column::figures(ctx.t("现在", "Now")),
        Column::figures(ctx.t("可达到", "Attainable")),
        Column::figures(ctx.t("可增加", "Gain")),
        Column::words(ctx.t("差距超出误差", "Beyond error"), 1.2),
    ]);
    sheet(
        ctx.t("提分空间", "What would change most"),
        ctx.t(
            "各指标达到“可达到的水平”时，综合得分能增加多少",
            "Points that the score would gain if an indicator reached what is attainable",
        )
        .to_owned(),
        columns,
        rows,
    )
}

/// How far ranks and grades hang on the weights.
fn weights(ctx: &Context<'_>) -> Sheet {
    let found = evaluation::of(ctx)
        .and_then(|found| found.weights.as_ref())
        .filter(|_| ctx.is_county());
    let rank = |rank: u32| Value::Number(f64::from(rank), NumberFormat::Rank);
    let rows = comparison::ranked(ctx).into_iter().filter_map(|score| {
        let one = found?.units.iter().find(|one| one.unit == score.unit)?;
        let mut cells = Vec::from(unit(ctx, &one.unit));
        cells.extend([
            Value::number(score.rank.map(f64::from), NumberFormat::Rank),
            rank(one.rank_lower),
            rank(one.rank_upper),
            Value::percent(Some(one.same_rank)),
            Value::percent(Some(one.same_grade)),
        ]);
        Some(Row::plain(cells))
    });
    let mut columns = unit_columns(ctx);
    columns.extend([
        Column::figures(ctx.t("名次", "Rank")),
        Column::figures(ctx.t("名次最好", "Best rank")),
        Column::figures(ctx.t("名次最差", "Worst rank")),
        Column::figures(ctx.t("名次不变", "Same rank")),
        Column::figures(ctx.t("等次不变", "Same grade")),
    ]);
    let rows = rows.collect();
    sheet(
        ctx.t("权重变动", "Weights varied"),
        ctx.t(
            "权重在方案附近任意变动时的名次（95%的情形）与等次；不含抽样误差",
            "Ranks (95% of cases) and grades when weights vary around the plan's; without sampling error",
        )
        .to_owned(),
        columns,
        rows,
    )
}

/// What moved since the round before: scores, then every node of the tree, by unit.
fn changes(ctx: &Context<'_>) -> Sheet {
    let found = evaluation::of(ctx).and_then(|found| found.change.as_ref());
    let rows = found.map_or_else(Vec::new, |found| {
        let shown = found.rows.iter().filter(|row| belongs(ctx, &row.unit));
        shown.map(|row| change_row(ctx, row)).collect()
    });
    let mut columns = unit_columns(ctx);
    columns.extend([
        Column::words(ctx.t("指标代码", "Code"), 1.0),
        Column::words(ctx.t("指标", "Indicator"), 2.2),
        Column::figures(ctx.t("上一轮", "Before")),
        Column::figures(ctx.t("本轮", "Now")),
        Column::figures(ctx.t("变化", "Change")),
        Column::figures(ctx.t("标准误", "Standard error")),
        Column::figures(ctx.t("下限", "Lower")),
        Column::figures(ctx.t("上限", "Upper")),
        Column::figures(ctx.t("概率", "p")),
        Column::figures(ctx.t("校正后概率", "Adjusted p")),
        Column::words(ctx.t("判断", "Verdict"), 1.6),
    ]);
    sheet(
        ctx.t("与上一轮比较", "Change"),
        ctx.t(
            "与上一轮比较（0–100分）；判断按校正了多次检验的概率",
            "Change since the last round, 0–100; verdicts go by the adjusted probabilities",
        )
        .to_owned(),
        columns,
        rows,
    )
}

fn change_row(ctx: &Context<'_>, of: &ChangeRow) -> Row {
    let withheld = !of.code.is_empty() && ctx.is_withheld(&of.code, &of.unit);
    let figure = |value: Option<f64>, format| match withheld {
        true => Value::Suppressed,
        false => Value::number(value, format),
    };
    let name = match of.code.as_str() {
        "" => ctx.t("综合得分", "Score").to_owned(),
        code => ctx.indicator_name(code),
    };
    let mut cells = Vec::from(unit(ctx, &of.unit));
    cells.extend([
        Value::text(&of.code),
        Value::text(name),
        figure(of.before, NumberFormat::Score),
        figure(of.now, NumberFormat::Score),
        figure(of.change, NumberFormat::ScoreChange),
        figure(of.se, NumberFormat::Decimal),
        figure(of.lower, NumberFormat::ScoreChange),
        figure(of.upper, NumberFormat::ScoreChange),
        figure(of.p_value, NumberFormat::Decimal),
        figure(of.p_adjusted, NumberFormat::Decimal),
        match withheld {
            true => Value::Suppressed,
            false => Value::text(change::verdict(ctx, of)),
        },
    ]);
    row(ctx, &of.unit, cells)
}

/// The third party's mean mark by unit and criterion. Marks judge offices, not persons.
fn marks(ctx: &Context<'_>) -> Sheet {
    let criteria = ctx.plan.criteria.iter();
    let rows = ctx
        .detail
        .criteria
        .iter()
        .filter(|one| belongs(ctx, &one.unit))
        .map(|one| {
            let name = criteria.clone().find(|criterion| criterion.code == one.criterion);
            let mut cells = Vec::from(unit(ctx, &one.unit));
            cells.extend([
                Value::text(&one.criterion),
                Value::text(name.map_or("", |criterion| criterion.name.get(ctx.lang.code()))),
                Value::text(&one.indicator),
                Value::Number(one.mean, NumberFormat::Decimal),
                Value::score(Some(one.value)),
                Value::number(one.se, NumberFormat::Decimal),
                Value::count(one.scorers),
                Value::Number(one.range, NumberFormat::Decimal),
                yes_or_no(ctx, one.beyond_limit),
                yes_or_no(ctx, one.third),
                Value::count(one.evidence),
            ]);
            row(ctx, &one.unit, cells)
        })
        .collect();
    let mut columns = unit_columns(ctx);
    columns.extend([
        Column::words(ctx.t("评分项代码", "Code"), 1.0),
        Column::words(ctx.t("评分项", "Criterion"), 4.0),
        Column::words(ctx.t("指标代码", "Indicator"), 1.0),
        Column::figures(ctx.t("平均分", "Mean mark")),
        Column::figures(ctx.t("占满分", "Of the highest")),
        Column::figures(ctx.t("标准误", "Standard error")),
        Column::figures(ctx.t("评分人数", "Scorers")),
        Column::figures(ctx.t("最大相差", "Largest difference")),
        Column::words(ctx.t("超出限度", "Beyond limit"), 1.2),
        Column::words(ctx.t("第三人复评", "Third scorer"), 1.2),
        Column::figures(ctx.t("佐证文件", "Evidence")),
    ]);
    let mut sheet = sheet(
        ctx.t("第三方评分", "Third-party marks"),
        ctx.t(
            "第三方评分，按单位和评分项；“占满分”为0–100",
            "Third-party marks by unit and criterion; as percent of the highest mark, 0–100",
        )
        .to_owned(),
        columns,
        rows,
    );
    sheet.table.base = Some(bases::of_marks(ctx));
    sheet
}

/// How far scorers agree, overall and by criterion, over all units.
fn agreement(ctx: &Context<'_>) -> Sheet {
    let decimal = |value: Option<f64>| Value::number(value, NumberFormat::Decimal);
    let found = ctx.detail.agreement.iter().filter(|_| ctx.is_county());
    let rows = found.map(|one| {
        Row::plain(vec![
            Value::text(one.criterion.as_deref().unwrap_or(ctx.t("全部", "All"))),
            Value::count(one.n),
            Value::percent(Some(one.exact)),
            Value::percent(Some(one.within_one)),
            decimal(one.kappa.map(|kappa| kappa.value)),
            decimal(one.icc.map(|icc| icc.value)),
            decimal(one.alpha),
            decimal(one.alpha_lower),
            decimal(one.alpha_upper),
        ])
    });
    let mut sheet = sheet(
        ctx.t("评分一致性", "Agreement"),
        ctx.t("独立评分人之间的一致程度", "Agreement of independent scorers")
            .to_owned(),
        vec![
            Column::words(ctx.t("评分项", "Criterion"), 1.4),
            Column::figures(ctx.t("成对数", "Pairs")),
            Column::figures(ctx.t("完全一致", "Equal")),
            Column::figures(ctx.t("相差不超过1分", "At most one apart")),
            Column::figures(ctx.t("加权κ", "Weighted κ")),
            Column::figures("ICC(1)"),
            Column::figures("Krippendorff α"),
            Column::figures(ctx.t("α下限", "α, lower")),
            Column::figures(ctx.t("α上限", "α, upper")),
        ],
        rows.collect(),
    );
    sheet.table.base = Some(bases::of_marks(ctx));
    sheet
}
