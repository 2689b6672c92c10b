//! `minyi series`, `minyi frame` and `minyi services`: a round's records in and out.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Subcommand;

use super::failure::Faults;
use super::say;
use crate::app::Base;
use crate::records::{RecordError, Upload, frames, series, services};
use crate::rounds;
use crate::spreadsheet;
use crate::store::frame_versions as versions;
use crate::store::{institutions, series as revisions};

/// Who acts, in the audit log.
const ACTOR: &str = "cli";

/// Commands on administrative series.
#[derive(Debug, Subcommand)]
pub enum SeriesCommand {
    /// Import figures (CSV or XLSX) as a revision of a sealed round.
    Import {
        /// The round.
        id: String,
        /// Figures in the form of admin.csv.
        file: PathBuf,
        /// Why, in a sentence that stays in the history.
        #[arg(long, required_unless_present = "check")]
        reason: Option<String>,
        /// Only say what would change.
        #[arg(long)]
        check: bool,
    },
    /// Write the figures as they are now (CSV or XLSX, by the file's name).
    Export {
        /// The round.
        id: String,
        /// The file; it must not exist yet.
        #[arg(long)]
        out: PathBuf,
    },
    /// List the revisions.
    History {
        /// The round.
        id: String,
    },
}

/// Commands on newer frames.
#[derive(Debug, Subcommand)]
pub enum FrameCommand {
    /// Hold a newer frame (CSV or XLSX) against the present one and keep it as a proposal.
    Propose {
        /// The round.
        id: String,
        /// The frame in the form of frame.csv, optionally with a column status: active, deceased or left.
        file: PathBuf,
    },
    /// List the versions.
    List {
        /// The round.
        id: String,
    },
    /// Write the members that a version changes: personal data, for the office alone.
    Changes {
        /// The round.
        id: String,
        /// The version.
        version: i32,
        /// The file; it must not exist yet.
        #[arg(long)]
        out: PathBuf,
    },
    /// Apply a proposal. The sample that was drawn stays.
    Apply {
        /// The round.
        id: String,
        /// The version.
        version: i32,
        /// Why, in a sentence that stays in the history.
        #[arg(long)]
        reason: String,
    },
    /// Put a proposal aside and delete its content.
    Discard {
        /// The round.
        id: String,
        /// The version.
        version: i32,
    },
    /// Decide which version weights are calibrated to; 0 is the plan's frame.
    Use {
        /// The round.
        id: String,
        /// The version.
        version: i32,
        /// Why, in a sentence that stays in the history.
        #[arg(long)]
        reason: String,
    },
}

/// Commands on the register of service institutions.
#[derive(Debug, Subcommand)]
pub enum ServicesCommand {
    /// Import institutions (CSV or XLSX): those with the same code are replaced, others stay.
    Import {
        /// The round.
        id: String,
        /// The register.
        file: PathBuf,
    },
    /// Write the register (CSV or XLSX, by the file's name).
    Export {
        /// The round.
        id: String,
        /// The file; it must not exist yet.
        #[arg(long)]
        out: PathBuf,
    },
}

/// The error as the command line sorts it.
fn sorted(error: RecordError) -> anyhow::Error {
    match error {
        RecordError::Faults(faults) => Faults(faults).into(),
        RecordError::Round(error) => error.into(),
        RecordError::Store(error) => error.into(),
    }
}

fn read(path: &Path) -> Result<Upload> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    Ok(Upload { name, bytes })
}

fn write<R: AsRef<[String]>>(path: &Path, head: &[&str], rows: &[R], numbers: Option<&str>) -> Result<()> {
    let is_workbook = path.extension().is_some_and(|extension| extension == "xlsx");
    let content = match is_workbook {
        true => spreadsheet::xlsx(head, rows, numbers),
        false => spreadsheet::csv(head, rows),
    };
    let content = content.context("the table cannot be written")?;
    let written = File::create_new(path).and_then(|mut file| {
        file.write_all(&content)?;
        file.sync_all()
    });
    written.with_context(|| path.display().to_string())?;
    say(&format!("{}: {} rows", path.display(), rows.len()));
    Ok(())
}

/// Runs a command on administrative series.
///
/// # Errors
/// When the file has faults, the round does not exist or is a draft, or a file cannot be used.
pub async fn series(base: &Base, command: SeriesCommand, lang: &str) -> Result<()> {
    match command {
        SeriesCommand::Import {
            id,
            file,
            reason,
            check,
        } => {
            let plan = rounds::plan(base, &id).await?;
            let why = (reason.as_deref().unwrap_or_default(), check);
            let done = series::import(base, &plan, read(&file)?, why, ACTOR)
                .await
                .map_err(sorted)?;
            for warning in &done.warnings {
                eprintln!("{}", warning.to_line(lang));
            }
            for change in &done.changes {
                let now = &change.now;
                let before = change
                    .before
                    .as_ref()
                    .map_or_else(|| "-".to_owned(), |before| before.value.to_string());
                say(&format!(
                    "{} {} {}: {before} → {}",
                    now.unit, now.period, now.code, now.value
                ));
            }
            say(&match done.revision {
                Some(number) => format!(
                    "revision {number}: {} changed, {} as they were",
                    done.changes.len(),
                    done.same
                ),
                None => format!("{} would change, {} as they are", done.changes.len(), done.same),
            });
        }
        SeriesCommand::Export { id, out } => {
            let plan = rounds::plan(base, &id).await?;
            let rows = series::rows(&series::current(&base.db, &plan).await?);
            write(&out, &series::COLUMNS, &rows, Some("value"))?;
        }
        SeriesCommand::History { id } => {
            rounds::require(base, &id).await?;
            for row in revisions::revisions(&base.db, &id).await? {
                say(&format!(
                    "{} {} {} +{} ~{} {}",
                    row.revision, row.day, row.actor, row.added, row.changed, row.reason
                ));
            }
        }
    }
    Ok(())
}

/// Runs a command on newer frames.
///
/// # Errors
/// When the file has faults, the round does not exist or is a draft, the version cannot be had, or a file cannot be used.
pub async fn frame(base: &Base, command: FrameCommand) -> Result<()> {
    match command {
        FrameCommand::Propose { id, file } => {
            let plan = rounds::plan(base, &id).await?;
            let version = frames::propose(base, &plan, read(&file)?, ACTOR)
                .await
                .map_err(sorted)?;
            show(&version_of(base, &id, version).await?)?;
        }
        FrameCommand::List { id } => {
            rounds::require(base, &id).await?;
            say(&format!(
                "in use: version {}",
                versions::in_use(&base.db, &id).await?
            ));
            for row in versions::list(&base.db, &id).await? {
                show(&row)?;
            }
        }
        FrameCommand::Changes { id, version, out } => {
            let plan = rounds::plan(base, &id).await?;
            let row = version_of(base, &id, version).await?;
            let rows = frames::list(base, &plan, &row, ACTOR).await.map_err(sorted)?;
            write(&out, &frames::LIST, &rows, None)?;
        }
        FrameCommand::Apply { id, version, reason } => {
            let plan = rounds::plan(base, &id).await?;
            frames::apply(base, &plan, version, &reason, ACTOR)
                .await
                .map_err(sorted)?;
        }
        FrameCommand::Discard { id, version } => {
            rounds::require(base, &id).await?;
            frames::discard(base, &id, version, ACTOR).await.map_err(sorted)?;
        }
        FrameCommand::Use { id, version, reason } => {
            rounds::require(base, &id).await?;
            frames::use_version(base, &id, version, &reason, ACTOR)
                .await
                .map_err(sorted)?;
        }
    }
    Ok(())
}

async fn version_of(base: &Base, round: &str, version: i32) -> Result<versions::FrameVersion> {
    let all = versions::list(&base.db, round).await?;
    let row = all.into_iter().find(|row| row.version == version);
    row.with_context(|| format!("round {round} has no version {version} of its frame"))
}

fn show(row: &versions::FrameVersion) -> Result<()> {
    let counts: frames::Counts = serde_json::from_str(&row.counts)?;
    let kinds: Vec<String> = counts
        .all
        .iter()
        .map(|(kind, count)| format!("{kind} {count}"))
        .collect();
    say(&format!(
        "version {} {}: {} → {} members; {}",
        row.version,
        row.state,
        counts.before,
        counts.now,
        kinds.join(", ")
    ));
    Ok(())
}

/// Runs a command on the register of service institutions.
///
/// # Errors
/// When the file has faults, the round does not exist, or a file cannot be used.
pub async fn services(base: &Base, command: ServicesCommand, lang: &str) -> Result<()> {
    match command {
        ServicesCommand::Import { id, file } => {
            let plan = rounds::plan(base, &id).await?;
            let done = services::import(base, &plan, read(&file)?, ACTOR)
                .await
                .map_err(sorted)?;
            for warning in &done.warnings {
                eprintln!("{}", warning.to_line(lang));
            }
            say(&format!(
                "{} new, {} changed, {} as they were",
                done.added, done.changed, done.same
            ));
        }
        ServicesCommand::Export { id, out } => {
            rounds::require(base, &id).await?;
            let rows = services::rows(&institutions::list(&base.db, &id).await?);
            write(&out, &services::COLUMNS, &rows, None)?;
        }
    }
    Ok(())
}
