//! A browser in which somebody signed in before; the token itself is only in its cookie.

use sea_orm::entity::prelude::*;

/// A browser in which somebody signed in before; the token itself is only in its cookie.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_browsers")]
pub struct Model {
    /// SHA-256 of the token, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: String,
    /// The account.
    pub staff_id: Uuid,
    /// Kind of browser and system, as `auth::browser` words them.
    pub device: String,
    /// When it was last used to sign in, Unix milliseconds.
    pub last_used: i64,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
