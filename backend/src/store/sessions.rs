//! Console sessions. The token is only in the cookie; here is its SHA-256.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::StoreError;
use crate::entity::sessions;

pub use crate::entity::sessions::Model as Session;

/// Adds a session.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, row: Session) -> Result<(), StoreError> {
    sessions::Entity::insert(row.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// The session of a token's hash.
///
/// # Errors
/// See [`insert`].
pub async fn find(conn: &impl ConnectionTrait, token_hash: &str) -> Result<Option<Session>, StoreError> {
    Ok(sessions::Entity::find_by_id(token_hash.to_owned())
        .one(conn)
        .await?)
}

/// Moves the end of a session.
///
/// # Errors
/// See [`insert`].
pub async fn extend(
    conn: &impl ConnectionTrait,
    token_hash: &str,
    expires_at: i64,
) -> Result<(), StoreError> {
    sessions::Entity::update_many()
        .col_expr(sessions::Column::ExpiresAt, Expr::value(expires_at))
        .filter(sessions::Column::TokenHash.eq(token_hash))
        .exec(conn)
        .await?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// See [`insert`].
pub async fn delete(conn: &impl ConnectionTrait, token_hash: &str) -> Result<(), StoreError> {
    sessions::Entity::delete_by_id(token_hash.to_owned())
        .exec(conn)
        .await?;
    Ok(())
}

/// The sessions of an account that have not ended by `now` (Unix milliseconds), the latest first.
///
/// # Errors
/// See [`insert`].
pub async fn list_of(conn: &impl ConnectionTrait, staff: Uuid, now: i64) -> Result<Vec<Session>, StoreError> {
    Ok(sessions::Entity::find()
        .filter(sessions::Column::StaffId.eq(staff))
        .filter(sessions::Column::ExpiresAt.gt(now))
        .order_by_desc(sessions::Column::CreatedAt)
        .order_by_asc(sessions::Column::TokenHash)
        .all(conn)
        .await?)
}

/// Keeps the sealed secret of a second factor that is being set up in a session; none ends setting up.
///
/// # Errors
/// See [`insert`].
pub async fn set_enrolling(
    conn: &impl ConnectionTrait,
    token_hash: &str,
    secret: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    sessions::Entity::update_many()
        .col_expr(sessions::Column::Enrolling, Expr::value(secret))
        .filter(sessions::Column::TokenHash.eq(token_hash))
        .exec(conn)
        .await?;
    Ok(())
}

/// Ends all sessions of an account, and its sign-ins half-way: when it is closed, or its password or second factor
/// changes.
///
/// # Errors
/// See [`insert`].
pub async fn delete_of(conn: &impl ConnectionTrait, staff: Uuid) -> Result<(), StoreError> {
    super::sign_ins::delete_of(conn, staff).await?;
    sessions::Entity::delete_many()
        .filter(sessions::Column::StaffId.eq(staff))
        .exec(conn)
        .await?;
    Ok(())
}

/// Removes sessions that ended before `now` (Unix milliseconds).
///
/// # Errors
/// See [`insert`].
pub async fn delete_expired(conn: &impl ConnectionTrait, now: i64) -> Result<(), StoreError> {
    sessions::Entity::delete_many()
        .filter(sessions::Column::ExpiresAt.lte(now))
        .exec(conn)
        .await?;
    Ok(())
}
