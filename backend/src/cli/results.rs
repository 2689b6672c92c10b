//! `minyi results`: a computed round as a file, out of one place and into another, to compare the next one with.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Subcommand;

use super::say;
use crate::app::Base;
use crate::earlier;

/// Who acts, in the audit log.
const ACTOR: &str = "cli";

/// Commands on computed results.
#[derive(Debug, Subcommand)]
pub enum ResultsCommand {
    /// Write a round's results to a file: unsuppressed, for the office.
    Export {
        /// The round.
        id: String,
        /// The file; it must not exist yet.
        #[arg(long)]
        out: PathBuf,
    },
    /// Bring in the results of a round that was held elsewhere; plans name it as [round] previous.
    Import {
        /// The file that export wrote.
        file: PathBuf,
    },
}

/// Runs the command.
///
/// # Errors
/// When there are no such results, the file holds none, or it cannot be written.
pub async fn run(base: &Base, command: ResultsCommand) -> Result<()> {
    match command {
        ResultsCommand::Export { id, out } => {
            let content = earlier::export(base, &id, ACTOR).await?;
            let mut file = std::fs::File::create_new(&out).with_context(|| out.display().to_string())?;
            std::io::Write::write_all(&mut file, &content).with_context(|| out.display().to_string())?;
            say(&out.display().to_string());
        }
        ResultsCommand::Import { file } => {
            let content = std::fs::read(&file).with_context(|| file.display().to_string())?;
            let id = earlier::import(base, &content, ACTOR)
                .await
                .with_context(|| file.display().to_string())?;
            say(&id);
        }
    }
    Ok(())
}
