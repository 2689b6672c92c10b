//! The working copy of a round's plan, while it differs from what is saved.

use sea_orm::entity::prelude::*;

/// The working copy of a round's plan, while it differs from what is saved.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_copies")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// Paths and the SHA-256 of their contents as JSON.
    pub manifest: String,
    /// Fingerprint of the saved files from which it began.
    pub based_on: String,
    /// Login of whoever changed it last.
    pub actor: String,
    /// When, Unix milliseconds.
    pub at: i64,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
