//! Making the reports and briefs of all units: one archive a round and language. Safe to run again: the archive
//! replaces the one before, by rename, so that a reader finds a whole one or none.

use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use analysis::plan::Plan;
use analysis::results::RoundDetail;
use anyhow::{Context, Result};
use reports::build::{Release, Scope};
use reports::model::{Kind, Lang};
use sea_orm::DatabaseConnection;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use uuid::Uuid;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::queue::Work;
use crate::app::AppState;
use crate::reporting::{self, Format};
use crate::store::jobs::{self, Job};
use crate::store::results;

/// The kind of these jobs.
pub const KIND: &str = "reports";

/// The documents of a unit that go into the archive.
const KINDS: [Kind; 2] = [Kind::Annual, Kind::Brief];

/// What such a job is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The language of the reports.
    pub lang: Lang,
}

/// The job that is told how much of it is done.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Where jobs are kept.
    pub db: &'a DatabaseConnection,
    /// The job.
    pub job: Uuid,
}

/// Where the archive of a round and language lies, made or not.
pub fn archive(data_dir: &Path, round: &str, lang: Lang) -> PathBuf {
    data_dir
        .join("archives")
        .join(format!("{round}-reports-{}.zip", lang.code()))
}

/// Makes the archive of these scopes and records the share that is done.
///
/// # Errors
/// When a document cannot be written or the disk is full.
pub async fn make(
    path: &Path,
    (plan, release): (&Arc<Plan>, &Arc<Release>),
    scopes: &[Scope],
    lang: Lang,
    told: Told<'_>,
) -> Result<()> {
    let folder = path.parent().context("the archive has a folder")?;
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let draft = path.with_extension("zip.part");
    let file = std::fs::File::create(&draft).with_context(|| draft.display().to_string())?;
    let mut archive = ZipWriter::new(file);
    // PDFs are compressed already.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut done = 0;
    for some in scopes.chunks(cores) {
        let mut writers = JoinSet::new();
        for (at, scope) in some.iter().cloned().enumerate() {
            let (plan, release) = (Arc::clone(plan), Arc::clone(release));
            writers.spawn_blocking(move || documents(&plan, &release, &scope, lang).map(|made| (at, made)));
        }
        let mut made = Vec::new();
        while let Some(one) = writers.join_next().await {
            made.push(one??);
        }
        made.sort_by_key(|(at, _)| *at);
        for (name, content) in made.into_iter().flat_map(|(_, documents)| documents) {
            archive.start_file(name, options)?;
            archive.write_all(&content)?;
        }
        done += some.len();
        jobs::progress(told.db, told.job, done as f64 / scopes.len() as f64).await?;
    }
    archive.finish()?.sync_all()?;
    std::fs::rename(&draft, path).with_context(|| path.display().to_string())
}

/// The report and the brief of one scope, with their names.
fn documents(plan: &Plan, release: &Release, scope: &Scope, lang: Lang) -> Result<Vec<(String, Vec<u8>)>> {
    let made = KINDS.into_iter().map(|kind| {
        let report = reporting::of_release(release, plan, kind, scope, lang)?;
        let name = reporting::file_name_of(kind, &plan.round.id, scope, lang, Format::Pdf);
        Ok((name, reporting::write(&report, Format::Pdf)?))
    });
    made.collect()
}

/// The worker of the queue.
pub fn work(state: AppState, job: Job) -> Work {
    Box::pin(async move {
        let round = job.round_id.clone().context("the job names no round")?;
        let Payload { lang } = serde_json::from_str(&job.payload).context("the job names no language")?;
        let plan = crate::rounds::plan(&state.base(), &round).await?;
        let (_, detail) = results::get::<RoundDetail>(&state.db, &round)
            .await?
            .context("the results have not been computed yet")?;
        let release = {
            let plan = Arc::clone(&plan);
            Arc::new(tokio::task::spawn_blocking(move || Release::of(&detail, &plan)).await?)
        };
        let path = archive(&state.config.data_dir, &round, lang);
        let scopes = reporting::every_scope(&plan);
        let told = Told {
            db: &state.db,
            job: job.id,
        };
        make(&path, (&plan, &release), &scopes, lang, told).await
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handlers::testing::{ROUND, Server};

    #[tokio::test]
    async fn the_archive_holds_a_report_and_a_brief_of_each_scope_and_tells_how_far_it_is() {
        let server = Server::start().await;
        let plan = crate::rounds::plan(&server.base, ROUND).await.unwrap();
        let detail = crate::jobs::analyse::analyse(&server.base, ROUND).await.unwrap();
        let release = Arc::new(Release::of(&detail, &plan));
        let path = archive(&server.base.config.data_dir, ROUND, Lang::Zh);
        let scopes = &reporting::every_scope(&plan)[..2];
        let (db, job) = (&server.base.db, Uuid::from_u128(9));
        jobs::enqueue(db, job, KIND, Some(ROUND), &serde_json::json!({}), 0, 0)
            .await
            .unwrap();
        jobs::claim(db, &[KIND], 0, 1).await.unwrap().unwrap();
        let told = Told { db, job };
        make(&path, (&plan, &release), scopes, Lang::Zh, told)
            .await
            .unwrap();
        assert_eq!(jobs::find(db, job).await.unwrap().unwrap().progress, 1.0);
        let zip = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
        let mut names: Vec<&str> = zip.file_names().collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "yunxi-2026-990101001-brief-zh.pdf",
                "yunxi-2026-990101001-zh.pdf",
                "yunxi-2026-county-brief-zh.pdf",
                "yunxi-2026-county-zh.pdf",
            ]
        );
        let beside = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(beside, 1, "no draft is left");
    }
}
