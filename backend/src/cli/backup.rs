//! `minyi backup` and `minyi restore`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use jiff::tz::Offset;

use super::failure::lang_of;
use super::progress::Progress;
use super::say;
use crate::app::{Base, StartError};
use crate::backup::{BackupFault, read, write};
use crate::clock::{Entropy, SharedClock, SystemClock};
use crate::config::Config;
use crate::pages::{Lang, tr};

/// Write everything but the key file into one file, while the server runs.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The file to write; it must not be there yet.
    pub file: PathBuf,
}

/// Bring a backup into an empty database and data folder. The key file that it needs must be there.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The backup.
    pub file: PathBuf,
}

/// Writes a backup and says which key it needs.
///
/// # Errors
/// [`BackupFault`].
pub async fn write(base: &Base, arguments: &BackupArgs, lang: &str) -> Result<()> {
    let lang = lang_of(lang);
    let bar = Progress::new(1);
    let progress = |done, all| bar.set(done, all);
    let written = write::write(base, &arguments.file, &progress).await;
    bar.finish();
    let manifest = written?;
    let bytes = std::fs::metadata(&arguments.file).map_or(0, |file| file.len());
    say(&tr!(
        lang,
        "backup.written",
        path = arguments.file.display(),
        rows = manifest.tables.iter().map(|table| table.rows).sum::<u64>(),
        tables = manifest.tables.len(),
        files = manifest.files.len(),
        size = mebibytes(bytes)
    ));
    for name in &manifest.missing {
        eprintln!("{}", tr!(lang, "backup.file_gone", file = name));
    }
    say(&tr!(
        lang,
        "backup.keep_key",
        file = base.config.key_file.display(),
        key = manifest.keys
    ));
    Ok(())
}

/// Restores a backup and says what to do next.
///
/// # Errors
/// [`BackupFault`].
pub async fn restore(config: &Config, arguments: &RestoreArgs, lang: &str) -> Result<()> {
    let lang = lang_of(lang);
    let entropy = Entropy::system().map_err(|error| BackupFault::from(StartError::Entropy(error)))?;
    let offset = Offset::from_hours(config.utc_offset_hours).unwrap_or(Offset::UTC);
    let clock: SharedClock = Arc::new(SystemClock::new(offset));
    let bar = Progress::new(1);
    let progress = |done, all| bar.set(done, all);
    let restored = read::restore(config, clock.as_ref(), &entropy, &arguments.file, &progress).await;
    bar.finish();
    let manifest = restored?;
    say(&tr!(
        lang,
        "backup.restored",
        rows = manifest.tables.iter().map(|table| table.rows).sum::<u64>(),
        tables = manifest.tables.len(),
        files = manifest.files.len()
    ));
    tell_mail(config, lang).await
}

/// Mail that waited when the backup was made may have gone out since.
async fn tell_mail(config: &Config, lang: Lang) -> Result<()> {
    let waiting = read::waiting_mail(config).await?;
    if waiting > 0 {
        eprintln!("{}", tr!(lang, "backup.mail_waits", count = waiting));
    }
    Ok(())
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
