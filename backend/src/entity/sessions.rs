//! A console session; the token itself is only in the cookie.

use sea_orm::entity::prelude::*;

/// A console session; the token itself is only in the cookie.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// SHA-256 of the token, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: String,
    /// Whose session.
    pub staff_id: Uuid,
    /// Token expected back in forms.
    pub csrf: String,
    /// Start, Unix milliseconds.
    pub created_at: i64,
    /// End, Unix milliseconds.
    pub expires_at: i64,
    /// Kind of browser and system, as `auth::device` words them.
    pub device: String,
    /// Secret of a second factor that is being set up here, sealed.
    pub enrolling: Option<Vec<u8>>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
