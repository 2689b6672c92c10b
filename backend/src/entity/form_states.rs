//! A saved state of a questionnaire that is being written. Only appended to.

use sea_orm::entity::prelude::*;

/// A saved state of a questionnaire that is being written. Only appended to.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "form_states")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// The draft.
    #[sea_orm(primary_key, auto_increment = false)]
    pub form: String,
    /// 1 for the first of the draft.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// The state from which it was made; none for the first.
    pub parent: Option<i32>,
    /// What was done, as `questionnaires::Act` writes it.
    pub act: String,
    /// To which question or file; may be empty.
    pub subject: String,
    /// The workbook.
    pub content: Vec<u8>,
    /// Login of whoever did it.
    pub actor: String,
    /// When, Unix milliseconds.
    pub at: i64,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
