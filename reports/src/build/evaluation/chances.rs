//! How sure grades and orders are: bands of units, groups that cannot be told apart, and the chance of every grade.

use analysis::results::EvaluationResults;

use super::super::comparison::ranked;
use super::super::context::Context;
use super::super::tables;
use crate::model::{Column, Lang, Row, Section, Table};
use crate::number::Value;

/// Which units can be put in order.
pub(in super::super) fn bands(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "comparison-bands",
        ctx.t("能分出先后的档次", "Bands that can be told apart"),
    );
    let Some(found) = super::of(ctx).filter(|_| ctx.is_county()) else {
        return section;
    };
    section.finding(bands_sentence(ctx, found));
    if found.bands.len() > 1 {
        section.paragraph(ctx.t(
            "上一档的每个单位都好于下一档的每个单位，这样的判断以联合95%的把握成立；同一档之内不排先后。",
            "Every unit of a band is better than every unit of the bands below, jointly at 95%; within a band there is no order.",
        ));
        section.table(bands_table(ctx, found));
    }
    if found.alike.len() > 1 {
        section.table(groups_table(ctx, found));
    }
    section
}

fn bands_sentence(ctx: &Context<'_>, found: &EvaluationResults) -> String {
    let (units, kind) = (ranked(ctx).len(), tables::unit_kind(ctx));
    let (bands, groups) = (found.bands.len(), found.alike.len());
    match (ctx.lang, bands, groups) {
        (_, 0, _) => String::new(),
        (Lang::Zh, 1, 1) => format!("{units}个{kind}互相都分不出先后，不宜排名。"),
        (Lang::En, 1, 1) => {
            format!("None of the {units} {kind} can be told apart: they should not be ranked.")
        }
        (Lang::Zh, 1, _) => format!(
            "{units}个{kind}之间没有一条能把前后完全分开的线；两头的单位能分出先后，中间的互相重叠，共有{groups}组互相分不出的单位。"
        ),
        (Lang::En, 1, _) => format!(
            "No line separates the {units} {kind} throughout: those at the ends can be told apart, those between overlap, in {groups} groups of units that cannot."
        ),
        (Lang::Zh, ..) => format!("{units}个{kind}能以联合95%的把握分成{bands}档。"),
        (Lang::En, ..) => format!("The {units} {kind} fall into {bands} bands, jointly at 95%."),
    }
}

fn bands_table(ctx: &Context<'_>, found: &EvaluationResults) -> Table {
    let row = |(at, band): (usize, &Vec<String>)| {
        let names: Vec<String> = band.iter().map(|unit| ctx.unit_name(unit)).collect();
        Row::plain(vec![
            Value::text(
                ctx.lang
                    .pick(format!("第{}档", at + 1), format!("Band {}", at + 1)),
            ),
            Value::count(band.len() as u64),
            Value::text(ctx.list(&names)),
        ])
    };
    Table {
        caption: ctx.t("档次", "Bands").to_owned(),
        columns: vec![
            Column::words(ctx.t("档次", "Band"), 1.0),
            Column::figures(ctx.t("单位数", "Units")),
            Column::words(ctx.t("单位（按得分）", "Units, by score"), 6.0),
        ],
        rows: found.bands.iter().enumerate().map(row).collect(),
        ..Table::default()
    }
}

fn groups_table(ctx: &Context<'_>, found: &EvaluationResults) -> Table {
    let row = |(at, group): (usize, &Vec<String>)| {
        let names: Vec<String> = group.iter().map(|unit| ctx.unit_name(unit)).collect();
        Row::plain(vec![
            Value::text(
                ctx.lang
                    .pick(format!("第{}组", at + 1), format!("Group {}", at + 1)),
            ),
            Value::count(group.len() as u64),
            Value::text(ctx.list(&names)),
        ])
    };
    Table {
        caption: ctx
            .t("互相分不出先后的单位", "Units that cannot be told apart")
            .to_owned(),
        columns: vec![
            Column::words(ctx.t("组", "Group"), 1.0),
            Column::figures(ctx.t("单位数", "Units")),
            Column::words(ctx.t("单位（按得分）", "Units, by score"), 6.0),
        ],
        rows: found.alike.iter().enumerate().map(row).collect(),
        notes: vec![
            ctx.t(
                "同在一组的任何两个单位，得分差异都在误差之内；不同在任何一组的两个单位，能以联合95%的把握分出先后。一个单位可以在几组里。",
                "Any two units of a group differ by no more than error; two units that share no group can be put in order, jointly at 95%. A unit may be in several.",
            )
            .to_owned(),
        ],
        ..Table::default()
    }
}

/// The chance of every grade.
pub(in super::super) fn grades(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "comparison-chances",
        ctx.t("等次的把握", "How sure the grades are"),
    );
    let Some(found) = super::of(ctx).filter(|found| !found.grades.is_empty()) else {
        return section;
    };
    section.finding(grades_sentence(ctx, found));
    let mut columns = vec![
        Column::words(tables::unit_title(ctx), 1.5),
        Column::words(ctx.t("等次", "Grade"), 1.0),
    ];
    columns.extend(
        ctx.plan
            .grades
            .iter()
            .map(|grade| Column::figures(grade.name.get(ctx.lang.code()))),
    );
    columns.push(Column::figures(ctx.t("重测会变", "Changes if repeated")));
    let rows = ranked(ctx)
        .into_iter()
        .filter(|score| ctx.is_county() || score.unit == ctx.unit)
        .filter_map(|score| {
            let grade = found.grade(&score.unit)?;
            let mut cells = vec![
                Value::text(ctx.unit_name(&grade.unit)),
                Value::text(ctx.grade_name(&grade.grade)),
            ];
            cells.extend(grade.chances.iter().map(|one| super::chance(ctx, one.chance)));
            cells.push(super::chance(ctx, grade.moved_by_noise));
            Some(Row {
                cells,
                strong: tables::is_strong(ctx, &grade.unit),
            })
        })
        .collect();
    section.table(Table {
        caption: ctx
            .t("真实得分属于各等次的可能性", "Chance that the true score has each grade")
            .to_owned(),
        columns,
        rows,
        notes: vec![
            ctx.t(
                "由得分、标准误和自由度按t分布算出，只计抽样和评分人的误差。“重测会变”是工作毫无变化、同样再测一次，等次却不同的可能性。",
                "From score, standard error and degrees of freedom by the t distribution; sampling and scorers' error only. The last column is the chance that the same survey once more, with nothing changed, would give another grade.",
            )
            .to_owned(),
        ],
        ..Table::default()
    });
    section
}

/// From this chance on a grade is said to be sure.
const SURE: f64 = 0.95;

fn grades_sentence(ctx: &Context<'_>, found: &EvaluationResults) -> String {
    if !ctx.is_county() {
        let Some(own) = found.grade(ctx.unit) else {
            return String::new();
        };
        let (grade, sure) = (
            ctx.grade_name(&own.grade),
            super::chance_words(ctx, own.certainty),
        );
        let moved = super::chance_words(ctx, own.moved_by_noise);
        return ctx.lang.pick(
            format!("真实得分属于“{grade}”的可能性是{sure}；同样再测一次，等次会变的可能性是{moved}。"),
            format!(
                "The chance that the true grade is {grade} is {sure}; that the same survey once more would give another, {moved}."
            ),
        );
    }
    let sure = found.grades.iter().filter(|row| row.certainty >= SURE).count();
    let all = found.grades.len();
    let expected: f64 = found.grades.iter().map(|row| row.moved_by_noise).sum();
    let expected = expected.round();
    ctx.lang.pick(
        format!(
            "{all}个单位中，{sure}个的等次有95%以上的把握；工作毫无变化再测一次，预计约有{expected}个单位的等次会不同。"
        ),
        format!(
            "Of {all} units, the grade of {sure} is at least 95% sure; surveyed once more with nothing changed, about {expected} would have another."
        ),
    )
}
