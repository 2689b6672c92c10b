//! Follow-up cases in the console: figures and list, and one case.

mod one;

use maud::{Markup, html};

use super::layout::SignedIn;
use super::office::rate_text;
use super::receipt::AreaChoice;
use super::round_page::RoundPage;
use super::table::Table;
use super::{Lang, kept, tr};
use crate::cases::figures::Figures;
use crate::cases::{CaseState, Satisfaction};

pub use one::{Event, OneCase, Typed, one};

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
    /// When figures were counted, if not just now.
    pub as_of: Option<String>,
    /// Figures of all.
    pub total: Figures,
    /// Figures by township.
    pub lines: Vec<FigureRow>,
    /// The smallest cell, where few are hidden.
    pub guarded: Option<u32>,
    /// The list, for those who handle cases.
    pub list: Option<List>,
}

/// Renders the page of all cases.
pub fn list(lang: Lang, staff: &SignedIn, view: &Cases) -> Markup {
    let round = format!("/console/rounds/{}", view.round);
    let path = format!("{round}/cases");
    let title = tr!(lang, "cases.title");
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title)).render(&html! {
        (kept::note(lang, view.as_of.as_deref()))
        @if view.total.overdue > 0 {
            p.warning { (tr!(lang, "cases.overdue_count", count = view.total.overdue)) }
        }
        @if let Some(list) = &view.list { (found(lang, &path, list)) }
        (figures(lang, view))
    })
}

fn figures(lang: Lang, view: &Cases) -> Markup {
    let total = FigureRow {
        name: tr!(lang, "cases.total").into_owned(),
        figures: view.total,
    };
    let lines: Vec<&FigureRow> = std::iter::once(&total).chain(&view.lines).collect();
    let table = Table::new("figures", tr!(lang, "cases.figures"), &lines)
        .hidden_caption()
        .head(tr!(lang, "cases.unit"), |line| &line.name)
        .num(tr!(lang, "cases.count"), |line| line.figures.cases)
        .num(tr!(lang, "cases.open"), |line| line.figures.open)
        .num(tr!(lang, "cases.overdue"), |line| line.figures.overdue)
        .num(tr!(lang, "cases.on_time"), |line| {
            rate_text(line.figures.on_time_share())
        })
        .num(tr!(lang, "cases.solved_share"), |line| {
            rate_text(line.figures.solved_share())
        })
        .num(tr!(lang, "cases.satisfied_share"), |line| {
            rate_text(line.figures.satisfied_share())
        });
    html! {
        h2 { (tr!(lang, "cases.figures")) }
        p.note {
            (tr!(lang, "cases.no_score"))
            @if let Some(min) = view.guarded { " " (tr!(lang, "cases.guarded", min = min)) }
        }
        (table.scrolling(lang))
    }
}

fn found(lang: Lang, path: &str, list: &List) -> Markup {
    let table = Table::new("cases", tr!(lang, "cases.list"), &list.rows)
        .hidden_caption()
        .head(tr!(lang, "cases.number"), |row| html! { a href={ (path) "/" (row.id) } { (row.number) } })
        .text(tr!(lang, "cases.state"), |row| {
            html! {
                (state(lang, row.state))
                @if row.unread && row.state != CaseState::New { " " strong { (tr!(lang, "cases.unread")) } }
            }
        })
        .cells([tr!(lang, "cases.due_on")], false, |row| {
            html! {
                td.day .late[row.late] { (row.due_on) @if row.late { " " strong { (tr!(lang, "cases.late")) } } }
            }
        })
        .text(tr!(lang, "cases.unit"), |row| &row.unit)
        .text(tr!(lang, "cases.area"), |row| &row.area)
        .text(tr!(lang, "cases.owner"), |row| row.owner.as_deref().unwrap_or("–"))
        .text_in("day", tr!(lang, "cases.opened_on"), |row| &row.opened_on);
    html! {
        h2 { (tr!(lang, "cases.list")) }
        (search(lang, path, list))
        p role="status" { (tr!(lang, "cases.found", count = list.found)) }
        @if !list.rows.is_empty() { (table.scrolling(lang)) }
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
