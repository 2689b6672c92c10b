//! Every saved state of a questionnaire, the way back to each, and what differs between two.

use maud::{Markup, html};
use survey_forms::editor::difference::{Change, Difference, Fate, RowChange};

use super::super::layout::Fault;
use super::super::{Lang, tr};
use super::outline::column;
use super::{Around, Conflict, Shell};
use crate::questionnaires::Act;

/// A saved state.
#[derive(Clone, Debug)]
pub struct StateEntry {
    /// Its number.
    pub seq: i32,
    /// The state from which it was made.
    pub parent: Option<i32>,
    /// What was done, as stored.
    pub act: String,
    /// To what.
    pub subject: String,
    /// Login of whoever did it.
    pub who: String,
    /// When.
    pub when: String,
}

/// What is compared: its word in the address, and its words.
pub type Choice = (String, String);

/// The page.
#[derive(Clone, Debug)]
pub struct VersionsPage {
    /// States, the last one first.
    pub states: Vec<StateEntry>,
    /// Number of the one that the draft is in.
    pub head: i32,
    /// What can be compared.
    pub choices: Vec<Choice>,
    /// What is compared, and what differs; none where either has faults.
    pub compared: Option<(String, String, Option<Difference>)>,
    /// What the last act did.
    pub done: Option<String>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Whether somebody else was quicker.
    pub conflict: Option<Conflict>,
}

/// What was done, in words.
pub fn act_words(lang: Lang, act: &str) -> String {
    let Some(act) = Act::parse(act) else {
        return act.to_owned();
    };
    match act {
        Act::Plan => tr!(lang, "editor.act_plan"),
        Act::New => tr!(lang, "editor.act_new"),
        Act::Copied => tr!(lang, "editor.act_copied"),
        Act::Uploaded => tr!(lang, "editor.act_uploaded"),
        Act::Bank => tr!(lang, "editor.act_bank"),
        Act::Added => tr!(lang, "editor.act_added"),
        Act::Changed => tr!(lang, "editor.act_changed"),
        Act::Moved => tr!(lang, "editor.act_moved"),
        Act::Duplicated => tr!(lang, "editor.act_duplicated"),
        Act::Removed => tr!(lang, "editor.act_removed"),
        Act::Translated => tr!(lang, "editor.act_translated"),
        Act::Settings => tr!(lang, "editor.act_settings"),
    }
    .into_owned()
}

/// Renders the page.
pub fn page(around: Around<'_>, view: &VersionsPage) -> Markup {
    let lang = around.lang;
    let heading = tr!(lang, "editor.menu_versions");
    let part = match &view.compared {
        Some((from, to, _)) => format!("/versions?from={from}&to={to}"),
        None => "/versions".to_owned(),
    };
    let shell = Shell {
        heading: &heading,
        part: &part,
        faults: &view.faults,
        conflict: view.conflict.as_ref(),
        done: view.done.as_deref(),
        ..Shell::default()
    };
    let content = html! {
        @if view.choices.len() > 1 { (compare(around, view)) }
        @if let Some((_, _, found)) = &view.compared {
            h2 #difference { (tr!(lang, "editor.difference")) }
            @match found {
                Some(found) => (difference(around, found)),
                None => p.warning { (tr!(lang, "editor.no_comparison")) },
            }
        }
        h2 { (tr!(lang, "editor.states")) }
        @if view.states.is_empty() { p { (tr!(lang, "editor.no_states")) } }
        @else {
            ol.states reversed {
                @for state in &view.states { (entry(around, view, state)) }
            }
        }
    };
    around.page(shell, &content)
}

fn entry(around: Around<'_>, view: &VersionsPage, state: &StateEntry) -> Markup {
    let lang = around.lang;
    let is_head = state.seq == view.head;
    html! {
        li value=(state.seq) {
            p {
                strong { (act_words(lang, &state.act)) }
                @if !state.subject.is_empty() { " " code { (state.subject) } }
                @if is_head { " · " (tr!(lang, "editor.is_head")) }
            }
            p.quiet { (state.who) " · " (state.when) }
            p.actions {
                @if let Some(parent) = state.parent {
                    a href=(around.path(&format!("/versions?from={parent}&to={}", state.seq))) {
                        (tr!(lang, "editor.what_changed")) span.hidden { " " (state.seq) }
                    }
                }
            }
            @if around.may_edit && !is_head {
                form method="post" action=(around.path("/versions")) {
                    (around.hidden())
                    button type="submit" name="state" value=(state.seq) { (tr!(lang, "editor.go_back")) span.hidden { " " (state.seq) } }
                }
            }
        }
    }
}

fn compare(around: Around<'_>, view: &VersionsPage) -> Markup {
    let lang = around.lang;
    let (from, to) = match &view.compared {
        Some((from, to, _)) => (from.as_str(), to.as_str()),
        None => ("plan", "now"),
    };
    let select = |name: &'static str, label: &str, chosen: &str| {
        html! {
            div.field {
                label for=(name) { (label) }
                select id=(name) name=(name) {
                    @for (word, words) in &view.choices { option value=(word) selected[word == chosen] { (words) } }
                }
            }
        }
    };
    html! {
        form.inline method="get" action=(around.path("/versions")) {
            (select("from", &tr!(lang, "editor.compare_from"), from))
            (select("to", &tr!(lang, "editor.compare_to"), to))
            button type="submit" { (tr!(lang, "editor.compare")) }
        }
    }
}

fn fate(lang: Lang, fate: Fate) -> String {
    match fate {
        Fate::Added => tr!(lang, "editor.fate_added"),
        Fate::Removed => tr!(lang, "editor.fate_removed"),
        Fate::Changed => tr!(lang, "editor.fate_changed"),
        Fate::Moved => tr!(lang, "editor.fate_moved"),
    }
    .into_owned()
}

/// Everything that differs, question by question, with the rule that forbids a change beside it.
pub fn difference(around: Around<'_>, found: &Difference) -> Markup {
    let lang = around.lang;
    html! {
        @if found.is_empty() { p.notice { (tr!(lang, "editor.no_difference")) } }
        @if !found.remarks.is_empty() { (around.faults(&found.remarks, &[])) }
        @if !found.languages_added.is_empty() {
            p { (tr!(lang, "editor.languages_added", langs = names(&found.languages_added))) }
        }
        @if !found.languages_removed.is_empty() {
            p { (tr!(lang, "editor.languages_removed", langs = names(&found.languages_removed))) }
        }
        @if !found.settings.is_empty() { (changes(around, &found.settings)) }
        ul.changes {
            @for row in &found.rows { li { (changed(around, row)) } }
        }
    }
}

fn names(tags: &[String]) -> String {
    let names: Vec<String> = tags.iter().map(|tag| super::language(tag)).collect();
    names.join("、")
}

fn changed(around: Around<'_>, row: &RowChange) -> Markup {
    let lang = around.lang;
    html! {
        p {
            strong { (fate(lang, row.fate)) } " "
            @if row.label.is_empty() { code { (row.name) } } @else { (row.label) }
            " " span.quiet { (row.kind.words().get(lang.code())) " " (row.name) }
        }
        @for rule in &row.rules { p .late[rule.is_error()] .low[!rule.is_error()] { (super::mend(lang, rule)) " [" (rule.code) "]" } }
        @if !row.changes.is_empty() { (changes(around, &row.changes)) }
    }
}

fn changes(around: Around<'_>, changes: &[Change]) -> Markup {
    let lang = around.lang;
    let none = || html! { span.quiet { (tr!(lang, "editor.empty")) } };
    html! {
        dl.diff {
            @for change in changes {
                dt {
                    (column(around, &change.column))
                    @if let Some(choice) = &change.choice { " " code { (choice) } }
                    @if let Some(tag) = &change.lang { " " (super::language(tag)) }
                }
                dd {
                    @if change.old.is_empty() { (none()) } @else { del { (change.old) } }
                    " → "
                    @if change.new.is_empty() { (none()) } @else { ins { (change.new) } }
                }
            }
        }
    }
}
