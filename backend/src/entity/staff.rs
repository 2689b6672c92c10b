//! A member of staff who can log in.

use sea_orm::entity::prelude::*;

/// A member of staff who can log in.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Login name.
    #[sea_orm(unique)]
    pub login: String,
    /// Name shown.
    pub display_name: String,
    /// office, evaluator, viewer, interviewer or auditor.
    pub role: String,
    /// argon2id in PHC form.
    pub password_hash: String,
    /// Failed logins in a row.
    pub failed: i32,
    /// End of the pause after failures, Unix milliseconds.
    pub locked_until: Option<i64>,
    /// Whether the account is closed.
    pub disabled: bool,
    /// Creation, Unix milliseconds.
    pub created_at: i64,
    /// Code of the judged unit that employs this person, if one does.
    pub employer_unit: Option<String>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
