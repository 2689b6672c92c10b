//! The drawn sample: what analysis needs to know of each invited case.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use super::{StoreError, insert_all};
use crate::entity::sample_cases;

pub use crate::entity::sample_cases::Model as SampleCase;

/// Replaces the sample of a round.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn replace(
    conn: &impl ConnectionTrait,
    round: &str,
    cases: Vec<SampleCase>,
) -> Result<(), StoreError> {
    sample_cases::Entity::delete_many()
        .filter(sample_cases::Column::RoundId.eq(round))
        .exec(conn)
        .await?;
    insert_all::<sample_cases::Entity>(conn, cases).await
}

/// The cases of a round, sorted by case id (by bytes, whatever the database's collation).
///
/// # Errors
/// See [`replace`].
pub async fn list(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<SampleCase>, StoreError> {
    let of_round = sample_cases::Entity::find().filter(sample_cases::Column::RoundId.eq(round));
    let mut cases = of_round
        .order_by_asc(sample_cases::Column::CaseId)
        .all(conn)
        .await?;
    cases.sort_by(|a, b| a.case_id.cmp(&b.case_id));
    Ok(cases)
}

/// One case.
///
/// # Errors
/// See [`replace`].
pub async fn find(
    conn: &impl ConnectionTrait,
    round: &str,
    case_id: &str,
) -> Result<Option<SampleCase>, StoreError> {
    Ok(
        sample_cases::Entity::find_by_id((round.to_owned(), case_id.to_owned()))
            .one(conn)
            .await?,
    )
}

/// How many cases a round has.
///
/// # Errors
/// See [`replace`].
pub async fn count(conn: &impl ConnectionTrait, round: &str) -> Result<u64, StoreError> {
    Ok(sample_cases::Entity::find()
        .filter(sample_cases::Column::RoundId.eq(round))
        .count(conn)
        .await?)
}
