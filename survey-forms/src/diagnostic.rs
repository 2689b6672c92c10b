//! What is wrong with something that a person wrote or uploaded: a stable code, the place, the fault with its
//! rule, and how to mend it, in Chinese and English. Faults are collected, never thrown one at a time.
//!
//! Other parts of the product (plan files, frames) use [`Diagnostic`] with codes of their own; the codes of
//! questionnaires, `XF…`, are the [`catalogue`]. A code is never given to another fault.

use std::cmp::Ordering;
use std::fmt::Write as _;

use serde::Serialize;

use crate::text::Text;

pub mod catalogue;
mod nearest;

pub use nearest::nearest;

/// Whether the thing can be used in spite of the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It cannot be used.
    Error,
    /// It can, but somebody should look.
    Warning,
}

/// Where a fault is. Every part is optional, as not every fault has a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// File name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Sheet of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Row, counted from 1 as the spreadsheet shows it (the header is row 1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// Column by its header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Name of the field: a question, a key of a settings file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Place {
    /// A place that is not known any closer.
    pub fn unknown() -> Self {
        Self::default()
    }

    /// A whole file.
    pub fn file(name: impl Into<String>) -> Self {
        Self {
            file: Some(name.into()),
            ..Self::default()
        }
    }

    /// A whole sheet of a workbook.
    pub fn sheet(name: impl Into<String>) -> Self {
        Self {
            sheet: Some(name.into()),
            ..Self::default()
        }
    }

    /// The same place, in this file.
    #[must_use]
    pub fn in_file(mut self, name: impl Into<String>) -> Self {
        self.file = Some(name.into());
        self
    }

    /// The same place, at this row (counted from 1).
    #[must_use]
    pub fn row(mut self, row: u32) -> Self {
        self.row = Some(row);
        self
    }

    /// The same place, in this column.
    #[must_use]
    pub fn column(mut self, header: impl Into<String>) -> Self {
        self.column = Some(header.into());
        self
    }

    /// The same place, at this field.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>) -> Self {
        self.field = Some(name.into());
        self
    }

    /// The place in words: `survey 表第 14 行 relevant 列`, `survey sheet, row 14, column relevant`.
    pub fn describe(&self, lang: &str) -> String {
        if lang.starts_with("en") {
            self.describe_en()
        } else {
            self.describe_zh()
        }
    }

    fn describe_zh(&self) -> String {
        let mut out = self.file.clone().unwrap_or_default();
        if let Some(sheet) = &self.sheet {
            space(&mut out);
            let _ = write!(out, "{sheet} 表");
        }
        if let Some(row) = self.row {
            if self.sheet.is_none() {
                space(&mut out);
            }
            let _ = write!(out, "第 {row} 行");
        }
        if let Some(column) = &self.column {
            space(&mut out);
            let _ = write!(out, "{column} 列");
        }
        if let Some(field) = &self.field {
            space(&mut out);
            let _ = write!(out, "“{field}”项");
        }
        out
    }

    fn describe_en(&self) -> String {
        let parts = [
            self.file.clone(),
            self.sheet.as_ref().map(|sheet| format!("{sheet} sheet")),
            self.row.map(|row| format!("row {row}")),
            self.column.as_ref().map(|column| format!("column {column}")),
            self.field.as_ref().map(|field| format!("field {field}")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

fn space(out: &mut String) {
    if !out.is_empty() {
        out.push(' ');
    }
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable code, `XF012`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What is wrong and, where it is not plain, the rule.
    pub message: Text,
    /// How to mend it; may be empty when the message says it all.
    pub mend: Text,
}

impl Diagnostic {
    /// A fault that forbids use.
    pub fn error(code: &'static str, place: Place, message: Text, mend: Text) -> Self {
        Self {
            code,
            severity: Severity::Error,
            place,
            message,
            mend,
        }
    }

    /// A fault that somebody should look at.
    pub fn warning(code: &'static str, place: Place, message: Text, mend: Text) -> Self {
        Self {
            code,
            severity: Severity::Warning,
            place,
            message,
            mend,
        }
    }

    /// Whether it forbids use.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The fault as one line for a terminal or a list.
    ///
    /// `XF012 survey 表第 14 行 relevant 列：引用了不存在的题目 ${ag}。是否想写 ${age}？`
    pub fn to_line(&self, lang: &str) -> String {
        let english = lang.starts_with("en");
        let place = self.place.describe(lang);
        let (message, mend) = (self.message.get(lang), self.mend.get(lang));
        let mark = match (self.severity, english) {
            (Severity::Error, _) => " ",
            (Severity::Warning, false) => "（提醒）",
            (Severity::Warning, true) => " (warning) ",
        };
        let colon = match (place.is_empty(), english) {
            (true, _) => "",
            (false, false) => "：",
            (false, true) => ": ",
        };
        let gap = if english && !mend.is_empty() { " " } else { "" };
        format!("{}{mark}{place}{colon}{message}{gap}{mend}", self.code)
    }

    /// The order in which a person works through a file: by file, sheet, row and column, errors first in a cell.
    pub fn reading_order(&self, other: &Self) -> Ordering {
        self.place
            .cmp(&other.place)
            .then(self.severity.cmp(&other.severity))
            .then(self.code.cmp(other.code))
            .then_with(|| self.message.get("zh").cmp(other.message.get("zh")))
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Place};
    use crate::text::Text;

    fn fault(place: Place) -> Diagnostic {
        Diagnostic::error(
            "XF012",
            place,
            Text::zh_en("错了。", "It is wrong."),
            Text::zh_en("改一改。", "Mend it."),
        )
    }

    #[test]
    fn to_line__names_sheet_row_and_column() {
        let fault = fault(Place::sheet("survey").row(14).column("relevant"));
        assert_eq!(
            fault.to_line("zh"),
            "XF012 survey 表第 14 行 relevant 列：错了。改一改。"
        );
        assert_eq!(
            fault.to_line("en"),
            "XF012 survey sheet, row 14, column relevant: It is wrong. Mend it."
        );
    }

    #[test]
    fn to_line__file_field_or_nothing() {
        assert_eq!(
            fault(Place::file("frame.csv").row(3).column("unit")).to_line("zh"),
            "XF012 frame.csv 第 3 行 unit 列：错了。改一改。"
        );
        assert_eq!(
            fault(Place::unknown().field("weight")).to_line("zh"),
            "XF012 “weight”项：错了。改一改。"
        );
        assert_eq!(
            fault(Place::unknown()).to_line("en"),
            "XF012 It is wrong. Mend it."
        );
    }
}
