//! What the office did about points raised by all (您说我改), as published.

use sea_orm::entity::prelude::*;

/// What the office did about points raised by all (您说我改), as published.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "improvements")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round.
    pub round_id: String,
    /// Service area; none for all.
    pub area: Option<String>,
    /// What people said, in Chinese.
    pub said_zh: String,
    /// What was done, in Chinese.
    pub did_zh: String,
    /// What people said, in English; may be empty.
    pub said_en: String,
    /// What was done, in English; may be empty.
    pub did_en: String,
    /// Day of publication, ISO 8601.
    pub day: String,
    /// Taken back by the office.
    pub withdrawn: bool,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
