//! What people answered: distributions, shares, needs and reasons.

use serde::{Deserialize, Serialize};
use survey_forms::text::Text;

/// How the answers of a question are distributed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    /// Question.
    pub question: String,
    /// Respondent group.
    pub group: String,
    /// Unit.
    pub unit: String,
    /// Service area of the question, if it belongs to one.
    pub area: Option<String>,
    /// Whether several answers could be chosen: then the shares may sum to more than 1.
    pub multiple: bool,
    /// Persons with a valid answer.
    pub n: u64,
    /// Persons who were asked and said don't know, not applicable or refused.
    pub missing: u64,
    /// One per answer, in the order of the form; those of a single choice sum to 1.
    pub shares: Vec<Share>,
    /// Mean on 0–100 for five-point questions.
    pub mean: Option<f64>,
    /// Standard error of the mean.
    pub mean_se: Option<f64>,
}

/// The weighted share of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Code of the answer.
    pub value: String,
    /// Weighted share among valid answers, 0–1.
    pub estimate: f64,
    /// Standard error.
    pub se: f64,
    /// Lower end of the 95 % interval.
    pub lower: f64,
    /// Upper end of the 95 % interval.
    pub upper: f64,
    /// Persons who gave it.
    pub n: u64,
}

/// Need → received → helped in a service area, from the persons' records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LadderStep {
    /// Service area; null pools them.
    pub area: Option<String>,
    /// Unit.
    pub unit: String,
    /// Share of persons who needed it (pooled: at least one).
    pub needed: Proportion,
    /// Share of the needs that were received, fully or partly.
    pub received: Proportion,
    /// Share of the needs that were received and helped (top two).
    pub helped: Proportion,
    /// Estimated persons in the population who needed it (pooled: person–area pairs).
    pub persons_needed: f64,
    /// Estimated persons whose need was received (pooled: pairs).
    pub persons_received: f64,
    /// Estimated persons whose need was received and helped (pooled: pairs).
    pub persons_helped: f64,
}

/// A proportion with its interval.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Proportion {
    /// 0–1; null when nobody could answer.
    pub estimate: Option<f64>,
    /// Standard error.
    pub se: Option<f64>,
    /// Lower end of the 95 % interval.
    pub lower: Option<f64>,
    /// Upper end of the 95 % interval.
    pub upper: Option<f64>,
    /// Persons behind it.
    pub n: u64,
}

/// People who needed a service and did not get it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnmetNeed {
    /// Unit.
    pub unit: String,
    /// Service area.
    pub area: String,
    /// 1 for the area with the most people.
    pub rank: u32,
    /// Share of all persons of the unit.
    pub share: Proportion,
    /// Estimated persons in the population.
    pub persons: f64,
}

/// A reason, among those who were asked for one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Barrier {
    /// Unit.
    pub unit: String,
    /// Service area; null pools them or where there is none.
    pub area: Option<String>,
    /// Code of the reason.
    pub reason: String,
    /// The reason's words in the form.
    pub label: Text,
    /// Share among those who gave a reason (pooled: of person–area pairs).
    pub share: Proportion,
}
