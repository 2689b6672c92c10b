//! What the office did about points raised by all (您说我改).

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{StoreError, insert_all};
use crate::entity::improvements;

pub use crate::entity::improvements::Model as Improvement;

/// Publishes entries.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, rows: Vec<Improvement>) -> Result<(), StoreError> {
    insert_all::<improvements::Entity>(conn, rows).await
}

/// All entries of a round, newest first, those taken back among them.
///
/// # Errors
/// See [`insert`].
pub async fn list(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Improvement>, StoreError> {
    Ok(improvements::Entity::find()
        .filter(improvements::Column::RoundId.eq(round))
        .order_by_desc(improvements::Column::Day)
        .order_by_asc(improvements::Column::Id)
        .all(conn)
        .await?)
}

/// The published entries of a round, newest first.
///
/// # Errors
/// See [`insert`].
pub async fn published(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Improvement>, StoreError> {
    let mut rows = list(conn, round).await?;
    rows.retain(|row| !row.withdrawn);
    Ok(rows)
}

/// Takes an entry back; whether there was one to take back.
///
/// # Errors
/// See [`insert`].
pub async fn withdraw(conn: &impl ConnectionTrait, round: &str, id: Uuid) -> Result<bool, StoreError> {
    let done = improvements::Entity::update_many()
        .col_expr(improvements::Column::Withdrawn, Expr::value(true))
        .filter(improvements::Column::Id.eq(id))
        .filter(improvements::Column::RoundId.eq(round))
        .filter(improvements::Column::Withdrawn.eq(false))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}
