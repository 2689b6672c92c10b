//! One follow-up case: what was written, who has it, and what becomes of it.

use maud::{Markup, html};

use super::super::layout::{Fault, SignedIn, csrf};
use super::super::mine::Line;
use super::super::receipt::AreaChoice;
use super::super::round_page::RoundPage;
use super::super::table::Table;
use super::super::{Lang, tr};
use super::{Choice, satisfaction, state};
use crate::cases::{CaseState, Outcome, Satisfaction};

fn outcome(lang: Lang, outcome: Outcome) -> String {
    match outcome {
        Outcome::Solved => tr!(lang, "cases.solved"),
        Outcome::Partly => tr!(lang, "cases.partly"),
        Outcome::Unsolved => tr!(lang, "cases.unsolved"),
    }
    .into_owned()
}

/// An act of the office, from the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: String,
    /// Who.
    pub actor: String,
    /// What, in words.
    pub what: String,
}

/// What was typed and is at fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// Text of the reply or of the move.
    pub text: String,
    /// Whether it was typed in the form that moves the case.
    pub in_move: bool,
    /// The step that was chosen there, and the outcome.
    pub chosen: (Option<CaseState>, Option<Outcome>),
    /// Field and what to do.
    pub fault: Option<(&'static str, String)>,
}

/// The page of one case.
#[derive(Clone, Debug)]
pub struct OneCase {
    /// Identifier of the round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// Identifier.
    pub id: String,
    /// Number to say.
    pub number: String,
    /// Where it stands.
    pub state: CaseState,
    /// Not done, and the day has passed.
    pub late: bool,
    /// The respondent's words; may be empty.
    pub text: String,
    /// How to reach the respondent.
    pub contact: Option<String>,
    /// Township's name.
    pub unit: String,
    /// Area code, or empty.
    pub area: String,
    /// Service areas.
    pub areas: Vec<AreaChoice>,
    /// Account that sees to it, or empty.
    pub owner: String,
    /// Who can.
    pub owners: Vec<Choice>,
    /// Day it was made.
    pub opened_on: String,
    /// Day by which it must be done.
    pub due_on: String,
    /// Day it was done.
    pub done_on: Option<String>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// What the respondent said of it.
    pub satisfaction: Option<Satisfaction>,
    /// Messages.
    pub thread: Vec<Line>,
    /// What the office did.
    pub history: Vec<Event>,
    /// What was typed and is at fault.
    pub typed: Typed,
}

/// Renders one case.
pub fn one(lang: Lang, staff: &SignedIn, view: &OneCase) -> Markup {
    let round = format!("/console/rounds/{}", view.round);
    let list = format!("{round}/cases");
    let path = format!("{list}/{}", view.id);
    let title = tr!(lang, "cases.one", number = view.number);
    let faults: Vec<Fault> = view
        .typed
        .fault
        .iter()
        .map(|(field, text)| Fault {
            href: match (*field, view.typed.in_move) {
                ("text", true) => "#move-text".to_owned(),
                (field, _) => format!("#{field}"),
            },
            text: text.clone(),
        })
        .collect();
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title))
        .within(&[(&list, &tr!(lang, "cases.title"))])
        .faults(&faults)
        .render(&html! {
            (facts(lang, view))
            h2 { (tr!(lang, "cases.text")) }
            @if view.state == CaseState::Withdrawn { p.note { (tr!(lang, "cases.text_gone")) } }
            @else if view.text.is_empty() { p.note { (tr!(lang, "cases.text_none")) } }
            @else { blockquote { @for line in view.text.lines() { p { (line) } } } }
            (thread(lang, staff, view, &path))
            @if view.state != CaseState::Withdrawn {
                (assign(lang, staff, view, &path))
                (move_on(lang, staff, view, &path))
            }
            (history(lang, view))
        })
}

fn facts(lang: Lang, view: &OneCase) -> Markup {
    html! {
        dl.facts {
            div {
                dt { (tr!(lang, "cases.state")) }
                dd data-case-state=(view.state.as_str()) {
                    (state(lang, view.state))
                    @if let Some(end) = view.outcome { " · " (outcome(lang, end)) }
                }
            }
            div {
                dt { (tr!(lang, "cases.due_on")) }
                dd { (view.due_on) @if view.late { " " strong.low { (tr!(lang, "cases.late")) } } }
            }
            div { dt { (tr!(lang, "cases.opened_on")) } dd { (view.opened_on) } }
            @if let Some(day) = &view.done_on { div { dt { (tr!(lang, "cases.done_on")) } dd { (day) } } }
            div { dt { (tr!(lang, "cases.unit")) } dd { (view.unit) } }
            div {
                dt { (tr!(lang, "cases.contact")) }
                dd { (view.contact.as_deref().unwrap_or(&tr!(lang, "cases.contact_none"))) }
            }
            @if let Some(step) = view.satisfaction {
                div { dt { (tr!(lang, "cases.satisfaction")) } dd { (satisfaction(lang, step)) } }
            }
        }
    }
}

fn thread(lang: Lang, staff: &SignedIn, view: &OneCase, path: &str) -> Markup {
    let fault = view
        .typed
        .fault
        .as_ref()
        .filter(|(field, _)| *field == "text" && !view.typed.in_move);
    html! {
        h2 { (tr!(lang, "cases.thread")) }
        @if view.thread.is_empty() { p.note { (tr!(lang, "cases.thread_none")) } }
        @else {
            ol.thread {
                @for line in &view.thread {
                    li .office[line.from_office] {
                        p.note {
                            @if line.from_office { (tr!(lang, "cases.from_office")) } @else { (tr!(lang, "cases.from_respondent")) }
                            " · " (line.day)
                        }
                        @for paragraph in line.text.lines() { p { (paragraph) } }
                    }
                }
            }
        }
        @if view.state != CaseState::Withdrawn {
            form method="post" action=(path) novalidate {
                (csrf(&staff.csrf))
                input type="hidden" name="act" value="reply";
                div.field {
                    label for="text" { (tr!(lang, "cases.reply")) }
                    p #text-hint .note { (tr!(lang, "cases.reply_hint")) }
                    @if let Some((_, message)) = fault { p #text-error .q-error { (message) } }
                    textarea #text name="text" rows="4" maxlength="1000"
                        aria-describedby=(if fault.is_some() { "text-hint text-error" } else { "text-hint" })
                        aria-invalid=[fault.map(|_| "true")] { @if fault.is_some() { (view.typed.text) } }
                }
                button type="submit" { (tr!(lang, "cases.reply_go")) }
            }
        }
    }
}

fn assign(lang: Lang, staff: &SignedIn, view: &OneCase, path: &str) -> Markup {
    let fault = view.typed.fault.as_ref().filter(|(field, _)| *field == "due_on");
    html! {
        h2 { (tr!(lang, "cases.assign")) }
        form.inline method="post" action=(path) novalidate {
            (csrf(&staff.csrf))
            input type="hidden" name="act" value="assign";
            div.field {
                label for="owner" { (tr!(lang, "cases.owner")) }
                select #owner name="owner" {
                    option value="" { "–" }
                    @for one in &view.owners { option value=(one.value) selected[one.value == view.owner] { (one.name) } }
                }
            }
            div.field {
                label for="due_on" { (tr!(lang, "cases.due_on")) }
                @if let Some((_, message)) = fault { p #due_on-error .q-error { (message) } }
                input #due_on type="date" name="due_on" value=(view.due_on)
                    aria-describedby=[fault.map(|_| "due_on-error")] aria-invalid=[fault.map(|_| "true")];
            }
            div.field {
                label for="area" { (tr!(lang, "cases.area")) }
                select #area name="area" {
                    option value="" { (tr!(lang, "cases.area_unknown")) }
                    @for area in &view.areas { option value=(area.code) selected[area.code == view.area] { (area.name) } }
                }
            }
            button type="submit" { (tr!(lang, "cases.assign_go")) }
        }
    }
}

fn move_on(lang: Lang, staff: &SignedIn, view: &OneCase, path: &str) -> Markup {
    let typed = view.typed.fault.as_ref().filter(|_| view.typed.in_move);
    let fault = typed.filter(|(field, _)| *field == "state");
    let text_fault = typed.filter(|(field, _)| *field == "text");
    let next = view.state.next();
    html! {
        h2 { (tr!(lang, "cases.move")) }
        form method="post" action=(path) novalidate {
            (csrf(&staff.csrf))
            input type="hidden" name="act" value="move";
            @if let Some((_, message)) = fault { p #state-error .q-error { (message) } }
            fieldset.q #state aria-describedby=[fault.map(|_| "state-error")] {
                legend { (tr!(lang, "cases.move_to")) }
                @for one in next {
                    label.pick { input type="radio" name="state" value=(one.as_str())
                        checked[next.len() == 1 || view.typed.chosen.0 == Some(*one)]; " " (state(lang, *one)) }
                }
            }
            @if next.contains(&CaseState::Closed) {
                div.field {
                    label for="outcome" { (tr!(lang, "cases.outcome")) }
                    select #outcome name="outcome" {
                        option value="" { "–" }
                        @for end in Outcome::ALL { option value=(end.as_str()) selected[view.typed.chosen.1 == Some(end)] { (outcome(lang, end)) } }
                    }
                }
            }
            div.field {
                label for="move-text" { (tr!(lang, "cases.move_text")) }
                p #move-hint .note { (tr!(lang, "cases.move_hint")) }
                @if let Some((_, message)) = text_fault { p #move-text-error .q-error { (message) } }
                textarea #move-text name="text" rows="3" maxlength="1000"
                    aria-describedby=(if text_fault.is_some() { "move-hint move-text-error" } else { "move-hint" })
                    aria-invalid=[text_fault.map(|_| "true")] { @if typed.is_some() { (view.typed.text) } }
            }
            button.main type="submit" { (tr!(lang, "cases.move_go")) }
        }
    }
}

fn history(lang: Lang, view: &OneCase) -> Markup {
    let table = Table::new("history", tr!(lang, "cases.history"), &view.history)
        .hidden_caption()
        .text(tr!(lang, "audit.at"), |event| &event.at)
        .text(tr!(lang, "audit.who"), |event| &event.actor)
        .text(tr!(lang, "audit.act"), |event| &event.what);
    html! {
        h2 { (tr!(lang, "cases.history")) }
        p.note { (tr!(lang, "cases.history_note")) }
        @if !view.history.is_empty() { (table.scrolling(lang)) }
    }
}
