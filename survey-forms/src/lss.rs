//! LimeSurvey in: a survey structure (`.lss`) to an XLSForm workbook, with a remark for everything that could not be
//! carried over.
//!
//! Exports of all generations are read: one row a language (up to LimeSurvey 3), and words in tables of their own
//! (`question_l10ns`, from LimeSurvey 4). What comes out is a draft for people to look at: conditions that have no
//! counterpart are left out and named, never guessed.

use crate::diagnostic::{Diagnostic, Place};
use crate::text::Text;
use crate::xlsform;

mod document;
mod logic;
mod naming;
mod remark;
mod rows;
mod rules;
mod shape;
mod survey;
mod words;

use document::Document;
use remark::{Remark, Remarks};
use survey::Survey;

/// The largest file that is read.
const LARGEST_FILE_BYTES: usize = 32 << 20;

/// A survey of LimeSurvey as an XLSForm.
#[derive(Clone, Debug)]
pub struct Carried {
    /// The workbook (`.xlsx`).
    pub workbook: Vec<u8>,
    /// How many questions it asks.
    pub questions: usize,
    /// What could not be carried over, or was carried over in another form, in the order of the survey; then what is to
    /// be mended in the workbook before it can be used, by sheet, row and column.
    pub remarks: Vec<Diagnostic>,
}

/// Reads a survey structure.
///
/// # Errors
/// When the file is no survey structure or holds no question that can be carried over.
///
/// # Example
/// ```
/// let faults = survey_forms::lss::read("survey.lss", b"<document/>").unwrap_err();
/// assert_eq!(faults[0].code, "LS002");
/// ```
pub fn read(file_name: &str, bytes: &[u8]) -> Result<Carried, Vec<Diagnostic>> {
    let fault = |remark: Remark| vec![remark.at(Place::file(file_name))];
    if bytes.len() > LARGEST_FILE_BYTES {
        return Err(fault(Remark::TooLarge));
    }
    let document = Document::read(bytes).map_err(|reason| fault(Remark::NotXml { reason }))?;
    if !document.is_survey() {
        return Err(fault(Remark::NotASurvey));
    }
    let survey = Survey::of(&document);
    let mut remarks = Remarks::new(file_name);
    let made = rows::make(&survey, &document, &mut remarks);
    if made.questions == 0 {
        let mut all = remarks.finish();
        all.insert(0, Remark::NoQuestions.at(Place::file(file_name)));
        return Err(all);
    }
    let workbook =
        xlsform::write::workbook(&made.survey, &made.choices, &made.settings).map_err(|error| {
            let reason = error.to_string();
            fault(Remark::CannotWrite { reason })
        })?;
    let mut all = remarks.finish();
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    match xlsform::read(&format!("{stem}.xlsx"), &workbook) {
        Ok(read) => all.extend(read.warnings),
        Err(faults) => all.extend(faults),
    }
    Ok(Carried {
        workbook,
        questions: made.questions,
        remarks: all,
    })
}

/// Words that LimeSurvey has of its own, in a survey's languages.
fn own_words(languages: &[String], zh: &str, en: &str) -> Text {
    let word = |tag: &String| if tag.starts_with("zh") { zh } else { en };
    languages
        .iter()
        .map(|tag| (tag.clone(), word(tag).to_owned()))
        .collect()
}

#[cfg(test)]
mod tests;
