//! One score per person from several items.

use super::{ScaleFault, check_columns};

/// The mean of each person's answered items; NaN with fewer than `minimum` of them answered.
///
/// - `items`: columns of equal length on the same footing (for instance [`super::item::Item::values`]), NaN where
///   there is no answer.
/// - `minimum`: items that must be answered, declared beforehand; half of them is customary.
///
/// The mean, unlike the sum, does not fall with every item left out; it still assumes that the items left out would
/// have been answered like the others.
///
/// # Errors
/// [`ScaleFault`] for no items, columns of different length, or a minimum outside 1–items.
///
/// ```
/// use analysis::scale::score::scores;
/// let nan = f64::NAN;
/// let found = scores(&[[100.0, 50.0, nan], [50.0, nan, nan], [0.0, 0.0, 75.0]], 2)?;
/// assert_eq!(&found[..2], [50.0, 25.0]);
/// assert!(found[2].is_nan()); // one answer of three
/// # Ok::<(), analysis::scale::ScaleFault>(())
/// ```
pub fn scores<C: AsRef<[f64]>>(items: &[C], minimum: usize) -> Result<Vec<f64>, ScaleFault> {
    let rows = check_columns(items, 1)?;
    if !(1..=items.len()).contains(&minimum) {
        return Err(ScaleFault::BadMinimum {
            minimum,
            items: items.len(),
        });
    }
    let score = |row: usize| {
        let (mut sum, mut answered) = (0.0, 0_usize);
        for value in items.iter().map(|item| item.as_ref()[row]) {
            if value.is_finite() {
                sum += value;
                answered += 1;
            }
        }
        if answered >= minimum {
            sum / answered as f64
        } else {
            f64::NAN
        }
    };
    Ok((0..rows).map(score).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_with_a_minimum_that_cannot_be_met_are_refused() {
        let fault = |minimum| scores(&[[1.0], [2.0]], minimum).expect_err("out of range");
        assert_eq!(fault(0), ScaleFault::BadMinimum { minimum: 0, items: 2 });
        assert_eq!(fault(3), ScaleFault::BadMinimum { minimum: 3, items: 2 });
        assert!(matches!(
            scores::<[f64; 1]>(&[], 1),
            Err(ScaleFault::TooFewItems { .. })
        ));
        let uneven = scores(&[vec![1.0], vec![1.0, 2.0]], 1);
        assert!(matches!(
            uneven,
            Err(ScaleFault::LengthMismatch {
                item: 1,
                found: 2,
                expected: 1
            })
        ));
    }

    #[test]
    fn scores_of_nobody_are_none() {
        assert_eq!(scores::<[f64; 0]>(&[[], []], 1), Ok(Vec::new()));
    }
}
