//! Summaries that the plan's schedule asked for, each once.

use sea_orm::entity::prelude::*;

/// Summaries that the plan's schedule asked for, each once.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_runs")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// `weekly` or `final`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    /// The day of a weekly summary, ISO 8601; `end` of the final one.
    #[sea_orm(primary_key, auto_increment = false)]
    pub period: String,
    /// `running`, `done` or `failed`.
    pub state: String,
    /// When it was due, Unix milliseconds.
    pub due_at: i64,
    /// While running: when another server may take it over. Failed: when it is tried again.
    pub lease_until: Option<i64>,
    /// Times begun.
    pub attempts: i32,
    /// Messages put into the outbox.
    pub messages: i32,
    /// Last failure.
    pub error: Option<String>,
    /// End, Unix milliseconds.
    pub finished_at: Option<i64>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
