//! Which interviewer visits which case.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{StoreError, upsert};
use crate::entity::assignments;

pub use crate::entity::assignments::Model as Assignment;

/// Gives a case to an interviewer, whoever had it before.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn put(conn: &impl ConnectionTrait, row: Assignment) -> Result<(), StoreError> {
    use assignments::Column;
    upsert::<assignments::Entity>(conn, row, &[Column::RoundId, Column::CaseId]).await
}

/// The interviewer of a case.
///
/// # Errors
/// See [`put`].
pub async fn find(
    conn: &impl ConnectionTrait,
    round: &str,
    case_id: &str,
) -> Result<Option<Assignment>, StoreError> {
    let key = (round.to_owned(), case_id.to_owned());
    Ok(assignments::Entity::find_by_id(key).one(conn).await?)
}

/// The cases of an interviewer over all rounds, by round and case.
///
/// # Errors
/// See [`put`].
pub async fn of_staff(conn: &impl ConnectionTrait, staff: Uuid) -> Result<Vec<Assignment>, StoreError> {
    Ok(assignments::Entity::find()
        .filter(assignments::Column::StaffId.eq(staff))
        .order_by_asc(assignments::Column::RoundId)
        .order_by_asc(assignments::Column::CaseId)
        .all(conn)
        .await?)
}

/// The interviewer of each assigned case of a round.
///
/// # Errors
/// See [`put`].
pub async fn of_round(
    conn: &impl ConnectionTrait,
    round: &str,
) -> Result<BTreeMap<String, Uuid>, StoreError> {
    let rows = assignments::Entity::find()
        .filter(assignments::Column::RoundId.eq(round))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.case_id, row.staff_id)).collect())
}

/// Takes cases back from whoever has them.
///
/// # Errors
/// See [`put`].
pub async fn remove(conn: &impl ConnectionTrait, round: &str, cases: &[String]) -> Result<(), StoreError> {
    // In parts: SQLite allows 32,766 values a statement.
    for part in cases.chunks(10_000) {
        assignments::Entity::delete_many()
            .filter(assignments::Column::RoundId.eq(round))
            .filter(assignments::Column::CaseId.is_in(part))
            .exec(conn)
            .await?;
    }
    Ok(())
}
