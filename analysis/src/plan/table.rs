//! A CSV file of the plan or of a round's records as rows of named cells, and the faults found while reading it.
//!
//! Rows count as a spreadsheet shows them: the header is row 1. A byte-order mark is dropped; what is not UTF-8 is
//! refused with a hint on how to save it, as office programs here still write GB 18030.

use std::collections::BTreeMap;

use survey_forms::diagnostic::{Diagnostic, Place, nearest};
use survey_forms::text::Text;

/// Collects faults of one file.
#[derive(Debug)]
pub struct Faults {
    file: String,
    /// In the order in which they were found.
    pub found: Vec<Diagnostic>,
}

/// Where in a file, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct At {
    row: Option<u32>,
    column: Option<String>,
    field: Option<String>,
}

impl At {
    /// The whole file.
    pub fn file() -> Self {
        Self::default()
    }

    /// A cell.
    pub fn cell(row: u32, column: &str) -> Self {
        Self {
            row: Some(row),
            column: Some(column.to_owned()),
            field: None,
        }
    }

    /// A column header.
    pub fn column(column: &str) -> Self {
        Self::cell(1, column)
    }

    /// A line of a settings file and the key on it.
    pub fn line(row: Option<u32>, field: Option<String>) -> Self {
        Self {
            row,
            column: None,
            field,
        }
    }
}

impl Faults {
    /// None yet, in the file of this name.
    pub fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            found: Vec::new(),
        }
    }

    fn place(&self, at: At) -> Place {
        Place {
            row: at.row,
            column: at.column,
            field: at.field,
            ..Place::file(self.file.clone())
        }
    }

    /// Records a fault: `message` and `mend` each in Chinese and English.
    pub fn error(&mut self, code: &'static str, at: At, message: (String, String), mend: (String, String)) {
        let place = self.place(at);
        self.found
            .push(Diagnostic::error(code, place, pair(message), pair(mend)));
    }

    /// Records something that somebody should look at.
    pub fn warning(&mut self, code: &'static str, at: At, message: (String, String), mend: (String, String)) {
        let place = self.place(at);
        self.found
            .push(Diagnostic::warning(code, place, pair(message), pair(mend)));
    }
}

fn pair((zh, en): (String, String)) -> Text {
    Text::zh_en(zh, en)
}

/// A message from two literals or formats, Chinese and English.
pub fn say(zh: impl Into<String>, en: impl Into<String>) -> (String, String) {
    (zh.into(), en.into())
}

/// "Did you mean": the mend for a name that is not known.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> (String, String) {
    if let Some(near) = nearest(name, known.clone()) {
        return say(format!("是否想写 {near}？"), format!("Did you mean {near}?"));
    }
    let all: Vec<&str> = known.into_iter().collect();
    if all.is_empty() || all.len() > 20 {
        return say("请改成已有的代码。", "Use a code that exists.");
    }
    say(
        format!("可用的有：{}。", all.join("、")),
        format!("Known are: {}.", all.join(", ")),
    )
}

/// The rows of a CSV text, cells trimmed, each with the number that a spreadsheet shows beside it: an empty line, which
/// the reader leaves out, is a row all the same, and a line break between quotation marks begins none.
pub struct NumberedRows<'a> {
    bytes: &'a [u8],
    reader: csv::Reader<&'a [u8]>,
    last: u32,
}

impl<'a> NumberedRows<'a> {
    /// The rows of `bytes`, which begin with no byte-order mark; the header is the first.
    pub fn new(bytes: &'a [u8]) -> Self {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(bytes);
        Self {
            bytes,
            reader,
            last: 0,
        }
    }

    /// How many empty lines follow the row read last.
    fn empty_lines(&self) -> u32 {
        let start = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX);
        let (before, mut rest) = self.bytes.split_at_checked(start).unwrap_or_default();
        // The reader may stop between the two signs with which a line ends on Windows.
        if before.ends_with(b"\r") {
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        let line_end = |rest: &'a [u8]| {
            let ends = [&b"\r\n"[..], b"\n", b"\r"];
            ends.into_iter().find_map(|end| rest.strip_prefix(end))
        };
        let mut count = 0;
        while let Some(after) = line_end(rest) {
            (rest, count) = (after, count + 1);
        }
        count
    }
}

impl Iterator for NumberedRows<'_> {
    type Item = (u32, csv::Result<csv::StringRecord>);

    fn next(&mut self) -> Option<Self::Item> {
        let empty = self.empty_lines();
        let mut record = csv::StringRecord::new();
        let read = self.reader.read_record(&mut record);
        if matches!(read, Ok(false)) {
            return None;
        }
        self.last = self.last.saturating_add(empty).saturating_add(1);
        Some((self.last, read.map(|_| record)))
    }
}

/// A row of a CSV file.
#[derive(Clone, Debug)]
pub struct Row {
    /// As the spreadsheet shows it.
    pub number: u32,
    cells: Vec<String>,
}

/// A CSV file with known columns.
#[derive(Debug)]
pub struct Table {
    columns: BTreeMap<String, usize>,
    /// Rows that hold something, in order.
    pub rows: Vec<Row>,
}

impl Table {
    /// Reads a file; `None` when it cannot be read at all (the faults say why).
    ///
    /// Missing `required` columns are errors, columns that are neither `required` nor `optional` are warnings.
    pub fn read(bytes: &[u8], required: &[&str], optional: &[&str], faults: &mut Faults) -> Option<Self> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        if let Err(error) = std::str::from_utf8(bytes) {
            let line = bytes[..error.valid_up_to()]
                .iter()
                .filter(|&&b| b == b'\n')
                .count()
                + 1;
            faults.error(
                "PL010",
                At::line(u32::try_from(line).ok(), None),
                say("文件不是 UTF-8 编码。", "The file is not UTF-8."),
                say(
                    "请另存为“CSV UTF-8（逗号分隔）”。",
                    "Save it as “CSV UTF-8 (comma delimited)”.",
                ),
            );
            return None;
        }
        let mut numbered = NumberedRows::new(bytes);
        let headers: Vec<String> = match numbered.next() {
            Some((_, Ok(headers))) => headers.iter().map(str::to_owned).collect(),
            Some((number, Err(error))) => {
                unreadable(&error, number, faults);
                return None;
            }
            None => Vec::new(),
        };
        let mut columns = BTreeMap::new();
        let known = || required.iter().chain(optional).copied();
        for (index, header) in headers.iter().enumerate() {
            if header.is_empty() {
                continue;
            }
            if !known().any(|name| name == header) {
                faults.warning(
                    "PL012",
                    At::column(header),
                    say(
                        "不认识这一列，未读取。",
                        "This column is not known and was not read.",
                    ),
                    did_you_mean(header, known().collect::<Vec<_>>()),
                );
            }
            if columns.insert(header.clone(), index).is_some() {
                faults.error(
                    "PL011",
                    At::column(header),
                    say("这一列出现了两次。", "This column occurs twice."),
                    say("请删去一列。", "Remove one of them."),
                );
            }
        }
        let missing: Vec<&str> = required
            .iter()
            .filter(|name| !columns.contains_key(**name))
            .copied()
            .collect();
        for name in &missing {
            faults.error(
                "PL011",
                At::column(name),
                say(
                    format!("缺少 {name} 列。"),
                    format!("The column {name} is missing."),
                ),
                say(
                    format!("表头应为：{}。", required.join(",")),
                    format!("The header is: {}.", required.join(",")),
                ),
            );
        }
        let mut rows = Vec::new();
        for (number, record) in numbered {
            match record {
                Ok(record) if record.iter().all(str::is_empty) => {}
                Ok(record) => {
                    if record.len() > headers.len() {
                        faults.error(
                            "PL010",
                            At::line(Some(number), None),
                            say(
                                format!("有 {} 个单元格，表头只有 {} 列。", record.len(), headers.len()),
                                format!(
                                    "{} cells, but the header has {} columns.",
                                    record.len(),
                                    headers.len()
                                ),
                            ),
                            say(
                                "含逗号的内容请加双引号。",
                                "Put text with commas into double quotes.",
                            ),
                        );
                    }
                    rows.push(Row {
                        number,
                        cells: record.iter().map(str::to_owned).collect(),
                    });
                }
                Err(error) => unreadable(&error, number, faults),
            }
        }
        if missing.is_empty() {
            Some(Self { columns, rows })
        } else {
            None
        }
    }

    /// The cell of a column, trimmed; empty when the row or the file does not have it.
    pub fn get<'a>(&self, row: &'a Row, column: &str) -> &'a str {
        self.columns
            .get(column)
            .and_then(|&i| row.cells.get(i))
            .map_or("", String::as_str)
    }

    /// The cell, or none when it is empty.
    pub fn some(&self, row: &Row, column: &str) -> Option<String> {
        let cell = self.get(row, column);
        (!cell.is_empty()).then(|| cell.to_owned())
    }

    /// The cell, which must not be empty.
    pub fn need<'a>(&self, row: &'a Row, column: &str, faults: &mut Faults) -> &'a str {
        let cell = self.get(row, column);
        if cell.is_empty() {
            faults.error(
                "PL013",
                At::cell(row.number, column),
                say("不能为空。", "This cell must not be empty."),
                say("请填写。", "Fill it in."),
            );
        }
        cell
    }

    /// The cell as a finite number, `None` when it is empty or is not one (a fault).
    pub fn number(&self, row: &Row, column: &str, faults: &mut Faults) -> Option<f64> {
        let cell = self.get(row, column);
        if cell.is_empty() {
            return None;
        }
        match cell.parse::<f64>() {
            Ok(value) if value.is_finite() => Some(value),
            _ => {
                faults.error(
                    "PL014",
                    At::cell(row.number, column),
                    say(
                        format!("“{cell}”不是数字。"),
                        format!("“{cell}” is not a number."),
                    ),
                    say(
                        "请写成 12 或 0.5 这样的数字，不带单位。",
                        "Write a number such as 12 or 0.5, without a unit.",
                    ),
                );
                None
            }
        }
    }

    /// The texts of two columns, Chinese and English; English falls back to Chinese.
    pub fn text(&self, row: &Row, zh: &str, en: &str) -> Text {
        let (zh, en) = (self.get(row, zh), self.get(row, en));
        if en.is_empty() {
            Text::of("zh", zh)
        } else {
            Text::zh_en(zh, en)
        }
    }
}

fn unreadable(error: &csv::Error, row: u32, faults: &mut Faults) {
    faults.error(
        "PL010",
        At::line(Some(row), None),
        say(
            format!("这一行无法读取：{error}。"),
            format!("This row cannot be read: {error}."),
        ),
        say(
            "请用电子表格软件重新另存为 CSV。",
            "Save it again as CSV from a spreadsheet program.",
        ),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_with_bom_and_crlf_and_blank_rows_keeps_row_numbers() {
        let mut faults = Faults::new("units.csv");
        let table = Table::read(
            b"\xEF\xBB\xBFcode,name\r\na, \xE7\x94\xB2 \r\n,\r\nb,\r\n",
            &["code"],
            &["name"],
            &mut faults,
        );
        let table = table.expect("readable");
        assert!(faults.found.is_empty());
        assert_eq!(
            table.rows.iter().map(|row| row.number).collect::<Vec<_>>(),
            [2, 4]
        );
        assert_eq!(table.get(&table.rows[0], "name"), "甲");
        assert_eq!(table.some(&table.rows[1], "name"), None);
    }

    /// A spreadsheet shows an empty line as a row, and a cell with a line break as part of one.
    #[test]
    fn read_numbers_rows_as_the_spreadsheet_does() {
        let numbers = |text: &str| {
            let mut faults = Faults::new("units.csv");
            let table = Table::read(text.as_bytes(), &["code"], &["name"], &mut faults).expect("readable");
            let number = |row: &Row| (table.get(row, "code").to_owned(), row.number);
            table.rows.iter().map(number).collect::<Vec<_>>()
        };
        let expected = [("a".to_owned(), 3), ("b".to_owned(), 6), ("c".to_owned(), 7)];
        let lines = ["code,name", "", "a,1", "", "", "b,\"x", "", "y\"", "c,", "", ""];
        for line_end in ["\n", "\r\n", "\r"] {
            assert_eq!(numbers(&lines.join(line_end)), expected, "{line_end:?}");
        }
        // An empty line above the header moves everything down.
        assert_eq!(numbers("\n\r\ncode,name\na,1"), [("a".to_owned(), 4)]);
        assert!(numbers("code,name").is_empty());
    }

    #[test]
    fn read_an_empty_file_misses_its_columns() {
        let mut faults = Faults::new("units.csv");
        assert!(Table::read(b"\n\n", &["code"], &[], &mut faults).is_none());
        assert_eq!(faults.found[0].code, "PL011");
    }

    #[test]
    fn read_gb18030_is_refused_with_a_hint() {
        let mut faults = Faults::new("units.csv");
        assert!(Table::read(b"code,name\na,\xBC\xD7\n", &["code"], &[], &mut faults).is_none());
        assert_eq!(faults.found[0].code, "PL010");
        assert_eq!(faults.found[0].place.row, Some(2));
    }

    #[test]
    fn read_missing_and_unknown_column_are_both_reported() {
        let mut faults = Faults::new("units.csv");
        assert!(Table::read(b"cod\na\n", &["code"], &[], &mut faults).is_none());
        assert_eq!(
            faults.found.iter().map(|fault| fault.code).collect::<Vec<_>>(),
            ["PL012", "PL011"]
        );
    }
}
