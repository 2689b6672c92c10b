//! A decision to keep something longer than the plan says; public.

use sea_orm::entity::prelude::*;

/// A decision to keep something longer than the plan says; public.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_delays")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round.
    pub round_id: String,
    /// What: `analysis::plan::Kept`.
    pub kept: String,
    /// Not before this day, ISO 8601.
    pub until: String,
    /// Why, for everybody to read.
    pub reason: String,
    /// Login of whoever decided.
    pub actor: String,
    /// The day of the decision, ISO 8601.
    pub day: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
