//! An evaluator's pages: the own units, the declaration of conflicts, the score card, the own log.

use maud::{Markup, html};

use super::layout::{ConsoleFrame, SignedIn, console, crumbs};
use super::round_page::RoundPage;
use super::table::Table;
use super::{Lang, tr};
use crate::scoring::people::ConflictKind;

pub mod card;
pub mod declaration;

/// Where an evaluator's pages of a round are.
pub fn base(round: &str) -> String {
    format!("/console/rounds/{round}/marking")
}

/// What a kind of conflict is called.
pub fn kind(lang: Lang, kind: ConflictKind) -> String {
    match kind {
        ConflictKind::Unit => tr!(lang, "marking.kind_unit"),
        ConflictKind::Institution => tr!(lang, "marking.kind_institution"),
        ConflictKind::Relatives => tr!(lang, "marking.kind_relatives"),
        ConflictKind::PastPost => tr!(lang, "marking.kind_past_post"),
        ConflictKind::Employer => tr!(lang, "marking.kind_employer"),
        ConflictKind::Household => tr!(lang, "marking.kind_household"),
    }
    .into_owned()
}

/// The own card of a unit.
#[derive(Clone, Debug)]
pub struct CardLine {
    /// Address of the card.
    pub href: String,
    /// Name of the unit.
    pub unit: String,
    /// As a third scorer.
    pub third: bool,
    /// Criteria on it.
    pub criteria: usize,
    /// Those with a mark.
    pub marked: usize,
    /// When it was sealed.
    pub sealed: Option<String>,
}

/// The list of own units.
#[derive(Clone, Debug)]
pub struct MyUnits {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// What the last act did.
    pub done: Option<String>,
    /// When conflicts were declared last.
    pub declared: String,
    /// Units with which there is a conflict.
    pub conflicts: usize,
    /// Own cards.
    pub lines: Vec<CardLine>,
}

/// Renders the list of own units.
pub fn units(lang: Lang, staff: &SignedIn, view: &MyUnits) -> Markup {
    let title = tr!(lang, "marking.title");
    let path = base(&view.round);
    let open = view.lines.iter().filter(|line| line.sealed.is_none()).count();
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title))
        .done(view.done.as_deref())
        .render(&html! {
            @if view.lines.is_empty() { p { (tr!(lang, "marking.none")) } }
            @else {
                p.lead {
                    @match open {
                        0 => (tr!(lang, "marking.all_sealed", all = view.lines.len())),
                        _ => (tr!(lang, "marking.open_count", open = open, all = view.lines.len())),
                    }
                }
                p.note { (tr!(lang, "marking.blind")) }
                ul.cards {
                    @for line in &view.lines { (card_line(lang, line)) }
                }
            }
            h2 { (tr!(lang, "marking.more")) }
            p { (tr!(lang, "marking.declared", at = view.declared, n = view.conflicts)) }
            ul.links {
                li { a href={ (path) "/declaration" } { (tr!(lang, "marking.declare_again")) } }
                li { a href={ (path) "/log" } { (tr!(lang, "marking.log")) } }
            }
        })
}

fn card_line(lang: Lang, line: &CardLine) -> Markup {
    html! {
        li {
            a href=(line.href) { (line.unit) }
            @if line.third { " " span.low { (tr!(lang, "marking.third")) } }
            p {
                @match &line.sealed {
                    Some(at) => (tr!(lang, "marking.is_sealed", at = at)),
                    None => (tr!(lang, "marking.marked", marked = line.marked, all = line.criteria)),
                }
            }
            @if line.sealed.is_none() { progress max=(line.criteria) value=(line.marked) aria-hidden="true" {} }
        }
    }
}

/// An act of the person signed in.
#[derive(Clone, Debug)]
pub struct LogLine {
    /// Number in the audit trail.
    pub seq: i64,
    /// When.
    pub at: String,
    /// The act, as it is stored.
    pub action: String,
    /// What it was done to, in words where there are some.
    pub subject: String,
}

/// An evaluator's own log.
#[derive(Clone, Debug)]
pub struct OwnLog {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// Acts, newest first.
    pub lines: Vec<LogLine>,
}

fn act(lang: Lang, action: &str) -> String {
    match action {
        "staff.login" => tr!(lang, "marking.act_login"),
        "evaluator.declare" => tr!(lang, "marking.act_declare"),
        "card.save" => tr!(lang, "marking.act_save"),
        "card.seal" => tr!(lang, "marking.act_seal"),
        "evidence.add" => tr!(lang, "marking.act_evidence"),
        "evidence.remove" => tr!(lang, "marking.act_remove"),
        "evidence.read" => tr!(lang, "marking.act_read"),
        other => return other.to_owned(),
    }
    .into_owned()
}

/// Renders the own log.
pub fn log(lang: Lang, staff: &SignedIn, view: &OwnLog) -> Markup {
    let title = tr!(lang, "marking.log");
    let path = format!("{}/log", base(&view.round));
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: false,
        path: &path,
        staff: Some(staff),
    };
    let table = Table::new("log", &*title, &view.lines)
        .hidden_caption()
        .num(tr!(lang, "marking.log_number"), |line| &line.seq)
        .text_in("day", tr!(lang, "marking.log_at"), |line| &line.at)
        .head(tr!(lang, "marking.log_act"), |line| act(lang, &line.action))
        .text(tr!(lang, "marking.log_subject"), |line| &line.subject);
    console(
        frame,
        &html! {
            (crumbs(
                lang,
                &[
                    (&format!("/console/rounds/{}", view.round), &view.title),
                    (&base(&view.round), &tr!(lang, "marking.title")),
                ],
            ))
            h1 { (title) }
            p.note { (tr!(lang, "marking.log_note")) }
            @if view.lines.is_empty() { p { (tr!(lang, "marking.log_none")) } } @else { (table.scrolling(lang)) }
        },
    )
}
