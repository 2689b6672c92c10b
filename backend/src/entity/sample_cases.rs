//! A sampled case: the design information analysis needs, without identity.

use sea_orm::entity::prelude::*;

/// A sampled case: the design information analysis needs, without identity.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sample_cases")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: String,
    /// Case number, unique in the round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: String,
    /// Respondent group.
    pub group: String,
    /// Frame member this case was drawn from.
    pub member_key: Option<String>,
    /// Township code, none for county-level bodies.
    pub township: Option<String>,
    /// Township or village code.
    pub unit: String,
    /// Sampling stratum.
    pub stratum: String,
    /// Primary sampling unit.
    pub psu: String,
    /// Whether the PSU was drawn with certainty.
    pub certainty: bool,
    /// 1 / inclusion probability.
    pub base_weight: f64,
    /// Key that joins a family case to its person's resident case.
    pub person: Option<String>,
    /// Disability category.
    pub category: Option<String>,
    /// Disability grade.
    pub grade: Option<String>,
    /// Sex.
    pub sex: Option<String>,
    /// Age band.
    pub age_band: Option<String>,
    /// Special-hardship marks, space-separated.
    pub hardship: String,
    /// Kind of grassroots body.
    pub body_kind: Option<String>,
    /// AAPOR code set by the office (refused, moved away, …), none until known.
    pub disposition: Option<String>,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
