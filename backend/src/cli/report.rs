//! `minyi report`: documents of the results that are stored.

use std::path::PathBuf;

use analysis::results::RoundDetail;
use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use reports::build::{Release, Scope};
use reports::model::{Kind, Lang};

use crate::app::Base;
use crate::reporting::{self, Format};
use crate::rounds;
use crate::store::results;

/// Write the reports of a computed round.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The round.
    pub id: String,
    /// One or several of html, pdf, xlsx, docx, with commas between; all that there are when left out.
    #[arg(long, value_delimiter = ',', value_parser = parse_format)]
    pub format: Vec<Format>,
    /// The folder to write to.
    #[arg(long)]
    pub out: PathBuf,
    /// The unit to report on; the county when left out.
    #[arg(long)]
    pub unit: Option<String>,
    /// Every scored unit, one after another, beside the county's; with a progress bar on a terminal.
    #[arg(long, conflicts_with = "unit")]
    pub every_unit: bool,
    /// The one-page brief in place of the report; html and pdf only.
    #[arg(long)]
    pub brief: bool,
    /// The language of the reports: zh or en.
    #[arg(long, default_value = "zh", value_parser = parse_language)]
    pub language: Lang,
}

fn parse_format(word: &str) -> Result<Format, String> {
    Format::parse(word).ok_or_else(|| format!("{word:?} is none of html, pdf, xlsx, docx"))
}

fn parse_language(word: &str) -> Result<Lang, String> {
    [Lang::Zh, Lang::En]
        .into_iter()
        .find(|lang| lang.code() == word)
        .ok_or_else(|| format!("{word:?} is neither zh nor en"))
}

/// Writes the documents and returns their paths.
///
/// # Errors
/// When nothing has been computed, the unit is not scored, or the folder cannot be written.
pub async fn run(base: &Base, arguments: ReportArgs) -> Result<Vec<PathBuf>> {
    let plan = rounds::plan(base, &arguments.id).await?;
    let Some((_, detail)) = results::get::<RoundDetail>(&base.db, &arguments.id).await? else {
        bail!(
            "round {0:?} has not been computed yet; run `minyi analyse {0}` first",
            arguments.id
        );
    };
    let kind = if arguments.brief {
        Kind::Brief
    } else {
        Kind::Annual
    };
    let formats = formats(kind, &arguments.format)?;
    let scopes = match (arguments.unit, arguments.every_unit) {
        (Some(unit), _) => vec![Scope::Unit(unit)],
        (None, false) => vec![Scope::County],
        (None, true) => reporting::every_scope(&plan),
    };
    tokio::task::spawn_blocking(move || {
        let (out, lang) = (arguments.out, arguments.language);
        std::fs::create_dir_all(&out).with_context(|| out.display().to_string())?;
        let release = Release::of(&detail, &plan);
        let bar = progress_bar(scopes.len() * formats.len());
        let mut written = Vec::new();
        for scope in scopes {
            let report = reporting::of_release(&release, &plan, kind, &scope, lang)?;
            for format in &formats {
                let name = reporting::file_name_of(kind, &plan.round.id, &scope, lang, *format);
                let path = out.join(&name);
                std::fs::write(&path, reporting::write(&report, *format)?)
                    .with_context(|| path.display().to_string())?;
                written.push(path);
                bar.set_message(name);
                bar.inc(1);
            }
        }
        bar.finish_and_clear();
        Ok(written)
    })
    .await?
}

/// The formats asked for, or all that the kind of document has.
fn formats(kind: Kind, asked: &[Format]) -> Result<Vec<Format>> {
    if let Some(format) = asked.iter().find(|format| !format.serves(kind)) {
        bail!(
            "a brief is made as html or pdf, not as {}: leave --format out, or --brief",
            format.extension()
        );
    }
    Ok(match asked {
        [] => Format::ALL
            .into_iter()
            .filter(|format| format.serves(kind))
            .collect(),
        asked => asked.to_vec(),
    })
}

/// A bar for work of several files; nothing is drawn where there is no terminal.
fn progress_bar(files: usize) -> ProgressBar {
    if files < 2 {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(files as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg} ({elapsed}, {eta} left)") {
        bar.set_style(style);
    }
    bar
}
