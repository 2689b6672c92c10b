//! What would change the most, and how far the ranking hangs on the weights.

use analysis::results::{EvaluationResults, Leverage, WeightStability};

use super::super::comparison::ranked;
use super::super::context::Context;
use super::super::tables;
use crate::model::{Column, Lang, Row, Section, Table};
use crate::number::{self, NumberFormat, Value};

/// Indicators that a sentence names.
const NAMED: usize = 3;
/// Indicators that a unit's table lists.
const LISTED: usize = 8;

/// What would change the score the most.
pub(in super::super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "comparison-leverage",
        ctx.t("改什么最见效", "What would change the most"),
    );
    let Some(found) = super::of(ctx).filter(|found| !found.leverage.is_empty()) else {
        return section;
    };
    section.paragraph(ctx.t(
        "每项指标还能带来多少分，是它在总分中的比重乘以离“可达到的水平”的距离；可达到的水平是本轮最好的单位的水平，已扣除偶然误差。",
        "What an indicator could bring is its share of the score times the distance to what is attainable: the level of this round's best unit, with luck taken out.",
    ));
    if ctx.is_county() {
        section.finding(county_sentence(ctx, found));
        section.table(county_table(ctx, found));
    } else {
        let rows = of_unit(ctx, found, ctx.unit);
        section.finding(unit_sentence(ctx, &rows));
        section.table(unit_table(ctx, &rows));
    }
    section
}

/// The leaves of a unit that may be shown, the largest gain first.
pub(in super::super) fn of_unit<'a>(
    ctx: &Context<'_>,
    found: &'a EvaluationResults,
    unit: &str,
) -> Vec<&'a Leverage> {
    let shown = |row: &&Leverage| {
        let mut nodes = ctx.detail.node_scores.iter();
        row.unit == unit && nodes.any(|node| node.code == row.code && node.unit == unit && !node.withheld)
    };
    found.leverage.iter().filter(shown).collect()
}

fn points(ctx: &Context<'_>, gain: f64) -> String {
    let gain = number::number(gain, NumberFormat::Score);
    ctx.lang.pick(format!("{gain}分"), format!("{gain} points"))
}

fn unit_sentence(ctx: &Context<'_>, rows: &[&Leverage]) -> String {
    let certain: Vec<String> = rows
        .iter()
        .filter(|row| row.certain)
        .take(NAMED)
        .map(|row| {
            let (name, gain) = (ctx.indicator_name(&row.code), points(ctx, row.gain));
            ctx.lang
                .pick(format!("{name}（{gain}）"), format!("{name} ({gain})"))
        })
        .collect();
    match (ctx.lang, certain.is_empty()) {
        (Lang::Zh, true) => "没有一项指标离可达到的水平超出本单位的误差：哪一项最见效，答卷还分不出来。".to_owned(),
        (Lang::En, true) => "No indicator is further from what is attainable than error: the answers do not tell which would change the most.".to_owned(),
        (Lang::Zh, false) => format!("最能提高总分的是{}，差距都超出误差。", ctx.list(&certain)),
        (Lang::En, false) => format!("What would raise the score the most: {}; each distance is beyond error.", ctx.list(&certain)),
    }
}

fn unit_table(ctx: &Context<'_>, rows: &[&Leverage]) -> Table {
    let cells = |row: &&Leverage| {
        Row::plain(vec![
            Value::text(format!("{}　{}", row.code, ctx.indicator_name(&row.code))),
            Value::Number(row.share, NumberFormat::Percent),
            Value::score(Some(row.value)),
            Value::score(Some(row.attainable)),
            Value::score(Some(row.gain)),
            Value::text(match row.certain {
                true => ctx.t("超出误差", "beyond error"),
                false => ctx.t("误差之内", "within error"),
            }),
        ])
    };
    Table {
        caption: ctx
            .t("各指标还能带来的分数", "Points that indicators could bring")
            .to_owned(),
        columns: vec![
            Column::words(ctx.t("指标", "Indicator"), 2.6),
            Column::figures(ctx.t("占总分", "Share")),
            Column::figures(ctx.t("现在", "Now")),
            Column::figures(ctx.t("可达到", "Attainable")),
            Column::figures(ctx.t("可增加", "Gain")),
            Column::words(ctx.t("差距", "Distance"), 1.2),
        ],
        rows: rows.iter().take(LISTED).map(cells).collect(),
        ..Table::default()
    }
}

/// The leaf that is first or second for each unit, and how often.
fn county_sentence(ctx: &Context<'_>, found: &EvaluationResults) -> String {
    let mut firsts: Vec<(&str, usize)> = Vec::new();
    for unit in ctx.units() {
        let Some(row) = of_unit(ctx, found, unit).into_iter().find(|row| row.certain) else {
            continue;
        };
        match firsts.iter_mut().find(|(code, _)| *code == row.code) {
            Some((_, n)) => *n += 1,
            None => firsts.push((&row.code, 1)),
        }
    }
    firsts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let kind = tables::unit_kind(ctx);
    // Two that lead equally often: neither leads more than any other.
    let alone = |n: usize| firsts.get(1).is_none_or(|(_, second)| *second < n);
    match (ctx.lang, firsts.first()) {
        (Lang::Zh, None) => "没有一个单位的差距超出误差。".to_owned(),
        (Lang::En, None) => "No unit's distance is beyond error.".to_owned(),
        (Lang::Zh, Some((code, n))) => format!(
            "“{}”在{n}个{kind}是最能提高总分的一项{}。",
            ctx.indicator_name(code),
            if alone(*n) {
                "，比任何别的指标都多"
            } else {
                "，另有指标也有这么多"
            }
        ),
        (Lang::En, Some((code, n))) => format!(
            "“{}” would raise the score the most in {n} {kind}, {}.",
            ctx.indicator_name(code),
            if alone(*n) {
                "more than any other indicator"
            } else {
                "as does another indicator in as many"
            }
        ),
    }
}

fn county_table(ctx: &Context<'_>, found: &EvaluationResults) -> Table {
    let row = |unit: &str| {
        let first = of_unit(ctx, found, unit);
        let mut certain = first.iter().filter(|row| row.certain);
        let mut cells = vec![Value::text(ctx.unit_name(unit))];
        for _ in 0..2 {
            match certain.next() {
                Some(row) => {
                    cells.push(Value::text(ctx.indicator_name(&row.code)));
                    cells.push(Value::score(Some(row.gain)));
                }
                None => cells.extend([Value::Absent, Value::Absent]),
            }
        }
        Row::plain(cells)
    };
    Table {
        caption: ctx
            .t(
                "最能提高总分的两项指标",
                "The two indicators that would raise the score the most",
            )
            .to_owned(),
        columns: vec![
            Column::words(tables::unit_title(ctx), 1.5),
            Column::words(ctx.t("第一项", "First"), 2.2),
            Column::figures(ctx.t("可增加", "Gain")),
            Column::words(ctx.t("第二项", "Second"), 2.2),
            Column::figures(ctx.t("可增加", "Gain")),
        ],
        rows: ranked(ctx).into_iter().map(|score| row(&score.unit)).collect(),
        notes: vec![
            ctx.t(
                "只列差距超出抽样误差的指标；按综合得分排列。",
                "Only indicators whose distance is beyond sampling error; units by score.",
            )
            .to_owned(),
        ],
        ..Table::default()
    }
}

/// How far the ranking hangs on the weights.
pub(in super::super) fn weights(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "comparison-weights",
        ctx.t("换一组权重会怎样", "With other weights"),
    );
    let Some(found) = super::of(ctx)
        .and_then(|found| found.weights.as_ref())
        .filter(|_| ctx.is_county())
    else {
        return section;
    };
    section.finding(weights_sentence(ctx, found));
    section.table(weights_table(ctx, found));
    section
}

fn weights_sentence(ctx: &Context<'_>, found: &WeightStability) -> String {
    let widest = found
        .units
        .iter()
        .map(|unit| unit.rank_upper - unit.rank_lower)
        .max()
        .unwrap_or(0);
    let steady = found.units.iter().filter(|unit| unit.same_grade >= 0.95).count();
    let (all, spread) = (
        found.units.len(),
        number::number(100.0 * found.spread, NumberFormat::Weight),
    );
    let most = found.left_out.iter().max_by_key(|leaf| leaf.largest_shift);
    let without = most.map(|leaf| {
        let (name, shift) = (ctx.indicator_name(&leaf.code), leaf.largest_shift);
        ctx.lang.pick(
            format!("去掉一项指标，名次变动最大的是去掉“{name}”，最多变{shift}位。"),
            format!(
                " Leaving out “{name}” moves a unit by up to {shift} places, more than any other indicator."
            ),
        )
    });
    let first = ctx.lang.pick(
        format!(
            "各项权重在方案的±{spread}之内任意变动，{all}个单位中有{steady}个的等次几乎不变（95%以上的情形），名次最多在{}位之内变动。",
            widest + 1
        ),
        format!(
            "With every weight anywhere within ±{spread} of the plan's, the grade of {steady} of {all} units stays in at least 95% of the cases, and no unit's rank spans more than {} places.",
            widest + 1
        ),
    );
    format!("{first}{}", without.unwrap_or_default())
}

fn weights_table(ctx: &Context<'_>, found: &WeightStability) -> Table {
    let rows = ranked(ctx).into_iter().filter_map(|score| {
        let unit = found.units.iter().find(|unit| unit.unit == score.unit)?;
        Some(Row::plain(vec![
            Value::text(ctx.unit_name(&unit.unit)),
            Value::number(score.rank.map(f64::from), NumberFormat::Rank),
            Value::interval(
                Some(f64::from(unit.rank_lower)),
                Some(f64::from(unit.rank_upper)),
                NumberFormat::Rank,
            ),
            super::chance(ctx, unit.same_rank),
            super::chance(ctx, unit.same_grade),
        ]))
    });
    Table {
        caption: ctx
            .t("权重变动时的名次与等次", "Ranks and grades when weights vary")
            .to_owned(),
        columns: vec![
            Column::words(tables::unit_title(ctx), 1.6),
            Column::figures(ctx.t("名次", "Rank")),
            Column::figures(ctx.t("95%的情形", "95% of cases")),
            Column::figures(ctx.t("名次不变", "Same rank")),
            Column::figures(ctx.t("等次不变", "Same grade")),
        ],
        rows: rows.collect(),
        notes: vec![
            ctx.t(
                "这里只变权重，得分照旧，不含抽样误差。",
                "Only weights vary here; scores are as found, without sampling error.",
            )
            .to_owned(),
        ],
        ..Table::default()
    }
}
