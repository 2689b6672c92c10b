//! A signed root of a round's log.

use sea_orm::entity::prelude::*;

/// A signed root of a round's log.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merkle_roots")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// Number of the publication, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub epoch: i32,
    /// `daily` or `closing`.
    pub kind: String,
    /// Last day of the responses in it, ISO 8601.
    pub day: String,
    /// Number of leaves.
    pub size: i64,
    /// Root hash, hex.
    pub root: String,
    /// Ed25519 signature of the statement, hex.
    pub signature: String,
    /// Entries of the audit log at that moment; none in roots of earlier versions, or when there was no entry.
    pub audit_entries: Option<i64>,
    /// Hash of the last of them, hex.
    pub audit_head: Option<String>,
    /// Ed25519 signature of the statement about them, hex.
    pub audit_signature: Option<String>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
