//! The plan folder of a round, byte for byte. Files that name people are sealed
//! under the identity key before they reach the database.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::{StoreError, insert_all};
use crate::clock::Entropy;
use crate::entity::plan_files;
use crate::keys::Keys;

/// Whether a file of the plan names people.
fn names_people(path: &str) -> bool {
    path == "frame.csv"
}

fn context(round: &str, path: &str) -> String {
    format!("plan_files/{round}/{path}")
}

/// Replaces the plan's files.
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
    plan_files::Entity::delete_many()
        .filter(plan_files::Column::RoundId.eq(round))
        .exec(conn)
        .await?;
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
        .map(|row| {
            let content = if row.sealed {
                keys.open(&context(round, &row.path), &row.content)?
            } else {
                row.content
            };
            Ok((row.path, content))
        })
        .collect()
}
