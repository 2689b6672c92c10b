//! One attempt to reach a sampled case, with its AAPOR disposition code.

use sea_orm::entity::prelude::*;

/// One attempt to reach a sampled case, with its AAPOR disposition code.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub struct Model {
    /// UUID v4 made by the client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round.
    pub round_id: String,
    /// The sampled case.
    pub case_id: String,
    /// Who tried.
    pub staff_id: Uuid,
    /// interview (a visit), phone or web (a reminder).
    pub mode: String,
    /// Day of the attempt by the device, ISO 8601.
    pub day: String,
    /// AAPOR code, such as `1.1`, `2.11` or `3.21`.
    pub disposition: String,
    /// What the next attempt should know; never anything about health. Empty when there is nothing.
    pub note: String,
    /// Day on which to call again, ISO 8601.
    pub callback_day: Option<String>,
    /// morning, afternoon or evening.
    pub callback_part: Option<String>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
