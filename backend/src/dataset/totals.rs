//! How many there are in the frame, by the margins that the plan calibrates to.

use std::collections::{BTreeMap, BTreeSet};

use analysis::plan::{FrameSource, Plan};
use analysis::round::MarginTotals;

use crate::store::frame::FrameMember;

/// Counts of all persons.
pub(super) fn of_persons(plan: &Plan, members: &[FrameMember]) -> Vec<MarginTotals> {
    let persons: Vec<&FrameMember> = of_source(plan, members, FrameSource::Persons).collect();
    count(plan, &persons)
}

/// Counts of the persons who have a relative in the frame: relatives stand for these.
pub(super) fn of_persons_with_relatives(plan: &Plan, members: &[FrameMember]) -> Vec<MarginTotals> {
    let related: BTreeSet<&str> = of_source(plan, members, FrameSource::Relatives)
        .filter_map(|member| member.relative_of_key.as_deref())
        .collect();
    let persons: Vec<&FrameMember> = of_source(plan, members, FrameSource::Persons)
        .filter(|member| related.contains(member.member_key.as_str()))
        .collect();
    count(plan, &persons)
}

fn of_source<'a>(
    plan: &Plan,
    members: &'a [FrameMember],
    source: FrameSource,
) -> impl Iterator<Item = &'a FrameMember> {
    let code = plan.group_of(source).map(|group| group.code.clone());
    members
        .iter()
        .filter(move |member| Some(&member.group) == code.as_ref())
}

fn count(plan: &Plan, persons: &[&FrameMember]) -> Vec<MarginTotals> {
    let margins = plan.weighting.margins.iter().map(|by| {
        let mut cells: BTreeMap<Vec<String>, f64> = BTreeMap::new();
        for person in persons {
            let cell = by
                .iter()
                .map(|column| characteristic(plan, person, column))
                .collect();
            *cells.entry(cell).or_default() += 1.0;
        }
        MarginTotals {
            by: by.clone(),
            cells: cells.into_iter().collect(),
        }
    });
    margins.collect()
}

/// A person's value in a column of cases; empty where the frame does not say.
fn characteristic(plan: &Plan, person: &FrameMember, column: &str) -> String {
    let known = match column {
        "township" => plan.units.township_of(&person.unit).map(str::to_owned),
        "category" => person.category.clone(),
        "grade" => person.grade.clone(),
        "sex" => person.sex.clone(),
        "age_band" => person.birth_year.map(|year| plan.age_band(year)),
        _ => None,
    };
    known.unwrap_or_default()
}
