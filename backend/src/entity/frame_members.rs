//! One row of the sampling frame (抽样框) without identity.

use sea_orm::entity::prelude::*;

/// One row of the sampling frame (抽样框) without identity.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "frame_members")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// HMAC of the person id, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_key: String,
    /// Unit code.
    pub unit: String,
    /// Respondent group.
    pub group: String,
    /// Disability category.
    pub category: Option<String>,
    /// Disability grade, 1–4.
    pub grade: Option<String>,
    /// Sex as in the register.
    pub sex: Option<String>,
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// Special-hardship marks, space-separated.
    pub hardship: String,
    /// Kind of grassroots body.
    pub body_kind: Option<String>,
    /// Member key of the person a family member belongs to.
    pub relative_of_key: Option<String>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
