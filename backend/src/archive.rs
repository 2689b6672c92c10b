//! A closed round in object storage: Parquet, partitioned by round and county, written once.
//!
//! ```text
//! responses/round=R/county=C/part-00000.parquet                          the answers, a row a response
//! responses/round=R/county=C/manifest.json
//! measures/round=R/county=C/perspective=P/part-00000.parquet             what figures are made of, a row a person
//! measures/round=R/county=C/manifest.json
//! ```
//!
//! Many counties write into one place, each under its own prefix, so that none waits for another. The manifest comes
//! last, by a put that fails where there is one: before it the county is not there for anybody who reads, after it
//! nothing is written any more. It names every object with its length and SHA-256 and is signed with the county's key.
//! Writing again goes on where it was cut short, and with a manifest in place checks every object against it.
//!
//! What the files hold is what an export holds ([`Detail`]): the reduced table, or, under an agreement that two people
//! confirmed, everything but identity; [`records`](analysis::federation::records) need such an agreement always.

pub mod cluster;
pub mod country;
pub mod manifest;
pub mod place;

use analysis::federation::{county, records};
use analysis::plan::Plan;
use analysis::results::RoundDetail;
use polars::prelude::{DataFrame, ParquetWriter};
use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;

use crate::app::Base;
use crate::dataset::{self, RoundData};
use crate::export::columns::Table;
use crate::export::{self, Detail, ExportError};
use crate::federate;
use crate::pages::{Lang, tr};
use crate::rounds::{self, RoundActError};
use crate::store::agreements::{self, Agreement};
use crate::store::rounds::RoundState;
use crate::store::{StoreError, begin, responses, tallies};
use manifest::{Manifest, Object};
use place::{Place, PlaceError};

/// Rows of one object: some megabytes, which a reader holds at once.
const PART_ROWS: u64 = 50_000;

/// What is archived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum DataSet {
    /// The answers.
    Responses,
    /// What each person adds to each figure, with weight and place in the design.
    Measures,
}

impl DataSet {
    /// The name of its folder.
    pub fn word(self) -> &'static str {
        match self {
            Self::Responses => "responses",
            Self::Measures => "measures",
        }
    }

    /// Where a county's part of a round is.
    pub fn folder(self, round: &str, county: &str) -> String {
        format!("{}/round={round}/county={county}", self.word())
    }
}

/// Why a round is not archived.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// The storage did not do what was asked.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The database did not answer.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// There is no such round.
    #[error("{0}")]
    Round(#[from] RoundActError),
    /// Answers could not be read.
    #[error("{0}")]
    Export(#[from] ExportError),
    /// The statistics could not be made.
    #[error("{0}")]
    Federate(#[from] federate::FederateError),
    /// The round is not over.
    #[error("round {0} is not closed")]
    NotClosed(String),
    /// There must be an agreement.
    #[error("an agreement is needed")]
    NoAgreement,
    /// The agreement does not hold.
    #[error("agreement {0} does not hold")]
    Agreement(Uuid),
    /// What is there is not what its manifest says.
    #[error("{path}: {reason}")]
    Altered {
        /// The object.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// Something else was archived under the same names.
    #[error("{folder} holds {there} rows of detail {detail}, not {here}")]
    Other {
        /// The folder.
        folder: String,
        /// Rows there.
        there: u64,
        /// Rows of the round.
        here: u64,
        /// Detail there.
        detail: String,
    },
    /// Nothing of a round is archived.
    #[error("{0} holds no county")]
    Nothing(String),
    /// An engine that there is not.
    #[error("{0:?} is no engine")]
    Engine(String),
    /// The cluster's client cannot be started.
    #[error("{program}: {error}")]
    Program {
        /// The program.
        program: String,
        /// What the system said.
        error: String,
    },
    /// A cluster did not sum.
    #[error("{scheduler}: {reason}")]
    Cluster {
        /// Host and port.
        scheduler: String,
        /// What its client said.
        reason: String,
    },
    /// A manifest of another program, or of a newer one.
    #[error("{path} is no manifest: {reason}")]
    Manifest {
        /// The manifest.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

impl ArchiveError {
    /// Whether the machine or the network is at fault and not what was given.
    pub fn is_environment(&self) -> bool {
        match self {
            Self::Place(error) => error.is_environment(),
            Self::Program { .. } | Self::Cluster { .. } => true,
            _ => false,
        }
    }

    /// What is wrong, where, and how to mend it; none where what is behind it says so.
    pub fn told(&self, lang: Lang) -> Option<String> {
        let told = match self {
            Self::Place(error) => return Some(error.told(lang)),
            Self::NotClosed(round) => tr!(lang, "archive.not_closed", round = round),
            Self::NoAgreement => tr!(lang, "archive.no_agreement"),
            Self::Agreement(id) => tr!(lang, "archive.agreement", id = id),
            Self::Altered { path, reason } => tr!(lang, "archive.altered", path = path, reason = reason),
            Self::Other {
                folder,
                there,
                here,
                detail,
            } => tr!(
                lang,
                "archive.other",
                folder = folder,
                there = there,
                here = here,
                detail = detail
            ),
            Self::Manifest { path, reason } => tr!(lang, "archive.manifest", path = path, reason = reason),
            Self::Engine(engine) => tr!(lang, "cluster.engine", engine = engine),
            Self::Program { program, error } => {
                tr!(lang, "cluster.program", program = program, error = error)
            }
            Self::Cluster { scheduler, reason } => {
                tr!(lang, "cluster.failed", scheduler = scheduler, error = reason)
            }
            Self::Nothing(folder) => tr!(lang, "archive.nothing", folder = folder),
            Self::Store(_) | Self::Round(_) | Self::Export(_) | Self::Federate(_) => return None,
        };
        Some(told.into_owned())
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Archived {
    /// Objects of the county in this data set.
    pub objects: usize,
    /// Rows in them.
    pub rows: u64,
    /// Objects that an earlier attempt had written.
    pub found: usize,
    /// Whether the manifest was there already, so that all was checked and nothing written.
    pub already: bool,
}

/// Archives a data set of a closed round, or checks what is archived of it.
///
/// - `progress`: told how many of how many responses are done.
///
/// # Errors
/// [`ArchiveError`]. What was written stays and is found by the next attempt.
pub async fn archive(
    base: &Base,
    id: &str,
    place: &Place,
    set: DataSet,
    agreement: Option<Uuid>,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Archived, ArchiveError> {
    let round = rounds::require(base, id).await?;
    if round.state_on(base.clock.today()) != RoundState::Closed {
        return Err(ArchiveError::NotClosed(id.to_owned()));
    }
    let detail = detail_of(base, id, set, agreement).await?;
    let plan = rounds::plan(base, id).await?;
    let folder = set.folder(id, &plan.county().code);
    let mut writer = Writer {
        place,
        folder: folder.clone(),
        objects: Vec::new(),
        found: 0,
    };
    if let Some(there) = Manifest::read(place, &folder).await? {
        let here = responses::count(&base.db, id).await?;
        let is_other = set == DataSet::Responses && there.rows() != here;
        if is_other || there.detail != word(detail) {
            return Err(ArchiveError::Other {
                folder,
                there: there.rows(),
                here,
                detail: there.detail,
            });
        }
        there.check(place, &folder, progress).await?;
        return Ok(Archived {
            objects: there.objects.len(),
            rows: there.rows(),
            found: there.objects.len(),
            already: true,
        });
    }
    let federate::Computed {
        plan,
        data,
        detail: computed,
    } = federate::computed(base, id).await?;
    match set {
        DataSet::Responses => {
            let table = Table::prepare(base, &plan, detail, None).await?;
            let all = tallies::total(&base.db, id).await?;
            let mut parts = export::Parts::new(base, &table, PART_ROWS);
            let mut done = 0;
            while let Some((bytes, rows)) = parts.next().await? {
                writer.part("", bytes, rows).await?;
                done += rows;
                progress(done, all.max(done));
            }
        }
        DataSet::Measures => {
            for (perspective, table) in tables(&plan, &data, &computed).await? {
                let all = table.height() as u64;
                for from in (0..all).step_by(PART_ROWS as usize) {
                    let mut part = table.slice(from as i64, PART_ROWS as usize);
                    let bytes = parquet(&mut part).map_err(ExportError::from)?;
                    writer
                        .part(
                            &format!("perspective={perspective}/"),
                            bytes,
                            part.height() as u64,
                        )
                        .await?;
                    progress(from + part.height() as u64, all);
                }
            }
        }
    }
    let found = writer.found;
    let manifest = Manifest::of(base, &plan, &data, &computed, word(detail), writer.objects)?;
    manifest.publish(place, &folder).await?;
    note(base, id, place, set, agreement, &manifest).await?;
    Ok(Archived {
        objects: manifest.objects.len(),
        rows: manifest.rows(),
        found,
        already: false,
    })
}

fn word(detail: Detail) -> &'static str {
    match detail {
        Detail::Reduced => "reduced",
        Detail::Full => "full",
    }
}

/// How much may be archived: everything but identity needs an agreement, and measures are nothing less.
async fn detail_of(
    base: &Base,
    id: &str,
    set: DataSet,
    agreement: Option<Uuid>,
) -> Result<Detail, ArchiveError> {
    let Some(number) = agreement else {
        return match set {
            DataSet::Responses => Ok(Detail::Reduced),
            DataSet::Measures => Err(ArchiveError::NoAgreement),
        };
    };
    let today = base.clock.today().to_string();
    let found: Option<Agreement> = agreements::find(&base.db, id, number).await?;
    match found.filter(|agreement| agreement.holds_on(&today)) {
        Some(_) => Ok(Detail::Full),
        None => Err(ArchiveError::Agreement(number)),
    }
}

/// The records of every perspective.
async fn tables(
    plan: &Plan,
    data: &RoundData,
    computed: &RoundDetail,
) -> Result<Vec<(String, DataFrame)>, ArchiveError> {
    let (plan, data) = (plan.clone(), data.clone());
    let sha256 = computed.results.plan_sha256.clone();
    let made = tokio::task::spawn_blocking(move || records::records(&data.input(&plan, &sha256)));
    let made = made.await.map_err(federate::FederateError::from)?;
    let made = made.map_err(ExportError::from)?;
    Ok(made
        .into_iter()
        .map(|records| (records.group, records.table))
        .collect())
}

fn parquet(table: &mut DataFrame) -> Result<Vec<u8>, dataset::DatasetError> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(table)?;
    Ok(bytes)
}

async fn note(
    base: &Base,
    id: &str,
    place: &Place,
    set: DataSet,
    agreement: Option<Uuid>,
    manifest: &Manifest,
) -> Result<(), StoreError> {
    let what = serde_json::json!({
        "data": set.word(),
        "place": place.told(),
        "detail": manifest.detail,
        "agreement": agreement,
        "objects": manifest.objects.len(),
        "rows": manifest.rows(),
    });
    let tx = begin(&base.db).await?;
    base.record(&tx, "cli", "responses.archive", id, what).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes the objects of one data set of one county.
struct Writer<'a> {
    place: &'a Place,
    folder: String,
    objects: Vec<Object>,
    found: usize,
}

impl Writer<'_> {
    /// Writes the next object, unless an attempt that was cut short left the same one.
    async fn part(&mut self, under: &str, bytes: Vec<u8>, rows: u64) -> Result<(), PlaceError> {
        let number = self
            .objects
            .iter()
            .filter(|object| object.name.starts_with(under))
            .count();
        let name = format!("{under}part-{number:05}.parquet");
        let path = format!("{}/{name}", self.folder);
        let object = Object {
            name,
            bytes: bytes.len() as u64,
            sha256: hex::encode(Sha256::digest(&bytes)),
            rows,
        };
        let there = self.place.get(&path).await?;
        if there.is_some_and(|there| hex::encode(Sha256::digest(&there)) == object.sha256) {
            self.found += 1;
        } else {
            self.place.put(&path, bytes).await?;
        }
        self.objects.push(object);
        Ok(())
    }
}

/// The statistics that go with a county's records: everything but the figures, which follow from them.
pub(crate) fn without_figures(
    plan: &Plan,
    data: &RoundData,
    computed: &RoundDetail,
) -> Result<analysis::federation::SharedStatistics, federate::FederateError> {
    let mut shared = county::statistics(&data.input(plan, &computed.results.plan_sha256), computed)?;
    shared.cells.clear();
    shared.crosses.clear();
    Ok(shared)
}
