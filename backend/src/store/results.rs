//! The last computed results of a round.

use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, QuerySelect};
use serde::Serialize;
use serde::de::DeserializeOwned;

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

/// When results were computed last, Unix milliseconds, without reading them.
///
/// # Errors
/// See [`put`].
pub async fn computed_at(conn: &impl ConnectionTrait, round: &str) -> Result<Option<i64>, StoreError> {
    Ok(results::Entity::find_by_id(round.to_owned())
        .select_only()
        .column(results::Column::ComputedAt)
        .into_tuple()
        .one(conn)
        .await?)
}

/// Whether anything was computed.
///
/// # Errors
/// See [`put`].
pub async fn is_computed(conn: &impl ConnectionTrait, round: &str) -> Result<bool, StoreError> {
    let count = results::Entity::find_by_id(round.to_owned()).count(conn).await?;
    Ok(count > 0)
}
