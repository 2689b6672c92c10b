//! ES006, ES009 and ES020: data that cannot be read, in both languages.

use polars::prelude::DataType;
use survey_forms::diagnostic::Place;

use super::super::fault::Faults;
use super::Use;

/// Why a data file cannot be read.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// Neither .csv nor .parquet.
    Format,
    /// No such file.
    NotFound,
    /// A folder, a pipe or a device.
    NotAFile,
    /// The system refuses or fails.
    System(String),
    /// A CSV file without a first line.
    Empty,
    /// A line that is in another encoding.
    NotUtf8 {
        /// Which line.
        line: u64,
    },
    /// A quote that is never closed.
    OpenQuote {
        /// The line of the row that it is in.
        line: u64,
    },
    /// No Parquet file, or one cut short.
    NotParquet,
}

impl From<std::io::Error> for Unreadable {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::NotFound,
            _ => Self::System(error.to_string()),
        }
    }
}

impl Unreadable {
    pub(super) fn of_csv(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => Self::from(error),
            csv::ErrorKind::Utf8 { pos, .. } => Self::NotUtf8 {
                line: pos.map_or(1, |pos| pos.line()),
            },
            other => Self::System(format!("{other:?}")),
        }
    }

    /// Message and mend, each in Chinese and English.
    fn words(&self) -> [String; 4] {
        let fixed = |words: [&str; 4]| words.map(str::to_owned);
        match self {
            Self::Format => fixed([
                "只能读取 .csv 和 .parquet 文件。",
                "only .csv and .parquet files can be read.",
                "Excel 表请先另存为“CSV UTF-8（逗号分隔）”。",
                "Save an Excel sheet as \"CSV UTF-8 (comma delimited)\" first.",
            ]),
            Self::NotFound => fixed([
                "找不到数据文件。",
                "the data file does not exist.",
                "请检查路径（相对于请求文件）。",
                "Check the path (relative to the request file).",
            ]),
            Self::NotAFile => fixed([
                "这不是一个文件。",
                "this is not a file.",
                "请给出 .csv 或 .parquet 文件的路径。",
                "Give the path of a .csv or .parquet file.",
            ]),
            Self::System(reason) => [
                format!("无法读取数据文件：{reason}。"),
                format!("the data file cannot be read: {reason}."),
                "请检查文件权限和磁盘。".to_owned(),
                "Check the file's permissions and the disk.".to_owned(),
            ],
            Self::Empty => fixed([
                "数据文件是空的。",
                "the data file is empty.",
                "第一行应为列名，以下每行一个样本。",
                "The first line holds the column names, every line below it one row.",
            ]),
            Self::NotUtf8 { .. } => fixed([
                "这一行不是 UTF-8 编码。",
                "the line is not UTF-8.",
                "请在 Excel 中另存为“CSV UTF-8（逗号分隔）”。",
                "In Excel, save it as \"CSV UTF-8 (comma delimited)\".",
            ]),
            Self::OpenQuote { .. } => fixed([
                "从这一行起有一个引号没有闭合，其后的内容都被当成了一个单元格。",
                "a quote opened in this row is never closed, so that the rest of the file is one cell.",
                "请补上或删去这个引号；单元格内的引号须写两次。",
                "Close it or take it out; a quote within a cell is written twice.",
            ]),
            Self::NotParquet => fixed([
                "文件不完整，或不是 Parquet 格式。",
                "the file is cut short or no Parquet file.",
                "请重新导出或复制。",
                "Export or copy it again.",
            ]),
        }
    }
}

impl Faults {
    /// ES006: the data file cannot be read. Gives `None`, for the caller to return.
    pub(super) fn unreadable<T>(&mut self, file: &str, reason: &Unreadable) -> Option<T> {
        let place = match reason {
            Unreadable::NotUtf8 { line } | Unreadable::OpenQuote { line } => {
                Place::file(file).row(u32::try_from(*line).unwrap_or(u32::MAX))
            }
            _ => Place::file(file),
        };
        let [zh, en, mend_zh, mend_en] = reason.words();
        self.push("ES006", place, zh, en, (mend_zh, mend_en));
        None
    }

    /// ES006: a line of the file with too many or too few cells.
    pub(super) fn ragged_row(&mut self, file: &str, row: u64, found: u64, expected: u64) {
        self.push(
            "ES006",
            Place::file(file).row(u32::try_from(row).unwrap_or(u32::MAX)),
            format!("这一行有 {found} 个单元格，表头有 {expected} 个。"),
            format!("the row has {found} cells, the header {expected}."),
            (
                "请检查多余或缺少的逗号、未闭合的引号。".into(),
                "Check for stray commas and open quotes.".into(),
            ),
        );
    }

    /// ES009: a cell that should be a number.
    pub(super) fn not_a_number(&mut self, place: Place, value: &str, field: &str, usage: Use) {
        let shown: String = value
            .chars()
            .take(60)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let mend = match usage {
            Use::Variable => ("缺失值请留空。", "Leave missing values empty."),
            Use::Design => (
                "不能缺失，请更正，或删去这一行。",
                "It cannot be missing: correct it, or take the row out.",
            ),
        };
        self.push(
            "ES009",
            place,
            format!("“{shown}”不是数，而 {field} 需要数值列。"),
            format!("\"{shown}\" is not a number, but {field} needs a numeric column."),
            (mend.0.into(), mend.1.into()),
        );
    }

    /// ES020: a column of a type that holds no numbers.
    pub(super) fn not_a_column_of_numbers(&mut self, place: Place, dtype: &DataType, field: &str) {
        self.push(
            "ES020",
            place,
            format!("这一列的类型是 {dtype}，而 {field} 需要数值列。"),
            format!("the column is of type {dtype}, but {field} needs a numeric column."),
            (
                "请改用数值列，或先转换成数。".into(),
                "Use a column of numbers, or convert it first.".into(),
            ),
        );
    }

    /// ES020: a column of a type that cannot be read.
    pub(super) fn unknown_type(&mut self, file: &str, column: &str, dtype: &str) {
        self.push(
            "ES020",
            Place::file(file).column(column),
            format!("不能读取类型为 {dtype} 的列。"),
            format!("a column of type {dtype} cannot be read."),
            (
                "请在导出时转换成整数、浮点数或文本。".into(),
                "Convert it to integers, floats or text when exporting.".into(),
            ),
        );
    }
}
