//! Pages for what can go wrong: each says what happened, why it is no one's fault, and what to do.

use jiff::civil::Date;
use maud::{Markup, html};

use super::layout::{Frame, Switches, respondent};
use super::{Help, Reading, tr, words};

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No invitation has this code.
    UnknownCode,
    /// The invitation was answered; with the address of the receipt where this device sent it.
    UsedCode(UsedCode),
    /// The site of an open link has its number of answers for today.
    CapReached {
        /// The site.
        site: String,
        /// When it opens again; none when the round ends before.
        again: Option<Date>,
    },
    /// Enough answers of this kind have come by open links.
    QuotaFull,
    /// Staff of a judged unit asked for something of the round's respondents.
    JudgedUnit {
        /// Name of the unit.
        unit: String,
    },
    /// The round is over.
    Closed(Date),
    /// The round has not begun.
    Early(Date),
    /// No open link has this name.
    UnknownLink,
    /// Too many wrong codes from this address.
    TooMany {
        /// Minutes to wait.
        minutes: u64,
    },
    /// No such page.
    Lost,
    /// It was erased on the day that the plan names.
    Erased,
    /// The role has no right to it.
    Forbidden,
    /// The form was made by another session, or sent from another site.
    Stale,
    /// Database, disk or another part failed.
    Failed,
    /// Too much comes at once, or the database is away for a moment.
    Busy,
    /// What was sent is larger than any answer.
    TooLarge,
    /// The files of a page are larger than it may send.
    FilesTooLarge {
        /// The page.
        back: String,
    },
    /// The address or the form is none that a page of this site makes.
    Unreadable,
}

/// What can be done about a code that was used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsedCode {
    /// Address of the receipt page, where this device sent the answers.
    pub receipt: Option<String>,
    /// Last day on which answers can be taken back or given again; none when the round is over.
    pub until: Option<Date>,
}

/// Renders the page that explains a problem; `path` is where it arose, to stay there when the display is changed.
pub fn page(reading: Reading, problem: &Problem, help: Option<&Help>, path: &str) -> Markup {
    let lang = reading.lang;
    let organiser = help.map(|help| help.organiser.as_str()).unwrap_or_default();
    let (title, text) = match problem {
        Problem::UnknownCode => (
            tr!(lang, "problem.unknown_title"),
            tr!(lang, "problem.unknown_text"),
        ),
        Problem::UsedCode(_) => (tr!(lang, "problem.used_title"), tr!(lang, "problem.used_text")),
        Problem::CapReached { site, .. } => (
            tr!(lang, "problem.cap_title"),
            tr!(lang, "problem.cap_text", site = site),
        ),
        Problem::QuotaFull => (tr!(lang, "problem.quota_title"), tr!(lang, "problem.quota_text")),
        Problem::JudgedUnit { unit } => (
            tr!(lang, "problem.judged_title"),
            tr!(lang, "problem.judged_text", unit = unit),
        ),
        Problem::Closed(day) => (
            tr!(lang, "problem.closed_title"),
            tr!(lang, "problem.closed_text", date = words::day(lang, *day)),
        ),
        Problem::Early(day) => (
            tr!(lang, "problem.early_title"),
            tr!(lang, "problem.early_text", date = words::day(lang, *day)),
        ),
        Problem::UnknownLink => (tr!(lang, "problem.link_title"), tr!(lang, "problem.link_text")),
        Problem::TooMany { minutes } => (
            tr!(lang, "problem.many_title"),
            tr!(lang, "problem.many_text", minutes = minutes),
        ),
        Problem::Lost => (tr!(lang, "problem.lost_title"), tr!(lang, "problem.lost_text")),
        Problem::Erased => (
            tr!(lang, "retention.gone_title"),
            tr!(lang, "retention.gone_text"),
        ),
        Problem::Forbidden => (
            tr!(lang, "problem.forbidden_title"),
            tr!(lang, "problem.forbidden_text"),
        ),
        Problem::Stale => (tr!(lang, "problem.stale_title"), tr!(lang, "problem.stale_text")),
        Problem::Failed => (
            tr!(lang, "problem.failed_title"),
            tr!(lang, "problem.failed_text"),
        ),
        Problem::Busy => (tr!(lang, "pressure.busy_title"), tr!(lang, "pressure.busy_text")),
        Problem::TooLarge => (
            tr!(lang, "pressure.large_title"),
            tr!(lang, "pressure.large_text"),
        ),
        Problem::FilesTooLarge { .. } => (
            tr!(lang, "attachments.large_title"),
            tr!(lang, "attachments.large_text"),
        ),
        Problem::Unreadable => (tr!(lang, "unreadable.title"), tr!(lang, "unreadable.text")),
    };
    let site = tr!(lang, "site.name");
    let frame = Frame {
        reading,
        title: &title,
        has_error: false,
        site: &site,
        help,
        switches: Switches::Return(path),
    };
    respondent(
        frame,
        &html! {
            h1 { (title) }
            p { (text) }
            @match problem {
                Problem::UnknownCode => {
                    ul {
                        li { (tr!(lang, "problem.unknown_tip1")) }
                        li { (tr!(lang, "problem.unknown_tip2")) }
                        li { (tr!(lang, "problem.unknown_tip3")) }
                    }
                    p { a.main href="/" { (tr!(lang, "problem.unknown_go")) } }
                }
                Problem::UsedCode(used) => {
                    @if let Some(href) = &used.receipt { p { a.main href=(href) { (tr!(lang, "problem.used_receipt")) } } }
                    @else { p { a.second href="/receipt" { (tr!(lang, "problem.used_check")) } } }
                    @if let Some(day) = used.until {
                        h2 { (tr!(lang, "problem.used_change_title")) }
                        p { (tr!(lang, "problem.used_change", date = words::day(lang, day))) }
                        p { (tr!(lang, "problem.used_change_blind")) }
                        p { a.second href="/receipt/mine" { (tr!(lang, "problem.used_change_go")) } }
                    }
                    h2 { (tr!(lang, "problem.used_other_title")) }
                    p {
                        @if organiser.is_empty() { (tr!(lang, "problem.used_other_ask")) }
                        @else { (tr!(lang, "problem.used_other", organiser = organiser)) }
                    }
                }
                Problem::CapReached { again, .. } => {
                    p {
                        @match again {
                            Some(day) => (tr!(lang, "problem.cap_again", date = words::day(lang, *day))),
                            None => (tr!(lang, "problem.cap_over")),
                        }
                    }
                    p { (tr!(lang, "problem.cap_other")) }
                }
                Problem::FilesTooLarge { back } => p { a.main href=(back) { (tr!(lang, "attachments.large_go")) } },
                Problem::QuotaFull => p { (tr!(lang, "problem.quota_other")) },
                Problem::JudgedUnit { .. } => {
                    p { (tr!(lang, "problem.judged_why")) }
                    p { a.main href="/console" { (tr!(lang, "problem.judged_go")) } }
                }
                Problem::Lost | Problem::UnknownLink | Problem::Unreadable => p { a.main href="/" { (tr!(lang, "problem.lost_go")) } },
                _ => {}
            }
        },
    )
}
