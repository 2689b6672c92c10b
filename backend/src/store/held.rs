//! Interviews that could not be accepted as responses: kept sealed until the office has decided.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::StoreError;
use crate::entity::held;

pub use crate::entity::held::Model as Held;

/// Waits for the office.
pub const HELD: &str = "held";
/// Accepted as a response later; the envelope is gone.
pub const ACCEPTED: &str = "accepted";
/// Put aside by the office with a reason; the envelope is gone.
pub const DISCARDED: &str = "discarded";

/// Keeps an interview; gives what is stored under its id.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, row: Held) -> Result<Held, StoreError> {
    let id = row.id;
    let unless_known = OnConflict::column(held::Column::Id).do_nothing().to_owned();
    held::Entity::insert(row.into_active_model())
        .on_conflict(unless_known)
        .exec_without_returning(conn)
        .await?;
    find(conn, id).await?.ok_or_else(|| StoreError::Corrupt {
        table: "held",
        what: "an interview is gone that was written a moment ago".to_owned(),
    })
}

/// The held interview with this id.
///
/// # Errors
/// See [`insert`].
pub async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Held>, StoreError> {
    Ok(held::Entity::find_by_id(id).one(conn).await?)
}

/// All that were ever held in a round: those that wait first, then the latest.
///
/// # Errors
/// See [`insert`].
pub async fn list(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Held>, StoreError> {
    let mut rows = held::Entity::find()
        .filter(held::Column::RoundId.eq(round))
        .order_by_desc(held::Column::Day)
        .order_by_asc(held::Column::Id)
        .all(conn)
        .await?;
    rows.sort_by_key(|row| row.state != HELD);
    Ok(rows)
}

/// How many wait in a round.
///
/// # Errors
/// See [`insert`].
pub async fn waiting(conn: &impl ConnectionTrait, round: &str) -> Result<u64, StoreError> {
    Ok(held::Entity::find()
        .filter(held::Column::RoundId.eq(round))
        .filter(held::Column::State.eq(HELD))
        .count(conn)
        .await?)
}

/// Notes what is wrong with one that waits.
///
/// # Errors
/// See [`insert`].
pub async fn set_faults(
    conn: &impl ConnectionTrait,
    id: Uuid,
    reason: &str,
    faults: &str,
) -> Result<(), StoreError> {
    held::Entity::update_many()
        .col_expr(held::Column::Reason, Expr::value(reason))
        .col_expr(held::Column::Faults, Expr::value(faults))
        .filter(held::Column::Id.eq(id))
        .filter(held::Column::State.eq(HELD))
        .exec(conn)
        .await?;
    Ok(())
}

/// Settles one that waits and destroys its envelope; tells whether it waited.
///
/// # Errors
/// See [`insert`].
pub async fn settle(
    conn: &impl ConnectionTrait,
    id: Uuid,
    state: &str,
    note: Option<&str>,
) -> Result<bool, StoreError> {
    let done = held::Entity::update_many()
        .col_expr(held::Column::State, Expr::value(state))
        .col_expr(held::Column::Note, Expr::value(note.map(str::to_owned)))
        .col_expr(held::Column::Envelope, Expr::value(""))
        .filter(held::Column::Id.eq(id))
        .filter(held::Column::State.eq(HELD))
        .exec(conn)
        .await?;
    Ok(done.rows_affected > 0)
}
