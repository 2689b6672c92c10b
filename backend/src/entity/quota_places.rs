//! A place of a quota that an accepted open-link response has taken.

use sea_orm::entity::prelude::*;

/// A place of a quota that an accepted open-link response has taken.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quota_places")]
pub struct Model {
    /// The response.
    #[sea_orm(primary_key, auto_increment = false)]
    pub response_id: Uuid,
    /// Quota and cell, as [`crate::store::quotas`] writes them.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cell: String,
    /// The round.
    pub round_id: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
