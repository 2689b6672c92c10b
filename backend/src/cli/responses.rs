//! `minyi responses`. Import: what was written on paper (`importing`). Export: the answers of a round, without identity, as CSV, XLSX, Parquet or SPSS file, with a code
//! book beside it.
//!
//! CSV and XLSX are opened in spreadsheet programs, where a free text that begins like a formula would run as one: in
//! CSV such a text gets an apostrophe in front (OWASP), in XLSX every text is written as text. Parquet and SPSS files
//! are for programs and hold the answers as they are.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use serde_json::json;
use uuid::Uuid;

use super::failure::Faults;
use super::progress::Progress;
use super::say;
use crate::app::Base;
use crate::export::columns::Table;
use crate::export::{self, Detail, Format, ddi};
use crate::importing::{self, ImportError};
use crate::rounds;
use crate::store::{agreements, begin};
use crate::tabular;

/// Commands on responses.
#[derive(Debug, Subcommand)]
pub enum ResponsesCommand {
    /// Write responses: answers with weights, never identity or link. A code book (DDI) is written beside the file.
    ///
    /// Without --agreement the file is reduced so that it can be handed on: no free text, days or villages, and of the
    /// register only what many share.
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
        /// Everything but identity, under this agreement of the console.
        #[arg(long, value_name = "AGREEMENT")]
        agreement: Option<Uuid>,
    },
    /// Import responses, one a row: a column code or case_id, mode (paper unless given), and a column for each question.
    ///
    /// Every row is checked before the first is stored. Imported again, nothing is stored twice.
    Import {
        /// The round.
        id: String,
        /// The file format.
        #[arg(long, value_parser = ["csv", "xlsx"])]
        format: String,
        /// The table.
        file: PathBuf,
    },
}

/// Runs the command.
///
/// # Errors
/// When there is no such round, group or agreement, or a file cannot be written.
pub async fn run(base: &Base, command: ResponsesCommand) -> Result<()> {
    match command {
        ResponsesCommand::Export {
            id,
            format,
            out,
            group,
            agreement,
        } => export(base, id, format, out, group, agreement).await,
        // A workbook is known by its first bytes, so that a wrong word does no harm.
        ResponsesCommand::Import { id, file, .. } => import(base, &id, &file).await,
    }
}

async fn import(base: &Base, id: &str, file: &Path) -> Result<()> {
    rounds::plan(base, id).await?;
    let round = crate::store::rounds::find(&base.db, id)
        .await?
        .with_context(|| id.to_owned())?;
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    let name = file.file_name().map_or_else(
        || file.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    let csv = tabular::to_csv(&name, bytes, importing::LIMITS).map_err(Faults)?;
    let (state, background) = base.clone().into_state();
    let imported = importing::import(&state, &round, &name, &csv, "cli").await;
    drop(state);
    background.writer.await.context("the writer")?;
    let imported = imported.map_err(|error| match error {
        ImportError::Faults(faults) => anyhow::Error::from(Faults(faults)),
        other => other.into(),
    })?;
    say(&format!(
        "{} stored, {} known before",
        imported.stored, imported.known
    ));
    Ok(())
}

async fn export(
    base: &Base,
    id: String,
    format: Format,
    out: PathBuf,
    group: Option<String>,
    agreement: Option<Uuid>,
) -> Result<()> {
    let plan = rounds::plan(base, &id).await?;
    let detail = match agreement {
        None => Detail::Reduced,
        Some(agreement) => {
            must_hold(base, &id, agreement).await?;
            Detail::Full
        }
    };
    let table = Table::prepare(base, &plan, detail, group.as_deref()).await?;
    let bar = Progress::new(1);
    let progress = |done: u64, all: u64| bar.set(done, all);
    let written = export::write(base, &table, format, &out, &progress).await;
    bar.finish();
    let written = written?;
    let book = code_book_beside(&out);
    std::fs::write(&book, ddi::code_book(&table, &plan.round.organiser))
        .with_context(|| book.display().to_string())?;
    let tx = begin(&base.db).await?;
    let what =
        json!({ "format": format.extension(), "group": group, "agreement": agreement, "rows": written });
    base.record(&tx, "cli", "responses.export", &id, what).await?;
    tx.commit().await?;
    say(&format!("{}: {written} responses", out.display()));
    say(&format!("{}: code book (DDI-Codebook 2.5)", book.display()));
    Ok(())
}

async fn must_hold(base: &Base, round: &str, id: Uuid) -> Result<()> {
    let today = base.clock.today().to_string();
    match agreements::find(&base.db, round, id).await? {
        Some(agreement) if agreement.holds_on(&today) => Ok(()),
        Some(agreement) if agreement.confirmed_by.is_none() => {
            bail!("协议 {id} 还没有第二个人确认 · agreement {id} has not been confirmed by a second person")
        }
        Some(agreement) => bail!(
            "协议 {id} 已经结束（到 {}） · agreement {id} has ended ({})",
            agreement.until,
            agreement.until
        ),
        None => bail!("轮次 {round} 没有协议 {id} · round {round} has no agreement {id}"),
    }
}

/// `answers.sav` → `answers.ddi.xml`.
fn code_book_beside(out: &Path) -> PathBuf {
    out.with_extension("ddi.xml")
}
