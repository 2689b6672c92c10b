//! One question, group or page: its words side by side, its choices as a table, limits and conditions from menus, and the
//! rest of its cells as text.

mod choices;
mod logic;

use maud::{Markup, html};
use survey_forms::editor::details::Details;
use survey_forms::editor::edit::{Cell, Words};
use survey_forms::editor::{RowKey, RowKind};
use survey_forms::text::Text;

use super::super::layout::Fault;
use super::super::office::FieldFault;
use super::super::tr;
use super::outline::{column, reference};
use super::{Around, Conflict, Shell, quoted};
use crate::questionnaires::fields::{Fields, get};

/// The page.
#[derive(Clone, Debug)]
pub struct QuestionPage {
    /// The row as it is in the workbook.
    pub details: Details,
    /// What stands in the fields.
    pub fields: Fields,
    /// Tags of the languages, the default first.
    pub languages: Vec<String>,
    /// Choice lists of the workbook: name and the first words of each.
    pub lists: Vec<(String, String)>,
    /// The condition that the fields say, as expression and in words; empty where they say none.
    pub condition: (String, Text),
    /// The rule that the fields say, likewise.
    pub rule: (String, Text),
    /// What the last act did.
    pub done: Option<String>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Whether somebody else was quicker.
    pub conflict: Option<Conflict>,
    /// The rows before and behind it.
    pub neighbours: (Option<RowKey>, Option<RowKey>),
}

impl QuestionPage {
    pub(super) fn value(&self, field: &str) -> &str {
        get(&self.fields, field)
    }

    pub(super) fn fault(&self, id: &'static str) -> FieldFault<'_> {
        FieldFault::of(&self.faults, id)
    }

    /// The kind as chosen.
    pub(super) fn kind(&self) -> RowKind {
        RowKind::named(self.value("kind")).unwrap_or(self.details.row.kind)
    }
}

/// Field names as ids: a colon would have to be escaped in an address.
pub fn id(field: &str) -> String {
    field.replace(':', "-")
}

/// Renders the page.
pub fn page(around: Around<'_>, view: &QuestionPage) -> Markup {
    let lang = around.lang;
    let row = &view.details.row;
    let words = row.label.get(lang.code());
    let heading = match (words, row.number) {
        ("", _) => tr!(lang, "editor.row", row = row.row).into_owned(),
        (words, Some(number)) => format!("{number}. {words}"),
        (words, None) => words.to_owned(),
    };
    let key = row.key.to_string();
    let part = format!("/question?row={}", quoted(&key));
    let shell = Shell {
        heading: &heading,
        part: &part,
        faults: &view.faults,
        conflict: view.conflict.as_ref(),
        done: view.done.as_deref(),
        trial: Some(&row.name),
    };
    let kind = view.kind();
    let content = html! {
        (neighbours(around, view))
        @if !row.diagnostics.is_empty() {
            h2 { (tr!(lang, "editor.found_here")) }
            ul.todo { @for fault in &row.diagnostics { li .bad[fault.is_error()] { (super::mend(lang, fault)) } } }
        }
        form #edit method="post" action=(around.path(&part)) novalidate data-unsaved=(tr!(lang, "editor.unsaved")) {
            (around.hidden())
            // Enter in a field saves, whichever button stands first.
            button.hidden type="submit" name="go" value="save" tabindex="-1" aria-hidden="true" {}
            (words_section(around, view))
            div data-part="answer" {
                (kind_section(around, view))
                @if kind.has_choices() { (choices::section(around, view)) }
                (logic::limits(around, view))
                (logic::condition(around, view))
            }
            (more(around, view))
            div.save { button.main type="submit" name="go" value="save" { (tr!(lang, "editor.save")) } }
        }
    };
    around.page(shell, &content)
}

fn neighbours(around: Around<'_>, view: &QuestionPage) -> Markup {
    let lang = around.lang;
    let (before, behind) = &view.neighbours;
    html! {
        nav.pager aria-label=(tr!(lang, "editor.neighbours")) {
            @if let Some(key) = before { a href=(around.row(key)) { (tr!(lang, "editor.before")) } }
            @if let Some(key) = behind { a href=(around.row(key)) { (tr!(lang, "editor.behind")) } }
            a href=(around.path(&format!("/add?to=after:{}", quoted(&view.details.row.key.to_string())))) { (tr!(lang, "editor.add_after")) }
        }
    }
}

/// A field of words in one language.
fn words_field(around: Around<'_>, view: &QuestionPage, words: Words, tag: &str, rows: usize) -> Markup {
    let field = format!("w:{}:{tag}", words.column());
    let id = id(&field);
    let fault = FieldFault::of(&view.faults, &id);
    html! {
        label for=(id) { (column(around, words.column())) span.hidden { " " (super::language(tag)) } }
        (fault.message())
        textarea id=(id) name=(field) rows=(rows) lang=(tag) aria-invalid=[fault.invalid()]
            aria-describedby=[fault.described(None)] { "\n" (view.value(&field)) }
    }
}

fn words_section(around: Around<'_>, view: &QuestionPage) -> Markup {
    let lang = around.lang;
    let shown = |words: Words| match words {
        Words::Label => true,
        Words::Hint => !view.kind().is_group(),
        _ => false,
    };
    html! {
        h2 { (tr!(lang, "editor.words")) }
        div.side-by-side {
            @for tag in &view.languages {
                div.field {
                    p.tag { (super::language(tag)) }
                    @for words in Words::ALL.into_iter().filter(|words| shown(*words)) {
                        (words_field(around, view, words, tag, if words == Words::Label { 2 } else { 1 }))
                    }
                }
            }
        }
        p.note { (tr!(lang, "editor.words_note")) }
    }
}

fn kinds(now: RowKind) -> Vec<RowKind> {
    let alike = |kind: &RowKind| kind.is_group() == now.is_group();
    let mut kinds: Vec<RowKind> = RowKind::ADDABLE.into_iter().filter(alike).collect();
    if !kinds.contains(&now) {
        kinds.insert(0, now);
    }
    kinds
}

fn kind_section(around: Around<'_>, view: &QuestionPage) -> Markup {
    let lang = around.lang;
    let kind = view.kind();
    let fault = view.fault("kind");
    let must = view.value("must");
    html! {
        h2 { (tr!(lang, "editor.answer")) }
        div.inline {
            div.field {
                label for="kind" { (tr!(lang, "editor.kind")) }
                (fault.message())
                select #kind name="kind" data-refresh aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)] {
                    @for one in kinds(view.details.row.kind) {
                        option value=(one.as_str()) selected[one == kind] { (one.words().get(lang.code())) }
                    }
                }
            }
            @if kind.is_question() {
                div.field {
                    label for="must" { (tr!(lang, "editor.must")) }
                    (view.fault("must").message())
                    select #must name="must" aria-invalid=[view.fault("must").invalid()] aria-describedby=[view.fault("must").described(None)] {
                        option value="no" selected[must == "no"] { (tr!(lang, "editor.must_no")) }
                        option value="yes" selected[must == "yes"] { (tr!(lang, "editor.must_yes")) }
                        @if must == "when" { option value="when" selected { (tr!(lang, "editor.must_when")) } }
                    }
                }
            }
        }
        @if kind == RowKind::Calculate { (cell(around, view, Cell::Calculation, Some(&tr!(lang, "editor.calculation_note")))) }
        @if kind == RowKind::Repeat { (cell(around, view, Cell::RepeatCount, Some(&tr!(lang, "editor.repeat_note")))) }
        @if kind == RowKind::Range { (cell(around, view, Cell::Parameters, Some(&tr!(lang, "editor.range_note")))) }
        @if kind == RowKind::Page { p.note { (tr!(lang, "editor.page_note")) } }
        @if kind == RowKind::Group { p.note { (tr!(lang, "editor.group_note")) } }
    }
}

/// A cell as text.
pub(super) fn cell(around: Around<'_>, view: &QuestionPage, cell: Cell, note: Option<&str>) -> Markup {
    let field = format!("cell:{}", cell.column());
    let id = id(&field);
    let fault = FieldFault::of(&view.faults, &id);
    let note_id = format!("{id}-note");
    html! {
        div.field {
            label for=(id) { (column(around, cell.column())) }
            (fault.message())
            input.formula id=(id) type="text" name=(field) value=(view.value(&field)) autocomplete="off" spellcheck="false"
                aria-invalid=[fault.invalid()] aria-describedby=[fault.described(note.map(|_| note_id.as_str()))];
            @if let Some(note) = note { p.note id=(note_id) { (note) } }
        }
    }
}

/// Cells that have a place of their own for this kind.
fn is_shown_above(cell: Cell, kind: RowKind) -> bool {
    match cell {
        Cell::Relevant | Cell::Constraint => true,
        Cell::Calculation => kind == RowKind::Calculate,
        Cell::RepeatCount => kind == RowKind::Repeat,
        Cell::Parameters => kind == RowKind::Range,
        _ => false,
    }
}

fn more(around: Around<'_>, view: &QuestionPage) -> Markup {
    let lang = around.lang;
    let kind = view.details.row.kind;
    let name = view.fault("name");
    let hidden: Vec<Words> = Words::ALL
        .into_iter()
        .filter(|words| !matches!(words, Words::Label | Words::Hint))
        .collect();
    let has_fault = view
        .faults
        .iter()
        .any(|fault| fault.href == "#name" || fault.href.starts_with("#cell-"));
    html! {
        details open[has_fault] {
            summary { (tr!(lang, "editor.further")) }
            div.field {
                label for="name" { (tr!(lang, "editor.name")) }
                (name.message())
                input #name type="text" name="name" value=(view.value("name")) autocomplete="off" spellcheck="false"
                    aria-invalid=[name.invalid()] aria-describedby=[name.described(Some("name-note"))];
                p.note #name-note { (tr!(lang, "editor.name_note")) }
            }
            @for one in Cell::ALL.into_iter().filter(|one| !is_shown_above(*one, kind)) { (cell(around, view, one, None)) }
            @for words in hidden {
                div.side-by-side {
                    @for tag in &view.languages {
                        div.field {
                            p.tag { (super::language(tag)) }
                            (words_field(around, view, words, tag, 1))
                        }
                    }
                }
            }
            @if !view.details.others.is_empty() {
                h3 { (tr!(lang, "editor.others")) }
                dl.facts { @for (column, value) in &view.details.others { div { dt { code { (column) } } dd { (value) } } } }
            }
        }
        @if !view.details.referred.is_empty() {
            details {
                summary { (tr!(lang, "editor.used_by", n = view.details.referred.len())) }
                ul.todo { @for place in &view.details.referred { li { (reference(around, place)) } } }
            }
        }
    }
}
