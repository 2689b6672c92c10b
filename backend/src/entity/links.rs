//! An open link of one site, beside the groups' own.

use sea_orm::entity::prelude::*;

/// An open link of one site, beside the groups' own.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "links")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// Last part of its address.
    #[sea_orm(primary_key, auto_increment = false)]
    pub slug: String,
    /// Position in the plan.
    pub ord: i32,
    /// The group that answers.
    pub group: String,
    /// Name of the place in Chinese.
    pub site_zh: String,
    /// Name of the place in English.
    pub site_en: String,
    /// Township of everyone who answers here; asked when absent.
    pub unit: Option<String>,
    /// Answers taken a day; none for no limit.
    pub daily_cap: Option<i32>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
