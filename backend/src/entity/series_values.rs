//! A figure of an administrative series as a revision set it; nothing is overwritten.

use sea_orm::entity::prelude::*;

/// A figure of an administrative series as a revision set it; nothing is overwritten.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "series_values")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// The revision that set it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    /// The series.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// The unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit: String,
    /// The period.
    #[sea_orm(primary_key, auto_increment = false)]
    pub period: String,
    /// The value in the series' own unit.
    pub value: f64,
    /// The value before; none where there was none.
    pub old_value: Option<f64>,
    /// Where it comes from.
    pub source: String,
    /// The source before.
    pub old_source: Option<String>,
    /// Name of the series as JSON by language; empty when nobody gave one.
    pub name: String,
    /// Unit of measure as JSON by language; empty when nobody gave one.
    pub unit_of_measure: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
