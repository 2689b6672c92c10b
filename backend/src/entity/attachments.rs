//! A file that came with a response, sealed.

use sea_orm::entity::prelude::*;

/// A file that came with a response, sealed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attachments")]
pub struct Model {
    /// Identifier, random: what the seal is bound to, and what the file is called outside.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The response, or the draft or held interview that may become one.
    pub response_id: Uuid,
    /// The round.
    pub round_id: String,
    /// The question that it answers.
    pub question: String,
    /// Its name, which follows from the question: the answer that is stored.
    pub name: String,
    /// Media type, by its bytes.
    pub media_type: String,
    /// Size of what is sealed.
    pub bytes: i32,
    /// Keyed hash of the bytes: the same file sent again is known.
    pub mac: String,
    /// The bytes, sealed under the identity key.
    pub content: Vec<u8>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
