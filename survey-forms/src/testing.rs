//! Forms for tests, written as Markdown tables as pyxform's tests do and turned into real workbooks, so that every
//! test goes through the reader.
//!
//! ```text
//! | survey |         |      |       |
//! |        | type    | name | label |
//! |        | integer | age  | 年龄   |
//! ```

use jiff::civil::{Date, date};
use rust_xlsxwriter::Workbook;

use crate::diagnostic::Diagnostic;
use crate::form::Form;
use crate::response::RawAnswers;
use crate::xlsform::{self, ReadForm};

pub(crate) const TODAY: Date = date(2026, 11, 23);

/// The bytes of a workbook. A cell that reads as a number is stored as one, as Excel does.
pub(crate) fn xlsx(markdown: &str) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let mut sheet = None;
    let mut row = 0;
    for line in markdown
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('|'))
    {
        let cells: Vec<String> = line
            .trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().replace("\\n", "\n").replace('¦', "|"))
            .collect();
        if !cells[0].is_empty() {
            let new = workbook.add_worksheet();
            new.set_name(&cells[0]).unwrap();
            sheet = Some(cells[0].clone());
            row = 0;
            continue;
        }
        let name = sheet.as_ref().expect("a sheet before its rows");
        let worksheet = workbook.worksheet_from_name(name).unwrap();
        for (column, cell) in (0u16..)
            .zip(cells.iter().skip(1))
            .filter(|(_, cell)| !cell.is_empty())
        {
            match cell.parse::<f64>() {
                Ok(number) => worksheet.write_number(row, column, number).unwrap(),
                Err(_) => worksheet.write_string(row, column, cell).unwrap(),
            };
        }
        row += 1;
    }
    workbook.save_to_buffer().unwrap()
}

pub(crate) fn read(markdown: &str) -> Result<ReadForm, Vec<Diagnostic>> {
    xlsform::read("test.xlsx", &xlsx(markdown))
}

/// The form; the test fails with its faults when it has any error.
pub(crate) fn form(markdown: &str) -> Form {
    read(markdown)
        .unwrap_or_else(|faults| panic!("{}", lines(&faults)))
        .form
}

/// All that is said about a form, errors and warnings.
pub(crate) fn faults(markdown: &str) -> Vec<Diagnostic> {
    match read(markdown) {
        Ok(read) => read.warnings,
        Err(faults) => faults,
    }
}

/// Chinese and English lines of diagnostics, for snapshots.
pub(crate) fn lines(faults: &[Diagnostic]) -> String {
    faults
        .iter()
        .map(|fault| format!("{}\n{}\n", fault.to_line("zh"), fault.to_line("en")))
        .collect()
}

pub(crate) fn answers(pairs: &[(&str, &str)]) -> RawAnswers {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
