//! Chapter three: who answered and how, and whether it makes a difference.

use std::collections::BTreeMap;

use analysis::interval::t_quantile;
use analysis::plan::PERSONS;
use analysis::results::{AnsweringResults, Flag, ModeColumn, ModeCount, WayBy, WayDifference, WayEstimate};

use super::context::Context;
use super::{charts, context};
use crate::chart::{DotChart, DotRow, Measure};
use crate::model::{Block, Column, Lang, Row, Section, Table};
use crate::number::{self, NumberFormat, Value};

/// The order in which ways are listed: the reference first.
const ORDER: [&str; 7] = ["self", "assisted", "proxy", "web", "interview", "phone", "paper"];
/// From this share on it is said how many have nobody to be compared with.
const MATTERS: f64 = 0.05;
/// A difference is called real below this probability, over all that a table shows.
const ALPHA: f64 = 0.05;
/// How often a difference of the size that is named would be found.
const POWER: f64 = 0.8;

/// The chapter.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("answering", ctx.t("谁来填、怎么填", "Who answered, and how"));
    section.sections.push(spread(ctx));
    let Some(found) = ctx.detail.results.answering.as_ref() else {
        return section;
    };
    if !ctx.is_county() {
        // Within one unit the ways are too few people each.
        if !found.differences.is_empty() {
            section.note(ctx.t(
                "填答人和填答方式对结果有没有影响，只按全县来看，见全县报告的同一章。",
                "Whether it matters who answered and how is looked at for the whole county: see this chapter of the county's report.",
            ));
        }
        return section;
    }
    section.sections.push(compared(ctx, found, WayBy::Answering));
    section.sections.push(compared(ctx, found, WayBy::Mode));
    section.sections.push(reading(ctx));
    section
}

/// A way in words; in a list, not in a sentence.
pub(super) fn way(level: &str, lang: Lang) -> String {
    let words = match level {
        "self" => ("本人", "alone"),
        "assisted" => ("有人协助", "with help"),
        "proxy" => ("代答", "by a proxy"),
        "web" => ("网络", "web"),
        "interview" => ("入户访问", "visit"),
        "phone" => ("电话", "telephone"),
        "paper" => ("纸质", "paper"),
        "read_aloud" => ("朗读", "read aloud"),
        "sign" => ("手语", "sign language"),
        "easy" => ("易读", "easy read"),
        "large" => ("大字", "large print"),
        "contrast" => ("深色或高对比", "dark or high contrast"),
        "none" => ("没有", "none"),
        other => return other.to_owned(),
    };
    lang.pick(words.0, words.1).to_owned()
}

/// The persons' shares in a sentence, and the table of all groups.
fn spread(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "answering-shares",
        ctx.t("填答人与填答方式", "Who filled in, and by what way"),
    );
    section.finding(shares_sentence(ctx));
    let mut counts: Vec<&ModeCount> = ctx
        .detail
        .counts
        .iter()
        .filter(|row| row.unit == ctx.unit)
        .collect();
    let is_answering = |row: &ModeCount| row.what == ModeColumn::Answering;
    let mut answering: BTreeMap<&str, usize> = BTreeMap::new();
    for row in counts.iter().filter(|row| is_answering(row)) {
        *answering.entry(&row.group).or_default() += 1;
    }
    // Where all are answered for in one way there is nothing to tell apart.
    counts.retain(|row| !is_answering(row) || answering[row.group.as_str()] > 1);
    let group_place = |code: &str| ctx.plan.groups.iter().position(|group| group.code == code);
    counts.sort_by_key(|row| (group_place(&row.group), row.what, place(&row.value)));
    let rows: Vec<Row> = counts
        .into_iter()
        .map(|row| {
            let share = if ctx.may_show(row.n) {
                Value::Number(row.share, NumberFormat::Percent)
            } else {
                Value::Suppressed
            };
            Row::plain(vec![
                Value::text(ctx.perspective_name(&row.group)),
                Value::text(counted(row.what, &row.value, ctx.lang)),
                ctx.base(row.n),
                share,
            ])
        })
        .collect();
    if !rows.is_empty() {
        section.table(Table {
            caption: ctx
                .t(
                    "填答人、填答方式、阅读方式与在场情况",
                    "Who filled in, by what way, how it was read, who was present",
                )
                .to_owned(),
            columns: vec![
                Column::words(ctx.t("评价主体", "Group"), 1.5),
                Column::words(ctx.t("情况", "Case"), 2.6),
                Column::figures(ctx.t("答卷数", "Answers")),
                Column::figures(ctx.t("占比", "Share")),
            ],
            rows,
            notes: vec![
                ctx.t(
                    "占比未加权。同一份答卷可以用几种阅读方式。代答者不回答满意度问题。",
                    "Shares are unweighted. One answer may use several ways of reading. Proxies are never asked how satisfied the person is.",
                )
                .to_owned(),
            ],
            ..Table::default()
        });
    }
    let open: u64 = ctx.detail.open_link_counts.iter().map(|row| row.n).sum();
    if open > 0 {
        let n = number::number(open as f64, NumberFormat::Count);
        section.note(match ctx.lang {
            Lang::Zh => format!("全县另收到公开链接答卷{n}份。公开链接不是概率样本，不计入以上和以下任何估计，只作线索参考。"),
            Lang::En => format!(
                "In the whole county, {n} more answers came by open links. They are not a probability sample and are in no estimate of this report."
            ),
        });
    }
    section
}

fn shares_sentence(ctx: &Context<'_>) -> String {
    let Some(found) = ctx.detail.results.answering.as_ref().filter(|_| ctx.is_county()) else {
        return String::new();
    };
    let share = |level: &str| {
        let mut rows = found.shares.iter();
        rows.find(|row| row.perspective == PERSONS && row.by == WayBy::Answering && row.level == level)
            .filter(|row| ctx.may_show(row.n))
            .map(|row| number::number(row.weighted, NumberFormat::Percent))
    };
    let (Some(alone), Some(helped), Some(proxy)) = (share("self"), share("assisted"), share("proxy")) else {
        return String::new();
    };
    match ctx.lang {
        Lang::Zh => {
            format!("加权以后，{alone}的残疾人自己作答，{helped}在别人协助下作答，{proxy}由别人代答。")
        }
        Lang::En => format!(
            "After weighting, {alone} of disabled people answered by themselves, {helped} with help, and for {proxy} somebody else answered."
        ),
    }
}

fn counted(what: ModeColumn, value: &str, lang: Lang) -> String {
    let words = match (what, value) {
        (ModeColumn::Answering, "self") => ("填答人：本人", "answered by the person"),
        (ModeColumn::Answering, "assisted") => ("填答人：本人，有人协助", "answered with help"),
        (ModeColumn::Answering, "proxy") => ("填答人：代答", "answered by a proxy"),
        (ModeColumn::Mode, "web") => ("方式：网络", "by web"),
        (ModeColumn::Mode, "interview") => ("方式：入户访问", "by visit"),
        (ModeColumn::Mode, "phone") => ("方式：电话", "by telephone"),
        (ModeColumn::Mode, "paper") => ("方式：纸质", "on paper"),
        (ModeColumn::Reading, way_of_reading) => {
            let name = way(way_of_reading, lang);
            return lang.pick(format!("阅读：{name}"), format!("reading: {name}"));
        }
        (ModeColumn::StaffCollected, _) => (
            "由被评价单位人员收集（不计入估计）",
            "collected by staff of a judged unit (left out)",
        ),
        (ModeColumn::StaffPresent, "yes") => ("填答时有本单位工作人员在场", "staff of the unit were present"),
        (ModeColumn::StaffPresent, "no") => (
            "填答时没有本单位工作人员在场",
            "no staff of the unit were present",
        ),
        (_, other) => return other.to_owned(),
    };
    lang.pick(words.0, words.1).to_owned()
}

/// Estimates by way, their picture, and the differences.
fn compared(ctx: &Context<'_>, found: &AnsweringResults, by: WayBy) -> Section {
    let mut section = match by {
        WayBy::Answering => Section::new(
            "answering-who",
            ctx.t("本人、协助与代答", "Alone, with help, by a proxy"),
        ),
        _ => Section::new(
            "answering-mode",
            ctx.t("网络、入户、电话与纸质", "Web, visit, telephone, paper"),
        ),
    };
    let mut estimates: Vec<&WayEstimate> = found.estimates.iter().filter(|row| row.by == by).collect();
    if estimates.is_empty() {
        return section;
    }
    estimates.sort_by_key(|row| (measure_place(ctx, &row.code), place(&row.level)));
    let differences: Vec<&WayDifference> = found.differences.iter().filter(|row| row.by == by).collect();
    section.finding(finding(ctx, by, &differences));
    if let Some(chart) = chart(ctx, by, &estimates) {
        section.figure(chart);
    }
    section.table(estimates_table(ctx, by, &estimates));
    if let Some(table) = differences_table(ctx, by, &differences) {
        section.table(table);
    }
    let alone = without_counterpart(ctx, &differences);
    if !alone.is_empty() {
        section.note(alone);
    }
    if by == WayBy::Answering {
        for row in found.not_asked.iter().filter(|row| ctx.may_show(row.n)) {
            let (share, name) = (
                number::number(row.share, NumberFormat::Percent),
                ctx.indicator_name(&row.code),
            );
            section.note(match ctx.lang {
                Lang::Zh => format!(
                    "“{name}”只问本人。残疾人问卷里由别人代答的占{share}（加权），他们自己满意不满意，这里不知道。"
                ),
                Lang::En => format!(
                    "“{name}” is asked of the persons alone. Of the persons' questionnaires, {share} (weighted) were answered by somebody else: how satisfied those persons are is not known."
                ),
            });
        }
    }
    section
}

/// Who has nobody of the same kind to be compared with: the share that each comparison leaves out, where it matters.
fn without_counterpart(ctx: &Context<'_>, differences: &[&WayDifference]) -> String {
    let shown = |row: &&&WayDifference| row.adjusted && row.flag != Some(Flag::Suppressed);
    let mut left_out: Vec<(&str, f64)> = Vec::new();
    for row in differences.iter().filter(shown) {
        let Some(missing) = row.overlap.map(|overlap| 1.0 - overlap) else {
            continue;
        };
        match left_out.iter_mut().find(|(level, _)| *level == row.level) {
            Some((_, most)) => *most = most.max(missing),
            None => left_out.push((row.level.as_str(), missing)),
        }
    }
    left_out.retain(|(_, missing)| *missing >= MATTERS);
    if left_out.is_empty() {
        return String::new();
    }
    left_out.sort_by_key(|(level, _)| place(level));
    let named: Vec<String> = left_out
        .into_iter()
        .map(|(level, missing)| {
            let (level, share) = (
                way(level, ctx.lang),
                number::number(missing, NumberFormat::Percent),
            );
            ctx.lang
                .pick(format!("{level}{share}"), format!("{level} {share}"))
        })
        .collect();
    match ctx.lang {
        Lang::Zh => format!(
            "有些类别的人只用一种填法，没有同类可比，“同类人相差”里没有他们。各项中最多时占：{}。",
            named.join("、")
        ),
        Lang::En => format!(
            "People of some kinds answered in one way only: nobody of the same kind can be compared with them, and “same kind” leaves them out. At most, over the measures: {}.",
            named.join(", ")
        ),
    }
}

fn place(level: &str) -> usize {
    ORDER
        .iter()
        .position(|known| *known == level)
        .unwrap_or(ORDER.len())
}

/// Where a leaf stands in the plan.
fn measure_place(ctx: &Context<'_>, code: &str) -> usize {
    let mut leaves = ctx.plan.indicators.leaves();
    leaves.position(|leaf| leaf.code == code).unwrap_or(usize::MAX)
}

/// What can be said for certain, people of the same kind compared.
fn finding(ctx: &Context<'_>, by: WayBy, differences: &[&WayDifference]) -> String {
    let shown: Vec<&&WayDifference> = differences
        .iter()
        .filter(|row| row.adjusted && row.flag != Some(Flag::Suppressed) && row.p_value.is_some())
        .collect();
    if shown.is_empty() {
        return String::new();
    }
    let bound = ALPHA / shown.len() as f64;
    let real: Vec<String> = shown
        .iter()
        .filter(|row| row.p_value.is_some_and(|p| p < bound))
        .filter_map(|row| {
            let estimate = row.estimate?;
            let size = number::magnitude(estimate, ctx.format(&row.code));
            let (name, level) = (ctx.indicator_name(&row.code), way(&row.level, ctx.lang));
            let reference = way(&row.reference, ctx.lang);
            let up = estimate > 0.0;
            let percent = ctx.format(&row.code) == NumberFormat::Percent;
            Some(match ctx.lang {
                Lang::Zh => format!(
                    "{name}，{level}比{reference}{}{size}{}",
                    if up { "高" } else { "低" },
                    if percent { "个百分点" } else { "分" }
                ),
                Lang::En => format!(
                    "{name} is {size} {} {} ({level}) than {reference}",
                    if percent { "percentage points" } else { "points" },
                    if up { "higher" } else { "lower" }
                ),
            })
        })
        .collect();
    // Nothing found is not nothing there: the largest difference that is found but eight times in ten, by the bound
    // that was applied (Cohen 1988, §2.2: quantile of the test plus quantile of the power, times the standard error).
    let unseen = shown
        .iter()
        .filter(|row| ctx.format(&row.code) == NumberFormat::Percent)
        .filter_map(|row| {
            Some((t_quantile(1.0 - bound / 2.0, row.df?) + t_quantile(POWER, row.df?)) * row.se?)
        })
        .fold(0.0, f64::max);
    let unseen = match (unseen > 0.0).then(|| (100.0 * unseen).ceil()) {
        Some(points) => ctx.lang.pick(
            format!("但比率真有约{points}个百分点的差别，这样多的答卷十次里有八次才看得出来，更小的差别更难看出。"),
            format!(
                " A difference of rates of about {points} percentage points would be found eight times in ten with so many answers, a smaller one less often."
            ),
        ),
        None => String::new(),
    };
    match (ctx.lang, real.is_empty(), by) {
        (Lang::Zh, true, WayBy::Answering) => {
            format!("残疾类别、等级和年龄相同的人相比，由谁来填，看不出超出误差的差别。{unseen}")
        }
        (Lang::Zh, true, _) => {
            format!("残疾类别、等级和年龄相同的人相比，用什么方式填，看不出超出误差的差别。{unseen}")
        }
        (Lang::Zh, false, _) => format!(
            "残疾类别、等级和年龄相同的人相比，差别超出误差的有：{}。",
            real.join("；")
        ),
        (Lang::En, true, WayBy::Answering) => {
            format!(
                "Among people of the same category, grade and age, no measure differs by who answered beyond error.{unseen}"
            )
        }
        (Lang::En, true, _) => {
            format!(
                "Among people of the same category, grade and age, no measure differs by mode beyond error.{unseen}"
            )
        }
        (Lang::En, false, _) => format!(
            "Among people of the same category, grade and age, these differ beyond error: {}.",
            real.join("; ")
        ),
    }
}

/// The rates by way, as dots with intervals; none where there is no rate.
fn chart(ctx: &Context<'_>, by: WayBy, estimates: &[&WayEstimate]) -> Option<DotChart> {
    let rates = estimates
        .iter()
        .filter(|row| ctx.format(&row.code) == NumberFormat::Percent && row.flag != Some(Flag::Suppressed));
    let rows: Vec<DotRow> = rates
        .map(|row| {
            let (name, level) = (ctx.indicator_name(&row.code), way(&row.level, ctx.lang));
            DotRow {
                label: ctx
                    .lang
                    .pick(format!("{name}·{level}"), format!("{name}, {level}")),
                point: context::point(row.estimate, row.lower, row.upper, 100.0, row.flag),
                highlighted: place(&row.level) == 0 || row.level == "web",
                ..DotRow::default()
            }
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let (id, title) = match by {
        WayBy::Answering => (
            "answering-who-dots",
            ctx.t("各项比率，按填答人", "Rates by who answered"),
        ),
        _ => (
            "answering-mode-dots",
            ctx.t("各项比率，按填答方式", "Rates by mode of answering"),
        ),
    };
    let subtitle = ctx.t(
        "加权估计，没有按人员构成调整；不同的人用不同的方式填，差别不全是方式造成的",
        "Weighted, not adjusted for composition: different people answer in different ways, so not all of a difference is the way's",
    );
    Some(DotChart {
        heading: charts::heading(ctx, id, title.to_owned(), subtitle.to_owned()),
        measure: Measure::Percent,
        rows,
        keep_order: true,
        ..DotChart::default()
    })
}

fn estimates_table(ctx: &Context<'_>, by: WayBy, estimates: &[&WayEstimate]) -> Table {
    let rows = estimates
        .iter()
        .map(|row| {
            let format = ctx.format(&row.code);
            let hidden = row.flag == Some(Flag::Suppressed);
            let hide = |value: Value| if hidden { Value::Suppressed } else { value };
            Row::plain(vec![
                Value::text(ctx.indicator_name(&row.code)),
                Value::text(way(&row.level, ctx.lang)),
                context::flagged(Value::number(row.estimate, format), row.flag),
                hide(Value::interval(row.lower, row.upper, format)),
                hide(match format {
                    NumberFormat::Percent => Value::number(row.se, format),
                    _ => Value::number(row.se, NumberFormat::Decimal),
                }),
                hide(Value::count(row.n)),
            ])
        })
        .collect();
    let caption = match by {
        WayBy::Answering => ctx.t("主要指标，按填答人", "Key measures by who answered"),
        _ => ctx.t("主要指标，按填答方式", "Key measures by mode of answering"),
    };
    Table {
        caption: caption.to_owned(),
        columns: vec![
            Column::words(ctx.t("指标", "Measure"), 2.0),
            Column::words(ctx.t("怎么填", "Way"), 1.4),
            Column::figures(ctx.t("估计值", "Estimate")),
            Column::intervals(ctx.t("95%置信区间", "95% interval")),
            Column::figures(ctx.t("标准误", "Standard error")),
            Column::figures(ctx.t("人数", "Persons")),
        ],
        rows,
        notes: vec![
            ctx.t(
                "人数只算这一项有答案的。本人没有答、亲友问卷说明本人不能答的，也算代答，所以代答的人比残疾人问卷里的多。",
                "Persons with an answer to the measure. Where the person did not answer and a relative's questionnaire says that the person cannot, the relative counts as a proxy: there are more proxies than in the persons' questionnaires.",
            )
            .to_owned(),
        ],
        ..Table::default()
    }
}

fn differences_table(ctx: &Context<'_>, by: WayBy, differences: &[&WayDifference]) -> Option<Table> {
    let mut raw: Vec<&WayDifference> = differences.iter().copied().filter(|row| !row.adjusted).collect();
    raw.sort_by_key(|row| (measure_place(ctx, &row.code), place(&row.level)));
    let rows: Vec<Row> = raw
        .into_iter()
        .map(|row| {
            let adjusted = differences
                .iter()
                .find(|other| other.adjusted && other.code == row.code && other.level == row.level);
            let (level, reference) = (way(&row.level, ctx.lang), way(&row.reference, ctx.lang));
            let mut cells = vec![
                Value::text(ctx.indicator_name(&row.code)),
                Value::text(ctx.lang.pick(
                    format!("{level}减{reference}"),
                    format!("{level} minus {reference}"),
                )),
            ];
            cells.extend(difference_cells(ctx, Some(row)));
            cells.extend(difference_cells(ctx, adjusted.copied()));
            Row::plain(cells)
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let caption = match by {
        WayBy::Answering => ctx.t("由谁来填的差别", "Differences by who answered"),
        _ => ctx.t("用什么方式填的差别", "Differences by mode of answering"),
    };
    Some(Table {
        caption: caption.to_owned(),
        columns: vec![
            Column::words(ctx.t("指标", "Measure"), 1.6),
            Column::words(ctx.t("比较", "Comparison"), 1.7),
            Column::figures(ctx.t("直接相差", "As found")),
            Column::intervals(ctx.t("95%置信区间", "95% interval")),
            Column::figures(ctx.t("同类人相差", "Same kind")),
            Column::intervals(ctx.t("95%置信区间", "95% interval")),
        ],
        rows,
        notes: vec![
            ctx.t(
                "比率相差以百分点计，满意度相差以分计。“同类人相差”：在残疾类别、等级、年龄相同的人之间比较（按格固定效应的加权回归，设计方差）。",
                "Rates differ in percentage points, satisfaction in points. “Same kind”: within cells of category, grade and age (weighted regression with a constant for each cell, design-based variance).",
            )
            .to_owned(),
            ctx.t(
                "谁用哪种方式填不是随机定的。名册上看得到的构成差别，“同类人”比较已经扣除；看不到的差别和方式本身的影响分不开。这些数字只供判断，不用来修正任何结果（de Leeuw 2005；Vannieuwenhuyze 等 2010）。",
                "Nobody is assigned to a way by lot. What the register knows of the selection is taken out; what it does not know cannot be told apart from the effect of the way itself. These figures inform judgement and correct no result (de Leeuw 2005; Vannieuwenhuyze et al. 2010).",
            )
            .to_owned(),
        ],
        ..Table::default()
    })
}

/// A difference and its interval.
fn difference_cells(ctx: &Context<'_>, row: Option<&WayDifference>) -> [Value; 2] {
    let Some(row) = row else {
        return [Value::Absent, Value::Absent];
    };
    if row.flag == Some(Flag::Suppressed) {
        return [Value::Suppressed, Value::Suppressed];
    }
    if row.adjusted && row.estimate.is_none() {
        return [
            Value::text(ctx.t("没有同类可比", "none of the same kind")),
            Value::Absent,
        ];
    }
    let format = match ctx.format(&row.code) {
        NumberFormat::Percent => NumberFormat::PointsChange,
        _ => NumberFormat::ScoreChange,
    };
    [
        context::flagged(Value::number(row.estimate, format), row.flag),
        Value::interval(row.lower, row.upper, format),
    ]
}

/// What the ways of reading are, in words.
fn reading(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("answering-reading", ctx.t("阅读方式", "Ways of reading"));
    let used = ctx
        .detail
        .counts
        .iter()
        .any(|row| row.what == ModeColumn::Reading && row.unit == ctx.unit);
    if used {
        section.push(Block::Paragraph(
            ctx.t(
                "网页答卷记下填答时用过的阅读方式：朗读、手语、易读、大字、深色或高对比。记下来只是为了不把慢、把顺着答误认为不认真；手机自带的读屏软件网站看不到，所以朗读的实际人数比表中多。",
                "Answers by web note the ways of reading that were used: read aloud, sign language, easy read, large print, dark or high contrast. They are noted so that a slow pace or a plain pattern is not taken for carelessness. A screen reader of the phone's own cannot be seen by a website: more people are read to than the table says.",
            )
            .to_owned(),
        ));
    }
    section
}
