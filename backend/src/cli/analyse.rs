//! `minyi analyse`: weights, indicators and scores from what is stored.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::app::Base;
use crate::demo::write_json;
use crate::jobs::analyse;

/// Compute weights, indicators and scores, and store them.
#[derive(Debug, Args)]
pub struct AnalyseArgs {
    /// The round.
    pub id: String,
    /// Also write results.json to this file.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Computes the round; the results are stored and, if asked for, written to a file.
///
/// # Errors
/// When there is no such round or its responses cannot be computed.
pub async fn run(base: &Base, arguments: AnalyseArgs) -> Result<()> {
    let detail = analyse::analyse(base, &arguments.id).await?;
    match arguments.out {
        Some(path) => write_json(&path, &detail.results),
        None => Ok(()),
    }
}
