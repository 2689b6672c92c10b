//! A file of the plan folder, kept byte for byte so that it can be exported unchanged.

use sea_orm::entity::prelude::*;

/// A file of the plan folder, kept byte for byte so that it can be exported unchanged.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_files")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// Path inside the plan folder.
    #[sea_orm(primary_key, auto_increment = false)]
    pub path: String,
    /// The bytes, or their sealed form.
    pub content: Vec<u8>,
    /// Whether `content` is encrypted under the identity key (frame.csv always is).
    pub sealed: bool,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
