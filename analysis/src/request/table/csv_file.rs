//! CSV files, every cell as text: codes keep their leading zeros, numbers are parsed once, exactly.

use std::fs::File;
use std::path::Path;

use polars::prelude::{Column, IntoColumn, NamedFrom, Series};

use super::super::fault::Faults;
use super::fault::Unreadable;
use super::{Cells, RowNumbers};

/// Rows named per kind of fault; more say nothing new.
const MAX_ROWS: usize = 20;

/// The names in the first line.
pub(super) fn names(path: &Path) -> Result<Vec<String>, Unreadable> {
    let mut reader = csv::Reader::from_path(path).map_err(Unreadable::of_csv)?;
    let headers = reader.byte_headers().map_err(Unreadable::of_csv)?;
    let cell = |name: &[u8]| String::from_utf8(name.to_vec()).map_err(|_| Unreadable::NotUtf8 { line: 1 });
    let mut names = headers
        .iter()
        .map(cell)
        .collect::<Result<Vec<String>, Unreadable>>()?;
    match names.first_mut() {
        Some(first) => *first = first.trim_start_matches('\u{feff}').to_owned(),
        None => return Err(Unreadable::Empty),
    }
    Ok(names)
}

/// Reads the columns wanted; a fault for every row that cannot be split as the header is.
pub(super) fn read(
    path: &Path,
    file: &str,
    names: &[String],
    wanted: &[&str],
    faults: &mut Faults,
) -> Option<Cells> {
    let at: Vec<usize> = wanted
        .iter()
        .filter_map(|column| names.iter().position(|name| name == column))
        .collect();
    let mut reader = match csv::ReaderBuilder::new().flexible(true).from_path(path) {
        Ok(reader) => reader,
        Err(error) => return faults.unreadable(file, &Unreadable::of_csv(error)),
    };
    let mut columns: Vec<Vec<String>> = vec![Vec::new(); at.len()];
    let mut lines = Vec::new();
    let mut wrong = 0;
    let mut last = 0;
    let mut record = csv::ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return faults.unreadable(file, &Unreadable::of_csv(error)),
        }
        let (line, start) = record
            .position()
            .map_or((0, 0), |position| (position.line(), position.byte()));
        last = start;
        // A row with a cell too many would shift its values into the wrong columns unseen.
        if record.len() != names.len() {
            wrong += 1;
            if wrong <= MAX_ROWS {
                faults.ragged_row(file, line, record.len() as u64, names.len() as u64);
            }
            continue;
        }
        for (column, &index) in columns.iter_mut().zip(&at) {
            match std::str::from_utf8(&record[index]) {
                Ok(cell) => column.push(cell.to_owned()),
                Err(_) => return faults.unreadable(file, &Unreadable::NotUtf8 { line }),
            }
        }
        lines.push(u32::try_from(line).unwrap_or(u32::MAX));
    }
    if wrong > 0 {
        return None;
    }
    // The reader takes a quote that is never closed to the end of the file for one cell.
    if let Some(line) = open_quote(path, last, lines.last().copied()) {
        return faults.unreadable(file, &Unreadable::OpenQuote { line });
    }
    let rows = lines.len();
    let consecutive = lines.iter().zip(2u32..).all(|(&line, expected)| line == expected);
    let columns = wanted
        .iter()
        .zip(columns)
        .map(|(&name, cells)| column(name, &cells));
    Some(Cells {
        columns: columns.collect(),
        rows,
        row_numbers: match consecutive {
            true => RowNumbers::From(2),
            false => RowNumbers::Lines(lines),
        },
    })
}

fn column(name: &str, cells: &[String]) -> Column {
    Series::new(name.into(), cells).into_column()
}

/// The line of the last record if it leaves a quote open: an odd number of them from its start on.
fn open_quote(path: &Path, start: u64, line: Option<u32>) -> Option<u64> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = File::open(path).ok()?;
    file.seek(SeekFrom::Start(start)).ok()?;
    let mut rest = Vec::new();
    file.read_to_end(&mut rest).ok()?;
    let quotes = rest.iter().filter(|&&byte| byte == b'"').count();
    // A quote inside a cell that does not begin with one is a letter like any other.
    let quoted = rest.starts_with(b"\"") || rest.windows(2).any(|pair| pair == b",\"");
    (quotes % 2 == 1 && quoted).then(|| u64::from(line.unwrap_or(1)))
}
