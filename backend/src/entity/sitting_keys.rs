//! The salt under which a round's sittings are marked, until the round closes.

use sea_orm::entity::prelude::*;

/// The salt under which a round's sittings are marked, until the round closes.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sitting_keys")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// 32 random bytes.
    pub salt: Vec<u8>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
