//! The register of service institutions (服务资源) of a round.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use super::{StoreError, upsert};
use crate::entity::institutions;

pub use crate::entity::institutions::Model as Institution;

/// The institutions of a round by code, those that have closed among them.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn list(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Institution>, StoreError> {
    Ok(institutions::Entity::find()
        .filter(institutions::Column::RoundId.eq(round))
        .order_by_asc(institutions::Column::Code)
        .all(conn)
        .await?)
}

/// Whether the public finds anything in the register.
///
/// # Errors
/// See [`list`].
pub async fn any_open(conn: &impl ConnectionTrait, round: &str) -> Result<bool, StoreError> {
    let open = institutions::Entity::find()
        .filter(institutions::Column::RoundId.eq(round))
        .filter(institutions::Column::Closed.eq(false));
    Ok(open.count(conn).await? > 0)
}

/// Inserts institutions, or replaces those with the same codes.
///
/// # Errors
/// See [`list`].
pub async fn put(conn: &impl ConnectionTrait, rows: Vec<Institution>) -> Result<(), StoreError> {
    for row in rows {
        let key = [institutions::Column::RoundId, institutions::Column::Code];
        upsert::<institutions::Entity>(conn, row, &key).await?;
    }
    Ok(())
}
