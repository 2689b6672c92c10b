//! Chapter seven: scores, places and grades, with what the answers do and do not settle.

use analysis::plan::FrameSource;
use analysis::results::{Score, ScoreDetail};

use super::context::Context;
use super::evaluation::{chances, leverage, steering};
use super::watched::{node, node_value, top};
use super::{charts, tables};
use crate::chart::{DotChart, DotRow, GradeLine, Measure, Point, RankChart, RankRow, Reference};
use crate::model::{Block, Column, Lang, Row, Section, Table};
use crate::narrative::{self, Measured};
use crate::number::{self, NumberFormat, Value};

/// The chapter.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("comparison", ctx.t("单位比较", "Unit comparison"));
    if ranked(ctx).is_empty() {
        return section;
    }
    section.paragraph(ctx.t(
        "得分按封存方案的指标和权重合成，0–100分。名次区间由全部单位两两差异的联合95%置信区间得出：区间重叠的单位，答卷不足以分出先后。等次按方案划线，得分区间跨线的标为“临界”。",
        "Scores, 0–100, are put together by the sealed plan's indicators and weights. Rank intervals come from joint 95% intervals of all pairwise differences: where they overlap, the answers do not settle who is ahead. Grades follow the plan's lines; where a score's interval crosses a line the grade is marked borderline.",
    ));
    section.finding(place_sentence(ctx));
    section.paragraph(pairs_sentence(ctx));
    section.sections = vec![
        scores(ctx),
        chances::grades(ctx),
        ranks(ctx),
        chances::bands(ctx),
        nodes(ctx),
        leverage::section(ctx),
        leverage::weights(ctx),
        steering::section(ctx),
    ];
    section
}

/// The scores of the units, best first; units without a score are left out.
pub(super) fn ranked<'a>(ctx: &Context<'a>) -> Vec<&'a Score> {
    let units = ctx.units();
    let mut rows: Vec<&Score> = ctx
        .detail
        .results
        .scores
        .iter()
        .filter(|row| units.contains(&row.unit.as_str()) && row.score.is_some())
        .collect();
    rows.sort_by(|a, b| b.score.unwrap_or(0.0).total_cmp(&a.score.unwrap_or(0.0)));
    rows
}

pub(super) fn score_detail<'a>(ctx: &Context<'a>, unit: &str) -> Option<&'a ScoreDetail> {
    ctx.detail.score_details.iter().find(|row| row.unit == unit)
}

/// County: what can be told apart. Unit: its score, place and grade.
pub(super) fn place_sentence(ctx: &Context<'_>) -> String {
    if ctx.is_county() {
        bands_sentence(ctx)
    } else {
        unit_sentence(ctx)
    }
}

fn is_or_are(count: usize) -> String {
    format!("{count} {}", if count == 1 { "is" } else { "are" })
}

/// Who is surely in the upper and in the lower half, and how many the answers leave open.
fn bands_sentence(ctx: &Context<'_>) -> String {
    let rows = ranked(ctx);
    if rows.is_empty() {
        return String::new();
    }
    let (upper, lower) = halves(&rows);
    let (all, kind) = (rows.len(), tables::unit_kind(ctx));
    let open = all - upper.len() - lower.len();
    let names = |units: &[&str]| ctx.list(&units.iter().map(|unit| ctx.unit_name(unit)).collect::<Vec<_>>());
    let (top, bottom) = (names(&upper), names(&lower));
    let mut parts = Vec::new();
    match ctx.lang {
        Lang::Zh => {
            if !upper.is_empty() {
                parts.push(format!("得分能确定在前一半的有{}个：{top}", upper.len()));
            }
            if !lower.is_empty() {
                parts.push(format!("能确定在后一半的有{}个：{bottom}", lower.len()));
            }
            if open > 0 {
                parts.push(if open == all {
                    "得分都分不出前后两半".to_owned()
                } else {
                    format!("其余{open}个分不出前后")
                });
            }
            format!("{all}个{kind}中，{}。", parts.join("；"))
        }
        Lang::En => {
            if !upper.is_empty() {
                parts.push(format!(
                    "{} surely in the upper half ({top})",
                    is_or_are(upper.len())
                ));
            }
            if !lower.is_empty() {
                parts.push(format!(
                    "{} surely in the lower half ({bottom})",
                    is_or_are(lower.len())
                ));
            }
            if open > 0 {
                parts.push(if open == all {
                    "none can be placed in a half".to_owned()
                } else {
                    format!("{open} can be placed in neither")
                });
            }
            format!("Of {all} {kind}, {}.", parts.join("; "))
        }
    }
}

/// How many pairs of units the answers tell apart.
fn pairs_sentence(ctx: &Context<'_>) -> String {
    let significant = ctx.detail.pairs.iter().filter(|pair| pair.significant).count();
    narrative::pairs(ranked(ctx).len(), significant, tables::unit_kind(ctx), ctx.lang)
}

/// Units whose whole rank interval lies in the upper or in the lower half; joint 95 %.
pub(super) fn halves<'a>(rows: &[&'a Score]) -> (Vec<&'a str>, Vec<&'a str>) {
    let half = u32::try_from(rows.len() / 2).unwrap_or(0);
    let is = |test: &dyn Fn(&Score) -> bool| {
        rows.iter()
            .filter(|row| test(row))
            .map(|row| row.unit.as_str())
            .collect::<Vec<_>>()
    };
    let upper = is(&|row| row.rank_upper.is_some_and(|worst| worst <= half));
    let lower = is(&|row| row.rank_lower.is_some_and(|best| best > half));
    (upper, lower)
}

fn unit_sentence(ctx: &Context<'_>) -> String {
    let Some(row) = ctx.detail.score(ctx.unit) else {
        return String::new();
    };
    let Some(score) = row.score else {
        return String::new();
    };
    let lang = ctx.lang;
    let score = number::number(score, NumberFormat::Score);
    let interval = Value::interval(row.lower, row.upper, NumberFormat::Score).show(lang);
    let all = ranked(ctx).len();
    let place = match (row.rank_lower, row.rank_upper) {
        (Some(best), Some(worst)) if best == worst => lang.pick(
            format!("在{all}个单位中居第{best}位"),
            format!("place {best} of {all}"),
        ),
        (Some(best), Some(worst)) => lang.pick(
            format!("在{all}个单位中的名次在第{best}至第{worst}位之间"),
            format!("somewhere between places {best} and {worst} of {all}"),
        ),
        _ => lang.pick("名次不定".to_owned(), "without a place".to_owned()),
    };
    let grade = row
        .grade
        .as_deref()
        .map(|grade| ctx.grade_name(grade))
        .unwrap_or_default();
    let detail = score_detail(ctx, ctx.unit);
    let borderline = detail.is_some_and(|d| d.borderline);
    let possible: Vec<String> = detail
        .map(|d| d.possible_grades.iter().map(|g| ctx.grade_name(g)).collect())
        .unwrap_or_default();
    let possible = possible.join(lang.pick("或", " or "));
    match (lang, borderline) {
        (Lang::Zh, false) => format!("综合得分{score}分（{interval}），{place}，等次为{grade}。"),
        (Lang::Zh, true) => {
            format!(
                "综合得分{score}分（{interval}），{place}，等次为{grade}（临界：误差范围内可能是{possible}）。"
            )
        }
        (Lang::En, false) => format!("The score is {score} ({interval}), {place}; grade: {grade}."),
        (Lang::En, true) => {
            format!(
                "The score is {score} ({interval}), {place}; grade: {grade}, borderline (within error: {possible})."
            )
        }
    }
}

fn scores(ctx: &Context<'_>) -> Section {
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
pub(super) fn score_chart(ctx: &Context<'_>) -> DotChart {
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

fn ranks(ctx: &Context<'_>) -> Section {
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

/// What stands behind the score: every node of the tree beside the county's.
fn nodes(ctx: &Context<'_>) -> Section {
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
