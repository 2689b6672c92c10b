//! `minyi report`: documents of the results that are stored.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use analysis::plan::Plan;
use analysis::results::RoundDetail;
use anyhow::{Context, Result, bail};
use clap::Args;
use reports::build::{Release, Scope};
use reports::model::{Kind, Lang};

use super::progress::Progress;
use crate::app::Base;
use crate::reporting::{self, Format};
use crate::rounds;
use crate::store::{self, results};

/// Write the reports of a computed round.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The round.
    #[arg(required_unless_present = "every_round")]
    pub id: Option<String>,
    /// Every round that has been computed: a province whose counties each have a round of their own.
    #[arg(long, conflicts_with_all = ["id", "unit"])]
    pub every_round: bool,
    /// One or several of html, pdf, xlsx, docx, with commas between; all that there are when left out.
    #[arg(long, value_delimiter = ',', value_parser = parse_format)]
    pub format: Vec<Format>,
    /// The folder to write to.
    #[arg(long)]
    pub out: PathBuf,
    /// The unit to report on; the county when left out.
    #[arg(long)]
    pub unit: Option<String>,
    /// Every scored unit, one after another, beside the county's.
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

/// A round's results with all of its documents that are wanted.
struct Work {
    plan: Arc<Plan>,
    detail: RoundDetail,
    scopes: Vec<Scope>,
}

/// Writes the documents and returns their paths.
///
/// # Errors
/// When nothing has been computed, the unit is not scored, or the folder cannot be written.
pub async fn run(base: &Base, arguments: ReportArgs) -> Result<Vec<PathBuf>> {
    let kind = if arguments.brief {
        Kind::Brief
    } else {
        Kind::Annual
    };
    let formats = formats(kind, &arguments.format)?;
    let (out, lang) = (arguments.out.clone(), arguments.language);
    std::fs::create_dir_all(&out).with_context(|| out.display().to_string())?;
    let plans = plans(base, &arguments).await?;
    let scopes = |plan: &Plan| match (&arguments.unit, arguments.every_unit) {
        (Some(unit), _) => vec![Scope::Unit(unit.clone())],
        (None, false) => vec![Scope::County],
        (None, true) => reporting::every_scope(plan),
    };
    let documents: usize = plans.iter().map(|plan| scopes(plan).len() * formats.len()).sum();
    let mut progress = Progress::new(documents as u64);
    let mut written = Vec::new();
    // One round at a time: a province's results do not lie in memory together.
    for plan in plans {
        let id = plan.round.id.clone();
        let Some((_, detail)) = results::get::<RoundDetail>(&base.db, &id).await? else {
            bail!("round {id:?} has not been computed yet; run `minyi analyse {id}` first");
        };
        let work = Work {
            scopes: scopes(&plan),
            plan,
            detail,
        };
        let (out, formats) = (out.clone(), formats.clone());
        let paths;
        (progress, paths) =
            tokio::task::spawn_blocking(move || write_all(&work, kind, &formats, (&out, lang), progress))
                .await??;
        written.extend(paths);
    }
    progress.finish();
    Ok(written)
}

/// The plans of the rounds to report on, by id; rounds without results are left out where all are asked for.
async fn plans(base: &Base, arguments: &ReportArgs) -> Result<Vec<Arc<Plan>>> {
    if let Some(id) = &arguments.id {
        return Ok(vec![rounds::plan(base, id).await?]);
    }
    let mut plans = Vec::new();
    for round in store::rounds::list(&base.db).await? {
        if results::is_computed(&base.db, &round.id).await? {
            plans.push(rounds::plan(base, &round.id).await?);
        } else {
            eprintln!("{}: not computed yet, left out", round.id);
        }
    }
    plans.sort_by(|a, b| a.round.id.cmp(&b.round.id));
    Ok(plans)
}

fn write_all(
    work: &Work,
    kind: Kind,
    formats: &[Format],
    (out, lang): (&Path, Lang),
    progress: Progress,
) -> Result<(Progress, Vec<PathBuf>)> {
    let release = Release::of(&work.detail, &work.plan);
    let mut written = Vec::new();
    for scope in &work.scopes {
        let report = reporting::of_release(&release, &work.plan, kind, scope, lang)?;
        for format in formats {
            let name = reporting::file_name_of(kind, &work.plan.round.id, scope, lang, *format);
            let path = out.join(&name);
            std::fs::write(&path, reporting::write(&report, *format)?)
                .with_context(|| path.display().to_string())?;
            written.push(path);
            progress.step(&name);
        }
    }
    Ok((progress, written))
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
