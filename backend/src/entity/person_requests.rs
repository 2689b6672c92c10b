//! What somebody asked of the office about the data kept of them; no name, no number.

use sea_orm::entity::prelude::*;

/// What somebody asked of the office about the data kept of them; no name, no number.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person_requests")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round.
    pub round_id: String,
    /// Keys of the frame members that the person is, space-separated.
    pub member_keys: String,
    /// `copy`, `correct`, `stop`, `erase`, space-separated.
    pub wants: String,
    /// How the office knew that it was this person, or who may speak for them.
    pub basis: String,
    /// `asked`, `confirmed`, `refused` or `done`.
    pub state: String,
    /// Login of whoever took it.
    pub asked_by: String,
    /// The day, ISO 8601.
    pub asked_on: String,
    /// By which day it has to be answered, ISO 8601.
    pub due_on: String,
    /// Login of whoever agreed or refused.
    pub decided_by: Option<String>,
    /// The day of that, ISO 8601.
    pub decided_on: Option<String>,
    /// The day on which it was answered, ISO 8601.
    pub done_on: Option<String>,
    /// How it was answered.
    pub outcome: Option<String>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
