//! A questionnaire version; old versions stay, because responses name them.

use sea_orm::entity::prelude::*;

/// A questionnaire version; old versions stay, because responses name them.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "forms")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// Form name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub form: String,
    /// `Form::version`: hash of the model.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: String,
    /// Path of the workbook in the plan folder.
    pub source_path: String,
    /// The workbook.
    pub xlsx: Vec<u8>,
    /// Whether new answers begin with this version; those begun with an earlier one are accepted as well.
    pub current: bool,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
