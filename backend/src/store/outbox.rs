//! The outbox: messages waiting for the mail worker, and what became of them.
//!
//! A message is handed to the mail server at most once unless the server itself refused it for now: it is marked
//! `sending` in a committed transaction before, and one that stays `sending` (the program was killed, the
//! connection broke) becomes `unknown`. Such a message may have been delivered, so only a person may queue it again.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::StoreError;
use crate::entity::outbox;

mod lists;
mod office;
mod sending;

pub use crate::entity::outbox::Model as Message;
pub use lists::{Listed, Outgoing, by_state, counts, of_kind, of_recipient, of_round, round_of, waiting};
pub use office::{drop_waiting, hold, queue_again, release};
pub use sending::{claim, expire_leases, give_up, is_due, postpone_due, put_back, retry, sent};

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

/// The whole message `id`, for tests that read what goes out.
#[cfg(test)]
pub(crate) async fn message(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Message>, StoreError> {
    Ok(outbox::Entity::find_by_id(id).one(conn).await?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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
    async fn a_server_that_is_away_costs_a_message_no_attempt() {
        let (_dir, db) = testing::database().await;
        enqueue(&db, vec![message(1, "k")], 0).await.unwrap();
        for _away in 0..20 {
            let taken = claim(&db, 0, 100).await.unwrap().unwrap();
            assert_eq!(taken.attempts, 1);
            put_back(&db, taken.id, "nobody there", 0).await.unwrap();
        }
        let taken = claim(&db, 0, 100).await.unwrap().unwrap();
        retry(&db, taken.id, "come back", 0).await.unwrap();
        assert_eq!(claim(&db, 0, 100).await.unwrap().unwrap().attempts, 2);
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
