//! Cases that answered and agreed to be called back. No time: which answer it was stays unknown.

use sea_orm::entity::prelude::*;

/// Cases that answered and agreed to be called back. No time: which answer it was stays unknown.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "callback_consents")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// The case.
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
