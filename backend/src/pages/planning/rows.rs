//! A table of a plan: its rows in a list, the indicators as a tree with their weights, and one row as a form.

use maud::{Markup, html};
use survey_forms::diagnostic::Diagnostic;

use super::{Around, fault_list};
use crate::pages::layout::{Fault, csrf};
use crate::pages::office::FieldFault;
use crate::pages::table::scrolling;
use crate::pages::{Lang, tr};

/// A row of the list.
#[derive(Clone, Debug)]
pub struct RowLine {
    /// Its place below the header, from 0.
    pub row: usize,
    /// The cells of the columns that are shown.
    pub cells: Vec<String>,
    /// How deep it stands in a tree.
    pub depth: usize,
    /// What the rows below it weigh together; none where there is none below.
    pub below: Option<String>,
    /// Whether that is not what it weighs itself.
    pub is_off: bool,
}

/// A table.
#[derive(Clone, Debug)]
pub struct TablePage {
    /// Its path.
    pub path: String,
    /// Fingerprint of the state that is shown.
    pub seen: String,
    /// Columns that are shown.
    pub columns: Vec<String>,
    /// Column of the weight, where weights can be changed in the list.
    pub weights: Option<usize>,
    /// What the top level weighs together, and whether that is not 100.
    pub total: Option<(String, bool)>,
    /// Rows of this page.
    pub rows: Vec<RowLine>,
    /// All rows.
    pub count: usize,
    /// The page shown, and the number of pages.
    pub page: (usize, usize),
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Faults of the working copy that are in this file.
    pub found: Vec<Diagnostic>,
    /// Whether somebody else changed the file meanwhile.
    pub conflict: bool,
    /// Whether rows can be edited.
    pub may_edit: bool,
}

/// Address of the form of a row.
fn row_address(around: Around<'_>, path: &str, row: usize) -> String {
    format!("{}&row={row}", super::about(around, "/row", path))
}

/// Renders the list.
pub fn page(around: Around<'_>, view: &TablePage) -> Markup {
    let lang = around.lang;
    let table = list(around, view);
    let content = html! {
        @if view.conflict {
            div.faults role="alert" {
                h2 { (tr!(lang, "plan.conflict_title")) }
                p { (tr!(lang, "plan.conflict_fields")) }
            }
        }
        @if !view.found.is_empty() {
            h2 { (tr!(lang, "plan.check")) }
            (fault_list(around, &view.found, false))
        }
        p {
            a href=(super::about(around, "/file", &view.path)) { (tr!(lang, "plan.as_text")) }
            @if view.may_edit {
                " · " a href={ (super::about(around, "/row", &view.path)) "&row=new" } { (tr!(lang, "plan.add_row")) }
            }
        }
        p { (tr!(lang, "plan.rows", n = view.count)) }
        @if let Some((total, is_off)) = &view.total {
            p .warning[*is_off] { (tr!(lang, "plan.total", total = total)) }
        }
        @if view.weights.is_some() && view.may_edit {
            form method="post" action=(super::about(around, "/table", &view.path)) novalidate {
                (csrf(&around.staff.csrf))
                input type="hidden" name="seen" value=(view.seen);
                (table)
                button.main type="submit" { (tr!(lang, "plan.keep_weights")) }
            }
        } @else { (table) }
        @if view.page.1 > 1 { (pages(around, view)) }
    };
    around.form_page(&view.path, "/table", (&view.faults, view.conflict), &content)
}

fn pages(around: Around<'_>, view: &TablePage) -> Markup {
    let address = super::about(around, "/table", &view.path);
    html! {
        nav.chips aria-label=(tr!(around.lang, "plan.pages")) {
            @for page in 1..=view.page.1 {
                a href={ (address) "&page=" (page) } aria-current=[(page == view.page.0).then_some("page")] { (page) }
            }
        }
    }
}

fn list(around: Around<'_>, view: &TablePage) -> Markup {
    let lang = around.lang;
    let table = html! {
        table {
            caption #rows .hidden { (view.path) }
            thead {
                tr {
                    @for column in &view.columns { th scope="col" { (column_name(lang, column)) } }
                    @if view.weights.is_some() { th.num scope="col" { (tr!(lang, "plan.sum_below")) } }
                    @if view.may_edit { th scope="col" { (tr!(lang, "plan.act")) } }
                }
            }
            tbody {
                @for line in &view.rows {
                    tr .bad[line.is_off] {
                        @for (at, cell) in line.cells.iter().enumerate() {
                            @if at == 0 { th scope="row" .{ "deep" (line.depth.min(3)) } { (cell) } }
                            @else if Some(at) == view.weights && view.may_edit { td { (weight(around, view, line, cell)) } }
                            @else { td { (cell) } }
                        }
                        @if view.weights.is_some() { td.num { (line.below.as_deref().unwrap_or_default()) } }
                        @if view.may_edit {
                            td {
                                a href=(row_address(around, &view.path, line.row)) {
                                    (tr!(lang, "plan.edit_row"))
                                    span.hidden { " " (line.cells.first().map(String::as_str).unwrap_or_default()) }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    scrolling(lang, "rows", &table)
}

fn weight(around: Around<'_>, view: &TablePage, line: &RowLine, cell: &str) -> Markup {
    let id = format!("w-{}", line.row);
    let fault = FieldFault::of(&view.faults, &id);
    let code = line.cells.first().map(String::as_str).unwrap_or_default();
    html! {
        (fault.message())
        input.points id=(id) type="text" name={ "w:" (line.row) } value=(cell) inputmode="decimal" autocomplete="off"
            aria-label=(tr!(around.lang, "plan.weight_of", code = code)) aria-invalid=[fault.invalid()]
            aria-describedby=[fault.described(None)];
    }
}

/// A row as a form.
#[derive(Clone, Debug)]
pub struct RowPage {
    /// Path of the table.
    pub path: String,
    /// Fingerprint of the table's state that is shown.
    pub seen: String,
    /// Its place, from 0; none for a new row.
    pub row: Option<usize>,
    /// What names the row, as it was when shown.
    pub key: String,
    /// Column, what stands there or was typed, and what stands there now where somebody else changed it.
    pub cells: Vec<(String, String, Option<String>)>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Faults of the working copy that are in this row.
    pub found: Vec<Diagnostic>,
    /// Whether somebody else changed the table meanwhile.
    pub conflict: bool,
}

/// Renders the form.
pub fn row_page(around: Around<'_>, view: &RowPage) -> Markup {
    let lang = around.lang;
    let action = match view.row {
        Some(row) => row_address(around, &view.path, row),
        None => format!("{}&row=new", super::about(around, "/row", &view.path)),
    };
    let content = html! {
        @if view.conflict {
            div.faults role="alert" {
                h2 { (tr!(lang, "plan.conflict_title")) }
                p { (tr!(lang, "plan.conflict_fields")) }
            }
        }
        p { a href=(super::about(around, "/table", &view.path)) { (tr!(lang, "plan.back_to", file = view.path)) } }
        @if !view.found.is_empty() { (fault_list(around, &view.found, false)) }
        form method="post" action=(action) novalidate {
            (csrf(&around.staff.csrf))
            input type="hidden" name="seen" value=(view.seen);
            input type="hidden" name="key" value=(view.key);
            @for (column, value, theirs) in &view.cells { (cell(around, view, (column, value, theirs.as_deref()))) }
            button.main type="submit" name="go" value="keep" { (tr!(lang, "plan.keep")) }
            @if view.row.is_some() {
                " " button type="submit" name="go" value="up" { (tr!(lang, "plan.move_up")) }
                " " button type="submit" name="go" value="down" { (tr!(lang, "plan.move_down")) }
                " " button type="submit" name="go" value="remove" { (tr!(lang, "plan.remove_row")) }
            }
        }
    };
    let heading = match view.row {
        Some(_) => tr!(lang, "plan.row_title", file = view.path, key = view.key),
        None => tr!(lang, "plan.new_row_title", file = view.path),
    };
    around.form_page(&heading, "/row", (&view.faults, view.conflict), &content)
}

fn cell(around: Around<'_>, view: &RowPage, (column, value, theirs): (&str, &str, Option<&str>)) -> Markup {
    let id = format!("c-{column}");
    let fault = FieldFault::of(&view.faults, &id);
    let hint = format!("{id}-note");
    let note = column_note(around.lang, &view.path, column);
    let hinted = (note.is_some() || theirs.is_some()).then_some(hint.as_str());
    let is_long = value.chars().count() > 40 || matches!(column, "questions" | "guidance" | "guidance_en");
    html! {
        div.field {
            label for=(id) { (column_name(around.lang, column)) " " code { (column) } }
            (fault.message())
            @if is_long {
                textarea id=(id) name={ "c:" (column) } rows="4" aria-invalid=[fault.invalid()]
                    aria-describedby=[fault.described(hinted)] { "\n" (value) }
            } @else {
                input id=(id) type="text" name={ "c:" (column) } value=(value) autocomplete="off"
                    aria-invalid=[fault.invalid()] aria-describedby=[fault.described(hinted)];
            }
            @if hinted.is_some() {
                p.note id=(hint) {
                    (note.unwrap_or_default())
                    @if let Some(theirs) = theirs { " " (tr!(around.lang, "plan.now_says", value = theirs)) }
                }
            }
        }
    }
}

/// What a column is called; an unknown one as it is written.
pub fn column_name(lang: Lang, column: &str) -> String {
    match column {
        "code" => tr!(lang, "plan.c_code"),
        "parent" => tr!(lang, "plan.c_parent"),
        "level" => tr!(lang, "plan.c_level"),
        "kind" => tr!(lang, "plan.c_kind"),
        "name_zh" | "name" => tr!(lang, "plan.c_name_zh"),
        "name_en" => tr!(lang, "plan.c_name_en"),
        "weight" => tr!(lang, "plan.c_weight"),
        "measure" => tr!(lang, "plan.c_measure"),
        "group" => tr!(lang, "plan.c_group"),
        "area" => tr!(lang, "plan.c_area"),
        "direction" => tr!(lang, "plan.c_direction"),
        "questions" => tr!(lang, "plan.c_questions"),
        "perspective_weights" => tr!(lang, "plan.c_perspectives"),
        "goalpost_low" => tr!(lang, "plan.c_low"),
        "goalpost_high" => tr!(lang, "plan.c_high"),
        "domain" => tr!(lang, "plan.c_domain"),
        "indicator" => tr!(lang, "plan.c_indicator"),
        "max_score" => tr!(lang, "plan.c_max"),
        "guidance" => tr!(lang, "plan.c_guidance"),
        "guidance_en" => tr!(lang, "plan.c_guidance_en"),
        "evidence_required" => tr!(lang, "plan.c_evidence"),
        "unit" => tr!(lang, "plan.c_unit"),
        "period" => tr!(lang, "plan.c_period"),
        "value" => tr!(lang, "plan.c_value"),
        "source" => tr!(lang, "plan.c_source"),
        "unit_of_measure_zh" => tr!(lang, "plan.c_measure_zh"),
        "unit_of_measure_en" => tr!(lang, "plan.c_measure_en"),
        "expert" => tr!(lang, "plan.c_expert"),
        "first" => tr!(lang, "plan.c_first"),
        "second" => tr!(lang, "plan.c_second"),
        other => return other.to_owned(),
    }
    .into_owned()
}

/// How a column is filled in, where that is not plain.
fn column_note(lang: Lang, path: &str, column: &str) -> Option<String> {
    let note = match (path, column) {
        ("indicators.csv", "weight") => tr!(lang, "plan.n_weight"),
        (_, "measure") => tr!(lang, "plan.n_measure"),
        (_, "questions") => tr!(lang, "plan.n_questions"),
        (_, "perspective_weights") => tr!(lang, "plan.n_perspectives"),
        (_, "goalpost_low" | "goalpost_high") => tr!(lang, "plan.n_goalposts"),
        (_, "direction") => tr!(lang, "plan.n_direction"),
        (_, "domain") => tr!(lang, "plan.n_domain"),
        (_, "period") => tr!(lang, "plan.n_period"),
        (_, "evidence_required") => tr!(lang, "plan.n_evidence"),
        ("units.csv", "level") => tr!(lang, "plan.n_level"),
        _ => return None,
    };
    Some(note.into_owned())
}
