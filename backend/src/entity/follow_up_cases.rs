//! A follow-up case (诉求工单): what a respondent asks the office to see to. No identity.

use sea_orm::entity::prelude::*;

/// A follow-up case (诉求工单): what a respondent asks the office to see to. No identity.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "follow_up_cases")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round.
    pub round_id: String,
    /// Leaf of the response it came with, hex.
    #[sea_orm(unique)]
    pub leaf: String,
    /// Respondent group.
    pub group: String,
    /// Service area, once known.
    pub area: Option<String>,
    /// Township it concerns; none where that is not known.
    pub unit: Option<String>,
    /// What should change, in the respondent's words; sealed.
    pub text: Vec<u8>,
    /// How to reach the respondent, if left; sealed.
    pub contact: Option<Vec<u8>>,
    /// `new`, `accepted`, `working`, `answered`, `closed`, `rejected` or `withdrawn`.
    pub state: String,
    /// Account of whoever sees to it.
    pub owner: Option<Uuid>,
    /// Day it was made, ISO 8601.
    pub opened_on: String,
    /// Day by which it must be done, ISO 8601.
    pub due_on: String,
    /// Day it was done: answered, closed or turned down.
    pub done_on: Option<String>,
    /// `solved`, `partly` or `unsolved`, once closed.
    pub outcome: Option<String>,
    /// The respondent's word on how it was handled.
    pub satisfaction: Option<String>,
    /// Whether the respondent wrote last and the office has not answered.
    pub unread: bool,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
