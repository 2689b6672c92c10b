//! A questionnaire that is being written: which of its states it is in.

use sea_orm::entity::prelude::*;

/// A questionnaire that is being written: which of its states it is in.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "form_drafts")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// The name of its file in the plan, without folder and ending.
    #[sea_orm(primary_key, auto_increment = false)]
    pub form: String,
    /// Number of the state that it is in.
    pub head: i32,
    /// SHA-256 of the plan's questionnaire from which it began or into which it was put, hex; empty for one that the plan
    /// did not have.
    pub based_on: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
