//! Parquet files.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use indexmap::IndexMap;
use polars::prelude::{ArrowDataType, Column, DataType, ParquetReader, SerReader};

use super::super::fault::Faults;
use super::fault::Unreadable;
use super::{Cells, RowNumbers};

/// How a file holds a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// Integers and floats.
    Number,
    /// true and false.
    Truth,
    /// Anything else that can be read: text, dates, times.
    Other,
    /// What this version of the reader does not know: decimals, 128-bit integers.
    Unknown,
}

/// The columns of a file in their order, and how it holds them.
///
/// # Errors
/// A file that is no Parquet file, is cut short, or cannot be opened.
fn schema(path: &Path) -> Result<Vec<(String, Kind, String)>, Unreadable> {
    use ArrowDataType as D;
    let file = File::open(path)?;
    // The reader trusts a footer that says nonsense, and panics.
    let schema = catch_unwind(AssertUnwindSafe(|| ParquetReader::new(file).schema()));
    let schema = schema.ok().and_then(Result::ok).ok_or(Unreadable::NotParquet)?;
    let kind = |dtype: &ArrowDataType| match dtype {
        D::Boolean => Kind::Truth,
        D::Int8 | D::Int16 | D::Int32 | D::Int64 | D::UInt8 | D::UInt16 | D::UInt32 | D::UInt64 => {
            Kind::Number
        }
        D::Float32 | D::Float64 => Kind::Number,
        D::Decimal(..) | D::Decimal256(..) | D::Decimal32(..) | D::Decimal64(..) => Kind::Unknown,
        D::Int128 | D::UInt128 | D::Float16 | D::Interval(_) | D::Map(..) | D::Union(_) => Kind::Unknown,
        _ => Kind::Other,
    };
    Ok(schema
        .iter_values()
        .map(|field| {
            (
                field.name.to_string(),
                kind(field.dtype()),
                format!("{:?}", field.dtype()),
            )
        })
        .collect())
}

/// The names of the columns.
pub(super) fn names(path: &Path) -> Result<Vec<String>, Unreadable> {
    Ok(schema(path)?.into_iter().map(|(name, ..)| name).collect())
}

/// How the file holds each column; `None` when it cannot be read or names one twice.
pub(in super::super) fn kinds(path: &Path) -> Option<IndexMap<String, Kind>> {
    let mut kinds = IndexMap::new();
    for (name, kind, _) in schema(path).ok()? {
        if kinds.insert(name, kind).is_some() {
            return None;
        }
    }
    Some(kinds)
}

/// Reads the columns wanted; a fault for each whose type cannot be read or told as text.
pub(super) fn read(path: &Path, file: &str, wanted: &[&str], faults: &mut Faults) -> Option<Cells> {
    let schema = match schema(path) {
        Ok(schema) => schema,
        Err(reason) => return faults.unreadable(file, &reason),
    };
    let mut complete = true;
    for (name, _, dtype) in schema
        .iter()
        .filter(|(name, kind, _)| *kind == Kind::Unknown && wanted.contains(&name.as_str()))
    {
        faults.unknown_type(file, name, dtype);
        complete = false;
    }
    if !complete {
        return None;
    }
    let names = wanted.iter().map(|name| (*name).to_owned()).collect();
    let read = || {
        ParquetReader::new(File::open(path)?)
            .with_columns(Some(names))
            .finish()
    };
    let frame = match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(frame)) => frame,
        _ => return faults.unreadable(file, &Unreadable::NotParquet),
    };
    let mut columns = Vec::new();
    for column in frame.columns() {
        match told_as_text(column) {
            Some(column) => columns.push(column),
            None => {
                faults.unknown_type(file, column.name(), &column.dtype().to_string());
                complete = false;
            }
        }
    }
    complete.then(|| Cells {
        columns,
        rows: frame.height(),
        row_numbers: RowNumbers::From(1),
    })
}

/// The column, when its values can be told as text: numbers, truth values and text as they are, dates and categories
/// as text.
fn told_as_text(column: &Column) -> Option<Column> {
    let dtype = column.dtype();
    if dtype.is_primitive_numeric() || dtype.is_bool() || dtype.is_string() {
        return Some(column.clone());
    }
    if dtype.is_nested()
        || matches!(dtype, DataType::Binary | DataType::Null) && column.null_count() < column.len()
    {
        return None;
    }
    let text = column.cast(&DataType::String).ok()?;
    match dtype.is_temporal() {
        // Its own type is kept, so that nobody takes the mean of a date.
        true => Some(column.clone()),
        false => Some(text),
    }
}
