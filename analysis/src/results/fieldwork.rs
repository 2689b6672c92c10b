//! Who was reached, who answered and how, and what weights make of them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How invited cases ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DispositionCount {
    /// Respondent group.
    pub group: String,
    /// Unit.
    pub unit: String,
    /// `complete`, `no_answer`, or the code that the cases carry.
    pub disposition: String,
    /// Cases.
    pub n: u64,
}

/// How far the weights spread, and what that costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeightSummary {
    /// Group or `persons`.
    pub group: String,
    /// Unit.
    pub unit: String,
    /// Respondents.
    pub n: u64,
    /// Sum of the weights.
    pub sum: f64,
    /// Smallest weight.
    pub min: f64,
    /// Largest weight.
    pub max: f64,
    /// Coefficient of variation.
    pub cv: f64,
    /// Kish's design effect of weighting, 1 + cv².
    pub deff_kish: f64,
    /// n ÷ deff.
    pub effective_n: f64,
    /// Weighting efficiency, 1 ÷ deff, 0–1.
    pub efficiency: f64,
}

/// A cell of a margin: the frame against the respondents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameComparison {
    /// Group or `persons`.
    pub group: String,
    /// Columns of the margin.
    pub by: Vec<String>,
    /// Values of the columns.
    pub cell: Vec<String>,
    /// Share in the frame, 0–1.
    pub frame: f64,
    /// Share of the respondents, unweighted.
    pub respondents: f64,
    /// Share after weighting.
    pub weighted: f64,
    /// Respondents.
    pub n: u64,
}

/// Who filled in, and by what way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModeCount {
    /// Respondent group.
    pub group: String,
    /// Unit.
    pub unit: String,
    /// What is counted.
    pub what: ModeColumn,
    /// `self`, `assisted`, `proxy`; `web`, `interview`, `phone`, `paper`; a way of reading; or `yes`.
    pub value: String,
    /// Responses.
    pub n: u64,
    /// Share of the group's responses in the unit, 0–1, unweighted.
    pub share: f64,
}

/// What a [`ModeCount`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModeColumn {
    /// 本人, 协助 or 代答.
    Answering,
    /// Way of answering.
    Mode,
    /// Way of reading that was used; a response may have used several.
    Reading,
    /// Collected by staff of a judged unit (left out of the estimates).
    StaffCollected,
    /// Staff of the unit were present, as the respondent says.
    StaffPresent,
}

/// Answers by an open link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenLinkCount {
    /// Respondent group.
    pub group: String,
    /// Responses.
    pub n: u64,
}

/// Responses of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyCount {
    /// Day.
    pub date: Date,
    /// Respondent group.
    pub group: String,
    /// Responses.
    pub n: u64,
}
