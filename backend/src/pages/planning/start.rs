//! A new round: from an earlier one, from the sample, or from an archive.

use maud::{Markup, html};
use survey_forms::diagnostic::Diagnostic;

use super::history::outside;
use crate::pages::layout::{Fault, SignedIn, csrf, fault_summary};
use crate::pages::office::FieldFault;
use crate::pages::{Lang, tr};

/// The form.
#[derive(Clone, Debug, Default)]
pub struct StartPage {
    /// Rounds to begin from: id and title.
    pub rounds: Vec<(String, String)>,
    /// What was chosen; empty for the sample.
    pub source: String,
    /// The id, as typed.
    pub id: String,
    /// The year, as typed.
    pub year: String,
    /// The first day, as typed.
    pub opens_on: String,
    /// The last day, as typed.
    pub closes_on: String,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Faults of the plan that was uploaded or would result.
    pub found: Vec<Diagnostic>,
}

/// Where the page is.
pub const PATH: &str = "/console/plans/new";

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &StartPage) -> Markup {
    let title = tr!(lang, "plan.new_round");
    let text = |id: &str, label: &str, kind: &str, value: &str, hint: Option<&str>| {
        let fault = FieldFault::of(&view.faults, id);
        let note = format!("{id}-note");
        html! {
            div.field {
                label for=(id) { (label) }
                (fault.message())
                input id=(id) type=(kind) name=(id) value=(value) autocomplete="off" aria-invalid=[fault.invalid()]
                    aria-describedby=[fault.described(hint.map(|_| note.as_str()))];
                @if let Some(hint) = hint { p.note id=(note) { (hint) } }
            }
        }
    };
    let archive = FieldFault::of(&view.faults, "file");
    let content = html! {
        (fault_summary(&tr!(lang, "question.errors"), &view.faults))
        h1 { (title) }
        @if !view.found.is_empty() {
            h2 { (tr!(lang, "plan.check")) }
            ul.todo { @for fault in &view.found { li .bad[fault.is_error()] { (fault.to_line(lang.code())) } } }
        }
        h2 { (tr!(lang, "plan.new_copy")) }
        p { (tr!(lang, "plan.new_copy_note")) }
        form method="post" action=(PATH) novalidate {
            (csrf(&staff.csrf))
            div.field {
                label for="source" { (tr!(lang, "plan.new_from")) }
                select #source name="source" {
                    @for (id, title) in &view.rounds { option value=(id) selected[*id == view.source] { (title) } }
                    option value="" selected[view.source.is_empty()] { (tr!(lang, "plan.new_sample")) }
                }
            }
            (text("id", &tr!(lang, "plan.new_id"), "text", &view.id, Some(&tr!(lang, "plan.new_id_note"))))
            (text("year", &tr!(lang, "plan.s_year"), "text", &view.year, None))
            (text("opens_on", &tr!(lang, "plan.s_opens"), "date", &view.opens_on, None))
            (text("closes_on", &tr!(lang, "plan.s_closes"), "date", &view.closes_on, None))
            button.main type="submit" { (tr!(lang, "plan.new_go")) }
        }
        h2 { (tr!(lang, "plan.new_upload")) }
        p { (tr!(lang, "plan.new_upload_note")) }
        form method="post" action={ (PATH) "/upload" } enctype="multipart/form-data" {
            (csrf(&staff.csrf))
            div.field {
                label for="file" { (tr!(lang, "plan.upload_label")) }
                (archive.message())
                input #file type="file" name="file" accept=".zip,application/zip" required aria-invalid=[archive.invalid()]
                    aria-describedby=[archive.described(None)];
            }
            button type="submit" { (tr!(lang, "plan.new_go")) }
        }
    };
    outside(lang, staff, PATH, &title, !view.faults.is_empty(), &content)
}
