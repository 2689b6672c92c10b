//! All rounds with published results.

use maud::{Markup, html};

use crate::pages::layout::{Frame, Switches, respondent};
use crate::pages::{Reading, tr};

/// A round with published results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Identifier.
    pub round: String,
    /// Title.
    pub title: String,
    /// First day, as people say it.
    pub opens_on: String,
    /// Last day.
    pub closes_on: String,
    /// Day of publication.
    pub published_on: String,
}

/// Renders the list.
pub fn page(reading: Reading, rounds: &[Past]) -> Markup {
    let lang = reading.lang;
    let title = tr!(lang, "publication.archive");
    let site = tr!(lang, "site.name");
    let frame = Frame {
        reading,
        title: &title,
        has_error: false,
        site: &site,
        help: None,
        switches: Switches::Return("/results"),
    };
    respondent(
        frame,
        &html! {
            h1 { (title) }
            p { (tr!(lang, "publication.archive_text")) }
            @if rounds.is_empty() { p.notice { (tr!(lang, "publication.archive_none")) } }
            @else {
                ul.thread {
                    @for round in rounds {
                        li {
                            p.alone { a href={ "/results/" (round.round) } { (round.title) } }
                            p.quiet {
                                (round.opens_on) " – " (round.closes_on) " · "
                                (tr!(lang, "publication.published_on", day = round.published_on))
                            }
                        }
                    }
                }
            }
        },
    )
}
