//! The page behind "do not remind me" in invitations by e-mail.

use maud::{Markup, html};

use super::layout::{Frame, Switches, respondent};
use super::{Help, Reading, tr};

/// The page behind "do not remind me".
#[derive(Clone, Debug)]
pub struct NoRemind {
    /// Name of the round.
    pub round: String,
    /// Address of the page itself.
    pub path: String,
    /// Address of the start page, while answers are taken.
    pub start: Option<String>,
    /// Whether reminders are off.
    pub done: bool,
    /// Whom to turn to.
    pub help: Help,
}

/// Renders the page.
pub fn page(reading: Reading, view: &NoRemind) -> Markup {
    let lang = reading.lang;
    let title = match view.done {
        true => tr!(lang, "no_remind.done_title"),
        false => tr!(lang, "no_remind.title"),
    };
    let frame = Frame {
        reading,
        title: &title,
        has_error: false,
        site: &view.round,
        help: Some(&view.help),
        switches: Switches::Return(&view.path),
    };
    respondent(
        frame,
        &html! {
            h1 { (title) }
            @if view.done {
                p { (tr!(lang, "no_remind.done_text")) }
            } @else {
                p { (tr!(lang, "no_remind.text")) }
                form method="post" action=(view.path) {
                    button.main data-main type="submit" { (tr!(lang, "no_remind.go")) }
                }
            }
            @if let Some(start) = &view.start {
                p { (tr!(lang, "no_remind.still")) }
                p { a.second href=(start) { (tr!(lang, "no_remind.answer")) } }
            }
        },
    )
}
