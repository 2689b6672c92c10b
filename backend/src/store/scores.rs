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
