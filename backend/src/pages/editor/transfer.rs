//! A questionnaire as a file, out and in.

use maud::{Markup, html};

use super::super::layout::Fault;
use super::super::office::FieldFault;
use super::super::tr;
use super::{Around, Conflict, Shell};

/// The page.
#[derive(Clone, Debug, Default)]
pub struct FilePage {
    /// What the last act did.
    pub done: Option<String>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Whether somebody else was quicker.
    pub conflict: Option<Conflict>,
    /// What could not be carried over from another program.
    pub remarks: Vec<String>,
}

/// Renders the page.
pub fn page(around: Around<'_>, view: &FilePage) -> Markup {
    let lang = around.lang;
    let heading = tr!(lang, "editor.menu_file");
    let shell = Shell {
        heading: &heading,
        part: "/file",
        faults: &view.faults,
        conflict: view.conflict.as_ref(),
        done: view.done.as_deref(),
        ..Shell::default()
    };
    let fault = FieldFault::of(&view.faults, "file");
    let content = html! {
        @if !view.remarks.is_empty() {
            h2 { (tr!(lang, "editor.remarks")) }
            ul.todo { @for remark in &view.remarks { li { (remark) } } }
        }
        h2 { (tr!(lang, "editor.export")) }
        p { (tr!(lang, "editor.export_note")) }
        p.actions {
            a.button href=(around.path("/download")) { (tr!(lang, "editor.export_xlsx")) }
            a.button href=(around.path("/download?as=csv")) { (tr!(lang, "editor.export_csv")) }
            @if around.runs { a.button href=(around.path("/download?as=xml")) { (tr!(lang, "editor.export_xform")) } }
        }
        h2 { (tr!(lang, "editor.import")) }
        p { (tr!(lang, "editor.import_note")) }
        form method="post" action=(around.path("/file")) enctype="multipart/form-data" {
            (around.hidden())
            div.field {
                label for="file" { (tr!(lang, "editor.new_file")) }
                (fault.message())
                input #file type="file" name="file" accept=".xlsx,.csv,.lss" required aria-invalid=[fault.invalid()]
                    aria-describedby=[fault.described(Some("file-note"))];
                p.note #file-note { (tr!(lang, "editor.new_file_note")) }
            }
            button type="submit" { (tr!(lang, "editor.import_go")) }
        }
    };
    around.page(shell, &content)
}
