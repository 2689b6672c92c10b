//! Giving the phone to someone else: what will happen, and for whoever takes it, what has happened.

use maud::{Markup, html};

use super::layout::{Frame, Switches, respondent};
use super::{Help, Reading, tr};

/// The page before and after the phone is handed over.
#[derive(Clone, Debug)]
pub struct HandOver {
    /// Name of the round.
    pub round: String,
    /// Address of the page itself.
    pub path: String,
    /// Where the questionnaire goes on.
    pub go_on: String,
    /// Whether the phone has been handed over, so that the reader is the one who took it.
    pub taken: bool,
    /// Whom to turn to.
    pub help: Help,
}

/// Renders the page.
pub fn page(reading: Reading, view: &HandOver) -> Markup {
    let lang = reading.lang;
    let title = if view.taken {
        tr!(lang, "handover.taken_title")
    } else {
        tr!(lang, "handover.title")
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
            @if view.taken {
                p.notice role="status" { (tr!(lang, "handover.taken")) }
                p { (tr!(lang, "handover.taken_hidden")) }
                p { (tr!(lang, "handover.taken_together")) }
                p { a.main data-main href=(view.go_on) { (tr!(lang, "handover.taken_go")) } }
            } @else {
                p { (tr!(lang, "handover.lead")) }
                ul {
                    li { (tr!(lang, "handover.hidden")) }
                    li { (tr!(lang, "handover.next")) }
                    li { (tr!(lang, "handover.kept")) }
                    li { (tr!(lang, "handover.routing")) }
                }
                form method="post" action=(view.path) {
                    button.main data-main type="submit" name="go" value="hand" { (tr!(lang, "handover.go")) }
                }
                div.more { a.second data-back href=(view.go_on) { (tr!(lang, "handover.stay")) } }
            }
        },
    )
}
