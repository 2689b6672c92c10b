//! Third-party marks.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{StoreError, insert_all};
use crate::entity::criterion_scores;

pub use crate::entity::criterion_scores::Model as CriterionScoreRow;

/// Adds marks.
///
/// # Errors
/// When the database does not answer, or a scorer marked a criterion twice.
pub async fn insert(conn: &impl ConnectionTrait, rows: Vec<CriterionScoreRow>) -> Result<(), StoreError> {
    insert_all::<criterion_scores::Entity>(conn, rows).await
}

/// The marks of a round, by unit, criterion and scorer.
///
/// # Errors
/// When the database does not answer.
pub async fn list(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<CriterionScoreRow>, StoreError> {
    let of_round = criterion_scores::Entity::find().filter(criterion_scores::Column::RoundId.eq(round));
    Ok(of_round
        .order_by_asc(criterion_scores::Column::Unit)
        .order_by_asc(criterion_scores::Column::Criterion)
        .order_by_asc(criterion_scores::Column::Scorer)
        .all(conn)
        .await?)
}

/// Takes all marks of a round away: those that count are written anew as a whole.
///
/// # Errors
/// When the database does not answer.
pub async fn clear(conn: &impl ConnectionTrait, round: &str) -> Result<(), StoreError> {
    criterion_scores::Entity::delete_many()
        .filter(criterion_scores::Column::RoundId.eq(round))
        .exec(conn)
        .await?;
    Ok(())
}

/// Takes the marks of a unit on some criteria away; returns how many there were.
///
/// # Errors
/// When the database does not answer.
pub async fn remove(
    conn: &impl ConnectionTrait,
    round: &str,
    unit: &str,
    criteria: &[String],
) -> Result<u64, StoreError> {
    let done = criterion_scores::Entity::delete_many()
        .filter(criterion_scores::Column::RoundId.eq(round))
        .filter(criterion_scores::Column::Unit.eq(unit))
        .filter(criterion_scores::Column::Criterion.is_in(criteria))
        .exec(conn)
        .await?;
    Ok(done.rows_affected)
}
