//! How far a key has used up its allowance of failures, for all servers together.

use sea_orm::entity::prelude::*;

/// How far a key has used up its allowance of failures, for all servers together.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "failures")]
pub struct Model {
    /// What is counted, as a keyed hash.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// The moment until which its allowance is spent, Unix milliseconds; the past means that nothing is.
    pub spent_until: i64,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
