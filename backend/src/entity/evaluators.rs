//! An evaluator whom the office engaged for a round.

use sea_orm::entity::prelude::*;

/// An evaluator whom the office engaged for a round.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "evaluators")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// The account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: Uuid,
    /// Most units that they take; none is no limit.
    pub capacity: Option<i32>,
    /// Day of the engagement, ISO 8601.
    pub engaged_on: String,
    /// When they last declared their conflicts, Unix milliseconds; none before the first time.
    pub declared_at: Option<i64>,
    /// When they left, Unix milliseconds.
    pub withdrawn_at: Option<i64>,
    /// Why they left.
    pub withdrawn_reason: Option<String>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
