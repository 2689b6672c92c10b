//! Chapter five: how satisfied people are, by question, group and unit.

use analysis::plan::{FrameSource, Measure};
use analysis::results::Distribution;

use super::context::Context;
use super::participation::{leaf_finding, units_sentence};
use super::{charts, question, tables, watched};
use crate::chart::{LikertChart, LikertRow};
use crate::model::{Column, Lang, Row, Section, Table};
use crate::narrative::{self, Measured};
use crate::number::{self, NumberFormat, Value};

/// The codes of the five steps, worst first, as questionnaires have them.
const STEPS: [&str; 5] = ["1", "2", "3", "4", "5"];

/// The chapter.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("satisfaction", ctx.t("满意", "Satisfaction"));
    let Some(leaf) = ctx.leaf(Measure::Satisfaction) else {
        return section;
    };
    let mut overall = Section::new(
        "satisfaction-overall",
        ctx.t("总体满意度", "Overall satisfaction"),
    );
    overall.finding(finding(ctx));
    let n = ctx.estimate(&leaf.code, ctx.county, None).map(|row| row.n);
    let population = charts::all_units(ctx, n);
    let subtitle = ctx.lang.pick(
        format!("总体满意度（0–100分），{population}"),
        format!("Overall satisfaction, 0–100, {population}"),
    );
    let title = units_sentence(ctx, &leaf.code);
    overall.figure(charts::leaf_dots(
        ctx,
        "satisfaction-units",
        &leaf.code,
        title,
        subtitle,
    ));
    let caption = ctx
        .t("总体满意度（0–100分）", "Overall satisfaction, 0–100")
        .to_owned();
    overall.table(tables::leaf_by_unit(ctx, &leaf.code, caption, base_lines(ctx)));
    section.sections.push(overall);
    section.sections.push(questions(ctx));
    section.sections.push(by_area(ctx));
    section.sections.extend(watched::other_leaves(ctx, &leaf.code));
    section
}

/// The unit's overall satisfaction in one sentence.
pub(super) fn finding(ctx: &Context<'_>) -> String {
    leaf_finding(
        ctx,
        Measure::Satisfaction,
        ctx.t("总体满意度", "Overall satisfaction"),
    )
}

fn base_lines(ctx: &Context<'_>) -> Option<String> {
    let lines: Vec<String> = ctx
        .plan
        .groups
        .iter()
        .filter_map(|group| ctx.base_line(&group.code, ctx.unit))
        .collect();
    (!lines.is_empty()).then(|| lines.join(ctx.lang.pick("", " ")))
}

/// The five-point satisfaction questions of a unit, group by group in the order of the plan.
fn five_point<'a>(ctx: &Context<'a>, group: &str) -> Vec<&'a Distribution> {
    ctx.detail
        .distributions
        .iter()
        .filter(|row| row.unit == ctx.unit && row.group == group && row.area.is_none() && row.mean.is_some())
        .filter(|row| row.question.starts_with("sat_"))
        .collect()
}

fn questions(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "satisfaction-questions",
        ctx.t("各题回答", "Question by question"),
    );
    for group in &ctx.plan.groups {
        let rows = five_point(ctx, &group.code);
        if rows.is_empty() {
            continue;
        }
        let name = group.name.get(ctx.lang.code());
        let chart = likert(ctx, &format!("likert-{}", group.code), &group.code, name, &rows);
        section.figure(chart);
        section.table(distribution_table(ctx, &group.code, name, &rows));
    }
    section
}

fn likert(ctx: &Context<'_>, id: &str, group: &str, name: &str, rows: &[&Distribution]) -> LikertChart {
    let shown: Vec<_> = rows.iter().filter(|row| ctx.may_show(row.n)).collect();
    let top = |row: &Distribution| share(row, "4").unwrap_or(0.0) + share(row, "5").unwrap_or(0.0);
    let best = shown.iter().max_by(|a, b| top(a).total_cmp(&top(b)));
    let worst = shown.iter().min_by(|a, b| top(a).total_cmp(&top(b)));
    let title = match (best, worst, ctx.lang) {
        (Some(best), Some(worst), lang) if !differ(best, worst, shown.len()) => lang.pick(
            format!("{name}对各方面满意的比例没有可区分的差异"),
            format!("{name}: the shares satisfied cannot be told apart"),
        ),
        (Some(best), Some(worst), lang) => {
            let label = |row: &Distribution| question::short(ctx, group, &row.question);
            let value = |row: &Distribution| number::number(top(row), NumberFormat::Percent);
            let (high, low) = (label(best), label(worst));
            match lang {
                Lang::Zh => format!("满意的比例：“{high}”{}，“{low}”{}", value(best), value(worst)),
                Lang::En => format!(
                    "Satisfied: {} with “{high}”, {} with “{low}”",
                    value(best),
                    value(worst)
                ),
            }
        }
        _ => ctx
            .lang
            .pick(format!("{name}的满意程度"), format!("{name}: satisfaction")),
    };
    let population = charts::population(ctx, shown.iter().map(|row| row.n).max());
    let subtitle = ctx.lang.pick(
        format!("{name}，有效回答的加权百分比，{population}"),
        format!("{name}, weighted percent of valid answers, {population}"),
    );
    LikertChart {
        heading: charts::plain_heading(ctx, id, title, subtitle),
        steps: step_names(ctx),
        missing_name: ctx
            .t("说不清、不适用、不想回答", "Don't know, not applicable, refused")
            .to_owned(),
        top_name: ctx.t("满意", "Satisfied").to_owned(),
        rows: rows.iter().map(|row| likert_row(ctx, group, row)).collect(),
        keep_order: false,
    }
}

/// Whether the questions with the most and the fewest satisfied differ by more than error. The error of the top two
/// together is at most the sum of theirs.
fn differ(best: &Distribution, worst: &Distribution, among: usize) -> bool {
    let top = |row: &Distribution| {
        let steps = || {
            row.shares
                .iter()
                .filter(|share| ["4", "5"].contains(&share.value.as_str()))
        };
        let se = steps().map(|share| share.se).sum();
        Measured::new(Some(steps().map(|share| share.estimate).sum()), Some(se))
    };
    match (top(best), top(worst)) {
        (Some(best), Some(worst)) => narrative::extremes_differ(best, worst, among),
        _ => false,
    }
}

fn likert_row(ctx: &Context<'_>, group: &str, row: &Distribution) -> LikertRow {
    let may_show = ctx.may_show(row.n);
    let shares = may_show.then(|| STEPS.map(|step| share(row, step).unwrap_or(0.0) * 100.0));
    let asked = row.n + row.missing;
    let missing = (may_show && (row.missing == 0 || ctx.may_show(row.missing)) && asked > 0)
        .then(|| row.missing as f64 / asked as f64 * 100.0);
    LikertRow {
        label: question::short(ctx, group, &row.question),
        shares,
        missing,
        n: may_show.then_some(row.n),
        small_n: row.n < u64::from(ctx.plan.small_n),
    }
}

fn share(row: &Distribution, step: &str) -> Option<f64> {
    row.shares
        .iter()
        .find(|share| share.value == step)
        .map(|share| share.estimate)
}

fn step_names(ctx: &Context<'_>) -> [String; 5] {
    let zh = ["很不满意", "不太满意", "一般", "比较满意", "很满意"];
    let en = [
        "Very dissatisfied",
        "Rather dissatisfied",
        "Neither",
        "Rather satisfied",
        "Very satisfied",
    ];
    ctx.lang.pick(zh, en).map(str::to_owned)
}

/// The shares of every step, one row a question.
pub(super) fn distribution_table(
    ctx: &Context<'_>,
    group: &str,
    name: &str,
    rows: &[&Distribution],
) -> Table {
    let mut columns = vec![Column::words(ctx.t("题目", "Question"), 2.0)];
    let mut names = step_names(ctx);
    names.reverse();
    columns.extend(names.into_iter().map(Column::figures));
    columns.push(Column::figures(ctx.t("均值（0–100）", "Mean, 0–100")));
    columns.push(Column::figures(ctx.t("有效答卷", "Valid answers")));
    let rows = rows
        .iter()
        .map(|row| {
            let shown = ctx.may_show(row.n);
            let hide = |value: Value| if shown { value } else { Value::Suppressed };
            let mut cells = vec![Value::text(question::short(ctx, group, &row.question))];
            cells.extend(
                STEPS
                    .iter()
                    .rev()
                    .map(|step| hide(Value::percent(share(row, step)))),
            );
            cells.push(hide(Value::score(row.mean)));
            cells.push(ctx.base(row.n));
            Row::plain(cells)
        })
        .collect();
    Table {
        caption: ctx.lang.pick(
            format!("{name}：五级回答的分布"),
            format!("{name}: answers on five steps"),
        ),
        columns,
        rows,
        base: ctx.base_line(group, ctx.unit),
        ..Table::default()
    }
}

/// Satisfaction with the services received, where the plan reports it by area.
fn by_area(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "satisfaction-areas",
        ctx.t("对所得服务的满意度", "Satisfaction with services received"),
    );
    let leaf = ctx
        .plan
        .indicators
        .leaves()
        .find(|leaf| leaf.by_area && leaf.measure == Some(Measure::Satisfaction));
    let Some(leaf) = leaf else { return section };
    let rows: Vec<Row> = std::iter::once(None)
        .chain(ctx.plan.areas.iter().map(|area| Some(area.code.as_str())))
        .filter_map(|area| {
            let row = ctx.estimate(&leaf.code, ctx.unit, area)?;
            let mut cells = vec![
                Value::text(ctx.area_name(area)),
                ctx.value(Some(row)),
                ctx.value_interval(Some(row)),
                ctx.answers(row),
            ];
            if !ctx.is_county() {
                cells.push(ctx.value(ctx.estimate(&leaf.code, ctx.county, area)));
            }
            Some(Row {
                cells,
                strong: area.is_none(),
            })
        })
        .collect();
    if rows.is_empty() {
        return section;
    }
    let mut columns = vec![
        Column::words(ctx.t("服务领域", "Service area"), 1.7),
        Column::figures(ctx.t("满意度", "Satisfaction")),
        Column::intervals(ctx.t("95%置信区间", "95% interval")),
        Column::figures(ctx.t("答卷数", "Answers")),
    ];
    if !ctx.is_county() {
        columns.push(Column::figures(ctx.t("全县", "County")));
    }
    section.table(Table {
        caption: ctx
            .t(
                "对所得服务的满意度（0–100分）",
                "Satisfaction with services received, 0–100",
            )
            .to_owned(),
        columns,
        rows,
        base: ctx
            .plan
            .group_of(FrameSource::Persons)
            .and_then(|group| ctx.base_line(&group.code, ctx.unit)),
        ..Table::default()
    });
    section
}
