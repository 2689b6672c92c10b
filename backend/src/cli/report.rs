//! `minyi report`: documents of the results that are stored.

use std::path::PathBuf;

use analysis::results::RoundDetail;
use anyhow::{Context, Result, bail};
use clap::Args;
use reports::build::Scope;
use reports::model::Lang;

use crate::app::Base;
use crate::reporting::{self, Format};
use crate::rounds;
use crate::store::results;

/// Write the reports of a computed round.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The round.
    pub id: String,
    /// One or several of html, pdf, xlsx, docx, with commas between.
    #[arg(long, value_delimiter = ',', default_value = "html,pdf,xlsx,docx", value_parser = parse_format)]
    pub format: Vec<Format>,
    /// The folder to write to.
    #[arg(long)]
    pub out: PathBuf,
    /// The unit to report on; the county when left out.
    #[arg(long)]
    pub unit: Option<String>,
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
    let scope = arguments.unit.map_or(Scope::County, Scope::Unit);
    tokio::task::spawn_blocking(move || {
        let (out, lang) = (arguments.out, arguments.language);
        std::fs::create_dir_all(&out).with_context(|| out.display().to_string())?;
        let report = reporting::report(&detail, &plan, &scope, lang)?;
        let mut written = Vec::new();
        for format in arguments.format {
            let path = out.join(reporting::file_name(&plan.round.id, &scope, lang, format));
            std::fs::write(&path, reporting::write(&report, format)?)
                .with_context(|| path.display().to_string())?;
            written.push(path);
        }
        Ok(written)
    })
    .await?
}
