//! Numbers of persons and answers that stand beside the estimates: how many were invited, how it ended, by what way
//! they answered, how they were weighted, how they compare with the frame.

use std::collections::{BTreeMap, BTreeSet};

use analysis::disclosure::{Mark, PublishedTotals, suppress};
use analysis::results::{Flag, ModeColumn, RoundDetail, WayBy};

use super::grid::{Places, grids};
use super::{HIDDEN_COUNT, small};

/// Hides what is too small in all of them, and what would give it away.
pub(super) fn protect(detail: &mut RoundDetail, places: &Places<'_>, min_cell: u64) {
    response(detail, places, min_cell);
    ways(detail, min_cell);
    modes(detail, places, min_cell);
    against_frame(detail, min_cell);
    voices(detail, places, min_cell);
}

/// Those who wrote about a theme: of a rare one the few could be guessed, nobody is as telling as few, and the units
/// add up to the county.
fn voices(detail: &mut RoundDetail, places: &Places<'_>, min_cell: u64) {
    let rows = &mut detail.voices;
    let mut hidden = BTreeSet::new();
    let found = grids(rows.iter(), places, |row| {
        Some((format!("{}/{}", row.group, row.theme), row.unit.as_str(), None))
    });
    for table in found {
        hidden.extend(table.hidden(places.units.len(), min_cell, |index| rows[index].named));
        hidden.extend(table.hidden(places.units.len(), min_cell, |index| rows[index].share.n));
    }
    for (index, row) in rows.iter_mut().enumerate() {
        if row.named < min_cell || hidden.contains(&index) {
            row.named = HIDDEN_COUNT;
            row.share = Default::default();
        }
    }
}

/// Those who answered and those who did not; both are few in a small group, and either tells the other.
///
/// Bases of estimates are the same people: where a unit's number of answers is hidden, so are its weights' and its
/// score's, which would be the sum of the groups'.
fn response(detail: &mut RoundDetail, places: &Places<'_>, min_cell: u64) {
    let rates = &detail.results.response_rates;
    let halves: Vec<(usize, &'static str, u64)> = rates
        .iter()
        .enumerate()
        .flat_map(|(at, row)| {
            let silent = row.invited.saturating_sub(row.complete);
            [(at, "complete", row.complete), (at, "silent", silent)]
        })
        .collect();
    let mut few: BTreeSet<(String, String)> = BTreeSet::new();
    let found = grids(halves.iter(), places, |(at, half, _)| {
        let row = &rates[*at];
        Some((row.group.clone(), row.unit.as_str(), Some(*half)))
    });
    for table in found {
        for index in table.hidden(places.units.len(), min_cell, |index| halves[index].2) {
            let row = &rates[halves[index].0];
            few.insert((row.group.clone(), row.unit.clone()));
        }
    }
    let weights = &detail.weights;
    let found = grids(weights.iter(), places, |row| {
        Some((row.group.clone(), row.unit.as_str(), None))
    });
    for table in found {
        let count = |index: usize| {
            let row = &weights[index];
            let forced = few.contains(&(row.group.clone(), row.unit.clone()));
            if forced && row.n > 0 {
                small(row.n, min_cell)
            } else {
                row.n
            }
        };
        for index in table.hidden(places.units.len(), min_cell, count) {
            few.insert((weights[index].group.clone(), weights[index].unit.clone()));
        }
    }
    let is_few = |group: &str, unit: &str| few.contains(&(group.to_owned(), unit.to_owned()));
    for row in &mut detail.results.response_rates {
        if is_few(&row.group, &row.unit) {
            (row.complete, row.rr) = (HIDDEN_COUNT, None);
        }
    }
    for row in &mut detail.weights {
        if is_few(&row.group, &row.unit) {
            row.n = HIDDEN_COUNT;
            for figure in [
                &mut row.min,
                &mut row.max,
                &mut row.cv,
                &mut row.deff_kish,
                &mut row.effective_n,
                &mut row.efficiency,
            ] {
                *figure = f64::NAN;
            }
        }
    }
    for row in &mut detail.score_details {
        if few.iter().any(|(_, unit)| *unit == row.unit) {
            row.n = HIDDEN_COUNT;
        }
    }
    outcomes(detail, places, min_cell, &few);
}

/// Outcomes add up to all cases of a group in a unit, and the units' to the county's.
fn outcomes(detail: &mut RoundDetail, places: &Places<'_>, min_cell: u64, few: &BTreeSet<(String, String)>) {
    let rows = &mut detail.dispositions;
    let found = grids(rows.iter(), places, |row| {
        Some((
            row.group.clone(),
            row.unit.as_str(),
            Some(row.disposition.as_str()),
        ))
    });
    let mut hidden = BTreeSet::new();
    for table in found {
        let count = |index: usize| {
            let row = &rows[index];
            let complete = row.disposition == "complete";
            let forced = complete && few.contains(&(row.group.clone(), row.unit.clone()));
            if forced && row.n > 0 {
                small(row.n, min_cell)
            } else {
                row.n
            }
        };
        hidden.extend(table.hidden(places.units.len(), min_cell, count));
    }
    for index in hidden {
        rows[index].n = HIDDEN_COUNT;
    }
    // The county's own outcomes add up to its cases.
    let mut of_county: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, row) in rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.unit == places.county)
    {
        of_county.entry(row.group.clone()).or_default().push(index);
    }
    for members in of_county.into_values() {
        let counts = vec![members.iter().map(|&index| rows[index].n).collect()];
        hide_line(&counts, min_cell, |at| rows[members[at]].n = HIDDEN_COUNT);
    }
}

/// Calls `hide` for the cells of a line whose total is published.
fn hide_line(counts: &[Vec<u64>], min_cell: u64, mut hide: impl FnMut(usize)) {
    let totals = PublishedTotals {
        rows: true,
        columns: false,
    };
    let marks = suppress(counts, min_cell, totals);
    let line = marks.into_iter().next().unwrap_or_default();
    for (at, mark) in line.into_iter().enumerate() {
        if mark != Mark::Shown {
            hide(at);
        }
    }
}

/// Ways of answering add up to everybody: a single small one would be what is left over, and takes another with it.
fn ways(detail: &mut RoundDetail, min_cell: u64) {
    let Some(answering) = detail.results.answering.as_mut() else {
        return;
    };
    let mut measured: BTreeMap<(WayBy, String), Vec<usize>> = BTreeMap::new();
    for (index, row) in answering.estimates.iter().enumerate() {
        measured
            .entry((row.by, row.code.clone()))
            .or_default()
            .push(index);
    }
    for ((by, code), rows) in measured {
        let counts = vec![rows.iter().map(|&index| answering.estimates[index].n).collect()];
        let mut levels = Vec::new();
        hide_line(&counts, min_cell, |at| levels.push(rows[at]));
        for index in levels {
            let hidden = &mut answering.estimates[index];
            hidden.flag = Some(Flag::Suppressed);
            let level = hidden.level.clone();
            let concerned = answering.differences.iter_mut().filter(|row| {
                row.by == by && row.code == code && (row.level == level || row.reference == level)
            });
            for row in concerned {
                row.flag = Some(Flag::Suppressed);
            }
        }
    }
}

/// Who filled in and by what way add up to the responses of a unit, and the units' to the county's: both are published.
/// Ways of reading and presence add up to nothing, as a response may have several or none of them.
fn modes(detail: &mut RoundDetail, places: &Places<'_>, min_cell: u64) {
    let rows = &mut detail.counts;
    let found = grids(rows.iter(), places, |row| match row.what {
        ModeColumn::Answering | ModeColumn::Mode => Some((
            format!("{}/{:?}", row.group, row.what),
            row.unit.as_str(),
            Some(row.value.as_str()),
        )),
        _ => Some((
            format!("{}/{:?}/{}", row.group, row.what, row.value),
            row.unit.as_str(),
            None,
        )),
    });
    for table in found {
        for index in table.hidden(places.units.len(), min_cell, |index| rows[index].n) {
            rows[index].n = HIDDEN_COUNT;
            rows[index].share = f64::NAN;
        }
    }
}

/// Respondents of a margin add up to all of them.
fn against_frame(detail: &mut RoundDetail, min_cell: u64) {
    let mut margins: BTreeMap<(String, Vec<String>), Vec<usize>> = BTreeMap::new();
    for (index, row) in detail.respondents_vs_frame.iter().enumerate() {
        margins
            .entry((row.group.clone(), row.by.clone()))
            .or_default()
            .push(index);
    }
    let rows = &mut detail.respondents_vs_frame;
    for members in margins.into_values() {
        let counts = vec![members.iter().map(|&index| rows[index].n).collect()];
        hide_line(&counts, min_cell, |at| {
            let row = &mut rows[members[at]];
            (row.n, row.respondents, row.weighted) = (HIDDEN_COUNT, f64::NAN, f64::NAN);
        });
    }
}
