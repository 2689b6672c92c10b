//! The hash-chained log of staff acts; see `store::audit`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// The hash-chained log of staff acts; see `store::audit`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// Position, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// When, Unix milliseconds.
    pub at: i64,
    /// Login, or `cli`.
    pub actor: String,
    /// Act, `round.seal`.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// Parameters as JSON, without answers or names.
    pub detail: String,
    /// Hash of the entry before, hex.
    pub prev_hash: String,
    /// Keyed hash of this entry, hex.
    pub hash: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
