//! The answers of a round as files for statisticians: CSV, XLSX, Parquet and SPSS, written row by row.
//!
//! Rows come from the database a page at a time and go straight to the file, so that memory does not grow with the
//! number of responses. What a file holds is decided in [`columns`] once for all formats, by [`Detail`]: the reduced file
//! that the office may hand on, or everything but identity, for which there must be an agreement.

pub mod bundle;
pub mod columns;
pub mod ddi;
mod delimited;
mod parquet;
pub mod sav;
mod spss;
mod workbook;

use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::path::Path;

use thiserror::Error;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::app::Base;
use crate::dataset::DatasetError;
use crate::store::responses::Exported;
use crate::store::{StoreError, responses, tallies};
use columns::{Cell, Table};

/// Buffer of a file being written.
const BUFFER: usize = 1 << 20;

/// A file format of exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Comma-separated values, UTF-8 with a byte-order mark, by which spreadsheet programs know it.
    Csv,
    /// A workbook with a sheet.
    Xlsx,
    /// Apache Parquet.
    Parquet,
    /// SPSS system file, with labels and declared missing values.
    Sav,
}

impl Format {
    /// The file name's ending.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
            Self::Sav => "sav",
        }
    }
}

/// How much an export holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Without free text, days, interviewers and villages; what the register says only where many share it.
    #[default]
    Reduced,
    /// Everything but identity.
    Full,
}

/// Why answers could not be written.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The data could not be brought together.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The weights could not be computed.
    #[error(transparent)]
    Round(#[from] analysis::round::RoundError),
    /// The file could not be written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The plan has no such group.
    #[error("there is no group {group:?}; there are {known}")]
    UnknownGroup {
        /// The group.
        group: String,
        /// The plan's groups.
        known: String,
    },
    /// More responses than a sheet has rows.
    #[error("a sheet holds {most} rows and the round has {rows} responses: choose csv, parquet or sav")]
    TooManyRows {
        /// Rows of a sheet.
        most: u64,
        /// Responses.
        rows: u64,
    },
}

/// Takes rows and makes a file of them.
pub trait Sink: Send {
    /// Takes a row: one cell for each column of the table.
    ///
    /// # Errors
    /// When the file cannot be written.
    fn row(&mut self, cells: &[Cell]) -> std::io::Result<()>;

    /// Ends the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    fn finish(self: Box<Self>) -> std::io::Result<()>;
}

/// What may be written to: a file, or memory.
pub trait Target: Write + Seek + Send {}
impl<T: Write + Seek + Send> Target for T {}

/// Begins a file of a format.
///
/// - `widths`: bytes of the longest text of each column, for formats that declare them.
///
/// # Errors
/// When the file cannot be written.
pub fn begin<'t>(
    format: Format,
    table: &'t Table,
    widths: &[usize],
    out: impl Target + 't,
) -> std::io::Result<Box<dyn Sink + 't>> {
    Ok(match format {
        Format::Csv => Box::new(delimited::Csv::begin(out, table)?),
        Format::Xlsx => Box::new(workbook::Xlsx::begin(out, table)?),
        Format::Parquet => Box::new(parquet::Parquet::begin(out, table)?),
        Format::Sav => Box::new(spss::Spss::begin(out, table, widths)?),
    })
}

/// Writes the answers to a file; returns how many there are.
///
/// - `progress`: told how many of how many rows are done.
///
/// # Errors
/// [`ExportError`]; what was begun of the file is left.
pub async fn write(
    base: &Base,
    table: &Table,
    format: Format,
    path: &Path,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<u64, ExportError> {
    let io = |source| ExportError::Io {
        path: path.display().to_string(),
        source,
    };
    let all = tallies::total(&base.db, &table.round).await?;
    if format == Format::Xlsx && all >= workbook::MOST_ROWS {
        return Err(ExportError::TooManyRows {
            most: workbook::MOST_ROWS,
            rows: all,
        });
    }
    let declares = format == Format::Sav;
    let steps = all * if declares { 2 } else { 1 };
    let mut widths = vec![0; table.columns.len()];
    let mut seen = 0;
    if declares {
        let mut rows = Rows::new(base, table);
        while let Some(page) = rows.next().await? {
            for (width, cell) in page.iter().flat_map(|row| widths_of(row)) {
                if let Some(widest) = widths.get_mut(cell) {
                    *widest = (*widest).max(width);
                }
            }
            seen += page.len() as u64;
            progress(seen, steps);
        }
    }
    let file = File::create(path).map_err(io)?;
    let mut sink = begin(format, table, &widths, BufWriter::with_capacity(BUFFER, file)).map_err(io)?;
    let mut written = 0;
    let mut rows = Rows::new(base, table);
    while let Some(page) = rows.next().await? {
        for row in &page {
            sink.row(row).map_err(io)?;
        }
        written += page.len() as u64;
        progress(seen + written, steps.max(seen + written));
    }
    sink.finish().map_err(io)?;
    File::open(path).and_then(|file| file.sync_all()).map_err(io)?;
    Ok(written)
}

/// Bytes of each text of a row, with its column.
fn widths_of(row: &[Cell]) -> impl Iterator<Item = (usize, usize)> + '_ {
    row.iter().enumerate().filter_map(|(at, cell)| match cell {
        Cell::Text(text) => Some((text.len(), at)),
        _ => None,
    })
}

/// A table as Parquet files of a few thousand rows each, in memory one after the other.
pub struct Parts<'a> {
    rows: Rows<'a>,
    table: &'a Table,
    most: u64,
}

impl<'a> Parts<'a> {
    /// - `most`: a file ends with the page of rows that reaches this number.
    pub fn new(base: &'a Base, table: &'a Table, most: u64) -> Self {
        Self {
            rows: Rows::new(base, table),
            table,
            most,
        }
    }

    /// The next file and its rows; none when all are made.
    ///
    /// # Errors
    /// [`ExportError`].
    pub async fn next(&mut self) -> Result<Option<(Vec<u8>, u64)>, ExportError> {
        let io = |source| ExportError::Io {
            path: "Parquet".to_owned(),
            source,
        };
        let mut pages = Vec::new();
        let mut count = 0;
        while count < self.most
            && let Some(page) = self.rows.next().await?
        {
            count += page.len() as u64;
            pages.push(page);
        }
        if count == 0 {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let mut sink = Box::new(parquet::Parquet::begin(&mut bytes, self.table).map_err(io)?);
        for row in pages.iter().flatten() {
            sink.row(row).map_err(io)?;
        }
        sink.finish().map_err(io)?;
        Ok(Some((bytes, count)))
    }
}

/// The rows of a table, a page at a time; the next page is read while the one before is written.
struct Rows<'a> {
    base: &'a Base,
    table: &'a Table,
    reading: Option<JoinHandle<Result<Vec<Exported>, StoreError>>>,
}

impl<'a> Rows<'a> {
    fn new(base: &'a Base, table: &'a Table) -> Self {
        let mut rows = Self {
            base,
            table,
            reading: None,
        };
        rows.read_after(None);
        rows
    }

    fn read_after(&mut self, id: Option<Uuid>) {
        let (db, round) = (self.base.db.clone(), self.table.round.clone());
        self.reading = Some(tokio::spawn(async move {
            responses::exported_page(&db, &round, id).await
        }));
    }

    async fn next(&mut self) -> Result<Option<Vec<Vec<Cell>>>, ExportError> {
        let Some(reading) = self.reading.take() else {
            return Ok(None);
        };
        let page = reading.await.map_err(|error| StoreError::Corrupt {
            table: "responses",
            what: error.to_string(),
        })??;
        if page.len() as u64 == responses::PAGE_SIZE {
            self.read_after(page.last().map(|row| row.id));
        }
        let mut rows = Vec::with_capacity(page.len());
        for response in page.iter().filter(|response| self.table.holds(&response.group)) {
            rows.push(self.table.row(response)?);
        }
        Ok(Some(rows))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use survey_forms::code_book::Level;
    use survey_forms::text::Text;

    use super::columns::Kind;
    use super::*;

    /// Most memory that this process has held, in MB.
    fn peak_mb() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap_or_default();
        let kb: String = line.chars().filter(char::is_ascii_digit).collect();
        kb.parse().unwrap_or(0) / 1_024
    }

    /// `cargo test --lib -- --ignored --nocapture --exact export::tests::…` prints seconds, megabytes and memory.
    #[test]
    #[ignore = "measures, and takes minutes: 50 million cells in each format"]
    fn a_hundred_thousand_responses_of_five_hundred_columns() {
        const ROWS: u64 = 100_000;
        const COLUMNS: usize = 500;
        let names: Vec<String> = (0..COLUMNS).map(|at| format!("q{at}")).collect();
        let levels = |at: usize| -> Vec<Level> {
            let level = |value: u8| Level {
                value: value.to_string(),
                label: Text::zh_en("很满意", "very satisfied"),
                missing: None,
            };
            if at.is_multiple_of(2) {
                (1..=5).map(level).collect()
            } else {
                Vec::new()
            }
        };
        let kind = |at: usize| match at % 10 {
            0 | 2 | 4 | 6 | 8 => Kind::Factor,
            1 | 3 | 5 => Kind::Integer,
            7 => Kind::Decimal,
            _ => Kind::Text,
        };
        let table = Table::of(
            (0..COLUMNS)
                .map(|at| (names[at].as_str(), kind(at), levels(at)))
                .collect(),
        );
        let widths: Vec<usize> = (0..COLUMNS).map(|at| if at % 10 == 9 { 24 } else { 1 }).collect();
        let dir = tempfile::tempdir().unwrap();
        for format in [Format::Csv, Format::Parquet, Format::Sav, Format::Xlsx] {
            let path = dir.path().join(format.extension());
            let begun = Instant::now();
            let file = BufWriter::with_capacity(BUFFER, File::create(&path).unwrap());
            let mut sink = begin(format, &table, &widths, file).unwrap();
            let mut row = Vec::with_capacity(COLUMNS);
            for number in 0..ROWS {
                row.clear();
                row.extend((0..COLUMNS).map(|at| match kind(at) {
                    Kind::Factor => Cell::Text(((number + at as u64) % 5 + 1).to_string()),
                    Kind::Integer => Cell::Number((number % 97) as f64),
                    Kind::Decimal => Cell::Number(number as f64 * 0.37),
                    _ => Cell::Text("云溪镇东村".to_owned()),
                }));
                sink.row(&row).unwrap();
            }
            sink.finish().unwrap();
            let size = std::fs::metadata(&path).unwrap().len() >> 20;
            eprintln!(
                "{:>8}: {:6.1} s, {size} MB, at most {} MB in memory",
                format.extension(),
                begun.elapsed().as_secs_f64(),
                peak_mb()
            );
        }
    }
}
