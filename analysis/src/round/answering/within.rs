//! The difference of two groups among people of the same kind.

/// A difference within cells.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Within {
    pub(super) value: f64,
    /// First-order dependence on each row, per unit of its weight.
    pub(super) influence: Vec<f64>,
    /// Share of the first group's weight in cells that hold the second too.
    pub(super) overlap: f64,
    /// Cells that hold any row.
    pub(super) cells: usize,
}

/// A row as the regression sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    /// Weight, ≥ 0: of the person, times what the person adds to the denominator.
    pub(super) weight: f64,
    /// Outcome.
    pub(super) outcome: f64,
    /// Whether it belongs to the first group rather than the second.
    pub(super) first: bool,
    /// Cell of the composition.
    pub(super) cell: u32,
}

/// The coefficient of `first` in the weighted regression of the outcome on it and on a constant for each cell; `None`
/// where no cell holds both groups.
///
/// The constants are taken out by centring within cells (Frisch & Waugh 1933, Econometrica 1(4), 387–401), so the
/// influence of a row is d̃ᵢ eᵢ / Σ w d̃², as in the full regression (Binder 1983, International Statistical Review
/// 51(3), 279–292).
pub(super) fn within(rows: &[Row]) -> Option<Within> {
    let cells = rows.iter().map(|row| row.cell as usize + 1).max()?;
    // Σw, Σw·first, Σw·outcome by cell.
    let mut sums = vec![[0.0f64; 3]; cells];
    for row in rows {
        let sum = &mut sums[row.cell as usize];
        sum[0] += row.weight;
        sum[1] += row.weight * f64::from(u8::from(row.first));
        sum[2] += row.weight * row.outcome;
    }
    let centred = |row: &Row| {
        let [weight, first, outcome] = sums[row.cell as usize];
        (
            f64::from(u8::from(row.first)) - first / weight,
            row.outcome - outcome / weight,
        )
    };
    let (mut square, mut product, mut first, mut shared) = (0.0, 0.0, 0.0, 0.0);
    for row in rows.iter().filter(|row| row.weight > 0.0) {
        let (d, u) = centred(row);
        square += row.weight * d * d;
        product += row.weight * d * u;
        if row.first {
            first += row.weight;
            let [all, own, _] = sums[row.cell as usize];
            shared += if own < all { row.weight } else { 0.0 };
        }
    }
    // Centring leaves rounding behind where a cell holds one group alone.
    if square <= 1e-9 * first || first <= 0.0 {
        return None;
    }
    let value = product / square;
    let influence = rows
        .iter()
        .map(|row| {
            if row.weight > 0.0 {
                let (d, u) = centred(row);
                d * (u - value * d) / square
            } else {
                0.0
            }
        })
        .collect();
    Some(Within {
        value,
        influence,
        overlap: shared / first,
        cells: sums.iter().filter(|sum| sum[0] > 0.0).count(),
    })
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, DVector};
    use proptest::prelude::*;

    use super::*;

    fn row(weight: f64, outcome: f64, first: bool, cell: u32) -> Row {
        Row {
            weight,
            outcome,
            first,
            cell,
        }
    }

    #[test]
    fn difference_within_cells_takes_out_what_the_cells_differ_by() {
        // In both cells the first group is 2 lower; it has most of the high cell, so unadjusted it looks higher.
        let rows = [
            row(1.0, 10.0, false, 0),
            row(1.0, 8.0, true, 0),
            row(1.0, 30.0, false, 1),
            row(1.0, 28.0, true, 1),
            row(1.0, 28.0, true, 1),
            row(1.0, 28.0, true, 1),
        ];
        let found = within(&rows).unwrap();
        assert!((found.value + 2.0).abs() < 1e-12, "{found:?}");
        assert_eq!((found.overlap, found.cells), (1.0, 2));
    }

    #[test]
    fn cells_of_one_group_alone_say_nothing_and_lower_the_overlap() {
        let rows = [
            row(2.0, 1.0, false, 0),
            row(2.0, 4.0, true, 0),
            row(6.0, 100.0, true, 1),
        ];
        let found = within(&rows).unwrap();
        assert_eq!((found.value, found.overlap), (3.0, 0.25));
        assert_eq!(found.influence[2], 0.0);
        assert_eq!(within(&rows[1..]), None);
        assert_eq!(within(&[]), None);
    }

    #[test]
    fn rows_without_weight_change_nothing_and_make_no_cell() {
        let rows = [
            row(2.0, 1.0, false, 0),
            row(2.0, 4.0, true, 0),
            row(1.0, 5.0, true, 0),
        ];
        let alone = within(&rows).unwrap();
        let mut more = rows.to_vec();
        // One beside them, one whose cell has nobody else, one that would be the only counterpart of a third.
        more.extend([
            row(0.0, 1e6, true, 0),
            row(0.0, 7.0, false, 1),
            row(3.0, 9.0, true, 2),
            row(0.0, 2.0, false, 2),
        ]);
        let found = within(&more).unwrap();
        assert!((found.value - alone.value).abs() < 1e-12);
        assert_eq!((found.cells, found.overlap), (2, 0.5));
        assert_eq!(found.influence[3..], [0.0, 0.0, 0.0, 0.0]);
        assert_eq!(within(&[row(0.0, 1.0, true, 0), row(0.0, 2.0, false, 0)]), None);
    }

    proptest! {
        #[test]
        fn value_and_influence_are_those_of_the_regression_with_every_dummy(
            rows in prop::collection::vec((0.1f64..5.0, -10.0f64..10.0, any::<bool>(), 0u32..3), 12..40),
        ) {
            let rows: Vec<Row> = rows.into_iter().map(|(w, u, first, cell)| row(w, u, first, cell)).collect();
            let both = |cell| {
                let of = |first| rows.iter().any(|row| row.cell == cell && row.first == first);
                of(true) && of(false)
            };
            prop_assume!((0..3).all(both));
            let design = DMatrix::from_fn(rows.len(), 4, |i, j| {
                f64::from(u8::from(if j == 0 { rows[i].first } else { rows[i].cell as usize == j - 1 }))
            });
            let weights = DMatrix::from_diagonal(&DVector::from_iterator(rows.len(), rows.iter().map(|r| r.weight)));
            let outcome = DVector::from_iterator(rows.len(), rows.iter().map(|row| row.outcome));
            let inverse = (design.transpose() * &weights * &design).try_inverse().unwrap();
            let beta = &inverse * design.transpose() * &weights * &outcome;
            let residuals = &outcome - &design * &beta;
            let found = within(&rows).unwrap();
            prop_assert!((found.value - beta[0]).abs() < 1e-8);
            for (i, influence) in found.influence.iter().enumerate() {
                let full = (inverse.row(0) * design.row(i).transpose())[0] * residuals[i];
                prop_assert!((influence - full).abs() < 1e-8, "{influence} {full}");
            }
        }
    }
}
