//! What was decided and done about keeping and erasing: delays with their reasons, and certificates.

use analysis::plan::Kept;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{StoreError, insert_all};
use crate::entity::{erasures, retention_delays};

pub use crate::entity::erasures::Model as Erasure;
pub use crate::entity::retention_delays::Model as Delay;

/// Adds a delay.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn add_delay(conn: &impl ConnectionTrait, row: Delay) -> Result<(), StoreError> {
    insert_all::<retention_delays::Entity>(conn, vec![row]).await
}

/// The delays of a round, the first one first.
///
/// # Errors
/// See [`add_delay`].
pub async fn delays(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Delay>, StoreError> {
    use retention_delays::Column as C;
    Ok(retention_delays::Entity::find()
        .filter(C::RoundId.eq(round))
        .order_by_asc(C::Day)
        .order_by_asc(C::Until)
        .order_by_asc(C::Id)
        .all(conn)
        .await?)
}

/// Keeps the certificate of an erasure.
///
/// # Errors
/// See [`add_delay`].
pub async fn add_erasure(conn: &impl ConnectionTrait, row: Erasure) -> Result<(), StoreError> {
    insert_all::<erasures::Entity>(conn, vec![row]).await
}

/// The erasures of a round, the first one first.
///
/// # Errors
/// See [`add_delay`].
pub async fn erasures(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Erasure>, StoreError> {
    use erasures::Column as C;
    Ok(erasures::Entity::find()
        .filter(C::RoundId.eq(round))
        .order_by_asc(C::Day)
        .order_by_asc(C::Id)
        .all(conn)
        .await?)
}

/// An erasure of a round.
///
/// # Errors
/// See [`add_delay`].
pub async fn erasure(
    conn: &impl ConnectionTrait,
    round: &str,
    id: Uuid,
) -> Result<Option<Erasure>, StoreError> {
    let row = erasures::Entity::find_by_id(id).one(conn).await?;
    Ok(row.filter(|row| row.round_id == round))
}

impl Erasure {
    /// Whether it erased this.
    pub fn is_of(&self, kept: Kept) -> bool {
        self.kept == kept.word()
    }
}

impl Delay {
    /// Whether it delays this.
    pub fn is_of(&self, kept: Kept) -> bool {
        self.kept == kept.word()
    }
}
