//! A province and a country from their counties, without seeing a person.
//!
//! A county computes its round where its answers are and hands over a [`SharedStatistics`]: for each figure of the
//! county as a whole that may be shown, the [`Moments`] of its ratio, with how the perspectives of an indicator vary
//! together, and the county's score. [`province::combine`] makes of several counties' files what one computation over
//! all their answers would have made, to rounding, because samples of different counties were drawn independently.
//!
//! | file | what it does |
//! |---|---|
//! | [`moments`] | the sums, why they suffice, and how they are joined |
//! | [`county`] | what a county hands over, and what it withholds |
//! | [`province`] | checks, joins, and makes results of the joined |
//! | [`records`] | what the figures are made of, person by person, without answers, traits or places |
//! | [`partitions`] | the same moments from Parquet files of any number of persons, a county at a time |
//! | [`cluster`] | the same moments from sums that a cluster made of the same files |
//!
//! # Disclosure
//! A file holds figures of the whole county only, and of those only what a publication of the round shows: what is
//! withheld there, because few are behind it or nearly all say the same, or because it could be worked out from the
//! rest, is withheld here. Unlike a publication it holds sums to the last digit, so it goes to the province's office and
//! not to the public. A figure that a county withholds is left out of the province's, and the province's results say
//! for how many counties they stand; a difference between them is then always one of whole counties that are shown.

pub mod cluster;
pub mod county;
pub mod moments;
pub mod partitions;
pub mod province;
pub mod records;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::plan::Measure;
use crate::publication::Named;
pub use moments::{Cross, Moments};

/// What the first key of a file must say.
pub const FORMAT: &str = "minyi shared statistics 1";

/// Statistics of a county (or of a province, for the country) that can be joined with those of others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedStatistics {
    /// [`FORMAT`].
    pub format: String,
    /// Whose they are.
    pub unit: Named,
    /// The round that made them.
    pub round: String,
    /// Year of the round.
    pub year: i32,
    /// Hash of the sealed plan that made them.
    pub plan_sha256: String,
    /// Nothing here is of fewer persons.
    pub min_cell: u32,
    /// Figures of fewer persons carry a warning.
    pub small_n: u32,
    /// SHA-256 of what each leaf indicator measures and of whom, by code: the same in whatever is joined.
    pub definitions: BTreeMap<String, String>,
    /// Version of each group's questionnaire.
    pub forms: BTreeMap<String, String>,
    /// How each leaf combines its perspectives: code, then perspective and share, in the order of the plan.
    pub shares: BTreeMap<String, Vec<(String, f64)>>,
    /// Estimated number of disabled persons, the weight of this unit's score among others; none without a frame.
    pub persons: Option<f64>,
    /// Invited and answered by group, where neither the answered nor the silent are few.
    pub answered: Vec<Answered>,
    /// The figures.
    pub cells: Vec<Cell>,
    /// How two perspectives of an indicator vary together.
    pub crosses: Vec<CrossCell>,
    /// Figures that there are, and that are not handed over.
    pub withheld: Vec<CellName>,
    /// The unit's own score; none where none could be computed.
    pub score: Option<SharedScore>,
}

/// How many of a group were invited and answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    /// Respondent group.
    pub group: String,
    /// Invited cases.
    pub invited: u64,
    /// Completed responses.
    pub complete: u64,
}

/// Which figure it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellName {
    /// Indicator.
    pub code: String,
    /// Survey perspective.
    pub group: String,
    /// Service area; none pools them.
    pub area: Option<String>,
}

impl std::fmt::Display for CellName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.code, self.group)?;
        match &self.area {
            Some(area) => write!(f, "/{area}"),
            None => Ok(()),
        }
    }
}

/// A figure's moments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// Which figure.
    pub name: CellName,
    /// What it measures.
    pub measure: Measure,
    /// Its sums.
    pub moments: Moments,
}

/// How the pooled figures of two perspectives of an indicator vary together, or one with itself, over the sampled units of
/// all perspectives: what combines them is judged by these, as a round does it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrossCell {
    /// Indicator.
    pub code: String,
    /// The perspectives, in the order of the plan.
    pub groups: (String, String),
    /// Their covariances.
    pub cross: Cross,
}

/// A unit's score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedScore {
    /// 0–100.
    pub score: f64,
    /// Standard error.
    pub se: f64,
    /// Degrees of freedom of the error; none where it is known outright.
    pub df: Option<f64>,
}

impl SharedStatistics {
    /// The moments of a figure.
    #[must_use]
    pub fn cell(&self, name: &CellName) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.name == *name)
    }
}
