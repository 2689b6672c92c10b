//! What an expert sees: how it goes, and the pairs of one group of siblings, each a list of seventeen answers in words.

use std::borrow::Cow;

use maud::{Markup, html};

use crate::pages::layout::{Fault, Frame, Switches, fault_summary, respondent};
use crate::pages::{Lang, Reading, tr};
use crate::weighing::comparisons::STEPS;

/// A group of siblings.
#[derive(Clone, Debug)]
pub struct GroupLine {
    /// Its word in the address: the code above it, `top` for the highest.
    pub key: String,
    /// What is compared there.
    pub name: String,
    /// Pairs compared, and pairs there are.
    pub progress: (usize, usize),
    /// What contradicts itself there, and what would fit.
    pub contradiction: Option<String>,
}

/// The expert's first page.
#[derive(Clone, Debug)]
pub struct ExpertPage {
    /// The address of the expert's pages.
    pub path: String,
    /// Title of the round.
    pub round: String,
    /// Groups.
    pub groups: Vec<GroupLine>,
    /// Whether the expert says that everything is compared.
    pub is_done: bool,
    /// Whether the plan is still a draft.
    pub is_open: bool,
    /// What was just done.
    pub saved: bool,
}

impl ExpertPage {
    fn is_complete(&self) -> bool {
        self.groups
            .iter()
            .all(|group| group.progress.0 == group.progress.1)
    }
}

fn framed(
    reading: Reading,
    (title, site, path): (&str, &str, &str),
    has_error: bool,
    content: &Markup,
) -> Markup {
    let frame = Frame {
        reading,
        title,
        has_error,
        site,
        help: None,
        switches: Switches::Return(path),
    };
    respondent(frame, content)
}

/// Renders the first page.
pub fn page(reading: Reading, view: &ExpertPage) -> Markup {
    let lang = reading.lang;
    let title = tr!(lang, "weigh.title");
    let content = html! {
        h1 { (title) }
        @if view.saved { p.notice role="status" { (tr!(lang, "weigh.saved")) } }
        @if !view.is_open { p.notice { (tr!(lang, "weigh.closed")) } }
        @else {
            p { (tr!(lang, "weigh.lead")) }
            p { (tr!(lang, "weigh.how")) }
        }
        h2 { (tr!(lang, "weigh.groups")) }
        ol {
            @for group in &view.groups {
                li {
                    p {
                        @if view.is_open { a.line href={ (view.path) "/" (group.key) } { (group.name) } } @else { (group.name) }
                        " " (tr!(lang, "weigh.progress", said = group.progress.0, all = group.progress.1))
                    }
                    @if let Some(said) = &group.contradiction { p.notice { (said) } }
                }
            }
        }
        @if view.is_open {
            @if view.is_done { p.notice { (tr!(lang, "weigh.is_done")) } }
            @else if view.is_complete() {
                form method="post" action=(view.path) {
                    p { (tr!(lang, "weigh.finish_note")) }
                    button.main type="submit" name="go" value="done" { (tr!(lang, "weigh.finish")) }
                }
            } @else { p { (tr!(lang, "weigh.later")) } }
        }
    };
    framed(reading, (&title, &view.round, &view.path), false, &content)
}

/// A pair.
#[derive(Clone, Debug)]
pub struct PairLine {
    /// Name of its field.
    pub field: String,
    /// The first indicator.
    pub first: String,
    /// The other.
    pub second: String,
    /// What was said.
    pub steps: Option<i32>,
    /// What would fit the other answers, where this pair fits them least.
    pub proposal: Option<String>,
}

/// The page of a group.
#[derive(Clone, Debug)]
pub struct GroupPage {
    /// The address of the expert's pages.
    pub path: String,
    /// Word of the group in the address.
    pub key: String,
    /// Title of the round.
    pub round: String,
    /// What is compared.
    pub name: String,
    /// Pairs.
    pub pairs: Vec<PairLine>,
    /// What contradicts itself.
    pub contradiction: Option<String>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
}

/// A step of Saaty's scale in words.
pub fn step_words(lang: Lang, steps: i32, (first, second): (&str, &str)) -> String {
    let more = if steps >= 0 { first } else { second };
    let words: Cow<'static, str> = match steps.abs() {
        0 => tr!(lang, "weigh.p1"),
        1 => tr!(lang, "weigh.p2", name = more),
        2 => tr!(lang, "weigh.p3", name = more),
        3 => tr!(lang, "weigh.p4", name = more),
        4 => tr!(lang, "weigh.p5", name = more),
        5 => tr!(lang, "weigh.p6", name = more),
        6 => tr!(lang, "weigh.p7", name = more),
        7 => tr!(lang, "weigh.p8", name = more),
        _ => tr!(lang, "weigh.p9", name = more),
    };
    words.into_owned()
}

/// Renders the page of a group.
pub fn group_page(reading: Reading, view: &GroupPage) -> Markup {
    let lang = reading.lang;
    let path = format!("{}/{}", view.path, view.key);
    let content = html! {
        (fault_summary(&tr!(lang, "question.errors"), &view.faults))
        h1 { (view.name) }
        @if let Some(said) = &view.contradiction { p.notice { (said) } }
        p { (tr!(lang, "weigh.question")) }
        form method="post" action=(path) {
            @for pair in &view.pairs {
                @let note = format!("{}-note", pair.field);
                div.field {
                    label for=(pair.field) { (tr!(lang, "weigh.pair", first = pair.first, second = pair.second)) }
                    @if let Some(proposal) = &pair.proposal { p.notice id=(note) { (proposal) } }
                    select id=(pair.field) name=(pair.field) aria-describedby=[pair.proposal.as_ref().map(|_| note.as_str())] {
                        option value="" selected[pair.steps.is_none()] { (tr!(lang, "weigh.choose")) }
                        @for steps in (-STEPS..=STEPS).rev() {
                            option value=(steps) selected[pair.steps == Some(steps)] {
                                (step_words(lang, steps, (&pair.first, &pair.second)))
                            }
                        }
                    }
                }
            }
            button.main type="submit" { (tr!(lang, "weigh.save")) }
        }
        p { a.second href=(view.path) { (tr!(lang, "weigh.back")) } }
    };
    framed(
        reading,
        (&view.name, &view.round, &path),
        !view.faults.is_empty(),
        &content,
    )
}
