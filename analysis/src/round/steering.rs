//! Signs of steering by unit, and answers at the end of the scale.
//!
//! What is counted here is counted of responses, unweighted, and changes no estimate. A unit's count is held against
//! the other units' ([`high_rates`]): units differ in truth, so being above the mean is no sign.

use super::cases::Cases;
use super::known::STAFF_PRESENT;
use super::quality::{Copies, five_point};
use super::tally::places;
use super::{Shared, Sitting};
use crate::evaluation::multiplicity::holm;
use crate::evaluation::outlier::{Tally, high_rates};
use crate::indicator::leaf::Ground;
use crate::indicator::ratio::five_points;
use crate::plan::FrameSource;
use crate::results::{Ceiling, SteeringKind, SteeringSign};

/// From this share of best answers on, better and worse hardly show.
const BEST: f64 = 0.90;
/// The same for the share of persons with nothing but best answers.
const ALL_BEST: f64 = 0.75;
/// Five-point answers that a person must have given to be said to give nothing but the best.
const FEWEST_ANSWERS: u32 = 3;
/// So many responses on one device are no household's. Two are: a person's and a relative's.
const ONE_DEVICE: u64 = 4;
/// So many responses of a unit within the same ten minutes.
const ONE_TIME: u64 = 4;

/// Counts every sign by unit and holds it against the other units.
pub(super) fn signs(
    ground: &Ground<'_>,
    groups: &[Cases],
    copies: &Copies,
    sittings: &[Sitting],
) -> Vec<SteeringSign> {
    let units = &ground.units[1..];
    let mut counted: Vec<(SteeringKind, Vec<Tally>)> = vec![
        (SteeringKind::SameAnswers, same_answers(ground, groups, copies)),
        (SteeringKind::StaffPresent, staff_present(ground, groups)),
    ];
    if !sittings.is_empty() {
        let many = |shared, fewest| together(units, sittings, shared, fewest);
        counted.push((SteeringKind::SameDevice, many(Shared::Device, ONE_DEVICE)));
        counted.push((SteeringKind::SameTime, many(Shared::Time, ONE_TIME)));
    }
    let mut signs = Vec::new();
    for (kind, tallies) in counted {
        let standings = high_rates(&tallies);
        for ((unit, tally), standing) in units.iter().zip(tallies).zip(standings) {
            if tally.judged > 0 && standing.p_value.is_finite() {
                signs.push(SteeringSign {
                    unit: (*unit).to_owned(),
                    kind,
                    judged: tally.judged,
                    found: tally.found,
                    share: standing.share,
                    usual: standing.usual,
                    p_value: standing.p_value,
                    p_adjusted: f64::NAN,
                    flagged: false,
                });
            }
        }
    }
    let p: Vec<f64> = signs.iter().map(|sign| sign.p_value).collect();
    for (sign, adjusted) in signs.iter_mut().zip(holm(&p)) {
        sign.p_adjusted = adjusted;
        sign.flagged = adjusted < 0.05;
    }
    signs
}

/// The index of each case's unit among the scored ones.
fn unit_of(ground: &Ground<'_>, cases: &Cases) -> Vec<Option<usize>> {
    places(ground.plan, cases, &ground.units)
        .into_iter()
        .map(|places| places.into_iter().find(|at| *at > 0).map(|at| at - 1))
        .collect()
}

/// Persons and relatives: bodies of a village answer about the same facts, and do so alike.
fn of_people(ground: &Ground<'_>, cases: &Cases) -> bool {
    let group = ground.plan.group(&cases.group);
    group.is_some_and(|group| group.source != FrameSource::Bodies)
}

fn same_answers(ground: &Ground<'_>, groups: &[Cases], copies: &Copies) -> Vec<Tally> {
    let mut tallies = none(ground);
    for cases in groups.iter().filter(|cases| of_people(ground, cases)) {
        let units = unit_of(ground, cases);
        for (row, is_copy) in copies.get(&cases.group).into_iter().flatten() {
            count(&mut tallies, units[*row], *is_copy);
        }
    }
    tallies
}

fn staff_present(ground: &Ground<'_>, groups: &[Cases]) -> Vec<Tally> {
    let mut tallies = none(ground);
    for cases in groups.iter().filter(|cases| of_people(ground, cases)) {
        let Some(answers) = cases.questions.get(STAFF_PRESENT) else {
            continue;
        };
        let yes = answers.among(&["yes".to_owned()]);
        for (row, unit) in unit_of(ground, cases).into_iter().enumerate() {
            if let Some(there) = answers.says(row, &yes).filter(|_| cases.responded[row]) {
                count(&mut tallies, unit, there);
            }
        }
    }
    tallies
}

fn none(ground: &Ground<'_>) -> Vec<Tally> {
    vec![Tally { judged: 0, found: 0 }; ground.units.len() - 1]
}

fn count(tallies: &mut [Tally], unit: Option<usize>, found: bool) {
    if let Some(tally) = unit.and_then(|unit| tallies.get_mut(unit)) {
        tally.judged += 1;
        tally.found += u64::from(found);
    }
}

/// Responses of each unit that share a device or ten minutes with at least `fewest` of the unit, themselves included.
fn together(units: &[&str], sittings: &[Sitting], shared: Shared, fewest: u64) -> Vec<Tally> {
    let tally = |unit: &&str| {
        let own = || {
            let of_unit = sittings.iter().filter(|sitting| sitting.unit == **unit);
            of_unit
                .filter(|sitting| sitting.shared == shared)
                .map(|sitting| sitting.responses)
        };
        Tally {
            judged: own().sum(),
            found: own().filter(|n| *n >= fewest).sum(),
        }
    };
    units.iter().map(tally).collect()
}

/// How near the end of the scale the five-point answers are, by group and unit, the county first.
pub(super) fn ceilings(ground: &Ground<'_>, groups: &[Cases]) -> Vec<Ceiling> {
    let mut rows = Vec::new();
    for cases in groups {
        let Some(form) = ground.plan.forms.get(&cases.group) else {
            continue;
        };
        // Answers and best answers of each response.
        let mut given = vec![(0u32, 0u32); cases.rows];
        for question in five_point(form) {
            let Some(answers) = cases.questions.get(&question.name) else {
                continue;
            };
            let points = five_points(answers);
            for (row, given) in given.iter_mut().enumerate() {
                if let Some(points) = answers.valid_code(row).and_then(|code| points[code]) {
                    given.0 += 1;
                    given.1 += u32::from(points == 100.0);
                }
            }
        }
        let mut sums = vec![[0u64; 5]; ground.units.len()];
        for (row, places) in places(ground.plan, cases, &ground.units).into_iter().enumerate() {
            let (answers, best) = given[row];
            if answers == 0 || !cases.responded[row] || cases.staff_collected[row] {
                continue;
            }
            let enough = answers >= FEWEST_ANSWERS;
            for place in places {
                let [persons, all, ends, judged, full] = &mut sums[place];
                *persons += 1;
                *all += u64::from(answers);
                *ends += u64::from(best);
                *judged += u64::from(enough);
                *full += u64::from(enough && best == answers);
            }
        }
        for (unit, [persons, all, ends, judged, full]) in ground.units.iter().zip(sums) {
            if persons > 0 {
                let (best, all_best) = (ends as f64 / all as f64, full as f64 / judged.max(1) as f64);
                let enough = persons >= u64::from(ground.plan.suppression.min_cell);
                rows.push(Ceiling {
                    unit: (*unit).to_owned(),
                    group: cases.group.clone(),
                    n: persons,
                    answers: all,
                    best,
                    all_best,
                    warning: enough && (best >= BEST || all_best >= ALL_BEST),
                });
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_together_are_counted_from_four_on_and_by_unit() {
        let sitting = |unit: &str, shared, responses| Sitting {
            unit: unit.to_owned(),
            shared,
            responses,
        };
        let sittings = [
            sitting("a", Shared::Device, 4),
            // A household of two on one phone.
            sitting("a", Shared::Device, 2),
            sitting("a", Shared::Time, 5),
            // The same device as the first: in another unit it does not count here.
            sitting("b", Shared::Device, 1),
        ];
        let found = together(&["a", "b", "c"], &sittings, Shared::Device, ONE_DEVICE);
        let counts: Vec<(u64, u64)> = found.iter().map(|tally| (tally.judged, tally.found)).collect();
        assert_eq!(counts, [(6, 4), (1, 0), (0, 0)]);
    }
}
