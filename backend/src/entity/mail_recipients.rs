//! Who receives the summaries of a round by e-mail.

use sea_orm::entity::prelude::*;

/// Who receives the summaries of a round by e-mail.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_recipients")]
pub struct Model {
    /// Identifier, which the address for stopping carries.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round.
    pub round_id: String,
    /// Name and title.
    pub name: String,
    /// Address as written.
    pub email: String,
    /// Address as compared: in small letters.
    pub email_key: String,
    /// `zh` or `en`.
    pub language: String,
    /// `leadership` or `unit`.
    pub role: String,
    /// The unit whose report they get; empty for the whole county's.
    pub unit: String,
    /// `plan` or `console`: where they were put on the list.
    pub source: String,
    /// `active`, `stopped` (by the recipient) or `removed` (by the office).
    pub state: String,
    /// Day since when the state is not `active`, ISO 8601.
    pub since: Option<String>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
