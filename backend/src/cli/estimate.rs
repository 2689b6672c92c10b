//! `minyi estimate`: survey statistics on any CSV or Parquet file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use super::failure::Faults;
use super::say;

/// Compute survey statistics that a JSON file asks for; JSON on standard output.
#[derive(Debug, Args)]
pub struct EstimateArgs {
    /// The request; its `data` is relative to it.
    pub request: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// [`Faults`] naming the key, column or row at fault.
pub fn run(arguments: &EstimateArgs) -> Result<()> {
    let path = &arguments.request;
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let dir = path.parent().unwrap_or(Path::new("."));
    let answer = analysis::request::run(&text, dir).map_err(Faults)?;
    say(&serde_json::to_string_pretty(&answer)?);
    Ok(())
}
