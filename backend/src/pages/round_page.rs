//! The frame of the console's pages about a round: where the page stands, what is wrong with what was sent, its title,
//! what the last act did, and then what the page is about.

use maud::{Markup, html};

use super::layout::{ConsoleFrame, Fault, SignedIn, console, crumbs, fault_summary};
use super::{Lang, tr};

/// A page about a round before it has content.
#[derive(Clone, Copy, Debug)]
pub struct RoundPage<'a> {
    lang: Lang,
    staff: &'a SignedIn,
    /// Identifier of the round, and its name.
    round: (&'a str, &'a str),
    within: &'a [(&'a str, &'a str)],
    path: &'a str,
    title: &'a str,
    faults: &'a [Fault],
    has_error: bool,
    done: Option<&'a str>,
}

impl<'a> RoundPage<'a> {
    /// The page at `path` with this title; `round` is identifier and name of what it is about.
    pub fn new(
        lang: Lang,
        staff: &'a SignedIn,
        round: (&'a str, &'a str),
        (path, title): (&'a str, &'a str),
    ) -> Self {
        Self {
            lang,
            staff,
            round,
            within: &[],
            path,
            title,
            faults: &[],
            has_error: false,
            done: None,
        }
    }

    /// The pages between the round's and this one, from the outermost in, each with its address.
    pub fn within(self, within: &'a [(&'a str, &'a str)]) -> Self {
        Self { within, ..self }
    }

    /// What is wrong with the fields of what was sent.
    pub fn faults(self, faults: &'a [Fault]) -> Self {
        Self {
            faults,
            has_error: self.has_error || !faults.is_empty(),
            ..self
        }
    }

    /// Whether the title says that something is wrong, also where no field is at fault.
    pub fn has_error(self, has_error: bool) -> Self {
        Self { has_error, ..self }
    }

    /// What the last act did.
    pub fn done(self, done: Option<&'a str>) -> Self {
        Self { done, ..self }
    }

    /// The page with its content.
    pub fn render(self, content: &Markup) -> Markup {
        let lang = self.lang;
        let (id, name) = self.round;
        let address = format!("/console/rounds/{id}");
        let mut above = vec![(address.as_str(), name)];
        above.extend_from_slice(self.within);
        let frame = ConsoleFrame {
            lang,
            title: self.title,
            has_error: self.has_error,
            path: self.path,
            staff: Some(self.staff),
        };
        console(
            frame,
            &html! {
                (crumbs(lang, &above))
                (fault_summary(&tr!(lang, "question.errors"), self.faults))
                h1 { (self.title) }
                @if let Some(done) = self.done { p.notice role="status" { (done) } }
                (content)
            },
        )
    }
}
