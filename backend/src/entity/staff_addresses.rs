//! Where a member of staff hears about changes of their account.

use sea_orm::entity::prelude::*;

/// Where a member of staff hears about changes of their account.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_addresses")]
pub struct Model {
    /// The account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: Uuid,
    /// E-mail address.
    pub email: String,
    /// `zh` or `en`.
    pub language: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
