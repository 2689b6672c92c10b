//! Sign-ins between password and code. The token is only in the cookie; here is its SHA-256.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::StoreError;
use crate::entity::sign_ins;

pub use crate::entity::sign_ins::Model as SignIn;

/// Adds one, and removes those that ended before `now` (Unix milliseconds).
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, row: SignIn, now: i64) -> Result<(), StoreError> {
    sign_ins::Entity::delete_many()
        .filter(sign_ins::Column::ExpiresAt.lte(now))
        .exec(conn)
        .await?;
    sign_ins::Entity::insert(row.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// The one of a token's hash.
///
/// # Errors
/// See [`insert`].
pub async fn find(conn: &impl ConnectionTrait, token_hash: &str) -> Result<Option<SignIn>, StoreError> {
    Ok(sign_ins::Entity::find_by_id(token_hash.to_owned())
        .one(conn)
        .await?)
}

/// Counts a wrong code.
///
/// # Errors
/// See [`insert`].
pub async fn count_try(conn: &impl ConnectionTrait, token_hash: &str) -> Result<(), StoreError> {
    sign_ins::Entity::update_many()
        .col_expr(sign_ins::Column::Tries, Expr::col(sign_ins::Column::Tries).add(1))
        .filter(sign_ins::Column::TokenHash.eq(token_hash))
        .exec(conn)
        .await?;
    Ok(())
}

/// Ends one; false when it has ended before, by whichever server.
///
/// # Errors
/// See [`insert`].
pub async fn delete(conn: &impl ConnectionTrait, token_hash: &str) -> Result<bool, StoreError> {
    let done = sign_ins::Entity::delete_by_id(token_hash.to_owned())
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends all of an account: when it is closed, or its password or second factor changes.
///
/// # Errors
/// See [`insert`].
pub async fn delete_of(conn: &impl ConnectionTrait, staff: Uuid) -> Result<(), StoreError> {
    sign_ins::Entity::delete_many()
        .filter(sign_ins::Column::StaffId.eq(staff))
        .exec(conn)
        .await?;
    Ok(())
}
