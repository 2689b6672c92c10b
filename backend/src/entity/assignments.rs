//! Which interviewer visits a sampled case.

use sea_orm::entity::prelude::*;

/// Which interviewer visits a sampled case.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assignments")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// The sampled case.
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: String,
    /// The interviewer.
    pub staff_id: Uuid,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
