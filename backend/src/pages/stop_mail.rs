//! The page behind "do not send me these" in the office's summaries.

use maud::{Markup, html};

use super::layout::{Frame, Switches, respondent};
use super::{Help, Reading, tr};

/// The page behind "do not send me these".
#[derive(Clone, Debug)]
pub struct StopMail {
    /// Address of the page itself.
    pub path: String,
    /// Address of the recipient.
    pub email: String,
    /// Whether the recipient has stopped the mail.
    pub stopped: bool,
    /// Whether the office has taken the recipient off the list.
    pub removed: bool,
    /// Whom to turn to.
    pub help: Help,
}

/// Renders the page.
pub fn page(reading: Reading, view: &StopMail) -> Markup {
    let lang = reading.lang;
    let title = match view.stopped || view.removed {
        true => tr!(lang, "stop_mail.done_title"),
        false => tr!(lang, "stop_mail.title"),
    };
    let site = tr!(lang, "stop_mail.site");
    let frame = Frame {
        reading,
        title: &title,
        has_error: false,
        site: &site,
        help: (!view.help.organiser.is_empty()).then_some(&view.help),
        switches: Switches::Return(&view.path),
    };
    respondent(
        frame,
        &html! {
            h1 { (title) }
            @if view.removed {
                p { (tr!(lang, "stop_mail.removed", email = view.email)) }
            } @else if view.stopped {
                p { (tr!(lang, "stop_mail.done_text", email = view.email)) }
                form method="post" action=(view.path) {
                    input type="hidden" name="again" value="1";
                    button.second type="submit" { (tr!(lang, "stop_mail.again")) }
                }
            } @else {
                p { (tr!(lang, "stop_mail.text", email = view.email)) }
                form method="post" action=(view.path) {
                    button.main data-main type="submit" { (tr!(lang, "stop_mail.go")) }
                }
            }
        },
    )
}
