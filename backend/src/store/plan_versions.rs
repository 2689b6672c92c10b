//! Saved states of plans, and the working copy between them. Contents are kept once for each round, by their SHA-256;
//! a state is the list of its paths. The frame is in none of them: it names people, and stays where it is sealed.

use std::collections::{BTreeMap, BTreeSet};

use analysis::plan::PlanFiles;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use sha2::{Digest, Sha256};

use super::{StoreError, insert_all, upsert};
use crate::entity::{plan_blobs, plan_copies, plan_versions};

pub use crate::entity::plan_copies::Model as PlanCopy;
pub use crate::entity::plan_versions::Model as PlanVersion;

/// Paths of a plan and the SHA-256 of their contents, hex.
pub type Manifest = BTreeMap<String, String>;

/// How a state of a plan came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A folder or archive was read in.
    Import,
    /// It was saved in the console.
    Edit,
    /// It was sealed.
    Seal,
    /// It took the place of a sealed plan.
    Amend,
}

impl Kind {
    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Edit => "edit",
            Self::Seal => "seal",
            Self::Amend => "amend",
        }
    }
}

impl PlanVersion {
    /// Whether this state was or is in force: a sealed plan, or an amendment of one.
    pub fn is_published(&self) -> bool {
        [Kind::Seal, Kind::Amend]
            .iter()
            .any(|kind| kind.as_str() == self.kind)
    }
}

/// The SHA-256 of a content, hex.
pub fn fingerprint(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The fingerprint of a whole state: it changes with any path and any byte.
pub fn fingerprint_of(manifest: &Manifest) -> String {
    let mut hash = Sha256::new();
    for (path, content) in manifest {
        hash.update(path.as_bytes());
        hash.update([0]);
        hash.update(content.as_bytes());
        hash.update([0]);
    }
    hex::encode(hash.finalize())
}

/// The manifest of files; the frame is left out.
pub fn manifest_of(files: &PlanFiles) -> Manifest {
    let kept = files.iter().filter(|(path, _)| path.as_str() != "frame.csv");
    kept.map(|(path, bytes)| (path.clone(), fingerprint(bytes)))
        .collect()
}

fn parse(table: &'static str, text: &str) -> Result<Manifest, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt {
        table,
        what: format!("manifest, column {}", error.column()),
    })
}

fn written(manifest: &Manifest) -> String {
    // Strings alone: nothing of it can fail to be written.
    serde_json::to_string(manifest).unwrap_or_default()
}

/// Keeps the contents of `files` and gives their manifest.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn keep(
    conn: &impl ConnectionTrait,
    round: &str,
    files: &PlanFiles,
) -> Result<Manifest, StoreError> {
    let manifest = manifest_of(files);
    let known: BTreeSet<String> = plan_blobs::Entity::find()
        .select_only()
        .column(plan_blobs::Column::Sha256)
        .filter(plan_blobs::Column::RoundId.eq(round))
        .into_tuple::<String>()
        .all(conn)
        .await?
        .into_iter()
        .collect();
    for (path, sha256) in manifest.iter().filter(|(_, sha256)| !known.contains(*sha256)) {
        let row = plan_blobs::Model {
            round_id: round.to_owned(),
            sha256: sha256.clone(),
            content: files.get(path).cloned().unwrap_or_default(),
        };
        // One statement a file: forms and films are large. Two paths may have the same content.
        plan_blobs::Entity::insert(row.into_active_model())
            .on_conflict(
                OnConflict::columns([plan_blobs::Column::RoundId, plan_blobs::Column::Sha256])
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(conn)
            .await?;
    }
    Ok(manifest)
}

/// The files of a manifest.
///
/// # Errors
/// See [`keep`]; when a content is gone.
pub async fn files(
    conn: &impl ConnectionTrait,
    round: &str,
    manifest: &Manifest,
) -> Result<PlanFiles, StoreError> {
    let wanted: BTreeSet<&String> = manifest.values().collect();
    let rows = plan_blobs::Entity::find()
        .filter(plan_blobs::Column::RoundId.eq(round))
        .filter(plan_blobs::Column::Sha256.is_in(wanted))
        .all(conn)
        .await?;
    let by_hash: BTreeMap<String, Vec<u8>> = rows.into_iter().map(|row| (row.sha256, row.content)).collect();
    manifest
        .iter()
        .map(|(path, sha256)| {
            let content = by_hash.get(sha256).ok_or_else(|| StoreError::Corrupt {
                table: "plan_blobs",
                what: format!("the content of {path} is gone"),
            })?;
            Ok((path.clone(), content.clone()))
        })
        .collect()
}

/// Every saved state of a round's plan, the first one first.
///
/// # Errors
/// See [`keep`].
pub async fn of_round(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<PlanVersion>, StoreError> {
    Ok(plan_versions::Entity::find()
        .filter(plan_versions::Column::RoundId.eq(round))
        .order_by_asc(plan_versions::Column::Seq)
        .all(conn)
        .await?)
}

/// The files of a saved state.
///
/// # Errors
/// See [`files`].
pub async fn files_of(conn: &impl ConnectionTrait, version: &PlanVersion) -> Result<PlanFiles, StoreError> {
    let manifest = parse("plan_versions", &version.manifest)?;
    files(conn, &version.round_id, &manifest).await
}

/// Appends a saved state: `version` brings everything but its number and its manifest.
///
/// # Errors
/// See [`keep`].
pub async fn append(
    conn: &impl ConnectionTrait,
    mut version: PlanVersion,
    plan: &PlanFiles,
) -> Result<i32, StoreError> {
    version.manifest = written(&keep(conn, &version.round_id, plan).await?);
    let last = of_round(conn, &version.round_id).await?;
    version.seq = last.last().map_or(1, |last| last.seq + 1);
    let seq = version.seq;
    insert_all::<plan_versions::Entity>(conn, vec![version]).await?;
    Ok(seq)
}

/// The working copy of a round's plan and its manifest.
///
/// # Errors
/// See [`keep`].
pub async fn copy(
    conn: &impl ConnectionTrait,
    round: &str,
) -> Result<Option<(PlanCopy, Manifest)>, StoreError> {
    let row = plan_copies::Entity::find_by_id(round.to_owned())
        .one(conn)
        .await?;
    row.map(|row| {
        let manifest = parse("plan_copies", &row.manifest)?;
        Ok((row, manifest))
    })
    .transpose()
}

/// Puts the working copy in place of what was there.
///
/// # Errors
/// See [`keep`].
pub async fn put_copy(
    conn: &impl ConnectionTrait,
    mut row: PlanCopy,
    plan: &PlanFiles,
) -> Result<(), StoreError> {
    row.manifest = written(&keep(conn, &row.round_id, plan).await?);
    upsert::<plan_copies::Entity>(conn, row, &[plan_copies::Column::RoundId]).await
}

/// Forgets the working copy.
///
/// # Errors
/// See [`keep`].
pub async fn drop_copy(conn: &impl ConnectionTrait, round: &str) -> Result<(), StoreError> {
    plan_copies::Entity::delete_by_id(round.to_owned())
        .exec(conn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{begin, testing};

    fn plan(text: &str) -> PlanFiles {
        PlanFiles::from([
            ("plan.toml".to_owned(), text.as_bytes().to_vec()),
            ("a.md".to_owned(), b"same".to_vec()),
            ("b.md".to_owned(), b"same".to_vec()),
            ("frame.csv".to_owned(), b"people".to_vec()),
        ])
    }

    fn version(kind: Kind) -> PlanVersion {
        PlanVersion {
            round_id: "r".to_owned(),
            seq: 0,
            kind: kind.as_str().to_owned(),
            plan_sha256: String::new(),
            manifest: String::new(),
            reason: String::new(),
            actor: "test".to_owned(),
            at: 0,
            day: String::new(),
            answers_before: 0,
        }
    }

    #[tokio::test]
    async fn saved_states_come_back_byte_for_byte_without_the_frame() {
        let (_dir, db) = testing::database().await;
        let tx = begin(&db).await.unwrap();
        assert_eq!(append(&tx, version(Kind::Import), &plan("one")).await.unwrap(), 1);
        assert_eq!(append(&tx, version(Kind::Seal), &plan("two")).await.unwrap(), 2);
        tx.commit().await.unwrap();
        let all = of_round(&db, "r").await.unwrap();
        assert_eq!(
            all.iter().map(PlanVersion::is_published).collect::<Vec<_>>(),
            [false, true]
        );
        let first = files_of(&db, &all[0]).await.unwrap();
        assert_eq!(first["plan.toml"], b"one");
        assert_eq!(first["b.md"], b"same");
        assert!(!first.contains_key("frame.csv"));
    }
}
