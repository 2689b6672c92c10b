//! A workbook: every cell of every sheet. Formats, widths and formulas are not kept (a formula's value is).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::EditError;
use crate::diagnostic::Diagnostic;
use crate::form::Form;

/// A questionnaire as sheets of cells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workbook {
    /// In order.
    sheets: Vec<Sheet>,
}

/// A sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// As written.
    name: String,
    /// From the spreadsheet's first row on, empty ones too, so that a row's number is its place here.
    rows: Vec<Row>,
}

/// A row: its cells by column, counted from 0; empty ones are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    cells: BTreeMap<u32, String>,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What it holds.
    pub workbook: Workbook,
    /// What could not be carried over from another program; empty for XLSForms, whose faults [`Workbook::check`] tells.
    pub remarks: Vec<Diagnostic>,
}

/// A workbook looked through by the reader.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The form, when nothing is wrong with it.
    pub form: Option<Form>,
    /// Errors and warnings in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}

impl Workbook {
    /// A questionnaire with no question yet.
    pub fn blank(form_id: &str, title: &str, lang: &str) -> Self {
        let _ = (form_id, title, lang);
        Self::default()
    }

    /// Reads `.xlsx`, `.csv` (all sheets in one) and LimeSurvey's `.lss`, by the ending of `file_name`.
    ///
    /// # Errors
    /// When the file is none of these, or too large. A questionnaire with faults is read.
    pub fn read(file_name: &str, bytes: &[u8]) -> Result<Imported, Vec<Diagnostic>> {
        let _ = (file_name, bytes);
        Ok(Imported {
            workbook: Self::default(),
            remarks: Vec::new(),
        })
    }

    /// The workbook as `.xlsx`: what [`Self::read`] makes the same workbook of.
    ///
    /// # Errors
    /// When a sheet has a name that a spreadsheet cannot have, or a text is longer than a cell holds.
    pub fn to_xlsx(&self) -> Result<Vec<u8>, EditError> {
        Ok(Vec::new())
    }

    /// What the reader makes of it and says of it. `file_name` is for messages, and the form's id where the settings have none.
    pub fn check(&self, file_name: &str) -> Checked {
        let _ = file_name;
        Checked {
            form: None,
            diagnostics: Vec::new(),
        }
    }

    /// A word that is another as soon as any cell is: to tell that somebody else has changed the workbook meanwhile.
    pub fn fingerprint(&self) -> String {
        String::new()
    }

    /// Tags of its languages, the default first, then those of wordings.
    pub fn languages(&self) -> Vec<String> {
        Vec::new()
    }

    /// Its sheets.
    pub fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }
}

impl Sheet {
    /// The name as written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its rows; the first has number 1.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}

impl Row {
    /// The cell of a column, counted from 0.
    pub fn cell(&self, column: u32) -> &str {
        self.cells.get(&column).map_or("", String::as_str)
    }
}
