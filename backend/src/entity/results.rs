//! The last computed results of a round.

use sea_orm::entity::prelude::*;

/// The last computed results of a round.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "results")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// When, Unix milliseconds.
    pub computed_at: i64,
    /// `analysis::results::RoundDetail` as JSON.
    pub detail_json: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
