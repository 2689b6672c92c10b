//! Questions of another questionnaire.

use maud::{Markup, html};
use survey_forms::editor::outline::{OutlineRow, SpotChoice};
use survey_forms::text::Text;

use super::super::layout::Fault;
use super::super::office::FieldFault;
use super::super::tr;
use super::adding::picks;
use super::outline::spots;
use super::{Around, Conflict, Shell, quoted};

/// A questionnaire from which questions can be taken.
#[derive(Clone, Debug)]
pub struct Source {
    /// What the address calls it: `ROUND/FORM`.
    pub from: String,
    /// Its title; may be empty.
    pub title: Text,
    /// Its name.
    pub name: String,
}

/// The questionnaire that was chosen.
#[derive(Clone, Debug)]
pub struct Picked {
    /// Its title; may be empty.
    pub title: Text,
    /// Its questions.
    pub rows: Vec<OutlineRow>,
}

/// The page.
#[derive(Clone, Debug, Default)]
pub struct CopyPage {
    /// Whose questions, as the address has it.
    pub from: String,
    /// The other round, when it is not this one.
    pub round_title: Option<String>,
    /// Questionnaires to choose from, while none is chosen.
    pub sources: Vec<Source>,
    /// Other rounds: identifier and name.
    pub rounds: Vec<(String, String)>,
    /// The one that is chosen.
    pub picked: Option<Picked>,
    /// What is ticked.
    pub ticked: Vec<String>,
    /// Where the questions can go.
    pub spots: Vec<SpotChoice>,
    /// Where they go, as chosen.
    pub to: String,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Whether somebody else was quicker.
    pub conflict: Option<Conflict>,
}

/// Renders the page.
pub fn page(around: Around<'_>, view: &CopyPage) -> Markup {
    let lang = around.lang;
    let heading = tr!(lang, "editor.copy");
    let part = address(&view.from, &view.to);
    let shell = Shell {
        heading: &heading,
        part: &part,
        faults: &view.faults,
        conflict: view.conflict.as_ref(),
        ..Shell::default()
    };
    let content = match &view.picked {
        Some(picked) => pick(around, view, picked, &part),
        None => choose(around, view),
    };
    around.page(shell, &content)
}

fn address(from: &str, to: &str) -> String {
    format!("/copy?from={}&to={}", quoted(from), quoted(to))
}

/// The first step: from which questionnaire.
fn choose(around: Around<'_>, view: &CopyPage) -> Markup {
    let lang = around.lang;
    let link = |from: &str| around.path(&address(from, &view.to));
    html! {
        p { (tr!(lang, "editor.copy_lead")) }
        h2 {
            @match &view.round_title {
                Some(title) => (tr!(lang, "editor.copy_of_round", round = title)),
                None => (tr!(lang, "editor.copy_of_this_round")),
            }
        }
        @if view.sources.is_empty() { p { (tr!(lang, "editor.copy_none")) } }
        @else {
            ul.links {
                @for source in &view.sources {
                    li {
                        a href=(link(&source.from)) {
                            @if source.title.is_empty() { (source.name) } @else { (around.words(&source.title)) }
                        }
                        " " code { (source.name) }
                    }
                }
            }
        }
        @if !view.rounds.is_empty() {
            h2 { (tr!(lang, "editor.copy_other_rounds")) }
            ul.links { @for (id, title) in &view.rounds { li { a href=(link(id)) { (title) } } } }
        }
    }
}

/// The second: which questions, and where they go.
fn pick(around: Around<'_>, view: &CopyPage, picked: &Picked, part: &str) -> Markup {
    let lang = around.lang;
    let fault = FieldFault::of(&view.faults, "pick");
    html! {
        h2 {
            @if picked.title.is_empty() { (view.from) } @else { (around.words(&picked.title)) }
            @if let Some(round) = &view.round_title { " · " (round) }
        }
        p { (tr!(lang, "editor.copy_note")) }
        @if view.round_title.is_some() { p.note { (tr!(lang, "editor.copy_media")) } }
        @if picked.rows.is_empty() { p { (tr!(lang, "editor.no_questions")) } }
        @else {
            form method="post" action=(around.path(part)) {
                (around.hidden())
                input type="hidden" name="from" value=(view.from);
                fieldset.q #pick aria-describedby=[fault.described(None)] {
                    legend { (tr!(lang, "editor.bank_pick")) }
                    (fault.message())
                    (picks(around, 0, &picked.rows, &view.ticked))
                }
                div.inline {
                    div.field {
                        label for="to" { (tr!(lang, "editor.where")) }
                        select #to name="to" { (spots(around, &view.spots, &view.to)) }
                    }
                    button.main type="submit" { (tr!(lang, "editor.copy_go")) }
                }
            }
        }
    }
}
