//! What a computed round says: [`RoundResults`] is `results.json` to the letter (design §5), [`RoundDetail`] what
//! reports and the console need beside it.
//!
//! Everything here is unsuppressed and never public: reports go through [`disclosure`](crate::disclosure) first.
//! Units are named by their codes, groups by the plan's codes, perspectives by `persons`, a group's code,
//! `third_party` or `admin`. Fractions are 0–1; satisfaction and scores 0–100.

mod answering;
mod answers;
mod evaluation;
mod fieldwork;
mod scores;
mod sources;
mod voices;

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use survey_forms::text::Text;

use crate::callback::CallbackRow;
use crate::publication::figure::Address;

pub use answering::{
    AnsweringResults, BreakOffRow, FlagCount, InterviewerRow, ItemRow, NotAsked, QualityResults, WayBy,
    WayDifference, WayEstimate, WayShare,
};
pub use answers::{Barrier, Distribution, LadderStep, Proportion, Share, UnmetNeed};
pub use evaluation::{
    Ceiling, ChangeResults, ChangeRow, EvaluationResults, GradeChance, GradeChances, LeftOut, Leverage,
    NotComparable, PairChance, SampledPlaces, SteeringKind, SteeringSign, UnitStability, WeightStability,
};
pub use fieldwork::{
    DailyCount, DispositionCount, FrameComparison, ModeColumn, ModeCount, OpenLinkCount, WeightSummary,
};
pub use scores::{DroppedPerspective, NodePart, NodeScore, PairComparison, ScoreDetail};
pub use sources::{AdminPoint, Coefficient, CriterionResult, ScorerAgreement};
pub use voices::VoiceTheme;

/// `results.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RoundResults {
    /// The round's id.
    pub round: String,
    /// Hash of the plan that made these figures.
    pub plan_sha256: String,
    /// By group and unit: the county first, then the scored units.
    pub response_rates: Vec<ResponseRate>,
    /// By indicator, unit, perspective and area.
    pub indicators: Vec<IndicatorResult>,
    /// By unit: the county first, then the scored units in the order of the plan.
    pub scores: Vec<Score>,
    /// Who answered, how, and what difference it makes; absent from results that were computed without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answering: Option<AnsweringResults>,
    /// Signs that deserve a second look; absent from results that were computed without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<QualityResults>,
    /// Chances, groups, sensitivities and changes; absent from results that were computed without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<EvaluationResults>,
    /// Amendments of the plan and then of the questionnaires, the first one first; left out where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amendments: Vec<AmendmentLine>,
    /// Which state of the round's records the figures rest on; absent where there are no records beside the plan's own
    /// files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<RecordsUsed>,
}

/// The records that were used: they may be corrected after the plan is sealed, so figures say which state they rest on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordsUsed {
    /// Revision of the administrative series; 0 for `admin.csv` as it was sealed.
    pub series_revision: u32,
    /// The day of that revision.
    pub series_day: Option<Date>,
    /// Version of the frame to which weights were calibrated; 0 for the frame that the sample was drawn from.
    pub frame_version: u32,
    /// The day on which that version was applied.
    pub frame_day: Option<Date>,
}

/// What an amendment of the plan itself has in place of a questionnaire's name.
pub const PLAN_AMENDED: &str = "plan.toml";

impl RoundResults {
    /// Number of the published version of the plan that made these figures: 1 is the plan as it was first sealed.
    #[must_use]
    pub fn plan_version(&self) -> usize {
        let amended = self.amendments.iter().filter(|line| line.is_of_plan());
        1 + amended.count()
    }
}

impl AmendmentLine {
    /// Whether the plan itself was amended, rather than a questionnaire.
    #[must_use]
    pub fn is_of_plan(&self) -> bool {
        self.form == PLAN_AMENDED
    }
}

/// A questionnaire, or the plan itself, that was put in place of another while the plan was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendmentLine {
    /// Form name; [`PLAN_AMENDED`] for the plan itself.
    pub form: String,
    /// Version before.
    pub old_version: String,
    /// Version since.
    pub new_version: String,
    /// Why, in the office's words.
    pub reason: String,
    /// The day.
    pub day: Date,
    /// Answers that count and were given under the version before.
    pub answers_before: u64,
}

/// How many of the invited answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResponseRate {
    /// Respondent group.
    pub group: String,
    /// Unit.
    pub unit: String,
    /// Invited cases.
    pub invited: u64,
    /// Completed responses.
    pub complete: u64,
    /// AAPOR RR1, unweighted, 0–1; null when nobody was invited.
    pub rr: Option<f64>,
}

/// An estimate of an indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndicatorResult {
    /// Indicator.
    pub code: String,
    /// Unit.
    pub unit: String,
    /// Perspective; null combines them by the leaf's weights.
    pub group: Option<String>,
    /// Service area; null where the indicator has none, and for the pooled figure.
    pub area: Option<String>,
    /// `participation`, `coverage`, …, `share`, `criteria`, `admin`.
    pub measure: String,
    /// Value; null when nobody could answer.
    pub estimate: Option<f64>,
    /// Standard error; null where it is unknown.
    pub se: Option<f64>,
    /// Lower end of the 95 % interval.
    pub lower: Option<f64>,
    /// Upper end of the 95 % interval.
    pub upper: Option<f64>,
    /// Persons (bodies, marks, values) behind it.
    pub n: u64,
    /// Why to be careful, if there is a reason.
    pub flag: Option<Flag>,
}

/// Why a figure needs care, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Fewer than the plan's smallest cell: must not be published.
    Suppressed,
    /// Fewer than the plan's `small_n`.
    SmallN,
    /// Too wide an interval or too small an effective sample.
    Unreliable,
}

/// A unit's score and its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Unit; the county's row has no rank.
    pub unit: String,
    /// 0–100; null when no indicator could be scored.
    pub score: Option<f64>,
    /// Standard error.
    pub se: Option<f64>,
    /// Lower end of the 95 % interval.
    pub lower: Option<f64>,
    /// Upper end of the 95 % interval.
    pub upper: Option<f64>,
    /// 1 + the number of units with a higher score.
    pub rank: Option<u32>,
    /// Best rank that the answers do not rule out, jointly over all units at 95 %.
    pub rank_lower: Option<u32>,
    /// Worst rank that the answers do not rule out.
    pub rank_upper: Option<u32>,
    /// Chinese name of the grade.
    pub grade: Option<String>,
}

/// A computed round with all that reports and the console show.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RoundDetail {
    /// `results.json`.
    pub results: RoundResults,
    /// Grade lines and who crosses them, by unit in the order of `results.scores`.
    pub score_details: Vec<ScoreDetail>,
    /// Every node of the indicator tree on 0–100, by unit: what is behind a score.
    pub node_scores: Vec<NodeScore>,
    /// Perspectives that were left out of leaves because a unit lacks them, the same for every unit.
    pub dropped: Vec<DroppedPerspective>,
    /// Pairs of scored units, the better one first, with how sure that is.
    pub pairs: Vec<PairComparison>,
    /// Answers of every question with choices, by question, group and unit.
    pub distributions: Vec<Distribution>,
    /// Need → received → helped by service area and unit.
    pub ladder: Vec<LadderStep>,
    /// Needs that were not met, county and units, the most people first.
    pub unmet_needs: Vec<UnmetNeed>,
    /// Why services were not received (`why_*`), by area and unit; `area` null pools them.
    pub barriers: Vec<Barrier>,
    /// Why people took no part (`kept_away`), by unit.
    pub kept_away: Vec<Barrier>,
    /// Themes of what people wrote, by group and unit; absent from results that were computed without.
    #[serde(default)]
    pub voices: Vec<VoiceTheme>,
    /// Outcomes of the invited cases, by group and unit.
    pub dispositions: Vec<DispositionCount>,
    /// Weights of each group and of the persons' record.
    pub weights: Vec<WeightSummary>,
    /// Respondents against the frame, before and after weighting.
    pub respondents_vs_frame: Vec<FrameComparison>,
    /// Who filled in and by what way, by group and unit.
    pub counts: Vec<ModeCount>,
    /// Answers that came by open links; never mixed into the estimates.
    pub open_link_counts: Vec<OpenLinkCount>,
    /// Responses per day.
    pub daily: Vec<DailyCount>,
    /// Administrative series as they came, by series, unit and period.
    pub admin: Vec<AdminPoint>,
    /// Third-party marks by criterion and unit.
    pub criteria: Vec<CriterionResult>,
    /// Agreement of the scorers, by criterion and overall (`criterion` null).
    pub agreement: Vec<ScorerAgreement>,
    /// What the calls back to respondents show, the county first; empty where nobody was called.
    #[serde(default)]
    pub callbacks: Vec<CallbackRow>,
    /// Estimates that nothing made of the round may show, whatever else a document would withhold.
    #[serde(default)]
    pub withheld: BTreeSet<Address>,
    /// What the reader must know about these figures.
    pub warnings: Vec<Text>,
}

impl RoundDetail {
    /// The estimate of an indicator, if there is one.
    #[must_use]
    pub fn indicator(
        &self,
        code: &str,
        unit: &str,
        group: Option<&str>,
        area: Option<&str>,
    ) -> Option<&IndicatorResult> {
        self.results.indicators.iter().find(|row| {
            row.code == code
                && row.unit == unit
                && row.group.as_deref() == group
                && row.area.as_deref() == area
        })
    }

    /// The score of a unit.
    #[must_use]
    pub fn score(&self, unit: &str) -> Option<&Score> {
        self.results.scores.iter().find(|row| row.unit == unit)
    }
}
