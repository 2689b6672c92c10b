//! What was published of a round. Only its state is ever changed.

use sea_orm::entity::prelude::*;

/// What was published of a round. Only its state is ever changed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "publications")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// 1 for the first of the round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// SHA-256 of `content`, hex: its address.
    pub sha256: String,
    /// `analysis::publication::Release` as JSON, to the byte.
    pub content: String,
    /// `analysis::publication::Counts` as JSON. Never public.
    pub counts: String,
    /// `published`, `superseded` or `withdrawn`.
    pub state: String,
    /// Login of whoever published it, or `cli`.
    pub actor: String,
    /// When, Unix milliseconds.
    pub at: i64,
    /// The day, ISO 8601.
    pub day: String,
    /// Why it was withdrawn, in the office's words.
    pub reason: Option<String>,
    /// The day on which it was superseded or withdrawn.
    pub ended_on: Option<String>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
