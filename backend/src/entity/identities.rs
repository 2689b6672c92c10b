//! Who a frame member is, sealed under the identity key.

use sea_orm::entity::prelude::*;

/// Who a frame member is, sealed under the identity key.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identities")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// HMAC of the person id, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_key: String,
    /// XChaCha20-Poly1305 of the identity as JSON.
    pub sealed: Vec<u8>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
