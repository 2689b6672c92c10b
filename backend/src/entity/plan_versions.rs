//! A saved state of a plan. Only appended to.

use sea_orm::entity::prelude::*;

/// A saved state of a plan. Only appended to.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_versions")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// 1 for the first of the round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// `import`, `edit`, `seal` or `amend`; see `store::plan_versions::Kind`.
    pub kind: String,
    /// SHA-256 of the plan's canonical form.
    pub plan_sha256: String,
    /// Paths and the SHA-256 of their contents as JSON.
    pub manifest: String,
    /// Why, in the office's words; may be empty.
    pub reason: String,
    /// Login of whoever did it, or `cli`.
    pub actor: String,
    /// When, Unix milliseconds.
    pub at: i64,
    /// The day, ISO 8601.
    pub day: String,
    /// Answers that had come when it was saved.
    pub answers_before: i64,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
