//! A draw that shared score cards out.

use sea_orm::entity::prelude::*;

/// A draw that shared score cards out.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "scoring_draws")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// Number in the round, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// `units` or `third`.
    pub kind: String,
    /// `unit` or `section`: what is marked together.
    pub split: String,
    /// The seed.
    pub seed: i64,
    /// Cards made.
    pub made: i32,
    /// Untouched cards taken back.
    pub taken_back: i32,
    /// Login of whoever drew.
    pub actor: String,
    /// When, Unix milliseconds.
    pub at: i64,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
