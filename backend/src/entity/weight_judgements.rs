//! How much more important an expert finds one indicator than its sibling.

use sea_orm::entity::prelude::*;

/// How much more important an expert finds one indicator than its sibling.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "weight_judgements")]
pub struct Model {
    /// The expert.
    #[sea_orm(primary_key, auto_increment = false)]
    pub expert_id: Uuid,
    /// Code of the indicator that stands first in the plan.
    #[sea_orm(primary_key, auto_increment = false)]
    pub first: String,
    /// Code of the other.
    #[sea_orm(primary_key, auto_increment = false)]
    pub second: String,
    /// Steps on Saaty's scale: 0 equal, 8 the first is nine times as important, -8 the second.
    pub steps: i32,
    /// The day of the last change, ISO 8601.
    pub day: Option<String>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
