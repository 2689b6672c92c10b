//! What did not come from questionnaires: administrative figures, and the marks of the third party.

use serde::{Deserialize, Serialize};
use survey_forms::text::Text;

/// A value of an administrative series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdminPoint {
    /// Series.
    pub code: String,
    /// The series' name, when the plan gives one.
    pub name: Option<Text>,
    /// Unit of measure, when the plan gives one.
    pub unit_of_measure: Option<Text>,
    /// Unit.
    pub unit: String,
    /// Period.
    pub period: String,
    /// Value.
    pub value: f64,
    /// Source.
    pub source: String,
    /// The revision of the round's figures that set it; 0 for `admin.csv` as it was sealed.
    #[serde(default, skip_serializing_if = "is_first")]
    pub revision: u32,
}

fn is_first(revision: &u32) -> bool {
    *revision == 0
}

/// The third party's marks for a criterion in a unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CriterionResult {
    /// Criterion.
    pub criterion: String,
    /// Its leaf indicator.
    pub indicator: String,
    /// Unit.
    pub unit: String,
    /// Mean mark, 0 to the criterion's highest.
    pub mean: f64,
    /// Mean as percent of the highest mark.
    pub value: f64,
    /// Standard error of the value from the scorers' differences; null with a single scorer.
    pub se: Option<f64>,
    /// Scorers.
    pub scorers: u64,
    /// Largest difference between two marks.
    pub range: f64,
    /// Whether the range is beyond the plan's limit.
    pub beyond_limit: bool,
    /// Whether a third scorer marked it as well.
    #[serde(default)]
    pub third: bool,
    /// Files of evidence that all scorers gave with it.
    #[serde(default)]
    pub evidence: u64,
}

/// A coefficient of agreement with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coefficient {
    /// The coefficient, at most 1.
    pub value: f64,
    /// Lower limit; null where it cannot be said.
    pub lower: Option<f64>,
    /// Upper limit.
    pub upper: Option<f64>,
}

/// How far independent scorers agree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScorerAgreement {
    /// Criterion; null over all of them.
    pub criterion: Option<String>,
    /// Units with at least two scorers (overall: unit–criterion pairs).
    pub n: u64,
    /// Share of pairs of marks that are equal, 0–1.
    pub exact: f64,
    /// Share of pairs of marks at most one apart.
    pub within_one: f64,
    /// Krippendorff's alpha for interval data, over all criteria after their means were taken out; null where nothing
    /// varies.
    pub alpha: Option<f64>,
    /// Lower limit of alpha (95 %, units drawn with replacement).
    #[serde(default)]
    pub alpha_lower: Option<f64>,
    /// Upper limit of alpha.
    #[serde(default)]
    pub alpha_upper: Option<f64>,
    /// Kappa with quadratic weights, the two scorers interchangeable; of single criteria only.
    #[serde(default)]
    pub kappa: Option<Coefficient>,
    /// ICC(1): how far one scorer's mark can be relied on.
    #[serde(default)]
    pub icc: Option<Coefficient>,
}
