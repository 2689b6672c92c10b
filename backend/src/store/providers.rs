//! Signing in by an identity provider: who is on the way, whom a subject means, which sessions had a second factor there.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::{StoreError, insert_all};
use crate::entity::{multi_factor_sessions, provider_sign_ins, sessions, staff_subjects};

pub use crate::entity::provider_sign_ins::Model as SignIn;
pub use crate::entity::staff_subjects::Model as Subject;

/// Notes that somebody is on the way to the provider; who never came back is forgotten. Gives how many are on the way.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn leave(conn: &impl ConnectionTrait, row: SignIn, now_ms: i64) -> Result<u64, StoreError> {
    provider_sign_ins::Entity::delete_many()
        .filter(provider_sign_ins::Column::ExpiresAt.lt(now_ms))
        .exec(conn)
        .await?;
    insert_all::<provider_sign_ins::Entity>(conn, vec![row]).await?;
    Ok(provider_sign_ins::Entity::find().count(conn).await?)
}

/// Takes the one who comes back with a state: each state once, by whichever server.
///
/// # Errors
/// See [`leave`].
pub async fn come_back(conn: &impl ConnectionTrait, state_hash: &str) -> Result<Option<SignIn>, StoreError> {
    let key = state_hash.to_owned();
    let row = provider_sign_ins::Entity::find_by_id(key.clone())
        .one(conn)
        .await?;
    let taken = provider_sign_ins::Entity::delete_by_id(key).exec(conn).await?;
    Ok(row.filter(|_| taken.rows_affected == 1))
}

/// The account that a subject means.
///
/// # Errors
/// See [`leave`].
pub async fn account(
    conn: &impl ConnectionTrait,
    issuer: &str,
    subject: &str,
) -> Result<Option<Uuid>, StoreError> {
    let key = (issuer.to_owned(), subject.to_owned());
    let row = staff_subjects::Entity::find_by_id(key).one(conn).await?;
    Ok(row.map(|row| row.staff_id))
}

/// Whether an account can be used by the provider.
///
/// # Errors
/// See [`leave`].
pub async fn is_linked(conn: &impl ConnectionTrait, issuer: &str, staff: Uuid) -> Result<bool, StoreError> {
    use staff_subjects::Column as C;
    let of_account = staff_subjects::Entity::find()
        .filter(C::Issuer.eq(issuer))
        .filter(C::StaffId.eq(staff));
    Ok(of_account.count(conn).await? > 0)
}

/// Lets a subject mean an account, in place of any other subject of the provider's. The subject must mean none yet.
///
/// # Errors
/// See [`leave`].
pub async fn link(conn: &impl ConnectionTrait, row: Subject) -> Result<(), StoreError> {
    unlink(conn, &row.issuer, row.staff_id).await?;
    insert_all::<staff_subjects::Entity>(conn, vec![row]).await
}

/// Lets no subject mean the account any more; whether one did.
///
/// # Errors
/// See [`leave`].
pub async fn unlink(conn: &impl ConnectionTrait, issuer: &str, staff: Uuid) -> Result<bool, StoreError> {
    use staff_subjects::Column as C;
    let gone = staff_subjects::Entity::delete_many()
        .filter(C::Issuer.eq(issuer))
        .filter(C::StaffId.eq(staff))
        .exec(conn)
        .await?;
    Ok(gone.rows_affected > 0)
}

/// Notes that a session began with a second factor at the provider; sessions that ended are forgotten.
///
/// # Errors
/// See [`leave`].
pub async fn set_multi_factor(conn: &impl ConnectionTrait, token_hash: String) -> Result<(), StoreError> {
    let live = sessions::Entity::find()
        .select_only()
        .column(sessions::Column::TokenHash);
    multi_factor_sessions::Entity::delete_many()
        .filter(multi_factor_sessions::Column::TokenHash.not_in_subquery(live.into_query()))
        .exec(conn)
        .await?;
    insert_all::<multi_factor_sessions::Entity>(conn, vec![multi_factor_sessions::Model { token_hash }]).await
}

/// Whether a session began with a second factor at the provider.
///
/// # Errors
/// See [`leave`].
pub async fn is_multi_factor(conn: &impl ConnectionTrait, token_hash: &str) -> Result<bool, StoreError> {
    let row = multi_factor_sessions::Entity::find_by_id(token_hash.to_owned())
        .one(conn)
        .await?;
    Ok(row.is_some())
}
