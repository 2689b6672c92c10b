//! What can be counted without estimating: who was invited and answered, by what way, and how far weights spread.

use std::collections::BTreeMap;

use super::cases::Cases;
use super::known::STAFF_PRESENT;
use super::sample::Sample;
use super::{GroupCases, MarginTotals};
use crate::disposition::Disposition;
use crate::indicator::leaf::Ground;
use crate::plan::{FrameSource, Plan};
use crate::results::{DispositionCount, FrameComparison, ModeColumn, ModeCount, ResponseRate, WeightSummary};
use crate::weighting::diagnose;

/// The places of a case in the list of county and scored units: always 0, and its unit's when it has one.
pub(crate) fn places(plan: &Plan, cases: &Cases, units: &[&str]) -> Vec<Vec<usize>> {
    let at: BTreeMap<&str, usize> = units.iter().copied().zip(0..).skip(1).collect();
    (0..cases.rows)
        .map(|row| {
            let unit = cases.text("unit")[row].as_str();
            let township = cases.text("township")[row].as_str();
            let above = || {
                plan.units
                    .ancestor_of_level(unit, &plan.round.scored_level)
                    .map(|unit| unit.code.as_str())
            };
            let own = at.get(township).or_else(|| above().and_then(|code| at.get(code)));
            std::iter::once(0).chain(own.copied()).collect()
        })
        .collect()
}

/// Response rates and dispositions of a group.
///
/// Invited are the cases that are or may be eligible; RR1 divides the completes by them.
pub(crate) fn response(
    plan: &Plan,
    cases: &Cases,
    units: &[&str],
) -> (Vec<ResponseRate>, Vec<DispositionCount>) {
    let mut counts: Vec<BTreeMap<String, u64>> = vec![BTreeMap::new(); units.len()];
    for (row, places) in places(plan, cases, units).into_iter().enumerate() {
        let word = match cases.text("disposition").get(row) {
            Some(word) if !word.is_empty() => word.clone(),
            _ if cases.responded[row] => Disposition::Complete.word().to_owned(),
            _ => Disposition::UnknownOther.word().to_owned(),
        };
        for place in places {
            *counts[place].entry(word.clone()).or_default() += 1;
        }
    }
    let mut rates = Vec::new();
    let mut dispositions = Vec::new();
    for (unit, counts) in units.iter().zip(counts) {
        let of = |word: &str| counts.get(word).copied().unwrap_or_default();
        let invited = counts.values().sum::<u64>() - of("not_eligible");
        rates.push(ResponseRate {
            group: cases.group.clone(),
            unit: (*unit).to_owned(),
            invited,
            complete: of("complete"),
            rr: (invited > 0).then(|| of("complete") as f64 / invited as f64),
        });
        dispositions.extend(counts.into_iter().map(|(disposition, n)| DispositionCount {
            group: cases.group.clone(),
            unit: (*unit).to_owned(),
            disposition,
            n,
        }));
    }
    (rates, dispositions)
}

/// Who filled in, and by what way, among the responses of a group.
pub(crate) fn modes(plan: &Plan, cases: &Cases, units: &[&str]) -> Vec<ModeCount> {
    let mut counts: Vec<BTreeMap<(ModeColumn, String), u64>> = vec![BTreeMap::new(); units.len()];
    let mut responses = vec![0u64; units.len()];
    let present = cases.questions.get(STAFF_PRESENT);
    let yes = present.map(|answers| answers.among(&["yes".to_owned()]));
    for (row, places) in places(plan, cases, units)
        .into_iter()
        .enumerate()
        .filter(|(row, _)| cases.responded[*row])
    {
        let staff = present
            .zip(yes.as_ref())
            .and_then(|(answers, yes)| answers.says(row, yes))
            == Some(true);
        let seen = [
            (ModeColumn::Answering, Some(cases.text("answering")[row].clone())),
            (ModeColumn::Mode, Some(cases.text("mode")[row].clone())),
            (
                ModeColumn::StaffCollected,
                cases.staff_collected[row].then(|| "yes".to_owned()),
            ),
            (ModeColumn::StaffPresent, staff.then(|| "yes".to_owned())),
        ];
        for place in places {
            responses[place] += 1;
            for (what, value) in &seen {
                if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
                    *counts[place].entry((*what, value.clone())).or_default() += 1;
                }
            }
            let ways = cases
                .text("ways")
                .get(row)
                .map(String::as_str)
                .unwrap_or_default();
            for way in ways.split_whitespace() {
                *counts[place]
                    .entry((ModeColumn::Reading, way.to_owned()))
                    .or_default() += 1;
            }
        }
    }
    let rows = units.iter().zip(counts).zip(responses);
    rows.flat_map(|((unit, counts), responses)| {
        counts.into_iter().map(move |((what, value), n)| ModeCount {
            group: cases.group.clone(),
            unit: (*unit).to_owned(),
            what,
            value,
            n,
            share: n as f64 / responses as f64,
        })
    })
    .collect()
}

/// How far each sample's weights spread, in the county and each unit that has respondents.
pub(crate) fn weights(ground: &Ground<'_>, sample: &Sample) -> Vec<WeightSummary> {
    let here = |index: usize, row: usize| index == 0 || sample.unit[row] as usize == index - 1;
    ground
        .units
        .iter()
        .enumerate()
        .filter_map(|(index, unit)| {
            let own: Vec<f64> = (0..sample.rows)
                .filter(|&row| here(index, row))
                .map(|row| sample.weight[row])
                .collect();
            if own.is_empty() {
                return None;
            }
            let spread = diagnose(&own);
            // A single weight has no spread to speak of.
            let cv = if spread.cv.is_finite() { spread.cv } else { 0.0 };
            Some(WeightSummary {
                group: sample.perspective.clone(),
                unit: (*unit).to_owned(),
                n: own.len() as u64,
                sum: spread.sum,
                min: spread.min,
                max: spread.max,
                cv,
                deff_kish: spread.deff_kish,
                effective_n: spread.effective_n,
                efficiency: 1.0 / spread.deff_kish,
            })
        })
        .collect()
}

/// Respondents against the frame, cell by cell of the margins.
pub(crate) fn against_frame(sample: &Sample, totals: &[MarginTotals]) -> Vec<FrameComparison> {
    let mut rows = Vec::new();
    for margin in totals {
        let columns: Vec<&[String]> = margin.by.iter().map(|name| sample.column(name)).collect();
        if columns.iter().any(|column| column.len() != sample.rows) || sample.rows == 0 {
            continue;
        }
        let mut found: BTreeMap<Vec<String>, (u64, f64)> = BTreeMap::new();
        for row in 0..sample.rows {
            let key = columns.iter().map(|column| column[row].clone()).collect();
            let (n, weight) = found.entry(key).or_default();
            *n += 1;
            *weight += sample.weight[row];
        }
        let population: f64 = margin.cells.iter().map(|(_, total)| total).sum();
        let weights: f64 = sample.weight.iter().sum();
        for (cell, total) in &margin.cells {
            let (n, weight) = found.get(cell).copied().unwrap_or_default();
            rows.push(FrameComparison {
                group: sample.perspective.clone(),
                by: margin.by.clone(),
                cell: cell.clone(),
                frame: total / population,
                respondents: n as f64 / sample.rows as f64,
                weighted: weight / weights,
                n,
            });
        }
    }
    rows
}

/// The totals of a group.
pub(crate) fn totals_of<'a>(groups: &'a [GroupCases], code: &str) -> &'a [MarginTotals] {
    groups
        .iter()
        .find(|group| group.group == code)
        .map_or(&[], |group| group.totals.as_slice())
}

/// The frame source of a group's code.
pub(crate) fn source_of(plan: &Plan, code: &str) -> Option<FrameSource> {
    plan.group(code).map(|group| group.source)
}
