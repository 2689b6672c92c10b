//! The page beside the annual report: what a leader of one unit reads in a minute, on one sheet of A4.
//!
//! It says nothing that the unit's report does not say: the same three numbers, the same sentences, the score by
//! group of indicators beside the county's, the services with the widest gaps, and what to do first.

use analysis::plan::PERSONS;

use super::context::Context;
use super::{bases, benefit, comparison, follow_up, method, watched};
use crate::model::{Block, Column, Lang, Row, Section, Table};
use crate::narrative::{self, Measured};
use crate::number::{self, NumberFormat, Value};

/// Points that fit the page and a memory.
const MOST_POINTS: usize = 3;

/// The parts of the page, without numbers.
pub(super) fn sections(ctx: &Context<'_>) -> Vec<Section> {
    vec![glance(ctx), parts(ctx), services(ctx), next(ctx)]
}

fn glance(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("brief", ctx.t("总体情况", "At a glance"));
    section.push(Block::Headlines);
    section.finding(comparison::place_sentence(ctx));
    section.paragraph(carries(ctx));
    section
}

/// How many answered and how far that carries.
fn carries(ctx: &Context<'_>) -> String {
    let base = ctx.base_line(PERSONS, ctx.unit).unwrap_or_default();
    let Some(rate) = method::persons_rate(ctx, ctx.unit) else {
        return base;
    };
    let shown = number::number(rate, NumberFormat::Percent);
    let low = rate < narrative::LOW_RESPONSE;
    let words = match (ctx.lang, low) {
        (Lang::Zh, false) => format!("残疾人应答率{shown}。区间只反映抽样误差。"),
        (Lang::Zh, true) => format!("残疾人应答率{shown}，低于50%：区间不包括未应答者可能不同的影响。"),
        (Lang::En, false) => {
            format!("Response rate of residents {shown}; intervals cover sampling error only.")
        }
        (Lang::En, true) => format!(
            "Response rate of residents {shown}, below 50%: intervals do not cover what those who stayed silent would have said."
        ),
    };
    format!("{base}{}{words}", ctx.lang.pick("", " "))
}

/// The groups of indicators beside the county's.
fn parts(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("brief-parts", ctx.t("各项得分", "Scores"));
    let tops: Vec<_> = ctx
        .plan
        .indicators
        .children(None)
        .filter(|top| top.weight > 0.0)
        .collect();
    let mut rows: Vec<Row> = tops
        .iter()
        .filter_map(|top| {
            let own = watched::node(ctx, &top.code, ctx.unit)?;
            let name = top.name.get(ctx.lang.code());
            let mut cells = vec![
                Value::text(name),
                Value::Number(own.weight, NumberFormat::Weight),
                ctx.node_value(own),
                ctx.node_interval(own),
            ];
            cells.extend(beside_county(
                ctx,
                Measured::new(own.value, own.se),
                watched::node(ctx, &top.code, ctx.county).map(|row| (row.value, row.se)),
            ));
            Some(Row::plain(cells))
        })
        .collect();
    if let Some(own) = ctx.detail.score(ctx.unit).filter(|_| !rows.is_empty()) {
        let mut cells = vec![
            Value::text(ctx.t("综合得分", "Score")),
            Value::Number(100.0, NumberFormat::Weight),
            Value::score(own.score),
            Value::interval(own.lower, own.upper, NumberFormat::Score),
        ];
        cells.extend(beside_county(
            ctx,
            Measured::new(own.score, own.se),
            ctx.detail.score(ctx.county).map(|row| (row.score, row.se)),
        ));
        rows.insert(0, Row::strong(cells));
    }
    if rows.is_empty() {
        return section;
    }
    let mut columns = vec![
        Column::words(ctx.t("指标", "Indicator"), 1.6),
        Column::figures(ctx.t("权重", "Weight")),
        Column::figures(ctx.t("得分", "Score")),
        Column::intervals(ctx.t("95%置信区间", "95% interval")),
    ];
    if !ctx.is_county() {
        columns.push(Column::figures(ctx.t("全县", "County")));
        columns.push(Column::words(ctx.t("与全县相比", "Against the county"), 2.4));
    }
    section.table(Table {
        caption: ctx
            .t("综合得分与一级指标得分（0–100分）", "Score and its parts, 0–100")
            .to_owned(),
        columns,
        rows,
        base: bases::of_scores(ctx),
        ..Table::default()
    });
    section
}

/// The county's value and how the unit's stands to it; nothing in the county's own page.
fn beside_county(
    ctx: &Context<'_>,
    own: Option<Measured>,
    county: Option<(Option<f64>, Option<f64>)>,
) -> Vec<Value> {
    if ctx.is_county() {
        return Vec::new();
    }
    let (value, se) = county.unwrap_or_default();
    let (words, _) = narrative::against_county(own, Measured::new(value, se), NumberFormat::Score, ctx.lang);
    vec![Value::score(value), Value::text(words)]
}

fn services(ctx: &Context<'_>) -> Section {
    let mut section = Section::new(
        "brief-services",
        ctx.t("服务的需要与得到", "Services needed and received"),
    );
    section.finding(benefit::ladder_sentence(ctx));
    let ladder = benefit::short_ladder_chart(ctx, "brief-ladder");
    if !ladder.steps.is_empty() {
        section.figure(ladder);
    }
    section
}

fn next(ctx: &Context<'_>) -> Section {
    let mut section = Section::new("brief-next", ctx.t("先做什么", "What to do first"));
    let items: Vec<String> = follow_up::points(ctx).into_iter().take(MOST_POINTS).collect();
    if !items.is_empty() {
        section.push(Block::List { ordered: true, items });
    }
    section
}
