//! Slow or fallible work, claimed by one runner at a time.

use sea_orm::entity::prelude::*;

/// Slow or fallible work, claimed by one runner at a time.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name of the work.
    pub kind: String,
    /// The round it concerns.
    pub round_id: Option<String>,
    /// Parameters as JSON.
    pub payload: String,
    /// `queued`, `running`, `done` or `failed`.
    pub state: String,
    /// Times started.
    pub attempts: i32,
    /// 0 to 1.
    pub progress: f64,
    /// Last failure.
    pub error: Option<String>,
    /// Not before, Unix milliseconds.
    pub run_after: i64,
    /// While running: when another runner may take it over.
    pub lease_until: Option<i64>,
    /// Creation, Unix milliseconds.
    pub created_at: i64,
    /// End, Unix milliseconds.
    pub finished_at: Option<i64>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
