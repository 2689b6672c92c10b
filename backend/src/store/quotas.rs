//! Places of quotas: which cell an accepted open-link response has taken, and how many places of a cell are taken.

use std::collections::BTreeMap;

use analysis::plan::QuotaPlan;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{StoreError, insert_all, responses::ACCEPTED};
use crate::entity::{quota_places, responses};

pub use crate::entity::quota_places::Model as QuotaPlace;

/// The name of a cell: the group, what makes cells, and the values.
pub fn key(quota: &QuotaPlan, cell: &[String]) -> String {
    serde_json::json!([quota.group, quota.by, cell]).to_string()
}

/// Places taken by accepted responses, by cell; a response that was withdrawn gives its place back.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn taken(conn: &impl ConnectionTrait, round: &str) -> Result<BTreeMap<String, u64>, StoreError> {
    let accepted = Query::select()
        .column(responses::Column::Id)
        .from(responses::Entity)
        .and_where(responses::Column::RoundId.eq(round))
        .and_where(responses::Column::State.eq(ACCEPTED))
        .take();
    let rows: Vec<(String, i64)> = quota_places::Entity::find()
        .select_only()
        .column(quota_places::Column::Cell)
        .column_as(quota_places::Column::ResponseId.count(), "n")
        .filter(quota_places::Column::RoundId.eq(round))
        .filter(quota_places::Column::ResponseId.in_subquery(accepted))
        .group_by(quota_places::Column::Cell)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(cell, n)| (cell, n.unsigned_abs()))
        .collect())
}

/// Takes places.
///
/// # Errors
/// See [`taken`].
pub async fn take(conn: &impl ConnectionTrait, places: Vec<QuotaPlace>) -> Result<(), StoreError> {
    insert_all::<quota_places::Entity>(conn, places).await
}

/// The cells in which a response has a place.
///
/// # Errors
/// See [`taken`].
pub async fn of_response(conn: &impl ConnectionTrait, response: Uuid) -> Result<Vec<String>, StoreError> {
    Ok(quota_places::Entity::find()
        .select_only()
        .column(quota_places::Column::Cell)
        .filter(quota_places::Column::ResponseId.eq(response))
        .into_tuple()
        .all(conn)
        .await?)
}

/// Gives the places of a response back: what a cell says of its respondent goes with the answers.
///
/// # Errors
/// See [`taken`].
pub async fn give_back(conn: &impl ConnectionTrait, response: Uuid) -> Result<(), StoreError> {
    quota_places::Entity::delete_many()
        .filter(quota_places::Column::ResponseId.eq(response))
        .exec(conn)
        .await?;
    Ok(())
}
