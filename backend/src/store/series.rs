//! Revisions of the administrative series of a round. `admin.csv` stays as it was sealed; revisions lie over it in the
//! order of their numbers, and nothing is overwritten.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{StoreError, insert_all};
use crate::entity::{series_revisions, series_values};

pub use crate::entity::series_revisions::Model as Revision;
pub use crate::entity::series_values::Model as SeriesValue;

/// Appends a revision with its figures.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(
    conn: &impl ConnectionTrait,
    revision: Revision,
    values: Vec<SeriesValue>,
) -> Result<(), StoreError> {
    insert_all::<series_revisions::Entity>(conn, vec![revision]).await?;
    insert_all::<series_values::Entity>(conn, values).await
}

/// The revisions of a round, the latest first.
///
/// # Errors
/// See [`insert`].
pub async fn revisions(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Revision>, StoreError> {
    Ok(series_revisions::Entity::find()
        .filter(series_revisions::Column::RoundId.eq(round))
        .order_by_desc(series_revisions::Column::Revision)
        .all(conn)
        .await?)
}

/// The latest revision of a round, if there is one.
///
/// # Errors
/// See [`insert`].
pub async fn latest(conn: &impl ConnectionTrait, round: &str) -> Result<Option<Revision>, StoreError> {
    Ok(series_revisions::Entity::find()
        .filter(series_revisions::Column::RoundId.eq(round))
        .order_by_desc(series_revisions::Column::Revision)
        .one(conn)
        .await?)
}

/// Every figure that a revision of the round has set, the first revision first.
///
/// # Errors
/// See [`insert`].
pub async fn values(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<SeriesValue>, StoreError> {
    Ok(series_values::Entity::find()
        .filter(series_values::Column::RoundId.eq(round))
        .order_by_asc(series_values::Column::Revision)
        .order_by_asc(series_values::Column::Code)
        .order_by_asc(series_values::Column::Unit)
        .order_by_asc(series_values::Column::Period)
        .all(conn)
        .await?)
}

/// The figures of one revision, by series, unit and period.
///
/// # Errors
/// See [`insert`].
pub async fn of_revision(
    conn: &impl ConnectionTrait,
    round: &str,
    revision: i32,
) -> Result<Vec<SeriesValue>, StoreError> {
    Ok(series_values::Entity::find()
        .filter(series_values::Column::RoundId.eq(round))
        .filter(series_values::Column::Revision.eq(revision))
        .order_by_asc(series_values::Column::Code)
        .order_by_asc(series_values::Column::Unit)
        .order_by_asc(series_values::Column::Period)
        .all(conn)
        .await?)
}
