//! A plain table of two dimensions whose totals are out of our hands.

use super::pattern::State;
use super::protect::{Mark, Need};
use super::tables::{CellId, Publication, Tables};

/// Which totals are published beside a table's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedTotals {
    /// The totals of the rows.
    pub rows: bool,
    /// The totals of the columns.
    pub columns: bool,
}

/// Decides which cells of a two-way table of counts are hidden, its totals staying as they are.
///
/// - `counts`: rows of equal length; a count of 0 shows nobody and is no small cell.
/// - `min_cell`: the fewest persons that a shown cell may count, and the width of the interval that is left to an
///   attacker for every hidden one.
///
/// Where a published total itself is too small for that (a row of 5 persons, or a table of a single row with column
/// totals, which are its cells), what can be hidden is; [`Tables::protect`] hides totals too, or refuses.
///
/// # Source
/// As [`Tables::protect`].
///
/// ```
/// use analysis::disclosure::{Mark, PublishedTotals, suppress};
/// let marks = suppress(&[vec![3, 40, 50]], 10, PublishedTotals { rows: true, columns: false });
/// assert_eq!(marks, [[Mark::Small, Mark::Complementary, Mark::Shown]]);
/// ```
#[must_use]
pub fn suppress(counts: &[Vec<u64>], min_cell: u64, totals: PublishedTotals) -> Vec<Vec<Mark>> {
    let (tables, places) = describe(counts, totals);
    let is_small = |&count: &u64| count > 0 && count < min_cell;
    let sensitive: Vec<bool> = (tables.counts.iter().zip(&tables.publication))
        .map(|(count, publication)| is_small(count) && *publication == Publication::Planned)
        .collect();
    let needs = vec![Need::width(min_cell as f64); tables.len()];
    let values = tables.counts.iter().map(|&count| count as f64).collect();
    let mark = |CellId(at): CellId, states: &[State]| match states[at] {
        State::Small => Mark::Small,
        State::Complementary => Mark::Complementary,
        State::Shown | State::Public | State::Withheld(_) => Mark::Shown,
    };
    // Without an answer from the solver nothing is known to be safe.
    let fallback = |CellId(at): CellId| {
        if sensitive[at] {
            Mark::Small
        } else {
            Mark::Complementary
        }
    };
    let pattern = tables.pattern(values, 0.0, &sensitive, needs);
    places
        .iter()
        .map(|row| {
            let cells = row.iter();
            match &pattern {
                Ok((states, _)) => cells.map(|&cell| mark(cell, states)).collect(),
                Err(_) => cells.map(|&cell| fallback(cell)).collect(),
            }
        })
        .collect()
}

/// The table's cells, row by row, and those totals that are published.
fn describe(counts: &[Vec<u64>], totals: PublishedTotals) -> (Tables, Vec<Vec<CellId>>) {
    let mut tables = Tables::default();
    let mut add = |kind: &str, row: usize, column: usize, count: u64| {
        let name = format!("{kind} {row} {column}");
        CellId(tables.push(name, count, Publication::Planned))
    };
    let places: Vec<Vec<CellId>> = (counts.iter().enumerate())
        .map(|(r, row)| {
            row.iter()
                .enumerate()
                .map(|(c, &n)| add("cell", r, c, n))
                .collect()
        })
        .collect();
    let columns = counts.iter().map(Vec::len).max().unwrap_or(0);
    let column = |c: usize| places.iter().filter_map(move |row| row.get(c).copied()).collect();
    let mut lines: Vec<Vec<CellId>> = Vec::new();
    if totals.rows {
        lines.extend(places.iter().cloned());
    }
    if totals.columns {
        lines.extend((0..columns).map(column));
    }
    for parts in lines {
        tables.add_public_total(&parts);
    }
    (tables, places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::attacker::Attacker;
    use proptest::prelude::*;

    const BOTH: PublishedTotals = PublishedTotals {
        rows: true,
        columns: true,
    };
    const ROWS: PublishedTotals = PublishedTotals {
        rows: true,
        columns: false,
    };

    fn hidden(marks: &[Vec<Mark>]) -> usize {
        marks
            .iter()
            .flatten()
            .filter(|mark| **mark != Mark::Shown)
            .count()
    }

    #[test]
    fn suppress_single_small_cell_with_both_totals_hides_a_square() {
        let counts = vec![vec![3, 40, 50], vec![60, 20, 80], vec![70, 90, 30]];
        let marks = suppress(&counts, 10, BOTH);
        assert_eq!(marks[0][0], Mark::Small);
        assert_eq!(hidden(&marks), 4);
    }

    #[test]
    fn suppress_two_small_cells_below_the_limit_hides_a_third() {
        let marks = suppress(&[vec![3, 4, 50, 60]], 10, ROWS);
        let expected = [Mark::Small, Mark::Small, Mark::Complementary, Mark::Shown];
        assert_eq!(marks[0], expected);
    }

    #[test]
    fn suppress_without_published_totals_hides_small_cells_only() {
        let none = PublishedTotals {
            rows: false,
            columns: false,
        };
        let marks = suppress(&[vec![3, 0, 50]], 10, none);
        assert_eq!(marks[0], [Mark::Small, Mark::Shown, Mark::Shown]);
    }

    #[test]
    fn suppress_single_row_with_column_totals_hides_what_it_can() {
        let columns = PublishedTotals {
            rows: false,
            columns: true,
        };
        assert_eq!(
            suppress(&[vec![3, 50]], 10, columns),
            [[Mark::Small, Mark::Shown]]
        );
        assert_eq!(suppress(&[vec![3, 4]], 10, ROWS), [[Mark::Small, Mark::Small]]);
    }

    #[test]
    fn suppress_degenerate_tables_have_as_many_marks_as_cells() {
        assert!(suppress(&[], 10, BOTH).is_empty());
        assert_eq!(suppress(&[vec![], vec![]], 10, BOTH), [vec![], vec![]]);
        assert_eq!(hidden(&suppress(&[vec![0, 0], vec![0, 0]], 10, BOTH)), 0);
        assert_eq!(hidden(&suppress(&[vec![1, 2], vec![3]], 10, BOTH)), 3);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn suppression_leaves_every_hidden_cell_a_wide_interval_unless_totals_are_small(
            counts in (2usize..6, 2usize..6).prop_flat_map(|(rows, columns)| {
                proptest::collection::vec(proptest::collection::vec(0u64..60, columns), rows)
            }),
        ) {
            let marks = suppress(&counts, 10, BOTH);
            for (n, mark) in counts.iter().flatten().zip(marks.iter().flatten()) {
                prop_assert!(*mark != Mark::Shown || *n == 0 || *n >= 10);
            }
            let (rows, columns) = (counts.len(), counts[0].len());
            let row_total = |r: usize| counts[r].iter().sum::<u64>();
            let column_total = |c: usize| counts.iter().map(|row| row[c]).sum::<u64>();
            let mut attacker = Attacker::default();
            for r in 0..rows {
                for c in 0..columns {
                    attacker.cell((marks[r][c] == Mark::Shown).then_some(counts[r][c]));
                }
            }
            for r in 0..rows {
                let total = attacker.cell(Some(row_total(r)));
                attacker.sum(total, (0..columns).map(|c| r * columns + c));
            }
            for c in 0..columns {
                let total = attacker.cell(Some(column_total(c)));
                attacker.sum(total, (0..rows).map(|r| r * columns + c));
            }
            for (cell, (lower, upper)) in attacker.intervals() {
                let (r, c) = (cell / columns, cell % columns);
                let truth = counts[r][c] as f64;
                prop_assert!(lower <= truth + 1e-6 && truth <= upper + 1e-6);
                // A total within reach of the limit can leave no more than itself.
                if (0..rows).all(|r| row_total(r) >= 60) && (0..columns).all(|c| column_total(c) >= 60) {
                    prop_assert!(upper - lower >= 10.0 - 1e-4, "{counts:?} {marks:?}: {r} {c} is in {lower}–{upper}");
                }
            }
        }
    }
}
