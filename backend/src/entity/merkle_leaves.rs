//! A leaf of a round's log, at its position for ever.

use sea_orm::entity::prelude::*;

/// A leaf of a round's log, at its position for ever.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merkle_leaves")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// Place in the log, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// The salted hash of the response, hex.
    #[sea_orm(unique)]
    pub leaf: String,
    /// The publication that added it.
    pub epoch: i32,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
