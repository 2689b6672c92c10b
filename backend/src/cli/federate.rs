//! `minyi federate`: a county's statistics out, a province's and the country's results from them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use analysis::publication::Named;
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use serde::Serialize;
use survey_forms::text::Text;

use super::failure::lang_of;
use super::progress::Progress;
use super::{load_config, say};
use crate::app::Base;
use crate::archive::ArchiveError;
use crate::archive::cluster::Engine;
use crate::archive::country::country;
use crate::archive::place::Place;
use crate::federate::signed::Signed;
use crate::federate::{self, FederateError, read_keys};
use crate::pages::{Lang, tr};

/// Commands of federation.
#[derive(Debug, Subcommand)]
pub enum FederateCommand {
    /// Write the signed statistics of a closed round, for the province: sums of the whole county, of nobody and nowhere
    /// in it, and none that a publication would withhold.
    Export {
        /// The round.
        round: String,
        /// The file; it must not exist yet.
        #[arg(long)]
        out: PathBuf,
    },
    /// Print this office's public key, for the province's list of keys.
    Key,
    /// Combine counties' statistics into results of the province.
    Combine(CombineArgs),
    /// Sum archived measures of any number of counties into results of provinces and the country.
    Country(CountryArgs),
}

/// What is combined, and into what.
#[derive(Debug, Args)]
pub struct CombineArgs {
    /// Files that `federate export` or `--share` wrote.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Code of the province.
    #[arg(long)]
    unit: String,
    /// Its name; the code by default.
    #[arg(long)]
    name: Option<String>,
    /// The results, as results.json.
    #[arg(long)]
    out: PathBuf,
    /// Codes and public keys of the counties, CSV: a file signed with another key is refused.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Also write the province's own signed statistics, for the country; it must not exist yet.
    #[arg(long, value_name = "FILE")]
    share: Option<PathBuf>,
}

/// What is summed.
#[derive(Debug, Args)]
pub struct CountryArgs {
    /// A folder, or s3://bucket/prefix.
    from: String,
    /// The round.
    #[arg(long)]
    round: String,
    /// Code of the whole.
    #[arg(long, default_value = "country")]
    unit: String,
    /// How many leading characters of a county's code name its province.
    #[arg(long, default_value_t = 2)]
    province_digits: usize,
    /// What sums: polars (this machine), or ballista://HOST:PORT, an Apache DataFusion Ballista cluster.
    #[arg(long, default_value = "polars")]
    engine: String,
    /// The results, as results.json.
    #[arg(long)]
    out: PathBuf,
    /// Codes and public keys of the counties, CSV: a county that was archived with another key is refused.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

/// Runs the command; only export, key and `--share` need this office's database and keys.
///
/// # Errors
/// [`FederateError`], [`ArchiveError`], a file that cannot be read or written.
pub async fn run(config: Option<&Path>, command: FederateCommand, lang: &str) -> Result<()> {
    let lang = lang_of(lang);
    match command {
        FederateCommand::Export { round, out } => {
            let base = Base::open(load_config(config)?).await?;
            let signed = federate::export(&base, &round).await?;
            write_new(&out, &signed)?;
            say(&tr!(
                lang,
                "federate.exported",
                path = out.display(),
                cells = signed.statistics.cells.len(),
                withheld = signed.statistics.withheld.len(),
                key = signed.key
            ));
        }
        FederateCommand::Key => {
            let base = Base::open(load_config(config)?).await?;
            say(&hex::encode(base.keys.verifying_key().as_bytes()));
        }
        FederateCommand::Combine(arguments) => combine(config, &arguments, lang).await?,
        FederateCommand::Country(arguments) => sum(&arguments, lang).await?,
    }
    Ok(())
}

async fn combine(config: Option<&Path>, arguments: &CombineArgs, lang: Lang) -> Result<()> {
    let mut files = Vec::new();
    for path in &arguments.files {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).with_context(|| name.clone())?;
        let signed: Signed = serde_json::from_slice(&bytes)
            .with_context(|| tr!(lang, "federate.no_statistics", file = name).into_owned())?;
        files.push((name, signed));
    }
    let keys = list_of_keys(arguments.keys.as_deref())?;
    let whole = named(&arguments.unit, arguments.name.as_deref());
    let (province, shared) = federate::combine(&whole, files, keys.as_ref())?;
    if let Some(path) = &arguments.share {
        let base = Base::open(load_config(config)?).await?;
        write_new(path, &Signed::of(&base.keys, shared, base.clock.today())?)?;
    }
    write(&arguments.out, &province)?;
    if !province.vouched {
        eprintln!("{}", tr!(lang, "federate.unvouched"));
    }
    for (group, versions) in &province.combined.wordings {
        eprintln!(
            "{}",
            tr!(lang, "federate.wordings", group = group, versions = versions)
        );
    }
    say(&tr!(
        lang,
        "federate.combined",
        path = arguments.out.display(),
        units = province.combined.sources.len(),
        figures = province
            .combined
            .results
            .indicators
            .iter()
            .filter(|row| row.unit == whole.code)
            .count(),
        lacking = province.combined.lacking.len()
    ));
    Ok(())
}

async fn sum(arguments: &CountryArgs, lang: Lang) -> Result<()> {
    let engine = Engine::read(&arguments.engine)?;
    let place = Place::open(&arguments.from).map_err(ArchiveError::from)?;
    let bar = Progress::new(1);
    let progress = |done: u64, all: u64| bar.set(done, all);
    let whole = named(&arguments.unit, None);
    let keys = list_of_keys(arguments.keys.as_deref())?;
    let digits = arguments.province_digits;
    let round = &arguments.round;
    let found = country(&place, round, &whole, digits, keys.as_ref(), &engine, &progress).await;
    bar.finish();
    let found = found?;
    write(&arguments.out, &found)?;
    for county in &found.unfinished {
        eprintln!("{}", tr!(lang, "federate.unfinished", county = county));
    }
    say(&tr!(
        lang,
        "federate.summed",
        path = arguments.out.display(),
        counties = found.counties,
        provinces = found.combined.sources.len(),
        rows = found.rows
    ));
    Ok(())
}

fn list_of_keys(path: Option<&Path>) -> Result<Option<BTreeMap<String, String>>> {
    let Some(path) = path else { return Ok(None) };
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(Some(read_keys(&text)?))
}

fn named(code: &str, name: Option<&str>) -> Named {
    let name = name.unwrap_or(code);
    Named {
        code: code.to_owned(),
        name: Text::zh_en(name, name),
    }
}

fn text(value: &impl Serialize) -> Result<Vec<u8>, FederateError> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn write(path: &Path, value: &impl Serialize) -> Result<()> {
    std::fs::write(path, text(value)?).with_context(|| path.display().to_string())
}

fn write_new(path: &Path, value: &impl Serialize) -> Result<()> {
    let mut file = std::fs::File::create_new(path).with_context(|| path.display().to_string())?;
    std::io::Write::write_all(&mut file, &text(value)?).with_context(|| path.display().to_string())
}
