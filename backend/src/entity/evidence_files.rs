//! A file of evidence; its bytes lie in the data folder under its identifier.

use sea_orm::entity::prelude::*;

/// A file of evidence; its bytes lie in the data folder under its identifier.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "evidence_files")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The card.
    pub card_id: Uuid,
    /// The criterion.
    pub criterion: String,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// Media type, by its bytes.
    pub media_type: String,
    /// Size.
    pub bytes: i32,
    /// When it was taken, as given; may be empty.
    pub taken_on: String,
    /// Where it was taken, as given; may be empty.
    pub place: String,
    /// When it was handed in, Unix milliseconds.
    pub at: i64,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
