//! An e-mail to be sent, at most once per dedup key.

use sea_orm::entity::prelude::*;

/// An e-mail to be sent, at most once per dedup key.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round it reports on.
    pub round_id: String,
    /// Kind of message.
    pub kind: String,
    /// Address; the case number where the address is looked up only when the message is sent.
    pub recipient: String,
    /// Round, kind, content and recipient.
    #[sea_orm(unique)]
    pub dedup_key: String,
    /// The message as sent (RFC 5322), or what it is written from when it is sent.
    pub message: Vec<u8>,
    /// `queued`, `sending`, `sent`, `failed`, `unknown` or `skipped`.
    pub state: String,
    /// Times tried.
    pub attempts: i32,
    /// Not before, Unix milliseconds.
    pub next_attempt_at: i64,
    /// While sending: when another worker may decide what became of it.
    pub lease_until: Option<i64>,
    /// Last failure, without addresses.
    pub last_error: Option<String>,
    /// Creation, Unix milliseconds.
    pub created_at: i64,
    /// Acceptance by the mail server, Unix milliseconds.
    pub sent_at: Option<i64>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
