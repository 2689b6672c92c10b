//! Disclosure control of everything that a report says, before a word is written.
//!
//! Units are published beside their county, and areas beside their sum, so a withheld cell
//! could be worked out from the others; `analysis::disclosure` says what else must go.
//! Marks of the third party and administrative series count no persons and stay.

mod nodes;

use std::collections::BTreeMap;

use analysis::disclosure::{Mark, PublishedTotals, suppress};
use analysis::plan::{ADMIN, Plan, THIRD_PARTY};
use analysis::results::{Flag, ModeColumn, Proportion, RoundDetail, WayBy};

/// A copy of the results in which every cell that must not be shown is marked or emptied.
pub(crate) fn protect(detail: &RoundDetail, plan: &Plan) -> RoundDetail {
    let mut safe = detail.clone();
    let units: Vec<&str> = plan
        .scored_units()
        .into_iter()
        .map(|unit| unit.code.as_str())
        .collect();
    let places = Places {
        units,
        county: plan.county().code.as_str(),
    };
    let min_cell = u64::from(plan.suppression.min_cell);
    protect_indicators(&mut safe, &places, min_cell);
    let withheld = nodes::withheld(&safe, plan);
    nodes::withhold(&mut safe, plan, min_cell, &withheld);
    protect_distributions(&mut safe, &places, min_cell);
    protect_ladder(&mut safe, &places, min_cell);
    protect_unmet_needs(&mut safe, &places, min_cell);
    protect_answering(&mut safe, min_cell);
    protect_counts(&mut safe, &places, min_cell);
    safe
}

/// Who filled in and by what way add up to the responses of a unit, and the units' to the county's: both are published.
/// Ways of reading and presence add up to nothing, as a response may have several or none of them.
fn protect_counts(detail: &mut RoundDetail, places: &Places<'_>, min_cell: u64) {
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
    for grid in found {
        for index in grid.hidden(places.units.len(), min_cell, |index| rows[index].n) {
            // Whatever is below the smallest cell is withheld where it is shown, and tells no more than that.
            rows[index].n = 1;
            rows[index].share = f64::NAN;
        }
    }
}

/// Ways of answering add up to everybody: a single small one would be what is left over, and takes another with it.
fn protect_answering(detail: &mut RoundDetail, min_cell: u64) {
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
        let totals = PublishedTotals {
            rows: true,
            columns: false,
        };
        let marks = suppress(&counts, min_cell, totals);
        for (&index, mark) in rows.iter().zip(&marks[0]) {
            if *mark == Mark::Shown {
                continue;
            }
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

/// Whose rows are published: the scored units, and the county as their total.
struct Places<'p> {
    units: Vec<&'p str>,
    county: &'p str,
}

/// Rows (by index) arranged as units × columns, the county's as totals of the columns.
struct Grid {
    cells: BTreeMap<(usize, usize), usize>,
    totals: Vec<usize>,
    columns: Vec<Option<String>>,
}

impl Grid {
    /// Places row `index` of `unit` and `column`; rows of other units have no place.
    fn place(&mut self, places: &Places<'_>, unit: &str, column: Option<&str>, index: usize) {
        let Some(row) = places.units.iter().position(|code| *code == unit) else {
            if unit == places.county {
                self.totals.push(index);
            }
            return;
        };
        let column = column.map(str::to_owned);
        let at = self
            .columns
            .iter()
            .position(|known| *known == column)
            .unwrap_or_else(|| {
                self.columns.push(column);
                self.columns.len() - 1
            });
        self.cells.insert((row, at), index);
    }

    /// The rows that must be hidden, given how many persons each counts.
    fn hidden(&self, units: usize, min_cell: u64, count: impl Fn(usize) -> u64) -> Vec<usize> {
        let width = self.columns.len();
        let mut counts = vec![vec![0; width]; units];
        for (&(row, column), &index) in &self.cells {
            counts[row][column] = count(index);
        }
        // The county's row is published for every column; a unit's sum over several areas too.
        let marks = suppress(
            &counts,
            min_cell,
            PublishedTotals {
                rows: width > 1,
                columns: true,
            },
        );
        let cells = self.cells.iter();
        let hidden_cells = cells.filter(|((row, column), _)| marks[*row][*column] != Mark::Shown);
        // A county with too few persons is no total that could stay.
        let totals = self.totals.iter().copied();
        let small_totals = totals.filter(|&index| (1..min_cell).contains(&count(index)));
        hidden_cells
            .map(|(_, index)| *index)
            .chain(small_totals)
            .collect()
    }
}

/// One grid per key; figures by area and their sum are separate grids.
fn grids<'r, R: 'r>(
    rows: impl Iterator<Item = &'r R>,
    places: &Places<'_>,
    describe: impl Fn(&R) -> Option<(String, &str, Option<&str>)>,
) -> Vec<Grid> {
    let mut grids: BTreeMap<(String, bool), Grid> = BTreeMap::new();
    for (index, row) in rows.enumerate() {
        if let Some((key, unit, column)) = describe(row) {
            let grid = grids.entry((key, column.is_some())).or_insert_with(|| Grid {
                cells: BTreeMap::new(),
                totals: Vec::new(),
                columns: Vec::new(),
            });
            grid.place(places, unit, column, index);
        }
    }
    grids.into_values().collect()
}

fn protect_indicators(detail: &mut RoundDetail, places: &Places<'_>, min_cell: u64) {
    let rows = &mut detail.results.indicators;
    let found = grids(rows.iter(), places, |row| match row.group.as_deref() {
        Some(THIRD_PARTY | ADMIN) => None,
        group => Some((
            format!("{}/{}", row.code, group.unwrap_or("")),
            row.unit.as_str(),
            row.area.as_deref(),
        )),
    });
    for grid in found {
        for index in grid.hidden(places.units.len(), min_cell, |index| rows[index].n) {
            rows[index].flag = Some(Flag::Suppressed);
        }
    }
}

fn protect_distributions(detail: &mut RoundDetail, places: &Places<'_>, min_cell: u64) {
    let rows = &mut detail.distributions;
    let found = grids(rows.iter(), places, |row| {
        Some((format!("{}/{}", row.group, row.question), row.unit.as_str(), None))
    });
    for grid in found {
        for index in grid.hidden(places.units.len(), min_cell, |index| rows[index].n) {
            let row = &mut rows[index];
            (row.n, row.missing, row.mean, row.mean_se) = (0, 0, None, None);
            row.shares.clear();
        }
    }
}

fn protect_ladder(detail: &mut RoundDetail, places: &Places<'_>, min_cell: u64) {
    let rows = &mut detail.ladder;
    let found = grids(rows.iter(), places, |row| {
        Some((String::new(), row.unit.as_str(), row.area.as_deref()))
    });
    for grid in found {
        // Received and helped are shares of those in need: one small base hides the step.
        for index in grid.hidden(places.units.len(), min_cell, |index| rows[index].received.n) {
            rows[index].received = Proportion::default();
            rows[index].helped = Proportion::default();
        }
    }
}

fn protect_unmet_needs(detail: &mut RoundDetail, places: &Places<'_>, min_cell: u64) {
    let rows = &mut detail.unmet_needs;
    let found = grids(rows.iter(), places, |row| {
        Some((String::new(), row.unit.as_str(), Some(row.area.as_str())))
    });
    for grid in found {
        for index in grid.hidden(places.units.len(), min_cell, |index| rows[index].share.n) {
            rows[index].share = Proportion::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_single_small_cell_takes_another_with_it() {
        let (mut detail, plan) = (sample::detail(), sample::plan());
        let leaf = "1.1";
        let unit = plan.scored_units()[4].code.clone();
        for row in &mut detail.results.indicators {
            // No other leaf is small: one that is takes a sibling with it in its unit.
            (row.n, row.flag) = (row.n.max(50), None);
        }
        for row in detail
            .results
            .indicators
            .iter_mut()
            .filter(|row| row.code == leaf)
        {
            row.flag = None;
            if row.unit == unit {
                row.n = 4;
            }
        }
        let safe = protect(&detail, &plan);
        let hidden: Vec<&str> = safe
            .results
            .indicators
            .iter()
            .filter(|row| row.code == leaf && row.flag == Some(Flag::Suppressed))
            .map(|row| row.unit.as_str())
            .collect();
        assert!(hidden.contains(&unit.as_str()));
        assert_eq!(hidden.len(), 2, "one alone is the county minus the others");
        assert!(!hidden.contains(&plan.county().code.as_str()));
    }

    #[test]
    fn a_county_of_too_few_persons_is_hidden_like_its_units() {
        let (mut detail, plan) = (sample::detail(), sample::plan());
        let county = plan.county().code.clone();
        let found = |row: &&mut analysis::results::IndicatorResult| row.code == "1.1" && row.group.is_some();
        for row in detail.results.indicators.iter_mut().filter(found) {
            row.flag = None;
            row.n = if row.unit == county { 4 } else { 1 };
        }
        let safe = protect(&detail, &plan);
        let mut rows = safe
            .results
            .indicators
            .iter()
            .filter(|row| row.code == "1.1" && row.group.is_some());
        assert!(rows.all(|row| row.flag == Some(Flag::Suppressed)));
    }

    #[test]
    fn a_single_small_way_takes_another_and_their_differences_with_it() {
        let (mut detail, plan) = (sample::detail(), sample::plan());
        let answering = detail.results.answering.as_mut().unwrap();
        for row in &mut answering.estimates {
            row.flag = None;
            row.n = match row.level.as_str() {
                "paper" => 4,
                "phone" => 40,
                _ => 400,
            };
        }
        for row in &mut answering.differences {
            row.flag = None;
        }
        let safe = protect(&detail, &plan).results.answering.unwrap();
        let hidden = |level: &str| {
            let mut rows = safe.estimates.iter().filter(|row| row.level == level);
            rows.all(|row| row.flag == Some(Flag::Suppressed))
        };
        assert!(hidden("paper") && hidden("phone") && !hidden("web") && !hidden("proxy"));
        for row in &safe.differences {
            let small = ["paper", "phone"].contains(&row.level.as_str());
            assert_eq!(row.flag == Some(Flag::Suppressed), small, "{row:?}");
        }
    }

    #[test]
    fn a_unit_s_only_small_way_is_not_what_the_others_leave_of_its_answers() {
        let (mut detail, plan) = (sample::detail(), sample::plan());
        let units: Vec<String> = plan.scored_units().iter().map(|unit| unit.code.clone()).collect();
        let group = plan.groups[0].code.clone();
        detail.counts.clear();
        let mut add = |unit: &str, value: &str, n: u64| {
            detail.counts.push(analysis::results::ModeCount {
                group: group.clone(),
                unit: unit.to_owned(),
                what: ModeColumn::Answering,
                value: value.to_owned(),
                n,
                share: 0.3,
            });
        };
        for (index, unit) in units.iter().enumerate() {
            add(unit, "self", 90);
            add(unit, "assisted", 60);
            add(unit, "proxy", if index == 2 { 3 } else { 40 });
        }
        let n = units.len() as u64;
        add(&plan.county().code, "self", 90 * n);
        add(&plan.county().code, "assisted", 60 * n);
        add(&plan.county().code, "proxy", 40 * (n - 1) + 3);
        let safe = protect(&detail, &plan);
        let hidden = |unit: &str, value: &str| {
            let mut rows = safe.counts.iter();
            let row = rows.find(|row| row.unit == unit && row.value == value).unwrap();
            row.n < u64::from(plan.suppression.min_cell)
        };
        assert!(hidden(&units[2], "proxy"));
        let of = |unit: &str| {
            ["self", "assisted", "proxy"]
                .into_iter()
                .filter(|value| hidden(unit, value))
                .count()
        };
        assert!(of(&units[2]) >= 2, "the township's total would give it away");
        let proxies = units.iter().filter(|unit| hidden(unit, "proxy")).count();
        assert!(proxies >= 2, "the county's total would give it away");
        assert_eq!(of(&plan.county().code), 0);
    }

    #[test]
    fn marks_and_registers_are_not_persons() {
        let (mut detail, plan) = (sample::detail(), sample::plan());
        for row in detail
            .results
            .indicators
            .iter_mut()
            .filter(|row| row.group.as_deref() == Some(ADMIN))
        {
            (row.n, row.flag) = (1, None);
        }
        let safe = protect(&detail, &plan);
        let mut admin = safe
            .results
            .indicators
            .iter()
            .filter(|row| row.group.as_deref() == Some(ADMIN));
        assert!(admin.all(|row| row.flag.is_none()));
    }

    #[test]
    fn nothing_small_changes_nothing() {
        let (mut detail, plan) = (sample::detail(), sample::plan());
        for row in &mut detail.results.indicators {
            row.n = row.n.max(50);
            row.flag = None;
        }
        let safe = protect(&detail, &plan);
        assert_eq!(safe.results.indicators, detail.results.indicators);
    }
}
