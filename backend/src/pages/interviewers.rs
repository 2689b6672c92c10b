//! The console's page of interviewers: accounts, devices, and who visits which village.

mod accounts;

use maud::{Markup, html};
use uuid::Uuid;

use super::layout::{ConsoleFrame, Fault, SignedIn, console, crumbs, csrf, fault_summary};
use super::table::Table;
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
            (accounts::devices(lang, staff, view))
            (accounts::exceptions(lang, staff, view))
            (accounts::accounts(lang, staff, view))
        }
        (cases(lang, staff, view))
        @if view.may_manage { (accounts::add(lang, staff, view)) }
    };
    console(frame, &content)
}

fn people(lang: Lang, view: &Interviewers) -> Markup {
    Table::new(
        "people-table",
        tr!(lang, "interviewers.people_caption"),
        &view.people,
    )
    .head(tr!(lang, "interviewers.person"), |person| {
        html! {
            (person.name) br; span.quiet { (person.login) }
            @if person.closed { br; span.low { (tr!(lang, "interviewers.closed")) } }
        }
    })
    .text(tr!(lang, "interviewers.employer"), |person| {
        html! {
            @match &person.employer {
                Some(unit) => (unit),
                None => (tr!(lang, "interviewers.third_party")),
            }
            @if let Some(reason) = &person.exception {
                br; span.low { (tr!(lang, "interviewers.excepted", reason = reason)) }
            }
            @if person.refused { br; span.low { (tr!(lang, "interviewers.refused")) } }
        }
    })
    .num(tr!(lang, "interviewers.open"), |person| &person.open)
    .num(tr!(lang, "interviewers.complete"), |person| &person.complete)
    .text(tr!(lang, "interviewers.devices"), |person| {
        html! {
            @if person.devices.is_empty() { (tr!(lang, "interviewers.no_device")) }
            @for device in &person.devices {
                div { (device_words(lang, device)) }
            }
        }
    })
    .scrolling(lang)
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
