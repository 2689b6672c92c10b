//! A table that somebody uploads, CSV or the first sheet of an Excel workbook, as CSV text with its rows where the
//! spreadsheet shows them.
//!
//! What is uploaded is distrusted: size, rows and columns are limited, and a workbook is a ZIP archive whose entries are
//! measured while they are unpacked into nothing before any reader unpacks them into memory.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, Xlsx};
use survey_forms::archive::{self, Refusal};
use survey_forms::diagnostic::{Diagnostic, Place};
use survey_forms::text::Text;

/// How large a table may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes as uploaded.
    pub bytes: usize,
    /// Rows, the header among them.
    pub rows: u32,
    /// Columns.
    pub columns: u32,
}

impl Limits {
    /// Tables that people write: figures of a few hundred units, a register of institutions.
    pub const WRITTEN: Self = Self {
        bytes: 8 << 20,
        rows: 50_000,
        columns: 60,
    };
    /// A frame: a county has up to 90,000 card holders, with relatives and bodies twice that.
    pub const FRAME: Self = Self {
        bytes: 64 << 20,
        rows: 400_000,
        columns: 60,
    };

    /// Bytes that a workbook may unpack to: XML takes some fifty for a cell.
    fn unpacked(&self) -> u64 {
        self.bytes as u64 * 8
    }
}

fn refuse(name: &str, code: &'static str, (zh, en): (String, String), mend: (&str, &str)) -> Vec<Diagnostic> {
    vec![Diagnostic::error(
        code,
        Place::file(name),
        Text::zh_en(zh, en),
        Text::zh_en(mend.0, mend.1),
    )]
}

/// Reads an upload into CSV text in UTF-8. A CSV file is returned as it is: whether it is UTF-8 is said by its reader.
///
/// # Errors
/// What is wrong with the file and how to mend it.
pub fn to_csv(name: &str, bytes: Vec<u8>, limits: Limits) -> Result<Vec<u8>, Vec<Diagnostic>> {
    if bytes.is_empty() {
        let message = (
            "没有选择文件，或者文件是空的。".to_owned(),
            "No file was chosen, or it is empty.".to_owned(),
        );
        return Err(refuse(
            name,
            "TB001",
            message,
            ("请选择 CSV 或 XLSX 文件。", "Choose a CSV or XLSX file."),
        ));
    }
    if bytes.len() > limits.bytes {
        return Err(too_large(name, limits));
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        let message = (
            "这是旧版 Excel（.xls）或者加了密码的文件，读不了。".to_owned(),
            "This is an old Excel file (.xls) or one with a password; it cannot be read.".to_owned(),
        );
        return Err(refuse(
            name,
            "TB003",
            message,
            (
                "请去掉密码，另存为 .xlsx 或 CSV UTF-8。",
                "Take the password off and save it as .xlsx or CSV UTF-8.",
            ),
        ));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        archive::measure(&bytes, limits.unpacked()).map_err(|refusal| match refusal {
            Refusal::Broken(_) => broken(name),
            Refusal::TooLarge => too_large(name, limits),
        })?;
        // calamine indexes into what a file claims of itself; a crafted file must not take the server down.
        return catch_unwind(AssertUnwindSafe(|| first_sheet(name, &bytes, limits)))
            .unwrap_or_else(|_| Err(broken(name)));
    }
    let lines = bytes.iter().filter(|&&byte| byte == b'\n').count();
    if lines > limits.rows as usize {
        return Err(too_many(name, limits));
    }
    Ok(bytes)
}

fn too_large(name: &str, limits: Limits) -> Vec<Diagnostic> {
    let megabytes = limits.bytes >> 20;
    let message = (
        format!("文件太大，最多 {megabytes} MB。"),
        format!("The file is too large; {megabytes} MB at most."),
    );
    refuse(
        name,
        "TB002",
        message,
        (
            "请分成几个文件，或者删去没有用的列和图片。",
            "Split it, or remove columns and pictures that are not needed.",
        ),
    )
}

fn too_many(name: &str, limits: Limits) -> Vec<Diagnostic> {
    let Limits { rows, columns, .. } = limits;
    let message = (
        format!("表太大，最多 {rows} 行、{columns} 列。"),
        format!("The table is too large; {rows} rows and {columns} columns at most."),
    );
    refuse(
        name,
        "TB005",
        message,
        (
            "请删去空行、空列和没有用的内容。",
            "Remove empty rows and columns and what is not needed.",
        ),
    )
}

fn broken(name: &str) -> Vec<Diagnostic> {
    let message = (
        "文件打不开，不是完整的 Excel 工作簿。".to_owned(),
        "The file cannot be opened: it is no complete Excel workbook.".to_owned(),
    );
    refuse(
        name,
        "TB003",
        message,
        (
            "请用电子表格软件打开，再另存为 .xlsx 或 CSV UTF-8。",
            "Open it in a spreadsheet program and save it again as .xlsx or CSV UTF-8.",
        ),
    )
}

fn first_sheet(name: &str, bytes: &[u8], limits: Limits) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| broken(name))?;
    let sheet = book
        .sheet_names()
        .into_iter()
        .next()
        .ok_or_else(|| broken(name))?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(|_| broken(name))?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(|_| broken(name))? {
        let Some(text) = text(cell.get_value()) else {
            continue;
        };
        let (row, column) = cell.get_position();
        if row >= limits.rows || column >= limits.columns {
            return Err(too_many(name, limits));
        }
        let (row, column) = (row as usize, column as usize);
        if rows.len() <= row {
            rows.resize_with(row + 1, Vec::new);
        }
        if let Some(cells) = rows.get_mut(row) {
            cells.resize(cells.len().max(column), String::new());
            cells.push(text);
        }
    }
    // An empty row keeps its place: faults name rows as the spreadsheet shows them.
    let width = rows.iter().map(Vec::len).max().unwrap_or_default().max(2);
    let mut out = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for mut row in rows {
        row.resize(width, String::new());
        out.write_record(&row).map_err(|_| broken(name))?;
    }
    out.into_inner().map_err(|_| broken(name))
}

/// The cell as its author means it: numbers as the spreadsheet shows them, days as `2026-11-23`.
fn text(cell: &DataRef<'_>) -> Option<String> {
    let text = match cell {
        DataRef::Empty | DataRef::Error(_) => return None,
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => shown(*value),
        DataRef::String(value) => value.clone(),
        DataRef::SharedString(value) => (*value).to_owned(),
        DataRef::Bool(value) => if *value { "yes" } else { "no" }.to_owned(),
        DataRef::DateTime(value) => {
            let (year, month, day, ..) = value.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => value.clone(),
    };
    let text = text
        .replace(['\u{a0}', '\u{202f}'], " ")
        .replace(['\u{200b}', '\u{feff}'], "");
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Fifteen significant digits, as spreadsheet programs keep: 81.6 and not 81.60000000000001.
fn shown(value: f64) -> String {
    format!("{value:.14e}")
        .parse::<f64>()
        .map_or_else(|_| value.to_string(), |rounded| rounded.to_string())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use super::*;

    fn workbook(edit: impl Fn(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
        let mut book = rust_xlsxwriter::Workbook::new();
        edit(book.add_worksheet());
        book.save_to_buffer().unwrap()
    }

    fn code(result: Result<Vec<u8>, Vec<Diagnostic>>) -> &'static str {
        result.unwrap_err()[0].code
    }

    #[test]
    fn workbook_becomes_csv_with_rows_in_their_places_and_numbers_as_shown() {
        let bytes = workbook(|sheet| {
            sheet.write_string(0, 0, "code").unwrap();
            sheet.write_string(0, 1, "value").unwrap();
            sheet.write_number(2, 0, 990_101_001.0).unwrap();
            sheet.write_number(2, 1, 0.1 + 0.2).unwrap();
            sheet.write_string(3, 1, "a,\"b\"").unwrap();
        });
        let csv = String::from_utf8(to_csv("a.xlsx", bytes, Limits::WRITTEN).unwrap()).unwrap();
        assert_eq!(csv, "code,value\n,\n990101001,0.3\n,\"a,\"\"b\"\"\"\n");
    }

    #[test]
    fn workbook_with_a_cell_in_the_last_corner_is_refused_and_costs_nothing() {
        let bytes = workbook(|sheet| {
            sheet.write_string(1_048_575, 16_383, "x").unwrap();
        });
        assert_eq!(code(to_csv("a.xlsx", bytes, Limits::WRITTEN)), "TB005");
    }

    /// Zeros compress a thousandfold: what is a small upload must not become gigabytes.
    #[test]
    fn archive_that_unpacks_to_more_than_allowed_is_refused() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default())
            .unwrap();
        let zeros = vec![b' '; 1 << 20];
        for _ in 0..70 {
            zip.write_all(&zeros).unwrap();
        }
        let honest = zip.finish().unwrap().into_inner();
        assert!(honest.len() < 1 << 20);
        assert_eq!(code(to_csv("a.xlsx", honest.clone(), Limits::WRITTEN)), "TB002");
        // The same archive, which says in both of its headers that the entry has ten bytes.
        let mut liar = honest;
        let true_size = (70_u32 << 20).to_le_bytes();
        for at in 0..liar.len() - 4 {
            if liar[at..at + 4] == true_size {
                liar[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
            }
        }
        assert!(matches!(
            code(to_csv("a.xlsx", liar, Limits::WRITTEN)),
            "TB002" | "TB003"
        ));
    }

    #[test]
    fn what_is_no_table_is_refused_with_a_mend() {
        assert_eq!(code(to_csv("a.csv", Vec::new(), Limits::WRITTEN)), "TB001");
        assert_eq!(
            code(to_csv("a.xls", b"\xD0\xCF\x11\xE0old".to_vec(), Limits::WRITTEN)),
            "TB003"
        );
        assert_eq!(
            code(to_csv("a.xlsx", b"PK\x03\x04no".to_vec(), Limits::WRITTEN)),
            "TB003"
        );
        let long = Limits {
            rows: 2,
            ..Limits::WRITTEN
        };
        assert_eq!(code(to_csv("a.csv", b"a\nb\nc\n".to_vec(), long)), "TB005");
    }
}
