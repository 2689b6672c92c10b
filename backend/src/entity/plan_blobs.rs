//! Content of a plan's file, once for each round that has it.

use sea_orm::entity::prelude::*;

/// Content of a plan's file, once for each round that has it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_blobs")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// SHA-256 of the content, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: String,
    /// The bytes.
    pub content: Vec<u8>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
