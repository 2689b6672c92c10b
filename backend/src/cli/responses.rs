//! `minyi responses export`: the answers of a round, without identity, as CSV, XLSX or Parquet.
//!
//! CSV and XLSX are opened in spreadsheet programs, where a free text that begins like a formula would run as one:
//! in CSV such a text gets an apostrophe in front (OWASP), in XLSX every text is written as text. Parquet is for
//! programs and holds the answers as they are.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Subcommand, ValueEnum};
use polars::prelude::{AnyValue, Column, DataFrame, DataType, IntoColumn, NamedFrom, ParquetWriter, Series};
use rust_xlsxwriter::{Format as CellFormat, Workbook};

use super::say;
use crate::app::Base;
use crate::dataset;
use crate::rounds;
use crate::spreadsheet::harmless;

/// Commands on responses.
#[derive(Debug, Subcommand)]
pub enum ResponsesCommand {
    /// Write responses: answers, way of answering and day, never identity or link.
    Export {
        /// The round.
        id: String,
        /// The file format.
        #[arg(long)]
        format: Format,
        /// The file.
        #[arg(long)]
        out: PathBuf,
        /// One respondent group; all of them by default.
        #[arg(long)]
        group: Option<String>,
    },
}

/// A file format of exports.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// Comma-separated values, UTF-8 with a byte-order mark, by which spreadsheet programs know it.
    Csv,
    /// A workbook with a sheet.
    Xlsx,
    /// Apache Parquet.
    Parquet,
}

/// Runs the command.
///
/// # Errors
/// When there is no such round or group, or the file cannot be written.
pub async fn run(base: &Base, command: ResponsesCommand) -> Result<()> {
    let ResponsesCommand::Export {
        id,
        format,
        out,
        group,
    } = command;
    let plan = rounds::plan(base, &id).await?;
    let known: Vec<&str> = plan.groups.iter().map(|group| group.code.as_str()).collect();
    let wanted: Vec<&str> = match &group {
        Some(code) if known.contains(&code.as_str()) => vec![code],
        Some(code) => bail!("round {id:?} has no group {code:?}; it has {}", known.join(", ")),
        None => known,
    };
    let mut tables = Vec::with_capacity(wanted.len());
    for code in wanted {
        if let Some(table) = dataset::answers(base, &plan, code).await? {
            tables.push((code, table));
        }
    }
    let mut table = stack(&tables)?;
    let place = || out.display().to_string();
    match format {
        Format::Csv => write_csv(&out, &table).with_context(place)?,
        Format::Xlsx => write_xlsx(&out, &table).with_context(place)?,
        Format::Parquet => {
            let file = File::create(&out).with_context(place)?;
            ParquetWriter::new(&file).finish(&mut table).with_context(place)?;
            file.sync_all().with_context(place)?;
        }
    }
    say(&format!("{}: {} responses", out.display(), table.height()));
    Ok(())
}

/// One table of all groups, the group first; a question that a group was not asked is empty there.
fn stack(tables: &[(&str, DataFrame)]) -> Result<DataFrame> {
    let height: usize = tables.iter().map(|(_, table)| table.height()).sum();
    let groups = tables
        .iter()
        .flat_map(|(code, table)| std::iter::repeat_n(*code, table.height()));
    let mut columns = vec![Series::new("group".into(), groups.collect::<Vec<_>>()).into_column()];
    let mut seen = std::collections::BTreeSet::new();
    for (_, table) in tables {
        for column in table.columns() {
            let name = column.name().clone();
            if !seen.insert(name.clone()) {
                continue;
            }
            let parts: Vec<Option<&Column>> =
                tables.iter().map(|(_, table)| table.column(&name).ok()).collect();
            // Two forms may ask the same name in two types: then both are text.
            let same = parts.iter().flatten().all(|part| part.dtype() == column.dtype());
            let dtype = if same {
                column.dtype().clone()
            } else {
                DataType::String
            };
            let mut stacked = Column::new_empty(name.clone(), &dtype);
            for ((_, table), part) in tables.iter().zip(parts) {
                let part = match part {
                    Some(part) => part.cast(&dtype)?,
                    None => Column::full_null(name.clone(), table.height(), &dtype),
                };
                stacked.append(&part)?;
            }
            columns.push(stacked);
        }
    }
    Ok(DataFrame::new(height, columns)?)
}

fn cell(value: &AnyValue<'_>) -> String {
    match value {
        AnyValue::Null => String::new(),
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        other => other.to_string(),
    }
}

fn write_csv(path: &Path, table: &DataFrame) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all("\u{feff}".as_bytes())?;
    let mut writer = csv::Writer::from_writer(file);
    writer.write_record(table.columns().iter().map(|column| column.name().as_str()))?;
    for row in 0..table.height() {
        for column in table.columns() {
            let text = cell(&column.get(row)?);
            let is_text = column.dtype() == &DataType::String;
            writer.write_field(if is_text { harmless(text) } else { text })?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    let file = writer.into_inner().map_err(|error| error.into_error())?;
    file.into_inner()
        .map_err(std::io::IntoInnerError::into_error)?
        .sync_all()?;
    Ok(())
}

fn write_xlsx(path: &Path, table: &DataFrame) -> Result<()> {
    let mut workbook = Workbook::new();
    let header = CellFormat::new().set_bold();
    let sheet = workbook.add_worksheet();
    sheet.set_name("responses")?;
    sheet.set_freeze_panes(1, 0)?;
    for (c, column) in (0u16..).zip(table.columns()) {
        sheet.write_string_with_format(0, c, column.name().as_str(), &header)?;
    }
    for (r, row) in (1u32..).zip(0..table.height()) {
        for (c, column) in (0u16..).zip(table.columns()) {
            match column.get(row)? {
                AnyValue::Null => {}
                AnyValue::Int64(number) => {
                    // Answers are counts and ages; the few integers beyond 2⁵³ stay exact as text.
                    match i32::try_from(number) {
                        Ok(number) => sheet.write_number(r, c, number)?,
                        Err(_) => sheet.write_string(r, c, number.to_string())?,
                    };
                }
                AnyValue::Float64(number) => {
                    sheet.write_number(r, c, number)?;
                }
                AnyValue::Boolean(known) => {
                    sheet.write_boolean(r, c, known)?;
                }
                other => {
                    sheet.write_string(r, c, cell(&other))?;
                }
            }
        }
    }
    workbook.save(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, values: &[Option<&str>]) -> DataFrame {
        let column = Series::new(name.into(), values).into_column();
        DataFrame::new(values.len(), vec![column]).unwrap()
    }

    #[test]
    fn groups_are_stacked_and_what_was_not_asked_is_empty() {
        let numbers = DataFrame::new(1, vec![Series::new("a".into(), [7i64]).into_column()]).unwrap();
        let tables = [
            ("x", table("a", &[Some("1")])),
            ("y", table("b", &[Some("2"), None])),
            ("z", numbers),
        ];
        let stacked = stack(&tables).unwrap();
        let row = |n: usize| {
            stacked
                .columns()
                .iter()
                .map(|column| cell(&column.get(n).unwrap()))
                .collect::<Vec<_>>()
        };
        assert_eq!(row(0), ["x", "1", ""]);
        assert_eq!(row(1), ["y", "", "2"]);
        assert_eq!(row(3), ["z", "7", ""]);
    }

    #[test]
    fn formulas_in_free_text_are_harmless_in_csv_and_quotes_survive() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out.csv");
        let values = [
            Some("=HYPERLINK(\"http://x\")"),
            Some("-1+1"),
            Some("好, \"很好\"\n"),
            None,
        ];
        write_csv(&path, &table("a", &values)).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let cells: Vec<String> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
        assert_eq!(
            cells,
            ["'=HYPERLINK(\"http://x\")", "'-1+1", "好, \"很好\"\n", ""]
        );
    }

    #[test]
    fn workbook_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out.xlsx");
        write_xlsx(&path, &table("a", &[Some("=1+1"), None])).unwrap();
        assert!(std::fs::read(&path).unwrap().starts_with(b"PK"));
    }
}
