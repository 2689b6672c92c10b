//! Cells of units × columns whose totals are published: the county's row, and a unit's sum over several columns.

use std::collections::BTreeMap;

use analysis::disclosure::{Mark, PublishedTotals, suppress};
use analysis::plan::Plan;

/// Whose rows are published: the scored units, and the county as their total.
pub(super) struct Places<'p> {
    pub(super) units: Vec<&'p str>,
    pub(super) county: &'p str,
}

impl<'p> Places<'p> {
    pub(super) fn of(plan: &'p Plan) -> Self {
        Self {
            units: plan
                .scored_units()
                .into_iter()
                .map(|unit| unit.code.as_str())
                .collect(),
            county: plan.county().code.as_str(),
        }
    }

    /// The county, then the units.
    pub(super) fn all(&self) -> impl Iterator<Item = &'p str> + '_ {
        std::iter::once(self.county).chain(self.units.iter().copied())
    }
}

/// Rows (by index) arranged as units × columns, the county's as totals of the columns.
pub(super) struct Grid {
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

    /// The rows in it, totals included.
    pub(super) fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.cells.values().chain(&self.totals).copied()
    }

    /// The rows that must be hidden, given how many persons each counts.
    pub(super) fn hidden(&self, units: usize, min_cell: u64, count: impl Fn(usize) -> u64) -> Vec<usize> {
        let width = self.columns.len();
        let mut counts = vec![vec![0; width]; units];
        for (&(row, column), &index) in &self.cells {
            counts[row][column] = count(index);
        }
        // The county's row is published for every column; a unit's sum over several columns too.
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

/// One grid per key; rows with a column and rows without are separate grids.
pub(super) fn grids<'r, R: 'r>(
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
