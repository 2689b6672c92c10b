//! A part of the method: which answers deserve a second look, and what the answers owe to those who asked.

use analysis::disclosure::{Mark, PublishedTotals, suppress};
use analysis::quality::FlagKind;
use analysis::results::{FlagCount, QualityResults};

use super::answering::way;
use super::{context::Context, question};
use crate::model::{Column, Lang, Row, Section, Table};
use crate::number::{self, NumberFormat, Value};

/// Questions with most missing answers that are listed.
const MOST_MISSING: usize = 5;
/// Interviewer effects below this probability are named.
const ALPHA: f64 = 0.05;

/// The section; empty for a unit, as flags are looked at over the whole round.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("method-quality", ctx.t("答卷质量", "Quality of the answers"));
    let Some(quality) = ctx.detail.results.quality.as_ref().filter(|_| ctx.is_county()) else {
        return section;
    };
    section.paragraph(ctx.t(
        "每份答卷只和填答方式、填答人、阅读方式都相同的答卷比快慢和答法；同一种方式不足30份的不作判断，纸质答卷不比快慢。读屏、开关、别人协助或易读都不会被当作不认真。标记只提示复核，任何权数、估计和得分都不因此改变，也没有因此剔除答卷。",
        "Pace and pattern of an answer are held only against answers of the same mode, the same person answering and the same way of reading; ways with fewer than 30 answers are not judged, nor is the pace of paper. A screen reader, a switch, a helper or easy read is never taken for carelessness. A flag asks for a second look: no weight, estimate or score depends on it, and no answer was dropped for it.",
    ));
    let shares = number::number(
        quality.flagged as f64 / quality.responses.max(1) as f64,
        NumberFormat::Percent,
    );
    let count = |n: u64| number::number(n as f64, NumberFormat::Count);
    if ctx.may_show(quality.flagged) {
        section.finding(match ctx.lang {
            Lang::Zh => format!(
                "{}份答卷中有{}份带有标记（{shares}）。",
                count(quality.responses),
                count(quality.flagged)
            ),
            Lang::En => format!(
                "Of {} answers, {} carry a flag ({shares}).",
                count(quality.responses),
                count(quality.flagged)
            ),
        });
    }
    if !quality.flags.is_empty() {
        section.table(by_kind(ctx, quality));
        section.table(by_way(ctx, quality));
    }
    section.paragraph(interviewers(ctx, quality));
    section.paragraph(missing(ctx, quality));
    section.paragraph(break_off(ctx, quality));
    section
}

fn kind_name(kind: FlagKind, lang: Lang) -> &'static str {
    match kind {
        FlagKind::Speeding => lang.pick("答得过快", "too fast"),
        FlagKind::StraightLining => lang.pick("一个答案到底而且快", "one answer throughout, in haste"),
        FlagKind::NearDuplicate => lang.pick("与同乡镇另一份几乎相同", "nearly another's of the township"),
    }
}

const KINDS: [FlagKind; 3] = [
    FlagKind::Speeding,
    FlagKind::StraightLining,
    FlagKind::NearDuplicate,
];

/// Which of the flagged counts of one kind may be shown. Their sum is taken to be known: the other table, the sentence
/// above and the workbook give it or nearly so.
fn shown(ctx: &Context<'_>, flagged: Vec<u64>) -> Vec<bool> {
    let totals = PublishedTotals {
        rows: true,
        columns: false,
    };
    let marks = suppress(&[flagged], u64::from(ctx.plan.suppression.min_cell), totals);
    let first = marks.into_iter().next().unwrap_or_default();
    first.into_iter().map(|mark| mark == Mark::Shown).collect()
}

fn sum(rows: &[&FlagCount], of: fn(&FlagCount) -> u64) -> u64 {
    rows.iter().map(|row| of(row)).sum()
}

/// Judged and flagged, and the share; words where none could be judged, which is not the same as none found.
fn counts(ctx: &Context<'_>, rows: &[&FlagCount], is_shown: bool) -> [Value; 3] {
    let (judged, flagged) = (sum(rows, |row| row.judged), sum(rows, |row| row.flagged));
    if judged == 0 {
        let not = Value::text(ctx.t("未判断", "not judged"));
        return [not.clone(), not, Value::Absent];
    }
    let found = |value: Value| if is_shown { value } else { Value::Suppressed };
    [
        ctx.base(judged),
        found(Value::count(flagged)),
        found(Value::Number(
            flagged as f64 / judged as f64,
            NumberFormat::Percent,
        )),
    ]
}

fn by_kind(ctx: &Context<'_>, quality: &QualityResults) -> Table {
    let of = |group: &str, kind: FlagKind| -> Vec<&FlagCount> {
        let rows = quality.flags.iter();
        rows.filter(|row| row.group == group && row.kind == kind)
            .collect()
    };
    let may_show = KINDS.map(|kind| {
        let groups = ctx.plan.groups.iter();
        shown(
            ctx,
            groups
                .map(|group| sum(&of(&group.code, kind), |row| row.flagged))
                .collect(),
        )
    });
    let mut rows = Vec::new();
    for (at, group) in ctx.plan.groups.iter().enumerate() {
        for (kind, may_show) in KINDS.into_iter().zip(&may_show) {
            let of = of(&group.code, kind);
            if !of.is_empty() {
                let mut cells = vec![
                    Value::text(ctx.perspective_name(&group.code)),
                    Value::text(kind_name(kind, ctx.lang)),
                ];
                cells.extend(counts(ctx, &of, may_show[at]));
                rows.push(Row::plain(cells));
            }
        }
    }
    Table {
        caption: ctx.t("质量标记，按评价主体", "Flags by respondent group").to_owned(),
        columns: vec![
            Column::words(ctx.t("评价主体", "Group"), 1.5),
            Column::words(ctx.t("标记", "Flag"), 2.4),
            Column::figures(ctx.t("判断的答卷", "Judged")),
            Column::figures(ctx.t("带标记的", "Flagged")),
            Column::figures(ctx.t("占比", "Share")),
        ],
        rows,
        notes: vec![
            ctx.t(
                "答得过快：每题用时不到同类中位数的40%，并比它低2.5个标准差以上（对数）。一个答案到底：六道以上五级题答案全同，并比同类快2.5个标准差以上。几乎相同：15道以上题目有95%相同，而偶然出现这样的答卷预计不到千分之一份。",
                "Too fast: less than 40% of the median seconds per answer of the same way, and more than 2.5 spreads below it (log scale). One answer throughout: six or more five-point questions answered alike, and more than 2.5 spreads faster than the same way. Nearly another's: 95% of 15 or more questions alike where chance would give less than a thousandth of such an answer.",
            )
            .to_owned(),
        ],
        ..Table::default()
    }
}

fn by_way(ctx: &Context<'_>, quality: &QualityResults) -> Table {
    let mut ways: Vec<(String, String, String)> = quality
        .flags
        .iter()
        .map(|row| (row.mode.clone(), row.answering.clone(), row.reading.clone()))
        .collect();
    ways.sort();
    ways.dedup();
    let of = |way: &(String, String, String), kind: FlagKind| -> Vec<&FlagCount> {
        let same = quality.flags.iter().filter(|row| {
            (&row.mode, &row.answering, &row.reading) == (&way.0, &way.1, &way.2) && row.kind == kind
        });
        same.collect()
    };
    // A single way left out would be what the others leave of all answers: the next smallest goes with it.
    let answers: Vec<u64> = ways
        .iter()
        .map(|way| sum(&of(way, FlagKind::Speeding), |row| row.responses))
        .collect();
    let is_listed = shown(ctx, answers.clone());
    let [fast, alike] = [FlagKind::Speeding, FlagKind::StraightLining].map(|kind| {
        shown(
            ctx,
            ways.iter()
                .map(|way| sum(&of(way, kind), |row| row.flagged))
                .collect(),
        )
    });
    let rows = (0..ways.len())
        .filter(|&at| is_listed[at])
        .map(|at| {
            let way_of = &ways[at];
            let read: Vec<String> = match way_of.2.as_str() {
                "none" => vec![ctx.t("普通", "ordinary").to_owned()],
                reading => reading.split('+').map(|word| way(word, ctx.lang)).collect(),
            };
            let mut cells = vec![
                Value::text(way(&way_of.0, ctx.lang)),
                Value::text(way(&way_of.1, ctx.lang)),
                Value::text(read.join(ctx.t("、", ", "))),
                Value::count(answers[at]),
            ];
            for (kind, may_show) in [(FlagKind::Speeding, &fast), (FlagKind::StraightLining, &alike)] {
                let [judged, flagged, _] = counts(ctx, &of(way_of, kind), may_show[at]);
                cells.extend([judged, flagged]);
            }
            Row::plain(cells)
        })
        .collect();
    Table {
        caption: ctx
            .t(
                "质量标记，按填答方式、填答人和阅读方式",
                "Flags by way of answering",
            )
            .to_owned(),
        columns: vec![
            Column::words(ctx.t("方式", "Mode"), 1.3),
            Column::words(ctx.t("填答人", "Who"), 1.3),
            Column::words(ctx.t("阅读方式", "Reading"), 1.7),
            Column::figures(ctx.t("答卷", "Answers")),
            Column::figures(ctx.t("比快慢的", "Pace judged")),
            Column::figures(ctx.t("过快", "Too fast")),
            Column::figures(ctx.t("比答法的", "Pattern judged")),
            Column::figures(ctx.t("一答到底", "One answer")),
        ],
        rows,
        notes: vec![
            ctx.t(
                "“未判断”：这种填法不足30份，或者是纸质答卷，看不出快慢；不等于没有发现。答卷太少、不能单列的填法没有列出；带标记的份数少到能认出人的，连同能把它推算出来的一起隐匿。“比答法”只看答了六道以上五级题的。",
                "Not judged: fewer than 30 answers of the way, or paper, which shows no pace; not the same as nothing found. Ways with too few answers to be shown are left out; counts of flags so small that they could point at somebody are withheld, with those from which they could be worked out. Patterns are judged of those who answered six or more five-point questions.",
            )
            .to_owned(),
        ],
        ..Table::default()
    }
}

/// How far answers depend on who asked.
fn interviewers(ctx: &Context<'_>, quality: &QualityResults) -> String {
    let mut effects: Vec<_> = quality.interviewers.iter().collect();
    effects.sort_by(|a, b| b.icc.total_cmp(&a.icc));
    let Some(largest) = effects.first() else {
        return String::new();
    };
    let decimal = |value: f64| number::number(value, NumberFormat::Decimal);
    let bound = ALPHA / effects.len() as f64;
    let real = effects.iter().filter(|row| row.p_value < bound).count();
    let name = question::short(ctx, &largest.group, &largest.question);
    let (icc, lower, upper) = (
        decimal(largest.icc),
        decimal(largest.lower),
        decimal(largest.upper),
    );
    match ctx.lang {
        Lang::Zh => format!(
            "访问员的影响：同一个人问来的答案如果特别像，就可能是问法造成的（组内相关ρ，0为没有影响，1为全由访问员决定）。共看{}道五级题，最大的是“{name}”，ρ={icc}（95%区间{lower}～{upper}，{}名访问员）；{}。访问员各管一片，ρ里也有地方差别。",
            effects.len(),
            largest.interviewers,
            if real == 0 {
                "没有一道超出偶然".to_owned()
            } else {
                format!("超出偶然的有{real}道")
            }
        ),
        Lang::En => format!(
            "Interviewer effects: answers taken by the same person that are much alike may be owed to the way of asking (intra-interviewer correlation ρ, 0 none, 1 all). Of {} five-point questions the largest is that of “{name}”, ρ = {icc} (95% interval {lower} to {upper}, {} interviewers); {}. Interviewers work in one area each, so ρ holds differences between places too.",
            effects.len(),
            largest.interviewers,
            if real == 0 {
                "none is beyond chance".to_owned()
            } else {
                format!("{real} are beyond chance")
            }
        ),
    }
}

/// The questions that were most often left without an answer.
fn missing(ctx: &Context<'_>, quality: &QualityResults) -> String {
    let mut items: Vec<_> = quality
        .item_nonresponse
        .iter()
        .filter(|row| {
            ctx.may_show(row.concerned) && ctx.may_show((row.rate * row.concerned as f64).round() as u64)
        })
        .collect();
    items.sort_by(|a, b| b.rate.total_cmp(&a.rate));
    items.truncate(MOST_MISSING);
    if items.is_empty() {
        return String::new();
    }
    let named: Vec<String> = items
        .iter()
        .map(|row| {
            let name = question::short(ctx, &row.group, &row.question);
            let rate = number::number(row.rate, NumberFormat::Percent);
            ctx.lang
                .pick(format!("“{name}”{rate}"), format!("“{name}” {rate}"))
        })
        .collect();
    match ctx.lang {
        Lang::Zh => format!(
            "没有答案（说不清、不想回答、没有填）最多的题：{}。",
            named.join("、")
        ),
        Lang::En => format!(
            "Questions most often left without an answer (don't know, refused, not filled in): {}.",
            named.join(", ")
        ),
    }
}

fn break_off(ctx: &Context<'_>, quality: &QualityResults) -> String {
    let rows: Vec<String> = quality
        .break_off
        .iter()
        .filter(|row| ctx.may_show(row.broke_off))
        .map(|row| {
            let name = ctx.perspective_name(&row.group);
            let rate = number::number(row.rate, NumberFormat::Percent);
            ctx.lang.pick(format!("{name}{rate}"), format!("{name} {rate}"))
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    match ctx.lang {
        Lang::Zh => format!("网上开始填、后来没有交的：{}。", rows.join("、")),
        Lang::En => format!("Begun on the web and never sent: {}.", rows.join(", ")),
    }
}
