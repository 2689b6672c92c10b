//! Exceptions for interviewers whom a judged unit employs.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{StoreError, upsert};
use crate::entity::interviewer_exceptions;

pub use crate::entity::interviewer_exceptions::Model as Exception;

/// Grants an exception, or replaces its reason.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn put(conn: &impl ConnectionTrait, row: Exception) -> Result<(), StoreError> {
    use interviewer_exceptions::Column;
    upsert::<interviewer_exceptions::Entity>(conn, row, &[Column::RoundId, Column::StaffId]).await
}

/// The exceptions of a round by interviewer.
///
/// # Errors
/// See [`put`].
pub async fn of_round(
    conn: &impl ConnectionTrait,
    round: &str,
) -> Result<BTreeMap<Uuid, Exception>, StoreError> {
    let rows = interviewer_exceptions::Entity::find()
        .filter(interviewer_exceptions::Column::RoundId.eq(round))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.staff_id, row)).collect())
}

/// The exception of an interviewer in a round.
///
/// # Errors
/// See [`put`].
pub async fn find(
    conn: &impl ConnectionTrait,
    round: &str,
    staff: Uuid,
) -> Result<Option<Exception>, StoreError> {
    let key = (round.to_owned(), staff);
    Ok(interviewer_exceptions::Entity::find_by_id(key).one(conn).await?)
}

/// Takes an exception away; tells whether there was one.
///
/// # Errors
/// See [`put`].
pub async fn remove(conn: &impl ConnectionTrait, round: &str, staff: Uuid) -> Result<bool, StoreError> {
    let key = (round.to_owned(), staff);
    let done = interviewer_exceptions::Entity::delete_by_id(key)
        .exec(conn)
        .await?;
    Ok(done.rows_affected > 0)
}
