//! Fieldwork on the synthetic county: who is invited, who answers, how, and what.

mod collect;
mod conduct;

use std::collections::BTreeSet;

use analysis::disposition::Disposition;
use analysis::plan::{FrameSource, Plan, SamplingPlan};
use jiff::civil::Date;
use survey_forms::response::RawAnswers;

use self::collect::{collect, open_responses};
pub use self::conduct::Conduct;
use super::SyntheticError;
use super::county::Population;
use super::draw::Topic;
use super::frame::{body_id, person_id, relative_id};
use super::response::decide;
use crate::rounds::draw::SamplingFrame;
use crate::submit::{Answering, Mode, Way};

/// Expected response rates, from which the sample's size follows: residents, relatives, bodies.
const EXPECTED: [f64; 3] = [0.58, 0.50, 0.75];
/// Share of all answers that grassroots bodies give at most: in the sample plan's 3,000 it is what 75 % of them give.
const BODY_SHARE: f64 = 0.157;
/// Fewest answers that can be spread over two villages in each of 20 townships with a relative here and there.
const LEAST: usize = 100;
/// Persons drawn per village before further villages are drawn.
const CROWDED: usize = 60;

/// An invited case. Cases of a group are in the order of their ids.
#[derive(Clone, Debug)]
pub struct Case {
    /// Code of the group.
    pub group: String,
    /// The `person_id` of the frame's row.
    pub case_id: String,
    /// Code of the township; none for bodies of the county.
    pub township: Option<String>,
    /// Code of the unit: village, township or county.
    pub unit: String,
    /// Stratum of the design.
    pub stratum: String,
    /// Primary sampling unit.
    pub psu: String,
    /// Whether the PSU was taken for certain.
    pub certainty: bool,
    /// 1 ÷ inclusion probability.
    pub base_weight: f64,
    /// The person that a resident is and a relative belongs to.
    pub person: Option<String>,
    /// What became of it.
    pub disposition: Disposition,
    /// Position in the population: of the person, or of the body.
    pub(super) subject: usize,
}

impl Case {
    /// Whether a complete answer came.
    pub fn responded(&self) -> bool {
        self.disposition == Disposition::Complete
    }
}

/// A completed questionnaire.
#[derive(Clone, Debug)]
pub struct Response {
    /// Code of the group.
    pub group: String,
    /// Position in [`Fieldwork::cases`]; none when it came by the open link.
    pub case: Option<usize>,
    /// The answers, valid against the sample plan's questionnaire.
    pub answers: RawAnswers,
    /// How it came in.
    pub mode: Mode,
    /// Who filled it in; bodies count as themselves.
    pub answering: Answering,
    /// Language of the questionnaire.
    pub language: &'static str,
    /// Day on which it came in.
    pub day: Date,
    /// Minute of that day at which it was begun, local time.
    pub start_minute: u16,
    /// How long it took.
    pub duration_s: u32,
    /// Ways of reading used.
    pub ways: BTreeSet<Way>,
    /// With how much care it was given.
    pub conduct: Conduct,
}

/// Completed answers per group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupSizes {
    /// Card holders.
    pub resident: usize,
    /// Relatives and friends.
    pub family: usize,
    /// Grassroots bodies.
    pub grassroots: usize,
}

/// Everything that fieldwork brought.
#[derive(Clone, Debug)]
pub struct Fieldwork {
    /// The invited cases: residents, relatives, bodies.
    pub cases: Vec<Case>,
    /// Answers to invitations, in the order of their cases.
    pub responses: Vec<Response>,
    /// Answers that came by the open links, from people who were not invited.
    pub open_responses: Vec<Response>,
    /// Completed answers to invitations per group; they sum to what was asked for.
    pub sizes: GroupSizes,
}

impl Fieldwork {
    /// Draws a sample and collects exactly `respondents` completed answers to invitations over all groups.
    ///
    /// # Errors
    /// When so many answers cannot be had, or the plan lacks one of the three groups.
    pub fn run(county: &Population, plan: &Plan, respondents: usize) -> Result<Self, SyntheticError> {
        let groups = group_codes(plan)?;
        let bodies = county.bodies.len();
        let grassroots = ((EXPECTED[2] * bodies as f64).round() as usize)
            .min((BODY_SHARE * respondents as f64).round() as usize);
        let persons = respondents.saturating_sub(grassroots);
        let reachable = county
            .persons
            .iter()
            .filter(|person| person.relative.is_some())
            .count();
        let share = reachable as f64 / county.persons.len().max(1) as f64;
        let wanted = (persons as f64 / (EXPECTED[0] + EXPECTED[1] * share)).ceil() as usize;
        let most = grassroots + (0.9 * (county.persons.len() as f64 * 0.6) * (1.0 + share)) as usize;
        let out_of_reach = || SyntheticError::Respondents {
            asked: respondents,
            least: LEAST,
            most,
        };
        if respondents < LEAST || respondents > most {
            return Err(out_of_reach());
        }

        let mut cases = sampled(county, plan, groups, wanted.min(county.persons.len()))?;
        let residents = cases.len();
        let relatives = relatives(county, groups[1], &cases);
        let expected = [
            EXPECTED[0] * residents as f64,
            EXPECTED[1] * relatives.len() as f64,
        ];
        let resident = (persons as f64 * expected[0] / (expected[0] + expected[1])).round() as usize;
        let sizes = GroupSizes {
            resident,
            family: persons - resident,
            grassroots,
        };
        if sizes.resident > residents || sizes.family > relatives.len() {
            return Err(out_of_reach());
        }
        cases.extend(relatives);
        cases.extend(census(county, groups[2], plan));
        decide(county, &mut cases, groups, sizes);
        let responses = cases
            .iter()
            .enumerate()
            .filter(|(_, case)| case.responded())
            .map(|(position, case)| collect(county, plan, groups, &case.group, case.subject, Some(position)))
            .collect();
        let open_responses = open_responses(county, plan, groups, &cases, respondents);
        Ok(Self {
            cases,
            responses,
            open_responses,
            sizes,
        })
    }
}

/// The plan's codes of the groups of persons, relatives and bodies.
///
/// # Errors
/// [`SyntheticError::PlanLacks`] naming the first that is missing.
pub(super) fn group_codes(plan: &Plan) -> Result<[&str; 3], SyntheticError> {
    let of = |source: FrameSource, what: &'static str| {
        let group = plan.groups.iter().find(|group| group.source == source);
        group
            .map(|group| group.code.as_str())
            .ok_or(SyntheticError::PlanLacks(what))
    };
    Ok([
        of(FrameSource::Persons, "group of persons")?,
        of(FrameSource::Relatives, "group of relatives")?,
        of(FrameSource::Bodies, "group of bodies")?,
    ])
}

/// The sampled residents as cases, not yet decided.
fn sampled(
    county: &Population,
    plan: &Plan,
    groups: [&str; 3],
    wanted: usize,
) -> Result<Vec<Case>, SyntheticError> {
    let frame = county.frame(groups);
    let sampling_frame = SamplingFrame::of(&frame, &plan.units, groups[0]);
    let per_township = wanted.div_ceil(county.townships.len());
    // A large sample needs more villages than the plan's, or the chosen ones run out of people.
    let villages = plan
        .sampling
        .villages_per_township
        .map(|villages| villages.max(per_township.div_ceil(CROWDED)));
    let sampling = SamplingPlan {
        villages_per_township: villages,
        ..plan.sampling.clone()
    };
    let mut rng = county.streams.of(Topic::Sample, 0);
    let drawn = sampling_frame.draw(&mut rng.0, &sampling, wanted)?;
    Ok(drawn
        .into_iter()
        .map(|drawn| {
            // Persons come first in the frame: the row is the position in the population.
            let person = &county.persons[drawn.row];
            let id = person_id(drawn.row);
            let (stratum, psu) = sampling_frame.design_codes(&drawn, &id);
            Case {
                group: groups[0].to_owned(),
                township: Some(county.township_of(person).code.clone()),
                unit: county.village_of(person).code.clone(),
                stratum,
                psu,
                certainty: drawn.certainty,
                base_weight: drawn.base_weight,
                person: Some(id.clone()),
                case_id: id,
                disposition: Disposition::UnknownOther,
                subject: drawn.row,
            }
        })
        .collect())
}

/// One relative of every sampled person who has one: same design, same weight.
fn relatives(county: &Population, group: &str, residents: &[Case]) -> Vec<Case> {
    let reachable = residents
        .iter()
        .filter(|case| county.persons[case.subject].relative.is_some());
    reachable
        .map(|case| Case {
            group: group.to_owned(),
            case_id: relative_id(case.subject),
            ..case.clone()
        })
        .collect()
}

/// All bodies.
fn census(county: &Population, group: &str, plan: &Plan) -> Vec<Case> {
    let bodies = county.bodies.iter().enumerate();
    bodies
        .map(|(subject, body)| {
            let township = body.township.map(|t| county.townships[t].code.clone());
            let id = body_id(subject);
            Case {
                group: group.to_owned(),
                stratum: township.clone().unwrap_or_else(|| plan.round.county.clone()),
                township,
                unit: body.unit.clone(),
                psu: id.clone(),
                certainty: true,
                base_weight: 1.0,
                person: None,
                case_id: id,
                disposition: Disposition::UnknownOther,
                subject,
            }
        })
        .collect()
}
