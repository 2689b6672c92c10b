//! What the public is told of the plan's versions: beside the figures, and below the seal.

use maud::{Markup, html};

use crate::pages::{Lang, tr, words};
use crate::planning::history::Provenance;

/// An amendment of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanAmended {
    /// The day, as people say it.
    pub day: String,
    /// Number of the version that it made.
    pub number: usize,
    /// Answers that had come.
    pub answers: String,
    /// Why, in the office's words.
    pub reason: String,
    /// Hash of the plan since.
    pub sha256: String,
}

/// Which version of the plan made the figures, and how the plan was amended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanNote {
    /// A sentence for beside the figures; none where there is but one version.
    pub made_by: Option<String>,
    /// Amendments, the first one first.
    pub amended: Vec<PlanAmended>,
}

/// Which version made figures, in words; none where there is but one.
pub fn made_by(lang: Lang, found: Option<Provenance>) -> Option<String> {
    let found = found.filter(|found| found.in_force > 1)?;
    let (made, now) = (found.made_by, found.in_force);
    Some(
        match found.is_outdated() {
            true => tr!(lang, "plan.provenance", made = made, now = now),
            false => tr!(lang, "plan.made_by", made = made),
        }
        .into_owned(),
    )
}

impl PlanNote {
    /// The sentence beside the figures.
    pub fn beside_figures(&self) -> Markup {
        html! { @if let Some(words) = &self.made_by { p.notice { (words) } } }
    }

    /// The amendments as a list under a heading of its own.
    pub fn amendments(&self, lang: Lang) -> Markup {
        html! {
            @if !self.amended.is_empty() {
                h2 { (tr!(lang, "plan.amended_title")) }
                p { (tr!(lang, "plan.amended_text")) }
                ol {
                    @for line in &self.amended {
                        li {
                            p { (tr!(lang, "plan.amended_line", day = line.day, n = line.number, answers = line.answers)) }
                            p lang=[words::tongue(lang, &line.reason)] { (line.reason) }
                            p.receipt { (line.sha256) }
                        }
                    }
                }
            }
        }
    }
}
