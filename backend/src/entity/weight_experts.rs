//! Somebody asked to compare the indicators of a plan pair by pair.

use sea_orm::entity::prelude::*;

/// Somebody asked to compare the indicators of a plan pair by pair.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "weight_experts")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round.
    pub round_id: String,
    /// 1 for the first of the round: the name in the plan, E1.
    pub seq: i32,
    /// Who it is; stays with the office.
    pub name: String,
    /// Keyed hash of the personal link's token.
    pub token_hash: String,
    /// `open`, `done` or `withdrawn`.
    pub state: String,
    /// When the link was made, Unix milliseconds.
    pub at: i64,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
