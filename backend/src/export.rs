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

use std::collections::VecDeque;
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
        let mut rows = Rows::new(base, table, all);
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
    let mut rows = Rows::new(base, table, all);
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
            rows: Rows::new(base, table, most),
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

/// Slices of a round that are read at the same time, while a page before them is written.
const AT_ONCE: usize = 2;

/// A page on its way, and where its slice of ids ends.
struct Reading {
    until: Option<Uuid>,
    page: JoinHandle<Result<Vec<Exported>, StoreError>>,
}

/// The rows of a table by their ids, a page at a time. Ids are random, so that slices of equal width hold about as many
/// each; one that holds more is read in several pages.
struct Rows<'a> {
    base: &'a Base,
    table: &'a Table,
    reading: VecDeque<Reading>,
    /// Where each slice begins and ends that is not begun.
    slices: std::vec::IntoIter<(Option<Uuid>, Option<Uuid>)>,
}

impl<'a> Rows<'a> {
    /// - `expected`: about so many responses.
    fn new(base: &'a Base, table: &'a Table, expected: u64) -> Self {
        let mut rows = Self {
            base,
            table,
            reading: VecDeque::new(),
            slices: slices(expected / responses::PAGE_SIZE).into_iter(),
        };
        rows.read_ahead();
        rows
    }

    fn read_ahead(&mut self) {
        while self.reading.len() < AT_ONCE
            && let Some((after, until)) = self.slices.next()
        {
            let reading = self.read(after, until);
            self.reading.push_back(reading);
        }
    }

    fn read(&self, after: Option<Uuid>, until: Option<Uuid>) -> Reading {
        let (db, round) = (self.base.db.clone(), self.table.round.clone());
        let page = tokio::spawn(async move { responses::exported_page(&db, &round, (after, until)).await });
        Reading { until, page }
    }

    async fn next(&mut self) -> Result<Option<Vec<Vec<Cell>>>, ExportError> {
        let Some(Reading { until, page }) = self.reading.pop_front() else {
            return Ok(None);
        };
        let page = page.await.map_err(|error| StoreError::Corrupt {
            table: "responses",
            what: error.to_string(),
        })??;
        if page.len() as u64 == responses::LONGEST_PAGE {
            let rest = self.read(page.last().map(|row| row.id), until);
            self.reading.push_front(rest);
        }
        self.read_ahead();
        let mut rows = Vec::with_capacity(page.len());
        for response in page.iter().filter(|response| self.table.holds(&response.group)) {
            rows.push(self.table.row(response)?);
        }
        Ok(Some(rows))
    }
}

/// At least so many slices of all ids, in order: the id after which each begins, and the last that it holds.
fn slices(at_least: u64) -> Vec<(Option<Uuid>, Option<Uuid>)> {
    let bits = at_least.max(1).next_power_of_two().ilog2();
    let last = |slice: u64| match slice + 1 == 1 << bits {
        true => None,
        false => Some(Uuid::from_u128((u128::from(slice + 1) << (128 - bits)) - 1)),
    };
    (0..1 << bits)
        .map(|slice: u64| (slice.checked_sub(1).and_then(last), last(slice)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;
    use survey_forms::code_book::Level;
    use survey_forms::text::Text;

    use super::columns::Kind;
    use super::*;

    proptest! {
        #[test]
        fn slices_hold_every_id_once_and_in_order(at_least in 0_u64..3_000, id in any::<u128>()) {
            let id = Uuid::from_u128(id);
            let slices = slices(at_least);
            prop_assert!(slices.len() as u64 >= at_least);
            let holds = |(after, until): &(Option<Uuid>, Option<Uuid>)| {
                after.is_none_or(|after| id > after) && until.is_none_or(|until| id <= until)
            };
            prop_assert_eq!(slices.iter().filter(|slice| holds(slice)).count(), 1);
            prop_assert!(slices.windows(2).all(|two| two[0].1 == two[1].0 && two[0].1.is_some()));
        }
    }

    #[tokio::test]
    async fn a_slice_with_more_than_a_page_is_read_whole() {
        let server = crate::handlers::testing::Server::start().await;
        let plan = server.plan().await;
        let (round, group) = (&plan.round.id, &plan.groups[0].code);
        let own = |n: u64| crate::entity::responses::Model {
            id: Uuid::from_u128(u128::from(n)),
            round_id: round.clone(),
            group: group.clone(),
            form: group.clone(),
            form_version: "v".to_owned(),
            link: None,
            open_link: Some("open".to_owned()),
            unit: None,
            mode: "web".to_owned(),
            answering: "self".to_owned(),
            language: "zh".to_owned(),
            staff_collected: false,
            day: "2026-11-27".to_owned(),
            duration_s: 60,
            answers: "{}".to_owned(),
            content_mac: String::new(),
            salt: Vec::new(),
            leaf: n.to_string(),
            ways: String::new(),
            consents: String::new(),
            interviewer: None,
            state: responses::ACCEPTED.to_owned(),
        };
        let all = (0..responses::LONGEST_PAGE + 5).map(own).collect();
        crate::store::insert_all::<crate::entity::responses::Entity>(&server.base.db, all)
            .await
            .unwrap();
        let table = Table::prepare(&server.base, &plan, Detail::Full, None)
            .await
            .unwrap();
        for expected in [0, 100_000] {
            let mut rows = Rows::new(&server.base, &table, expected);
            let mut count = 0;
            while let Some(page) = rows.next().await.unwrap() {
                count += page.len() as u64;
            }
            assert_eq!(count, responses::LONGEST_PAGE + 5);
        }
    }

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
