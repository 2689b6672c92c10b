//! An interviewer's phone or tablet.

use sea_orm::entity::prelude::*;

/// An interviewer's phone or tablet.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "devices")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose it is.
    pub staff_id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// Keyed hash of its bearer token.
    #[sea_orm(unique)]
    pub token_hash: String,
    /// Keyed hash of the token that only delivers; devices registered before there was one have none.
    pub send_hash: Option<String>,
    /// `active`, `wipe` (to be wiped at the next contact), `wiped` or `left` (signed out).
    pub state: String,
    /// Days without contact after which it wipes itself.
    pub max_offline_days: i32,
    /// Day of the last contact, ISO 8601.
    pub last_seen_day: String,
    /// Registration, Unix milliseconds.
    pub created_at: i64,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
