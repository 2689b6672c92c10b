//! A table of the plan as cells, written back as it was read: mark, line ends and the order of columns stay.

use analysis::plan::table::NumberedRows;
use thiserror::Error;

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Why a file is no table.
#[derive(Debug, Error)]
#[error("row {row}: {source}")]
pub struct SheetError {
    /// The row as a spreadsheet shows it.
    pub row: u32,
    /// What the reader said.
    pub source: csv::Error,
}

/// A table with its header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    marked: bool,
    crlf: bool,
    /// The names of the columns.
    pub header: Vec<String>,
    /// The rows below the header, each as wide as it was written.
    pub rows: Vec<Vec<String>>,
    numbers: Vec<u32>,
}

impl Sheet {
    /// Reads a table.
    ///
    /// # Errors
    /// When the text is not UTF-8 or a quotation mark never closes.
    pub fn read(bytes: &[u8]) -> Result<Self, SheetError> {
        let marked = bytes.starts_with(MARK);
        let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
        let mut sheet = Self {
            marked,
            crlf: bytes.windows(2).any(|two| two == b"\r\n"),
            ..Self::default()
        };
        for (at, (number, record)) in NumberedRows::new(bytes).enumerate() {
            let record = record.map_err(|source| SheetError { row: number, source })?;
            let cells = record.iter().map(str::to_owned).collect();
            if at == 0 {
                sheet.header = cells;
            } else {
                sheet.rows.push(cells);
                sheet.numbers.push(number);
            }
        }
        Ok(sheet)
    }

    /// The table as a file.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new()
            .flexible(true)
            .terminator(match self.crlf {
                true => csv::Terminator::CRLF,
                false => csv::Terminator::Any(b'\n'),
            })
            .from_writer(if self.marked { MARK.to_vec() } else { Vec::new() });
        for row in std::iter::once(&self.header).chain(&self.rows) {
            // A vector takes everything.
            let _written = writer.write_record(row);
        }
        writer.into_inner().unwrap_or_default()
    }

    /// Where a row of the file that was read stood in it, as messages say it.
    pub fn number_read(&self, row: usize) -> Option<u32> {
        self.numbers.get(row).copied()
    }

    /// The number of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|header| header == name)
    }

    /// A cell; empty where the row or the table does not have it.
    pub fn cell(&self, row: usize, column: &str) -> &str {
        let cells = self.rows.get(row).zip(self.column(column));
        cells
            .and_then(|(row, column)| row.get(column))
            .map_or("", String::as_str)
    }

    /// Writes a cell; a column that the table does not have is left alone.
    pub fn set(&mut self, row: usize, column: &str, value: &str) {
        let Some(at) = self.column(column) else { return };
        if let Some(cells) = self.rows.get_mut(row) {
            if cells.len() <= at {
                cells.resize(at + 1, String::new());
            }
            if let Some(cell) = cells.get_mut(at) {
                value.trim().clone_into(cell);
            }
        }
    }

    /// Adds the columns that are missing, empty.
    pub fn ensure_columns(&mut self, names: &[&str]) {
        for name in names {
            if self.column(name).is_none() {
                self.header.push((*name).to_owned());
            }
        }
    }

    /// Puts an empty row in after `row`, or on top when it is none.
    pub fn insert_after(&mut self, row: Option<usize>) -> usize {
        let at = row.map_or(0, |row| (row + 1).min(self.rows.len()));
        self.rows.insert(at, vec![String::new(); self.header.len()]);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_the_sample_plan_are_written_as_they_were_read() {
        for (path, bytes) in crate::synthetic::sample_plan() {
            if path.ends_with(".csv") {
                let sheet = Sheet::read(&bytes).unwrap();
                assert_eq!(Sheet::read(&sheet.write()).unwrap(), sheet, "{path}");
                assert!(sheet.write().starts_with(MARK), "{path}");
            }
        }
    }

    #[test]
    fn rows_are_known_by_where_they_stood_in_the_file() {
        let sheet = Sheet::read(b"code\n\na\n\n\nb\n").unwrap();
        assert_eq!([sheet.number_read(0), sheet.number_read(1)], [Some(3), Some(6)]);
        assert_eq!(sheet.number_read(2), None);
    }

    #[test]
    fn a_cell_is_changed_and_the_rest_stays() {
        let mut sheet = Sheet::read(b"code,name\r\na,\"x, y\"\r\nb\r\n").unwrap();
        sheet.set(1, "name", " z ");
        sheet.set(0, "nothing", "z");
        assert_eq!(sheet.write(), b"code,name\r\na,\"x, y\"\r\nb,z\r\n");
        let new = sheet.insert_after(Some(0));
        sheet.set(new, "code", "c");
        assert_eq!(sheet.cell(1, "code"), "c");
        assert_eq!(sheet.cell(2, "code"), "b");
    }
}
