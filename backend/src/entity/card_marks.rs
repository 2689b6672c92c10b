//! A mark on a score card.

use sea_orm::entity::prelude::*;

/// A mark on a score card.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "card_marks")]
pub struct Model {
    /// The card.
    #[sea_orm(primary_key, auto_increment = false)]
    pub card_id: Uuid,
    /// The criterion.
    #[sea_orm(primary_key, auto_increment = false)]
    pub criterion: String,
    /// The mark; none while it is open.
    pub mark: Option<f64>,
    /// What the scorer remarks.
    pub comment: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
