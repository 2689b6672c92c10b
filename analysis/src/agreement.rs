//! Agreement between raters: how far independent people who judge the same units come to the same marks.
//!
//! | measure | for | missing ratings |
//! |---|---|---|
//! | [`kappa::cohen_kappa`] | two raters, categories, with weights for near misses | pairs need both |
//! | [`kappa::fleiss_kappa`] | the same number of ratings of each unit, categories | refused |
//! | [`icc::icc`] | marks on a number scale, one-way or two-way | units need all raters |
//! | [`krippendorff::krippendorff_alpha`] | any number of raters, four levels of measurement | allowed |
//!
//! Agreement is not truth: raters who share a blind spot agree perfectly. A figure is NaN where it cannot be said: no
//! unit with two ratings, or no variation, since nothing then shows that the raters can tell units apart.

pub mod icc;
pub mod kappa;
pub mod krippendorff;

use thiserror::Error;

/// What is wrong with a set of ratings.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AgreementFault {
    /// A unit (or rater) has another number of ratings than the first.
    #[error("row {row} has {found} ratings, the first has {expected}; mark a missing rating as NaN")]
    Ragged {
        /// Row at fault, from 0.
        row: usize,
        /// Ratings in it.
        found: usize,
        /// Ratings in the first row.
        expected: usize,
    },
    /// Two raters' columns differ in length.
    #[error("one rater has {a} ratings, the other {b}")]
    LengthMismatch {
        /// Ratings of the first.
        a: usize,
        /// Ratings of the second.
        b: usize,
    },
    /// A rating is none of the categories.
    #[error("rating {value} in row {row} is none of the categories")]
    UnknownCategory {
        /// The rating.
        value: f64,
        /// Its row, from 0.
        row: usize,
    },
    /// A table of counts is not square, or the weights do not fit it.
    #[error("a table of {rows} × {columns} does not fit {expected} categories")]
    ShapeMismatch {
        /// Rows found.
        rows: usize,
        /// Columns found.
        columns: usize,
        /// Categories.
        expected: usize,
    },
    /// A count is negative, infinite or not a number.
    #[error("the count in row {row}, column {column} is {value}; counts are finite and not negative")]
    BadCount {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// The count.
        value: f64,
    },
    /// A weight of agreement is outside 0–1, or not 1 on the diagonal.
    #[error(
        "the agreement weight in row {row}, column {column} is {value}; full agreement is 1, weights lie in 0–1"
    )]
    BadWeight {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// The weight.
        value: f64,
    },
    /// Fleiss' kappa needs the same number of ratings for every unit.
    #[error("unit {unit} has {found} ratings, the first has {expected}; Fleiss' kappa needs the same number")]
    UnequalRatings {
        /// Unit, from 0.
        unit: usize,
        /// Its ratings.
        found: f64,
        /// Ratings of the first unit.
        expected: f64,
    },
    /// A negative value has no place on a ratio scale.
    #[error("{value} is negative: a ratio scale has none; use the interval level")]
    NegativeOnRatioScale {
        /// The rating.
        value: f64,
    },
}

/// Ratings of units (rows) by raters (columns); NaN where a rater did not judge a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratings {
    units: usize,
    raters: usize,
    /// Unit by unit.
    values: Vec<f64>,
}

impl Ratings {
    /// From one row per unit. An infinite rating counts as missing.
    ///
    /// # Errors
    /// [`AgreementFault::Ragged`] when the rows differ in length.
    pub fn by_unit<R: AsRef<[f64]>>(rows: &[R]) -> Result<Self, AgreementFault> {
        let raters = rows.first().map_or(0, |row| row.as_ref().len());
        let mut values = Vec::with_capacity(rows.len() * raters);
        for (row, ratings) in rows.iter().enumerate() {
            let ratings = ratings.as_ref();
            if ratings.len() != raters {
                return Err(AgreementFault::Ragged {
                    row,
                    found: ratings.len(),
                    expected: raters,
                });
            }
            values.extend(ratings.iter().map(|&x| if x.is_finite() { x } else { f64::NAN }));
        }
        Ok(Self {
            units: rows.len(),
            raters,
            values,
        })
    }

    /// From one row per rater.
    ///
    /// # Errors
    /// [`AgreementFault::Ragged`] when the rows differ in length.
    pub fn by_rater<R: AsRef<[f64]>>(rows: &[R]) -> Result<Self, AgreementFault> {
        let turned = Self::by_unit(rows)?;
        let (units, raters) = (turned.raters, turned.units);
        let values = (0..units)
            .flat_map(|unit| (0..raters).map(move |rater| rater * units + unit))
            .map(|at| turned.values[at])
            .collect();
        Ok(Self {
            units,
            raters,
            values,
        })
    }

    /// Units.
    #[must_use]
    pub fn units(&self) -> usize {
        self.units
    }

    /// Raters.
    #[must_use]
    pub fn raters(&self) -> usize {
        self.raters
    }

    /// The ratings of a unit, one per rater.
    #[must_use]
    pub fn unit(&self, unit: usize) -> &[f64] {
        &self.values[unit * self.raters..(unit + 1) * self.raters]
    }

    /// The units that every rater judged.
    fn complete(&self) -> Vec<&[f64]> {
        (0..self.units)
            .map(|unit| self.unit(unit))
            .filter(|ratings| ratings.iter().all(|x| !x.is_nan()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_by_rater_is_the_transpose() {
        let a = Ratings::by_unit(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]).expect("even rows");
        let b = Ratings::by_rater(&[[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]).expect("even rows");
        assert_eq!(a, b);
        assert_eq!((a.units(), a.raters(), a.unit(1)), (3, 2, &[3.0, 4.0][..]));
    }

    #[test]
    fn ratings_of_uneven_rows_are_refused_with_the_row() {
        let found = Ratings::by_unit(&[vec![1.0, 2.0], vec![3.0]]);
        assert_eq!(
            found,
            Err(AgreementFault::Ragged {
                row: 1,
                found: 1,
                expected: 2
            })
        );
    }
}
