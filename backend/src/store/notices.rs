//! What happened to accounts and their owners should know, where they hear of it, and the browsers they signed in with.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{StoreError, insert_all, upsert};
use crate::entity::{staff_addresses, staff_browsers, staff_notices};

pub use crate::entity::staff_addresses::Model as Address;
pub use crate::entity::staff_browsers::Model as KnownBrowser;
pub use crate::entity::staff_notices::Model as Notice;

/// Adds a notice.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, row: Notice) -> Result<(), StoreError> {
    insert_all::<staff_notices::Entity>(conn, vec![row]).await
}

/// The notices of an account, the latest first.
///
/// # Errors
/// See [`insert`].
pub async fn of_staff(
    conn: &impl ConnectionTrait,
    staff: Uuid,
    limit: u64,
) -> Result<Vec<Notice>, StoreError> {
    use staff_notices::Column as C;
    Ok(staff_notices::Entity::find()
        .filter(C::StaffId.eq(staff))
        .order_by_desc(C::At)
        .order_by_asc(C::Id)
        .limit(limit)
        .all(conn)
        .await?)
}

/// How many notices of an account its owner has not read.
///
/// # Errors
/// See [`insert`].
pub async fn unread(conn: &impl ConnectionTrait, staff: Uuid) -> Result<u64, StoreError> {
    use staff_notices::Column as C;
    Ok(staff_notices::Entity::find()
        .filter(C::StaffId.eq(staff))
        .filter(C::Seen.eq(false))
        .count(conn)
        .await?)
}

/// Notes that the owner of an account has read its notices up to `at`, Unix milliseconds.
///
/// # Errors
/// See [`insert`].
pub async fn mark_read(conn: &impl ConnectionTrait, staff: Uuid, at: i64) -> Result<(), StoreError> {
    use staff_notices::Column as C;
    staff_notices::Entity::update_many()
        .col_expr(C::Seen, Expr::value(true))
        .filter(C::StaffId.eq(staff))
        .filter(C::At.lte(at))
        .exec(conn)
        .await?;
    Ok(())
}

/// Forgets notices of before `at`, Unix milliseconds.
///
/// # Errors
/// See [`insert`].
pub async fn forget(conn: &impl ConnectionTrait, staff: Uuid, at: i64) -> Result<(), StoreError> {
    use staff_notices::Column as C;
    staff_notices::Entity::delete_many()
        .filter(C::StaffId.eq(staff))
        .filter(C::At.lt(at))
        .exec(conn)
        .await?;
    Ok(())
}

/// Where the owner of an account hears of it.
///
/// # Errors
/// See [`insert`].
pub async fn address(conn: &impl ConnectionTrait, staff: Uuid) -> Result<Option<Address>, StoreError> {
    Ok(staff_addresses::Entity::find_by_id(staff).one(conn).await?)
}

/// Sets where the owner of an account hears of it.
///
/// # Errors
/// See [`insert`].
pub async fn set_address(conn: &impl ConnectionTrait, row: Address) -> Result<(), StoreError> {
    upsert::<staff_addresses::Entity>(conn, row, &[staff_addresses::Column::StaffId]).await
}

/// Forgets where the owner of an account hears of it.
///
/// # Errors
/// See [`insert`].
pub async fn forget_address(conn: &impl ConnectionTrait, staff: Uuid) -> Result<(), StoreError> {
    staff_addresses::Entity::delete_by_id(staff).exec(conn).await?;
    Ok(())
}

/// The browsers in which an account was used, the latest used first.
///
/// # Errors
/// See [`insert`].
pub async fn browsers(conn: &impl ConnectionTrait, staff: Uuid) -> Result<Vec<KnownBrowser>, StoreError> {
    use staff_browsers::Column as C;
    Ok(staff_browsers::Entity::find()
        .filter(C::StaffId.eq(staff))
        .order_by_desc(C::LastUsed)
        .order_by_asc(C::TokenHash)
        .all(conn)
        .await?)
}

/// Adds a browser, or notes that it was used.
///
/// # Errors
/// See [`insert`].
pub async fn put_browser(conn: &impl ConnectionTrait, row: KnownBrowser) -> Result<(), StoreError> {
    upsert::<staff_browsers::Entity>(conn, row, &[staff_browsers::Column::TokenHash]).await
}

/// Forgets browsers.
///
/// # Errors
/// See [`insert`].
pub async fn forget_browsers(conn: &impl ConnectionTrait, hashes: Vec<String>) -> Result<(), StoreError> {
    staff_browsers::Entity::delete_many()
        .filter(staff_browsers::Column::TokenHash.is_in(hashes))
        .exec(conn)
        .await?;
    Ok(())
}
