//! A state of a score card that was sealed.

use sea_orm::entity::prelude::*;

/// A state of a score card that was sealed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "card_seals")]
pub struct Model {
    /// The card.
    #[sea_orm(primary_key, auto_increment = false)]
    pub card_id: Uuid,
    /// Number of the seal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// Random, so that nobody finds the marks by trying.
    pub salt: String,
    /// SHA-256 of the content.
    pub hash: String,
    /// The content, canonical JSON with the salt.
    pub content: String,
    /// When, Unix milliseconds.
    pub at: i64,
    /// Why the office gave it back, if it did.
    pub returned_reason: Option<String>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
