//! What happens to what people tell, in plain words, for anyone.

use maud::{Markup, html};

use super::layout::{Frame, Switches, respondent};
use super::retention::{self, RoundKeeps};
use super::{Help, Reading, tr};

/// Renders the page.
pub fn page(reading: Reading, help: Option<&Help>, kept: &[RoundKeeps]) -> Markup {
    let lang = reading.lang;
    let title = tr!(lang, "privacy.title");
    let site = tr!(lang, "site.name");
    let frame = Frame {
        reading,
        title: &title,
        has_error: false,
        site: &site,
        help,
        switches: Switches::Return("/privacy"),
    };
    let parts = [
        (
            tr!(lang, "privacy.know"),
            [tr!(lang, "privacy.know_1"), tr!(lang, "privacy.know_2")],
        ),
        (
            tr!(lang, "privacy.answers"),
            [tr!(lang, "privacy.answers_1"), tr!(lang, "privacy.answers_2")],
        ),
        (
            tr!(lang, "privacy.see"),
            [tr!(lang, "privacy.see_1"), tr!(lang, "privacy.see_2")],
        ),
        (
            tr!(lang, "privacy.link"),
            [tr!(lang, "privacy.link_1"), tr!(lang, "privacy.link_2")],
        ),
        (
            tr!(lang, "privacy.device"),
            [tr!(lang, "privacy.device_1"), tr!(lang, "privacy.device_2")],
        ),
        (
            tr!(lang, "privacy.long"),
            [tr!(lang, "privacy.long_1"), tr!(lang, "privacy.long_2")],
        ),
    ];
    respondent(
        frame,
        &html! {
            h1 { (title) }
            p { (tr!(lang, "privacy.lead")) }
            @for (heading, texts) in parts {
                h2 { (heading) }
                @for text in texts { p { (text) } }
            }
            (retention::public(lang, kept))
            h2 { (tr!(lang, "privacy.rights")) }
            ul {
                li { (tr!(lang, "privacy.right_refuse")) }
                li { (tr!(lang, "privacy.right_withdraw")) " " a href="/receipt/mine" { (tr!(lang, "privacy.mine")) } }
                li { (tr!(lang, "privacy.right_check")) " " a href="/receipt" { (tr!(lang, "privacy.receipt")) } }
                li { (tr!(lang, "privacy.right_correct")) }
            }
        },
    )
}
