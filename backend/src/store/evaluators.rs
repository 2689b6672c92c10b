//! Evaluators engaged for a round, their conflicts of interest, and the draws that gave them their work.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{StoreError, upsert};
use crate::entity::{evaluator_conflicts, evaluators, scoring_draws};

pub use crate::entity::evaluator_conflicts::Model as Conflict;
pub use crate::entity::evaluators::Model as Evaluator;
pub use crate::entity::scoring_draws::Model as Draw;

/// Engages somebody, or writes back what changed of it.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn put(conn: &impl ConnectionTrait, row: Evaluator) -> Result<(), StoreError> {
    use evaluators::Column;
    upsert::<evaluators::Entity>(conn, row, &[Column::RoundId, Column::StaffId]).await
}

/// An evaluator's engagement in a round.
///
/// # Errors
/// See [`put`].
pub async fn find(
    conn: &impl ConnectionTrait,
    round: &str,
    staff: Uuid,
) -> Result<Option<Evaluator>, StoreError> {
    let key = (round.to_owned(), staff);
    Ok(evaluators::Entity::find_by_id(key).one(conn).await?)
}

/// Whoever was engaged for a round, those who left too.
///
/// # Errors
/// See [`put`].
pub async fn list(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Evaluator>, StoreError> {
    Ok(evaluators::Entity::find()
        .filter(evaluators::Column::RoundId.eq(round))
        .order_by_asc(evaluators::Column::StaffId)
        .all(conn)
        .await?)
}

/// Writes a conflict down; what was known of the same kind with the same unit stays as it is.
///
/// # Errors
/// See [`put`].
pub async fn add_conflict(conn: &impl ConnectionTrait, row: Conflict) -> Result<bool, StoreError> {
    let key = (
        row.round_id.clone(),
        row.staff_id,
        row.unit.clone(),
        row.kind.clone(),
    );
    if evaluator_conflicts::Entity::find_by_id(key)
        .one(conn)
        .await?
        .is_some()
    {
        return Ok(false);
    }
    evaluator_conflicts::Entity::insert(row.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(true)
}

/// The conflicts known in a round, by person, unit and kind.
///
/// # Errors
/// See [`put`].
pub async fn conflicts(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Conflict>, StoreError> {
    use evaluator_conflicts::Column;
    Ok(evaluator_conflicts::Entity::find()
        .filter(Column::RoundId.eq(round))
        .order_by_asc(Column::StaffId)
        .order_by_asc(Column::Unit)
        .order_by_asc(Column::Kind)
        .all(conn)
        .await?)
}

/// Writes a draw down.
///
/// # Errors
/// See [`put`]; when another draw has its number.
pub async fn add_draw(conn: &impl ConnectionTrait, row: Draw) -> Result<(), StoreError> {
    scoring_draws::Entity::insert(row.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// The draws of a round, oldest first.
///
/// # Errors
/// See [`put`].
pub async fn draws(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Draw>, StoreError> {
    Ok(scoring_draws::Entity::find()
        .filter(scoring_draws::Column::RoundId.eq(round))
        .order_by_asc(scoring_draws::Column::Seq)
        .all(conn)
        .await?)
}
