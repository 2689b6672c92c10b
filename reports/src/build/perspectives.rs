//! Chapter: the same item seen by residents, relatives, grassroots bodies, the third party and the registers.

use analysis::plan::{ADMIN, Indicator, PERSONS, THIRD_PARTY};
use analysis::results::{NodePart, NodeScore};

use super::charts;
use super::context::Context;
use super::release::HIDDEN_COUNT;
use super::watched::node;
use crate::chart::{self, HeatMap, HeatRow, Point};
use crate::model::{Column, Lang, Movement, Row, Section, Table};
use crate::narrative::{self, Measured};
use crate::number::{self, NumberFormat, Value};

/// How many differences the finding names.
const NAMED: usize = 3;

/// The chapter; empty where no item is seen from two sides.
pub(super) fn section(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("perspectives", ctx.t("各评价主体的看法", "Perspectives"));
    let nodes: Vec<(&Indicator, &NodeScore)> = ctx
        .plan
        .indicators
        .leaves()
        .filter(|leaf| leaf.weight > 0.0)
        .filter_map(|leaf| Some((leaf, node(ctx, &leaf.code, ctx.unit)?)))
        .filter(|(_, node)| node.parts.len() > 1)
        .collect();
    let views = views(ctx, &nodes);
    if nodes.is_empty() || views.len() < 2 {
        return section;
    }
    let sentence = sentence(ctx, &nodes);
    section.paragraph(ctx.t(
        "同一项工作由不同的人从不同的位置来看。下面把各主体对同一指标的得分（0–100分）并排列出；问的题目不完全相同，差异先看是否超出误差，再看为什么。",
        "The same work is seen from different places. Scores of the same indicator, 0–100, stand side by side by perspective. The questions are not quite the same: look first whether a difference is more than error, then why.",
    ));
    section.finding(sentence.clone());
    section.figure(HeatMap {
        heading: charts::plain_heading(
            ctx,
            "perspectives-map",
            sentence.trim_end_matches(['。', '.']).to_owned(),
            ctx.lang.pick(
                format!("{}，0–100分，越高越好", ctx.unit_name(ctx.unit)),
                format!("{}, 0–100, more is better", ctx.unit_name(ctx.unit)),
            ),
        ),
        measure: chart::Measure::Score,
        columns: views.iter().map(|view| ctx.perspective_name(view)).collect(),
        rows: nodes
            .iter()
            .map(|(leaf, node)| HeatRow {
                label: leaf.name.get(ctx.lang.code()).to_owned(),
                cells: views.iter().map(|view| point(part(node, view))).collect(),
                highlighted: false,
            })
            .collect(),
    });
    section.table(table(ctx, &nodes, &views));
    section
}

/// The perspectives that any of the items has, residents first, registers last.
fn views(ctx: &Context<'_>, nodes: &[(&Indicator, &NodeScore)]) -> Vec<String> {
    let groups = ctx.plan.groups.iter().map(|group| group.code.as_str());
    let order = std::iter::once(PERSONS).chain(groups).chain([THIRD_PARTY, ADMIN]);
    order
        .filter(|view| nodes.iter().any(|(_, node)| part(node, view).is_some()))
        .map(str::to_owned)
        .collect()
}

fn part<'n>(node: &'n NodeScore, view: &str) -> Option<&'n NodePart> {
    node.parts.iter().find(|part| part.perspective == view)
}

fn is_withheld(part: &NodePart) -> bool {
    part.value.is_none() && part.n == HIDDEN_COUNT
}

fn point(part: Option<&NodePart>) -> Point {
    match part {
        Some(part) if is_withheld(part) => Point::suppressed(),
        Some(part) => part.value.map_or_else(Point::absent, Point::exact),
        None => Point::absent(),
    }
}

/// Two perspectives of one item that differ by more than error.
struct Gap {
    size: f64,
    words: String,
}

/// The widest differences between perspectives that are more than error, all of them looked at together.
fn sentence(ctx: &Context<'_>, nodes: &[(&Indicator, &NodeScore)]) -> String {
    let mut pairs = Vec::new();
    for (leaf, node) in nodes {
        let measured: Vec<(&NodePart, Measured)> = node
            .parts
            .iter()
            .filter(|part| part.perspective != ADMIN && part.se.is_some())
            .filter_map(|part| Some((part, Measured::new(part.value, part.se)?)))
            .collect();
        for (at, first) in measured.iter().enumerate() {
            for second in &measured[at + 1..] {
                pairs.push((leaf, *first, *second));
            }
        }
    }
    let all = pairs.len();
    let mut gaps: Vec<Gap> = pairs
        .into_iter()
        .filter_map(|(leaf, first, second)| {
            let (high, low) = match narrative::movement_among(first.1, second.1, all) {
                Movement::Up => (first, second),
                Movement::Down => (second, first),
                Movement::Unclear | Movement::Unknown => return None,
            };
            let size = high.1.value - low.1.value;
            Some(Gap {
                size,
                words: gap_words(ctx, leaf, high.0, low.0, size),
            })
        })
        .collect();
    gaps.sort_by(|a, b| b.size.total_cmp(&a.size));
    let found = gaps.len();
    let named: Vec<String> = gaps.into_iter().take(NAMED).map(|gap| gap.words).collect();
    if all == 0 {
        return String::new();
    }
    match (ctx.lang, found) {
        (Lang::Zh, 0) => format!("各主体两两比较{all}对，没有一对的差异超出误差。"),
        (Lang::En, 0) => format!("Of {all} pairs of perspectives none differs by more than error."),
        (Lang::Zh, _) => {
            let named = named.join("；");
            format!("各主体两两比较{all}对，{found}对的差异超出误差，差得最多的是：{named}。")
        }
        (Lang::En, _) => {
            let named = named.join("; ");
            format!("Of {all} pairs of perspectives, {found} differ by more than error, most of all {named}.")
        }
    }
}

fn gap_words(ctx: &Context<'_>, leaf: &Indicator, high: &NodePart, low: &NodePart, size: f64) -> String {
    let name = leaf.name.get(ctx.lang.code());
    let (high, low) = (
        ctx.perspective_name(&high.perspective),
        ctx.perspective_name(&low.perspective),
    );
    let size = number::magnitude(size, NumberFormat::Score);
    match ctx.lang {
        Lang::Zh => format!("{name}一项{high}比{low}高{size}分"),
        Lang::En => format!("in “{name}” {high} stand {size} points above {low}"),
    }
}

fn table(ctx: &Context<'_>, nodes: &[(&Indicator, &NodeScore)], views: &[String]) -> Table {
    let mut columns = vec![Column::words(ctx.t("指标", "Indicator"), 2.0)];
    for view in views {
        columns.push(Column::figures(ctx.perspective_name(view)));
        if view != ADMIN {
            columns.push(Column::figures(ctx.t("标准误", "SE")));
        }
    }
    let rows = nodes
        .iter()
        .map(|(leaf, node)| {
            let mut cells = vec![Value::text(leaf.name.get(ctx.lang.code()))];
            for view in views {
                let part = part(node, view);
                let shown = |value: Option<f64>, format| match part {
                    Some(part) if is_withheld(part) => Value::Suppressed,
                    _ => Value::number(value, format),
                };
                cells.push(shown(part.and_then(|part| part.value), NumberFormat::Score));
                if view != ADMIN {
                    cells.push(shown(part.and_then(|part| part.se), NumberFormat::Decimal));
                }
            }
            Row::plain(cells)
        })
        .collect();
    Table {
        caption: ctx
            .t(
                "各指标得分，按评价主体（0–100分）",
                "Indicators by perspective, 0–100",
            )
            .to_owned(),
        columns,
        rows,
        ..Table::default()
    }
}
