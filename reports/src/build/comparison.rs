//! Chapter seven: scores, places and grades, with what the answers do and do not settle.

mod nodes;
mod scores;

use analysis::results::{Score, ScoreDetail};

use super::context::Context;
use super::evaluation::{chances, leverage, steering};
use super::tables;
use crate::model::{Lang, Section};
use crate::narrative;
use crate::number::{self, NumberFormat, Value};

pub(super) use scores::score_chart;

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
        scores::scores(ctx),
        chances::grades(ctx),
        scores::ranks(ctx),
        chances::bands(ctx),
        nodes::nodes(ctx),
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
