//! From a drawn sample to stored cases: numbers take the place of person ids.
//!
//! Cases are numbered in the order in which they come, and so are the persons
//! that family cases join to, so that the same draw gives the same cases on
//! every machine, whatever its keys.

use std::collections::{BTreeMap, HashMap};

use analysis::plan::Plan;

use crate::keys::Keys;
use crate::store::frame::FrameMember;
use crate::store::sample::SampleCase;

/// A case as it was drawn, by person ids.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnCase {
    /// Respondent group.
    pub group: String,
    /// `person_id` in frame.csv.
    pub person_id: String,
    /// Township code, none for county-level bodies.
    pub township: Option<String>,
    /// Township or village code.
    pub unit: String,
    /// Sampling stratum.
    pub stratum: String,
    /// Primary sampling unit; a person id where persons are PSUs.
    pub psu: String,
    /// Whether the PSU was drawn with certainty.
    pub certainty: bool,
    /// 1 / inclusion probability.
    pub base_weight: f64,
    /// `person_id` of the person whom a family case belongs to, or who the case is; none for bodies.
    pub person: Option<String>,
    /// AAPOR code, where the office already knows it.
    pub disposition: Option<String>,
}

/// Numbers persons in the order in which they are first named. The letter is one that no register's ids begin with,
/// so that a number is never taken for an id.
#[derive(Default)]
struct Numbers<'a>(HashMap<&'a str, usize>);

impl<'a> Numbers<'a> {
    fn of(&mut self, person_id: &'a str) -> String {
        let next = self.0.len() + 1;
        format!("N{:06}", self.0.entry(person_id).or_insert(next))
    }
}

/// The rows of `sample_cases`, or how many of those drawn are not in the frame.
pub(super) fn cases(
    keys: &Keys,
    plan: &Plan,
    members: &[FrameMember],
    drawn: &[DrawnCase],
) -> Result<Vec<SampleCase>, usize> {
    let round = plan.round.id.as_str();
    let by_key: HashMap<&str, &FrameMember> = members
        .iter()
        .map(|member| (member.member_key.as_str(), member))
        .collect();
    let mut numbers = Numbers::default();
    for case in drawn {
        if let Some(person) = &case.person {
            numbers.of(person);
        }
    }
    let (mut counts, mut missing) = (BTreeMap::<&str, usize>::new(), 0);
    let mut rows = Vec::with_capacity(drawn.len());
    for case in drawn {
        let member_key = keys.member_key(round, &case.person_id);
        let Some(member) = by_key.get(member_key.as_str()) else {
            missing += 1;
            continue;
        };
        // What is known of a relative is what is known of the person it belongs to.
        let described = member
            .relative_of_key
            .as_deref()
            .and_then(|key| by_key.get(key))
            .unwrap_or(member);
        let count = counts.entry(case.group.as_str()).or_default();
        *count += 1;
        let psu_is_a_person = numbers.0.contains_key(case.psu.as_str()) || case.psu == case.person_id;
        rows.push(SampleCase {
            round_id: round.to_owned(),
            case_id: format!("{}-{count:06}", case.group),
            group: case.group.clone(),
            township: case.township.clone(),
            unit: case.unit.clone(),
            stratum: case.stratum.clone(),
            psu: if psu_is_a_person {
                numbers.of(&case.psu)
            } else {
                case.psu.clone()
            },
            certainty: case.certainty,
            base_weight: case.base_weight,
            person: case.person.as_deref().map(|person| numbers.of(person)),
            category: described.category.clone(),
            grade: described.grade.clone(),
            sex: described.sex.clone(),
            age_band: described.birth_year.map(|year| plan.age_band(year)),
            hardship: described.hardship.clone(),
            body_kind: member.body_kind.clone(),
            disposition: case.disposition.clone(),
            member_key: Some(member_key),
        });
    }
    if missing == 0 { Ok(rows) } else { Err(missing) }
}
