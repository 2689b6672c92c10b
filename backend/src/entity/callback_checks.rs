//! What was said in completed calls: flags by unit, without the case.

use sea_orm::entity::prelude::*;

/// What was said in completed calls: flags by unit, without the case.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "callback_checks")]
pub struct Model {
    /// Identifier, random.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round.
    pub round_id: String,
    /// The judged unit.
    pub unit: String,
    /// `yes`, `no` or `unsure`; so for the others.
    pub took_part: String,
    /// Whether they answered themselves.
    pub answered_self: String,
    /// Whether staff were beside them.
    pub staff_present: String,
    /// Whether the rating stands.
    pub rating_right: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
