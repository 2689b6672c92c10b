//! Second factors of staff and their recovery codes. What a secret is, `auth::second_factor` knows; here it is sealed
//! bytes.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::{StoreError, insert_all, upsert};
use crate::entity::{recovery_codes, second_factors};

pub use crate::entity::recovery_codes::Model as RecoveryCode;
pub use crate::entity::second_factors::Model as SecondFactor;

/// The second factor of an account, if it has one.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn find(conn: &impl ConnectionTrait, staff: Uuid) -> Result<Option<SecondFactor>, StoreError> {
    Ok(second_factors::Entity::find_by_id(staff).one(conn).await?)
}

/// All second factors: there are few, one for each of those who have any.
///
/// # Errors
/// See [`find`].
pub async fn list(conn: &impl ConnectionTrait) -> Result<Vec<SecondFactor>, StoreError> {
    Ok(second_factors::Entity::find().all(conn).await?)
}

/// Gives an account this second factor and these recovery codes, in place of any that it had.
///
/// # Errors
/// See [`find`].
pub async fn put(
    conn: &impl ConnectionTrait,
    row: SecondFactor,
    codes: Vec<RecoveryCode>,
) -> Result<(), StoreError> {
    let staff = row.staff_id;
    upsert::<second_factors::Entity>(conn, row, &[second_factors::Column::StaffId]).await?;
    put_codes(conn, staff, codes).await
}

/// Gives an account these recovery codes in place of those that it had.
///
/// # Errors
/// See [`find`].
pub async fn put_codes(
    conn: &impl ConnectionTrait,
    staff: Uuid,
    codes: Vec<RecoveryCode>,
) -> Result<(), StoreError> {
    delete_codes(conn, staff).await?;
    insert_all::<recovery_codes::Entity>(conn, codes).await
}

async fn delete_codes(conn: &impl ConnectionTrait, staff: Uuid) -> Result<(), StoreError> {
    recovery_codes::Entity::delete_many()
        .filter(recovery_codes::Column::StaffId.eq(staff))
        .exec(conn)
        .await?;
    Ok(())
}

/// Notes that a code of `step` was accepted; false when one of this step or a later one was accepted before, by
/// whichever server.
///
/// # Errors
/// See [`find`].
pub async fn spend_step(conn: &impl ConnectionTrait, staff: Uuid, step: i64) -> Result<bool, StoreError> {
    let done = second_factors::Entity::update_many()
        .col_expr(second_factors::Column::LastStep, Expr::value(step))
        .filter(second_factors::Column::StaffId.eq(staff))
        .filter(second_factors::Column::LastStep.lt(step))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Uses a recovery code up; false when the account has none like it.
///
/// # Errors
/// See [`find`].
pub async fn spend_recovery(conn: &impl ConnectionTrait, staff: Uuid, mac: &str) -> Result<bool, StoreError> {
    let done = recovery_codes::Entity::delete_many()
        .filter(recovery_codes::Column::StaffId.eq(staff))
        .filter(recovery_codes::Column::Mac.eq(mac))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// How many recovery codes an account has left.
///
/// # Errors
/// See [`find`].
pub async fn recovery_left(conn: &impl ConnectionTrait, staff: Uuid) -> Result<u64, StoreError> {
    Ok(recovery_codes::Entity::find()
        .filter(recovery_codes::Column::StaffId.eq(staff))
        .count(conn)
        .await?)
}

/// Takes an account's second factor away with its recovery codes; false when it had none.
///
/// # Errors
/// See [`find`].
pub async fn delete(conn: &impl ConnectionTrait, staff: Uuid) -> Result<bool, StoreError> {
    delete_codes(conn, staff).await?;
    let done = second_factors::Entity::delete_by_id(staff).exec(conn).await?;
    Ok(done.rows_affected == 1)
}
