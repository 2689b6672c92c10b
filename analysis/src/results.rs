//! What a computed round says: [`RoundResults`] is `results.json` to the letter (design §5), [`RoundDetail`] what
//! reports and the console need beside it.
//!
//! Everything here is unsuppressed and never public: reports go through [`disclosure`](crate::disclosure) first.
//! Units are named by their codes, groups by the plan's codes, perspectives by `persons`, a group's code,
//! `third_party` or `admin`. Fractions are 0–1; satisfaction and scores 0–100.

mod answering;
mod evaluation;
mod voices;

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use survey_forms::text::Text;

use crate::publication::figure::Address;

use crate::callback::CallbackRow;

pub use answering::{
    AnsweringResults, BreakOffRow, FlagCount, InterviewerRow, ItemRow, NotAsked, QualityResults, WayBy,
    WayDifference, WayEstimate, WayShare,
};
pub use evaluation::{
    Ceiling, ChangeResults, ChangeRow, EvaluationResults, GradeChance, GradeChances, LeftOut, Leverage,
    NotComparable, PairChance, SampledPlaces, SteeringKind, SteeringSign, UnitStability, WeightStability,
};
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
