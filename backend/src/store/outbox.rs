//! The outbox: messages waiting for the mail worker, and what became of them.
//!
//! A message is handed to the mail server at most once unless the server itself refused it for now: it is marked
//! `sending` in a committed transaction before, and one that stays `sending` (the program was killed, the
//! connection broke) becomes `unknown`. Such a message may have been delivered, so only a person may queue it again.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, FromQueryResult,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{StoreError, begin};
use crate::clock::SKEW_MS;
use crate::entity::outbox;

pub use crate::entity::outbox::Model as Message;

/// Waiting for its time.
pub const QUEUED: &str = "queued";
/// Handed to the mail server; no answer yet.
pub const SENDING: &str = "sending";
/// Taken by the mail server.
pub const SENT: &str = "sent";
/// Refused for good, or too often.
pub const FAILED: &str = "failed";
/// Handed to the mail server, which was not heard of again: it may have been delivered.
pub const UNKNOWN: &str = "unknown";

/// Kept back by the office until it lets the round's mail go.
pub const HELD: &str = "held";

/// Not sent, because its reason fell away before its turn came.
pub const SKIPPED: &str = "skipped";

/// How long a message may be [`SENDING`]: longer than a send can take, each step of which gives up after 30 s.
pub const LEASE_MS: i64 = 10 * 60 * 1000;
/// The longest pause before a message is tried again.
pub const LONGEST_PAUSE_MS: i64 = 60 * 60 * 1000;

/// Messages whose time has come. One that would wait for longer than any pause was queued while the clock was ahead.
fn due(now: i64) -> Condition {
    Condition::all().add(outbox::Column::State.eq(QUEUED)).add(
        Condition::any()
            .add(outbox::Column::NextAttemptAt.lte(now))
            .add(outbox::Column::NextAttemptAt.gt(now.saturating_add(LONGEST_PAUSE_MS + SKEW_MS))),
    )
}

/// A message to be queued.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Its id.
    pub id: Uuid,
    /// The round it reports on.
    pub round: String,
    /// The kind of message, such as `summary`.
    pub kind: String,
    /// The recipient's address.
    pub recipient: String,
    /// A second message with the same key is not queued.
    pub dedup_key: String,
    /// The message as it goes over the wire.
    pub message: Vec<u8>,
}

/// Queues the messages whose dedup keys are new; returns how many were. `now` is in Unix milliseconds.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn enqueue(
    conn: &impl ConnectionTrait,
    messages: Vec<NewMessage>,
    now: i64,
) -> Result<u64, StoreError> {
    let mut queued = 0;
    for new in messages {
        let row = Message {
            id: new.id,
            round_id: new.round,
            kind: new.kind,
            recipient: new.recipient,
            dedup_key: new.dedup_key,
            message: new.message,
            state: QUEUED.to_owned(),
            attempts: 0,
            next_attempt_at: now,
            lease_until: None,
            last_error: None,
            created_at: now,
            sent_at: None,
        };
        queued += outbox::Entity::insert(row.into_active_model())
            .on_conflict(
                OnConflict::column(outbox::Column::DedupKey)
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(conn)
            .await?;
    }
    Ok(queued)
}

/// How many messages wait to be sent.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    let queued = outbox::Entity::find().filter(outbox::Column::State.eq(QUEUED));
    Ok(sea_orm::PaginatorTrait::count(queued, conn).await?)
}

/// Whether a message is due.
///
/// # Errors
/// See [`enqueue`].
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
/// See [`enqueue`].
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
/// See [`enqueue`].
pub async fn sent(conn: &impl ConnectionTrait, id: Uuid, now: i64) -> Result<(), StoreError> {
    settle(conn, id, SENT, None, now, Some(now)).await
}

/// Records that the message is to be tried again at `retry_at`.
///
/// # Errors
/// See [`enqueue`].
pub async fn retry(
    conn: &impl ConnectionTrait,
    id: Uuid,
    error: &str,
    retry_at: i64,
) -> Result<(), StoreError> {
    settle(conn, id, QUEUED, Some(error), retry_at, None).await
}

/// Records an end without success: [`FAILED`], [`UNKNOWN`] or [`SKIPPED`].
///
/// # Errors
/// See [`enqueue`].
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
    outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(state))
        .col_expr(outbox::Column::LastError, Expr::value(error.map(str::to_owned)))
        .col_expr(outbox::Column::LeaseUntil, Expr::value(Option::<i64>::None))
        .col_expr(outbox::Column::NextAttemptAt, Expr::value(next_attempt_at))
        .col_expr(outbox::Column::SentAt, Expr::value(sent_at))
        .filter(outbox::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Postpones every waiting message: the mail server cannot be reached, and says why.
///
/// # Errors
/// See [`enqueue`].
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
/// See [`enqueue`].
pub async fn expire_leases(conn: &impl ConnectionTrait, now: i64) -> Result<u64, StoreError> {
    let expired = outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(UNKNOWN))
        .col_expr(
            outbox::Column::LastError,
            Expr::value("the program ended while the message was being sent"),
        )
        .col_expr(outbox::Column::LeaseUntil, Expr::value(Option::<i64>::None))
        .filter(outbox::Column::State.eq(SENDING))
        .filter(
            Condition::any()
                .add(outbox::Column::LeaseUntil.lt(now))
                .add(outbox::Column::LeaseUntil.gt(now.saturating_add(LEASE_MS + SKEW_MS))),
        )
        .exec(conn)
        .await?;
    Ok(expired.rows_affected)
}

/// Queues a failed or unknown message again, by the decision of a person; false when it is in neither state.
///
/// # Errors
/// See [`enqueue`].
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

/// The whole message `id`, for tests that read what goes out.
#[cfg(test)]
pub(crate) async fn message(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Message>, StoreError> {
    Ok(outbox::Entity::find_by_id(id).one(conn).await?)
}

/// Keeps the waiting messages of some kinds of a round; returns how many.
///
/// # Errors
/// See [`enqueue`].
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
/// See [`enqueue`].
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
/// See [`enqueue`].
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

/// The round of a message.
///
/// # Errors
/// See [`enqueue`].
pub async fn round_of(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<String>, StoreError> {
    let round = outbox::Entity::find_by_id(id)
        .select_only()
        .column(outbox::Column::RoundId);
    Ok(round.into_tuple().one(conn).await?)
}

/// A message as the console lists it: without its content.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Listed {
    /// Its id.
    pub id: Uuid,
    /// The kind of message.
    pub kind: String,
    /// The recipient's address.
    pub recipient: String,
    /// One of the states of this module.
    pub state: String,
    /// Times tried.
    pub attempts: i32,
    /// Not before, Unix milliseconds.
    pub next_attempt_at: i64,
    /// The last failure.
    pub last_error: Option<String>,
    /// Creation, Unix milliseconds.
    pub created_at: i64,
    /// Acceptance by the mail server, Unix milliseconds.
    pub sent_at: Option<i64>,
}

/// What became of a message, and when.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Outgoing {
    /// The recipient, as its kind names them.
    pub recipient: String,
    /// One of the states of this module.
    pub state: String,
    /// When it came into that state, or is to be tried again, Unix milliseconds.
    pub at: i64,
}

/// The messages of a round of one kind.
///
/// # Errors
/// See [`enqueue`].
pub async fn of_kind(
    conn: &impl ConnectionTrait,
    round: &str,
    kind: &str,
) -> Result<Vec<Outgoing>, StoreError> {
    let messages = outbox::Entity::find()
        .select_only()
        .columns([outbox::Column::Recipient, outbox::Column::State])
        .column_as(outbox::Column::NextAttemptAt, "at")
        .filter(outbox::Column::RoundId.eq(round))
        .filter(outbox::Column::Kind.eq(kind));
    Ok(messages.into_model::<Outgoing>().all(conn).await?)
}

/// What [`Listed`] holds of the messages of a round.
fn listed(round: &str) -> sea_orm::Select<outbox::Entity> {
    outbox::Entity::find()
        .select_only()
        .columns([
            outbox::Column::Id,
            outbox::Column::Kind,
            outbox::Column::Recipient,
            outbox::Column::State,
            outbox::Column::Attempts,
            outbox::Column::NextAttemptAt,
            outbox::Column::LastError,
            outbox::Column::CreatedAt,
            outbox::Column::SentAt,
        ])
        .filter(outbox::Column::RoundId.eq(round))
}

/// The messages of a round to one recipient, as their kind names them, the oldest first.
///
/// # Errors
/// See [`enqueue`].
pub async fn of_recipient(
    conn: &impl ConnectionTrait,
    round: &str,
    recipient: &str,
) -> Result<Vec<Listed>, StoreError> {
    let listed = listed(round)
        .filter(outbox::Column::Recipient.eq(recipient))
        .order_by_asc(outbox::Column::CreatedAt);
    Ok(listed.into_model::<Listed>().all(conn).await?)
}

/// The messages of a round, the newest first.
///
/// # Errors
/// See [`enqueue`].
pub async fn of_round(
    conn: &impl ConnectionTrait,
    round: &str,
    limit: u64,
) -> Result<Vec<Listed>, StoreError> {
    let listed = listed(round)
        .order_by_desc(outbox::Column::CreatedAt)
        .order_by_asc(outbox::Column::Recipient)
        .limit(limit);
    Ok(listed.into_model::<Listed>().all(conn).await?)
}

/// How many messages of a round are in each state, by state.
///
/// # Errors
/// See [`enqueue`].
pub async fn counts(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<(String, i64)>, StoreError> {
    let counted = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::State)
        .column_as(outbox::Column::Id.count(), "messages")
        .filter(outbox::Column::RoundId.eq(round))
        .group_by(outbox::Column::State)
        .order_by_asc(outbox::Column::State);
    Ok(counted.into_tuple::<(String, i64)>().all(conn).await?)
}

/// How many messages of all rounds wait, are under way or did not arrive, by state.
///
/// # Errors
/// See [`enqueue`].
pub async fn by_state(conn: &impl ConnectionTrait) -> Result<BTreeMap<String, u64>, StoreError> {
    let counted = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::State)
        .column_as(outbox::Column::Id.count(), "messages")
        .filter(outbox::Column::State.is_in([QUEUED, SENDING, FAILED, UNKNOWN]))
        .group_by(outbox::Column::State);
    let rows = counted.into_tuple::<(String, i64)>().all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|(state, messages)| (state, messages.unsigned_abs()))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing;

    fn message(id: u128, key: &str) -> NewMessage {
        NewMessage {
            id: Uuid::from_u128(id),
            round: "r".to_owned(),
            kind: "summary".to_owned(),
            recipient: "a@example.org".to_owned(),
            dedup_key: key.to_owned(),
            message: b"Subject: x\r\n\r\n".to_vec(),
        }
    }

    #[tokio::test]
    async fn the_same_key_is_queued_once() {
        let (_dir, db) = testing::database().await;
        assert_eq!(
            enqueue(&db, vec![message(1, "k"), message(2, "k"), message(3, "l")], 0)
                .await
                .unwrap(),
            2
        );
        assert_eq!(enqueue(&db, vec![message(4, "k")], 0).await.unwrap(), 0);
        assert_eq!(counts(&db, "r").await.unwrap(), [(QUEUED.to_owned(), 2)]);
        assert_eq!(
            by_state(&db).await.unwrap(),
            BTreeMap::from([(QUEUED.to_owned(), 2)])
        );
    }

    #[tokio::test]
    async fn a_message_whose_sender_died_is_not_sent_again_by_itself() {
        let (_dir, db) = testing::database().await;
        enqueue(&db, vec![message(1, "k")], 0).await.unwrap();
        assert!(claim(&db, 0, 100).await.unwrap().is_some());
        assert!(claim(&db, 0, 100).await.unwrap().is_none());
        assert_eq!(expire_leases(&db, 100).await.unwrap(), 0);
        assert_eq!(expire_leases(&db, 101).await.unwrap(), 1);
        assert!(claim(&db, 1_000, 2_000).await.unwrap().is_none());
        assert_eq!(of_round(&db, "r", 10).await.unwrap()[0].state, UNKNOWN);
        assert!(queue_again(&db, Uuid::from_u128(1), 1_000).await.unwrap());
        assert!(claim(&db, 1_000, 2_000).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_failure_for_now_waits_and_a_success_ends() {
        let (_dir, db) = testing::database().await;
        enqueue(&db, vec![message(1, "k")], 0).await.unwrap();
        let id = claim(&db, 0, 100).await.unwrap().unwrap().id;
        retry(&db, id, "busy", 500).await.unwrap();
        assert!(!is_due(&db, 499).await.unwrap() && is_due(&db, 500).await.unwrap());
        let again = claim(&db, 500, 600).await.unwrap().unwrap();
        assert_eq!((again.attempts, again.last_error.as_deref()), (2, Some("busy")));
        sent(&db, id, 510).await.unwrap();
        assert!(!queue_again(&db, id, 520).await.unwrap());
        assert_eq!(of_round(&db, "r", 10).await.unwrap()[0].sent_at, Some(510));
    }
}
