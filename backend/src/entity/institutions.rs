//! A service institution (服务资源) of a round; it holds nothing about people.

use sea_orm::entity::prelude::*;

/// A service institution (服务资源) of a round; it holds nothing about people.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "institutions")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// Code, unique in the round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English, or empty.
    pub name_en: String,
    /// The township that it serves; the county when it serves all.
    pub unit: String,
    /// Service areas, space-separated.
    pub areas: String,
    /// What it does, in Chinese.
    pub services_zh: String,
    /// What it does, in English, or empty.
    pub services_en: String,
    /// Address in Chinese.
    pub address_zh: String,
    /// Address in English, or empty.
    pub address_en: String,
    /// Telephone, or empty.
    pub phone: String,
    /// Opening hours in Chinese.
    pub hours_zh: String,
    /// Opening hours in English, or empty.
    pub hours_en: String,
    /// What is barrier-free, codes separated by spaces.
    pub accessible: String,
    /// What is known not to be; the rest is not known.
    pub not_accessible: String,
    /// Whether it has closed and is shown no longer.
    pub closed: bool,
    /// The day of the last change, ISO 8601.
    pub day: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
