//! How many responses share a device or ten minutes, and the salts that mark them. `sittings` says how they are kept.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::StoreError;
use crate::entity::{sitting_counts, sitting_keys};

pub use crate::entity::sitting_counts::Model as SittingCount;

/// The value of [`SittingCount::shared`] for a device.
pub const DEVICE: &str = "device";
/// The value of [`SittingCount::shared`] for ten minutes.
pub const TIME: &str = "time";

/// The salt of a round; `fresh` becomes it where there is none.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn salt(conn: &impl ConnectionTrait, round: &str, fresh: [u8; 32]) -> Result<Vec<u8>, StoreError> {
    let row = sitting_keys::Model {
        round_id: round.to_owned(),
        salt: fresh.to_vec(),
    };
    // Another server may have been first: the salt that stands is read back.
    sitting_keys::Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on([sitting_keys::Column::RoundId])
        .exec_without_returning(conn)
        .await?;
    let stored = sitting_keys::Entity::find_by_id(round).one(conn).await?;
    stored.map(|row| row.salt).ok_or_else(|| StoreError::Corrupt {
        table: "sitting_keys",
        what: format!("no salt for round {round}"),
    })
}

/// Destroys the salt of a round: its marks are then nobody's.
///
/// # Errors
/// See [`salt`].
pub async fn forget_salt(conn: &impl ConnectionTrait, round: &str) -> Result<(), StoreError> {
    sitting_keys::Entity::delete_by_id(round).exec(conn).await?;
    Ok(())
}

/// Adds counts to those that stand.
///
/// # Errors
/// See [`salt`].
pub async fn add(conn: &impl ConnectionTrait, counts: Vec<SittingCount>) -> Result<(), StoreError> {
    for count in counts {
        let more = count.responses;
        sitting_counts::Entity::insert(count.into_active_model())
            .on_conflict(
                OnConflict::columns([
                    sitting_counts::Column::RoundId,
                    sitting_counts::Column::Unit,
                    sitting_counts::Column::Shared,
                    sitting_counts::Column::Mark,
                ])
                .value(
                    sitting_counts::Column::Responses,
                    Expr::col((sitting_counts::Entity, sitting_counts::Column::Responses)).add(more),
                )
                .to_owned(),
            )
            .exec_without_returning(conn)
            .await?;
    }
    Ok(())
}

/// The counts of a round.
///
/// # Errors
/// See [`salt`].
pub async fn list(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<SittingCount>, StoreError> {
    Ok(sitting_counts::Entity::find()
        .filter(sitting_counts::Column::RoundId.eq(round))
        .all(conn)
        .await?)
}
