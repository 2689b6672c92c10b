//! The office's exception for an interviewer whom a judged unit employs, in one round.

use sea_orm::entity::prelude::*;

/// The office's exception for an interviewer whom a judged unit employs, in one round.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "interviewer_exceptions")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// The interviewer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: Uuid,
    /// Why there was no one else.
    pub reason: String,
    /// Login of whoever granted it.
    pub granted_by: String,
    /// When, Unix milliseconds.
    pub granted_at: i64,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
