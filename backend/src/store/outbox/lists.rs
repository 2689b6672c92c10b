//! What is told of messages: by round, recipient, kind and state.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::super::StoreError;
use super::{FAILED, QUEUED, SENDING, UNKNOWN};
use crate::entity::outbox;

/// How many messages wait to be sent.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    let queued = outbox::Entity::find().filter(outbox::Column::State.eq(QUEUED));
    Ok(queued.count(conn).await?)
}

/// The round of a message.
///
/// # Errors
/// See [`enqueue`](super::enqueue).
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
/// See [`enqueue`](super::enqueue).
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
/// See [`enqueue`](super::enqueue).
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
/// See [`enqueue`](super::enqueue).
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
/// See [`enqueue`](super::enqueue).
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
/// See [`enqueue`](super::enqueue).
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
