//! Comma-separated values.

use std::io::{self, Write};

use super::Sink;
use super::columns::{Cell, Table};
use crate::spreadsheet::{harmless, is_formula};

/// A CSV file in the making.
pub(super) struct Csv<W: Write> {
    out: csv::Writer<W>,
    number: String,
}

impl<W: Write> Csv<W> {
    /// Writes the byte-order mark and the names.
    pub(super) fn begin(mut out: W, table: &Table) -> io::Result<Self> {
        out.write_all("\u{feff}".as_bytes())?;
        let mut out = csv::Writer::from_writer(out);
        out.write_record(table.columns.iter().map(|column| &column.name))?;
        Ok(Self {
            out,
            number: String::new(),
        })
    }
}

impl<W: Write + Send> Sink for Csv<W> {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        for cell in cells {
            match cell {
                Cell::Empty => self.out.write_field("")?,
                Cell::Text(text) if is_formula(text) => self.out.write_field(harmless(text.clone()))?,
                Cell::Text(text) => self.out.write_field(text)?,
                Cell::Number(number) => {
                    use std::fmt::Write as _;
                    self.number.clear();
                    // Writing to a String cannot fail.
                    let _written = write!(self.number, "{number}");
                    self.out.write_field(&self.number)?;
                }
                Cell::Flag(yes) => self.out.write_field(if *yes { "true" } else { "false" })?,
            }
        }
        self.out.write_record(None::<&[u8]>)?;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::columns::Kind;
    use super::*;

    #[test]
    fn formulas_in_free_text_are_harmless_and_quotes_survive() {
        let table = Table::of(vec![
            ("a", Kind::Text, Vec::new()),
            ("n", Kind::Integer, Vec::new()),
        ]);
        let mut bytes = Vec::new();
        let mut sink = Box::new(Csv::begin(Cursor::new(&mut bytes), &table).unwrap());
        for text in ["=HYPERLINK(\"http://x\")", "-1+1", "好, \"很好\"\n"] {
            sink.row(&[Cell::Text(text.to_owned()), Cell::Number(-7.0)])
                .unwrap();
        }
        sink.row(&[Cell::Empty, Cell::Empty]).unwrap();
        sink.finish().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let rows: Vec<Vec<String>> = reader
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect();
        let first: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
        assert_eq!(
            first,
            ["'=HYPERLINK(\"http://x\")", "'-1+1", "好, \"很好\"\n", ""]
        );
        assert_eq!(rows[0][1], "-7");
    }
}
