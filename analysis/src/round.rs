//! A whole round: invited cases, frame totals and third-party marks in; weights, indicators and scores out.
//!
//! # From cases to scores
//!
//! 1. **Cases** of each group are sorted by their ids and coded, so nothing depends on the order in which they came.
//!    Responses that staff of a judged unit collected are counted, and left out of every estimate.
//! 2. **The persons' record**: one per sampled person, the own (or helped) answer, else the section that a relative
//!    filled in because the person cannot answer. Proxies count for facts, never for satisfaction.
//! 3. **Weights**: base weight × non-response adjustment in classes × raking to the frame, per perspective.
//! 4. **Design**: villages drawn by PPS are PSUs, with replacement and without correction; a village taken for certain
//!    is a stratum whose persons are PSUs, with correction; relatives share the PSU of their person. Grassroots bodies
//!    are all asked: those who answered count as a random second phase within their weighting class.
//! 5. **Indicators** are ratios of person-level sums with linearised variances; calibration residuals are used.
//! 6. **Scores**: perspectives by the leaf's weights, leaves up the tree, influence values summed by PSU over all
//!    perspectives, so that the score's variance holds their covariance. A perspective that any scored unit lacks is
//!    dropped for all. A unit's own answers never enter its own score; the county hears everybody.
//! 7. **Ranks** as intervals, **grades** with their borderline.
//! 8. Beside these, and without any effect on them: **who answered and how**, what difference that makes, which
//!    answers deserve a second look, how sure grades and orders are, what they hang on, and what moved since the round
//!    before.
//!
//! When everybody was asked (all base weights 1) and answered, there is nothing to estimate: the same figures come out
//! with standard errors of 0. That is how the true values of a synthetic population are made.

mod answering;
pub(crate) mod answers;
mod beside;
pub mod case_weights;
mod cases;
mod classes;
mod describe;
mod evaluate;
pub(crate) mod known;
pub(crate) mod perspectives;
mod quality;
pub(crate) mod sample;
mod scores;
pub(crate) mod space;
mod steering;
mod tally;
mod voices;
mod weights;

use std::collections::BTreeMap;

use jiff::civil::Date;
use polars::frame::DataFrame;
use survey_forms::text::Text;

use crate::evaluation::change::changes;
use crate::indicator::aggregate::nodes;
use crate::indicator::leaf::{Ground, Leaf, measure};
use crate::indicator::marks::Marks;
use crate::plan::{FrameSource, PERSONS, Plan};
use crate::results::{EvaluationResults, RoundDetail, RoundResults};
use cases::Cases;
use evaluate::Computed;
use sample::{Draft, Sample, Source};
use space::Space;

/// What a round is computed from.
#[derive(Clone, Debug)]
pub struct RoundInput<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Hash of the plan.
    pub plan_sha256: String,
    /// The invited cases of each group.
    pub groups: Vec<GroupCases>,
    /// Sealed marks of the third party.
    pub criterion_scores: Vec<CriterionScore>,
    /// Responses by open links: group and count.
    pub open_link_counts: Vec<(String, u64)>,
    /// Responses per day and group.
    pub daily: Vec<(Date, String, u64)>,
    /// Answers that were begun on the web and given up.
    pub unfinished: Vec<Unfinished>,
    /// On which device and when answers were given on the web, apart from the answers; none where that is not kept.
    pub sittings: Vec<Sitting>,
    /// The round before, to compare with.
    pub previous: Option<&'a RoundDetail>,
}

/// How many of a unit's responses share a device, or ten minutes; who they are and what they say is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sitting {
    /// Code of the scored unit.
    pub unit: String,
    /// What they share.
    pub shared: Shared,
    /// So many responses share it, 1 where a response is alone.
    pub responses: u64,
}

/// What several responses may have in common without saying anything of their answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// Handed in from one device.
    Device,
    /// Handed in within the same ten minutes.
    Time,
}

/// An answer that was begun and given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Code of the group.
    pub group: String,
    /// Name of the page that was shown last.
    pub page: String,
}

/// The invited cases of a group, one row each.
///
/// Columns of `cases` (String unless said otherwise; null where it does not apply): `case_id` (unique), `township`,
/// `unit`, `stratum`, `psu`, `certainty` (Boolean), `base_weight` (Float64, > 0), `person`, `category`, `grade`, `sex`,
/// `age_band`, `hardship`, `body_kind`, `responded` (Boolean), `answering`, `mode`, `staff_collected` (Boolean).
/// In a village taken for certain, `stratum` is the village and `psu` the person, or `stratum` the township and `psu`
/// the village. Optional are `disposition`, `ways` (of reading, space-separated), `interviewer` (who asked) and
/// `duration_s` (seconds from start to end); then comes one column per question. A question column may be left out.
#[derive(Clone, Debug)]
pub struct GroupCases {
    /// Code of the group.
    pub group: String,
    /// The cases.
    pub cases: DataFrame,
    /// Frame counts to rake to, in order; none for bodies.
    pub totals: Vec<MarginTotals>,
}

/// Frame counts of a margin.
#[derive(Clone, Debug, PartialEq)]
pub struct MarginTotals {
    /// Columns of the cases that span the margin.
    pub by: Vec<String>,
    /// Values of the columns and how many there are in the frame.
    pub cells: Vec<(Vec<String>, f64)>,
}

/// A mark of the third party.
#[derive(Clone, Debug, PartialEq)]
pub struct CriterionScore {
    /// Unit.
    pub unit: String,
    /// Criterion.
    pub criterion: String,
    /// Who gave it.
    pub scorer: String,
    /// The mark, 0 to the criterion's highest.
    pub score: f64,
    /// Given by a third scorer, because the first ones lay too far apart: it counts, and says nothing of agreement.
    pub third: bool,
    /// Files of evidence that the scorer gave with it.
    pub evidence: u32,
}

/// Why a round cannot be computed.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    /// Cases came for a group that the plan does not have.
    #[error("cases of a group that the plan does not have: {group}")]
    UnknownGroup {
        /// The group.
        group: String,
    },
    /// A column is missing or has another type.
    #[error("cases of group {group}: column {column}: {reason}")]
    Column {
        /// The group.
        group: String,
        /// The column.
        column: String,
        /// What is wrong.
        reason: String,
    },
}

/// Computes a round.
///
/// # Errors
/// [`RoundError`] when the cases do not have the shape that [`GroupCases`] describes.
pub fn compute(input: &RoundInput<'_>) -> Result<RoundDetail, RoundError> {
    run(input, Extent::Everything)
}

/// Computes the rates, estimates and scores of `results.json` alone, the same figures in a fraction of the time: for
/// simulations, which need nothing else a thousand times. Without the keys `answering`, `quality` and `evaluation`.
///
/// # Errors
/// As [`compute`].
pub fn compute_results(input: &RoundInput<'_>) -> Result<RoundResults, RoundError> {
    run(input, Extent::Results).map(|detail| detail.results)
}

/// Computes of a round what a later one is compared with: rates, estimates, scores, the tree behind them, and where the
/// sample was drawn.
///
/// # Errors
/// As [`compute`].
pub fn compute_before(input: &RoundInput<'_>) -> Result<RoundDetail, RoundError> {
    run(input, Extent::ToCompare)
}

/// How much to compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    Results,
    ToCompare,
    Everything,
}

fn run(input: &RoundInput<'_>, extent: Extent) -> Result<RoundDetail, RoundError> {
    let plan = input.plan;
    let mut warnings = Vec::new();
    let cases = read_cases(input)?;
    let (samples, space) = draw_together(input, &cases, &mut warnings);
    let marks = Marks::read(plan, &input.criterion_scores, &mut warnings);
    let present = (0..space.len())
        .map(|psu| samples.values().any(|sample| sample.present()[psu]))
        .collect::<Vec<_>>();
    let view = space.view(&present);
    let units: Vec<&str> = std::iter::once(plan.county())
        .chain(plan.scored_units())
        .map(|unit| unit.code.as_str())
        .collect();
    let mut ground = Ground {
        plan,
        units,
        samples: &samples,
        space: &space,
        view: &view,
        marks: &marks,
        persons: Vec::new(),
    };
    ground.persons = match samples.get(PERSONS) {
        Some(sample) => describe::person_totals(&ground, sample)[1..].to_vec(),
        None => vec![1.0; ground.units.len() - 1],
    };
    let leaves = measure_leaves(&ground, &mut warnings);
    let values = nodes(&plan.indicators, &leaves, ground.units.len());
    let mut detail = RoundDetail {
        results: RoundResults {
            round: plan.round.id.clone(),
            plan_sha256: input.plan_sha256.clone(),
            ..RoundResults::default()
        },
        node_scores: scores::node_scores(&ground, &leaves, &values),
        criteria: marks.results(plan),
        agreement: beside::scorer_agreement(plan, &marks),
        admin: beside::admin_points(plan),
        open_link_counts: beside::open_links(input),
        daily: beside::daily(input),
        ..RoundDetail::default()
    };
    if extent == Extent::Everything {
        detail.distributions = describe::distributions(&ground);
        detail.ladder = describe::ladder(&ground);
        detail.unmet_needs = describe::unmet_needs(&ground);
        detail.barriers = describe::barriers(&ground);
        detail.kept_away = describe::kept_away(&ground);
        detail.voices = voices::voices(&ground);
        detail.results.answering = Some(answering::answering(&ground));
    }
    for indicator in plan.indicators.leaves() {
        if let Some(leaf) = leaves.get(&indicator.code) {
            detail.results.indicators.extend(leaf.rows.iter().cloned());
            detail.dropped.extend(leaf.dropped.iter().cloned());
        }
    }
    for group in &cases {
        let (mut rates, mut dispositions) = tally::response(plan, group, &ground.units);
        detail.results.response_rates.append(&mut rates);
        detail.dispositions.append(&mut dispositions);
        detail
            .counts
            .append(&mut tally::modes(plan, group, &ground.units));
    }
    for sample in samples.values() {
        let group = if sample.is_persons() {
            persons_code(plan)
        } else {
            &sample.perspective
        };
        detail.weights.append(&mut tally::weights(&ground, sample));
        detail.respondents_vs_frame.append(&mut tally::against_frame(
            sample,
            tally::totals_of(&input.groups, group),
        ));
    }
    let ranked = scores::score(&ground, &values, &mut detail);
    if extent == Extent::ToCompare {
        detail.results.evaluation = Some(EvaluationResults {
            sampled: evaluate::sampled(&ground, &cases),
            ..EvaluationResults::default()
        });
    }
    // Where everybody is taken to have answered, nobody did so in any way, and nothing is left open.
    if extent == Extent::Everything && !samples.values().all(|sample| sample.census) {
        let (quality, copies) = quality::quality(plan, &cases, &input.unfinished)?;
        let computed = Computed {
            ground: &ground,
            values: &values,
            ranked: &ranked,
            scores: &detail.results.scores,
            details: &detail.score_details,
        };
        let evaluation = evaluate::evaluate(&computed, &cases, &copies, &input.sittings);
        detail.results.quality = Some(quality);
        detail.results.evaluation = Some(evaluation);
        if let Some(before) = input.previous {
            let change = changes(plan, &detail, before);
            if let Some(evaluation) = detail.results.evaluation.as_mut() {
                evaluation.change = Some(change);
            }
        }
    }
    beside::warn(plan, &cases, &detail, &mut warnings);
    detail.warnings = warnings;
    Ok(detail)
}

fn persons_code(plan: &Plan) -> &str {
    plan.group_of(FrameSource::Persons)
        .map_or(PERSONS, |group| group.code.as_str())
}

/// The groups' cases in the order of the plan.
fn read_cases(input: &RoundInput<'_>) -> Result<Vec<Cases>, RoundError> {
    if let Some(group) = input
        .groups
        .iter()
        .find(|group| input.plan.group(&group.group).is_none())
    {
        return Err(RoundError::UnknownGroup {
            group: group.group.clone(),
        });
    }
    let ordered = input
        .plan
        .groups
        .iter()
        .filter_map(|group| input.groups.iter().find(|g| g.group == group.code));
    ordered
        .map(|group| Cases::read(group, input.plan.forms.get(&group.group)))
        .collect()
}

/// Weights every perspective's sample and numbers the PSUs of all of them together.
fn draw_together(
    input: &RoundInput<'_>,
    cases: &[Cases],
    warnings: &mut Vec<Text>,
) -> (BTreeMap<String, Sample>, Space) {
    let plan = input.plan;
    let of = |kind: FrameSource| {
        plan.group_of(kind)
            .and_then(|group| cases.iter().find(|cases| cases.group == group.code))
    };
    let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
    for group in cases {
        let Some(kind) = tally::source_of(plan, &group.group) else {
            continue;
        };
        let totals = tally::totals_of(&input.groups, &group.group);
        let source = Source {
            plan,
            perspective: &group.group,
            kind,
            cases: group,
            totals,
            proxies: None,
        };
        drafts.insert(group.group.clone(), Draft::new(&source, warnings));
    }
    if let Some(persons) = of(FrameSource::Persons) {
        let source = Source {
            plan,
            perspective: PERSONS,
            kind: FrameSource::Persons,
            cases: persons,
            totals: tally::totals_of(&input.groups, &persons.group),
            proxies: of(FrameSource::Relatives),
        };
        drafts.insert(PERSONS.to_owned(), Draft::new(&source, warnings));
    }
    let space = Space::new(drafts.values().flat_map(Draft::keys));
    (
        drafts
            .into_iter()
            .map(|(name, draft)| (name, draft.place(&space)))
            .collect(),
        space,
    )
}

fn measure_leaves(ground: &Ground<'_>, warnings: &mut Vec<Text>) -> BTreeMap<String, Leaf> {
    let mut leaves = BTreeMap::new();
    for indicator in ground.plan.indicators.leaves() {
        if let Some(what) = indicator.measure {
            let leaf = measure(ground, indicator, what, warnings);
            for dropped in &leaf.dropped {
                warnings.push(Text::zh_en(
                    format!(
                        "指标 {}：{} 在 {} 个单位没有数据，对所有单位都不计入。",
                        dropped.code,
                        dropped.perspective,
                        dropped.lacking.len()
                    ),
                    format!(
                        "Indicator {}: {} has no data in {} units and counts for none.",
                        dropped.code,
                        dropped.perspective,
                        dropped.lacking.len()
                    ),
                ));
            }
            leaves.insert(indicator.code.clone(), leaf);
        }
    }
    leaves
}
