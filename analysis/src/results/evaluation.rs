//! What the scores leave open and what stands behind them: the key `evaluation` of `results.json`.
//!
//! Everything here follows from scores, covariances and counts that are stored beside it; where draws are needed, the
//! seed and the number of draws are stored too, so that the same figures come out again.

use serde::{Deserialize, Serialize};

/// Chances, groups, sensitivities, warnings and changes of a computed round.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EvaluationResults {
    /// How sure each scored unit's grade is, in the order of the plan.
    pub grades: Vec<GradeChances>,
    /// Every pair of scored units, the higher score first.
    pub pairs: Vec<PairChance>,
    /// Units in bands that do not overlap, the best first: jointly at 95 %, every unit of a band is truly better than
    /// every unit of the bands below.
    pub bands: Vec<Vec<String>>,
    /// Largest sets of units of which no two can be told apart, the best first. A unit may be in several.
    pub alike: Vec<Vec<String>>,
    /// What each leaf could do for each unit's score, by unit, the largest gain first.
    pub leverage: Vec<Leverage>,
    /// How far ranks hang on the weights; none with fewer than two leaves or units.
    pub weights: Option<WeightStability>,
    /// Nearly all answers the best one, by unit and group.
    pub ceilings: Vec<Ceiling>,
    /// Signs of steering or collusion by unit.
    pub steering: Vec<SteeringSign>,
    /// PSUs of the persons' sample by unit: what two rounds may have in common.
    pub sampled: Vec<SampledPlaces>,
    /// Against the round before; none where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangeResults>,
}

/// How sure a unit's grade is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GradeChances {
    /// Unit.
    pub unit: String,
    /// Chinese name of its grade.
    pub grade: String,
    /// Chance that the true score has this grade, 0–1.
    pub certainty: f64,
    /// Chance that the same survey done once more, with nothing changed, would give another grade, 0–1.
    pub moved_by_noise: f64,
    /// Chance of every grade, the best first; they sum to 1.
    pub chances: Vec<GradeChance>,
}

/// The chance of a grade.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GradeChance {
    /// Chinese name.
    pub grade: String,
    /// 0–1.
    pub chance: f64,
}

/// How sure the order of two units is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairChance {
    /// The unit with the higher score.
    pub better: String,
    /// The other.
    pub worse: String,
    /// Difference of the scores, ≥ 0.
    pub difference: f64,
    /// Its standard error, what both share taken into account.
    pub se: f64,
    /// Degrees of freedom of that error; null where it is known outright.
    pub df: Option<f64>,
    /// Chance that the first is truly better, of two units picked beforehand, 0.5–1.
    pub probability: f64,
    /// Whether the difference stands against all comparisons at joint 95 %.
    pub significant: bool,
}

/// What a leaf could do for a unit's score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leverage {
    /// Unit.
    pub unit: String,
    /// Leaf.
    pub code: String,
    /// Its share of the whole score, 0–1, after leaves were dropped.
    pub share: f64,
    /// The unit's value, 0–100.
    pub value: f64,
    /// The best value that a unit of this round reaches, noise taken out of it, 0–100.
    pub attainable: f64,
    /// Points that the score would gain if the unit reached it: share × distance, ≥ 0.
    pub gain: f64,
    /// Points that the score moves with one standard deviation of true differences between units.
    pub per_deviation: f64,
    /// Whether the distance to what is attainable is more than the unit's own sampling error (95 %).
    pub certain: bool,
}

/// How far ranks hang on the weights: they are drawn around the plan's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeightStability {
    /// Each leaf's weight is drawn within ± this share of the plan's, then taken as shares of their sum.
    pub spread: f64,
    /// Draws.
    pub draws: u64,
    /// Seed of the draws.
    pub seed: u64,
    /// By unit, in the order of the plan.
    pub units: Vec<UnitStability>,
    /// What leaving out each leaf would do, in the order of the plan.
    pub left_out: Vec<LeftOut>,
}

/// A unit's rank when the weights vary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitStability {
    /// Unit.
    pub unit: String,
    /// Best rank in 95 % of the draws.
    pub rank_lower: u32,
    /// Worst rank in 95 % of the draws.
    pub rank_upper: u32,
    /// Share of draws with the unit's own rank, 0–1.
    pub same_rank: f64,
    /// Share of draws with the unit's own grade, 0–1.
    pub same_grade: f64,
}

/// The ranking without one leaf.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The leaf.
    pub code: String,
    /// Mean places by which units move.
    pub mean_shift: f64,
    /// Most places by which a unit moves.
    pub largest_shift: u64,
    /// Spearman's correlation of the scores with those of the plan; null where nothing varies.
    pub spearman: Option<f64>,
}

/// How near answers are to the end of the scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ceiling {
    /// Unit; the county too.
    pub unit: String,
    /// Respondent group.
    pub group: String,
    /// Persons who answered at least one five-point question.
    pub n: u64,
    /// Five-point answers.
    pub answers: u64,
    /// Share of them that are the best one, 0–1, unweighted.
    pub best: f64,
    /// Share of the persons who gave nothing but the best answer, to three questions or more, 0–1.
    pub all_best: f64,
    /// Whether that is so near the end that better and worse cannot show.
    pub warning: bool,
}

/// What may be a sign of steering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SteeringKind {
    /// Answers nearly those of another person of the unit.
    SameAnswers,
    /// Staff of the unit were present, as the respondents say.
    StaffPresent,
    /// Several persons answered on one device.
    SameDevice,
    /// Several persons answered within the same ten minutes.
    SameTime,
}

impl SteeringKind {
    /// Every kind, in the order in which they are reported.
    pub const ALL: [Self; 4] = [
        Self::SameAnswers,
        Self::StaffPresent,
        Self::SameDevice,
        Self::SameTime,
    ];
}

/// How often a sign was seen in a unit, held against the other units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SteeringSign {
    /// Unit.
    pub unit: String,
    /// The sign.
    pub kind: SteeringKind,
    /// Responses that could show it.
    pub judged: u64,
    /// Responses that do.
    pub found: u64,
    /// Their share, 0–1.
    pub share: f64,
    /// The usual share in the other units, 0–1.
    pub usual: f64,
    /// One-sided probability of so large a share where units differ as the others do.
    pub p_value: f64,
    /// The same, adjusted over all units and signs (Holm).
    pub p_adjusted: f64,
    /// Whether it stands out: adjusted below 5 %.
    pub flagged: bool,
}

/// The PSUs of a unit's sample of persons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampledPlaces {
    /// Unit.
    pub unit: String,
    /// Codes of the villages, sorted.
    pub psus: Vec<String>,
}

/// What moved since the round before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChangeResults {
    /// The round before.
    pub previous: String,
    /// Hash of its plan.
    pub previous_plan_sha256: String,
    /// Villages in both samples ÷ villages in this round's; null where the earlier sample is not known.
    pub overlap: Option<f64>,
    /// By unit (the county first) and node: the score under an empty code, then every node of the tree.
    pub rows: Vec<ChangeRow>,
}

/// Why two rounds' figures are not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotComparable {
    /// There was no such unit or indicator, or it had no value.
    Absent,
    /// Other perspectives or other shares of them.
    OtherPerspectives,
    /// Other weights of what it is made of.
    OtherWeights,
    /// Withheld by disclosure control.
    Withheld,
}

/// How a figure of a unit moved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChangeRow {
    /// Unit.
    pub unit: String,
    /// Node of the tree; empty for the score.
    pub code: String,
    /// Value before, 0–100.
    pub before: Option<f64>,
    /// Value now, 0–100.
    pub now: Option<f64>,
    /// Now minus before; null where they are not compared.
    pub change: Option<f64>,
    /// Its standard error, taking the two samples as independent.
    pub se: Option<f64>,
    /// Lower end of the 95 % interval, for this figure alone.
    pub lower: Option<f64>,
    /// Upper end of the 95 % interval.
    pub upper: Option<f64>,
    /// Two-sided probability of such a change by chance; null where it cannot be said.
    pub p_value: Option<f64>,
    /// The same, adjusted: Holm over the units for scores and over the nodes for the county, Benjamini–Hochberg over
    /// all units and nodes for the list.
    pub p_adjusted: Option<f64>,
    /// Whether it is more than noise: adjusted below 5 %.
    pub real: bool,
    /// For a leaf: persons or bodies behind its smallest perspective before; null where nobody was asked.
    pub base_before: Option<u64>,
    /// For a leaf: points of the score's change that come from it.
    pub contribution: Option<f64>,
    /// Why the two are not compared; null where they are.
    pub not_comparable: Option<NotComparable>,
}

impl ChangeResults {
    /// How a figure of a unit moved.
    #[must_use]
    pub fn row(&self, unit: &str, code: &str) -> Option<&ChangeRow> {
        self.rows.iter().find(|row| row.unit == unit && row.code == code)
    }
}

impl EvaluationResults {
    /// How sure a unit's grade is.
    #[must_use]
    pub fn grade(&self, unit: &str) -> Option<&GradeChances> {
        self.grades.iter().find(|row| row.unit == unit)
    }

    /// The band of a unit, from 1, the best.
    #[must_use]
    pub fn band(&self, unit: &str) -> Option<usize> {
        let at = |band: &Vec<String>| band.iter().any(|code| code == unit);
        self.bands.iter().position(at).map(|at| at + 1)
    }

    /// The groups of units that cannot be told apart to which a unit belongs, numbered from 1.
    #[must_use]
    pub fn alike(&self, unit: &str) -> Vec<usize> {
        let groups = self.alike.iter().enumerate();
        groups
            .filter(|(_, group)| group.iter().any(|code| code == unit))
            .map(|(at, _)| at + 1)
            .collect()
    }

    /// How sure the order of two units is, whichever is ahead.
    #[must_use]
    pub fn pair(&self, one: &str, other: &str) -> Option<&PairChance> {
        self.pairs.iter().find(|pair| {
            (pair.better == one && pair.worse == other) || (pair.better == other && pair.worse == one)
        })
    }
}
