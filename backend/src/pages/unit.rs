//! The console's page of one unit: from its grade to the perspectives, the indicators, the questions and how many stand
//! behind them.

use maud::{Markup, html};

use super::layout::SignedIn;
use super::round_page::RoundPage;
use super::table::Table;
use super::units::{ChangeCell, change_cell, disclosure, list};
use super::{Lang, tr};

/// A node of the tree.
#[derive(Clone, Debug, Default)]
pub struct NodeLine {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Whether there is something behind it on this page.
    pub has_details: bool,
    /// Weight in percent.
    pub weight: String,
    /// Value and interval.
    pub value: String,
    /// Interval.
    pub interval: String,
    /// The county's value.
    pub county: String,
    /// Points that it could bring.
    pub gain: String,
    /// Change since the round before; none without one.
    pub change: Option<ChangeCell>,
}

/// A perspective of a leaf, or of the whole score.
#[derive(Clone, Debug)]
pub struct PartLine {
    /// Who.
    pub name: String,
    /// Share.
    pub share: String,
    /// Value.
    pub value: String,
    /// Standard error.
    pub se: String,
    /// Persons, bodies or marks.
    pub n: String,
}

/// A question behind a leaf.
#[derive(Clone, Debug)]
pub struct QuestionLine {
    /// Who was asked.
    pub group: String,
    /// The question.
    pub question: String,
    /// How many answered.
    pub n: String,
    /// Mean, or the commonest answers.
    pub result: String,
}

/// A criterion of the third party.
#[derive(Clone, Debug)]
pub struct CriterionLine {
    /// What is scored.
    pub name: String,
    /// Mean mark of the highest.
    pub mark: String,
    /// Scorers.
    pub scorers: u64,
    /// Largest difference.
    pub range: String,
}

/// A value of an administrative series.
#[derive(Clone, Debug)]
pub struct SeriesLine {
    /// Name of the series.
    pub name: String,
    /// Period.
    pub period: String,
    /// Value.
    pub value: String,
    /// Source.
    pub source: String,
}

/// What stands behind a leaf.
#[derive(Clone, Debug, Default)]
pub struct LeafDetail {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Perspectives.
    pub parts: Vec<PartLine>,
    /// Questions.
    pub questions: Vec<QuestionLine>,
    /// Criteria.
    pub criteria: Vec<CriterionLine>,
    /// Administrative values.
    pub series: Vec<SeriesLine>,
}

/// The page.
#[derive(Clone, Debug, Default)]
pub struct UnitView {
    /// Identifier of the round.
    pub id: String,
    /// Title of the round.
    pub title: String,
    /// Code of the unit.
    pub code: String,
    /// Name of the unit.
    pub name: String,
    /// Whether figures are unsuppressed.
    pub full: bool,
    /// Score with its interval.
    pub score: String,
    /// Rank, best and worst place, number of units; none for the county.
    pub rank: Option<[u32; 4]>,
    /// Grade.
    pub grade: String,
    /// Chance of another grade in a repetition; none for the county.
    pub repeat: Option<String>,
    /// Change of the score; none without a round before.
    pub change: Option<ChangeCell>,
    /// Units that it cannot be told apart from; none for the county.
    pub alike: Option<Vec<String>>,
    /// Chance of each grade.
    pub chances: Vec<(String, String)>,
    /// Perspectives of the whole score.
    pub views: Vec<PartLine>,
    /// The tree.
    pub nodes: Vec<NodeLine>,
    /// What stands behind the leaves.
    pub leaves: Vec<LeafDetail>,
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &UnitView) -> Markup {
    let round = format!("/console/rounds/{}", view.id);
    let (units, path) = (format!("{round}/units"), format!("{round}/units/{}", view.code));
    RoundPage::new(lang, staff, (&view.id, &view.title), (&path, &view.name))
        .within(&[(&units, &tr!(lang, "compare.title"))])
        .render(&html! {
            p.note { (disclosure(lang, view.full)) }
            (facts(lang, view))
            (chances(lang, view))
            (views(lang, view))
            h2 { (tr!(lang, "unit.tree_title")) }
            p.note { (tr!(lang, "unit.tree_note")) }
            (tree(lang, view))
            @if !view.leaves.is_empty() {
                h2 { (tr!(lang, "unit.details_title")) }
                @for leaf in &view.leaves { (behind(lang, leaf)) }
            }
            p { a href=(units) { (tr!(lang, "unit.back")) } }
        })
}

fn facts(lang: Lang, view: &UnitView) -> Markup {
    html! {
        dl.facts {
            div { dt { (tr!(lang, "unit.score")) } dd { (view.score) } }
            @if let Some([rank, lower, upper, all]) = view.rank {
                div {
                    dt { (tr!(lang, "unit.rank")) }
                    dd {
                        @if lower == upper {
                            (tr!(lang, "unit.rank_sure", rank = rank, all = all))
                        } @else {
                            (tr!(lang, "unit.rank_text", rank = rank, lower = lower, upper = upper, all = all))
                        }
                    }
                }
            }
            div { dt { (tr!(lang, "round.grade")) } dd { (view.grade) } }
            @if let Some(repeat) = &view.repeat {
                div { dt { (tr!(lang, "compare.repeat")) } dd { (repeat) } }
            }
            @if let Some(change) = &view.change {
                div { dt { (tr!(lang, "unit.change")) } dd { (change_cell(lang, change)) } }
            }
            @if let Some(alike) = &view.alike {
                div {
                    dt { (tr!(lang, "unit.alike")) }
                    dd {
                        @if alike.is_empty() { (tr!(lang, "unit.alike_none")) } @else { (list(lang, alike)) }
                    }
                }
            }
        }
    }
}

fn chances(lang: Lang, view: &UnitView) -> Markup {
    let table = Table::new("chances", tr!(lang, "unit.chances_title"), &view.chances)
        .hidden_caption()
        .head(tr!(lang, "round.grade"), |(grade, _)| grade)
        .num(tr!(lang, "unit.chance"), |(_, chance)| chance);
    html! {
        @if !view.chances.is_empty() {
            h2 { (tr!(lang, "unit.chances_title")) }
            p.note { (tr!(lang, "unit.chances_note")) }
            (table.scrolling(lang))
        }
    }
}

fn views(lang: Lang, view: &UnitView) -> Markup {
    let table = Table::new("views", tr!(lang, "unit.views_title"), &view.views)
        .hidden_caption()
        .head(tr!(lang, "unit.view"), |part| &part.name)
        .num(tr!(lang, "unit.share"), |part| &part.share)
        .num(tr!(lang, "unit.value"), |part| &part.value);
    html! {
        @if !view.views.is_empty() {
            h2 { (tr!(lang, "unit.views_title")) }
            p.note { (tr!(lang, "unit.views_note")) }
            (table.scrolling(lang))
        }
    }
}

/// The address of a leaf's details on the page.
fn anchor(code: &str) -> String {
    format!("leaf-{}", code.replace('.', "-"))
}

fn tree(lang: Lang, view: &UnitView) -> Markup {
    let compared = view.nodes.iter().any(|node| node.change.is_some());
    Table::new("tree", tr!(lang, "unit.tree_title"), &view.nodes)
        .hidden_caption()
        .pinned()
        .head(tr!(lang, "unit.node"), |node| {
            html! {
                @if node.has_details {
                    a href={ "#" (anchor(&node.code)) } { (node.code) " " (node.name) }
                } @else { strong { (node.code) " " (node.name) } }
            }
        })
        .num(tr!(lang, "unit.weight"), |node| &node.weight)
        .num(tr!(lang, "unit.value"), |node| &node.value)
        .num(tr!(lang, "round.interval"), |node| &node.interval)
        .num(tr!(lang, "unit.county"), |node| &node.county)
        .num(tr!(lang, "unit.gain"), |node| &node.gain)
        .when(compared, |table| {
            table.text(tr!(lang, "unit.change"), |node| {
                change_cell(lang, node.change.as_ref().unwrap_or(&ChangeCell::None))
            })
        })
        .scrolling(lang)
}

fn behind(lang: Lang, leaf: &LeafDetail) -> Markup {
    let id = anchor(&leaf.code);
    html! {
        h3 #(id) tabindex="-1" { (leaf.code) " " (leaf.name) }
        (parts(lang, &id, leaf))
        @if !leaf.questions.is_empty() {
            details {
                summary { (caption(leaf, &tr!(lang, "unit.questions"))) }
                (questions(lang, &id, leaf))
            }
        }
        @if !leaf.criteria.is_empty() {
            details {
                summary { (caption(leaf, &tr!(lang, "unit.criteria"))) }
                (criteria(lang, &id, leaf))
            }
        }
        @if !leaf.series.is_empty() {
            details {
                summary { (caption(leaf, &tr!(lang, "unit.series"))) }
                (series(lang, &id, leaf))
            }
        }
    }
}

/// What a table shows, and of which leaf.
fn caption(leaf: &LeafDetail, what: &str) -> String {
    format!("{} {} · {what}", leaf.code, leaf.name)
}

fn parts(lang: Lang, id: &str, leaf: &LeafDetail) -> Markup {
    let what = tr!(lang, "unit.perspective");
    Table::new(format!("{id}-parts"), caption(leaf, &what), &leaf.parts)
        .hidden_caption()
        .head(&*what, |part| &part.name)
        .num(tr!(lang, "unit.shared_part"), |part| &part.share)
        .num(tr!(lang, "unit.value"), |part| &part.value)
        .num(tr!(lang, "unit.se"), |part| &part.se)
        .num(tr!(lang, "unit.n"), |part| &part.n)
        .scrolling(lang)
}

fn questions(lang: Lang, id: &str, leaf: &LeafDetail) -> Markup {
    Table::new(
        format!("{id}-questions"),
        caption(leaf, &tr!(lang, "unit.questions")),
        &leaf.questions,
    )
    .hidden_caption()
    .text(tr!(lang, "round.group"), |line| &line.group)
    .head_in("ask", tr!(lang, "unit.question"), |line| &line.question)
    .num(tr!(lang, "unit.answers"), |line| &line.n)
    .text_in("ask", tr!(lang, "unit.result"), |line| &line.result)
    .scrolling(lang)
}

fn criteria(lang: Lang, id: &str, leaf: &LeafDetail) -> Markup {
    Table::new(
        format!("{id}-criteria"),
        caption(leaf, &tr!(lang, "unit.criteria")),
        &leaf.criteria,
    )
    .hidden_caption()
    .head_in("ask", tr!(lang, "unit.criterion"), |line| &line.name)
    .num(tr!(lang, "unit.mark"), |line| &line.mark)
    .num(tr!(lang, "unit.scorers"), |line| line.scorers)
    .num(tr!(lang, "unit.range"), |line| &line.range)
    .scrolling(lang)
}

fn series(lang: Lang, id: &str, leaf: &LeafDetail) -> Markup {
    let name = tr!(lang, "unit.series");
    Table::new(format!("{id}-series"), caption(leaf, &name), &leaf.series)
        .hidden_caption()
        .head(&*name, |line| &line.name)
        .text(tr!(lang, "unit.period"), |line| &line.period)
        .num(tr!(lang, "unit.value"), |line| &line.value)
        .text(tr!(lang, "unit.source"), |line| &line.source)
        .scrolling(lang)
}
