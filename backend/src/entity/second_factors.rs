//! The second factor of a member of staff.

use sea_orm::entity::prelude::*;

/// The second factor of a member of staff.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "second_factors")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: Uuid,
    /// The secret that the app shares, sealed under a key from outside the database.
    pub secret: Vec<u8>,
    /// The last step (30 seconds each, since 1970) of which a code was accepted: none is accepted twice.
    pub last_step: i64,
    /// Day since when, ISO 8601.
    pub since: String,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
