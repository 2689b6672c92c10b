//! Which version of the frame a round is calibrated to, since when and why; the latest row counts.

use sea_orm::entity::prelude::*;

/// Which version of the frame a round is calibrated to, since when and why; the latest row counts.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "frame_uses")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// Number, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// The version.
    pub version: i32,
    /// Why, in the words of the office.
    pub reason: String,
    /// Who decided.
    pub actor: String,
    /// When, milliseconds since 1970.
    pub at: i64,
    /// The day by the office's calendar, ISO 8601.
    pub day: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
