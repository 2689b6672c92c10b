//! Chapter six: the areas of work that the plan watches beside the three headline measures,
//! and the leaves of those that have no section of their own.

use analysis::plan::{ADMIN, Indicator, Measure, THIRD_PARTY};
use analysis::results::{AdminPoint, NodePart, NodeScore};

use super::context::Context;
use super::release::HIDDEN_COUNT;
use super::{bases, charts};
use crate::chart::{self, HeatMap, HeatRow, Point, Series, TrendChart};
use crate::model::{Column, Lang, Row, Section, Table};
use crate::narrative::{self, Measured};
use crate::number::{self, NumberFormat, Value};

/// A trend holds at most so many lines before it is a tangle.
const MOST_SERIES: usize = 6;

/// The chapter.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("watched", ctx.t("重点工作", "Watched areas"));
    let headline_tops: Vec<String> = [Measure::Participation, Measure::Benefit, Measure::Satisfaction]
        .into_iter()
        .filter_map(|measure| Some(top(ctx, ctx.leaf(measure)?).code.clone()))
        .collect();
    let leaves: Vec<&Indicator> = ctx
        .plan
        .indicators
        .leaves()
        .filter(|leaf| !headline_tops.contains(&top(ctx, leaf).code))
        .collect();
    if leaves.is_empty() {
        return section;
    }
    if ctx.is_county() && !ctx.detail.node_scores.is_empty() {
        section.figure(score_map(ctx, &leaves));
    }
    section
        .sections
        .extend(leaves.iter().map(|leaf| leaf_section(ctx, leaf)));
    section.sections.push(admin_trend(ctx));
    section
}

/// Sections for the other leaves of the top-level node that holds `code`.
pub(super) fn other_leaves(ctx: &Context<'_>, code: &str) -> Vec<Section> {
    let Some(own) = ctx
        .plan
        .indicators
        .get(code)
        .map(|leaf| top(ctx, leaf).code.clone())
    else {
        return Vec::new();
    };
    let told_elsewhere = [
        Measure::Coverage,
        Measure::Effectiveness,
        Measure::Benefit,
        Measure::TopTwo,
    ];
    ctx.plan
        .indicators
        .leaves()
        .filter(|leaf| leaf.code != code && !leaf.by_area && top(ctx, leaf).code == own)
        .filter(|leaf| {
            leaf.measure
                .is_some_and(|measure| !told_elsewhere.contains(&measure))
        })
        .map(|leaf| leaf_section(ctx, leaf))
        .collect()
}

/// The top-level node above a leaf.
pub(super) fn top<'a>(ctx: &Context<'a>, leaf: &'a Indicator) -> &'a Indicator {
    let mut node = leaf;
    while let Some(above) = node
        .parent
        .as_deref()
        .and_then(|code| ctx.plan.indicators.get(code))
    {
        node = above;
    }
    node
}

/// The score of a node for a unit.
pub(super) fn node<'a>(ctx: &Context<'a>, code: &str, unit: &str) -> Option<&'a NodeScore> {
    ctx.detail
        .node_scores
        .iter()
        .find(|row| row.code == code && row.unit == unit)
}

/// The value of a node as a table shows it.
pub(super) fn node_value(node: Option<&NodeScore>) -> Value {
    match node {
        Some(node) if node.withheld => Value::Suppressed,
        node => Value::score(node.and_then(|node| node.value)),
    }
}

fn leaf_section(ctx: &Context<'_>, leaf: &Indicator) -> Section {
    let id = format!("leaf-{}", leaf.code.replace('.', "-"));
    let mut section = Section::new(id, leaf.name.get(ctx.lang.code()));
    let Some(own) = node(ctx, &leaf.code, ctx.unit) else {
        return section;
    };
    let county = node(ctx, &leaf.code, ctx.county);
    section.finding(sentence(ctx, leaf, own, county));
    // One perspective alone says no more than the sentence.
    if own.parts.len() < 2 {
        return section;
    }
    let mut columns = vec![
        Column::words(ctx.t("视角", "Perspective"), 2.0),
        Column::figures(ctx.t("占本项", "Share of the item")),
        Column::figures(ctx.t("得分", "Score")),
        Column::figures(ctx.t("标准误", "Standard error")),
        Column::figures(ctx.t("依据数", "Base")),
    ];
    if !ctx.is_county() {
        columns.push(Column::figures(ctx.t("全县得分", "County")));
    }
    let rows = own
        .parts
        .iter()
        .map(|part| {
            let mut cells = vec![
                Value::text(ctx.perspective_name(&part.perspective)),
                Value::Number(part.share, NumberFormat::Percent),
                part_value(ctx, part, Value::score(part.value)),
                // What administration reports is no sample: it has no standard error, not one of 0.
                if part.perspective == ADMIN {
                    Value::Absent
                } else {
                    part_value(ctx, part, Value::number(part.se, NumberFormat::Decimal))
                },
                part_value(ctx, part, Value::count(part.n)),
            ];
            if !ctx.is_county() {
                let beside =
                    county.and_then(|row| row.parts.iter().find(|p| p.perspective == part.perspective));
                cells.push(beside.map_or(Value::Absent, |p| part_value(ctx, p, Value::score(p.value))));
            }
            Row::plain(cells)
        })
        .collect();
    let name = leaf.name.get(ctx.lang.code());
    section.table(Table {
        caption: ctx.lang.pick(
            format!("{name}：各视角得分（0–100分）"),
            format!("{name}: score by perspective, 0–100"),
        ),
        columns,
        rows,
        base: bases::of_records(ctx, own.parts.iter().map(|part| part.perspective.as_str())),
        ..Table::default()
    });
    section
}

/// A part of a leaf, withheld where too few persons stand behind it. Marks and registers are not persons.
fn part_value(ctx: &Context<'_>, part: &NodePart, value: Value) -> Value {
    let of_persons = part.perspective != THIRD_PARTY && part.perspective != ADMIN;
    let hidden = of_persons && !ctx.may_show(part.n);
    // The release empties whatever it withholds, also what would only give another figure away.
    if hidden || part.value.is_none() && part.n == HIDDEN_COUNT {
        Value::Suppressed
    } else {
        value
    }
}

fn sentence(ctx: &Context<'_>, leaf: &Indicator, own: &NodeScore, county: Option<&NodeScore>) -> String {
    let Some(value) = own.value else {
        return String::new();
    };
    let name = leaf.name.get(ctx.lang.code());
    let score = Value::score(Some(value)).show(ctx.lang);
    let interval = match Value::interval(own.lower, own.upper, NumberFormat::Score) {
        Value::Absent => String::new(),
        shown => ctx.lang.pick(
            format!("（{}）", shown.show(ctx.lang)),
            format!(" ({})", shown.show(ctx.lang)),
        ),
    };
    let tail = match county {
        Some(county) if !ctx.is_county() => {
            let (own, county) = (
                Measured::new(own.value, own.se),
                Measured::new(county.value, county.se),
            );
            narrative::against_county(own, county, NumberFormat::Score, ctx.lang).0
        }
        _ => String::new(),
    };
    match (ctx.lang, tail.is_empty()) {
        (Lang::Zh, true) => format!("{name}得{score}分{interval}。"),
        (Lang::Zh, false) => format!("{name}得{score}分{interval}，{tail}。"),
        (Lang::En, true) => format!("{name} scores {score}{interval}."),
        (Lang::En, false) => format!("{name} scores {score}{interval}; {tail}."),
    }
}

fn score_map(ctx: &Context<'_>, leaves: &[&Indicator]) -> HeatMap {
    let scored: Vec<&&Indicator> = leaves.iter().filter(|leaf| leaf.weight > 0.0).collect();
    let rows = ctx
        .units()
        .into_iter()
        .map(|unit| HeatRow {
            label: ctx.unit_name(unit),
            cells: scored
                .iter()
                .map(|leaf| node(ctx, &leaf.code, unit).map_or_else(Point::absent, |row| ctx.node_point(row)))
                .collect(),
            highlighted: unit == ctx.unit,
        })
        .collect();
    HeatMap {
        heading: charts::plain_heading(
            ctx,
            "watched-map",
            ends_of_scores(ctx, &scored),
            ctx.t(
                "0–100分，越高越好；误差见各项表格",
                "0–100, more is better; for errors see the tables",
            )
            .to_owned(),
        ),
        measure: chart::Measure::Score,
        columns: scored
            .iter()
            .map(|leaf| leaf.name.get(ctx.lang.code()).to_owned())
            .collect(),
        rows,
    }
}

/// The areas with the county's highest and lowest score, as the map's title.
fn ends_of_scores(ctx: &Context<'_>, leaves: &[&&Indicator]) -> String {
    let mut scores: Vec<(Measured, &str)> = leaves
        .iter()
        .filter_map(|leaf| {
            let row = node(ctx, &leaf.code, ctx.county)?;
            Some((Measured::new(row.value, row.se)?, leaf.name.get(ctx.lang.code())))
        })
        .collect();
    scores.sort_by(|a, b| b.0.value.total_cmp(&a.0.value));
    let (Some((most, high)), Some((least, low))) = (scores.first(), scores.last()) else {
        return ctx
            .t("各单位重点工作得分", "Scores of the watched areas by unit")
            .to_owned();
    };
    if !narrative::extremes_differ(*most, *least, scores.len()) {
        return ctx
            .t(
                "全县各项重点工作的得分没有可区分的差异",
                "The county's scores in the watched areas cannot be told apart",
            )
            .to_owned();
    }
    let (most, least) = (
        number::number(most.value, NumberFormat::Score),
        number::number(least.value, NumberFormat::Score),
    );
    match ctx.lang {
        Lang::Zh => format!("全县得分最高的是{high}（{most}），最低的是{low}（{least}），差异超出误差"),
        Lang::En => format!(
            "The county scores highest in {high} ({most}) and lowest in {low} ({least}), a difference beyond error"
        ),
    }
}

/// Administrative series that are percentages and have several periods, as lines.
fn admin_trend(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "watched-admin",
        ctx.t("行政数据的变化", "Administrative series over time"),
    );
    let of_unit: Vec<&AdminPoint> = ctx
        .detail
        .admin
        .iter()
        .filter(|row| row.unit == ctx.unit)
        .collect();
    let finest = of_unit.iter().map(|row| row.period.len()).max().unwrap_or(0);
    let mut periods: Vec<&str> = of_unit
        .iter()
        .filter(|row| row.period.len() == finest)
        .map(|row| row.period.as_str())
        .collect();
    periods.sort_unstable();
    periods.dedup();
    let mut codes: Vec<&AdminPoint> = Vec::new();
    for row in &of_unit {
        let percent = row
            .unit_of_measure
            .as_ref()
            .is_some_and(|unit| unit.get("zh").trim() == "%");
        if percent && row.period.len() == finest && !codes.iter().any(|seen| seen.code == row.code) {
            codes.push(row);
        }
    }
    codes.truncate(MOST_SERIES);
    if periods.len() < 2 || codes.is_empty() {
        return section;
    }
    let name = |row: &AdminPoint| {
        row.name
            .as_ref()
            .map_or_else(|| row.code.clone(), |n| n.get(ctx.lang.code()).to_owned())
    };
    let series = codes
        .iter()
        .enumerate()
        .map(|(i, code)| Series {
            label: name(code),
            points: periods
                .iter()
                .map(|period| {
                    let found = of_unit
                        .iter()
                        .find(|row| row.code == code.code && row.period == *period);
                    found.map_or_else(Point::absent, |row| Point::exact(row.value))
                })
                .collect(),
            highlighted: i == 0,
        })
        .collect();
    let shown = |period: Option<&&str>| {
        period
            .map(|period| number::period(period, ctx.lang))
            .unwrap_or_default()
    };
    let (first, last) = (shown(periods.first()), shown(periods.last()));
    let title = ctx.lang.pick(
        format!("{first}至{last}的行政数据"),
        format!("Administrative series, {first} to {last}"),
    );
    let subtitle = ctx.lang.pick(
        format!("{}，各单位上报，未经抽样", ctx.unit_name(ctx.unit)),
        format!("{}, as reported, not from a sample", ctx.unit_name(ctx.unit)),
    );
    let mut heading = charts::heading(ctx, "admin-trend", title, subtitle);
    let drawn: Vec<&AdminPoint> = of_unit
        .iter()
        .filter(|row| codes.iter().any(|code| code.code == row.code))
        .copied()
        .collect();
    heading.foot = sources(ctx, &drawn);
    section.figure(TrendChart {
        heading,
        measure: chart::Measure::Percent,
        periods: periods
            .iter()
            .map(|period| number::period(period, ctx.lang))
            .collect(),
        series,
        from_zero: false,
    });
    section.table(admin_table(ctx, &codes, &periods));
    section
}

/// The registers that the figures come from; their names exist in Chinese only.
fn sources(ctx: &Context<'_>, rows: &[&AdminPoint]) -> String {
    if ctx.lang == Lang::En {
        return "Source: administrative registers of the county.".to_owned();
    }
    let mut sources: Vec<String> = Vec::new();
    for row in rows {
        if !row.source.is_empty() && !sources.contains(&row.source) {
            sources.push(row.source.clone());
        }
    }
    let sources = ctx.list(&sources);
    ctx.lang
        .pick(format!("来源：{sources}。"), format!("Source: {sources}."))
}

fn admin_table(ctx: &Context<'_>, codes: &[&AdminPoint], periods: &[&str]) -> Table {
    let mut columns = vec![Column::words(ctx.t("指标", "Series"), 2.2)];
    columns.extend(
        periods
            .iter()
            .map(|period| Column::figures(number::period(period, ctx.lang))),
    );
    let rows = codes
        .iter()
        .map(|code| {
            let name = code
                .name
                .as_ref()
                .map_or(code.code.as_str(), |name| name.get(ctx.lang.code()));
            let mut cells = vec![Value::text(name)];
            cells.extend(periods.iter().map(|period| {
                let mut of_unit = ctx.detail.admin.iter().filter(|row| row.unit == ctx.unit);
                let found = of_unit.find(|row| row.code == code.code && row.period == **period);
                Value::score(found.map(|row| row.value))
            }));
            Row::plain(cells)
        })
        .collect();
    Table {
        caption: ctx.t("行政数据", "Administrative series").to_owned(),
        unit: Some(ctx.t("单位：%", "in %").to_owned()),
        columns,
        rows,
        ..Table::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::Scope;
    use crate::sample;

    #[test]
    fn leaf_section_of_a_unit_is_told_beside_the_county() {
        let (detail, plan) = (sample::detail(), sample::plan());
        let scope = Scope::Unit(plan.scored_units()[3].code.clone());
        let ctx = Context::new(&detail, None, &plan, &scope, Lang::Zh).unwrap();
        let chapter = section(&ctx);
        assert!(!chapter.sections.is_empty());
        let crate::model::Block::Finding(words) = &chapter.sections[0].blocks[0] else {
            panic!("a finding")
        };
        assert!(words.contains("全县"), "{words}");
    }
}
