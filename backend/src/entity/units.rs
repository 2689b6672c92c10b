//! A unit under assessment (被评价单位) in the tree of a round.

use sea_orm::entity::prelude::*;

/// A unit under assessment (被评价单位) in the tree of a round.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "units")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// Unit code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// Position in units.csv.
    pub ord: i32,
    /// Code of the parent, none for the root.
    pub parent: Option<String>,
    /// county, township, village, …: the level as units.csv names it.
    pub level: String,
    /// county, township, village, institution, …
    pub kind: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
