//! The indicator tree (`indicators.csv`).
//!
//! Columns `code,parent,name_zh,name_en,weight,measure,group,area,direction,questions,perspective_weights,
//! goalpost_low,goalpost_high` and optionally `domain`.
//!
//! - `weight`: the children of a node sum to its weight, the top level to 100; 0 is reported and never scored.
//! - `measure`: empty for inner nodes, else one of [`Measure`].
//! - `group`: the perspective of `questions` without a prefix; when empty, every survey perspective that
//!   `perspective_weights` names.
//! - `area`: empty, an area code, or `*` for results per area and pooled.
//! - `direction`: `+` (default) or `-` for less is better.
//! - `questions`: `;`-separated entries `[perspective:]variable[=code|code]`; `admin:` names a series of
//!   `admin.csv`; `*` stands for the area. Participation takes `took_part`, coverage `need;recv_*`, effectiveness
//!   `recv_*;help_*`, benefit `need;recv_*;help_*`, satisfaction and `top_two` one or more five-point questions,
//!   share entries with codes.
//! - `perspective_weights`: `persons=40;admin=15`; when empty, the plan's group weights over the perspectives that
//!   `questions` names, and the third party where a criterion points here.
//! - `goalpost_low`, `goalpost_high`: the administrative values that earn 0 and 100.
//! - `domain`: which cases count: `hardship`, `grade=1|2`; several with `;`.

pub(crate) mod cells;
pub(crate) mod questions;
pub(crate) mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use survey_forms::text::Text;

/// What an indicator measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Share who took part at least once.
    Participation,
    /// Areas received ÷ areas needed.
    Coverage,
    /// Areas that helped ÷ areas received.
    Effectiveness,
    /// Areas received that helped ÷ areas needed.
    Benefit,
    /// Mean of five-point answers as 25 (m − 1).
    Satisfaction,
    /// Share of five-point answers in the top two.
    TopTwo,
    /// Share of answers among the codes that count.
    Share,
    /// Mean of the third party's marks, as percent of the highest.
    Criteria,
    /// An administrative series by goalposts.
    Admin,
}

impl Measure {
    /// All measures.
    pub const ALL: [Self; 9] = [
        Self::Participation,
        Self::Coverage,
        Self::Effectiveness,
        Self::Benefit,
        Self::Satisfaction,
        Self::TopTwo,
        Self::Share,
        Self::Criteria,
        Self::Admin,
    ];

    /// The name in files and results.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Participation => "participation",
            Self::Coverage => "coverage",
            Self::Effectiveness => "effectiveness",
            Self::Benefit => "benefit",
            Self::Satisfaction => "satisfaction",
            Self::TopTwo => "top_two",
            Self::Share => "share",
            Self::Criteria => "criteria",
            Self::Admin => "admin",
        }
    }

    /// Whether values are fractions 0–1 (else 0–100).
    #[must_use]
    pub fn is_fraction(self) -> bool {
        !matches!(self, Self::Satisfaction | Self::Criteria | Self::Admin)
    }

    /// Whether only the person may answer, never someone in the person's place.
    #[must_use]
    pub fn is_opinion(self) -> bool {
        matches!(self, Self::Satisfaction | Self::TopTwo)
    }
}

/// A question that feeds an indicator, with the codes that count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionRef {
    /// The variable; may hold `*` for the area.
    pub variable: String,
    /// Codes that count; empty for the measure's default.
    pub codes: Vec<String>,
}

impl QuestionRef {
    /// The variables that it names, `*` filled in with each area.
    pub(crate) fn names<'a>(&'a self, areas: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        if self.variable.contains('*') {
            let areas = areas.into_iter();
            areas.map(|area| self.variable.replace('*', area)).collect()
        } else {
            vec![self.variable.clone()]
        }
    }
}

/// A perspective's weight within a leaf, in percent: a leaf's weights sum to 100.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PerspectiveWeight {
    /// `persons`, a group's code, `third_party` or `admin`.
    pub perspective: String,
    /// Weight, in proportion to the leaf's others.
    pub weight: f64,
}

/// A condition on a case's own columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// `category`, `grade`, `sex`, `age_band`, `hardship` or `body_kind`.
    pub column: String,
    /// Accepted values; empty accepts any that is not empty.
    pub values: Vec<String>,
}

/// One row of `indicators.csv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Indicator {
    /// Code, unique in the plan: `2.1`.
    pub code: String,
    /// Code of the node above.
    pub parent: Option<String>,
    /// Name.
    pub name: Text,
    /// Weight in percent of the whole score; 0 is reported and never scored.
    pub weight: f64,
    /// None for inner nodes.
    pub measure: Option<Measure>,
    /// Service areas: the plan's codes for `*`, one code, or none.
    pub areas: Vec<String>,
    /// Whether results are given per area beside the pooled one (`*`).
    pub by_area: bool,
    /// Whether more is better.
    pub more_is_better: bool,
    /// Questions by survey perspective, in the order of the file.
    pub questions: BTreeMap<String, Vec<QuestionRef>>,
    /// Administrative series, when the admin perspective has a part.
    pub series: Vec<String>,
    /// Perspectives and their weights, in the order of the file.
    pub perspectives: Vec<PerspectiveWeight>,
    /// Administrative values that earn 0 and 100.
    pub goalposts: Option<(f64, f64)>,
    /// Which cases count; all conditions hold.
    pub domain: Vec<Domain>,
}

/// All indicators in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IndicatorTree {
    nodes: Vec<Indicator>,
}

impl IndicatorTree {
    /// Wraps indicators that were checked.
    #[must_use]
    pub(crate) fn new(nodes: Vec<Indicator>) -> Self {
        Self { nodes }
    }

    /// All nodes in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Indicator> {
        self.nodes.iter()
    }

    /// The node with this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Indicator> {
        self.nodes.iter().find(|node| node.code == code)
    }

    /// The nodes that measure something.
    pub fn leaves(&self) -> impl Iterator<Item = &Indicator> {
        self.nodes.iter().filter(|node| node.measure.is_some())
    }

    /// The nodes directly below one, or the top level for none.
    pub fn children<'a>(&'a self, code: Option<&'a str>) -> impl Iterator<Item = &'a Indicator> {
        self.nodes
            .iter()
            .filter(move |node| node.parent.as_deref() == code)
    }
}
