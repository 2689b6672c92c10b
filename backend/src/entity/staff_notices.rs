//! Something that happened to an account and that its owner should know.

use sea_orm::entity::prelude::*;

/// Something that happened to an account and that its owner should know.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_notices")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The account.
    pub staff_id: Uuid,
    /// What happened: `auth::notices::Kind`.
    pub kind: String,
    /// Kind of browser and system, as `auth::browser` words them; empty where it was done by somebody else.
    pub device: String,
    /// When, Unix milliseconds.
    pub at: i64,
    /// Whether its owner said that they have read it.
    pub seen: bool,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
