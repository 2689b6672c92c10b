//! Units under assessment, as a flat list with parents.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{StoreError, insert_all};
use crate::entity::units;

pub use crate::entity::units::Model as Unit;

/// The units of a round in the order of units.csv.
///
/// # Errors
/// When the database does not answer.
pub async fn list(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Unit>, StoreError> {
    let of_round = units::Entity::find().filter(units::Column::RoundId.eq(round));
    Ok(of_round.order_by_asc(units::Column::Ord).all(conn).await?)
}

/// Whether any round has a unit of this code.
///
/// # Errors
/// When the database does not answer.
pub async fn is_known(conn: &impl ConnectionTrait, code: &str) -> Result<bool, StoreError> {
    let found = units::Entity::find().filter(units::Column::Code.eq(code));
    Ok(found.one(conn).await?.is_some())
}

/// Replaces the units of a round.
///
/// # Errors
/// When the database does not answer.
pub async fn replace(conn: &impl ConnectionTrait, round: &str, rows: Vec<Unit>) -> Result<(), StoreError> {
    units::Entity::delete_many()
        .filter(units::Column::RoundId.eq(round))
        .exec(conn)
        .await?;
    insert_all::<units::Entity>(conn, rows).await
}
