//! What people decide of messages: to keep them back, to let them go, to send them again, to drop them.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::super::StoreError;
use super::{FAILED, HELD, QUEUED, SKIPPED, UNKNOWN};
use crate::entity::outbox;

/// Queues a failed or unknown message again, by the decision of a person; false when it is in neither state.
///
/// # Errors
/// See [`enqueue`](super::enqueue).
pub async fn queue_again(conn: &impl ConnectionTrait, id: Uuid, now: i64) -> Result<bool, StoreError> {
    let queued = outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(QUEUED))
        .col_expr(outbox::Column::Attempts, Expr::value(0))
        .col_expr(outbox::Column::NextAttemptAt, Expr::value(now))
        .filter(outbox::Column::Id.eq(id))
        .filter(outbox::Column::State.is_in([FAILED, UNKNOWN]))
        .exec(conn)
        .await?;
    Ok(queued.rows_affected == 1)
}

/// Keeps the waiting messages of some kinds of a round; returns how many.
///
/// # Errors
/// See [`enqueue`](super::enqueue).
pub async fn hold(conn: &impl ConnectionTrait, round: &str, kinds: &[&str]) -> Result<u64, StoreError> {
    let held = outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(HELD))
        .filter(outbox::Column::RoundId.eq(round))
        .filter(outbox::Column::Kind.is_in(kinds.iter().copied()))
        .filter(outbox::Column::State.eq(QUEUED))
        .exec(conn)
        .await?;
    Ok(held.rows_affected)
}

/// Lets the messages of a round go that were kept; returns how many.
///
/// # Errors
/// See [`enqueue`](super::enqueue).
pub async fn release(conn: &impl ConnectionTrait, round: &str, now: i64) -> Result<u64, StoreError> {
    let released = outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(QUEUED))
        .col_expr(outbox::Column::NextAttemptAt, Expr::value(now))
        .filter(outbox::Column::RoundId.eq(round))
        .filter(outbox::Column::State.eq(HELD))
        .exec(conn)
        .await?;
    Ok(released.rows_affected)
}

/// Drops what still waits for a recipient, by its address, and says why; returns how many messages. With `round`, of that
/// round only.
///
/// # Errors
/// See [`enqueue`](super::enqueue).
pub async fn drop_waiting(
    conn: &impl ConnectionTrait,
    round: Option<&str>,
    recipient: &str,
    kinds: &[&str],
    reason: &str,
) -> Result<u64, StoreError> {
    let mut waiting = outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(SKIPPED))
        .col_expr(outbox::Column::LastError, Expr::value(reason))
        .filter(outbox::Column::Recipient.eq(recipient))
        .filter(outbox::Column::Kind.is_in(kinds.iter().copied()))
        .filter(outbox::Column::State.is_in([QUEUED, HELD]));
    if let Some(round) = round {
        waiting = waiting.filter(outbox::Column::RoundId.eq(round));
    }
    Ok(waiting.exec(conn).await?.rows_affected)
}
