//! The data of a request: the needed columns of a CSV or Parquet file, typed on demand.

use std::cell::OnceCell;
use std::fs::File;
use std::path::Path;

use indexmap::IndexMap;
use polars::prelude::*;
use serde_json::Value;
use survey_forms::diagnostic::Place;

use super::fault::Faults;
use crate::factor::Factor;

/// The columns that a request names.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) file: String,
    pub(super) rows: usize,
    /// What a person calls the first data row: 2 below a CSV header, 1 in Parquet.
    first_row: usize,
    variables: IndexMap<String, Variable>,
}

/// One column; numbers and levels are made when first used.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    column: Column,
    numbers: OnceCell<Result<Vec<f64>, (usize, String)>>,
    factor: OnceCell<Factor>,
}

impl Table {
    /// Reads the columns wanted; each comes with the key that named it.
    pub(super) fn read(
        base_dir: &Path,
        file: &str,
        wanted: &IndexMap<String, String>,
        faults: &mut Faults,
    ) -> Option<Self> {
        let path = base_dir.join(file);
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        let parquet = match extension.as_deref() {
            Some("csv") => false,
            Some("parquet") => true,
            _ => {
                faults.unreadable(file, "unknown format");
                return None;
            }
        };
        let names = match if parquet {
            parquet_names(&path)
        } else {
            csv_names(&path)
        } {
            Ok(names) => names,
            Err(reason) => {
                faults.unreadable(file, &reason);
                return None;
            }
        };
        for (column, field) in wanted {
            match names.iter().filter(|name| *name == column).count() {
                0 => faults.unknown_column(field, column, file, &names),
                1 => {}
                _ => faults.duplicate_column(file, column),
            }
        }
        // Faults so far make the columns unreadable; report them rather than polars' view of them.
        if wanted
            .keys()
            .any(|column| names.iter().filter(|name| *name == column).count() != 1)
        {
            return None;
        }
        // A row with a cell too many would shift its values into the wrong columns unseen.
        if !parquet && name_ragged_rows(&path, file, faults) {
            return None;
        }
        // A file is as long as its rows even when no column is named.
        let columns: Vec<String> = match wanted.is_empty() {
            true => names.iter().take(1).cloned().collect(),
            false => wanted.keys().cloned().collect(),
        };
        let frame = if parquet {
            read_parquet(&path, columns)
        } else {
            read_csv(&path, &names, &columns)
        };
        let frame = match frame {
            Ok(frame) => frame,
            Err(error) => {
                faults.unreadable(file, &error.to_string());
                return None;
            }
        };
        let variables = frame
            .columns()
            .iter()
            .map(|column| {
                let name = column.name().to_string();
                let variable = Variable {
                    name: name.clone(),
                    column: column.clone(),
                    numbers: OnceCell::new(),
                    factor: OnceCell::new(),
                };
                (name, variable)
            })
            .collect();
        let first_row = if parquet { 1 } else { 2 };
        Some(Self {
            file: file.to_owned(),
            rows: frame.height(),
            first_row,
            variables,
        })
    }

    /// A column that [`read`](Self::read) has found.
    pub(super) fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.get(name)
    }

    /// Where a cell is, as the file shows it.
    pub(super) fn place(&self, row: usize, column: &str) -> Place {
        self.place_of_row(row).column(column)
    }

    /// Where a row is, as the file shows it.
    pub(super) fn place_of_row(&self, row: usize) -> Place {
        let row = u32::try_from(row + self.first_row).unwrap_or(u32::MAX);
        Place::file(&self.file).row(row)
    }

    /// The numbers of a column, NaN where missing; a fault when a cell is no number.
    pub(super) fn numbers(&self, name: &str, field: &str, faults: &mut Faults) -> Option<&[f64]> {
        match self.variable(name)?.numbers() {
            Ok(numbers) => Some(numbers),
            Err((row, value)) => {
                faults.not_a_number(self.place(*row, name), value, field);
                None
            }
        }
    }
}

impl Variable {
    fn numbers(&self) -> &Result<Vec<f64>, (usize, String)> {
        self.numbers.get_or_init(|| {
            if self.column.dtype() != &DataType::String {
                let numbers = self.column.cast(&DataType::Float64).ok();
                let Some(numbers) = numbers.as_ref().and_then(|column| column.f64().ok()) else {
                    return Err((0, self.column.dtype().to_string()));
                };
                return Ok(numbers.iter().map(|value| value.unwrap_or(f64::NAN)).collect());
            }
            let Ok(text) = self.column.str() else {
                return Ok(Vec::new());
            };
            text.iter()
                .enumerate()
                .map(|(row, cell)| match cell {
                    None | Some("") => Ok(f64::NAN),
                    Some(cell) => number(cell).ok_or_else(|| (row, cell.to_owned())),
                })
                .collect()
        })
    }

    /// Whether every cell is a number or missing.
    pub(super) fn is_numeric(&self) -> bool {
        self.numbers().is_ok() && self.column.dtype() != &DataType::Boolean
    }

    /// The column as a factor; an empty cell is missing.
    pub(super) fn factor(&self) -> &Factor {
        self.factor.get_or_init(|| {
            // A column that polars cannot turn into text has no levels.
            Factor::from_column(&self.column)
                .unwrap_or_else(|_| Factor::from_values(vec![None::<&str>; self.column.len()]))
        })
    }

    /// The code of a level as a person wrote it; `1` finds `1.0` in a column of numbers.
    pub(super) fn code_of(&self, label: &str) -> Option<u32> {
        let factor = self.factor();
        factor.code_of(label).or_else(|| {
            let wanted = number(label)?;
            factor
                .levels()
                .iter()
                .position(|level| number(level) == Some(wanted))
                .map(|code| code as u32)
        })
    }

    /// A level as JSON.
    pub(super) fn level_value(&self, code: u32) -> Value {
        let levels = self.factor().levels();
        level_value(levels, &levels[code as usize])
    }
}

/// One of a column's levels as JSON: a number when all levels are written as numbers are, else text.
pub(super) fn level_value(levels: &[String], label: &str) -> Value {
    if levels.iter().all(|level| plain_number(level)) {
        if let Ok(integer) = label.parse::<i64>() {
            return Value::from(integer);
        }
        if let Some(number) = number(label) {
            return Value::from(number);
        }
    }
    Value::from(label)
}

/// A finite number, surrounding blanks allowed.
fn number(cell: &str) -> Option<f64> {
    let cell = cell.trim();
    // `parse` also takes "inf" and "nan", which a file means as words.
    let numeric = cell.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    cell.parse()
        .ok()
        .filter(|value: &f64| numeric && value.is_finite())
}

/// Whether a level may stand as a JSON number: codes such as `0161` or `+5` stay text.
fn plain_number(level: &str) -> bool {
    let digits = level.strip_prefix('-').unwrap_or(level);
    let leading_zero = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    !leading_zero
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && number(level).is_some()
        && digits.len() <= 15
}

fn csv_names(path: &Path) -> Result<Vec<String>, String> {
    let mut reader = csv::Reader::from_path(path).map_err(|error| error.to_string())?;
    let headers = reader.headers().map_err(|error| error.to_string())?;
    Ok(headers
        .iter()
        .map(|name| name.trim_start_matches('\u{feff}').to_owned())
        .collect())
}

fn parquet_names(path: &Path) -> Result<Vec<String>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let schema = ParquetReader::new(file)
        .schema()
        .map_err(|error| error.to_string())?;
    Ok(schema.iter_names().map(ToString::to_string).collect())
}

/// Every cell as text: codes keep their leading zeros, numbers are parsed once, exactly.
///
/// Columns are taken by position and named from our own reading of the header, as polars
/// leaves doubled quotes in names as they are.
fn read_csv(path: &Path, names: &[String], columns: &[String]) -> PolarsResult<DataFrame> {
    let wanted: Vec<usize> = (0..names.len())
        .filter(|&index| columns.contains(&names[index]))
        .collect();
    let mut frame = CsvReadOptions::default()
        .with_has_header(true)
        .with_infer_schema_length(Some(0))
        .with_projection(Some(wanted.clone().into()))
        .try_into_reader_with_file_path(Some(path.to_path_buf()))?
        .finish()?;
    let names: Vec<&str> = wanted.iter().map(|&index| names[index].as_str()).collect();
    frame.set_column_names(&names)?;
    Ok(frame)
}

fn read_parquet(path: &Path, columns: Vec<String>) -> PolarsResult<DataFrame> {
    let file = File::open(path)?;
    ParquetReader::new(file).with_columns(Some(columns)).finish()
}

/// Names the rows that have more or fewer cells than the header; false when there is none.
fn name_ragged_rows(path: &Path, file: &str, faults: &mut Faults) -> bool {
    /// More rows say nothing new.
    const MAX_ROWS: usize = 20;
    let Ok(mut reader) = csv::ReaderBuilder::new().flexible(true).from_path(path) else {
        return false;
    };
    let Ok(width) = reader.headers().map(csv::StringRecord::len) else {
        return false;
    };
    let mut found = 0;
    let mut record = csv::ByteRecord::new();
    while found < MAX_ROWS && reader.read_byte_record(&mut record).unwrap_or(false) {
        if record.len() != width {
            let line = record.position().map_or(0, csv::Position::line);
            faults.ragged_row(file, line, record.len() as u64, width as u64);
            found += 1;
        }
    }
    found > 0
}
