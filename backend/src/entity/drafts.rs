//! Answers on the way: one row per invitation or open-link session, deleted when submitted.

use sea_orm::entity::prelude::*;

/// Answers on the way: one row per invitation or open-link session, deleted when submitted.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "drafts")]
pub struct Model {
    /// Link (HMAC of the invitation) or hash of the open-link session token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The round.
    pub round_id: String,
    /// Respondent group.
    pub group: String,
    /// Version being answered.
    pub form_version: String,
    /// Id under which the draft will be submitted, so that pressing twice is harmless.
    pub response_id: Uuid,
    /// Always empty: it led from answers to the invitation. Kept for earlier versions of the program beside this one.
    pub invitation_id: Option<Uuid>,
    /// The open-link slug, none for invitations.
    pub open_link: Option<String>,
    /// Answers as JSON.
    pub answers: String,
    /// Language chosen.
    pub language: String,
    /// Page last seen.
    pub current_page: Option<String>,
    /// Keyed hash of the device token; another device sees no answers.
    pub device_hash: Option<String>,
    /// Optional PIN of the respondent.
    pub pin_hash: Option<String>,
    /// Wrong PINs in a row.
    pub pin_failures: i32,
    /// Start, Unix milliseconds; only the duration outlives the draft.
    pub started_at: i64,
    /// Day of the last change, ISO 8601.
    pub updated_day: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
