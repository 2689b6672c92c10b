//! A score card: some criteria of a unit, marked by one evaluator.

use sea_orm::entity::prelude::*;

/// A score card: some criteria of a unit, marked by one evaluator.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "score_cards")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round.
    pub round_id: String,
    /// The unit judged.
    pub unit: String,
    /// Codes of its criteria, a JSON list.
    pub criteria: String,
    /// Whose it is.
    pub staff_id: Uuid,
    /// For a third scorer, after the first ones differed.
    pub third: bool,
    /// `draft`, `sealed` or `void`.
    pub state: String,
    /// How often it was sealed or is being filled in, from 1.
    pub version: i32,
    /// Whether anything was ever saved.
    pub begun: bool,
    /// SHA-256 of what was sealed.
    pub hash: Option<String>,
    /// When it was sealed, Unix milliseconds.
    pub sealed_at: Option<i64>,
    /// The draw that made it.
    pub draw: i32,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
