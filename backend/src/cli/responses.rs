//! `minyi responses export`: the answers of a round, without identity, as CSV or Parquet.

use std::fs::File;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Subcommand, ValueEnum};
use polars::prelude::{CsvWriter, ParquetWriter, SerWriter};

use super::say;
use crate::app::{Base, PlanCache};
use crate::dataset;

/// Commands on responses.
#[derive(Debug, Subcommand)]
pub enum ResponsesCommand {
    /// Write a group's responses: answers, way of answering and day, never identity or link.
    Export {
        /// The round.
        id: String,
        /// The file format.
        #[arg(long)]
        format: Format,
        /// The file.
        #[arg(long)]
        out: PathBuf,
        /// The respondent group.
        #[arg(long, default_value = "resident")]
        group: String,
    },
}

/// A file format of exports.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// Comma-separated values, UTF-8.
    Csv,
    /// Apache Parquet.
    Parquet,
}

/// Runs the command.
///
/// # Errors
/// When there is no such round or group, or the file cannot be written.
pub async fn run(base: &Base, command: ResponsesCommand) -> Result<()> {
    let ResponsesCommand::Export { id, format, out, group } = command;
    let Some(plan) = PlanCache::default().get(&base.db, &base.keys, &id).await? else {
        bail!("there is no round {id:?}");
    };
    let Some(mut table) = dataset::answers(base, &plan, &group).await? else {
        let known: Vec<&str> = plan.groups.iter().map(|group| group.code.as_str()).collect();
        bail!("round {id:?} has no group {group:?}; it has {}", known.join(", "));
    };
    let file = File::create(&out).with_context(|| out.display().to_string())?;
    match format {
        Format::Csv => CsvWriter::new(&file).finish(&mut table)?,
        Format::Parquet => {
            ParquetWriter::new(&file).finish(&mut table)?;
        }
    }
    file.sync_all().with_context(|| out.display().to_string())?;
    say(&format!("{}: {} responses", out.display(), table.height()));
    Ok(())
}
