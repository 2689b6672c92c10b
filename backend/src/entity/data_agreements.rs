//! Agreements by which somebody gets a round's answers for research.

use sea_orm::entity::prelude::*;

/// An agreement by which somebody gets a round's answers for research. It holds once a second person confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_agreements")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round.
    pub round_id: String,
    /// Who gets the data.
    pub person: String,
    /// Where that person works.
    pub institution: String,
    /// What for.
    pub purpose: String,
    /// Last day, ISO 8601.
    pub until: String,
    /// Login of whoever entered it.
    pub asked_by: String,
    /// The day.
    pub asked_on: String,
    /// Login of the second person.
    pub confirmed_by: Option<String>,
    /// The day.
    pub confirmed_on: Option<String>,
    /// Login of whoever ended it before its last day.
    pub ended_by: Option<String>,
    /// The day.
    pub ended_on: Option<String>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
