//! `minyi erase`: personal data whose time is over.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::failure::lang_of;
use super::say;
use crate::app::Base;
use crate::erasure;
use crate::pages::tr;

/// Erase personal data of a closed round, and write a certificate of it.
#[derive(Debug, Args)]
pub struct EraseArgs {
    /// The round.
    pub round: String,
    /// Names, telephone numbers, addresses, card numbers, frames and contacts. What was answered stays.
    #[arg(long, required = true)]
    pub identities: bool,
    /// Where the certificate is written; beside the data by default.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Erases, and says where the certificate is.
///
/// # Errors
/// When the round is not closed, holds nothing to erase, or the certificate cannot be written.
pub async fn run(base: &Base, arguments: &EraseArgs, lang: &str) -> Result<()> {
    let lang = lang_of(lang);
    let name = format!("erasure-{}-{}.json", arguments.round, base.clock.today());
    let path = arguments
        .out
        .clone()
        .unwrap_or_else(|| base.config.data_dir.join(name));
    if path.exists() {
        bail!("{}", tr!(lang, "erase.exists", path = path.display()));
    }
    let (text, sha256) = erasure::erase_identities(base, &arguments.round, "cli").await?;
    std::fs::write(&path, &text).with_context(|| path.display().to_string())?;
    say(&tr!(
        lang,
        "erase.done",
        round = arguments.round,
        path = path.display(),
        hash = sha256
    ));
    say(&tr!(lang, "erase.next"));
    Ok(())
}
