//! A questionnaire put in place of another in a sealed round. Only appended to.

use sea_orm::entity::prelude::*;

/// A questionnaire put in place of another in a sealed round. Only appended to.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "amendments")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// 1 for the first of the round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// Form name.
    pub form: String,
    /// Version before: `Form::version`, a SHA-256.
    pub old_version: String,
    /// Version since.
    pub new_version: String,
    /// Why, in the office's words.
    pub reason: String,
    /// Login of whoever did it, or `cli`.
    pub actor: String,
    /// When, Unix milliseconds.
    pub at: i64,
    /// The day, ISO 8601.
    pub day: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
