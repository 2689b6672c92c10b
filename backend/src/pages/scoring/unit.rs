//! A unit's cards beside each other, once all of them are sealed; approval of each exact state, and giving back.

use maud::{Markup, html};
use uuid::Uuid;

use super::super::layout::{Fault, SignedIn, csrf};
use super::super::marking::card::{FileLine, file_words};
use super::super::office::FieldFault;
use super::super::round_page::RoundPage;
use super::super::table::Table;
use super::super::{Lang, tr, words};
use super::base;

/// What one scorer gave to a criterion.
#[derive(Clone, Debug)]
pub struct Given {
    /// Name of the scorer.
    pub scorer: String,
    /// The mark; none where the card does not have the criterion.
    pub mark: Option<f64>,
    /// The remark.
    pub comment: String,
    /// Files.
    pub files: Vec<FileLine>,
}

/// A criterion with all that was given.
#[derive(Clone, Debug)]
pub struct CriterionLine {
    /// Code.
    pub code: String,
    /// What is judged.
    pub name: String,
    /// Highest mark.
    pub max_score: f64,
    /// Whether the first scorers lie further apart than the limit.
    pub differs: bool,
    /// By card.
    pub given: Vec<Given>,
}

/// A card, to be approved or given back.
#[derive(Clone, Debug)]
pub struct CardLine {
    /// Identifier.
    pub id: Uuid,
    /// Name of the scorer.
    pub scorer: String,
    /// As a third scorer.
    pub third: bool,
    /// When it was sealed.
    pub sealed: String,
    /// Hash of the state.
    pub hash: String,
    /// Who approved this state, and when.
    pub approved: Option<(String, String)>,
    /// Earlier seals: when, and why they were given back.
    pub earlier: Vec<(String, String)>,
}

/// What may be shown.
#[derive(Clone, Debug)]
pub enum Shown {
    /// Nothing yet: cards, and how many of them are sealed.
    Closed {
        /// Cards.
        cards: usize,
        /// Sealed ones.
        sealed: usize,
    },
    /// Only on which criteria the first scorers differ: codes and names.
    Differing(Vec<(String, String)>),
    /// Everything.
    Open {
        /// Criteria.
        criteria: Vec<CriterionLine>,
        /// Cards.
        cards: Vec<CardLine>,
    },
}

/// The page.
#[derive(Clone, Debug)]
pub struct UnitPage {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// Code of the unit.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What the last act did.
    pub done: Option<String>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Whether the role may approve and give back.
    pub may_manage: bool,
    /// What may be shown.
    pub shown: Shown,
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &UnitPage) -> Markup {
    let title = tr!(lang, "scoring.unit_title", unit = view.name);
    let path = format!("{}/units/{}", base(&view.round), view.code);
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title))
        .within(&[(&base(&view.round), &tr!(lang, "scoring.title"))])
        .faults(&view.faults)
        .done(view.done.as_deref())
        .render(&html! {
            @match &view.shown {
                Shown::Closed { cards, sealed } => {
                    p.lead { (tr!(lang, "scoring.sealed_count", sealed = sealed, cards = cards)) }
                    p { (tr!(lang, "scoring.closed")) }
                }
                Shown::Differing(criteria) => {
                    p.warning { (tr!(lang, "scoring.differing")) }
                    ul { @for (code, name) in criteria { li { (code) "　" (name) } } }
                    p { (tr!(lang, "scoring.differing_why")) }
                }
                Shown::Open { criteria, cards } => {
                    (marks(lang, criteria))
                    h2 { (tr!(lang, "scoring.remarks")) }
                    @for criterion in criteria { (remarks(lang, view, criterion)) }
                    @for card in cards { (one_card(lang, staff, view, &path, card)) }
                }
            }
        })
}

fn marks(lang: Lang, criteria: &[CriterionLine]) -> Markup {
    let scorers: Vec<&str> = criteria
        .first()
        .map(|criterion| {
            criterion
                .given
                .iter()
                .map(|given| given.scorer.as_str())
                .collect()
        })
        .unwrap_or_default();
    Table::new("marks", tr!(lang, "scoring.marks"), criteria)
        .pinned()
        .head(tr!(lang, "scoring.criterion"), |criterion| &criterion.code)
        .cells(scorers, true, |criterion| {
            html! {
                @for given in &criterion.given {
                    td.num { @match given.mark { Some(mark) => (mark), None => "–" } }
                }
            }
        })
        .num(tr!(lang, "scoring.highest"), |criterion| criterion.max_score)
        .text(
            tr!(lang, "scoring.difference"),
            |criterion| html! { @if criterion.differs { span.low { (tr!(lang, "scoring.beyond")) } } },
        )
        .scrolling(lang)
}

fn remarks(lang: Lang, view: &UnitPage, criterion: &CriterionLine) -> Markup {
    let href = |file: &FileLine| format!("{}/evidence/{}/download", base(&view.round), file.id);
    html! {
        section.entry aria-label=(criterion.name) {
            p { strong { (criterion.code) "　" (criterion.name) } }
            ul.thread {
                @for given in criterion.given.iter().filter(|given| given.mark.is_some()) {
                    li {
                        p {
                            span.quiet { (given.scorer) } "　"
                            @if let Some(mark) = given.mark { strong.num { (mark) } }
                        }
                        @if !given.comment.is_empty() {
                            p lang=[words::tongue(lang, &given.comment)] { (given.comment) }
                        }
                        @for file in &given.files { a.file href=(href(file)) { (file_words(lang, file)) } }
                    }
                }
            }
        }
    }
}

fn one_card(lang: Lang, staff: &SignedIn, view: &UnitPage, path: &str, card: &CardLine) -> Markup {
    let field = format!("reason-{}", card.id);
    let fault = FieldFault::of(&view.faults, &field);
    let id = format!("card-{}", card.id);
    let stale = FieldFault::of(&view.faults, &id);
    html! {
        section aria-labelledby=(id) {
            h2 #(id) {
                (card.scorer) @if card.third { " · " (tr!(lang, "marking.third")) }
            }
            (stale.message())
            dl.facts {
                div { dt { (tr!(lang, "scoring.sealed_at")) } dd { (card.sealed) } }
                div { dt { (tr!(lang, "scoring.state_hash")) } dd { code.hash { (card.hash) } } }
                div {
                    dt { (tr!(lang, "scoring.approval")) }
                    dd {
                        @match &card.approved {
                            Some((by, at)) => (tr!(lang, "scoring.approved_by", by = by, at = at)),
                            None => strong { (tr!(lang, "scoring.not_approved")) },
                        }
                    }
                }
                @for (at, reason) in &card.earlier {
                    div {
                        dt { (tr!(lang, "scoring.earlier")) }
                        dd { (at) " · " span lang=[words::tongue(lang, reason)] { (reason) } }
                    }
                }
            }
            @if view.may_manage {
                @if card.approved.is_none() {
                    form method="post" action=(path) {
                        (csrf(&staff.csrf))
                        input type="hidden" name="card" value=(card.id);
                        input type="hidden" name="hash" value=(card.hash);
                        button.main type="submit" name="go" value="approve" { (tr!(lang, "scoring.approve")) }
                    }
                }
                details open[fault.is_some()] {
                    summary { (tr!(lang, "scoring.give_back")) }
                    p { (tr!(lang, "scoring.give_back_lead")) }
                    form method="post" action=(path) novalidate {
                        (csrf(&staff.csrf))
                        input type="hidden" name="card" value=(card.id);
                        div.field {
                            label for=(field) { (tr!(lang, "scoring.reason")) }
                            (fault.message())
                            input #(field) type="text" name="reason" maxlength="300" required autocomplete="off"
                                aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)];
                        }
                        button type="submit" name="go" value="return" { (tr!(lang, "scoring.give_back_go")) }
                    }
                }
            }
        }
    }
}
