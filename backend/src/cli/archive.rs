//! `minyi archive`: a closed round into object storage.

use anyhow::Result;
use clap::Args;
use uuid::Uuid;

use super::failure::lang_of;
use super::progress::Progress;
use super::say;
use crate::app::Base;
use crate::archive::place::Place;
use crate::archive::{self, ArchiveError, DataSet};
use crate::pages::tr;

/// Write a closed round into object storage as Parquet, partitioned by round and county; run again to go on where it was
/// cut short, or to check what is there.
#[derive(Debug, Args)]
pub struct ArchiveArgs {
    /// The round.
    pub round: String,
    /// A folder, or s3://bucket/prefix; region, endpoint and credentials come from AWS_… in the environment.
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// The answers, or what each person adds to each figure.
    #[arg(long, value_enum, default_value = "responses")]
    pub data: DataSet,
    /// Everything but identity, under this agreement of the console; measures always need one.
    #[arg(long, value_name = "AGREEMENT")]
    pub agreement: Option<Uuid>,
}

/// Archives, and says what is there.
///
/// # Errors
/// [`ArchiveError`].
pub async fn run(base: &Base, arguments: &ArchiveArgs, lang: &str) -> Result<()> {
    let lang = lang_of(lang);
    let place = Place::open(&arguments.to).map_err(ArchiveError::from)?;
    let bar = Progress::new(1);
    let progress = |done: u64, all: u64| bar.set(done, all);
    let done = archive::archive(
        base,
        &arguments.round,
        &place,
        arguments.data,
        arguments.agreement,
        &progress,
    )
    .await;
    bar.finish();
    let done = done?;
    let told = match done.already {
        true => tr!(
            lang,
            "archive.already",
            objects = done.objects,
            rows = done.rows,
            place = place.told()
        ),
        false => tr!(
            lang,
            "archive.written",
            objects = done.objects,
            rows = done.rows,
            found = done.found,
            place = place.told()
        ),
    };
    say(&told);
    Ok(())
}
