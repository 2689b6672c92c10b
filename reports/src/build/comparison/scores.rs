//! Scores with their intervals and grades, and the places that they leave open.

use analysis::plan::FrameSource;
use analysis::results::Score;

use super::super::context::Context;
use super::super::{charts, tables};
use super::{ranked, score_detail, unit_sentence};
use crate::chart::{DotChart, DotRow, GradeLine, Measure, Point, RankChart, RankRow, Reference};
use crate::model::{Column, Lang, Row, Section, Table};
use crate::number::{NumberFormat, Value};

/// Every score as a picture and a table, and what the answers say of the grades.
pub(super) fn scores(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("comparison-scores", ctx.t("得分与等次", "Scores and grades"));
    section.figure(score_chart(ctx));
    let rows = ranked(ctx)
        .into_iter()
        .filter(|row| ctx.is_county() || row.unit == ctx.unit)
        .chain(ctx.detail.score(ctx.county))
        .map(|row| score_row(ctx, row))
        .collect();
    section.table(Table {
        caption: ctx.t("综合得分、名次区间与等次", "Scores, rank intervals and grades").to_owned(),
        columns: vec![
            Column::words(tables::unit_title(ctx), 1.6),
            Column::figures(ctx.t("得分", "Score")),
            Column::intervals(ctx.t("95%置信区间", "95% interval")),
            Column::figures(ctx.t("名次", "Rank")),
            Column::figures(ctx.t("名次区间", "Rank interval")),
            Column::words(ctx.t("等次", "Grade"), 1.0),
            Column::words(ctx.t("临界", "Borderline"), 1.3),
            Column::figures(ctx.t("个人答卷", "Persons' answers")),
        ],
        rows,
        notes: vec![
            ctx.t(
                "个人答卷：残疾人和亲友的答卷数。基层组织数目少，各单位的份数不单列。",
                "Persons' answers: of residents, and of family and friends. Grassroots bodies are few and not counted by unit.",
            )
            .to_owned(),
            ctx.t(
                "名次区间为联合95%：全部单位的真实名次同时落在各自区间内的把握不低于95%。",
                "Rank intervals hold jointly: with at least 95% confidence every unit's true place lies in its own.",
            )
            .to_owned(),
        ],
        ..Table::default()
    });
    if ctx.is_county() {
        let borderline: Vec<String> = ctx
            .detail
            .score_details
            .iter()
            .filter(|d| d.borderline && d.unit != ctx.county)
            .map(|d| ctx.unit_name(&d.unit))
            .collect();
        if !borderline.is_empty() {
            let names = ctx.list(&borderline);
            section.warning(ctx.lang.pick(
                format!("等次处于临界的有{}个：{names}。仅凭本轮得分不足以在相邻等次之间作出奖惩决定。", borderline.len()),
                format!("Borderline: {names}. This round's score alone does not decide between adjoining grades there."),
            ));
        }
    }
    section
}

fn score_row(ctx: &Context<'_>, row: &Score) -> Row {
    let detail = score_detail(ctx, &row.unit);
    let rank = |rank: Option<u32>| Value::number(rank.map(f64::from), NumberFormat::Rank);
    let borderline = match detail {
        Some(d) if d.borderline => {
            let grades: Vec<String> = d.possible_grades.iter().map(|g| ctx.grade_name(g)).collect();
            Value::text(grades.join("/"))
        }
        _ => Value::text(""),
    };
    let grade = row
        .grade
        .as_deref()
        .map_or(Value::Absent, |grade| Value::text(ctx.grade_name(grade)));
    let cells = vec![
        Value::text(ctx.unit_name(&row.unit)),
        Value::score(row.score),
        Value::interval(row.lower, row.upper, NumberFormat::Score),
        rank(row.rank),
        Value::interval(
            row.rank_lower.map(f64::from),
            row.rank_upper.map(f64::from),
            NumberFormat::Rank,
        ),
        grade,
        borderline,
        personal_answers(ctx, &row.unit),
    ];
    Row {
        cells,
        strong: tables::is_strong(ctx, &row.unit),
    }
}

/// Answers of disabled people and of their relatives in a unit. With the bodies' the sum would have to be hidden
/// wherever nearly all or nearly none of the few bodies answered; without them it adds two counts that are shown.
fn personal_answers(ctx: &Context<'_>, unit: &str) -> Value {
    let groups = ctx.plan.groups.iter();
    let of_persons = groups.filter(|group| group.source != FrameSource::Bodies);
    let counts: Vec<u64> = of_persons
        .filter_map(|group| ctx.weights(&group.code, unit))
        .map(|row| row.n)
        .collect();
    match counts.iter().all(|n| *n == 0 || ctx.may_show(*n)) {
        true => Value::count(counts.iter().sum()),
        false => Value::Suppressed,
    }
}

/// Scores by unit against the lines of the grades.
pub(in super::super) fn score_chart(ctx: &Context<'_>) -> DotChart {
    let rows = ranked(ctx)
        .into_iter()
        .map(|row| DotRow {
            label: ctx.unit_name(&row.unit),
            point: score_point(row),
            note: row
                .grade
                .as_deref()
                .map(|grade| ctx.grade_name(grade))
                .unwrap_or_default(),
            borderline: score_detail(ctx, &row.unit).is_some_and(|d| d.borderline),
            highlighted: row.unit == ctx.unit,
        })
        .collect();
    let county = ctx.detail.score(ctx.county).filter(|row| row.score.is_some());
    let reference = county.map(|row| Reference {
        label: ctx.t("全县", "County").to_owned(),
        point: score_point(row),
    });
    let lines = ctx
        .plan
        .grades
        .iter()
        .filter(|grade| grade.from > 0.0)
        .map(|grade| GradeLine {
            label: grade.name.get(ctx.lang.code()).to_owned(),
            value: grade.from,
        })
        .collect();
    DotChart {
        heading: charts::heading(
            ctx,
            "scores",
            grades_sentence(ctx),
            ctx.t(
                "综合得分（0–100分）；空心点为临界等次",
                "Score, 0–100; hollow dots are borderline grades",
            )
            .to_owned(),
        ),
        measure: Measure::Score,
        rows,
        reference,
        lines,
        keep_order: false,
    }
}

fn score_point(row: &Score) -> Point {
    match (row.score, row.lower, row.upper) {
        (Some(score), Some(lower), Some(upper)) => Point::estimated(score, lower, upper),
        (Some(score), _, _) => Point::exact(score),
        _ => Point::absent(),
    }
}

/// How many units have each grade, and how many of these are borderline.
fn grades_sentence(ctx: &Context<'_>) -> String {
    if !ctx.is_county() {
        return unit_sentence(ctx).trim_end_matches(['。', '.']).to_owned();
    }
    let rows = ranked(ctx);
    let counted: Vec<String> = ctx
        .plan
        .grades
        .iter()
        .filter_map(|grade| {
            let n = rows
                .iter()
                .filter(|row| row.grade.as_deref() == Some(grade.name.get("zh")))
                .count();
            let name = grade.name.get(ctx.lang.code());
            (n > 0).then(|| ctx.lang.pick(format!("{name}{n}个"), format!("{n} {name}")))
        })
        .collect();
    let borderline = rows
        .iter()
        .filter(|row| score_detail(ctx, &row.unit).is_some_and(|d| d.borderline))
        .count();
    let counted = counted.join(ctx.lang.pick("，", ", "));
    match ctx.lang {
        Lang::Zh => format!("{counted}，其中{borderline}个处于临界"),
        Lang::En => format!("{counted}; {borderline} of them borderline"),
    }
}

pub(super) fn ranks(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("comparison-ranks", ctx.t("名次区间", "Rank intervals"));
    let ranked = ranked(ctx);
    let rows: Vec<RankRow> = ranked
        .iter()
        .filter_map(|row| {
            Some(RankRow {
                label: ctx.unit_name(&row.unit),
                rank: row.rank?,
                rank_lower: row.rank_lower?,
                rank_upper: row.rank_upper?,
                score: row.score?,
                grade: row
                    .grade
                    .as_deref()
                    .map(|grade| ctx.grade_name(grade))
                    .unwrap_or_default(),
                borderline: score_detail(ctx, &row.unit).is_some_and(|d| d.borderline),
                highlighted: row.unit == ctx.unit,
            })
        })
        .collect();
    if rows.is_empty() {
        return section;
    }
    let widest = rows
        .iter()
        .map(|row| row.rank_upper - row.rank_lower + 1)
        .max()
        .unwrap_or(1);
    let title = match ctx.lang {
        Lang::Zh => format!("单个单位的名次区间最宽跨{widest}位"),
        Lang::En => format!("The widest rank interval spans {widest} places"),
    };
    section.finding(ctx.lang.pick(
        format!("{title}，区间越宽，答卷越不足以定先后。"),
        format!("{title}; the wider, the less the answers settle."),
    ));
    let subtitle = ctx
        .t(
            "每个单位可能的名次，联合95%",
            "Places that each unit may hold, joint 95%",
        )
        .to_owned();
    section.figure(RankChart {
        heading: charts::heading(ctx, "ranks", title, subtitle),
        rows,
    });
    if !ctx.is_county()
        && let Some(detail) = score_detail(ctx, ctx.unit)
    {
        let names: Vec<String> = detail
            .indistinguishable
            .iter()
            .map(|unit| ctx.unit_name(unit))
            .collect();
        let (count, names) = (names.len(), ctx.list(&names));
        section.paragraph(match (ctx.lang, count) {
            (Lang::Zh, 0) => "与其他每个单位的得分差异都超出误差。".to_owned(),
            (Lang::Zh, _) => format!("与下列{count}个单位的得分差异在误差之内：{names}。"),
            (Lang::En, 0) => "The score differs from every other unit's by more than error.".to_owned(),
            (Lang::En, _) => format!("Not to be told apart from {count} units: {names}."),
        });
    }
    section
}
