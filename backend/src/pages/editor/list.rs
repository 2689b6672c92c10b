//! The questionnaires of a round, and the beginning of a new one.

use maud::{Markup, html};

use super::super::layout::{Fault, SignedIn, csrf};
use super::super::office::FieldFault;
use super::super::round_page::RoundPage;
use super::super::table::Table;
use super::super::{Lang, tr};
use super::list_path;

/// A questionnaire.
#[derive(Clone, Debug)]
pub struct FormLine {
    /// Its name.
    pub name: String,
    /// Its title; empty when it cannot be read.
    pub title: String,
    /// Who answers it, in the reader's language.
    pub groups: String,
    /// Who changed it last, and when; none while nothing was changed here.
    pub changed: Option<(String, String)>,
    /// Whether the plan has it as it is here.
    pub in_plan: bool,
    /// Whether the plan has another one since the draft began.
    pub overtaken: bool,
}

/// The page.
#[derive(Clone, Debug, Default)]
pub struct ListPage {
    /// Questionnaires, by name.
    pub forms: Vec<FormLine>,
    /// Collections of the bank: id and title.
    pub bank: Vec<(String, String)>,
    /// Whether the reader may change any.
    pub may_edit: bool,
    /// The name of a new one, as typed.
    pub name: String,
    /// Its title, as typed.
    pub title: String,
    /// With what it begins, as chosen.
    pub from: String,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// What could not be carried over from another program, or is wrong with the file.
    pub remarks: Vec<String>,
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, (round, round_title): (&str, &str), view: &ListPage) -> Markup {
    let path = list_path(round);
    let title = tr!(lang, "editor.forms");
    let page = RoundPage::new(lang, staff, (round, round_title), (&path, &title)).faults(&view.faults);
    page.render(&html! {
        p { (tr!(lang, "editor.forms_lead")) }
        @if view.forms.is_empty() { p { (tr!(lang, "editor.forms_none")) } } @else { (table(lang, &path, view)) }
        @if !view.remarks.is_empty() {
            h2 { (tr!(lang, "editor.remarks")) }
            ul.todo { @for remark in &view.remarks { li { (remark) } } }
        }
        @if view.may_edit { (new(lang, staff, &path, view)) }
    })
}

fn table(lang: Lang, path: &str, view: &ListPage) -> Markup {
    Table::new("forms", tr!(lang, "editor.forms"), &view.forms)
        .hidden_caption()
        .head(tr!(lang, "editor.form"), |form| {
            html! {
                a href={ (path) "/" (form.name) } { @if form.title.is_empty() { (form.name) } @else { (form.title) } }
            }
        })
        .text(tr!(lang, "editor.form_file"), |form| html! { code { (form.name) } })
        .text(tr!(lang, "editor.form_groups"), |form| {
            html! { @if form.groups.is_empty() { (tr!(lang, "editor.form_no_group")) } @else { (form.groups) } }
        })
        .text(tr!(lang, "editor.form_state"), |form| {
            html! {
                @match &form.changed {
                    _ if form.overtaken => strong { (tr!(lang, "editor.is_overtaken")) },
                    Some((who, when)) if !form.in_plan => strong { (tr!(lang, "editor.is_changed", who = who, when = when)) },
                    _ => (tr!(lang, "editor.is_in_plan")),
                }
            }
        })
        .scrolling(lang)
}

fn new(lang: Lang, staff: &SignedIn, path: &str, view: &ListPage) -> Markup {
    let (name, file, title) = (
        FieldFault::of(&view.faults, "name"),
        FieldFault::of(&view.faults, "file"),
        FieldFault::of(&view.faults, "title"),
    );
    html! {
        h2 { (tr!(lang, "editor.new")) }
        form method="post" action=(path) enctype="multipart/form-data" novalidate {
            (csrf(&staff.csrf))
            div.field {
                label for="title" { (tr!(lang, "editor.new_title")) }
                (title.message())
                input #title type="text" name="title" maxlength="120" autocomplete="off" value=(view.title)
                    aria-invalid=[title.invalid()] aria-describedby=[title.described(Some("title-note"))];
                p.note #title-note { (tr!(lang, "editor.new_title_note")) }
            }
            div.field {
                label for="name" { (tr!(lang, "editor.new_name")) }
                (name.message())
                input #name type="text" name="name" maxlength="40" autocomplete="off" spellcheck="false" value=(view.name)
                    aria-invalid=[name.invalid()] aria-describedby=[name.described(Some("name-note"))];
                p.note #name-note { (tr!(lang, "editor.new_name_note")) }
            }
            div.field {
                label for="from" { (tr!(lang, "editor.new_from")) }
                select #from name="from" {
                    option value="blank" selected[view.from == "blank"] { (tr!(lang, "editor.from_blank")) }
                    option value="file" selected[view.from == "file"] { (tr!(lang, "editor.from_file")) }
                    optgroup label=(tr!(lang, "editor.from_bank")) {
                        @for (id, title) in &view.bank {
                            option value={ "bank:" (id) } selected[view.from == format!("bank:{id}")] { (title) }
                        }
                    }
                    @if !view.forms.is_empty() {
                        optgroup label=(tr!(lang, "editor.from_form")) {
                            @for form in &view.forms {
                                option value={ "form:" (form.name) } selected[view.from == format!("form:{}", form.name)] {
                                    @if form.title.is_empty() { (form.name) } @else { (form.title) }
                                }
                            }
                        }
                    }
                }
            }
            div.field {
                label for="file" { (tr!(lang, "editor.new_file")) }
                (file.message())
                input #file type="file" name="file" accept=".xlsx,.csv,.lss"
                    aria-invalid=[file.invalid()] aria-describedby=[file.described(Some("file-note"))];
                p.note #file-note { (tr!(lang, "editor.new_file_note")) }
            }
            button.main type="submit" { (tr!(lang, "editor.new_go")) }
        }
    }
}
