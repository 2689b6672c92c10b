//! The annex: the plan's indicators, and every estimate that the report rests on.

use analysis::plan::Indicator;
use analysis::results::IndicatorResult;

use super::context::Context;
use super::{tables, watched};
use crate::model::{Block, Column, Row, Section, Table};
use crate::number::{self, NumberFormat, Value};

/// The chapter.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("annex", ctx.t("附录", "Annex"));
    section.sections = vec![plan(ctx)];
    section.sections.extend(super::plan_amendments::section(ctx));
    if ctx
        .detail
        .results
        .amendments
        .iter()
        .any(|line| !line.is_of_plan())
    {
        section.sections.push(amendments(ctx));
    }
    if ctx.is_county() {
        section.sections.push(by_unit(ctx));
    }
    section.sections.push(estimates(ctx));
    section
}

/// Every scored indicator of every unit, one table for each group of indicators.
fn by_unit(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "annex-units",
        ctx.t("各单位各指标得分", "Indicators of every unit"),
    );
    let tops = ctx.plan.indicators.children(None).filter(|top| top.weight > 0.0);
    for group in tops {
        let leaves: Vec<&Indicator> = ctx
            .plan
            .indicators
            .leaves()
            .filter(|leaf| leaf.weight > 0.0 && watched::top(ctx, leaf).code == group.code)
            .collect();
        let mut columns = vec![Column::words(tables::unit_title(ctx), 1.5)];
        for leaf in &leaves {
            columns.push(Column::figures(leaf.name.get(ctx.lang.code())));
            columns.push(Column::figures(ctx.t("标准误", "SE")));
        }
        let row = |unit: &str| {
            let mut cells = vec![Value::text(ctx.unit_name(unit))];
            for leaf in &leaves {
                match watched::node(ctx, &leaf.code, unit) {
                    Some(node) => cells.extend([ctx.node_value(node), ctx.node_error(node)]),
                    None => cells.extend([Value::Absent, Value::Absent]),
                }
            }
            Row {
                cells,
                strong: tables::is_strong(ctx, unit),
            }
        };
        let rows: Vec<Row> = tables::compared_units(ctx).into_iter().map(row).collect();
        if leaves.is_empty() || ctx.detail.node_scores.is_empty() {
            continue;
        }
        let name = group.name.get(ctx.lang.code());
        section.table(Table {
            caption: ctx.lang.pick(
                format!("{name}：各单位各指标得分（0–100分）"),
                format!("{name}: indicators of every unit, 0–100"),
            ),
            columns,
            rows,
            ..Table::default()
        });
    }
    section
}

/// All tables and figures of the numbered report, in their order.
pub(super) fn index(ctx: &Context<'_>, sections: &[Section]) -> Section {
    let mut section = Section::new("annex-index", ctx.t("图表目录", "Tables and figures"));
    let mut rows = Vec::new();
    for chapter in sections {
        list(chapter, &chapter.heading(ctx.lang), &mut rows);
    }
    section.table(Table {
        caption: ctx.t("全部表和图", "All tables and figures").to_owned(),
        columns: vec![
            Column::words(ctx.t("编号", "Number"), 1.0),
            Column::words(ctx.t("题目", "Title"), 5.0),
            Column::words(ctx.t("所在章", "Chapter"), 2.0),
        ],
        rows,
        notes: vec![
            ctx.t(
                "每一道题的回答分布、每个单位的每一个估计值，见同名的Excel工作簿。",
                "The answers to every question, and every estimate of every unit, stand in the workbook of the same name.",
            )
            .to_owned(),
        ],
        ..Table::default()
    });
    section
}

fn list(section: &Section, chapter: &str, rows: &mut Vec<Row>) {
    for block in &section.blocks {
        let (number, title) = match block {
            Block::Table(table) => (&table.number, &table.caption),
            Block::Figure(figure) => (&figure.number, &figure.chart.heading().title),
            _ => continue,
        };
        let cells = [number.as_str(), title.as_str(), chapter].map(Value::text);
        rows.push(Row::plain(cells.to_vec()));
    }
    for below in &section.sections {
        list(below, chapter, rows);
    }
}

fn plan(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("annex-plan", ctx.t("封存的评价方案", "The sealed plan"));
    section.paragraph(ctx.t(
        "方案在收到第一份答卷之前封存并公布，SHA-256指纹见封面。事后更改任何权重或题目，指纹都会不同。",
        "The plan was sealed and published before the first answer; its SHA-256 is on the cover. Any later change of a weight or a question would change it.",
    ));
    let rows = ctx
        .plan
        .indicators
        .iter()
        .map(|indicator| {
            let name = format!("{}　{}", indicator.code, indicator.name.get(ctx.lang.code()));
            let weight = match indicator.weight {
                w if w > 0.0 => Value::Number(w, NumberFormat::Weight),
                _ => Value::text(ctx.t("只报告", "reported only")),
            };
            let cells = vec![
                Value::text(name),
                weight,
                Value::text(perspectives(ctx, indicator)),
            ];
            Row {
                cells,
                strong: indicator.parent.is_none(),
            }
        })
        .collect();
    let mut weight = Column::figures(ctx.t("权重", "Weight"));
    weight.width = 1.1;
    section.table(Table {
        caption: ctx.t("指标与权重", "Indicators and weights").to_owned(),
        columns: vec![
            Column::words(ctx.t("指标", "Indicator"), 2.6),
            weight,
            Column::words(ctx.t("视角及其比重", "Perspectives and their shares"), 3.6),
        ],
        rows,
        ..Table::default()
    });
    section
}

/// What was corrected in the questionnaires while answers came in.
fn amendments(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "annex-amendments",
        ctx.t("问卷的修订", "Amendments of the questionnaires"),
    );
    if ctx.detail.results.plan_version() == 1 {
        section.paragraph(ctx.t("方案封存以后没有变。", "The sealed plan has not changed."));
    }
    section.paragraph(ctx.t(
        "收答卷期间改正过下列问卷：没有去掉任何题目和选项，没有动指标用到的条件，已经给出的回答照样有效，和后来的一起计算。",
        "These questionnaires were corrected while answers came in: no question and no choice was taken away, no condition that an indicator rests on was touched, and answers already given stay valid and are counted together with later ones.",
    ));
    let of_forms = ctx
        .detail
        .results
        .amendments
        .iter()
        .filter(|line| !line.is_of_plan());
    let rows = of_forms.map(|line| {
        let titles = ctx.plan.groups.iter().filter(|group| group.form == line.form);
        let title = titles
            .filter_map(|group| ctx.plan.forms.get(&group.code))
            .map(|form| form.title.get(ctx.lang.code()))
            .find(|title| !title.is_empty());
        Row::plain(vec![
            Value::text(line.day.to_string()),
            Value::text(title.unwrap_or(&line.form)),
            Value::text(line.reason.clone()),
            // Twelve characters tell versions apart.
            Value::text(format!("{:.12} → {:.12}", line.old_version, line.new_version)),
            Value::count(line.answers_before),
        ])
    });
    section.table(Table {
        caption: ctx.t("修订记录", "The amendments").to_owned(),
        columns: vec![
            Column::words(ctx.t("日期", "Day"), 1.1),
            Column::words(ctx.t("问卷", "Questionnaire"), 1.6),
            Column::words(ctx.t("原因", "Reason"), 3.0),
            Column::words(ctx.t("版本", "Versions"), 2.2),
            Column::figures(ctx.t("旧版答卷数", "Answers to the replaced version")),
        ],
        rows: rows.collect(),
        ..Table::default()
    });
    section
}

fn perspectives(ctx: &Context<'_>, indicator: &Indicator) -> String {
    // The plan's numbers are relative to each other; what each counts is its share of their sum.
    let all: f64 = indicator.perspectives.iter().map(|part| part.weight).sum();
    let parts: Vec<String> = indicator
        .perspectives
        .iter()
        .map(|part| {
            let share = 100.0 * part.weight / all.max(f64::EPSILON);
            let share = number::number((share * 10.0).round() / 10.0, NumberFormat::Weight);
            format!("{} {share}", ctx.perspective_name(&part.perspective))
        })
        .collect();
    parts.join(ctx.lang.pick("，", ", "))
}

/// Every estimate of the unit that the report is about, as the results file has it.
fn estimates(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("annex-estimates", ctx.t("全部估计值", "All estimates"));
    let rows: Vec<Row> = ctx
        .detail
        .results
        .indicators
        .iter()
        .filter(|row| row.unit == ctx.unit && !repeats(ctx, row))
        .map(|row| estimate_row(ctx, row))
        .collect();
    if rows.is_empty() {
        return section;
    }
    section.table(Table {
        caption: ctx.t("各指标估计值", "Estimates of all indicators").to_owned(),
        columns: vec![
            Column::words(ctx.t("指标", "Indicator"), 2.0),
            Column::words(ctx.t("视角", "Perspective"), 1.6),
            Column::words(ctx.t("领域", "Area"), 1.1),
            Column::figures(ctx.t("估计值", "Estimate")),
            Column::figures(ctx.t("标准误", "SE")),
            Column::intervals(ctx.t("95%置信区间", "95% interval")),
            Column::figures(ctx.t("答卷数", "Answers")),
        ],
        rows,
        base: ctx.base_line(analysis::plan::PERSONS, ctx.unit),
        ..Table::default()
    });
    section
}

/// Whether a row pools a single perspective, and so says its row over again.
fn repeats(ctx: &Context<'_>, row: &IndicatorResult) -> bool {
    row.group.is_none()
        && ctx
            .detail
            .results
            .indicators
            .iter()
            .filter(|other| {
                other.group.is_some()
                    && other.unit == row.unit
                    && other.code == row.code
                    && other.area == row.area
            })
            .count()
            == 1
}

fn estimate_row(ctx: &Context<'_>, row: &IndicatorResult) -> Row {
    let name = format!("{}　{}", row.code, ctx.indicator_name(&row.code));
    let view = row
        .group
        .as_deref()
        .map_or_else(|| ctx.t("合计", "all").to_owned(), |g| ctx.perspective_name(g));
    let area = row
        .area
        .as_deref()
        .map_or_else(|| "—".to_owned(), |area| ctx.area_name(Some(area)));
    Row::plain(vec![
        Value::text(name),
        Value::text(view),
        Value::text(area),
        ctx.value(Some(row)),
        tables::standard_error(ctx, Some(row)),
        ctx.value_interval(Some(row)),
        ctx.answers(row),
    ])
}
