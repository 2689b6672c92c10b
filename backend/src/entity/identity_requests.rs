//! A request to learn who gave a response. Holds no name: what was shown is shown once and stored nowhere.

use sea_orm::entity::prelude::*;

/// A request to learn who gave a response.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identity_requests")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round.
    pub round_id: String,
    /// Leaf of the response, hex.
    pub leaf: String,
    /// Why, in the office's words.
    pub reason: String,
    /// `asked`, `confirmed`, `refused` or `seen`.
    pub state: String,
    /// Login of whoever asked.
    pub asked_by: String,
    /// The day, ISO 8601.
    pub asked_on: String,
    /// Login of whoever confirmed or refused.
    pub decided_by: Option<String>,
    /// The day.
    pub decided_on: Option<String>,
    /// The day on which the person was shown.
    pub seen_on: Option<String>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
