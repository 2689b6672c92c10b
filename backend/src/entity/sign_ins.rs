//! A sign-in between password and code; the token itself is only in the cookie.

use sea_orm::entity::prelude::*;

/// A sign-in between password and code; the token itself is only in the cookie.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_ins")]
pub struct Model {
    /// SHA-256 of the token, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: String,
    /// Whose password was given.
    pub staff_id: Uuid,
    /// Wrong codes so far.
    pub tries: i32,
    /// End, Unix milliseconds.
    pub expires_at: i64,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
