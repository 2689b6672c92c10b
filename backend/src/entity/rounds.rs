//! One assessment round (测评轮次) and the state it is in.

use sea_orm::entity::prelude::*;

/// One assessment round (测评轮次) and the state it is in.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rounds")]
pub struct Model {
    /// Identifier from plan.toml.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// `draft`, `sealed`, `open` or `closed`; see `store::rounds::RoundState`.
    pub state: String,
    /// SHA-256 of the canonical plan, once sealed.
    pub plan_sha256: Option<String>,
    /// First day of fieldwork, ISO 8601.
    pub opens_on: String,
    /// Last day of fieldwork, ISO 8601.
    pub closes_on: String,
    /// Days after the last in which interviews already done are taken.
    pub grace_days: i32,
    /// Quotas of open links as JSON.
    pub quotas: String,
    /// How often a questionnaire was amended since sealing; what is kept of the plan is as old as this number.
    pub amended: i32,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
