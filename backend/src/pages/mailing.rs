//! The console's page of the leadership's e-mail: when it goes, to whom, what became of it, and how to hold or try it.

use maud::{Markup, html};

use super::invitations::Pick;
use super::layout::{ConsoleFrame, Fault, SignedIn, console, crumbs, csrf, fault_summary};
use super::office::{FieldFault, Message};
use super::{Lang, tr};

mod lists;

/// Someone on the list.
#[derive(Clone, Debug)]
pub struct RecipientLine {
    /// Identifier.
    pub id: String,
    /// Name and title.
    pub name: String,
    /// Address.
    pub email: String,
    /// Role in words.
    pub role: String,
    /// Unit in words; the county's name for the whole county.
    pub scope: String,
    /// Language in words.
    pub language: String,
    /// `active`, `stopped` or `removed`.
    pub state: String,
    /// Day since when they get none, in words.
    pub since: String,
}

/// A run of the schedule.
#[derive(Clone, Debug)]
pub struct RunLine {
    /// What and of which day, in words.
    pub what: String,
    /// When it was due.
    pub due: String,
    /// `running`, `done` or `failed`.
    pub state: String,
    /// Messages queued.
    pub messages: i32,
    /// Why it failed.
    pub error: Option<String>,
}

/// What was typed for somebody new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// Name and title.
    pub name: String,
    /// Address.
    pub email: String,
    /// `zh` or `en`.
    pub language: String,
    /// `leadership` or `unit`.
    pub role: String,
    /// Unit, or empty.
    pub unit: String,
    /// Reason for holding.
    pub reason: String,
    /// Address of a message to oneself.
    pub own: String,
}

/// The page.
#[derive(Clone, Debug)]
pub struct Mailing {
    /// Round id.
    pub id: String,
    /// Title of the round.
    pub round: String,
    /// What is wrong with the last act.
    pub faults: Vec<Fault>,
    /// What the last act did.
    pub done: Option<String>,
    /// When it goes, in sentences.
    pub schedule: Vec<String>,
    /// The next one, in words.
    pub next: Option<String>,
    /// Whether one is due and about to be written.
    pub imminent: bool,
    /// Who holds the mail, and why.
    pub held: Option<(String, String)>,
    /// Whether there are results to write about, and of when.
    pub computed: Option<String>,
    /// Whether a mail server is set.
    pub has_mail: bool,
    /// Where the key that signs stands in the DNS.
    pub signed: Option<String>,
    /// The list.
    pub recipients: Vec<RecipientLine>,
    /// Runs of the schedule, the latest first.
    pub runs: Vec<RunLine>,
    /// Messages, the newest first.
    pub log: Vec<Message>,
    /// Judged units to choose from.
    pub units: Vec<Pick>,
    /// What was typed.
    pub typed: Typed,
    /// Makes a press of "try" count once.
    pub number: String,
    /// Whether the role may act.
    pub may_manage: bool,
}

impl Mailing {
    fn path(&self, rest: &str) -> String {
        format!("/console/rounds/{}/mailing{rest}", self.id)
    }

    fn active(&self) -> impl Iterator<Item = &RecipientLine> {
        self.recipients.iter().filter(|line| line.state == "active")
    }
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &Mailing) -> Markup {
    let title = tr!(lang, "mailing.title");
    let path = view.path("");
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
            (crumbs(lang, &[(&format!("/console/rounds/{}", view.id), &view.round)]))
            (fault_summary(&tr!(lang, "mailing.fault"), &view.faults))
            h1 { (title) }
            @if let Some(done) = &view.done { p.notice role="status" { (done) } }
            p.note { (tr!(lang, "mailing.intro")) }
            (schedule(lang, staff, view))
            (lists::recipients(lang, staff, view))
            @if view.may_manage { (lists::add(lang, staff, view)) }
            (try_it(lang, staff, view))
            (lists::runs(lang, view))
            (lists::log(lang, view))
        },
    )
}

/// A form of this page that does `act`.
fn form(view: &Mailing, staff: &SignedIn, act: &str, content: &Markup) -> Markup {
    html! {
        form method="post" action=(view.path("")) novalidate {
            (csrf(&staff.csrf))
            input type="hidden" name="act" value=(act);
            (content)
        }
    }
}

fn schedule(lang: Lang, staff: &SignedIn, view: &Mailing) -> Markup {
    let fault = FieldFault::of(&view.faults, "reason");
    let let_go = html! { button.main type="submit" { (tr!(lang, "mailing.release")) } };
    let hold = html! {
        div.field {
            label for="reason" { (tr!(lang, "mailing.reason")) }
            (fault.message())
            input #reason name="reason" type="text" maxlength="200" value=(view.typed.reason)
                aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)];
        }
        button type="submit" { (tr!(lang, "mailing.hold")) }
    };
    html! {
        h2 { (tr!(lang, "mailing.schedule")) }
        @if view.schedule.is_empty() { p { (tr!(lang, "mailing.no_schedule")) } }
        @else { ul { @for line in &view.schedule { li { (line) } } } }
        @if let Some((by, reason)) = &view.held {
            p.warning { strong { (tr!(lang, "mailing.held", by = by)) } " " (reason) }
            @if view.may_manage { (form(view, staff, "release", &let_go)) }
        } @else {
            @if view.imminent { p.lead { (tr!(lang, "mailing.imminent")) } }
            @else if let Some(next) = &view.next { p.lead { (tr!(lang, "mailing.next", when = next)) } }
            @else if !view.schedule.is_empty() { p { (tr!(lang, "mailing.no_next")) } }
            @if view.may_manage {
                details open[fault.is_some()] {
                    summary { (tr!(lang, "mailing.hold_title")) }
                    p.note { (tr!(lang, "mailing.hold_note")) }
                    (form(view, staff, "hold", &hold))
                }
            }
        }
        @if !view.has_mail { p.warning { (tr!(lang, "invitations.no_mail")) } }
        @match &view.signed {
            Some(place) => p.note { (tr!(lang, "mailing.signed", place = place)) },
            None => p.note { (tr!(lang, "mailing.unsigned")) },
        }
    }
}

fn try_it(lang: Lang, staff: &SignedIn, view: &Mailing) -> Markup {
    let fault = FieldFault::of(&view.faults, "own");
    let test = html! {
        input type="hidden" name="number" value=(view.number);
        div.inline {
            div.field {
                label for="as" { (tr!(lang, "mailing.as")) }
                select #as name="recipient" {
                    @for line in view.active() { option value=(line.id) { (line.name) " · " (line.scope) } }
                }
            }
            div.field {
                label for="own" { (tr!(lang, "mailing.own")) }
                (fault.message())
                input #own name="own" type="email" autocomplete="email" value=(view.typed.own)
                    aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)];
            }
            button type="submit" { (tr!(lang, "mailing.test")) }
        }
    };
    let send = html! { button type="submit" { (tr!(lang, "mailing.send", count = view.active().count())) } };
    html! {
        h2 { (tr!(lang, "mailing.try")) }
        @match (&view.computed, view.active().next().is_some()) {
            (Some(at), true) => {
                p.note { (tr!(lang, "mailing.computed", at = at)) }
                @if view.may_manage {
                    (form(view, staff, "test", &test))
                    details {
                        summary { (tr!(lang, "mailing.send_title")) }
                        p.note { (tr!(lang, "mailing.send_note")) }
                        (form(view, staff, "send", &send))
                    }
                }
            },
            (Some(_), false) => p { (tr!(lang, "mailing.nobody")) },
            (None, _) => p { (tr!(lang, "mailing.not_computed")) },
        }
    }
}

/// A message as a recipient gets it.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Round id.
    pub id: String,
    /// Title of the round.
    pub round: String,
    /// The recipient's id.
    pub recipient: String,
    /// `From`.
    pub from: String,
    /// `To`.
    pub to: String,
    /// `Subject`.
    pub subject: String,
    /// Names and sizes of what is attached.
    pub enclosed: Vec<String>,
    /// The text part.
    pub text: String,
    /// Language of the message.
    pub language: Lang,
    /// Whether the recipient would get the next scheduled one.
    pub note: Option<String>,
}

/// Renders the preview: headers, attachments and the text part; the other part opens by itself, as a mail program shows
/// it, because its styles stand in its elements and no page of the console may have such.
pub fn preview(lang: Lang, staff: &SignedIn, view: &Preview) -> Markup {
    let title = tr!(lang, "mailing.preview");
    let base = format!("/console/rounds/{}", view.id);
    let path = format!("{base}/mailing/preview?to={}", view.recipient);
    let mailing = format!("{base}/mailing");
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: false,
        path: &path,
        staff: Some(staff),
    };
    let above = [
        (base.as_str(), view.round.as_str()),
        (mailing.as_str(), &tr!(lang, "mailing.title")),
    ];
    console(
        frame,
        &html! {
            (crumbs(lang, &above))
            h1 { (title) }
            @if let Some(note) = &view.note { p.notice { (note) } }
            dl.facts {
                div { dt { (tr!(lang, "mailing.from")) } dd { (view.from) } }
                div { dt { (tr!(lang, "outbox.to")) } dd { (view.to) } }
                div { dt { (tr!(lang, "mailing.subject")) } dd lang=(view.language.tag()) { (view.subject) } }
                div { dt { (tr!(lang, "mailing.enclosed")) } dd {
                    @if view.enclosed.is_empty() { "–" }
                    @for file in &view.enclosed { (file) br; }
                } }
            }
            p { a.button href={ (mailing) "/message?to=" (view.recipient) } { (tr!(lang, "mailing.open_html")) } }
            h2 { (tr!(lang, "mailing.text_part")) }
            pre.letter lang=(view.language.tag()) { (view.text) }
        },
    )
}
