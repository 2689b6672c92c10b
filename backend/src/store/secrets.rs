//! Second secrets (第二密码): one for a receipt, made once, kept as a keyed hash.

use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};

use super::{StoreError, upsert};
use crate::entity::second_secrets;

pub use crate::entity::second_secrets::Model as SecondSecret;

/// The secret of a receipt's leaf.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn find(conn: &impl ConnectionTrait, leaf: &str) -> Result<Option<SecondSecret>, StoreError> {
    Ok(second_secrets::Entity::find_by_id(leaf).one(conn).await?)
}

/// Adds the secret of a leaf that has none.
///
/// # Errors
/// See [`find`]; when there is one.
pub async fn insert(conn: &impl ConnectionTrait, row: SecondSecret) -> Result<(), StoreError> {
    second_secrets::Entity::insert(row.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// The secret of an earlier receipt opens the newer as well.
///
/// # Errors
/// See [`find`].
pub async fn carry_over(conn: &impl ConnectionTrait, earlier: &str, newer: &str) -> Result<(), StoreError> {
    if let Some(row) = find(conn, earlier).await? {
        let row = SecondSecret {
            leaf: newer.to_owned(),
            ..row
        };
        upsert::<second_secrets::Entity>(conn, row, &[second_secrets::Column::Leaf]).await?;
    }
    Ok(())
}
