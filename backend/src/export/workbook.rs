//! Workbooks with one sheet, written row by row.
//!
//! Texts stand in their cells: a list of shared texts would have to be held in memory to the end. Every text is written
//! as text, so that none runs as a formula.

use std::io::{self, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::Sink;
use super::columns::{Cell, Table};

/// Rows of a sheet, the names among them.
pub(super) const MOST_ROWS: u64 = 1_048_576;
/// Longest text of a cell, in UTF-16 units.
const LONGEST: usize = 32_767;

const PARTS: [(&str, &str); 5] = [
    (
        "[Content_Types].xml",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="responses" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
    ),
    (
        "xl/styles.xml",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs></styleSheet>"#,
    ),
];

/// A workbook in the making.
pub(super) struct Xlsx<W: Write + Seek> {
    out: ZipWriter<W>,
    line: String,
    row: u64,
}

impl<W: Write + Seek> Xlsx<W> {
    /// Writes the parts before the rows, and the names as the first row.
    pub(super) fn begin(out: W, table: &Table) -> io::Result<Self> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default());
        let mut out = ZipWriter::new(out);
        for (name, content) in PARTS {
            out.start_file(name, options)?;
            out.write_all(content.as_bytes())?;
        }
        out.start_file("xl/worksheets/sheet1.xml", options.large_file(true))?;
        out.write_all(
            br#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>"#,
        )?;
        let mut sheet = Self {
            out,
            line: String::new(),
            row: 0,
        };
        let names: Vec<Cell> = table.columns.iter().map(|c| Cell::Text(c.name.clone())).collect();
        sheet.write(&names, " s=\"1\"")?;
        Ok(sheet)
    }

    fn write(&mut self, cells: &[Cell], style: &str) -> io::Result<()> {
        use std::fmt::Write as _;
        self.row += 1;
        let line = &mut self.line;
        line.clear();
        // Writing to a String cannot fail.
        let mut written = write!(line, "<row r=\"{}\">", self.row);
        for (at, cell) in cells.iter().enumerate() {
            let place = Place(at, self.row);
            written = written.and(match cell {
                Cell::Empty => Ok(()),
                Cell::Number(number) => write!(line, "<c r=\"{place}\"{style}><v>{number}</v></c>"),
                Cell::Flag(yes) => write!(
                    line,
                    "<c r=\"{place}\"{style} t=\"b\"><v>{}</v></c>",
                    u8::from(*yes)
                ),
                Cell::Text(text) => {
                    let begun = write!(
                        line,
                        "<c r=\"{place}\"{style} t=\"inlineStr\"><is><t xml:space=\"preserve\">"
                    );
                    escape(text, line);
                    line.push_str("</t></is></c>");
                    begun
                }
            });
        }
        written.map_err(io::Error::other)?;
        line.push_str("</row>");
        self.out.write_all(line.as_bytes())
    }
}

impl<W: Write + Seek + Send> Sink for Xlsx<W> {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.write(cells, "")
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.out.write_all(b"</sheetData></worksheet>")?;
        self.out.finish()?.flush()
    }
}

/// A cell's name: `A1`, `AB12`.
struct Place(usize, u64);

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut letters = [0u8; 8];
        let (mut rest, mut at) = (self.0 + 1, letters.len());
        while rest > 0 && at > 0 {
            at -= 1;
            letters[at] = b'A' + ((rest - 1) % 26) as u8;
            rest = (rest - 1) / 26;
        }
        for letter in &letters[at..] {
            write!(f, "{}", char::from(*letter))?;
        }
        write!(f, "{}", self.1)
    }
}

/// Text as XML takes it; control characters, which it does not, are left out.
fn escape(text: &str, into: &mut String) {
    let mut units = 0;
    for c in text.chars() {
        units += c.len_utf16();
        if units > LONGEST {
            break;
        }
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '\t' | '\n' | '\r' => into.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => into.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx as Workbook};

    use super::super::columns::Kind;
    use super::*;

    #[test]
    fn the_workbook_is_read_back_with_formulas_as_text() {
        let table = Table::of(vec![
            ("a", Kind::Text, Vec::new()),
            ("n", Kind::Decimal, Vec::new()),
            ("f", Kind::Flag, Vec::new()),
        ]);
        let mut bytes = Cursor::new(Vec::new());
        let mut sink = Box::new(Xlsx::begin(&mut bytes, &table).unwrap());
        let text = "=1+1 <&> “好”\u{1}\n第二行";
        sink.row(&[Cell::Text(text.to_owned()), Cell::Number(0.25), Cell::Flag(true)])
            .unwrap();
        sink.row(&[Cell::Empty, Cell::Number(3.0), Cell::Empty]).unwrap();
        sink.finish().unwrap();
        let mut book: Workbook<_> = Workbook::new(bytes).unwrap();
        let range = book.worksheet_range("responses").unwrap();
        assert_eq!(range.get((0, 2)), Some(&Data::String("f".to_owned())));
        assert_eq!(
            range.get((1, 0)),
            Some(&Data::String("=1+1 <&> “好”\n第二行".to_owned()))
        );
        assert_eq!(range.get((1, 1)), Some(&Data::Float(0.25)));
        assert_eq!(range.get((1, 2)), Some(&Data::Bool(true)));
        assert_eq!(range.get((2, 0)), Some(&Data::Empty));
    }

    #[test]
    fn columns_are_named_as_in_a_sheet() {
        let names = [0, 25, 26, 701, 702].map(|at| Place(at, 1).to_string());
        assert_eq!(names, ["A1", "Z1", "AA1", "ZZ1", "AAA1"]);
    }
}
