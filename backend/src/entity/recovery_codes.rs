//! A recovery code that was not used yet, as a keyed hash.

use sea_orm::entity::prelude::*;

/// A recovery code that was not used yet, as a keyed hash.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_codes")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: Uuid,
    /// Keyed hash of the code, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mac: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
