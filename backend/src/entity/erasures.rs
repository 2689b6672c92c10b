//! Something of a round that was erased, with the certificate of it.

use sea_orm::entity::prelude::*;

/// Something of a round that was erased, with the certificate of it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "erasures")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round.
    pub round_id: String,
    /// What: `analysis::plan::Kept`.
    pub kept: String,
    /// The day, ISO 8601.
    pub day: String,
    /// Login of whoever did it, `cli`, or `minyi` where the plan's day had come.
    pub actor: String,
    /// SHA-256 of the certificate, which the audit trail names too.
    pub sha256: String,
    /// The certificate as text.
    pub certificate: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
