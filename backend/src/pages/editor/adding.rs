//! A new question, by hand or from the bank.

use maud::{Markup, html};
use survey_forms::editor::RowKind;
use survey_forms::editor::bank::Collection;
use survey_forms::editor::outline::{OutlineRow, SpotChoice};

use super::super::layout::Fault;
use super::super::office::FieldFault;
use super::super::tr;
use super::outline::spots;
use super::{Around, Conflict, Shell, quoted};

/// The page on which a question is made.
#[derive(Clone, Debug, Default)]
pub struct AddPage {
    /// Where it can go.
    pub spots: Vec<SpotChoice>,
    /// Where it goes, as chosen.
    pub to: String,
    /// Its kind, as chosen.
    pub kind: String,
    /// Its words in the default language, as typed.
    pub label: String,
    /// Its choices, one a line, as typed.
    pub lines: String,
    /// A list that it shares, as chosen.
    pub list: String,
    /// Whether it must be answered, as ticked.
    pub must: bool,
    /// Choice lists of the workbook: name and the first words of each.
    pub lists: Vec<(String, String)>,
    /// The default language.
    pub tag: String,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Whether somebody else was quicker.
    pub conflict: Option<Conflict>,
}

/// Renders the page on which a question is made.
pub fn page(around: Around<'_>, view: &AddPage) -> Markup {
    let lang = around.lang;
    let heading = tr!(lang, "editor.add");
    let part = format!("/add?to={}", quoted(&view.to));
    let shell = Shell {
        heading: &heading,
        part: &part,
        faults: &view.faults,
        conflict: view.conflict.as_ref(),
        ..Shell::default()
    };
    let fault = |id: &'static str| FieldFault::of(&view.faults, id);
    let (label, lines, kind) = (fault("label"), fault("lines"), fault("kind"));
    let content = html! {
        form method="post" action=(around.path(&part)) novalidate data-unsaved=(tr!(lang, "editor.unsaved")) {
            (around.hidden())
            div.field {
                label for="label" { (tr!(lang, "editor.new_words", lang = super::language(&view.tag))) }
                (label.message())
                textarea #label name="label" rows="2" lang=(view.tag) aria-invalid=[label.invalid()] aria-describedby=[label.described(Some("label-note"))] {
                    "\n" (view.label)
                }
                p.note #label-note { (tr!(lang, "editor.new_words_note")) }
            }
            div.field {
                label for="kind" { (tr!(lang, "editor.kind")) }
                (kind.message())
                select #kind name="kind" aria-invalid=[kind.invalid()] aria-describedby=[kind.described(None)] {
                    @for one in RowKind::ADDABLE {
                        option value=(one.as_str()) selected[one.as_str() == view.kind] { (one.words().get(lang.code())) }
                    }
                }
            }
            div.field {
                label for="lines" { (tr!(lang, "editor.choices")) }
                (lines.message())
                textarea #lines name="lines" rows="4" lang=(view.tag) aria-invalid=[lines.invalid()] aria-describedby=[lines.described(Some("lines-note"))] {
                    "\n" (view.lines)
                }
                p.note #lines-note { (tr!(lang, "editor.new_lines_note")) }
            }
            @if !view.lists.is_empty() {
                div.field {
                    label for="list" { (tr!(lang, "editor.share_list")) }
                    select #list name="list" {
                        option value="" { (tr!(lang, "editor.share_none")) }
                        @for (name, words) in &view.lists { option value=(name) selected[*name == view.list] { (words) } }
                    }
                }
            }
            div.check {
                input #must type="checkbox" name="must" value="yes" checked[view.must];
                label for="must" { (tr!(lang, "editor.must_yes")) }
            }
            div.field {
                label for="to" { (tr!(lang, "editor.where")) }
                select #to name="to" { (spots(around, &view.spots, &view.to)) }
            }
            button.main type="submit" { (tr!(lang, "editor.add_go")) }
        }
    };
    around.page(shell, &content)
}

/// The bank.
#[derive(Clone, Debug)]
pub struct BankPage {
    /// Its collections.
    pub collections: &'static [Collection],
    /// Where the questions can go.
    pub spots: Vec<SpotChoice>,
    /// Where they go, as chosen.
    pub to: String,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Whether somebody else was quicker.
    pub conflict: Option<Conflict>,
}

/// Renders the bank.
pub fn bank_page(around: Around<'_>, view: &BankPage) -> Markup {
    let lang = around.lang;
    let heading = tr!(lang, "editor.bank");
    let part = format!("/bank?to={}", quoted(&view.to));
    let shell = Shell {
        heading: &heading,
        part: &part,
        faults: &view.faults,
        conflict: view.conflict.as_ref(),
        ..Shell::default()
    };
    let content = html! {
        p { (tr!(lang, "editor.bank_lead")) }
        @for (at, collection) in view.collections.iter().enumerate() {
            @let id = format!("b-{}", collection.id);
            section aria-labelledby=(id) {
                h2 id=(id) { (around.words(&collection.title)) }
                p { (around.words(&collection.measures)) }
                dl.facts {
                    div {
                        dt { (tr!(lang, "editor.source")) }
                        dd {
                            @if collection.link.is_empty() { (around.words(&collection.source)) }
                            @else { a href=(collection.link) rel="noreferrer" { (around.words(&collection.source)) } }
                        }
                    }
                    div { dt { (tr!(lang, "editor.licence")) } dd { (around.words(&collection.licence)) } }
                    @if !collection.note.is_empty() { div { dt { (tr!(lang, "editor.to_know")) } dd { (around.words(&collection.note)) } } }
                }
                form method="post" action=(around.path(&part)) {
                    (around.hidden())
                    input type="hidden" name="collection" value=(collection.id);
                    fieldset.q {
                        legend { (tr!(lang, "editor.bank_pick")) }
                        (picks(around, at, &collection.rows, &[]))
                    }
                    div.inline {
                        div.field {
                            label for={ "to-" (at) } { (tr!(lang, "editor.where")) }
                            select id={ "to-" (at) } name="to" { (spots(around, &view.spots, &view.to)) }
                        }
                        button.main type="submit" { (tr!(lang, "editor.bank_go")) span.hidden { " " (around.words(&collection.title)) } }
                    }
                }
            }
        }
    };
    around.page(shell, &content)
}

/// Questions to tick, those of a group below it.
pub(super) fn picks(around: Around<'_>, at: usize, rows: &[OutlineRow], ticked: &[String]) -> Markup {
    html! {
        @for row in rows {
            @let (id, key) = (format!("p-{at}-{}", row.row), row.key.to_string());
            div.check .{ "deep" (row.depth.min(3)) } {
                input id=(id) type="checkbox" name="item" value=(key) checked[ticked.contains(&key)];
                label for=(id) { (super::outline::label(around, row)) }
            }
            (picks(around, at, &row.children, ticked))
        }
    }
}
