//! A message of a follow-up case's thread.

use sea_orm::entity::prelude::*;

/// A message of a follow-up case's thread.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_messages")]
pub struct Model {
    /// The case.
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: Uuid,
    /// Place in the thread, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ord: i32,
    /// Written by the office, else by the respondent.
    pub from_office: bool,
    /// Day, ISO 8601.
    pub day: String,
    /// Text; sealed.
    pub body: Vec<u8>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
