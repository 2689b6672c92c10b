//! The page on which two people agree that one of them may learn who gave a response.

use maud::{Markup, html};

use super::layout::{ConsoleFrame, Fault as Summary, SignedIn, console, crumbs, csrf, fault_summary};
use super::{Lang, tr};
use crate::store::frame::Identity;

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Waits for a second person.
    Asked,
    /// Agreed to.
    Confirmed,
    /// Agreed to, and not used in time.
    Lapsed,
    /// Turned down.
    Refused,
    /// The person was shown.
    Seen,
}

/// What is wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No such response.
    Unknown,
    /// It came through an open link.
    OpenLink,
    /// No reason that says anything.
    Reason,
}

impl Fault {
    fn field(self) -> &'static str {
        match self {
            Self::Unknown | Self::OpenLink => "response",
            Self::Reason => "reason",
        }
    }

    fn text(self, lang: Lang) -> String {
        match self {
            Self::Unknown => tr!(lang, "identity.fault_unknown"),
            Self::OpenLink => tr!(lang, "identity.fault_open_link"),
            Self::Reason => tr!(lang, "identity.fault_reason"),
        }
        .into_owned()
    }
}

/// A request.
#[derive(Clone, Debug)]
pub struct Line {
    /// Identifier.
    pub id: String,
    /// Leaf of the response.
    pub leaf: String,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub asked_by: String,
    /// The day.
    pub asked_on: String,
    /// Who decided.
    pub decided_by: Option<String>,
    /// The day of the look.
    pub seen_on: Option<String>,
    /// How it stands.
    pub standing: Standing,
    /// Whether whoever reads this asked.
    pub own: bool,
}

/// What was typed into the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// Receipt, leaf or case.
    pub response: String,
    /// Why.
    pub reason: String,
}

/// The page.
#[derive(Clone, Debug)]
pub struct View {
    /// Identifier of the round.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Days in which an agreed request can be used.
    pub days: i32,
    /// Whether whoever reads this may ask.
    pub may_ask: bool,
    /// Requests, the newest first.
    pub lines: Vec<Line>,
    /// What was typed.
    pub typed: Typed,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &View) -> Markup {
    let path = format!("/console/rounds/{}/identity", view.id);
    let title = tr!(lang, "identity.title");
    let faults: Vec<Summary> = view
        .faults
        .iter()
        .map(|fault| Summary {
            href: format!("#{}", fault.field()),
            text: fault.text(lang),
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
            (crumbs(lang, &[(&format!("/console/rounds/{}", view.id), &view.title)]))
            (fault_summary(&tr!(lang, "question.errors"), &faults))
            h1 { (title) }
            p.note { (tr!(lang, "identity.lead", days = view.days)) }
            h2 { (tr!(lang, "identity.requests")) }
            @if view.lines.is_empty() { p { (tr!(lang, "identity.none")) } }
            @for line in &view.lines { (request(lang, staff, &path, line)) }
            @if view.may_ask { (form(lang, staff, &path, view)) }
        },
    )
}

fn request(lang: Lang, staff: &SignedIn, path: &str, line: &Line) -> Markup {
    let short = line.leaf.get(..12).unwrap_or(&line.leaf);
    let button = |name: &str, words: &str| {
        html! {
            form method="post" action=(path) {
                (csrf(&staff.csrf))
                input type="hidden" name=(name) value=(line.id);
                button type="submit" { (words) }
            }
        }
    };
    let decider = line.decided_by.as_deref().unwrap_or_default();
    html! {
        section.entry aria-label={ (tr!(lang, "identity.response")) " " (short) } {
            p { strong { (tr!(lang, "identity.response")) " " span.code { (short) "…" } } }
            p { (line.reason) }
            p.note { (tr!(lang, "identity.asked", name = line.asked_by, day = line.asked_on)) }
            @match line.standing {
                Standing::Asked => {
                    p { strong { (tr!(lang, "identity.asked_state")) } }
                    @if line.own {
                        p.note { (tr!(lang, "identity.other_decides")) }
                    } @else {
                        (button("confirm", &tr!(lang, "identity.confirm")))
                        (button("refuse", &tr!(lang, "identity.refuse")))
                    }
                }
                Standing::Confirmed => {
                    p { strong { (tr!(lang, "identity.confirmed", name = decider)) } }
                    @if line.own { (button("see", &tr!(lang, "identity.see"))) }
                }
                Standing::Lapsed => p { strong { (tr!(lang, "identity.lapsed", name = decider)) } },
                Standing::Refused => p { strong { (tr!(lang, "identity.refused", name = decider)) } },
                Standing::Seen => p {
                    strong {
                        (tr!(lang, "identity.seen", name = decider, day = line.seen_on.as_deref().unwrap_or_default()))
                    }
                },
            }
        }
    }
}

fn form(lang: Lang, staff: &SignedIn, path: &str, view: &View) -> Markup {
    let error = |name: &str| {
        view.faults
            .iter()
            .find(|fault| fault.field() == name)
            .map(|fault| fault.text(lang))
    };
    let (response, reason) = (error("response"), error("reason"));
    html! {
        h2 { (tr!(lang, "identity.new")) }
        form method="post" action=(path) novalidate {
            (csrf(&staff.csrf))
            div.field {
                label for="response" { (tr!(lang, "identity.response_label")) }
                p.q-hint #response-hint { (tr!(lang, "identity.response_hint")) }
                @if let Some(text) = &response { p.q-error #response-error { (text) } }
                input #response name="response" type="text" value=(view.typed.response) autocomplete="off"
                    aria-invalid=[response.as_ref().map(|_| "true")]
                    aria-describedby={ "response-hint" @if response.is_some() { " response-error" } };
            }
            div.field {
                label for="reason" { (tr!(lang, "identity.reason_label")) }
                p.q-hint #reason-hint { (tr!(lang, "identity.reason_hint")) }
                @if let Some(text) = &reason { p.q-error #reason-error { (text) } }
                textarea #reason name="reason" rows="3" maxlength="2000"
                    aria-invalid=[reason.as_ref().map(|_| "true")]
                    aria-describedby={ "reason-hint" @if reason.is_some() { " reason-error" } }
                    { (view.typed.reason) }
            }
            button.main type="submit" { (tr!(lang, "identity.ask")) }
        }
    }
}

/// The person, shown once.
pub fn person(
    lang: Lang,
    staff: &SignedIn,
    (round, title): (&str, &str),
    person: Option<&Identity>,
) -> Markup {
    let path = format!("/console/rounds/{round}/identity");
    let heading = tr!(lang, "identity.person");
    let frame = ConsoleFrame {
        lang,
        title: &heading,
        has_error: false,
        path: &path,
        staff: Some(staff),
    };
    let rows = |person: &Identity| {
        [
            (tr!(lang, "identity.name"), person.name.clone()),
            (tr!(lang, "identity.phone"), person.phone.clone()),
            (tr!(lang, "identity.email"), person.email.clone()),
            (tr!(lang, "identity.address"), person.address.clone()),
        ]
    };
    console(
        frame,
        &html! {
            (crumbs(lang, &[
                (&format!("/console/rounds/{round}"), title),
                (&path, &tr!(lang, "identity.title")),
            ]))
            h1 { (heading) }
            @match person {
                Some(person) => {
                    p.warning { (tr!(lang, "identity.once")) }
                    dl {
                        @for (label, value) in rows(person).into_iter().filter(|(_, value)| !value.is_empty()) {
                            dt { (label) }
                            dd { (value) }
                        }
                    }
                }
                None => p { (tr!(lang, "identity.gone")) },
            }
            p { a href=(path) { (tr!(lang, "identity.back")) } }
        },
    )
}
