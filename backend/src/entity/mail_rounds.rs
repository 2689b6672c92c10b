//! Since when a round's mail is scheduled, and whether it is held.

use sea_orm::entity::prelude::*;

/// Since when a round's mail is scheduled, and whether it is held.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_rounds")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// From when on it is scheduled, Unix milliseconds: what was due earlier is not sent.
    pub since: i64,
    /// Whether the round was over then.
    pub was_over: bool,
    /// Whether the office holds its mail.
    pub held: bool,
    /// Who holds it.
    pub held_by: Option<String>,
    /// Why.
    pub held_reason: Option<String>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
