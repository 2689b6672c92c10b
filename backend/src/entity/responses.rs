//! An accepted response (答卷). No identity, no time finer than the day.

use sea_orm::entity::prelude::*;

/// An accepted response (答卷). No identity, no time finer than the day.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "responses")]
pub struct Model {
    /// UUID v4 made by the client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round.
    pub round_id: String,
    /// Respondent group.
    pub group: String,
    /// Form name.
    pub form: String,
    /// Version answered.
    pub form_version: String,
    /// HMAC of the invitation id, none on an open link.
    #[sea_orm(unique)]
    pub link: Option<String>,
    /// Open-link slug.
    pub open_link: Option<String>,
    /// Unit named on an open link, if any.
    pub unit: Option<String>,
    /// web, interview, phone or paper.
    pub mode: String,
    /// self, assisted or proxy.
    pub answering: String,
    /// Language of the answers.
    pub language: String,
    /// Collected by staff of the judged unit: kept out of scores.
    pub staff_collected: bool,
    /// Day of acceptance, ISO 8601.
    pub day: String,
    /// Seconds from start to end.
    pub duration_s: i64,
    /// Canonical answers as JSON.
    pub answers: String,
    /// Keyed hash of the submitted content, to tell a repeat from a conflict.
    pub content_mac: String,
    /// Salt of the leaf; destroyed on withdrawal.
    pub salt: Vec<u8>,
    /// Salted hash of the response, hex.
    #[sea_orm(unique)]
    pub leaf: String,
    /// Ways of reading used, space-separated: see [`crate::submit::Way`].
    pub ways: String,
    /// Consents given beside taking part: `sensitive`, `guardian`, space-separated.
    pub consents: String,
    /// Login of the interviewer who asked, none otherwise.
    pub interviewer: Option<String>,
    /// `accepted`, `replaced` or `withdrawn`; only accepted ones are read.
    pub state: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
