//! A conflict of interest of an evaluator with a judged unit.

use sea_orm::entity::prelude::*;

/// A conflict of interest of an evaluator with a judged unit.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "evaluator_conflicts")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// The account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: Uuid,
    /// The judged unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit: String,
    /// `unit`, `institution`, `relatives`, `past_post`, `employer` or `household`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    /// `declared`, `register` or `office`.
    pub source: String,
    /// What was said about it.
    pub note: String,
    /// When it was written down, Unix milliseconds.
    pub at: i64,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
