//! Disclosure control of published tables: what must be hidden, and what else so that it cannot be worked out.
//!
//! A cell with fewer persons than the limit is hidden. If the table's totals are published, a single hidden cell of a
//! row or column is what the total leaves over, and two small ones still betray a group below the limit, so further
//! cells are hidden: the fewest persons first. The rule is the same for web, file and e-mail.

/// Which totals are published beside a table's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedTotals {
    /// The totals of the rows.
    pub rows: bool,
    /// The totals of the columns.
    pub columns: bool,
}

/// What happens to a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It may be shown.
    Shown,
    /// It is hidden because it counts too few persons.
    Small,
    /// It is hidden so that another cannot be worked out.
    Complementary,
}

/// Decides which cells of a table of counts are hidden.
///
/// - `counts`: rows of equal length; a count of 0 shows nobody and is no small cell.
/// - `min_cell`: the fewest persons that a shown cell may count.
///
/// Afterwards no hidden cell can be worked out from the published totals: every row with a published total hides
/// none or at least two cells that together count `min_cell` persons, likewise every column, and where both are
/// published no hidden cell is the only way from one part of the hidden pattern to the other (it would follow by
/// adding and subtracting totals). A table of a single row with column totals, which are its cells, hides them all.
///
/// # Source
/// Hundepool et al. (2012), Statistical Disclosure Control, chapter 4; hidden cells as edges between rows and columns
/// and disclosure by bridges: Gusfield (1988), SIAM Journal on Computing 17(3), 552–571.
#[must_use]
pub fn suppress(counts: &[Vec<u64>], min_cell: u64, totals: PublishedTotals) -> Vec<Vec<Mark>> {
    let mut marks: Vec<Vec<Mark>> = counts
        .iter()
        .map(|row| {
            row.iter()
                .map(|&n| {
                    if n > 0 && n < min_cell {
                        Mark::Small
                    } else {
                        Mark::Shown
                    }
                })
                .collect()
        })
        .collect();
    while let Some(line) = unsafe_line(counts, &marks, min_cell, totals) {
        let candidates = line
            .into_iter()
            .filter(|&(row, column)| marks[row][column] == Mark::Shown);
        // Nobody is hidden behind an empty cell, so those go last.
        let fewest = candidates
            .min_by_key(|&(row, column)| (counts[row][column] == 0, counts[row][column], row, column));
        match fewest {
            Some((row, column)) => marks[row][column] = Mark::Complementary,
            None => break,
        }
    }
    marks
}

type Cell = (usize, usize);

/// The cells of a line (or two) in which something more must be hidden, if there is one with a cell left to hide.
fn unsafe_line(
    counts: &[Vec<u64>],
    marks: &[Vec<Mark>],
    min_cell: u64,
    totals: PublishedTotals,
) -> Option<Vec<Cell>> {
    let (rows, columns) = (counts.len(), counts.first().map_or(0, Vec::len));
    let hidden = |&(row, column): &Cell| marks[row][column] != Mark::Shown;
    let is_open = |line: &[Cell]| line.iter().any(|cell| !hidden(cell));
    let row_line = |row: usize| (0..columns).map(|column| (row, column)).collect::<Vec<_>>();
    let column_line = |column: usize| (0..rows).map(|row| (row, column)).collect::<Vec<_>>();
    let row_lines = (0..rows).filter(|_| totals.rows).map(row_line);
    let column_lines = (0..columns).filter(|_| totals.columns).map(column_line);
    for line in row_lines.chain(column_lines) {
        let inside: Vec<&Cell> = line.iter().filter(|cell| hidden(cell)).collect();
        let together: u64 = inside.iter().map(|&&(row, column)| counts[row][column]).sum();
        let betrays = inside.len() == 1 || (!inside.is_empty() && together < min_cell);
        if betrays && is_open(&line) {
            return Some(line);
        }
    }
    if totals.rows && totals.columns {
        for (row, column) in bridges(marks, rows, columns) {
            let around: Vec<Cell> = row_line(row).into_iter().chain(column_line(column)).collect();
            if is_open(&around) {
                return Some(around);
            }
        }
    }
    None
}

/// Hidden cells whose removal parts the hidden pattern: the rows on one side determine their sum.
fn bridges(marks: &[Vec<Mark>], rows: usize, columns: usize) -> Vec<Cell> {
    let hidden: Vec<Cell> = (0..rows)
        .flat_map(|row| (0..columns).map(move |column| (row, column)))
        .filter(|&(row, column)| marks[row][column] != Mark::Shown)
        .collect();
    let connected_without = |without: Cell| {
        let mut seen = vec![false; rows + columns];
        seen[without.0] = true;
        let mut open = vec![without.0];
        while let Some(node) = open.pop() {
            for &(row, column) in hidden.iter().filter(|&&cell| cell != without) {
                let next = if node == row {
                    rows + column
                } else if node == rows + column {
                    row
                } else {
                    continue;
                };
                if !std::mem::replace(&mut seen[next], true) {
                    open.push(next);
                }
            }
        }
        seen[rows + without.1]
    };
    hidden
        .iter()
        .copied()
        .filter(|&cell| !connected_without(cell))
        .collect()
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;
    use proptest::prelude::*;

    use super::*;

    const BOTH: PublishedTotals = PublishedTotals {
        rows: true,
        columns: true,
    };

    fn hidden(marks: &[Vec<Mark>]) -> Vec<Cell> {
        let cells = marks
            .iter()
            .enumerate()
            .flat_map(|(r, row)| row.iter().enumerate().map(move |(c, m)| (r, c, *m)));
        cells
            .filter(|(_, _, mark)| *mark != Mark::Shown)
            .map(|(r, c, _)| (r, c))
            .collect()
    }

    #[test]
    fn suppress_single_small_cell_with_both_totals_hides_a_square() {
        let counts = vec![vec![3, 40, 50], vec![60, 20, 80], vec![70, 90, 30]];
        let marks = suppress(&counts, 10, BOTH);
        assert_eq!(marks[0][0], Mark::Small);
        assert_eq!(hidden(&marks).len(), 4);
    }

    #[test]
    fn suppress_two_small_cells_below_the_limit_hides_a_third() {
        let marks = suppress(
            &[vec![3, 4, 50, 60]],
            10,
            PublishedTotals {
                rows: true,
                columns: false,
            },
        );
        assert_eq!(
            marks[0],
            [Mark::Small, Mark::Small, Mark::Complementary, Mark::Shown]
        );
    }

    #[test]
    fn suppress_without_published_totals_hides_small_cells_only() {
        let marks = suppress(
            &[vec![3, 0, 50]],
            10,
            PublishedTotals {
                rows: false,
                columns: false,
            },
        );
        assert_eq!(marks[0], [Mark::Small, Mark::Shown, Mark::Shown]);
    }

    /// Whether the totals determine a hidden cell: its unit vector lies in the row space of the totals' equations.
    fn can_be_worked_out(marks: &[Vec<Mark>]) -> bool {
        let cells = hidden(marks);
        let (rows, columns) = (marks.len(), marks[0].len());
        let equations = DMatrix::from_fn(rows + columns, cells.len(), |line, at| {
            let (row, column) = cells[at];
            if line == row || line == rows + column {
                1.0
            } else {
                0.0
            }
        });
        let rank = |matrix: &DMatrix<f64>| matrix.rank(1e-9);
        let plain = if cells.is_empty() { 0 } else { rank(&equations) };
        (0..cells.len()).any(|at| {
            let mut more = equations.clone().insert_row(0, 0.0);
            more[(0, at)] = 1.0;
            rank(&more) == plain
        })
    }

    proptest! {
        #[test]
        fn suppression_cannot_be_undone_by_adding_and_subtracting(
            counts in (2usize..6, 2usize..6).prop_flat_map(|(rows, columns)| {
                proptest::collection::vec(proptest::collection::vec(0u64..60, columns), rows)
            }),
        ) {
            let marks = suppress(&counts, 10, BOTH);
            prop_assert!(!can_be_worked_out(&marks), "{counts:?} {marks:?}");
            for (row, marks) in counts.iter().zip(&marks) {
                for (n, mark) in row.iter().zip(marks) {
                    prop_assert!(*mark != Mark::Shown || *n == 0 || *n >= 10);
                }
            }
        }
    }
}
