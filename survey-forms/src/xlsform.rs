//! XLSForm in and out. In: the bytes of an `.xlsx` workbook, or of a `.csv` file with all sheets, to a [`Form`], or
//! everything that is wrong with it.
//!
//! Reading goes on after a fault, with a stand-in where something could not be understood, so that one run reports
//! all faults; a form is made only when none of them is an error.

use crate::check::{ChoiceSheets, check, evaluation_order};
use crate::diagnostic::catalogue::Fault;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::form::{Form, FormParts, Unrolled, nodes, unroll};

mod aliases;
mod choices;
mod csv;
mod faults;
mod headers;
pub(crate) mod layout;
mod parameters;
mod settings;
mod survey;
mod tables;
mod types;
pub(crate) mod workbook;
pub(crate) mod write;

pub(crate) use faults::Faults;
pub(crate) use headers::Table;
pub(crate) use survey::around;
use workbook::{Sheet, Wanted, Workbook};
pub use write::write;

/// A form that was read, with what somebody should look at.
#[derive(Clone, Debug)]
pub struct ReadForm {
    /// The form.
    pub form: Form,
    /// Warnings in the order of the file.
    pub warnings: Vec<Diagnostic>,
}

/// The largest file that is read; questionnaires with a thousand questions stay below a tenth of it.
const LARGEST_FILE_BYTES: usize = 8 << 20;

/// Reads a questionnaire. `file_name` is used in messages, and as the form's id when the settings have none; where it ends in
/// `.csv`, the bytes are a CSV file with all sheets.
///
/// # Errors
/// All errors and all warnings, in the order of the file.
///
/// # Example
/// ```
/// let faults = survey_forms::xlsform::read("broken.xlsx", b"not a workbook").unwrap_err();
/// assert_eq!(faults[0].code, "XF001");
/// ```
pub fn read(file_name: &str, bytes: &[u8]) -> Result<ReadForm, Vec<Diagnostic>> {
    match open(file_name, bytes, Wanted::Known) {
        Ok(workbook) => read_workbook(file_name, &workbook),
        Err(fault) => Err(vec![fault.at(Place::unknown().in_file(file_name))]),
    }
}

/// The cells of a file.
pub(crate) fn open(file_name: &str, bytes: &[u8], wanted: Wanted) -> Result<Workbook, Fault> {
    if bytes.is_empty() {
        return Err(Fault::EmptyFile);
    }
    if bytes.len() > LARGEST_FILE_BYTES {
        let most = format!("{} MB", LARGEST_FILE_BYTES >> 20);
        return Err(Fault::TooLarge { most });
    }
    if file_name.to_lowercase().ends_with(".csv") {
        csv::read(bytes)
    } else {
        Workbook::open(bytes, wanted)
    }
}

/// As [`read`], with the cells at hand.
pub(crate) fn read_workbook(file_name: &str, workbook: &Workbook) -> Result<ReadForm, Vec<Diagnostic>> {
    let mut faults = Faults::new(file_name);
    let form = read_into(file_name, workbook, &mut faults);
    let diagnostics = faults.finish();
    match form {
        Some(form) if !diagnostics.iter().any(Diagnostic::is_error) => Ok(ReadForm {
            form,
            warnings: diagnostics,
        }),
        _ => Err(diagnostics),
    }
}

fn read_into(file_name: &str, workbook: &Workbook, faults: &mut Faults) -> Option<Form> {
    for sheet in ["entities", "osm"] {
        if workbook.sheet(sheet).is_some_and(|sheet| sheet.rows.len() > 1) {
            faults.add(
                Fault::UnsupportedSheet {
                    sheet: sheet.to_owned(),
                },
                Place::sheet(sheet),
            );
        }
    }
    let survey_sheet = required_sheet(workbook, "survey", faults)?;
    let empty = Sheet::empty();
    let settings_sheet = workbook.sheet("settings").unwrap_or(&empty);
    let choices_sheet = workbook.sheet("choices");

    let mut languages = headers::Languages::default();
    let settings_table = headers::read(settings_sheet, headers::Kind::Settings, &mut languages, faults);
    settings::default_language(&settings_table, &mut languages);
    let survey_table = headers::read(survey_sheet, headers::Kind::Survey, &mut languages, faults);
    let choices_table =
        choices_sheet.map(|sheet| headers::read(sheet, headers::Kind::Choices, &mut languages, faults));
    let external_table = workbook
        .sheet("external_choices")
        .filter(|sheet| !sheet.rows.is_empty())
        .map(|sheet| headers::read(sheet, headers::Kind::ExternalChoices, &mut languages, faults));
    let tables = [
        Some(&survey_table),
        choices_table.as_ref(),
        external_table.as_ref(),
        Some(&settings_table),
    ];
    languages.finish(tables.into_iter().flatten(), faults, &settings_table);

    let settings = settings::read(&settings_table, file_name, &languages, faults);
    let mut choice_lists = match &choices_table {
        Some(table) => choices::read(table, &languages, faults),
        None => indexmap::IndexMap::new(),
    };
    let survey = survey::read(&survey_table, &languages, faults);
    let place = |row: u32, column: &str| survey_table.place_of(row, column);
    let external = match &external_table {
        Some(table) => choices::read(table, &languages, faults),
        None => indexmap::IndexMap::new(),
    };
    choices::add_external(
        &mut choice_lists,
        external,
        &survey,
        &|row| place(row, "type"),
        faults,
    );
    let files = tables::lists(workbook, &survey, &languages, &|row| place(row, "type"), faults);
    choice_lists.extend(files);
    let tables = tables::pulled(workbook, &survey.items, &place, faults);
    for list in &survey.with_other {
        if let Some(list) = choice_lists.get_mut(list) {
            choices::add_other(list, &languages);
        }
    }
    if choices_sheet.is_none() && survey.has_selects {
        // Reported once rather than for each question, which would only repeat it.
        required_sheet(workbook, "choices", faults);
    }
    let parts = FormParts {
        id: settings.id,
        title: settings.title,
        author_version: settings.version,
        languages: languages.tags(),
        wordings: languages.wordings(),
        choice_lists,
        tables,
        metadata: survey.metadata,
        items: survey.items,
        written: None,
    };
    let sheets = ChoiceSheets {
        choices: choices_table.as_ref(),
        external: external_table.as_ref(),
    };
    let order = check(&parts, &survey_table, sheets, faults);
    if faults.has_errors() {
        return None;
    }
    let (parts, order) = match unroll(&parts.items) {
        None => (parts, order),
        Some(Unrolled { items, lists }) => {
            let mut parts = parts;
            parts.choice_lists.extend(lists);
            parts.written = Some(std::mem::replace(&mut parts.items, items));
            let order = evaluation_order(&nodes(&parts.items));
            (parts, order)
        }
    };
    Some(Form::new(parts, order))
}

fn required_sheet<'w>(workbook: &'w Workbook, name: &'static str, faults: &mut Faults) -> Option<&'w Sheet> {
    let found = workbook.sheet(name);
    if found.is_none() {
        let others = workbook
            .names()
            .filter(|other| !["survey", "choices", "settings"].contains(other));
        let suggestion = nearest(name, others).map(str::to_owned);
        faults.add(
            Fault::MissingSheet {
                sheet: name,
                suggestion,
            },
            Place::unknown(),
        );
    }
    found
}

#[cfg(test)]
pub(crate) mod tests;
