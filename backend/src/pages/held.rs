//! The console's page of interviews that could not be accepted.

use maud::{Markup, html};
use uuid::Uuid;

use super::layout::{ConsoleFrame, Fault, SignedIn, console, crumbs, csrf, fault_summary};
use super::office::FieldFault;
use super::{Lang, tr};
use crate::field::interviews::Reason;

/// An interview that was held.
#[derive(Clone, Debug)]
pub struct HeldLine {
    /// Id of the response.
    pub id: Uuid,
    /// Case number.
    pub case_id: String,
    /// Name of the interviewer.
    pub interviewer: String,
    /// Day on which it came.
    pub day: String,
    /// Why it is held, as stored.
    pub reason: String,
    /// What is wrong: field and sentence.
    pub faults: Vec<(String, String)>,
    /// `held`, `accepted` or `discarded`.
    pub state: String,
    /// Why it was put aside.
    pub note: Option<String>,
}

/// The page.
#[derive(Clone, Debug)]
pub struct HeldPage {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// What the last act did.
    pub done: Option<String>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Those that wait first.
    pub lines: Vec<HeldLine>,
}

/// What a reason means, and what the office can do about it.
fn reason_words(lang: Lang, word: &str) -> String {
    match Reason::ALL.into_iter().find(|reason| reason.as_str() == word) {
        Some(Reason::Invalid) => tr!(lang, "held.invalid"),
        Some(Reason::Answered) => tr!(lang, "held.answered"),
        Some(Reason::Closed) => tr!(lang, "held.closed"),
        Some(Reason::Version) => tr!(lang, "held.version"),
        Some(Reason::Unassigned) => tr!(lang, "held.unassigned"),
        Some(Reason::NoCase) => tr!(lang, "held.no_case"),
        None => return word.to_owned(),
    }
    .into_owned()
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &HeldPage) -> Markup {
    let title = tr!(lang, "held.title");
    let path = format!("/console/rounds/{}/held", view.round);
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: !view.faults.is_empty(),
        path: &path,
        staff: Some(staff),
    };
    let waiting = view.lines.iter().filter(|line| line.state == "held").count();
    let content = html! {
        (crumbs(
            lang,
            &[
                (&format!("/console/rounds/{}", view.round), &view.title),
                (&format!("/console/rounds/{}/interviewers", view.round), &tr!(lang, "interviewers.title")),
            ],
        ))
        (fault_summary(&tr!(lang, "question.errors"), &view.faults))
        h1 { (title) }
        @if let Some(done) = &view.done { p.notice role="status" { (done) } }
        p { (tr!(lang, "held.lead")) }
        p { strong { (tr!(lang, "held.count", n = waiting)) } }
        @for line in &view.lines {
            section aria-labelledby={ "case-" (line.id) } {
                h2 #{ "case-" (line.id) } { (line.case_id) " · " (line.interviewer) " · " (line.day) }
                @match line.state.as_str() {
                    "accepted" => p { (tr!(lang, "held.is_accepted")) },
                    "discarded" => p { (tr!(lang, "held.is_discarded", reason = line.note.as_deref().unwrap_or_default())) },
                    _ => (waiting_line(lang, staff, &path, (line, &view.faults))),
                }
            }
        }
    };
    console(frame, &content)
}

fn waiting_line(lang: Lang, staff: &SignedIn, path: &str, (line, faults): (&HeldLine, &[Fault])) -> Markup {
    let address = format!("{path}/{}", line.id);
    let field = format!("reason-{}", line.id);
    let fault = FieldFault::of(faults, &field);
    html! {
        p { (reason_words(lang, &line.reason)) }
        ul {
            @for (field, message) in &line.faults {
                li { @if !field.is_empty() { code { (field) } " " } (message) }
            }
        }
        form method="post" action=(address) {
            (csrf(&staff.csrf))
            button.main type="submit" name="go" value="retry" { (tr!(lang, "held.retry")) }
        }
        details open[fault.is_some()] {
            summary { (tr!(lang, "held.discard_title")) }
            form method="post" action=(address) novalidate {
                (csrf(&staff.csrf))
                div.field {
                    label for=(field) { (tr!(lang, "held.discard_reason")) }
                    (fault.message())
                    input #(field) type="text" name="reason" maxlength="300" required autocomplete="off"
                        aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)];
                }
                button type="submit" name="go" value="discard" { (tr!(lang, "held.discard")) }
            }
        }
    }
}
