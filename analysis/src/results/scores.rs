//! What stands behind the scores of units: the tree, its parts, and units compared.

use serde::{Deserialize, Serialize};

/// More about a unit's score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreDetail {
    /// Unit.
    pub unit: String,
    /// Degrees of freedom of its interval (Satterthwaite).
    pub df: Option<f64>,
    /// Whether the interval crosses a grade line.
    pub borderline: bool,
    /// Chinese names of the grades that the interval touches, the best first.
    pub possible_grades: Vec<String>,
    /// Persons, relatives and bodies whose answers are in it.
    pub n: u64,
    /// Units from which it cannot be told apart.
    pub indistinguishable: Vec<String>,
}

/// A node of the indicator tree for one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeScore {
    /// Indicator.
    pub code: String,
    /// Unit.
    pub unit: String,
    /// Weight in the whole score in percent; 0 is reported only.
    pub weight: f64,
    /// 0–100, more is better; null when it was dropped.
    pub value: Option<f64>,
    /// Standard error.
    pub se: Option<f64>,
    /// Lower end of the 95 % interval.
    pub lower: Option<f64>,
    /// Upper end of the 95 % interval.
    pub upper: Option<f64>,
    /// Degrees of freedom of its error; null where there is none.
    #[serde(default)]
    pub df: Option<f64>,
    /// Withheld by disclosure control: there is a value, and it is not told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
    /// For a leaf: the perspectives behind it.
    pub parts: Vec<NodePart>,
}

/// A perspective's part in a leaf.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodePart {
    /// Perspective.
    pub perspective: String,
    /// Share of the leaf, 0–1, after perspectives were dropped.
    pub share: f64,
    /// 0–100, more is better.
    pub value: Option<f64>,
    /// Standard error.
    pub se: Option<f64>,
    /// Persons, bodies, marks or values behind it.
    pub n: u64,
}

/// A perspective that was left out of a leaf for every unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DroppedPerspective {
    /// Leaf.
    pub code: String,
    /// Perspective.
    pub perspective: String,
    /// Units that lack it.
    pub lacking: Vec<String>,
}

/// Two scored units compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairComparison {
    /// The unit with the higher score.
    pub better: String,
    /// The unit with the lower score.
    pub worse: String,
    /// Difference of the scores, ≥ 0.
    pub difference: f64,
    /// Its standard error, covariance included.
    pub se: f64,
    /// Whether the difference stands against all comparisons at joint 95 %.
    pub significant: bool,
}
