//! What `plan.toml` holds, as the rest of the crate uses it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use survey_forms::text::Text;

/// Which round this is, whose, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoundHeader {
    /// Short name in URLs and file names: `qinghe-2026`.
    pub id: String,
    /// Title on pages and reports.
    pub title: Text,
    /// The year that is evaluated.
    pub year: i32,
    /// First day on which answers are taken.
    pub opens_on: Date,
    /// Last day on which answers are taken.
    pub closes_on: Date,
    /// Who asks.
    pub organiser: Text,
    /// How respondents reach the office.
    pub contact: Option<Text>,
    /// Code of the unit at the root.
    pub county: String,
    /// Level of the units that get scores, `township` by default.
    pub scored_level: String,
    /// The round before, whose stored results this round's are compared with.
    pub previous: Option<String>,
}

/// A respondent group (评价主体).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupPlan {
    /// Code in files, columns and URLs: `resident`.
    pub code: String,
    /// What people call it.
    pub name: Text,
    /// Name of its questionnaire: `resident` is `forms/resident.xlsx`.
    pub form: String,
    /// Default weight as a perspective.
    pub weight: f64,
    /// Which rows of the frame it is.
    pub source: FrameSource,
    /// Slug of its open link, when it has one.
    pub open_link: Option<String>,
}

/// Which rows of the frame a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FrameSource {
    /// Card holders, sampled in two stages.
    Persons,
    /// Family and friends of the sampled persons.
    Relatives,
    /// Grassroots bodies, all of them.
    Bodies,
}

/// The third party's part in the evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThirdPartyPlan {
    /// Default weight as a perspective.
    pub weight: f64,
    /// At least so many independent scorers per unit and criterion.
    #[serde(default = "two")]
    pub scorers: u32,
    /// Marks further apart than this go to a third scorer.
    pub difference_limit: Option<f64>,
    /// Marks count only where Krippendorff's alpha over all criteria reaches this, or the office gives a reason.
    pub least_alpha: Option<f64>,
}

fn two() -> u32 {
    2
}

/// How the sample is drawn: villages by PPS within townships, persons systematically within villages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamplingPlan {
    /// Villages drawn per township; a township with fewer villages takes them all.
    pub villages_per_township: Option<usize>,
    /// Persons drawn per village; when absent, from the target and the expected response.
    pub persons_per_village: Option<usize>,
    /// Residents' completed answers wanted in the whole county.
    pub target_completes: usize,
    /// Expected share of the invited who answer, 0–1.
    pub expected_response: f64,
    /// Villages with at least so many persons are taken for certain.
    pub certainty_size: Option<u64>,
    /// Family members invited per sampled person, at most.
    #[serde(default = "one")]
    pub relatives_per_person: usize,
    /// Age from which people are asked themselves.
    #[serde(default = "sixteen")]
    pub minimum_age: i32,
    /// Design effect assumed when the size was planned.
    #[serde(default = "usual_design_effect")]
    pub design_effect: f64,
    /// Seed of the draw.
    #[serde(default = "first_seed")]
    pub seed: u64,
}

fn one() -> usize {
    1
}

fn sixteen() -> i32 {
    16
}

fn usual_design_effect() -> f64 {
    1.5
}

fn first_seed() -> u64 {
    1
}

/// How design weights become estimation weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightingPlan {
    /// Columns whose cells are the weighting classes of persons and relatives.
    pub nonresponse_classes: Vec<String>,
    /// Columns whose cells are the weighting classes of bodies.
    #[serde(default = "by_township")]
    pub body_classes: Vec<String>,
    /// Classes with fewer respondents are merged.
    #[serde(default = "usual_min_class")]
    pub min_class: usize,
    /// Margins to which persons and relatives are raked.
    pub margins: Vec<Vec<String>>,
    /// Ages at which a new band begins, ascending.
    #[serde(default = "usual_age_breaks")]
    pub age_breaks: Vec<i32>,
}

fn by_township() -> Vec<String> {
    vec!["township".to_owned()]
}

fn usual_min_class() -> usize {
    20
}

fn usual_age_breaks() -> Vec<i32> {
    vec![18, 45, 60, 75]
}

/// Limits of what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presentation {
    /// Cells of fewer persons are suppressed.
    pub min_cell: u32,
    /// Cells of fewer persons are flagged.
    pub small_n: u32,
}

impl Default for Presentation {
    fn default() -> Self {
        Self {
            min_cell: 10,
            small_n: 30,
        }
    }
}

/// What must not be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// Cells of fewer persons are suppressed.
    pub min_cell: u32,
}

/// A grade (等次) and the score from which it is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradeLine {
    /// What it is called; the Chinese name is the grade's name in `results.json`.
    pub name: Text,
    /// Lowest score of the grade.
    pub from: f64,
}

/// How requests for follow-up (诉求工单) are handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowUpPlan {
    /// Days from the request until it must be answered.
    #[serde(default = "usual_days")]
    pub days: u32,
}

fn usual_days() -> u32 {
    15
}

impl Default for FollowUpPlan {
    fn default() -> Self {
        Self { days: usual_days() }
    }
}

/// Names the band of an age: with breaks 18 and 45, `0-17`, `18-44` and `45+`.
#[must_use]
pub fn age_band(breaks: &[i32], age: i32) -> String {
    let above = breaks.iter().find(|&&b| age < b);
    let below = breaks.iter().rev().find(|&&b| age >= b).copied().unwrap_or(0);
    match above {
        Some(next) => format!("{below}-{}", next - 1),
        None => format!("{below}+"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_band_at_each_break_opens_the_next_band() {
        let breaks = [18, 45];
        let names: Vec<_> = [0, 17, 18, 44, 45, 99].map(|age| age_band(&breaks, age)).to_vec();
        assert_eq!(names, ["0-17", "0-17", "18-44", "18-44", "45+", "45+"]);
    }
}
