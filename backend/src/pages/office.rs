//! The console's lists: rounds, outgoing e-mail, audit log.

use maud::{Markup, html};

use super::layout::{ConsoleFrame, Fault, SignedIn, console, csrf};
use super::table::Table;
use super::{Lang, tr, words};

/// What is wrong with the field `id`, shown above it and told with it.
#[derive(Clone, Copy, Debug)]
pub struct FieldFault<'a> {
    id: &'a str,
    text: Option<&'a str>,
}

impl<'a> FieldFault<'a> {
    /// The fault among `faults` that is about the field `id`.
    pub fn of(faults: &'a [Fault], id: &'a str) -> Self {
        let here = |fault: &&Fault| fault.href.strip_prefix('#') == Some(id);
        Self {
            id,
            text: faults.iter().find(here).map(|fault| fault.text.as_str()),
        }
    }

    /// Whether there is one.
    pub fn is_some(&self) -> bool {
        self.text.is_some()
    }

    /// The message, to stand above the field.
    pub fn message(&self) -> Markup {
        html! { @if let Some(text) = self.text { p.q-error #{ (self.id) "-error" } { (text) } } }
    }

    /// `aria-invalid` of the field.
    pub fn invalid(&self) -> Option<&'static str> {
        self.text.map(|_| "true")
    }

    /// `aria-describedby` of the field, which has the hint `hint` as well.
    pub fn described(&self, hint: Option<&str>) -> Option<String> {
        let own = self.text.map(|_| format!("{}-error", self.id));
        match (own, hint) {
            (Some(own), Some(hint)) => Some(format!("{own} {hint}")),
            (own, hint) => own.or_else(|| hint.map(str::to_owned)),
        }
    }
}

/// One line of the list of rounds.
#[derive(Clone, Debug)]
pub struct RoundLine {
    /// Identifier.
    pub id: String,
    /// Title in the page's language.
    pub title: String,
    /// State as stored.
    pub state: String,
    /// First day, ISO 8601.
    pub opens_on: String,
    /// Last day, ISO 8601.
    pub closes_on: String,
    /// Invitations.
    pub invited: u64,
    /// Complete responses.
    pub complete: u64,
}

/// Complete ÷ invited; none when no one was invited.
pub fn rate(complete: u64, invited: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^52")]
    (invited > 0).then(|| complete as f64 / invited as f64)
}

/// A rate in words, an en dash when there is none.
pub fn rate_text(rate: Option<f64>) -> String {
    rate.map_or_else(|| "–".to_owned(), words::percent)
}

/// Renders the list of rounds; `unread` are notices about the account.
pub fn rounds(lang: Lang, staff: &SignedIn, lines: &[RoundLine], (may_start, unread): (bool, u64)) -> Markup {
    let title = tr!(lang, "rounds.title");
    let table = Table::new("rounds", &*title, lines)
        .hidden_caption()
        .head(
            tr!(lang, "rounds.round"),
            |line| html! { a href={ "/console/rounds/" (line.id) } { (line.title) } },
        )
        .text(tr!(lang, "rounds.state"), |line| words::state(lang, &line.state))
        .text(
            tr!(lang, "rounds.dates"),
            |line| html! { span.day { (line.opens_on) } " – " span.day { (line.closes_on) } },
        )
        .num(tr!(lang, "rounds.invited"), |line| &line.invited)
        .num(tr!(lang, "rounds.complete"), |line| &line.complete)
        .num(tr!(lang, "rounds.rate"), |line| {
            rate_text(rate(line.complete, line.invited))
        });
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: false,
        path: "/console",
        staff: Some(staff),
    };
    console(
        frame,
        &html! {
            h1 { (title) }
            (super::notices::waiting(lang, unread))
            @if may_start { p { a.button href=(super::planning::start::PATH) { (tr!(lang, "plan.new_round")) } } }
            @if lines.is_empty() { p { (tr!(lang, "rounds.empty")) } } @else { (table.scrolling(lang)) }
        },
    )
}

/// One message of the outbox.
#[derive(Clone, Debug)]
pub struct Message {
    /// Identifier.
    pub id: uuid::Uuid,
    /// Address.
    pub recipient: String,
    /// Kind of message.
    pub kind: String,
    /// `queued`, `sending`, `sent`, `failed` or `unknown`.
    pub state: String,
    /// Times tried.
    pub attempts: i32,
    /// Last failure.
    pub error: Option<String>,
    /// When it is tried again, or was sent.
    pub when: String,
}

/// What a kind of message is about; an unknown kind is shown as it is.
pub(super) fn message_kind(lang: Lang, kind: &str) -> String {
    match kind {
        "summary" => tr!(lang, "outbox.kind_summary").into_owned(),
        "summary-weekly" => tr!(lang, "mailing.kind_weekly").into_owned(),
        "summary-final" => tr!(lang, "mailing.kind_final").into_owned(),
        "summary-test" => tr!(lang, "mailing.kind_test").into_owned(),
        "invitation" => tr!(lang, "outbox.kind_invitation").into_owned(),
        "reminder-1" => tr!(lang, "outbox.kind_reminder_1").into_owned(),
        "reminder-2" => tr!(lang, "outbox.kind_reminder_2").into_owned(),
        other => other.to_owned(),
    }
}

/// The button that sends a message again, where it failed or nobody knows whether it went out.
fn again(lang: Lang, staff: &SignedIn, message: &Message) -> Markup {
    html! {
        @if matches!(message.state.as_str(), "failed" | "unknown") {
            form method="post" action={ "/console/outbox/" (message.id) "/again" } {
                (csrf(&staff.csrf))
                button type="submit" {
                    (tr!(lang, "outbox.again"))
                    span.hidden { (tr!(lang, "outbox.again_to", to = message.recipient)) }
                }
            }
        }
    }
}

/// What became of a message; an unknown state is shown as it is.
pub(super) fn message_state(lang: Lang, state: &str) -> String {
    match state {
        "queued" => tr!(lang, "outbox.queued").into_owned(),
        "sending" => tr!(lang, "outbox.sending").into_owned(),
        "sent" => tr!(lang, "outbox.sent").into_owned(),
        "failed" => tr!(lang, "outbox.failed_state").into_owned(),
        "unknown" => tr!(lang, "outbox.unknown").into_owned(),
        "skipped" => tr!(lang, "outbox.skipped").into_owned(),
        "held" => tr!(lang, "mailing.state_held").into_owned(),
        other => other.to_owned(),
    }
}

/// Messages and what became of each.
pub(super) fn message_table<'a>(
    lang: Lang,
    id: &'a str,
    caption: &'a str,
    messages: &'a [Message],
) -> Table<'a, Message> {
    Table::new(id, caption, messages)
        .hidden_caption()
        .mark("bad", |message| message.state == "failed")
        .head(tr!(lang, "outbox.to"), |message| &message.recipient)
        .text(tr!(lang, "outbox.subject"), move |message| {
            message_kind(lang, &message.kind)
        })
        .text(tr!(lang, "outbox.state"), move |message| {
            message_state(lang, &message.state)
        })
        .text(tr!(lang, "audit.at"), |message| &message.when)
        .num(tr!(lang, "outbox.attempts"), |message| &message.attempts)
        .text(tr!(lang, "outbox.error"), |message| {
            message.error.as_deref().unwrap_or_default()
        })
}

/// Renders the outbox, failures first.
pub fn outbox(lang: Lang, staff: &SignedIn, messages: &[Message]) -> Markup {
    let title = tr!(lang, "outbox.title");
    let failed = messages
        .iter()
        .filter(|message| message.state == "failed")
        .count();
    let doubtful = messages.iter().any(|message| message.state == "unknown");
    let stuck = failed > 0 || doubtful;
    let table = message_table(lang, "outbox", &title, messages).when(stuck, |table| {
        table.text(tr!(lang, "outbox.act"), |message| again(lang, staff, message))
    });
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: false,
        path: "/console/outbox",
        staff: Some(staff),
    };
    console(
        frame,
        &html! {
            h1 { (title) }
            @if failed > 0 { p.warning { (tr!(lang, "outbox.failed", count = failed)) } }
            @if doubtful { p.warning { (tr!(lang, "outbox.doubtful")) } }
            @if messages.is_empty() { p { (tr!(lang, "outbox.empty")) } }
            @else { (table.scrolling(lang)) }
        },
    )
}

/// One entry of the audit log.
#[derive(Clone, Debug)]
pub struct AuditLine {
    /// Position in the chain.
    pub seq: i64,
    /// When.
    pub at: String,
    /// Login, or `cli`.
    pub actor: String,
    /// The act.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// Hash of the entry.
    pub hash: String,
}

/// Renders the audit log, newest first.
pub fn audit(lang: Lang, staff: &SignedIn, lines: &[AuditLine]) -> Markup {
    let title = tr!(lang, "audit.title");
    let table = Table::new("audit", &*title, lines)
        .hidden_caption()
        .num_head("#", |line| &line.seq)
        .text(tr!(lang, "audit.at"), |line| &line.at)
        .text(tr!(lang, "audit.who"), |line| &line.actor)
        .text(tr!(lang, "audit.act"), |line| &line.action)
        .text(tr!(lang, "audit.subject"), |line| &line.subject)
        .text(
            tr!(lang, "audit.hash"),
            |line| html! { code { (line.hash.get(..16).unwrap_or(&line.hash)) } },
        );
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: false,
        path: "/console/audit",
        staff: Some(staff),
    };
    console(
        frame,
        &html! {
            h1 { (title) }
            p { (tr!(lang, "audit.note", count = lines.len())) }
            @if lines.is_empty() { p { (tr!(lang, "audit.empty")) } } @else { (table.scrolling(lang)) }
        },
    )
}
