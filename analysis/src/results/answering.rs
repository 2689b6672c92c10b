//! Who answered and how, what difference that makes, and which answers deserve a second look: the keys `answering` and
//! `quality` of `results.json`.

use serde::{Deserialize, Serialize};

use super::Flag;
use crate::quality::FlagKind;

/// Who answered, how, and what difference it makes: the whole round, never a single unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AnsweringResults {
    /// How the persons spread over the ways of answering.
    pub shares: Vec<WayShare>,
    /// Key measures by way of answering.
    pub estimates: Vec<WayEstimate>,
    /// Each way against the first, as found and within the same composition.
    pub differences: Vec<WayDifference>,
    /// What proxies are not asked, and how many persons' views are missing for it.
    pub not_asked: Vec<NotAsked>,
}

/// By what persons are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WayBy {
    /// `self`, `assisted`, `proxy`.
    Answering,
    /// `web`, `interview`, `phone`, `paper`.
    Mode,
    /// `read_aloud`, `sign`, `easy`, `large`, `contrast`; a person may have used several.
    Reading,
}

/// A way's share of the persons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WayShare {
    /// `persons`, or the group of persons.
    pub perspective: String,
    /// What is told apart.
    pub by: WayBy,
    /// The way.
    pub level: String,
    /// Persons.
    pub n: u64,
    /// Their share of the persons who answered, 0–1, unweighted.
    pub share: f64,
    /// Their share after weighting, 0–1.
    pub weighted: f64,
}

/// A measure among those who answered in one way, for the whole round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WayEstimate {
    /// What is told apart.
    pub by: WayBy,
    /// The way.
    pub level: String,
    /// Leaf indicator.
    pub code: String,
    /// Its measure.
    pub measure: String,
    /// `persons`, or the group of persons.
    pub perspective: String,
    /// Value on the measure's scale; null when nobody could answer.
    pub estimate: Option<f64>,
    /// Standard error.
    pub se: Option<f64>,
    /// Lower end of the 95 % interval.
    pub lower: Option<f64>,
    /// Upper end of the 95 % interval.
    pub upper: Option<f64>,
    /// Persons behind it.
    pub n: u64,
    /// Why to be careful, if there is a reason.
    pub flag: Option<Flag>,
}

/// One way against the way of reference: `level` minus `reference`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WayDifference {
    /// What is told apart.
    pub by: WayBy,
    /// The way.
    pub level: String,
    /// The way that it is held against: `self`, `web`, else the commonest.
    pub reference: String,
    /// Leaf indicator.
    pub code: String,
    /// Its measure.
    pub measure: String,
    /// `persons`, or the group of persons.
    pub perspective: String,
    /// Whether persons of the same category, grade and age are compared. What is left then is measurement and whatever
    /// else made people answer in this way.
    pub adjusted: bool,
    /// The difference on the measure's scale; null where the two cannot be compared.
    pub estimate: Option<f64>,
    /// Standard error.
    pub se: Option<f64>,
    /// Lower end of the 95 % interval.
    pub lower: Option<f64>,
    /// Upper end of the 95 % interval.
    pub upper: Option<f64>,
    /// Degrees of freedom of the t-test.
    pub df: Option<f64>,
    /// Two-sided probability of such a difference by chance; null where there is no sampling error.
    pub p_value: Option<f64>,
    /// Persons of the way.
    pub n: u64,
    /// Persons of the reference.
    pub n_reference: u64,
    /// When adjusted: the share of the way's weight in cells of the composition that hold the reference too.
    pub overlap: Option<f64>,
    /// Why to be careful, if there is a reason.
    pub flag: Option<Flag>,
}

/// A measure that only the persons themselves are asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotAsked {
    /// Leaf indicator.
    pub code: String,
    /// Its measure.
    pub measure: String,
    /// The group of persons.
    pub perspective: String,
    /// Persons for whom somebody else answered.
    pub n: u64,
    /// Their share of the persons who answered, weighted: so much is missing of the measure.
    pub share: f64,
}

/// Signs that deserve a second look. Nothing in the estimates depends on them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QualityResults {
    /// Responses looked at.
    pub responses: u64,
    /// Responses with at least one flag.
    pub flagged: u64,
    /// Flags by group, kind and way of answering.
    pub flags: Vec<FlagCount>,
    /// What the answers owe to the interviewer, by group and question.
    pub interviewers: Vec<InterviewerRow>,
    /// Questions left without an answer, by group, in the order of the form.
    pub item_nonresponse: Vec<ItemRow>,
    /// Where people gave up, by group; none where nothing is known of unfinished answers.
    pub break_off: Vec<BreakOffRow>,
}

/// How many responses of one way of answering carry a flag.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlagCount {
    /// Respondent group.
    pub group: String,
    /// What the flag is about.
    pub kind: FlagKind,
    /// `web`, `interview`, `phone`, `paper`.
    pub mode: String,
    /// `self`, `assisted`, `proxy`.
    pub answering: String,
    /// `none`, or the ways of reading used that change pace and pattern, joined by `+`.
    pub reading: String,
    /// Responses of this way.
    pub responses: u64,
    /// Those that could be judged; the others have no baseline of their own way, or no such answers.
    pub judged: u64,
    /// Those with the flag.
    pub flagged: u64,
    /// What is usual in this way: median seconds per answer, for speeding; null otherwise.
    pub baseline: Option<f64>,
}

/// What the answers to a question owe to those who asked it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InterviewerRow {
    /// Respondent group.
    pub group: String,
    /// Question.
    pub question: String,
    /// Intra-interviewer correlation.
    pub icc: f64,
    /// Lower end of its 95 % interval.
    pub lower: f64,
    /// Upper end of its 95 % interval.
    pub upper: f64,
    /// What it does to the variance of a mean.
    pub deff: f64,
    /// Interviewers.
    pub interviewers: u64,
    /// Answers.
    pub n: u64,
    /// Probability of as much by chance.
    pub p_value: f64,
}

/// How often a question was left without an answer by those whom it concerned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemRow {
    /// Respondent group.
    pub group: String,
    /// Question.
    pub question: String,
    /// Respondents whom it concerned.
    pub concerned: u64,
    /// Don't know, refused and not answered among them, 0–1.
    pub rate: f64,
    /// Don't know, 0–1.
    pub dont_know: f64,
    /// Refused, 0–1.
    pub refused: f64,
    /// Seen and left, 0–1.
    pub not_answered: f64,
}

/// Where people gave up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BreakOffRow {
    /// Respondent group.
    pub group: String,
    /// Who began on the web: finished and given up.
    pub began: u64,
    /// Who gave up.
    pub broke_off: u64,
    /// Their share, 0–1.
    pub rate: f64,
    /// The page that most gave up on; null when nobody did.
    pub worst_page: Option<String>,
}
