//! A respondent group (评价主体) of a round and the questionnaire it answers.

use sea_orm::entity::prelude::*;

/// A respondent group (评价主体) of a round and the questionnaire it answers.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "round_groups")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// Group code: resident, family, grassroots.
    #[sea_orm(primary_key, auto_increment = false)]
    pub group: String,
    /// Position in the plan.
    pub ord: i32,
    /// Form name: `resident` is forms/resident.xlsx.
    pub form: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// Slug of the open link, if the plan has one.
    pub open_link: Option<String>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
