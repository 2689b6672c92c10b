//! The console's page of interviewers: accounts, devices, and who visits which village.

use maud::{Markup, html};
use uuid::Uuid;

use super::layout::{ConsoleFrame, Fault, SignedIn, console, crumbs, csrf, fault_summary};
use super::office::{FieldFault, scrolling};
use super::{Lang, tr};

/// A device of an interviewer.
#[derive(Clone, Debug)]
pub struct DeviceLine {
    /// Identifier.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// Day of the last contact.
    pub seen: String,
    /// Whether that is more than three days ago.
    pub stale: bool,
    /// `active`, `wipe` or `wiped`.
    pub state: String,
    /// Days without contact after which it wipes itself.
    pub offline_days: i32,
}

/// An interviewer.
#[derive(Clone, Debug)]
pub struct PersonLine {
    /// Account.
    pub id: Uuid,
    /// Login.
    pub login: String,
    /// Name shown.
    pub name: String,
    /// Name of the employing unit; none for the third party.
    pub employer: Option<String>,
    /// Reason of the office's exception in this round.
    pub exception: Option<String>,
    /// Whether devices of theirs are turned away, because a judged unit employs them.
    pub refused: bool,
    /// Whether the account is closed.
    pub closed: bool,
    /// Open cases.
    pub open: usize,
    /// Cases that have answered.
    pub complete: usize,
    /// Devices.
    pub devices: Vec<DeviceLine>,
}

/// A village with open cases.
#[derive(Clone, Debug)]
pub struct VillageLine {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Open cases that nobody has.
    pub free: usize,
    /// Interviewers with the number of their open cases.
    pub given: Vec<(String, usize)>,
}

/// Villages of a township.
#[derive(Clone, Debug)]
pub struct TownshipBlock {
    /// Name.
    pub name: String,
    /// Villages.
    pub villages: Vec<VillageLine>,
}

/// A unit that can employ somebody.
#[derive(Clone, Debug)]
pub struct UnitOption {
    /// Code.
    pub code: String,
    /// Name with its depth in the tree before it.
    pub name: String,
}

/// What was typed into the form for a new interviewer.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// Login.
    pub login: String,
    /// Name.
    pub name: String,
    /// Code of the employer.
    pub employer: String,
}

/// The page.
#[derive(Clone, Debug)]
pub struct Interviewers {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// What the last act did.
    pub done: Option<String>,
    /// Login and initial password of an account made just now.
    pub made: Option<(String, String)>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// What was typed.
    pub typed: Typed,
    /// Interviewers.
    pub people: Vec<PersonLine>,
    /// Villages with open cases by township.
    pub townships: Vec<TownshipBlock>,
    /// Who can employ.
    pub units: Vec<UnitOption>,
    /// Interviews that wait for the office; none where the role may not see them.
    pub held: Option<u64>,
    /// Whether cases may be given out.
    pub may_assign: bool,
    /// Whether accounts, devices and exceptions may be managed.
    pub may_manage: bool,
}

impl Interviewers {
    /// Interviewers whose account is open.
    fn active(&self) -> impl Iterator<Item = &PersonLine> {
        self.people.iter().filter(|person| !person.closed)
    }

    fn base(&self) -> String {
        format!("/console/rounds/{}/interviewers", self.round)
    }
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &Interviewers) -> Markup {
    let title = tr!(lang, "interviewers.title");
    let path = view.base();
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: !view.faults.is_empty(),
        path: &path,
        staff: Some(staff),
    };
    let content = html! {
        (crumbs(lang, &[(&format!("/console/rounds/{}", view.round), &view.title)]))
        (fault_summary(&tr!(lang, "question.errors"), &view.faults))
        h1 { (title) }
        @if let Some(done) = &view.done { p.notice role="status" { (done) } }
        @if let Some((login, password)) = &view.made {
            div.notice role="status" {
                p { (tr!(lang, "interviewers.made", login = login)) }
                p { strong { code data-password { (password) } } }
                p { (tr!(lang, "interviewers.made_note")) }
            }
        }
        p { (tr!(lang, "interviewers.lead")) }
        @match view.held {
            Some(0) | None => {}
            Some(n) => p.warning {
                a href={ "/console/rounds/" (view.round) "/held" } { (tr!(lang, "interviewers.held", n = n)) }
            }
        }
        h2 #people { (tr!(lang, "interviewers.people")) }
        @if view.people.is_empty() { p { (tr!(lang, "interviewers.nobody")) } }
        @else { (people(lang, view)) }
        @if view.may_manage {
            (devices(lang, staff, view))
            (exceptions(lang, staff, view))
            (accounts(lang, staff, view))
        }
        (cases(lang, staff, view))
        @if view.may_manage { (add(lang, staff, view)) }
    };
    console(frame, &content)
}

fn people(lang: Lang, view: &Interviewers) -> Markup {
    let table = html! {
        table {
            caption #people-table { (tr!(lang, "interviewers.people_caption")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "interviewers.person")) }
                    th scope="col" { (tr!(lang, "interviewers.employer")) }
                    th.num scope="col" { (tr!(lang, "interviewers.open")) }
                    th.num scope="col" { (tr!(lang, "interviewers.complete")) }
                    th scope="col" { (tr!(lang, "interviewers.devices")) }
                }
            }
            tbody {
                @for person in &view.people {
                    tr {
                        th scope="row" {
                            (person.name) br; span.quiet { (person.login) }
                            @if person.closed { br; span.low { (tr!(lang, "interviewers.closed")) } }
                        }
                        td {
                            @match &person.employer {
                                Some(unit) => (unit),
                                None => (tr!(lang, "interviewers.third_party")),
                            }
                            @if let Some(reason) = &person.exception {
                                br; span.low { (tr!(lang, "interviewers.excepted", reason = reason)) }
                            }
                            @if person.refused { br; span.low { (tr!(lang, "interviewers.refused")) } }
                        }
                        td.num { (person.open) }
                        td.num { (person.complete) }
                        td {
                            @if person.devices.is_empty() { (tr!(lang, "interviewers.no_device")) }
                            @for device in &person.devices {
                                div { (device_words(lang, device)) }
                            }
                        }
                    }
                }
            }
        }
    };
    scrolling(lang, "people-table", &table)
}

/// The colon of a language's punctuation.
fn colon(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "：",
        Lang::En => ": ",
    }
}

fn device_words(lang: Lang, device: &DeviceLine) -> Markup {
    let name = if device.name.is_empty() {
        tr!(lang, "interviewers.device").into_owned()
    } else {
        device.name.clone()
    };
    html! {
        (name) (colon(lang))
        @match device.state.as_str() {
            "wipe" => strong.late { (tr!(lang, "interviewers.wipe_waiting", day = device.seen)) },
            "wiped" => (tr!(lang, "interviewers.wiped", day = device.seen)),
            "left" => (tr!(lang, "interviewers.signed_out", day = device.seen)),
            _ if device.stale => strong.late { (tr!(lang, "interviewers.stale", day = device.seen)) },
            _ => (tr!(lang, "interviewers.seen", day = device.seen)),
        }
    }
}

fn devices(lang: Lang, staff: &SignedIn, view: &Interviewers) -> Markup {
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

fn exceptions(lang: Lang, staff: &SignedIn, view: &Interviewers) -> Markup {
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

fn accounts(lang: Lang, staff: &SignedIn, view: &Interviewers) -> Markup {
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

fn cases(lang: Lang, staff: &SignedIn, view: &Interviewers) -> Markup {
    let free: usize = view
        .townships
        .iter()
        .flat_map(|block| &block.villages)
        .map(|village| village.free)
        .sum();
    html! {
        h2 #cases { (tr!(lang, "interviewers.cases")) }
        @if view.townships.is_empty() { p { (tr!(lang, "interviewers.no_cases")) } }
        @else {
            p { (tr!(lang, "interviewers.cases_note", free = free)) }
            form method="post" action={ (view.base()) "/cases" } {
                (csrf(&staff.csrf))
                @for block in &view.townships {
                    @let open: usize = block.villages.iter().map(|village| village.free).sum();
                    details {
                        summary { (tr!(lang, "interviewers.township", name = block.name, free = open, villages = block.villages.len())) }
                        fieldset.q {
                            legend.hidden { (block.name) }
                            @for village in &block.villages {
                                div.check {
                                    @if view.may_assign {
                                        label {
                                            input type="checkbox" name="unit" value=(village.code);
                                            (village_words(lang, village))
                                        }
                                    } @else {
                                        p { (village_words(lang, village)) }
                                    }
                                }
                            }
                        }
                    }
                }
                @if view.may_assign && view.active().next().is_some() {
                    h3 { (tr!(lang, "interviewers.chosen")) }
                    div.inline {
                        div.field {
                            label for="person" { (tr!(lang, "interviewers.person")) }
                            select #person name="person" {
                                @for person in view.active() {
                                    option value=(person.id) { (person.name) "（" (person.open) "）" }
                                }
                            }
                        }
                        button.main type="submit" name="go" value="assign" { (tr!(lang, "interviewers.assign")) }
                        button type="submit" name="go" value="unassign" { (tr!(lang, "interviewers.unassign")) }
                    }
                    @if free > 0 {
                        fieldset.q {
                            legend { (tr!(lang, "interviewers.share_title")) }
                            p.note { (tr!(lang, "interviewers.share_note")) }
                            @for person in view.active() {
                                div.check {
                                    label {
                                        input type="checkbox" name="among" value=(person.id) checked;
                                        (person.name) "（" (person.open) "）"
                                    }
                                }
                            }
                            button type="submit" name="go" value="share" {
                                (tr!(lang, "interviewers.share", free = free))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn village_words(lang: Lang, village: &VillageLine) -> Markup {
    html! {
        (village.name) " "
        span.quiet {
            @if village.free > 0 { (tr!(lang, "interviewers.free", n = village.free)) " " }
            @for (name, n) in &village.given { (tr!(lang, "interviewers.given", name = name, n = n)) " " }
        }
    }
}

fn add(lang: Lang, staff: &SignedIn, view: &Interviewers) -> Markup {
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
