//! The cells of a workbook as trimmed texts, each with the row that the spreadsheet shows.
//!
//! Cells are streamed into a sparse table: a file that claims a cell in the last corner of a sheet costs one cell,
//! not sixteen thousand million.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};

use crate::archive::{self, Refusal};
use crate::diagnostic::catalogue::Fault;
use crate::expression::from_days;

pub(crate) const MOST_ROWS: u32 = 20_000;
pub(crate) const MOST_COLUMNS: u32 = 500;
pub(crate) const MOST_CELLS: usize = 400_000;
/// Bytes that a workbook may unpack to: XML takes some fifty for a cell.
const MOST_UNPACKED: u64 = 64 << 20;

pub(crate) struct Workbook {
    pub(crate) sheets: Vec<Sheet>,
}

pub(crate) struct Sheet {
    /// In lower case.
    pub(crate) name: String,
    /// As it is written.
    pub(crate) written: String,
    /// Rows that hold something, in order.
    pub(crate) rows: Vec<Row>,
}

pub(crate) struct Row {
    /// Counted from 1.
    pub(crate) number: u32,
    /// By column, counted from 0; empty cells are left out.
    pub(crate) cells: BTreeMap<u32, String>,
}

/// Which sheets are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Those that mean something. Others (notes, translations) are nobody's business and may be large.
    Known,
    /// The author's own too.
    All,
}

impl Sheet {
    pub(super) fn empty() -> Self {
        Self {
            name: String::new(),
            written: String::new(),
            rows: Vec::new(),
        }
    }
}

impl Workbook {
    pub(super) fn open(bytes: &[u8], wanted: Wanted) -> Result<Self, Fault> {
        // calamine unpacks the table of texts whole.
        archive::measure(bytes, MOST_UNPACKED).map_err(|refusal| match refusal {
            Refusal::Broken(reason) => Fault::BrokenWorkbook { reason },
            Refusal::TooLarge => Fault::TooLarge {
                most: format!("{} MB", MOST_UNPACKED >> 20),
            },
        })?;
        // calamine indexes into what a file claims of itself; a crafted file must not take the server down.
        catch_unwind(AssertUnwindSafe(|| Self::read(bytes, wanted))).unwrap_or_else(|_| {
            Err(Fault::BrokenWorkbook {
                reason: "malformed".to_owned(),
            })
        })
    }

    fn read(bytes: &[u8], wanted: Wanted) -> Result<Self, Fault> {
        let broken = |error: &dyn std::fmt::Display| Fault::BrokenWorkbook {
            reason: error.to_string(),
        };
        let mut file: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
        let mut sheets = Vec::new();
        for name in file.sheet_names() {
            let known = [
                "survey",
                "choices",
                "settings",
                "entities",
                "external_choices",
                "osm",
            ];
            let normal = name.trim().to_lowercase();
            let is_known = known.contains(&normal.as_str()) || super::tables::is_table(&normal);
            let rows = if is_known || wanted == Wanted::All {
                let mut cells = file
                    .worksheet_cells_reader(&name)
                    .map_err(|error| broken(&error))?;
                let mut rows: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
                let mut count = 0;
                while let Some(cell) = cells.next_cell().map_err(|error| broken(&error))? {
                    let Some(text) = text(cell.get_value()) else {
                        continue;
                    };
                    let (row, column) = cell.get_position();
                    count += 1;
                    if row >= MOST_ROWS || column >= MOST_COLUMNS || count > MOST_CELLS {
                        let most = format!("{MOST_ROWS} × {MOST_COLUMNS}");
                        return Err(Fault::TooLarge { most });
                    }
                    rows.entry(row).or_default().insert(column, text);
                }
                rows.into_iter()
                    .map(|(row, cells)| Row {
                        number: row + 1,
                        cells,
                    })
                    .collect()
            } else {
                Vec::new()
            };
            sheets.push(Sheet {
                name: normal,
                written: name,
                rows,
            });
        }
        Ok(Self { sheets })
    }

    pub(super) fn sheet(&self, name: &str) -> Option<&Sheet> {
        self.sheets.iter().find(|sheet| sheet.name == name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.sheets.iter().map(|sheet| sheet.name.as_str())
    }
}

/// The cell as its author means it: numbers without a trailing `.0`, days as `2026-11-23`.
fn text(cell: &DataRef<'_>) -> Option<String> {
    let text = match cell {
        DataRef::Empty | DataRef::Error(_) => return None,
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => value.to_string(),
        DataRef::String(value) => clean(value),
        DataRef::SharedString(value) => clean(value),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(value) => day(value)?,
        DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => clean(value),
    };
    (!text.is_empty()).then_some(text)
}

/// Trims, and turns the no-break spaces that Word and WeChat leave behind into spaces.
pub(crate) fn clean(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
        .replace(['\u{200b}', '\u{feff}'], "")
        .trim()
        .to_owned()
}

fn day(value: &ExcelDateTime) -> Option<String> {
    // Serial day 25569 is 1970-01-01; less than one day is a time alone.
    let (whole, fraction) = (value.as_f64().floor(), value.as_f64().fract());
    let minutes = (fraction * 1440.0).round() as u32;
    let time = format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
    if whole == 0.0 && minutes > 0 {
        return Some(time);
    }
    let date = from_days(whole - 25_569.0)?;
    Some(if minutes > 0 {
        format!("{date}T{time}")
    } else {
        date.to_string()
    })
}
