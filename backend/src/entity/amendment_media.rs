//! A picture, recording or film that came with an amended questionnaire.

use sea_orm::entity::prelude::*;

/// A picture, recording or film that came with an amended questionnaire.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "amendment_media")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// File name; none that the sealed plan has with other content.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The bytes.
    pub content: Vec<u8>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
