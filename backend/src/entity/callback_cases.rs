//! Cases drawn to be called back, who calls them, and how the calls ended; not what was said.

use sea_orm::entity::prelude::*;

/// Cases drawn to be called back, who calls them, and how the calls ended; not what was said.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "callback_cases")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// The case.
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: String,
    /// The judged unit whose stratum it is.
    pub unit: String,
    /// Place in the draw: lower comes first.
    pub place: i32,
    /// Login of the caller; none while nobody has taken it.
    pub caller: Option<String>,
    /// Calls made without reaching the person.
    pub attempts: i32,
    /// How it ended; none while it is open.
    pub outcome: Option<String>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
