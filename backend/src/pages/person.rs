//! Requests of the people whose data a round keeps: the list, what is stored of one, and the copy that is handed out.

use maud::{Markup, html};

use super::layout::{Fault as Summary, SignedIn, csrf};
use super::office::FieldFault;
use super::round_page::RoundPage;
use super::{Lang, tr, words};
use crate::person_requests::Want;

mod opened;
mod stored;

pub use opened::{Opened, opened};
pub use stored::{Person, copy};

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Waits for a second person.
    Asked,
    /// Agreed to; whoever reads this handles it.
    Mine,
    /// Agreed to; somebody else handles it.
    Confirmed,
    /// Agreed to, and not handled in time.
    Lapsed,
    /// Turned down.
    Refused,
    /// Answered.
    Done,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Line {
    /// Identifier.
    pub id: String,
    /// What is wanted.
    pub wants: Vec<Want>,
    /// How the person was identified.
    pub basis: String,
    /// Who took it.
    pub asked_by: String,
    /// The day, in words.
    pub asked_on: String,
    /// By which day it has to be answered, in words.
    pub due_on: String,
    /// Whether that day is over.
    pub is_late: bool,
    /// Who decided.
    pub decided_by: Option<String>,
    /// The day on which it was answered, in words, and how.
    pub done: Option<(String, String)>,
    /// How it stands.
    pub standing: Standing,
    /// Whether whoever reads this took it.
    pub own: bool,
}

/// What is wrong with a new request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No name.
    Name,
    /// No number that could be one.
    Number,
    /// Nobody of this name and number.
    Nobody,
    /// More than one person.
    Several,
    /// Nothing wanted.
    Wants,
    /// Nothing about how the person was identified.
    Basis,
}

/// What was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// Name.
    pub name: String,
    /// Card or telephone number.
    pub number: String,
    /// What is wanted.
    pub wants: Vec<Want>,
    /// How the person was identified.
    pub basis: String,
}

/// The list.
#[derive(Clone, Debug)]
pub struct View {
    /// Identifier of the round.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Whether whoever reads this may take requests.
    pub may_ask: bool,
    /// Requests, those that wait first.
    pub lines: Vec<Line>,
    /// What was typed.
    pub typed: Typed,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

fn want_words(lang: Lang, want: Want) -> String {
    match want {
        Want::Copy => tr!(lang, "person.want_copy"),
        Want::Correct => tr!(lang, "person.want_correct"),
        Want::Stop => tr!(lang, "person.want_stop"),
        Want::Erase => tr!(lang, "person.want_erase"),
    }
    .into_owned()
}

fn wants_words(lang: Lang, wants: &[Want]) -> String {
    let words: Vec<String> = wants.iter().map(|want| want_words(lang, *want)).collect();
    words.join(&tr!(lang, "person.comma"))
}

fn fault_words(lang: Lang, fault: Fault) -> Summary {
    let (href, text) = match fault {
        Fault::Name => ("#name", tr!(lang, "person.fault_name")),
        Fault::Number => ("#number", tr!(lang, "person.fault_number")),
        Fault::Nobody => ("#number", tr!(lang, "person.fault_nobody")),
        Fault::Several => ("#number", tr!(lang, "person.fault_several")),
        Fault::Wants => ("#want-copy", tr!(lang, "person.fault_wants")),
        Fault::Basis => ("#basis", tr!(lang, "person.fault_basis")),
    };
    Summary {
        href: href.to_owned(),
        text: text.into_owned(),
    }
}

/// Renders the list.
pub fn page(lang: Lang, staff: &SignedIn, view: &View) -> Markup {
    let path = format!("/console/rounds/{}/people", view.id);
    let title = tr!(lang, "person.title");
    let faults: Vec<Summary> = view
        .faults
        .iter()
        .map(|fault| fault_words(lang, *fault))
        .collect();
    RoundPage::new(lang, staff, (&view.id, &view.title), (&path, &title))
        .faults(&faults)
        .render(&html! {
            p.note { (tr!(lang, "person.lead")) }
            h2 { (tr!(lang, "person.requests")) }
            @if view.lines.is_empty() { p { (tr!(lang, "person.none")) } }
            @for line in &view.lines { (request(lang, staff, &path, line)) }
            @if view.may_ask { (form(lang, staff, &path, (view, &faults))) }
        })
}

fn request(lang: Lang, staff: &SignedIn, path: &str, line: &Line) -> Markup {
    let number = line.id.get(..8).unwrap_or(&line.id).to_uppercase();
    let heading = tr!(lang, "person.request", number = number);
    let decider = line.decided_by.as_deref().unwrap_or_default();
    let button = |name: &str, words: &str| {
        html! {
            form method="post" action=(path) {
                (csrf(&staff.csrf))
                input type="hidden" name=(name) value=(line.id);
                button type="submit" { (words) }
            }
        }
    };
    let is_over = matches!(line.standing, Standing::Done | Standing::Refused);
    html! {
        section.entry aria-label=(heading) {
            p { strong { (heading) } " " (wants_words(lang, &line.wants)) }
            p lang=[words::tongue(lang, &line.basis)] { (line.basis) }
            p.note { (tr!(lang, "person.asked", name = line.asked_by, day = line.asked_on)) }
            @if !is_over {
                p {
                    @if line.is_late { strong.late { (tr!(lang, "person.late", day = line.due_on)) } }
                    @else { (tr!(lang, "person.due", day = line.due_on)) }
                }
            }
            @match line.standing {
                Standing::Asked => {
                    p { strong { (tr!(lang, "person.waits")) } }
                    @if line.own { p.note { (tr!(lang, "person.other_decides")) } }
                    @else {
                        (button("confirm", &tr!(lang, "person.confirm")))
                        (button("refuse", &tr!(lang, "person.refuse")))
                    }
                }
                Standing::Mine => {
                    p { strong { (tr!(lang, "person.confirmed", name = decider)) } }
                    p { a.button href={ (path) "/" (line.id) } { (tr!(lang, "person.open")) } }
                }
                Standing::Confirmed => p { strong { (tr!(lang, "person.confirmed", name = decider)) } },
                Standing::Lapsed => p { strong { (tr!(lang, "person.lapsed", name = decider)) } },
                Standing::Refused => p { strong { (tr!(lang, "person.refused", name = decider)) } },
                Standing::Done => {
                    @let (day, outcome) = line.done.clone().unwrap_or_default();
                    p { strong { (tr!(lang, "person.done_on", day = day)) } }
                    p lang=[words::tongue(lang, &outcome)] { (outcome) }
                }
            }
        }
    }
}

fn form(lang: Lang, staff: &SignedIn, path: &str, (view, faults): (&View, &[Summary])) -> Markup {
    let of = |id| FieldFault::of(faults, id);
    let (name, number, wants, basis) = (of("name"), of("number"), of("want-copy"), of("basis"));
    html! {
        h2 { (tr!(lang, "person.new")) }
        form method="post" action=(path) novalidate autocomplete="off" {
            (csrf(&staff.csrf))
            div.field {
                label for="name" { (tr!(lang, "person.name")) }
                (name.message())
                input #name name="name" type="text" maxlength="60" value=(view.typed.name) autocomplete="off"
                    aria-invalid=[name.invalid()] aria-describedby=[name.described(None)];
            }
            div.field {
                label for="number" { (tr!(lang, "person.number")) }
                p.q-hint #number-hint { (tr!(lang, "person.number_hint")) }
                (number.message())
                input #number name="number" type="text" maxlength="40" value=(view.typed.number) autocomplete="off"
                    aria-invalid=[number.invalid()] aria-describedby=[number.described(Some("number-hint"))];
            }
            fieldset.field {
                legend { (tr!(lang, "person.wants")) }
                (wants.message())
                @for want in Want::ALL {
                    @let id = format!("want-{}", want.word());
                    label.pick for=(id) {
                        input id=(id) type="checkbox" name="want" value=(want.word())
                            checked[view.typed.wants.contains(&want)]
                            aria-invalid=[wants.invalid()] aria-describedby=[wants.described(None)];
                        " " (want_words(lang, want))
                    }
                }
            }
            div.field {
                label for="basis" { (tr!(lang, "person.basis")) }
                p.q-hint #basis-hint { (tr!(lang, "person.basis_hint")) }
                (basis.message())
                textarea #basis name="basis" rows="3" maxlength="300" aria-invalid=[basis.invalid()]
                    aria-describedby=[basis.described(Some("basis-hint"))] { (view.typed.basis) }
            }
            button.main type="submit" { (tr!(lang, "person.ask")) }
        }
    }
}
