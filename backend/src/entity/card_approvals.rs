//! An approval of one sealed state of a score card.

use sea_orm::entity::prelude::*;

/// An approval of one sealed state of a score card.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "card_approvals")]
pub struct Model {
    /// The card.
    #[sea_orm(primary_key, auto_increment = false)]
    pub card_id: Uuid,
    /// Hash of the state approved.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    /// Login of whoever approved.
    pub actor: String,
    /// When, Unix milliseconds.
    pub at: i64,
    /// When a change made it void.
    pub voided_at: Option<i64>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
