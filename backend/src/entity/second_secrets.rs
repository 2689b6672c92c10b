//! The second secret (第二密码) of a receipt, as a keyed hash.

use sea_orm::entity::prelude::*;

/// The second secret (第二密码) of a receipt, as a keyed hash.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "second_secrets")]
pub struct Model {
    /// Leaf of the receipt, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub leaf: String,
    /// The round.
    pub round_id: String,
    /// Keyed hash of the secret, hex.
    pub mac: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
