//! A third-party mark for a unit on a criterion (评分项).

use sea_orm::entity::prelude::*;

/// A third-party mark for a unit on a criterion (评分项).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "criterion_scores")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// Unit code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit: String,
    /// Criterion code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub criterion: String,
    /// Who gave it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scorer: String,
    /// The mark.
    pub score: f64,
    /// Given by a third scorer.
    pub third: bool,
    /// Files of evidence with it.
    pub evidence: i32,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
