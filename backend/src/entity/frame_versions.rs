//! A newer frame of a round, sealed like the first one.

use sea_orm::entity::prelude::*;

/// A newer frame of a round, sealed like the first one.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "frame_versions")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// Number, from 1; 0 is the frame that came with the plan.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// The version that it was held against.
    pub based_on: i32,
    /// `proposed`, `applied` or `discarded`.
    pub state: String,
    /// Name of the file.
    pub file: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Members.
    pub rows: i32,
    /// How many changed in which way, as JSON.
    pub counts: String,
    /// Whether it took the place of the frame before a sample was drawn.
    pub drawn_from: bool,
    /// Why it was applied, in the words of the office; empty before.
    pub reason: String,
    /// Who did the last thing to it.
    pub actor: String,
    /// When, milliseconds since 1970.
    pub at: i64,
    /// The day by the office's calendar, ISO 8601.
    pub day: String,
    /// XChaCha20-Poly1305 of the file; empty once discarded.
    pub content: Vec<u8>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
