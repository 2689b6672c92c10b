//! The console's page of one unit: from its grade to the perspectives, the indicators, the questions and how many stand
//! behind them.

use maud::{Markup, html};

use super::layout::{ConsoleFrame, SignedIn, console, crumbs};
use super::office::scrolling;
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
    let frame = ConsoleFrame {
        lang,
        title: &view.name,
        has_error: false,
        path: &path,
        staff: Some(staff),
    };
    console(
        frame,
        &html! {
            (crumbs(lang, &[(&round, &view.title), (&units, &tr!(lang, "compare.title"))]))
            h1 { (view.name) }
            p.note { (disclosure(lang, view.full)) }
            (facts(lang, view))
            (chances(lang, view))
            (views(lang, view))
            h2 { (tr!(lang, "unit.tree_title")) }
            p.note { (tr!(lang, "unit.tree_note")) }
            (scrolling(lang, "tree", &tree(lang, view)))
            @if !view.leaves.is_empty() {
                h2 { (tr!(lang, "unit.details_title")) }
                @for leaf in &view.leaves { (behind(lang, leaf)) }
            }
            p { a href=(units) { (tr!(lang, "unit.back")) } }
        },
    )
}

fn facts(lang: Lang, view: &UnitView) -> Markup {
    html! {
        dl.facts {
            div { dt { (tr!(lang, "unit.score")) } dd { (view.score) } }
            @if let Some([rank, lower, upper, all]) = view.rank {
                div {
                    dt { (tr!(lang, "unit.rank")) }
                    dd { (tr!(lang, "unit.rank_text", rank = rank, lower = lower, upper = upper, all = all)) }
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
    let table = html! {
        table {
            caption #chances .hidden { (tr!(lang, "unit.chances_title")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "round.grade")) }
                    th.num scope="col" { (tr!(lang, "unit.chance")) }
                }
            }
            tbody {
                @for (grade, chance) in &view.chances {
                    tr { th scope="row" { (grade) } td.num { (chance) } }
                }
            }
        }
    };
    html! {
        @if !view.chances.is_empty() {
            h2 { (tr!(lang, "unit.chances_title")) }
            p.note { (tr!(lang, "unit.chances_note")) }
            (scrolling(lang, "chances", &table))
        }
    }
}

fn views(lang: Lang, view: &UnitView) -> Markup {
    let table = html! {
        table {
            caption #views .hidden { (tr!(lang, "unit.views_title")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "unit.view")) }
                    th.num scope="col" { (tr!(lang, "unit.share")) }
                    th.num scope="col" { (tr!(lang, "unit.value")) }
                }
            }
            tbody {
                @for part in &view.views {
                    tr { th scope="row" { (part.name) } td.num { (part.share) } td.num { (part.value) } }
                }
            }
        }
    };
    html! {
        @if !view.views.is_empty() {
            h2 { (tr!(lang, "unit.views_title")) }
            p.note { (tr!(lang, "unit.views_note")) }
            (scrolling(lang, "views", &table))
        }
    }
}

/// The address of a leaf's details on the page.
fn anchor(code: &str) -> String {
    format!("leaf-{}", code.replace('.', "-"))
}

fn tree(lang: Lang, view: &UnitView) -> Markup {
    let compared = view.nodes.iter().any(|node| node.change.is_some());
    html! {
        table.pinned {
            caption #tree .hidden { (tr!(lang, "unit.tree_title")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "unit.node")) }
                    th.num scope="col" { (tr!(lang, "unit.weight")) }
                    th.num scope="col" { (tr!(lang, "unit.value")) }
                    th.num scope="col" { (tr!(lang, "round.interval")) }
                    th.num scope="col" { (tr!(lang, "unit.county")) }
                    th.num scope="col" { (tr!(lang, "unit.gain")) }
                    @if compared { th scope="col" { (tr!(lang, "unit.change")) } }
                }
            }
            tbody {
                @for node in &view.nodes {
                    tr {
                        th scope="row" {
                            @if node.has_details {
                                a href={ "#" (anchor(&node.code)) } { (node.code) " " (node.name) }
                            } @else { strong { (node.code) " " (node.name) } }
                        }
                        td.num { (node.weight) }
                        td.num { (node.value) }
                        td.num { (node.interval) }
                        td.num { (node.county) }
                        td.num { (node.gain) }
                        @if compared {
                            td { (change_cell(lang, node.change.as_ref().unwrap_or(&ChangeCell::None))) }
                        }
                    }
                }
            }
        }
    }
}

fn behind(lang: Lang, leaf: &LeafDetail) -> Markup {
    let id = anchor(&leaf.code);
    html! {
        h3 #(id) tabindex="-1" { (leaf.code) " " (leaf.name) }
        (scrolling(lang, &format!("{id}-parts"), &parts(lang, &id, leaf)))
        @if !leaf.questions.is_empty() {
            details {
                summary { (caption(leaf, &tr!(lang, "unit.questions"))) }
                (scrolling(lang, &format!("{id}-questions"), &questions(lang, &id, leaf)))
            }
        }
        @if !leaf.criteria.is_empty() {
            details {
                summary { (caption(leaf, &tr!(lang, "unit.criteria"))) }
                (scrolling(lang, &format!("{id}-criteria"), &criteria(lang, &id, leaf)))
            }
        }
        @if !leaf.series.is_empty() {
            details {
                summary { (caption(leaf, &tr!(lang, "unit.series"))) }
                (scrolling(lang, &format!("{id}-series"), &series(lang, &id, leaf)))
            }
        }
    }
}

/// What a table shows, and of which leaf.
fn caption(leaf: &LeafDetail, what: &str) -> String {
    format!("{} {} · {what}", leaf.code, leaf.name)
}

fn parts(lang: Lang, id: &str, leaf: &LeafDetail) -> Markup {
    html! {
        table {
            caption.hidden id={ (id) "-parts" } { (caption(leaf, &tr!(lang, "unit.perspective"))) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "unit.perspective")) }
                    th.num scope="col" { (tr!(lang, "unit.shared_part")) }
                    th.num scope="col" { (tr!(lang, "unit.value")) }
                    th.num scope="col" { (tr!(lang, "unit.se")) }
                    th.num scope="col" { (tr!(lang, "unit.n")) }
                }
            }
            tbody {
                @for part in &leaf.parts {
                    tr {
                        th scope="row" { (part.name) }
                        td.num { (part.share) }
                        td.num { (part.value) }
                        td.num { (part.se) }
                        td.num { (part.n) }
                    }
                }
            }
        }
    }
}

fn questions(lang: Lang, id: &str, leaf: &LeafDetail) -> Markup {
    html! {
        table {
            caption.hidden id={ (id) "-questions" } { (caption(leaf, &tr!(lang, "unit.questions"))) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "round.group")) }
                    th scope="col" { (tr!(lang, "unit.question")) }
                    th.num scope="col" { (tr!(lang, "unit.answers")) }
                    th scope="col" { (tr!(lang, "unit.result")) }
                }
            }
            tbody {
                @for line in &leaf.questions {
                    tr {
                        td { (line.group) }
                        th.ask scope="row" { (line.question) }
                        td.num { (line.n) }
                        td.ask { (line.result) }
                    }
                }
            }
        }
    }
}

fn criteria(lang: Lang, id: &str, leaf: &LeafDetail) -> Markup {
    html! {
        table {
            caption.hidden id={ (id) "-criteria" } { (caption(leaf, &tr!(lang, "unit.criteria"))) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "unit.criterion")) }
                    th.num scope="col" { (tr!(lang, "unit.mark")) }
                    th.num scope="col" { (tr!(lang, "unit.scorers")) }
                    th.num scope="col" { (tr!(lang, "unit.range")) }
                }
            }
            tbody {
                @for line in &leaf.criteria {
                    tr {
                        th.ask scope="row" { (line.name) }
                        td.num { (line.mark) }
                        td.num { (line.scorers) }
                        td.num { (line.range) }
                    }
                }
            }
        }
    }
}

fn series(lang: Lang, id: &str, leaf: &LeafDetail) -> Markup {
    html! {
        table {
            caption.hidden id={ (id) "-series" } { (caption(leaf, &tr!(lang, "unit.series"))) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "unit.series")) }
                    th scope="col" { (tr!(lang, "unit.period")) }
                    th.num scope="col" { (tr!(lang, "unit.value")) }
                    th scope="col" { (tr!(lang, "unit.source")) }
                }
            }
            tbody {
                @for line in &leaf.series {
                    tr {
                        th scope="row" { (line.name) }
                        td { (line.period) }
                        td.num { (line.value) }
                        td { (line.source) }
                    }
                }
            }
        }
    }
}
