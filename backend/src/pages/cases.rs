//! Follow-up cases in the console: figures and list, and one case.

use maud::{Markup, html};

use super::layout::{ConsoleFrame, Fault, SignedIn, console, csrf, fault_summary};
use super::mine::Line;
use super::office::{rate_text, scrolling};
use super::receipt::AreaChoice;
use super::{Lang, tr};
use crate::cases::figures::Figures;
use crate::cases::{CaseState, Outcome, Satisfaction};

/// The name of a state.
pub fn state(lang: Lang, state: CaseState) -> String {
    match state {
        CaseState::New => tr!(lang, "cases.new"),
        CaseState::Accepted => tr!(lang, "cases.accepted"),
        CaseState::Working => tr!(lang, "cases.working"),
        CaseState::Answered => tr!(lang, "cases.answered"),
        CaseState::Closed => tr!(lang, "cases.closed"),
        CaseState::Rejected => tr!(lang, "cases.rejected"),
        CaseState::Withdrawn => tr!(lang, "cases.withdrawn"),
    }
    .into_owned()
}

/// The name of a step of satisfaction.
pub fn satisfaction(lang: Lang, step: Satisfaction) -> String {
    match step {
        Satisfaction::VeryGood => tr!(lang, "cases.very_good"),
        Satisfaction::Good => tr!(lang, "cases.good"),
        Satisfaction::Fair => tr!(lang, "cases.fair"),
        Satisfaction::Poor => tr!(lang, "cases.poor"),
        Satisfaction::VeryPoor => tr!(lang, "cases.very_poor"),
        Satisfaction::DontKnow => tr!(lang, "cases.dont_know"),
    }
    .into_owned()
}

fn outcome(lang: Lang, outcome: Outcome) -> String {
    match outcome {
        Outcome::Solved => tr!(lang, "cases.solved"),
        Outcome::Partly => tr!(lang, "cases.partly"),
        Outcome::Unsolved => tr!(lang, "cases.unsolved"),
    }
    .into_owned()
}

/// A choice of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Value sent.
    pub value: String,
    /// Words.
    pub name: String,
}

/// What is searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Empty for those not done, `overdue`, `all`, or a state.
    pub show: String,
    /// Area code, `-` for those without, empty for all.
    pub area: String,
    /// Township code, `-` for those without, empty for all.
    pub unit: String,
    /// Page, from 1.
    pub page: u64,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Identifier.
    pub id: String,
    /// Number to say.
    pub number: String,
    /// Area's name.
    pub area: String,
    /// Township's name.
    pub unit: String,
    /// Who sees to it.
    pub owner: Option<String>,
    /// Where it stands.
    pub state: CaseState,
    /// Not done, and the day has passed.
    pub late: bool,
    /// The respondent wrote last.
    pub unread: bool,
    /// Day it was made.
    pub opened_on: String,
    /// Day by which it must be done.
    pub due_on: String,
}

/// The list with its search.
#[derive(Clone, Debug)]
pub struct List {
    /// Cases of this page.
    pub rows: Vec<Row>,
    /// How many were found.
    pub found: u64,
    /// How many pages they fill.
    pub pages: u64,
    /// What was searched for.
    pub search: Search,
    /// Service areas.
    pub areas: Vec<AreaChoice>,
    /// Townships.
    pub units: Vec<Choice>,
}

/// A line of the figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureRow {
    /// Township, or how many were put together.
    pub name: String,
    /// Figures.
    pub figures: Figures,
}

/// The page of all cases.
#[derive(Clone, Debug)]
pub struct Cases {
    /// Identifier of the round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// Figures of all.
    pub total: Figures,
    /// Figures by township.
    pub lines: Vec<FigureRow>,
    /// The smallest cell, where few are hidden.
    pub guarded: Option<u32>,
    /// The list, for those who handle cases.
    pub list: Option<List>,
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

fn crumbs(lang: Lang, round: &str, title: &str, cases: bool) -> Markup {
    html! {
        nav.crumbs aria-label=(tr!(lang, "console.here")) {
            a href="/console" { (tr!(lang, "rounds.title")) } " › "
            a href={ "/console/rounds/" (round) } { (title) }
            @if cases { " › " a href={ "/console/rounds/" (round) "/cases" } { (tr!(lang, "cases.title")) } }
        }
    }
}

/// Renders the page of all cases.
pub fn list(lang: Lang, staff: &SignedIn, view: &Cases) -> Markup {
    let path = format!("/console/rounds/{}/cases", view.round);
    let title = tr!(lang, "cases.title");
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: false,
        path: &path,
        staff: Some(staff),
    };
    console(
        frame,
        &html! {
            (crumbs(lang, &view.round, &view.title, false))
            h1 { (title) }
            @if view.total.overdue > 0 {
                p.warning { (tr!(lang, "cases.overdue_count", count = view.total.overdue)) }
            }
            @if let Some(list) = &view.list { (found(lang, &path, list)) }
            (figures(lang, view))
        },
    )
}

fn figures(lang: Lang, view: &Cases) -> Markup {
    let total = FigureRow {
        name: tr!(lang, "cases.total").into_owned(),
        figures: view.total,
    };
    let table = html! {
        table {
            caption #figures .hidden { (tr!(lang, "cases.figures")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "cases.unit")) }
                    th.num scope="col" { (tr!(lang, "cases.count")) }
                    th.num scope="col" { (tr!(lang, "cases.open")) }
                    th.num scope="col" { (tr!(lang, "cases.overdue")) }
                    th.num scope="col" { (tr!(lang, "cases.on_time")) }
                    th.num scope="col" { (tr!(lang, "cases.solved_share")) }
                    th.num scope="col" { (tr!(lang, "cases.satisfied_share")) }
                }
            }
            tbody {
                @for line in std::iter::once(&total).chain(&view.lines) {
                    tr {
                        th scope="row" { (line.name) }
                        td.num { (line.figures.cases) }
                        td.num { (line.figures.open) }
                        td.num { (line.figures.overdue) }
                        td.num { (rate_text(line.figures.on_time_share())) }
                        td.num { (rate_text(line.figures.solved_share())) }
                        td.num { (rate_text(line.figures.satisfied_share())) }
                    }
                }
            }
        }
    };
    html! {
        h2 { (tr!(lang, "cases.figures")) }
        p.note {
            (tr!(lang, "cases.no_score"))
            @if let Some(min) = view.guarded { " " (tr!(lang, "cases.guarded", min = min)) }
        }
        (scrolling(lang, "figures", &table))
    }
}

fn found(lang: Lang, path: &str, list: &List) -> Markup {
    let table = html! {
        table {
            caption #cases .hidden { (tr!(lang, "cases.list")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "cases.number")) }
                    th scope="col" { (tr!(lang, "cases.state")) }
                    th scope="col" { (tr!(lang, "cases.due_on")) }
                    th scope="col" { (tr!(lang, "cases.unit")) }
                    th scope="col" { (tr!(lang, "cases.area")) }
                    th scope="col" { (tr!(lang, "cases.owner")) }
                    th scope="col" { (tr!(lang, "cases.opened_on")) }
                }
            }
            tbody {
                @for row in &list.rows {
                    tr {
                        th scope="row" {
                            a href={ (path) "/" (row.id) } { (row.number) }
                        }
                        td {
                            (state(lang, row.state))
                            @if row.unread && row.state != CaseState::New { " " strong { (tr!(lang, "cases.unread")) } }
                        }
                        td.day .late[row.late] { (row.due_on) @if row.late { " " strong { (tr!(lang, "cases.late")) } } }
                        td { (row.unit) }
                        td { (row.area) }
                        td { (row.owner.as_deref().unwrap_or("–")) }
                        td.day { (row.opened_on) }
                    }
                }
            }
        }
    };
    html! {
        h2 { (tr!(lang, "cases.list")) }
        (search(lang, path, list))
        p role="status" { (tr!(lang, "cases.found", count = list.found)) }
        @if !list.rows.is_empty() { (scrolling(lang, "cases", &table)) }
        @if list.pages > 1 { (paging(lang, path, list)) }
    }
}

fn search(lang: Lang, path: &str, list: &List) -> Markup {
    let (search, without) = (&list.search, "-");
    let fixed = [
        ("", tr!(lang, "cases.show_open").into_owned()),
        ("overdue", tr!(lang, "cases.show_overdue").into_owned()),
        ("all", tr!(lang, "cases.show_all").into_owned()),
    ];
    let states = CaseState::ALL.map(|one| (one.as_str(), state(lang, one)));
    html! {
        form.inline method="get" action=(path) {
            div.field {
                label for="show" { (tr!(lang, "cases.show")) }
                select #show name="show" {
                    @for (value, name) in fixed.iter().chain(&states) {
                        option value=(value) selected[*value == search.show] { (name) }
                    }
                }
            }
            div.field {
                label for="unit" { (tr!(lang, "cases.unit")) }
                select #unit name="unit" {
                    option value="" { (tr!(lang, "cases.all_units")) }
                    @for unit in &list.units {
                        option value=(unit.value) selected[unit.value == search.unit] { (unit.name) }
                    }
                    option value=(without) selected[search.unit == without] { (tr!(lang, "cases.unit_unknown")) }
                }
            }
            div.field {
                label for="area" { (tr!(lang, "cases.area")) }
                select #area name="area" {
                    option value="" { (tr!(lang, "cases.all_areas")) }
                    @for area in &list.areas {
                        option value=(area.code) selected[area.code == search.area] { (area.name) }
                    }
                    option value=(without) selected[search.area == without] { (tr!(lang, "cases.area_unknown")) }
                }
            }
            button type="submit" { (tr!(lang, "cases.search")) }
        }
    }
}

fn paging(lang: Lang, path: &str, list: &List) -> Markup {
    let address = |page: u64| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("show", &list.search.show)
            .append_pair("unit", &list.search.unit)
            .append_pair("area", &list.search.area)
            .append_pair("page", &page.to_string())
            .finish();
        format!("{path}?{query}")
    };
    let page = list.search.page;
    html! {
        nav.crumbs aria-label=(tr!(lang, "cases.pages")) {
            @if page > 1 { a href=(address(page - 1)) { (tr!(lang, "cases.before")) } " · " }
            (tr!(lang, "cases.page", at = page, of = list.pages))
            @if page < list.pages { " · " a href=(address(page + 1)) { (tr!(lang, "cases.after")) } }
        }
    }
}

/// Renders one case.
pub fn one(lang: Lang, staff: &SignedIn, view: &OneCase) -> Markup {
    let path = format!("/console/rounds/{}/cases/{}", view.round, view.id);
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
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: !faults.is_empty(),
        path: &path,
        staff: Some(staff),
    };
    console(
        frame,
        &html! {
            (crumbs(lang, &view.round, &view.title, true))
            (fault_summary(&tr!(lang, "question.errors"), &faults))
            h1 { (title) }
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
        },
    )
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
    let table = html! {
        table {
            caption #history .hidden { (tr!(lang, "cases.history")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "audit.at")) }
                    th scope="col" { (tr!(lang, "audit.who")) }
                    th scope="col" { (tr!(lang, "audit.act")) }
                }
            }
            tbody {
                @for event in &view.history {
                    tr { td { (event.at) } td { (event.actor) } td { (event.what) } }
                }
            }
        }
    };
    html! {
        h2 { (tr!(lang, "cases.history")) }
        p.note { (tr!(lang, "cases.history_note")) }
        @if !view.history.is_empty() { (scrolling(lang, "history", &table)) }
    }
}
