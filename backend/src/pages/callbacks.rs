//! The console's pages of the call-back sample: how it stands, and the caller's page with its script.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::layout::{ConsoleFrame, Fault, SignedIn, console, crumbs, csrf, fault_summary};
use super::office::FieldFault;
use super::round_page::RoundPage;
use super::table::Table;
use super::{Lang, tr};

/// The questions of a call, by the names of their fields, in the order in which they are put.
pub const QUESTIONS: [&str; 4] = ["took_part", "answered_self", "staff_present", "rating_right"];

/// A judged unit.
#[derive(Clone, Debug)]
pub struct UnitLine {
    /// Name.
    pub name: String,
    /// Persons who answered and agreed.
    pub consenting: u64,
    /// Persons drawn.
    pub drawn: u64,
    /// Calls in which all questions were put.
    pub done: u64,
    /// Disagreement rate with its interval, in words.
    pub disagrees: Option<String>,
}

/// What the calls of the county show.
#[derive(Clone, Debug)]
pub struct FindingLine {
    /// What is counted.
    pub name: String,
    /// Share with its interval, in words.
    pub rate: String,
    /// Calls behind it.
    pub n: u64,
}

/// The overview.
#[derive(Clone, Debug)]
pub struct Callbacks {
    /// Round id.
    pub id: String,
    /// Title of the round.
    pub round: String,
    /// What the last act did.
    pub done: Option<String>,
    /// Persons wanted in each unit.
    pub per_unit: usize,
    /// How the cases drawn stand.
    pub outcomes: Vec<(String, u64)>,
    /// By unit.
    pub units: Vec<UnitLine>,
    /// What the calls show.
    pub findings: Vec<FindingLine>,
    /// Whether the role may draw.
    pub may_draw: bool,
    /// Whether the role may call.
    pub may_call: bool,
    /// Whether the role may read what the calls show.
    pub may_read: bool,
}

/// Renders the overview.
pub fn page(lang: Lang, staff: &SignedIn, view: &Callbacks) -> Markup {
    let title = tr!(lang, "callback.title");
    let base = format!("/console/rounds/{}", view.id);
    let path = format!("{base}/callbacks");
    RoundPage::new(lang, staff, (&view.id, &view.round), (&path, &title))
        .done(view.done.as_deref())
        .render(&html! {
            p.note { (tr!(lang, "callback.intro", count = view.per_unit)) }
            p.note { (tr!(lang, "callback.apart")) }
            @if view.may_call { p { a.button href={ (path) "/call" } { (tr!(lang, "callback.go_call")) } } }
            @if view.may_draw {
                form method="post" action=(path) {
                    (csrf(&staff.csrf))
                    button type="submit" { (tr!(lang, "callback.draw")) }
                }
            }
            @if view.may_read { (findings(lang, view)) }
            h2 { (tr!(lang, "callback.state")) }
            dl.facts {
                @for (name, count) in &view.outcomes { div { dt { (name) } dd { (count) } } }
            }
            (units(lang, view))
        })
}

fn findings(lang: Lang, view: &Callbacks) -> Markup {
    let heading = tr!(lang, "callback.findings");
    let table = Table::new("findings", &*heading, &view.findings)
        .hidden_caption()
        .head(tr!(lang, "callback.finding"), |line| &line.name)
        .num(tr!(lang, "callback.rate"), |line| &line.rate)
        .num(tr!(lang, "callback.calls"), |line| &line.n);
    html! {
        h2 { (heading) }
        @if view.findings.is_empty() { p { (tr!(lang, "callback.no_findings")) } }
        @else {
            p.note { (tr!(lang, "callback.findings_note")) }
            (table.scrolling(lang))
        }
    }
}

fn units(lang: Lang, view: &Callbacks) -> Markup {
    let heading = tr!(lang, "callback.units");
    let table = Table::new("units", &*heading, &view.units)
        .hidden_caption()
        .head(tr!(lang, "round.unit"), |line| &line.name)
        .num(tr!(lang, "callback.consenting"), |line| &line.consenting)
        .num(tr!(lang, "callback.drawn"), |line| &line.drawn)
        .num(tr!(lang, "callback.calls"), |line| &line.done)
        .when(view.may_read, |table| {
            table.num(tr!(lang, "callback.disagrees"), |line| {
                line.disagrees.as_deref().unwrap_or("–")
            })
        });
    html! { h2 { (heading) } (table.scrolling(lang)) }
}

/// The caller's case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Number.
    pub number: String,
    /// Name of the judged unit.
    pub unit: String,
    /// Which call this is, from 1.
    pub attempt: i32,
}

/// Whom to call.
#[derive(Clone, Debug)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Telephone number; may be empty.
    pub phone: String,
}

/// What was chosen in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// Outcome.
    pub outcome: String,
    /// Answers by question.
    pub said: BTreeMap<&'static str, String>,
}

/// The caller's page.
#[derive(Clone, Debug)]
pub struct Talk {
    /// Round id.
    pub id: String,
    /// Title of the round.
    pub round: String,
    /// Who asks.
    pub organiser: String,
    /// Name of the caller.
    pub caller: String,
    /// The person to be called, if the caller has one.
    pub case: Option<Case>,
    /// Name and number, where they were asked for.
    pub person: Option<Person>,
    /// Calls before somebody counts as not reached.
    pub attempts: i32,
    /// Persons still to be called, by whomever.
    pub open: usize,
    /// Outcomes to choose from, with their words.
    pub outcomes: Vec<(&'static str, String)>,
    /// What is missing.
    pub faults: Vec<Fault>,
    /// What was chosen.
    pub typed: Typed,
    /// What the last act did.
    pub done: Option<String>,
}

/// A question in words.
pub fn question(lang: Lang, name: &str) -> String {
    match name {
        "took_part" => tr!(lang, "callback.q_took_part"),
        "answered_self" => tr!(lang, "callback.q_answered_self"),
        "staff_present" => tr!(lang, "callback.q_staff_present"),
        _ => tr!(lang, "callback.q_rating_right"),
    }
    .into_owned()
}

/// Renders the caller's page.
pub fn talk(lang: Lang, staff: &SignedIn, view: &Talk) -> Markup {
    let title = tr!(lang, "callback.call_title");
    let base = format!("/console/rounds/{}", view.id);
    let above = format!("{base}/callbacks");
    let path = format!("{above}/call");
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: !view.faults.is_empty(),
        path: &path,
        staff: Some(staff),
    };
    console(
        frame,
        &html! {
            (crumbs(lang, &[(&base, &view.round), (&above, &tr!(lang, "callback.title"))]))
            (fault_summary(&tr!(lang, "callback.fault"), &view.faults))
            h1 { (title) }
            @if let Some(done) = &view.done { p.notice role="status" { (done) } }
            @match &view.case {
                None => {
                    p { (tr!(lang, "callback.left", count = view.open)) }
                    form method="post" action=(path) {
                        (csrf(&staff.csrf))
                        button.main type="submit" name="act" value="next" { (tr!(lang, "callback.next")) }
                    }
                },
                Some(case) => {
                    dl.facts {
                        div { dt { (tr!(lang, "callback.case")) } dd { (case.number) } }
                        div { dt { (tr!(lang, "round.unit")) } dd { (case.unit) } }
                        div { dt { (tr!(lang, "callback.attempt")) } dd { (case.attempt) " / " (view.attempts) } }
                    }
                    (whom(lang, staff, view, &path))
                    (script(lang, staff, view, &path))
                },
            }
        },
    )
}

fn whom(lang: Lang, staff: &SignedIn, view: &Talk, path: &str) -> Markup {
    html! {
        h2 { (tr!(lang, "callback.whom")) }
        @match &view.person {
            Some(person) => {
                p.lead {
                    (person.name) br;
                    @if person.phone.is_empty() { (tr!(lang, "callback.no_number")) }
                    @else { a.file href={ "tel:" (person.phone) } { (person.phone) } }
                }
                p.note { (tr!(lang, "callback.seen")) }
            },
            None => {
                p.note { (tr!(lang, "callback.show_note")) }
                form method="post" action=(path) {
                    (csrf(&staff.csrf))
                    button.main type="submit" name="act" value="show" { (tr!(lang, "callback.show")) }
                }
            },
        }
    }
}

fn script(lang: Lang, staff: &SignedIn, view: &Talk, path: &str) -> Markup {
    let fault = FieldFault::of(&view.faults, "outcome");
    html! {
        h2 { (tr!(lang, "callback.script")) }
        blockquote {
            p { (tr!(lang, "callback.say_hello", caller = view.caller, organiser = view.organiser)) }
            p { (tr!(lang, "callback.say_why")) }
            p { (tr!(lang, "callback.say_free")) }
        }
        form method="post" action=(path) novalidate {
            (csrf(&staff.csrf))
            input type="hidden" name="act" value="save";
            @for name in QUESTIONS { (yes_no(lang, view, name)) }
            div.field {
                label for="outcome" { (tr!(lang, "callback.outcome")) }
                (fault.message())
                select #outcome name="outcome" aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)] {
                    option value="" { (tr!(lang, "callback.choose")) }
                    @for (word, name) in &view.outcomes {
                        option value=(word) selected[*word == view.typed.outcome] { (name) }
                    }
                    option value="later" selected[view.typed.outcome == "later"] { (tr!(lang, "callback.later")) }
                }
            }
            button.main type="submit" { (tr!(lang, "callback.save")) }
        }
        p.note { (tr!(lang, "callback.say_thanks")) }
    }
}

fn yes_no(lang: Lang, view: &Talk, name: &'static str) -> Markup {
    let fault = FieldFault::of(&view.faults, name);
    let chosen = view.typed.said.get(name).map(String::as_str);
    let choices = [
        ("yes", tr!(lang, "callback.yes")),
        ("no", tr!(lang, "callback.no")),
        ("unsure", tr!(lang, "callback.unsure")),
    ];
    html! {
        fieldset.q #(name) aria-describedby=[fault.described(None)] {
            legend { (question(lang, name)) }
            // The legend has the question already, which the summary above has to repeat.
            @if fault.is_some() { p.q-error #{ (name) "-error" } { (tr!(lang, "callback.fault_choice")) } }
            @for (value, words) in choices {
                label.pick {
                    input type="radio" name=(name) value=(value) checked[chosen == Some(value)];
                    " " (words)
                }
            }
        }
    }
}
