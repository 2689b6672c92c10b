//! How many responses of a unit share a device or ten minutes.

use sea_orm::entity::prelude::*;

/// How many responses of a unit share a device or ten minutes.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sitting_counts")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// The scored unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit: String,
    /// `device` or `time`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shared: String,
    /// Keyed hash of the device or of the ten minutes, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mark: String,
    /// So many.
    pub responses: i64,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
