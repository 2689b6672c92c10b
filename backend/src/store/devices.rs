//! Interviewers' phones and tablets. The bearer tokens are only on the device; here are their keyed hashes.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::StoreError;
use crate::entity::devices;

pub use crate::entity::devices::Model as Device;

/// In use.
pub const ACTIVE: &str = "active";
/// Reported lost: to be wiped at its next contact.
pub const WIPE: &str = "wipe";
/// Has confirmed that it wiped itself.
pub const WIPED: &str = "wiped";
/// Its owner has signed out of the app; its tokens are ended.
pub const LEFT: &str = "left";

/// Adds a device.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, row: Device) -> Result<(), StoreError> {
    devices::Entity::insert(row.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// The device of a token's keyed hash, whichever of its two tokens that is.
///
/// # Errors
/// See [`insert`].
pub async fn by_token(conn: &impl ConnectionTrait, token_hash: &str) -> Result<Option<Device>, StoreError> {
    let either = Condition::any()
        .add(devices::Column::TokenHash.eq(token_hash))
        .add(devices::Column::SendHash.eq(token_hash));
    Ok(devices::Entity::find().filter(either).one(conn).await?)
}

/// The device with this id.
///
/// # Errors
/// See [`insert`].
pub async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Device>, StoreError> {
    Ok(devices::Entity::find_by_id(id).one(conn).await?)
}

/// All devices, the latest contact first.
///
/// # Errors
/// See [`insert`].
pub async fn list(conn: &impl ConnectionTrait) -> Result<Vec<Device>, StoreError> {
    Ok(devices::Entity::find()
        .order_by_desc(devices::Column::LastSeenDay)
        .order_by_desc(devices::Column::CreatedAt)
        .all(conn)
        .await?)
}

/// Remembers the day of a contact.
///
/// # Errors
/// See [`insert`].
pub async fn seen(conn: &impl ConnectionTrait, id: Uuid, day: &str) -> Result<(), StoreError> {
    devices::Entity::update_many()
        .col_expr(devices::Column::LastSeenDay, Expr::value(day))
        .filter(devices::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Sets the state of a device that is in the state `from`; tells whether it was.
///
/// # Errors
/// See [`insert`].
pub async fn set_state(
    conn: &impl ConnectionTrait,
    id: Uuid,
    from: &str,
    to: &str,
) -> Result<bool, StoreError> {
    let done = devices::Entity::update_many()
        .col_expr(devices::Column::State, Expr::value(to))
        .filter(devices::Column::Id.eq(id))
        .filter(devices::Column::State.eq(from))
        .exec(conn)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Sets after how many days without contact a device wipes itself.
///
/// # Errors
/// See [`insert`].
pub async fn set_max_offline_days(
    conn: &impl ConnectionTrait,
    id: Uuid,
    days: i32,
) -> Result<(), StoreError> {
    devices::Entity::update_many()
        .col_expr(devices::Column::MaxOfflineDays, Expr::value(days))
        .filter(devices::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}
