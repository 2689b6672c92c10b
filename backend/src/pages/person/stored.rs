//! What is stored of somebody, as the office sees it and as it is handed out.

use maud::{DOCTYPE, Markup, Render, html};

use super::super::office::{message_kind, message_state};
use super::super::table::Table;
use super::super::{Lang, tr, words};
use crate::person_requests::{Drawn, Known};

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
pub(super) fn stored(lang: Lang, people: &[Person], in_console: bool) -> Markup {
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
