//! Requests of the people whose data a round keeps: the list, what is stored of one, and the copy that is handed out.

use maud::{DOCTYPE, Markup, Render, html};

use super::layout::{Fault as Summary, SignedIn, csrf};
use super::office::{FieldFault, message_kind, message_state};
use super::round_page::RoundPage;
use super::table::Table;
use super::{Lang, tr, words};
use crate::person_requests::{Drawn, Known, Want};

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

/// What is stored of somebody, with the names of units and groups.
#[derive(Clone, Debug)]
pub struct Person {
    /// What is stored.
    pub known: Known,
    /// Name of the group.
    pub group: String,
    /// Name of the unit.
    pub unit: String,
    /// Days on which messages were queued, in words: by case, then by message.
    pub days: Vec<Vec<String>>,
}

/// The page of a request that was agreed to.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Identifier and title of the round.
    pub round: (String, String),
    /// Identifier of the request.
    pub id: String,
    /// What is wanted.
    pub wants: Vec<Want>,
    /// By which day, in words.
    pub due_on: String,
    /// What is stored.
    pub people: Vec<Person>,
    /// What the last act did.
    pub done: Option<String>,
    /// Whether the answer of the last form is missing.
    pub no_outcome: bool,
}

fn category(lang: Lang, code: &str) -> String {
    match code {
        "vision" => tr!(lang, "person.vision"),
        "hearing" => tr!(lang, "person.hearing"),
        "speech" => tr!(lang, "person.speech"),
        "physical" => tr!(lang, "person.physical"),
        "intellectual" => tr!(lang, "person.intellectual"),
        "mental" => tr!(lang, "person.mental"),
        "multiple" => tr!(lang, "person.multiple"),
        other => return other.to_owned(),
    }
    .into_owned()
}

fn sex(lang: Lang, code: &str) -> String {
    match code {
        "male" => tr!(lang, "person.male"),
        "female" => tr!(lang, "person.female"),
        other => return other.to_owned(),
    }
    .into_owned()
}

fn invitation(lang: Lang, state: Option<&str>) -> String {
    match state {
        None => tr!(lang, "person.not_invited"),
        Some("issued") => tr!(lang, "person.issued"),
        Some("started") => tr!(lang, "person.started"),
        Some("complete") => tr!(lang, "person.complete"),
        Some("left") => tr!(lang, "person.left"),
        Some(_) => tr!(lang, "person.withdrawn"),
    }
    .into_owned()
}

/// What is stored of a member of the register, as pairs of words.
fn register(lang: Lang, person: &Person) -> Vec<(String, String)> {
    let known = &person.known;
    let identity = known.identity.clone().unwrap_or_default();
    let rows = [
        (tr!(lang, "person.name"), identity.name),
        (tr!(lang, "person.phone"), identity.phone),
        (tr!(lang, "person.email"), identity.email),
        (tr!(lang, "person.card"), identity.card_number),
        (tr!(lang, "person.address"), identity.address),
        (tr!(lang, "person.person_id"), identity.person_id),
        (tr!(lang, "person.group"), person.group.clone()),
        (tr!(lang, "person.unit"), person.unit.clone()),
        (
            tr!(lang, "person.category"),
            known
                .category
                .as_deref()
                .map(|code| category(lang, code))
                .unwrap_or_default(),
        ),
        (tr!(lang, "person.grade"), known.grade.clone().unwrap_or_default()),
        (
            tr!(lang, "person.sex"),
            known
                .sex
                .as_deref()
                .map(|code| sex(lang, code))
                .unwrap_or_default(),
        ),
        (
            tr!(lang, "person.birth_year"),
            known.birth_year.map(|year| year.to_string()).unwrap_or_default(),
        ),
        (tr!(lang, "person.hardship"), known.hardship.clone()),
    ];
    rows.into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(label, value)| (label.into_owned(), value))
        .collect()
}

fn yes_no(lang: Lang, is: bool) -> String {
    match is {
        true => tr!(lang, "person.yes"),
        false => tr!(lang, "person.no"),
    }
    .into_owned()
}

fn drawn_rows(lang: Lang, drawn: &Drawn) -> Vec<(String, String)> {
    let mut rows = vec![
        (tr!(lang, "person.case").into_owned(), drawn.case_id.clone()),
        (
            tr!(lang, "person.invitation").into_owned(),
            invitation(lang, drawn.invitation.as_deref()),
        ),
        (
            tr!(lang, "person.no_reminders").into_owned(),
            yes_no(lang, drawn.no_reminders),
        ),
        (
            tr!(lang, "person.agreed_to_call").into_owned(),
            yes_no(lang, drawn.agreed_to_call),
        ),
    ];
    if let Some(code) = &drawn.disposition {
        rows.push((
            tr!(lang, "person.noted").into_owned(),
            words::disposition(lang, code),
        ));
    }
    rows
}

fn facts(rows: &[(String, String)]) -> Markup {
    html! {
        dl.facts { @for (label, value) in rows { div { dt { (label) } dd { (value) } } } }
    }
}

/// What is stored of the person, for the page and for the copy alike; `level` tells tables of several rows apart.
fn stored(lang: Lang, people: &[Person], in_console: bool) -> Markup {
    html! {
        @if people.is_empty() { p { (tr!(lang, "person.gone")) } }
        @for (nth, person) in people.iter().enumerate() {
            @let numbered = if people.len() > 1 { format!(" {}", nth + 1) } else { String::new() };
            h2 { (tr!(lang, "person.register")) (numbered) }
            @if person.known.identity.is_none() { p.warning { (tr!(lang, "person.erased")) } }
            (facts(&register(lang, person)))
            h2 { (tr!(lang, "person.survey")) (numbered) }
            @if person.known.drawn.is_empty() { p { (tr!(lang, "person.not_drawn")) } }
            @for (case, days) in person.known.drawn.iter().zip(&person.days) {
                (facts(&drawn_rows(lang, case)))
                (messages(lang, (nth, case), days, in_console))
                (visits(lang, (nth, case), in_console))
            }
        }
        p { (tr!(lang, "person.answers_apart")) }
    }
}

fn laid_out<L>(lang: Lang, table: &Table<'_, L>, in_console: bool) -> Markup {
    match in_console {
        true => table.scrolling(lang),
        false => table.render(),
    }
}

fn messages(lang: Lang, (nth, case): (usize, &Drawn), days: &[String], in_console: bool) -> Markup {
    let lines: Vec<_> = case.messages.iter().zip(days).collect();
    if lines.is_empty() {
        return html! { p { (tr!(lang, "person.no_messages")) } };
    }
    let id = format!("messages-{nth}-{}", case.case_id);
    let table = Table::new(&id, tr!(lang, "person.messages"), &lines)
        .head(tr!(lang, "person.day"), |(_, day)| *day)
        .text(tr!(lang, "person.kind"), |(message, _)| {
            message_kind(lang, &message.kind)
        })
        .text(tr!(lang, "person.state"), |(message, _)| {
            message_state(lang, &message.state)
        });
    laid_out(lang, &table, in_console)
}

fn visits(lang: Lang, (nth, case): (usize, &Drawn), in_console: bool) -> Markup {
    if case.visits.is_empty() {
        return html! { p { (tr!(lang, "person.no_visits")) } };
    }
    let id = format!("visits-{nth}-{}", case.case_id);
    let table = Table::new(&id, tr!(lang, "person.visits"), &case.visits)
        .head(tr!(lang, "person.day"), |visit| words::day_of(lang, &visit.day))
        .text(tr!(lang, "person.kind"), |visit| match visit.mode.as_str() {
            "interview" => tr!(lang, "person.by_visit").into_owned(),
            "phone" => tr!(lang, "person.by_phone").into_owned(),
            other => other.to_owned(),
        })
        .text(tr!(lang, "person.result"), |visit| {
            words::visit(lang, &visit.disposition)
        })
        .text_in("wide-cell", tr!(lang, "person.note"), |visit| {
            match visit.note.as_str() {
                "" => "–",
                note => note,
            }
        });
    laid_out(lang, &table, in_console)
}

/// Renders the page of a request that was agreed to.
pub fn opened(lang: Lang, staff: &SignedIn, view: &Opened) -> Markup {
    let (round, title) = (&view.round.0, &view.round.1);
    let list = format!("/console/rounds/{round}/people");
    let path = format!("{list}/{}", view.id);
    let heading = tr!(lang, "person.opened");
    let above = tr!(lang, "person.title");
    let faults: Vec<Summary> = view
        .no_outcome
        .then(|| Summary {
            href: "#outcome".to_owned(),
            text: tr!(lang, "person.fault_outcome").into_owned(),
        })
        .into_iter()
        .collect();
    let identity = view
        .people
        .iter()
        .find_map(|person| person.known.identity.clone());
    RoundPage::new(lang, staff, (round, title), (&path, &heading))
        .within(&[(&list, &above)])
        .faults(&faults)
        .done(view.done.as_deref())
        .render(&html! {
            p { strong { (wants_words(lang, &view.wants)) } " · " (tr!(lang, "person.due", day = view.due_on)) }
            p.note { (tr!(lang, "person.recorded")) }
            (stored(lang, &view.people, true))
            h2 { (tr!(lang, "person.hand_out")) }
            ul.plain {
                @for (format, words) in [("html", tr!(lang, "person.as_page")), ("json", tr!(lang, "person.as_json"))] {
                    li { a href={ (path) "/copy/download?format=" (format) "&lang=" (lang.code()) } { (words) } }
                }
            }
            @if let Some(identity) = &identity { (correction(lang, staff, &path, identity)) }
            h2 { (tr!(lang, "person.stop_title")) }
            p { (tr!(lang, "person.stop_text")) }
            (act(staff, &path, "stop", &tr!(lang, "person.stop")))
            h2 { (tr!(lang, "person.erase_title")) }
            p { (tr!(lang, "person.erase_text")) }
            (act(staff, &path, "erase", &tr!(lang, "person.erase")))
            (ending(lang, staff, &path, &faults))
        })
}

fn act(staff: &SignedIn, path: &str, word: &str, words: &str) -> Markup {
    html! {
        form method="post" action=(path) {
            (csrf(&staff.csrf))
            input type="hidden" name="act" value=(word);
            button type="submit" { (words) }
        }
    }
}

fn correction(lang: Lang, staff: &SignedIn, path: &str, identity: &crate::store::frame::Identity) -> Markup {
    let fields = [
        ("name", tr!(lang, "person.name"), &identity.name, "60"),
        ("phone", tr!(lang, "person.phone"), &identity.phone, "40"),
        ("email", tr!(lang, "person.email"), &identity.email, "120"),
        ("card", tr!(lang, "person.card"), &identity.card_number, "40"),
        ("address", tr!(lang, "person.address"), &identity.address, "200"),
    ];
    html! {
        h2 { (tr!(lang, "person.correct_title")) }
        p { (tr!(lang, "person.correct_text")) }
        form method="post" action=(path) autocomplete="off" {
            (csrf(&staff.csrf))
            input type="hidden" name="act" value="correct";
            @for (name, label, value, most) in fields {
                div.field {
                    label for=(name) { (label) }
                    input id=(name) name=(name) type="text" maxlength=(most) value=(value) autocomplete="off";
                }
            }
            button type="submit" { (tr!(lang, "person.correct")) }
        }
    }
}

fn ending(lang: Lang, staff: &SignedIn, path: &str, faults: &[Summary]) -> Markup {
    let outcome = FieldFault::of(faults, "outcome");
    html! {
        h2 { (tr!(lang, "person.finish_title")) }
        form method="post" action=(path) novalidate {
            (csrf(&staff.csrf))
            input type="hidden" name="act" value="finish";
            div.field {
                label for="outcome" { (tr!(lang, "person.outcome")) }
                p.q-hint #outcome-hint { (tr!(lang, "person.outcome_hint")) }
                (outcome.message())
                textarea #outcome name="outcome" rows="3" maxlength="300" aria-invalid=[outcome.invalid()]
                    aria-describedby=[outcome.described(Some("outcome-hint"))] {}
            }
            button.main type="submit" { (tr!(lang, "person.finish")) }
        }
    }
}

/// The copy that is handed out: a page of its own that prints.
pub fn copy(lang: Lang, title: &str, day: &str, people: &[Person]) -> Markup {
    let heading = tr!(lang, "person.copy_title");
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (heading) }
            }
            body {
                main {
                    h1 { (heading) }
                    p { (title) " · " (day) }
                    p { (tr!(lang, "person.copy_lead")) }
                    (stored(lang, people, false))
                }
            }
        }
    }
}
