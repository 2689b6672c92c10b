//! One file of a plan: as text to edit, or to be replaced and taken out.

use maud::{Markup, html};
use survey_forms::diagnostic::Diagnostic;

use super::{Around, FileKind, fault_list};
use crate::pages::layout::{Fault, csrf};
use crate::pages::office::FieldFault;
use crate::pages::tr;

/// A file.
#[derive(Clone, Debug)]
pub struct TextPage {
    /// Its path.
    pub path: String,
    /// Its text, or what was typed; none for files that are no text.
    pub text: Option<String>,
    /// Fingerprint of the state that is shown.
    pub seen: String,
    /// What the file says now, where somebody else changed it meanwhile; empty when it is gone.
    pub theirs: Option<String>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Faults of the working copy that are in this file.
    pub found: Vec<Diagnostic>,
    /// Whether the file is there.
    pub exists: bool,
    /// Whether the plan cannot do without it.
    pub needed: bool,
}

/// Renders the page.
pub fn page(around: Around<'_>, view: &TextPage) -> Markup {
    let lang = around.lang;
    let kind = FileKind::of(&view.path);
    let rows = view
        .text
        .as_ref()
        .map_or(10, |text| text.lines().count().clamp(10, 30));
    let action = super::about(around, "/file", &view.path);
    let fault = FieldFault::of(&view.faults, "file");
    let content = html! {
        @if let Some(theirs) = &view.theirs { (conflict(around, theirs, view.exists)) }
        @if !view.found.is_empty() {
            h2 { (tr!(lang, "plan.check")) }
            (fault_list(around, &view.found, false))
        }
        @if kind == FileKind::Settings { p { a href=(around.path("/settings")) { (tr!(lang, "plan.as_form")) } } }
        @if kind == FileKind::Table { p { a href=(super::about(around, "/table", &view.path)) { (tr!(lang, "plan.as_table")) } } }
        @if let Some(text) = &view.text {
            form method="post" action=(action) {
                (csrf(&around.staff.csrf))
                input type="hidden" name="seen" value=(view.seen);
                div.field {
                    label for="text" { (tr!(lang, "plan.text")) }
                    textarea #text .source name="text" rows=(rows) spellcheck="false" aria-describedby="text-note" {
                        // The first line break of a text field is the browser's own.
                        "\n" (text)
                    }
                    p.note #text-note { (tr!(lang, "plan.text_note")) }
                }
                button.main type="submit" { (tr!(lang, "plan.keep")) }
            }
        }
        h2 { (tr!(lang, "plan.replace_title")) }
        form method="post" action=(around.path("/upload")) enctype="multipart/form-data" {
            (csrf(&around.staff.csrf))
            input type="hidden" name="path" value=(view.path);
            input type="hidden" name="seen" value=(view.seen);
            div.field {
                label for="file" { (tr!(lang, "plan.replace_label", file = view.path)) }
                (fault.message())
                input #file type="file" name="file" required aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)];
            }
            button type="submit" { (tr!(lang, "plan.replace")) }
        }
        @if view.exists && !view.needed {
            details {
                summary { (tr!(lang, "plan.remove_title")) }
                form method="post" action=(action) {
                    (csrf(&around.staff.csrf))
                    input type="hidden" name="seen" value=(view.seen);
                    button type="submit" name="go" value="remove" { (tr!(lang, "plan.remove", file = view.path)) }
                }
            }
        }
    };
    around.form_page(
        &view.path,
        "/file",
        (&view.faults, view.theirs.is_some()),
        &content,
    )
}

fn conflict(around: Around<'_>, theirs: &str, exists: bool) -> Markup {
    let lang = around.lang;
    html! {
        div.faults role="alert" {
            h2 { (tr!(lang, "plan.conflict_title")) }
            p { (tr!(lang, "plan.conflict_text")) }
            @if exists {
                details {
                    summary { (tr!(lang, "plan.conflict_theirs")) }
                    pre.source tabindex="0" { (theirs) }
                }
            } @else { p { (tr!(lang, "plan.conflict_gone")) } }
            p { a href=(around.path("")) { (tr!(lang, "plan.conflict_leave")) } }
        }
    }
}
