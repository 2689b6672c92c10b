//! The data of a request: the needed columns of a CSV or Parquet file, typed on demand.

mod csv_file;
mod fault;
mod parquet_file;

use std::cell::OnceCell;
use std::path::Path;

use indexmap::IndexMap;
use polars::prelude::*;
use serde_json::Value;
use survey_forms::diagnostic::Place;

use super::fault::Faults;
use crate::factor::Factor;
use fault::Unreadable;
pub(super) use parquet_file::{Kind, kinds};

/// The columns that a request names.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) file: String,
    pub(super) rows: usize,
    row_numbers: RowNumbers,
    variables: IndexMap<String, Variable>,
}

/// What a person calls a row.
#[derive(Debug)]
enum RowNumbers {
    /// The first row has this number, and so on: 1 in Parquet.
    From(usize),
    /// The line of each row of a CSV file, which may have blank lines and cells of several lines.
    Lines(Vec<u32>),
}

/// The columns read, and how their rows are called.
struct Cells {
    columns: Vec<Column>,
    rows: usize,
    row_numbers: RowNumbers,
}

/// One column; numbers and levels are made when first used.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    column: Column,
    numbers: OnceCell<Result<Vec<f64>, NotNumbers>>,
    factor: OnceCell<Factor>,
    /// Whether all levels are written as JSON numbers are.
    plain_levels: OnceCell<bool>,
}

/// Why a column cannot be read as numbers.
#[derive(Debug)]
enum NotNumbers {
    /// Cells that are no numbers, the first few, with their rows.
    Cells(Vec<(usize, String)>),
    /// A column of another type.
    Type,
}

/// What a column of numbers is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// A variable: true and false count as 1 and 0.
    Variable,
    /// A weight or a population size.
    Design,
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
            _ => return faults.unreadable(file, &Unreadable::Format),
        };
        // A pipe or a device would be waited for, or read for ever.
        match path.metadata() {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => return faults.unreadable(file, &Unreadable::NotAFile),
            Err(error) => return faults.unreadable(file, &Unreadable::from(error)),
        }
        let names = match if parquet {
            parquet_file::names(&path)
        } else {
            csv_file::names(&path)
        } {
            Ok(names) => names,
            Err(reason) => return faults.unreadable(file, &reason),
        };
        let mut complete = true;
        for (column, field) in wanted {
            let times = names.iter().filter(|name| *name == column).count();
            complete &= times == 1;
            match times {
                0 => faults.unknown_column(field, column, file, &names),
                1 => {}
                _ => faults.duplicate_column(file, column),
            }
        }
        // Faults so far make the columns unreadable; report them rather than the reader's view of them.
        if !complete {
            return None;
        }
        // A file is as long as its rows even when no column is named.
        let columns: Vec<&str> = match wanted.is_empty() {
            true => names.iter().take(1).map(String::as_str).collect(),
            false => wanted.keys().map(String::as_str).collect(),
        };
        let cells = if parquet {
            parquet_file::read(&path, file, &columns, faults)
        } else {
            csv_file::read(&path, file, &names, &columns, faults)
        }?;
        let variables = cells
            .columns
            .into_iter()
            .map(|column| (column.name().to_string(), Variable::new(column)))
            .collect();
        Some(Self {
            file: file.to_owned(),
            rows: cells.rows,
            row_numbers: cells.row_numbers,
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
        let number = match &self.row_numbers {
            RowNumbers::From(first) => u32::try_from(row + first).ok(),
            RowNumbers::Lines(lines) => lines.get(row).copied(),
        };
        Place::file(&self.file).row(number.unwrap_or(u32::MAX))
    }

    /// The numbers of a column, NaN where missing; a fault for every cell that is no number.
    pub(super) fn numbers(&self, name: &str, field: &str, usage: Use, faults: &mut Faults) -> Option<&[f64]> {
        let variable = self.variable(name)?;
        if usage == Use::Design && variable.column.dtype() == &DataType::Boolean {
            faults.not_a_column_of_numbers(
                Place::file(&self.file).column(name),
                variable.column.dtype(),
                field,
            );
            return None;
        }
        match variable.numbers() {
            Ok(numbers) => Some(numbers),
            Err(NotNumbers::Cells(cells)) => {
                for (row, value) in cells {
                    faults.not_a_number(self.place(*row, name), value, field, usage);
                }
                None
            }
            Err(NotNumbers::Type) => {
                let place = Place::file(&self.file).column(name);
                faults.not_a_column_of_numbers(place, variable.column.dtype(), field);
                None
            }
        }
    }
}

impl Variable {
    fn new(column: Column) -> Self {
        Self {
            name: column.name().to_string(),
            column,
            numbers: OnceCell::new(),
            factor: OnceCell::new(),
            plain_levels: OnceCell::new(),
        }
    }

    fn numbers(&self) -> &Result<Vec<f64>, NotNumbers> {
        /// Cells named; more say nothing new.
        const MAX_CELLS: usize = 20;
        self.numbers.get_or_init(|| {
            let mut wrong = Vec::new();
            let numbers: Vec<f64> = match self.column.dtype() {
                DataType::String => {
                    let text = self.column.str().map_err(|_| NotNumbers::Type)?;
                    let cell = |(row, cell): (usize, Option<&str>)| match cell {
                        None | Some("") => f64::NAN,
                        Some(cell) => number(cell).unwrap_or_else(|| {
                            wrong.push((row, cell.to_owned()));
                            f64::NAN
                        }),
                    };
                    text.iter().enumerate().map(cell).collect()
                }
                // A date is a number to polars, but its mean is none to anybody.
                dtype if dtype.is_primitive_numeric() || dtype.is_bool() => {
                    let numbers = self
                        .column
                        .cast(&DataType::Float64)
                        .map_err(|_| NotNumbers::Type)?;
                    let numbers = numbers.f64().map_err(|_| NotNumbers::Type)?;
                    let cell = |(row, value): (usize, Option<f64>)| {
                        let value = value.unwrap_or(f64::NAN);
                        if value.is_infinite() {
                            wrong.push((row, value.to_string()));
                        }
                        value
                    };
                    numbers.iter().enumerate().map(cell).collect()
                }
                _ => return Err(NotNumbers::Type),
            };
            wrong.truncate(MAX_CELLS);
            match wrong.is_empty() {
                true => Ok(numbers),
                false => Err(NotNumbers::Cells(wrong)),
            }
        })
    }

    /// Whether every cell is a number or missing.
    pub(super) fn is_numeric(&self) -> bool {
        self.numbers().is_ok() && self.column.dtype() != &DataType::Boolean
    }

    /// Whether most cells that are not empty are numbers: a word among them is then a slip.
    pub(super) fn is_mostly_numeric(&self) -> bool {
        let Ok(text) = self.column.str() else {
            return false;
        };
        let filled = || text.iter().flatten().filter(|cell| !cell.is_empty());
        let numbers = filled().filter(|cell| number(cell).is_some()).count();
        2 * numbers > filled().count()
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
        self.codes_of(label).first().copied()
    }

    /// The level of this text, or else all that are the same number: `2` finds `02` and `2.0`.
    pub(super) fn codes_of(&self, label: &str) -> Vec<u32> {
        let factor = self.factor();
        if let Some(code) = factor.code_of(label) {
            return vec![code];
        }
        let Some(wanted) = number(label) else {
            return Vec::new();
        };
        let same = |level: &&String| number(level) == Some(wanted);
        let levels = factor.levels().iter();
        (0u32..)
            .zip(levels)
            .filter(|(_, level)| same(level))
            .map(|(code, _)| code)
            .collect()
    }

    /// A level as JSON.
    pub(super) fn level_value(&self, code: u32) -> Value {
        let levels = self.factor().levels();
        let plain = self.plain_levels.get_or_init(|| are_plain_numbers(levels));
        level_value(*plain, &levels[code as usize])
    }
}

/// Whether all levels are written as JSON numbers are.
pub(super) fn are_plain_numbers(levels: &[String]) -> bool {
    levels.iter().all(|level| plain_number(level))
}

/// A level as JSON: a number when all levels of its column are written as numbers are, else text.
pub(super) fn level_value(plain: bool, label: &str) -> Value {
    if plain {
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
