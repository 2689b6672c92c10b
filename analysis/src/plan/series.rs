//! Third-party criteria (`criteria.csv`) and administrative series (`admin.csv`).
//!
//! `criteria.csv`: `code,indicator,name,max_score,guidance,evidence_required`, optionally `name_en,guidance_en`.
//! `admin.csv`: `unit,period,code,value,source`, optionally
//! `name_zh,name_en,unit_of_measure_zh,unit_of_measure_en`; the period is `2026`, `2026-Q3` or `2026-10`.

use serde::{Deserialize, Serialize};
use survey_forms::text::Text;

/// A criterion (评分项) of the third party's score card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// Code, unique in the plan.
    pub code: String,
    /// The leaf indicator that it feeds.
    pub indicator: String,
    /// What is judged.
    pub name: Text,
    /// Highest mark; the lowest is 0.
    pub max_score: f64,
    /// Anchors and what to look at.
    pub guidance: Text,
    /// Whether a mark needs a picture or paper.
    pub evidence_required: bool,
}

/// One value of an administrative series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdminValue {
    /// The unit it is about.
    pub unit: String,
    /// `2026`, `2026-Q3` or `2026-10`.
    pub period: String,
    /// The series.
    pub code: String,
    /// The value in the series' own unit.
    pub value: f64,
    /// Where it comes from.
    pub source: String,
    /// The series' name, when the file gives one.
    pub name: Option<Text>,
    /// The unit of measure, when the file gives one.
    pub unit_of_measure: Option<Text>,
}
