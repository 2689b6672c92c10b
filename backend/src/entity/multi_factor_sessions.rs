//! Sessions that began with a second factor at the identity provider.

use sea_orm::entity::prelude::*;

/// Sessions that began with a second factor at the identity provider.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "multi_factor_sessions")]
pub struct Model {
    /// SHA-256 of the session's token, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
