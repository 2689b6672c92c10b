//! Interviewers' accounts, phones and exceptions: what the office manages.

use maud::{Markup, html};

use super::super::layout::{SignedIn, csrf};
use super::super::office::FieldFault;
use super::super::{Lang, tr};
use super::{DeviceLine, Interviewers, PersonLine, colon};

/// Phones in use, each with what can be done when it is lost.
pub(super) fn devices(lang: Lang, staff: &SignedIn, view: &Interviewers) -> Markup {
    let active: Vec<(&PersonLine, &DeviceLine)> = view
        .people
        .iter()
        .flat_map(|person| person.devices.iter().map(move |device| (person, device)))
        .filter(|(_, device)| device.state == "active")
        .collect();
    html! {
        @if !active.is_empty() {
            details open[active.iter().any(|(_, device)| view.faults.iter().any(|fault| fault.href == format!("#days-{}", device.id)))] {
                summary { (tr!(lang, "interviewers.devices_title")) }
                p.note { (tr!(lang, "interviewers.devices_note")) }
                p.note { (tr!(lang, "interviewers.devices_limits")) }
                @for (person, device) in active {
                    @let id = format!("days-{}", device.id);
                    @let fault = FieldFault::of(&view.faults, &id);
                    form.inline method="post" action={ (view.base()) "/devices" } novalidate {
                        (csrf(&staff.csrf))
                        input type="hidden" name="device" value=(device.id);
                        div.field {
                            label for=(id) {
                                (person.name) " · " (device.name) (colon(lang))
                                (tr!(lang, "interviewers.offline_days"))
                            }
                            (fault.message())
                            input #(id) type="number" name="days" min="1" max="60" inputmode="numeric"
                                value=(device.offline_days) aria-invalid=[fault.invalid()]
                                aria-describedby=[fault.described(None)];
                        }
                        button type="submit" name="go" value="days" { (tr!(lang, "interviewers.save_days")) }
                        // It cannot be taken back, so that one slip of the finger must not be enough.
                        details {
                            summary { (tr!(lang, "interviewers.report_lost", person = person.name, device = device.name)) }
                            button type="submit" name="go" value="lost" {
                                (tr!(lang, "interviewers.report_lost_sure", person = person.name, device = device.name))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Exceptions for interviewers whom a unit employs.
pub(super) fn exceptions(lang: Lang, staff: &SignedIn, view: &Interviewers) -> Markup {
    let bound: Vec<&PersonLine> = view
        .people
        .iter()
        .filter(|person| !person.closed && person.employer.is_some() && person.exception.is_none())
        .collect();
    let fault = FieldFault::of(&view.faults, "except-reason");
    html! {
        @if !bound.is_empty() {
            details open[fault.is_some()] {
                summary { (tr!(lang, "interviewers.except_title")) }
                p.note #except-note { (tr!(lang, "interviewers.except_note")) }
                form method="post" action={ (view.base()) "/exceptions" } novalidate {
                    (csrf(&staff.csrf))
                    div.field {
                        label for="except-person" { (tr!(lang, "interviewers.person")) }
                        select #except-person name="person" {
                            @for person in bound {
                                option value=(person.id) {
                                    (person.name) "（" (person.employer.as_deref().unwrap_or_default()) "）"
                                }
                            }
                        }
                    }
                    div.field {
                        label for="except-reason" { (tr!(lang, "interviewers.except_reason")) }
                        (fault.message())
                        input #except-reason type="text" name="reason" maxlength="300" required autocomplete="off"
                            aria-invalid=[fault.invalid()] aria-describedby=[fault.described(Some("except-note"))];
                    }
                    button type="submit" { (tr!(lang, "interviewers.except_go")) }
                }
            }
        }
    }
}

/// One act on an account: whom, why where it takes something away, and the button.
struct AccountAct<'a> {
    /// Word of the act in the form and in the locale.
    word: &'static str,
    people: Vec<&'a PersonLine>,
    needs_reason: bool,
}

/// Accounts: a new password, closing, opening again.
pub(super) fn accounts(lang: Lang, staff: &SignedIn, view: &Interviewers) -> Markup {
    let closed = view.people.iter().filter(|person| person.closed);
    let acts = [
        AccountAct {
            word: "password",
            people: view.active().collect(),
            needs_reason: false,
        },
        AccountAct {
            word: "close",
            people: view.active().collect(),
            needs_reason: true,
        },
        AccountAct {
            word: "reopen",
            people: closed.collect(),
            needs_reason: false,
        },
        AccountAct {
            word: "unexcept",
            people: view
                .active()
                .filter(|person| person.exception.is_some())
                .collect(),
            needs_reason: true,
        },
    ];
    html! {
        @for act in acts.iter().filter(|act| !act.people.is_empty()) { (account_act(lang, staff, view, act)) }
    }
}

fn account_act(lang: Lang, staff: &SignedIn, view: &Interviewers, act: &AccountAct<'_>) -> Markup {
    let (title, note, go) = match act.word {
        "password" => (
            tr!(lang, "interviewers.password_title"),
            tr!(lang, "interviewers.password_note"),
            tr!(lang, "interviewers.password_go"),
        ),
        "close" => (
            tr!(lang, "interviewers.close_title"),
            tr!(lang, "interviewers.close_note"),
            tr!(lang, "interviewers.close_go"),
        ),
        "reopen" => (
            tr!(lang, "interviewers.reopen_title"),
            tr!(lang, "interviewers.reopen_note"),
            tr!(lang, "interviewers.reopen_go"),
        ),
        _ => (
            tr!(lang, "interviewers.unexcept_title"),
            tr!(lang, "interviewers.unexcept_note"),
            tr!(lang, "interviewers.unexcept_go"),
        ),
    };
    let (person, reason, about) = (
        format!("{}-person", act.word),
        format!("{}-reason", act.word),
        format!("{}-note", act.word),
    );
    let wrong = view
        .faults
        .iter()
        .find(|fault| fault.href == format!("#{reason}"));
    html! {
        details open[view.faults.iter().any(|fault| fault.href == format!("#{person}") || fault.href == format!("#{reason}"))] {
            summary { (title) }
            p.note #(about) { (note) }
            form method="post" action={ (view.base()) "/accounts" } {
                (csrf(&staff.csrf))
                div.field {
                    label for=(person) { (tr!(lang, "interviewers.person")) }
                    @let person_fault = view.faults.iter().find(|fault| fault.href == format!("#{person}"));
                    @let person_fault_id = format!("{person}-fault");
                    @if let Some(fault) = person_fault { p.q-error #(person_fault_id) { (fault.text) } }
                    select #(person) name="person" required
                        aria-invalid=[person_fault.map(|_| "true")]
                        aria-describedby=(if person_fault.is_some() { person_fault_id.as_str() } else { about.as_str() }) {
                        // Nobody is chosen beforehand: a slip must not close the first account of the list.
                        option value="" { (tr!(lang, "interviewers.choose_person")) }
                        @for one in &act.people {
                            option value=(one.id) { (one.name) "（" (one.login) "）" }
                        }
                    }
                }
                @if act.needs_reason {
                    @let fault_id = format!("{reason}-fault");
                    div.field {
                        label for=(reason) { (tr!(lang, "interviewers.except_reason")) }
                        @if let Some(fault) = wrong { p.q-error #(fault_id) { (fault.text) } }
                        input #(reason) type="text" name="reason" maxlength="300" required
                            aria-invalid=[wrong.is_some().then_some("true")]
                            aria-describedby=(if wrong.is_some() { fault_id.as_str() } else { about.as_str() });
                    }
                }
                button type="submit" name="go" value=(act.word) { (go) }
            }
        }
    }
}

/// The form for a new interviewer.
pub(super) fn add(lang: Lang, staff: &SignedIn, view: &Interviewers) -> Markup {
    let [login, name, employer] =
        ["new-login", "new-name", "new-employer"].map(|id| FieldFault::of(&view.faults, id));
    html! {
        h2 #add { (tr!(lang, "interviewers.add")) }
        form method="post" action=(view.base()) novalidate {
            (csrf(&staff.csrf))
            div.field {
                label for="new-login" { (tr!(lang, "login.user")) }
                (login.message())
                input #new-login type="text" name="login" value=(view.typed.login) maxlength="40" required
                    autocapitalize="none" spellcheck="false" autocomplete="off"
                    aria-describedby=[login.described(Some("new-login-hint"))] aria-invalid=[login.invalid()];
                p #new-login-hint .quiet { (tr!(lang, "interviewers.login_hint")) }
            }
            div.field {
                label for="new-name" { (tr!(lang, "interviewers.name")) }
                (name.message())
                input #new-name type="text" name="name" value=(view.typed.name) maxlength="40" required
                    autocomplete="off" aria-describedby=[name.described(None)] aria-invalid=[name.invalid()];
            }
            div.field {
                label for="new-employer" { (tr!(lang, "interviewers.employer")) }
                (employer.message())
                select #new-employer name="employer" aria-describedby=[employer.described(Some("new-employer-hint"))]
                    aria-invalid=[employer.invalid()] {
                    option value="" { (tr!(lang, "interviewers.third_party")) }
                    @for unit in &view.units {
                        option value=(unit.code) selected[unit.code == view.typed.employer] { (unit.name) }
                    }
                }
                p #new-employer-hint .quiet { (tr!(lang, "interviewers.employer_hint")) }
            }
            button.main type="submit" { (tr!(lang, "interviewers.add_go")) }
        }
    }
}
