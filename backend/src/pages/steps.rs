//! A round from step to step: what each does, what is missing, and the button that takes it.

use maud::{Markup, html};

use super::layout::{Fault, SignedIn, csrf};
use super::office::FieldFault;
use super::round_page::RoundPage;
use super::{Lang, kept, tr};

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is taken.
    Done,
    /// It can be taken now.
    Next,
    /// Something is missing.
    Waiting,
}

/// A step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its word in the form: `seal`, `sample`, `invite`, `open`, `close`, `compute`, `publish`.
    pub name: &'static str,
    /// What it is called.
    pub title: String,
    /// What it does.
    pub does: String,
    /// How it stands.
    pub standing: Standing,
    /// What is missing, or what to know before; or what was done.
    pub notes: Vec<String>,
    /// Pages that belong to it: address and words.
    pub links: Vec<(String, String)>,
    /// What is confirmed, where a button takes the step.
    pub confirm: Option<String>,
    /// Words of the button.
    pub button: String,
}

/// The page.
#[derive(Clone, Debug)]
pub struct StepsPage {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// What the last act did.
    pub done: Option<String>,
    /// Steps in order.
    pub steps: Vec<Step>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// When register, sample and invitations were counted, if not just now.
    pub as_of: Option<String>,
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &StepsPage) -> Markup {
    let title = tr!(lang, "steps.title");
    let path = format!("/console/rounds/{}/steps", view.round);
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title))
        .faults(&view.faults)
        .done(view.done.as_deref())
        .render(&html! {
            p { (tr!(lang, "steps.lead")) }
            (kept::note(lang, view.as_of.as_deref()))
            ol.steps {
                @for step in &view.steps { li { (one(lang, staff, &path, (step, &view.faults))) } }
            }
        })
}

fn one(lang: Lang, staff: &SignedIn, path: &str, (step, faults): (&Step, &[Fault])) -> Markup {
    let id = format!("confirm-{}", step.name);
    let fault = FieldFault::of(faults, &id);
    html! {
        h2 { (step.title) }
        p {
            strong {
                @match step.standing {
                    Standing::Done => (tr!(lang, "steps.is_done")),
                    Standing::Next => (tr!(lang, "steps.is_next")),
                    Standing::Waiting => (tr!(lang, "steps.is_waiting")),
                }
            }
        }
        p { (step.does) }
        @for note in &step.notes { p .notice[step.standing == Standing::Done] .warning[step.standing != Standing::Done] { (note) } }
        @if !step.links.is_empty() { ul.links { @for (href, words) in &step.links { li { a href=(href) { (words) } } } } }
        @if let Some(confirm) = &step.confirm {
            form method="post" action=(path) novalidate {
                (csrf(&staff.csrf))
                input type="hidden" name="step" value=(step.name);
                (fault.message())
                p.check {
                    input id=(id) type="checkbox" name="confirm" value="yes" aria-invalid=[fault.invalid()]
                        aria-describedby=[fault.described(None)];
                    label for=(id) { (confirm) }
                }
                button .main[step.standing == Standing::Next] type="submit" { (step.button) }
            }
        }
    }
}
