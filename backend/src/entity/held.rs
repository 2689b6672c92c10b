//! A finished interview that could not be accepted as a response, kept for the office.

use sea_orm::entity::prelude::*;

/// A finished interview that could not be accepted as a response, kept for the office.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "held")]
pub struct Model {
    /// UUID v4 made by the device; the response will have it too.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round.
    pub round_id: String,
    /// The case that it is said to belong to.
    pub case_id: String,
    /// Who interviewed.
    pub staff_id: Uuid,
    /// The envelope as it came, as JSON: nobody reads it without the key file.
    pub envelope: String,
    /// Keyed hash of the opened content, to tell a repeat from a conflict.
    pub content_mac: String,
    /// Why it is held, one word; see `store::held::Reason`.
    pub reason: String,
    /// What is wrong, by field, as JSON; never an answer.
    pub faults: String,
    /// `held`, `accepted` or `discarded`.
    pub state: String,
    /// The office's reason for discarding.
    pub note: Option<String>,
    /// Day on which it came, ISO 8601.
    pub day: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
