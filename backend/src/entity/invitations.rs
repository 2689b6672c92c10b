//! An invitation (邀请). It has a state and no time, and its code is derived, never stored.

use sea_orm::entity::prelude::*;

/// An invitation (邀请). It has a state and no time, and its code is derived, never stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitations")]
pub struct Model {
    /// Random identifier, from which code and link are derived.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round.
    pub round_id: String,
    /// Respondent group.
    pub group: String,
    /// The sampled case invited.
    pub case_id: String,
    /// HMAC of the code, hex.
    #[sea_orm(unique)]
    pub code_lookup: String,
    /// `issued`, `started`, `complete` or `withdrawn`.
    pub state: String,
    /// Whether the person wants no reminders.
    pub no_remind: bool,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
