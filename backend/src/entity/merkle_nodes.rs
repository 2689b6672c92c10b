//! The hash of a complete subtree of a round's log; it never changes.

use sea_orm::entity::prelude::*;

/// The hash of a complete subtree of a round's log; it never changes.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merkle_nodes")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// It covers 2^level leaves.
    #[sea_orm(primary_key, auto_increment = false)]
    pub level: i32,
    /// Its place among the subtrees of its level, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub idx: i64,
    /// Hash, hex.
    pub hash: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
