//! How many accepted responses are alike in what lists count them by.

use sea_orm::entity::prelude::*;

/// How many accepted responses are alike in what lists count them by: nothing that the responses themselves do not say.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "response_tallies")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// Day of acceptance, ISO 8601.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: String,
    /// Respondent group.
    #[sea_orm(primary_key, auto_increment = false)]
    pub group: String,
    /// web, interview, phone or paper.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mode: String,
    /// Open-link slug; empty where there is none, because keys hold no NULL.
    #[sea_orm(primary_key, auto_increment = false)]
    pub open_link: String,
    /// Login of the interviewer; empty where there is none.
    #[sea_orm(primary_key, auto_increment = false)]
    pub interviewer: String,
    /// How many.
    pub n: i64,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
