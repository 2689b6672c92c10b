//! A workbook: every cell of every sheet. Formats, widths and formulas are not kept (a formula's value is).

use std::collections::{BTreeMap, BTreeSet};

use rust_xlsxwriter::{Format, XlsxError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::EditError;
use super::refusal::Refusal;
use crate::diagnostic::catalogue::Fault;
use crate::diagnostic::{Diagnostic, Place};
use crate::form::Form;
use crate::lss;
use crate::xlsform::layout::Layout;
use crate::xlsform::workbook as raw;
use crate::xlsform::write::{header, language_name};
use crate::xlsform::{self, workbook::Wanted};

/// A questionnaire as sheets of cells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workbook {
    /// In order.
    pub(super) sheets: Vec<Sheet>,
}

/// A sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// As written.
    pub(super) name: String,
    /// From the spreadsheet's first row on, empty ones too, so that a row's number is its place here.
    pub(super) rows: Vec<Row>,
}

/// A row: its cells by column, counted from 0; empty ones are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub(super) cells: BTreeMap<u32, String>,
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
    ///
    /// # Example
    /// ```
    /// use survey_forms::editor::{Edit, RowKind, Spot, Workbook, apply, edit::NewItem};
    /// use survey_forms::text::Text;
    /// let workbook = Workbook::blank("visit", "上门服务回访", "zh");
    /// let item = NewItem { label: Text::of("zh", "今年有人上门看过您吗？"), ..NewItem::of(RowKind::Text) };
    /// let workbook = apply(&workbook, &Edit::Add { item, to: Spot::Last }).unwrap();
    /// assert_eq!(workbook.check("visit.xlsx").form.unwrap().questions().count(), 1);
    /// ```
    pub fn blank(form_id: &str, title: &str, lang: &str) -> Self {
        let sheet = |name: &str, rows: &[&[&str]]| Sheet {
            name: name.to_owned(),
            rows: rows.iter().map(|cells| Row::of(cells)).collect(),
        };
        let label = header("label", lang);
        let named = header("form_title", lang);
        let columns = [named.as_str(), "form_id", "version", "default_language"];
        Self {
            sheets: vec![
                sheet("survey", &[&["type", "name", &label]]),
                sheet("choices", &[&["list_name", "name", &label]]),
                sheet(
                    "settings",
                    &[&columns, &[title, form_id, "", &language_name(lang)]],
                ),
            ],
        }
    }

    /// Reads `.xlsx`, `.csv` (all sheets in one) and LimeSurvey's `.lss`, by the ending of `file_name`.
    ///
    /// # Errors
    /// When the file is none of these, or too large. A questionnaire with faults is read.
    pub fn read(file_name: &str, bytes: &[u8]) -> Result<Imported, Vec<Diagnostic>> {
        let ending = file_name.to_lowercase();
        let place = || Place::unknown().in_file(file_name);
        if ending.ends_with(".lss") {
            let carried = lss::read(file_name, bytes)?;
            let workbook = xlsform::open("lss.xlsx", &carried.workbook, Wanted::All)
                .map_err(|fault| vec![fault.at(place())])?;
            let mut remarks = carried.remarks;
            // What is to be mended in the workbook is told by `check`, as long as it is so.
            remarks.retain(|remark| remark.code.starts_with("LS"));
            return Ok(Imported {
                workbook: Self::of(workbook),
                remarks,
            });
        }
        let workbook =
            xlsform::open(file_name, bytes, Wanted::All).map_err(|fault| vec![fault.at(place())])?;
        if workbook.sheets.is_empty() {
            let fault = Fault::MissingSheet {
                sheet: "survey",
                suggestion: None,
            };
            return Err(vec![fault.at(place())]);
        }
        Ok(Imported {
            workbook: Self::of(workbook),
            remarks: Vec::new(),
        })
    }

    fn of(workbook: raw::Workbook) -> Self {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let mut sheets = Vec::new();
        for sheet in workbook.sheets {
            // A CSV file can have two sheets of one name, of which the reader takes the first.
            let mut name = sheet.written.clone();
            let mut copy = 1;
            while !taken.insert(name.to_lowercase()) {
                copy += 1;
                name = format!("{} ({copy})", sheet.written);
            }
            // In a CSV file rows go on counting from sheet to sheet.
            let above = sheet.rows.first().map_or(0, |row| row.number.saturating_sub(1));
            let mut rows: Vec<Row> = Vec::new();
            for row in sheet.rows {
                let number = (row.number - above) as usize;
                rows.resize_with(number.max(1) - 1, Row::default);
                let cells = row.cells.into_iter().map(|(at, cell)| (at, writable(&cell)));
                rows.push(Row {
                    cells: cells.filter(|(_, cell)| !cell.is_empty()).collect(),
                });
            }
            sheets.push(Sheet { name, rows });
        }
        Self { sheets }
    }

    /// The cells as the reader takes them.
    pub(super) fn raw(&self) -> raw::Workbook {
        let sheets = self.sheets.iter().map(|sheet| raw::Sheet {
            name: sheet.name.trim().to_lowercase(),
            written: sheet.name.clone(),
            rows: (1..)
                .zip(&sheet.rows)
                .filter(|(_, row)| !row.cells.is_empty())
                .map(|(number, row)| raw::Row {
                    number,
                    cells: row.cells.clone(),
                })
                .collect(),
        });
        raw::Workbook {
            sheets: sheets.collect(),
        }
    }

    /// The workbook as `.xlsx`: what [`Self::read`] makes the same workbook of.
    ///
    /// # Errors
    /// When a sheet has a name that a spreadsheet cannot have, or a text is longer than a cell holds.
    pub fn to_xlsx(&self) -> Result<Vec<u8>, EditError> {
        let mut file = rust_xlsxwriter::Workbook::new();
        let bold = Format::new().set_bold();
        for sheet in &self.sheets {
            write(&mut file, sheet, &bold).map_err(|error| {
                let reason = error.to_string();
                Refusal::CannotWrite { reason }.at(Place::sheet(sheet.name.as_str()))
            })?;
        }
        file.save_to_buffer().map_err(|error| {
            let reason = error.to_string();
            Refusal::CannotWrite { reason }.at(Place::unknown()).into()
        })
    }

    /// The workbook as one `.csv` file with all sheets, as pyxform and [`Self::read`] take it: each sheet's name alone in the first
    /// column, below it the sheet's rows from the second column on. UTF-8 without a mark, because pyxform takes a mark for a
    /// part of the first sheet's name. Rows that are empty at a sheet's beginning are left out.
    pub fn to_csv(&self) -> String {
        let mut out = String::new();
        for sheet in &self.sheets {
            out.push_str(&csv_cell(&sheet.name));
            out.push_str("\r\n");
            for row in sheet.rows.iter().skip_while(|row| row.cells.is_empty()) {
                let width = row.cells.keys().next_back().map_or(0, |last| last + 1);
                for at in 0..width {
                    out.push(',');
                    out.push_str(&csv_cell(row.cell(at)));
                }
                out.push_str("\r\n");
            }
        }
        out
    }

    /// What the reader makes of it and says of it. `file_name` is for messages, and the form's id where the settings have none.
    pub fn check(&self, file_name: &str) -> Checked {
        match xlsform::read_workbook(file_name, &self.raw()) {
            Ok(read) => Checked {
                form: Some(read.form),
                diagnostics: read.warnings,
            },
            Err(diagnostics) => Checked {
                form: None,
                diagnostics,
            },
        }
    }

    /// A word that is another as soon as any cell is: to tell that somebody else has changed the workbook meanwhile.
    pub fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        for sheet in &self.sheets {
            digest.update(sheet.name.as_bytes());
            for (number, row) in sheet.rows.iter().enumerate() {
                for (at, cell) in &row.cells {
                    digest.update([0]);
                    digest.update(number.to_be_bytes());
                    digest.update(at.to_be_bytes());
                    digest.update(cell.as_bytes());
                }
            }
            digest.update([1]);
        }
        digest
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Tags of its languages, the default first, then those of wordings.
    pub fn languages(&self) -> Vec<String> {
        let layout = Layout::of(&self.raw());
        layout.languages.into_iter().map(|(tag, _)| tag).collect()
    }

    /// Its sheets.
    pub fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }
}

/// A cell of a CSV file (RFC 4180).
fn csv_cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// A text as a cell holds it: trimmed, lines ended by `\n`, without what no spreadsheet can hold.
pub(super) fn writable(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let is_kept = |sign: &char| {
        (!sign.is_control() || matches!(sign, '\n' | '\t')) && !matches!(sign, '\u{fffe}' | '\u{ffff}')
    };
    raw::clean(&lines.chars().filter(is_kept).collect::<String>())
}

fn write(file: &mut rust_xlsxwriter::Workbook, sheet: &Sheet, bold: &Format) -> Result<(), XlsxError> {
    let page = file.add_worksheet();
    page.set_name(&sheet.name)?;
    let header = sheet.rows.iter().position(|row| !row.cells.is_empty());
    for (number, row) in (0..).zip(&sheet.rows) {
        let is_header = header == Some(number as usize);
        for (&at, cell) in &row.cells {
            let at = u16::try_from(at).map_err(|_| XlsxError::RowColumnLimitError)?;
            // Every cell is a text: Excel would make a number of `007` and a day of `1-2`.
            if is_header {
                page.write_string_with_format(number, at, cell, bold)?;
                page.set_column_width(at, 24)?;
            } else {
                page.write_string(number, at, cell)?;
            }
        }
        if is_header {
            page.set_freeze_panes(number + 1, 0)?;
        }
    }
    Ok(())
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
    pub(super) fn of(cells: &[&str]) -> Self {
        let filled = (0..).zip(cells).filter(|(_, cell)| !cell.is_empty());
        Self {
            cells: filled.map(|(at, cell)| (at, (*cell).to_owned())).collect(),
        }
    }

    /// The cell of a column, counted from 0.
    pub fn cell(&self, column: u32) -> &str {
        self.cells.get(&column).map_or("", String::as_str)
    }

    pub(super) fn set(&mut self, column: u32, text: &str) {
        if text.is_empty() {
            self.cells.remove(&column);
        } else {
            self.cells.insert(column, text.to_owned());
        }
    }
}
