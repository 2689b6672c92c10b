//! The plan folder of a round, byte for byte. Files that name people are sealed
//! under the identity key before they reach the database.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{StoreError, insert_all};
use crate::clock::Entropy;
use crate::entity::plan_files;
use crate::keys::Keys;

/// Whether a file of the plan names people.
fn names_people(path: &str) -> bool {
    path == "frame.csv"
}

pub(super) fn context(round: &str, path: &str) -> String {
    format!("plan_files/{round}/{path}")
}

/// Replaces the plan's files; a frame that is stored stays where `files` brings none.
///
/// # Errors
/// When the database does not answer.
pub async fn replace(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    entropy: &Entropy,
    round: &str,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<(), StoreError> {
    let mut old = plan_files::Entity::delete_many().filter(plan_files::Column::RoundId.eq(round));
    if !files.contains_key("frame.csv") {
        old = old.filter(plan_files::Column::Path.ne("frame.csv"));
    }
    old.exec(conn).await?;
    for (path, bytes) in files {
        let sealed = names_people(path);
        let content = if sealed {
            keys.seal(&context(round, path), bytes, entropy)?
        } else {
            bytes.clone()
        };
        let row = plan_files::Model {
            round_id: round.to_owned(),
            path: path.clone(),
            content,
            sealed,
        };
        // One statement a file: forms and frames are large.
        insert_all::<plan_files::Entity>(conn, vec![row]).await?;
    }
    Ok(())
}

/// Takes the frame out.
///
/// # Errors
/// When the database does not answer.
pub async fn remove_frame(conn: &impl ConnectionTrait, round: &str) -> Result<(), StoreError> {
    plan_files::Entity::delete_by_id((round.to_owned(), "frame.csv".to_owned()))
        .exec(conn)
        .await?;
    Ok(())
}

/// The plan's files, opened; empty when there is no such round.
///
/// # Errors
/// When the database does not answer, or the key file is another one.
pub async fn read(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    round: &str,
) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
    let rows = plan_files::Entity::find()
        .filter(plan_files::Column::RoundId.eq(round))
        .all(conn)
        .await?;
    rows.into_iter()
        .map(|row| Ok((row.path.clone(), opened(keys, row)?)))
        .collect()
}

/// The plan's files but the frame; empty when there is no such round.
///
/// # Errors
/// See [`read`].
pub async fn read_without_frame(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    round: &str,
) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
    let rows = plan_files::Entity::find()
        .filter(plan_files::Column::RoundId.eq(round))
        .filter(plan_files::Column::Path.ne("frame.csv"))
        .all(conn)
        .await?;
    rows.into_iter()
        .map(|row| Ok((row.path.clone(), opened(keys, row)?)))
        .collect()
}

/// The paths of the plan's files, sorted.
///
/// # Errors
/// When the database does not answer.
pub async fn paths(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<String>, StoreError> {
    let rows = plan_files::Entity::find()
        .select_only()
        .column(plan_files::Column::Path)
        .filter(plan_files::Column::RoundId.eq(round))
        .order_by_asc(plan_files::Column::Path);
    Ok(rows.into_tuple().all(conn).await?)
}

/// One of the plan's files, opened.
///
/// # Errors
/// See [`read`].
pub async fn find(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    round: &str,
    path: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = plan_files::Entity::find()
        .filter(plan_files::Column::RoundId.eq(round))
        .filter(plan_files::Column::Path.eq(path))
        .one(conn)
        .await?;
    row.map(|row| opened(keys, row)).transpose()
}

fn opened(keys: &Keys, row: plan_files::Model) -> Result<Vec<u8>, StoreError> {
    if row.sealed {
        Ok(keys.open(&context(&row.round_id, &row.path), &row.content)?)
    } else {
        Ok(row.content)
    }
}
