//! Staff accounts. Passwords are hashed by `auth`; here they are text.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::StoreError;
use crate::entity::staff;

pub use crate::entity::staff::Model as Staff;

/// Adds an account.
///
/// # Errors
/// When the database does not answer, or the login is taken.
pub async fn insert(conn: &impl ConnectionTrait, row: Staff) -> Result<(), StoreError> {
    staff::Entity::insert(row.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// The account with this login.
///
/// # Errors
/// When the database does not answer.
pub async fn by_login(conn: &impl ConnectionTrait, login: &str) -> Result<Option<Staff>, StoreError> {
    // No account has a NUL in its name, and PostgreSQL would answer with an error.
    if login.contains('\0') {
        return Ok(None);
    }
    Ok(staff::Entity::find()
        .filter(staff::Column::Login.eq(login))
        .one(conn)
        .await?)
}

/// The account with this id.
///
/// # Errors
/// When the database does not answer.
pub async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Staff>, StoreError> {
    Ok(staff::Entity::find_by_id(id).one(conn).await?)
}

/// All accounts, by login.
///
/// # Errors
/// When the database does not answer.
pub async fn list(conn: &impl ConnectionTrait) -> Result<Vec<Staff>, StoreError> {
    Ok(staff::Entity::find()
        .order_by_asc(staff::Column::Login)
        .all(conn)
        .await?)
}

/// Writes every column of an account back.
///
/// # Errors
/// When the database does not answer, or there is no such account.
pub async fn update(conn: &impl ConnectionTrait, row: Staff) -> Result<(), StoreError> {
    row.into_active_model().reset_all().update(conn).await?;
    Ok(())
}
