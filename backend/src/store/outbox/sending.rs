//! A message on its way: due, handed over, and what became of it.

use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, QueryFilter,
    QuerySelect, UpdateMany,
};
use uuid::Uuid;

use super::super::{StoreError, begin, passed};
use super::{LEASE_MS, LONGEST_PAUSE_MS, Message, QUEUED, SENDING, SENT, UNKNOWN};
use crate::entity::outbox;

/// Messages whose time has come. One that would wait for longer than any pause was queued while the clock was ahead.
fn due(now: i64) -> Condition {
    Condition::all().add(outbox::Column::State.eq(QUEUED)).add(passed(
        outbox::Column::NextAttemptAt,
        now,
        LONGEST_PAUSE_MS,
    ))
}

/// Whether a message is due.
///
/// # Errors
/// See [`enqueue`](super::enqueue).
pub async fn is_due(conn: &impl ConnectionTrait, now: i64) -> Result<bool, StoreError> {
    let due = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Id)
        .filter(due(now))
        .into_tuple::<Uuid>()
        .one(conn)
        .await?;
    Ok(due.is_some())
}

/// Marks the message that has been due longest as being sent, and returns it.
///
/// # Errors
/// See [`enqueue`](super::enqueue).
pub async fn claim(
    db: &DatabaseConnection,
    now: i64,
    lease_until: i64,
) -> Result<Option<Message>, StoreError> {
    let mut pick = Query::select();
    pick.column(outbox::Column::Id)
        .from(outbox::Entity)
        .cond_where(due(now))
        .order_by(outbox::Column::NextAttemptAt, sea_orm::Order::Asc)
        .limit(1);
    if db.get_database_backend() == DbBackend::Postgres {
        pick.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let tx = begin(db).await?;
    let Some(row) = tx.query_one(&pick).await? else {
        tx.commit().await?;
        return Ok(None);
    };
    let id: Uuid = row.try_get_by_index(0)?;
    outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(SENDING))
        .col_expr(outbox::Column::LeaseUntil, Expr::value(lease_until))
        .col_expr(
            outbox::Column::Attempts,
            Expr::col(outbox::Column::Attempts).add(1),
        )
        .filter(outbox::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    let message = outbox::Entity::find_by_id(id).one(&tx).await?;
    tx.commit().await?;
    Ok(message)
}

/// Records that the mail server took the message.
///
/// # Errors
/// See [`enqueue`](super::enqueue).
pub async fn sent(conn: &impl ConnectionTrait, id: Uuid, now: i64) -> Result<(), StoreError> {
    settle(conn, id, SENT, None, now, Some(now)).await
}

/// Records that the message is to be tried again at `retry_at`.
///
/// # Errors
/// See [`enqueue`](super::enqueue).
pub async fn retry(
    conn: &impl ConnectionTrait,
    id: Uuid,
    error: &str,
    retry_at: i64,
) -> Result<(), StoreError> {
    settle(conn, id, QUEUED, Some(error), retry_at, None).await
}

/// Puts a message back of which nothing was handed over, because nobody could be reached: that was no attempt.
///
/// # Errors
/// See [`enqueue`](super::enqueue).
pub async fn put_back(
    conn: &impl ConnectionTrait,
    id: Uuid,
    error: &str,
    retry_at: i64,
) -> Result<(), StoreError> {
    let one_less = Expr::col(outbox::Column::Attempts).sub(1);
    settling(id, QUEUED, Some(error), retry_at, None)
        .col_expr(outbox::Column::Attempts, one_less)
        .exec(conn)
        .await?;
    Ok(())
}

/// Records an end without success: [`FAILED`](super::FAILED), [`UNKNOWN`] or [`SKIPPED`](super::SKIPPED).
///
/// # Errors
/// See [`enqueue`](super::enqueue).
pub async fn give_up(
    conn: &impl ConnectionTrait,
    id: Uuid,
    state: &str,
    error: &str,
    now: i64,
) -> Result<(), StoreError> {
    settle(conn, id, state, Some(error), now, None).await
}

async fn settle(
    conn: &impl ConnectionTrait,
    id: Uuid,
    state: &str,
    error: Option<&str>,
    next_attempt_at: i64,
    sent_at: Option<i64>,
) -> Result<(), StoreError> {
    settling(id, state, error, next_attempt_at, sent_at)
        .exec(conn)
        .await?;
    Ok(())
}

fn settling(
    id: Uuid,
    state: &str,
    error: Option<&str>,
    next_attempt_at: i64,
    sent_at: Option<i64>,
) -> UpdateMany<outbox::Entity> {
    outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(state))
        .col_expr(outbox::Column::LastError, Expr::value(error.map(str::to_owned)))
        .col_expr(outbox::Column::LeaseUntil, Expr::value(Option::<i64>::None))
        .col_expr(outbox::Column::NextAttemptAt, Expr::value(next_attempt_at))
        .col_expr(outbox::Column::SentAt, Expr::value(sent_at))
        .filter(outbox::Column::Id.eq(id))
}

/// Postpones every waiting message: the mail server cannot be reached, and says why.
///
/// # Errors
/// See [`enqueue`](super::enqueue).
pub async fn postpone_due(
    conn: &impl ConnectionTrait,
    error: &str,
    now: i64,
    retry_at: i64,
) -> Result<(), StoreError> {
    outbox::Entity::update_many()
        .col_expr(outbox::Column::LastError, Expr::value(error))
        .col_expr(outbox::Column::NextAttemptAt, Expr::value(retry_at))
        .filter(due(now))
        .exec(conn)
        .await?;
    Ok(())
}

/// Turns messages whose sender died on the way into [`UNKNOWN`]; returns how many.
///
/// # Errors
/// See [`enqueue`](super::enqueue).
pub async fn expire_leases(conn: &impl ConnectionTrait, now: i64) -> Result<u64, StoreError> {
    let expired = outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(UNKNOWN))
        .col_expr(
            outbox::Column::LastError,
            Expr::value("the program ended while the message was being sent"),
        )
        .col_expr(outbox::Column::LeaseUntil, Expr::value(Option::<i64>::None))
        .filter(outbox::Column::State.eq(SENDING))
        .filter(passed(outbox::Column::LeaseUntil, now - 1, LEASE_MS))
        .exec(conn)
        .await?;
    Ok(expired.rows_affected)
}
