//! The start page of an invitation or an open link: who asks, why, how long,
//! what happens to the answers, and the consents.

use jiff::civil::Date;
use maud::{Markup, html};

use super::layout::{Fault, Frame, Switches, fault_summary, respondent, used_ways};
use super::{Help, Reading, tr, words};

/// Whom the questionnaire is for; decides a few wordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The disabled person.
    Resident,
    /// A relative or friend.
    Family,
    /// A grassroots body.
    Grassroots,
}

impl Audience {
    /// From the code of a respondent group; a group of the plan's own reads like residents.
    pub fn of_group(group: &str) -> Self {
        match group {
            "family" => Self::Family,
            "grassroots" => Self::Grassroots,
            _ => Self::Resident,
        }
    }
}

/// A choice of the open link's township list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitChoice {
    /// Unit code.
    pub code: String,
    /// Name in the page's language.
    pub name: String,
}

/// What is asked before an open link begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenLink {
    /// Townships to choose from; none where the site lies in one.
    pub units: Vec<UnitChoice>,
    /// The one chosen so far.
    pub chosen: String,
    /// Whether the choice is missing.
    pub missing: bool,
    /// Name of the place where the link hangs, where it is a site's own.
    pub site: Option<String>,
}

/// What was answered before, when a person comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resume {
    /// On this device: everything is visible.
    Here,
    /// On another device: the earlier answers stay hidden.
    Elsewhere,
    /// On this device, by whoever handed it over: the earlier answers stay hidden.
    Taken,
}

/// Why the earlier answers are not shown here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinFault {
    /// Not four digits.
    NotFour,
    /// Other digits; so many tries are left.
    Wrong {
        /// Tries left.
        left: i32,
    },
    /// Wrong too often.
    Locked,
}

/// The question for the respondent's own four digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinAsk {
    /// Address the digits are sent to.
    pub action: String,
    /// What was wrong with those sent.
    pub fault: Option<PinFault>,
}

/// The boxes ticked so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consents {
    /// Takes part of their own free will.
    pub part: bool,
    /// Health information may be used (PIPL Art. 29).
    pub sensitive: bool,
    /// Given by a guardian (PIPL Art. 31).
    pub guardian: bool,
}

/// The start page.
#[derive(Clone, Debug)]
pub struct Start {
    /// Title of the questionnaire.
    pub title: String,
    /// Name of the round.
    pub round: String,
    /// Address the form is sent to, and of the page itself.
    pub action: String,
    /// Whom the questionnaire is for.
    pub audience: Audience,
    /// Estimated minutes.
    pub minutes: usize,
    /// Last day.
    pub closes_on: Option<Date>,
    /// Whether it asks about health, so that the separate consent is needed.
    pub asks_health: bool,
    /// The open link's own questions; none for invitations.
    pub open: Option<OpenLink>,
    /// Whether part is answered already.
    pub resume: Option<Resume>,
    /// The question for the four digits, on another device.
    pub pin: Option<PinAsk>,
    /// Boxes ticked.
    pub consents: Consents,
    /// Whether taking part was not ticked.
    pub consent_missing: bool,
    /// Whom to turn to.
    pub help: Help,
}

/// Renders the start page.
pub fn page(reading: Reading, view: &Start) -> Markup {
    let lang = reading.lang;
    let mut faults = Vec::new();
    if view.open.as_ref().is_some_and(|open| open.missing) {
        faults.push(Fault {
            href: "#unit".to_owned(),
            text: tr!(lang, "open.unit_missing").into_owned(),
        });
    }
    if view.consent_missing {
        faults.push(Fault {
            href: "#consent".to_owned(),
            text: tr!(lang, "start.consent_missing").into_owned(),
        });
    }
    if let Some(text) = view.pin.as_ref().and_then(|pin| pin_message(reading, pin.fault)) {
        faults.push(Fault {
            href: "#pin".to_owned(),
            text,
        });
    }
    let frame = Frame {
        reading,
        title: &view.title,
        has_error: !faults.is_empty(),
        site: &view.round,
        help: Some(&view.help),
        switches: Switches::InForm("begin"),
    };
    respondent(
        frame,
        &html! {
            (fault_summary(&tr!(lang, "question.errors"), &faults))
            h1 lang=[words::tongue(lang, &view.title)] { (view.title) }
            @match view.resume {
                Some(Resume::Here) => p.notice { (tr!(lang, "start.resume_here")) },
                Some(Resume::Taken) => p.notice { (tr!(lang, "start.resume_taken")) },
                Some(Resume::Elsewhere) => p.notice { (tr!(lang, "start.resume_elsewhere")) },
                None => {}
            }
            @if view.open.is_some() {
                p.notice {
                    strong {
                        (tr!(lang, "open.badge"))
                        @if let Some(site) = view.open.as_ref().and_then(|open| open.site.as_ref()) { " · " (site) }
                    }
                    br;
                    (tr!(lang, "open.what"))
                }
            }
            (about(reading, view))
            form #begin method="post" action=(view.action) novalidate {
                (used_ways())
                @if view.resume.is_none() {
                    @if let Some(open) = view.open.as_ref().filter(|open| !open.units.is_empty()) {
                        (unit_choice(reading, view.audience, open))
                    }
                    (consents(reading, view))
                }
                button.main data-main type="submit" name="go" value="begin" {
                    @if view.resume.is_some() { (tr!(lang, "start.resume")) } @else { (tr!(lang, "start.go")) }
                }
                p.quiet { (tr!(lang, "start.decline")) }
            }
            @if let Some(pin) = &view.pin { (pin_ask(reading, pin)) }
        },
    )
}

/// What is wrong with the digits sent; being locked is no mistake to mend.
fn pin_message(reading: Reading, fault: Option<PinFault>) -> Option<String> {
    let lang = reading.lang;
    match fault? {
        PinFault::NotFour => Some(tr!(lang, "pin.not_four").into_owned()),
        PinFault::Wrong { left } => Some(tr!(lang, "pin.wrong", left = left).into_owned()),
        PinFault::Locked => None,
    }
}

fn pin_ask(reading: Reading, pin: &PinAsk) -> Markup {
    let lang = reading.lang;
    if pin.fault == Some(PinFault::Locked) {
        return html! { p.notice role="status" { (tr!(lang, "pin.locked")) } };
    }
    let message = pin_message(reading, pin.fault);
    html! {
        h2 { (tr!(lang, "pin.ask_title")) }
        form method="post" action=(pin.action) novalidate autocomplete="off" {
            (pin_field(&tr!(lang, "pin.label"), &tr!(lang, "pin.ask_hint"), message.as_deref()))
            button.second type="submit" { (tr!(lang, "pin.ask_go")) }
        }
    }
}

/// A field for four digits: shown as typed, pasted or filled in by the phone as one likes.
pub(super) fn pin_field(label: &str, hint: &str, message: Option<&str>) -> Markup {
    let described = match message {
        Some(_) => "pin-hint pin-error",
        None => "pin-hint",
    };
    html! {
        div.field {
            label for="pin" { (label) }
            p #pin-hint .q-hint { (hint) }
            @if let Some(message) = message { p #pin-error .q-error { (message) } }
            input #pin .code type="text" name="pin" inputmode="numeric" autocomplete="off" maxlength="12"
                aria-describedby=(described) aria-invalid=[message.is_some().then_some("true")];
        }
    }
}

fn about(reading: Reading, view: &Start) -> Markup {
    let lang = reading.lang;
    let why = match view.audience {
        Audience::Resident => tr!(lang, "start.why_resident"),
        Audience::Family => tr!(lang, "start.why_family"),
        Audience::Grassroots => tr!(lang, "start.why_grassroots"),
    };
    let register = match view.audience {
        Audience::Resident => tr!(lang, "start.register_resident"),
        Audience::Family => tr!(lang, "start.register_family"),
        Audience::Grassroots => tr!(lang, "start.register_grassroots"),
    };
    html! {
        h2 { (tr!(lang, "start.who")) }
        p { (tr!(lang, "start.who_text", organiser = view.help.organiser)) }
        h2 { (tr!(lang, "start.why")) }
        p { (why) }
        h2 { (tr!(lang, "start.long")) }
        p { (tr!(lang, "start.long_text", minutes = view.minutes)) }
        h2 { (tr!(lang, "start.free")) }
        p { (tr!(lang, "start.free_text")) }
        h2 { (tr!(lang, "start.use")) }
        @if view.open.is_some() {
            p { (tr!(lang, "open.use_text")) }
        } @else {
            p { (tr!(lang, "start.use_text")) }
            p { (register) }
        }
        p { a.second href="/privacy" { (tr!(lang, "privacy.more")) } }
        @if let Some(day) = view.closes_on {
            h2 { (tr!(lang, "start.until")) }
            p { (tr!(lang, "start.until_text", date = words::day(lang, day))) }
        }
    }
}

fn unit_choice(reading: Reading, audience: Audience, open: &OpenLink) -> Markup {
    let lang = reading.lang;
    let label = match audience {
        Audience::Resident => tr!(lang, "open.unit"),
        Audience::Family => tr!(lang, "open.unit_family"),
        Audience::Grassroots => tr!(lang, "open.unit_grassroots"),
    };
    html! {
        div.field {
            label for="unit" { (label) }
            @if open.missing { p #unit-error .q-error { (tr!(lang, "open.unit_missing")) } }
            select #unit name="unit" aria-invalid=[open.missing.then_some("true")]
                aria-describedby=[open.missing.then_some("unit-error")] {
                option value="" { (tr!(lang, "open.unit_choose")) }
                @for unit in &open.units {
                    option value=(unit.code) selected[unit.code == open.chosen] { (unit.name) }
                }
            }
        }
    }
}

fn consents(reading: Reading, view: &Start) -> Markup {
    let lang = reading.lang;
    html! {
        fieldset.consents {
            legend { h2 { (tr!(lang, "start.consent")) } }
            @if view.consent_missing { p #consent-error .q-error { (tr!(lang, "start.consent_missing")) } }
            label.choice for="consent" {
                input #consent type="checkbox" name="consent" value="yes" checked[view.consents.part]
                    aria-invalid=[view.consent_missing.then_some("true")]
                    aria-describedby=[view.consent_missing.then_some("consent-error")];
                span.choice-label { (tr!(lang, "start.consent_part")) }
            }
            @if view.asks_health {
                label.choice for="sensitive" {
                    input #sensitive type="checkbox" name="sensitive" value="yes" checked[view.consents.sensitive]
                        aria-describedby="sensitive-hint";
                    span.choice-label { (tr!(lang, "start.consent_sensitive")) }
                }
                p #sensitive-hint .q-hint { (tr!(lang, "start.consent_sensitive_hint")) }
            }
            @if view.audience != Audience::Grassroots {
                label.choice for="guardian" {
                    input #guardian type="checkbox" name="guardian" value="yes" checked[view.consents.guardian]
                        aria-describedby="guardian-hint";
                    span.choice-label { (tr!(lang, "start.consent_guardian")) }
                }
                p #guardian-hint .q-hint { (tr!(lang, "start.consent_guardian_hint")) }
            }
        }
    }
}
