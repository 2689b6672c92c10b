//! The console's pages of a round's records, and what they share: the form that takes a file, and the table that says
//! what is wrong with it, row by row.

use maud::{Markup, html};
use survey_forms::diagnostic::Diagnostic;

use super::layout::{Fault, csrf};
use super::office::FieldFault;
use super::table::Table;
use super::{Lang, tr, words};

pub mod commitments;
pub mod frame;
pub mod series;
pub mod services;

/// Faults that are listed; more are counted. Whoever has more mends some and tries again.
const MOST_FAULTS: usize = 100;

/// What is wrong with what was sent.
#[derive(Clone, Debug, Default)]
pub struct Refusal {
    /// Faults of fields, by their ids.
    pub fields: Vec<Fault>,
    /// Faults of the file.
    pub of_file: Vec<Diagnostic>,
}

impl Refusal {
    /// Sorts faults by whether they are about a field or about the file.
    pub fn of(lang: Lang, faults: Vec<Diagnostic>) -> Self {
        let mut refusal = Self::default();
        for fault in faults {
            match &fault.place.field {
                Some(field) => refusal.fields.push(Fault {
                    href: format!("#{field}"),
                    text: format!(
                        "{} {}",
                        fault.message.get(lang.code()),
                        fault.mend.get(lang.code())
                    ),
                }),
                None => refusal.of_file.push(fault),
            }
        }
        if !refusal.of_file.is_empty() {
            let errors = refusal.of_file.iter().filter(|fault| fault.is_error()).count();
            refusal.fields.push(Fault {
                href: "#file".to_owned(),
                text: tr!(lang, "records.file_faults", count = errors).into_owned(),
            });
        }
        refusal
    }

    /// Whether anything is wrong.
    pub fn is_some(&self) -> bool {
        !self.fields.is_empty()
    }
}

/// What is wrong with a file, by row and column, with how to mend it.
pub fn fault_table(lang: Lang, faults: &[Diagnostic]) -> Markup {
    let text = |one: Option<String>| one.unwrap_or_else(|| "–".to_owned());
    let table = Table::new(
        "file-faults",
        tr!(lang, "records.faults_caption", count = faults.len()),
        faults.get(..MOST_FAULTS).unwrap_or(faults),
    )
    .num(tr!(lang, "records.row"), |fault| {
        text(fault.place.row.map(|row| row.to_string()))
    })
    .text(tr!(lang, "records.column"), |fault| {
        text(fault.place.column.clone())
    })
    .text_in("wide-cell", tr!(lang, "records.wrong"), |fault| {
        html! {
            @if !fault.is_error() { (tr!(lang, "records.warning")) " " }
            (fault.message.get(lang.code()))
        }
    })
    .text_in("wide-cell", tr!(lang, "records.mend"), |fault| {
        fault.mend.get(lang.code())
    })
    .text(tr!(lang, "records.code"), |fault| &fault.code);
    html! {
        @if !faults.is_empty() {
            (table.scrolling(lang))
            @if faults.len() > MOST_FAULTS { p.note { (tr!(lang, "records.more_faults", shown = MOST_FAULTS)) } }
        }
    }
}

/// The form that takes a file, with a reason where one is asked for.
pub struct UploadForm<'a> {
    /// Where it goes.
    pub action: &'a str,
    /// The session's token.
    pub csrf: &'a str,
    /// Faults of fields.
    pub faults: &'a [Fault],
    /// The reason as it was typed; none where no reason is asked for.
    pub reason: Option<&'a str>,
    /// Words of a box that only checks; none where there is no such box.
    pub check: Option<&'a str>,
    /// Words of the button.
    pub button: &'a str,
}

/// Renders the form.
pub fn upload_form(lang: Lang, form: &UploadForm<'_>) -> Markup {
    let file = FieldFault::of(form.faults, "file");
    html! {
        form method="post" action=(form.action) enctype="multipart/form-data" novalidate {
            (csrf(form.csrf))
            div.field {
                label for="file" { (tr!(lang, "records.file")) }
                p.quiet #file-hint { (tr!(lang, "records.file_hint")) }
                (file.message())
                input #file type="file" name="file" accept=".csv,.xlsx" aria-invalid=[file.invalid()]
                    aria-describedby=[file.described(Some("file-hint"))];
            }
            @if let Some(reason) = form.reason { (reason_field(lang, form.faults, reason)) }
            @if let Some(words) = form.check {
                p.check { input #check type="checkbox" name="check" value="1"; label for="check" { (words) } }
            }
            button.main type="submit" { (form.button) }
        }
    }
}

/// The field for the reason of an act.
pub fn reason_field(lang: Lang, faults: &[Fault], typed: &str) -> Markup {
    let fault = FieldFault::of(faults, "reason");
    html! {
        div.field {
            label for="reason" { (tr!(lang, "records.reason")) }
            p.quiet #reason-hint { (tr!(lang, "records.reason_hint")) }
            (fault.message())
            textarea #reason name="reason" rows="2" maxlength="300" aria-invalid=[fault.invalid()]
                aria-describedby=[fault.described(Some("reason-hint"))] { (typed) }
        }
    }
}

/// Words that staff wrote, marked when they are not in the page's language.
pub fn written(lang: Lang, text: &str) -> Markup {
    html! { span lang=[words::tongue(lang, text)] { (text) } }
}

/// Links to files.
pub fn files(lang: Lang, links: &[(String, String)]) -> Markup {
    html! {
        ul.links aria-label=(tr!(lang, "records.files")) {
            @for (href, words) in links { li { a.file href=(href) { (words) } } }
        }
    }
}
