//! The last computed results of a round.

use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::{StoreError, upsert};
use crate::entity::results;

/// Stores what was computed, in place of what was there.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn put<T: Serialize + Sync>(
    conn: &impl ConnectionTrait,
    round: &str,
    computed_at: i64,
    detail: &T,
) -> Result<(), StoreError> {
    let detail_json = serde_json::to_string(detail).map_err(|error| StoreError::Corrupt {
        table: "results",
        what: error.to_string(),
    })?;
    let row = results::Model {
        round_id: round.to_owned(),
        computed_at,
        detail_json,
    };
    upsert::<results::Entity>(conn, row, &[results::Column::RoundId]).await
}

/// What was computed last, and when (Unix milliseconds).
///
/// # Errors
/// See [`put`].
pub async fn get<T: DeserializeOwned>(
    conn: &impl ConnectionTrait,
    round: &str,
) -> Result<Option<(i64, T)>, StoreError> {
    let Some(row) = results::Entity::find_by_id(round.to_owned()).one(conn).await? else {
        return Ok(None);
    };
    let detail = serde_json::from_str(&row.detail_json).map_err(|error| StoreError::Corrupt {
        table: "results",
        what: error.to_string(),
    })?;
    Ok(Some((row.computed_at, detail)))
}

/// SHA-256 of what was computed last, hex: by it results are known without being read.
///
/// # Errors
/// See [`put`].
pub async fn digest(conn: &impl ConnectionTrait, round: &str) -> Result<Option<String>, StoreError> {
    let row = results::Entity::find_by_id(round.to_owned()).one(conn).await?;
    Ok(row.map(|row| hex::encode(Sha256::digest(row.detail_json))))
}

/// Whether anything was computed.
///
/// # Errors
/// See [`put`].
pub async fn is_computed(conn: &impl ConnectionTrait, round: &str) -> Result<bool, StoreError> {
    let count = results::Entity::find_by_id(round.to_owned()).count(conn).await?;
    Ok(count > 0)
}
