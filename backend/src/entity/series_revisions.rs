//! A revision of the administrative series of a sealed round.

use sea_orm::entity::prelude::*;

/// A revision of the administrative series of a sealed round.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "series_revisions")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// Number, from 1; 0 is `admin.csv` as it was sealed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    /// Why, in the office's words.
    pub reason: String,
    /// Name of the file.
    pub file: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Figures that were not there before.
    pub added: i32,
    /// Figures that took the place of another.
    pub changed: i32,
    /// Who imported it.
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
