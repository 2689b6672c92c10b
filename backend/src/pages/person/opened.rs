//! A request that was agreed to: what is stored, and what can be done about it.

use maud::{Markup, html};

use super::super::layout::{Fault as Summary, SignedIn, csrf};
use super::super::office::FieldFault;
use super::super::round_page::RoundPage;
use super::super::{Lang, tr};
use super::stored::{Person, stored};
use super::wants_words;
use crate::person_requests::Want;
use crate::store::frame::Identity;

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

fn correction(lang: Lang, staff: &SignedIn, path: &str, identity: &Identity) -> Markup {
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
