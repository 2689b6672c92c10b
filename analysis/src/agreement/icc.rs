//! Intraclass correlations: the share of the variance of marks that lies between the units judged.

use super::Ratings;
use crate::interval::{f_quantile, f_tail};

/// Which design the raters follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IccModel {
    /// ICC(1): each unit is judged by raters of its own; rater and error cannot be told apart.
    OneWay,
    /// ICC(2): the same raters judge all units and stand for others; a rater's severity counts as disagreement.
    TwoWayRandom,
    /// ICC(3): the same raters judge all units and only they matter; severity is taken out (consistency).
    TwoWayMixed,
}

/// Whose reliability is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IccOf {
    /// A single rater's marks: ICC(·,1).
    Single,
    /// The mean mark of all k raters: ICC(·,k).
    Mean,
}

/// An intraclass correlation with its F test of 0 and its limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Icc {
    /// The correlation, at most 1; negative where raters differ more within units than units do.
    pub value: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
    /// F statistic of "no variance between units".
    pub f: f64,
    /// Its numerator degrees of freedom.
    pub df1: f64,
    /// Its denominator degrees of freedom.
    pub df2: f64,
    /// P(F > f).
    pub p_value: f64,
    /// Units that all raters judged.
    pub units: usize,
    /// Raters.
    pub raters: usize,
}

/// The mean squares of a two-way table without repetition.
struct MeanSquares {
    n: f64,
    k: f64,
    /// Between units.
    between: f64,
    /// Within units (raters and error together).
    within: f64,
    /// Between raters.
    raters: f64,
    /// Residual.
    error: f64,
}

impl MeanSquares {
    fn of(rows: &[&[f64]], raters: usize) -> Self {
        let (n, k) = (rows.len() as f64, raters as f64);
        let grand = rows.iter().flat_map(|row| row.iter()).sum::<f64>() / (n * k);
        let unit_means: Vec<f64> = rows.iter().map(|row| row.iter().sum::<f64>() / k).collect();
        let rater_means: Vec<f64> = (0..raters)
            .map(|rater| rows.iter().map(|row| row[rater]).sum::<f64>() / n)
            .collect();
        // Each sum from its own deviations, so that none is a small difference of large ones.
        let between = k * unit_means.iter().map(|mean| (mean - grand).powi(2)).sum::<f64>();
        let rater_sum = n * rater_means.iter().map(|mean| (mean - grand).powi(2)).sum::<f64>();
        let (mut within, mut error) = (0.0, 0.0);
        for (row, unit) in rows.iter().zip(&unit_means) {
            for (x, rater) in row.iter().zip(&rater_means) {
                within += (x - unit).powi(2);
                error += (x - unit - rater + grand).powi(2);
            }
        }
        // What rounding leaves of marks this large is no variance.
        let scale = rows.iter().flat_map(|row| row.iter()).map(|x| x * x).sum::<f64>();
        let clean = |sum: f64| if sum <= 1e-26 * scale { 0.0 } else { sum };
        Self {
            n,
            k,
            between: clean(between) / (n - 1.0),
            within: clean(within) / (n * (k - 1.0)),
            raters: clean(rater_sum) / (k - 1.0),
            error: clean(error) / ((n - 1.0) * (k - 1.0)),
        }
    }
}

/// The intraclass correlation of complete units.
///
/// Units that some rater did not judge are left out; `units` says how many remain. NaN with fewer than two units or
/// raters, where no mark varies, or where the estimated variance of the (mean) mark is not positive. Raters who agree perfectly on units that differ have 1, with limits 1.
///
/// # Source
/// Shrout & Fleiss (1979), Psychological Bulletin 86, 420–428; McGraw & Wong (1996), Psychological Methods 1, 30–46,
/// tables 4, 7 and 8 (limits of ICC(2) by Satterthwaite's degrees of freedom). R `psych::ICC(lmer = FALSE)` gives the
/// same figures.
///
/// ```
/// use analysis::agreement::{Ratings, icc::{IccModel, IccOf, icc}};
/// let marks = Ratings::by_unit(&[[4.0, 5.0], [2.0, 3.0], [5.0, 6.0], [1.0, 2.0]])?;
/// let consistent = icc(&marks, IccModel::TwoWayMixed, IccOf::Single, 0.95);
/// assert_eq!(consistent.value, 1.0); // the second rater is always one step kinder …
/// let absolute = icc(&marks, IccModel::TwoWayRandom, IccOf::Single, 0.95);
/// assert!(absolute.value < 0.9); // … which absolute agreement does not forgive
/// # Ok::<(), analysis::agreement::AgreementFault>(())
/// ```
#[must_use]
pub fn icc(ratings: &Ratings, model: IccModel, of: IccOf, level: f64) -> Icc {
    let rows = ratings.complete();
    let (units, raters) = (rows.len(), ratings.raters());
    let (n, k) = (units as f64, raters as f64);
    let (df1, df2) = match model {
        IccModel::OneWay => (n - 1.0, n * (k - 1.0)),
        _ => (n - 1.0, (n - 1.0) * (k - 1.0)),
    };
    let mut found = Icc {
        value: f64::NAN,
        lower: f64::NAN,
        upper: f64::NAN,
        f: f64::NAN,
        df1,
        df2,
        p_value: f64::NAN,
        units,
        raters,
    };
    if units < 2 || raters < 2 {
        return found;
    }
    let ms = MeanSquares::of(&rows, raters);
    let noise = match model {
        IccModel::OneWay => ms.within,
        _ => ms.error,
    };
    found.f = ms.between / noise;
    found.p_value = f_tail(found.f, df1, df2);
    // Whether rater variance adds to the denominator: (JMS − EMS) · k/n for one rater, /n for the mean.
    let severity = match model {
        IccModel::TwoWayRandom => (ms.raters - ms.error) / n,
        _ => 0.0,
    };
    let signal = ms.between - noise;
    let whole = match of {
        IccOf::Single => ms.between + (k - 1.0) * noise + k * severity,
        IccOf::Mean => ms.between + severity,
    };
    // Raters who differ less than chance would have them can leave no variance to be a share of.
    found.value = if whole > 0.0 { signal / whole } else { f64::NAN };
    let (lower, upper) = match model {
        IccModel::TwoWayRandom => absolute_limits(&ms, level),
        _ => ratio_limits(found.f, df1, df2, k, level),
    };
    let stepped_up = |single: f64| match of {
        IccOf::Single => single,
        // Spearman–Brown.
        IccOf::Mean => k * single / (1.0 + (k - 1.0) * single),
    };
    (found.lower, found.upper) = (stepped_up(lower), stepped_up(upper));
    found
}

/// Limits of a single rater's ICC(1) and ICC(3), from those of the ratio of variances.
fn ratio_limits(f: f64, df1: f64, df2: f64, k: f64, level: f64) -> (f64, f64) {
    if f.is_infinite() {
        return (1.0, 1.0);
    }
    let p = 0.5 + level / 2.0;
    let from = |f: f64| (f - 1.0) / (f + k - 1.0);
    (
        from(f / f_quantile(p, df1, df2)),
        from(f * f_quantile(p, df2, df1)),
    )
}

/// Limits of ICC(2,1), McGraw & Wong's ICC(A,1).
fn absolute_limits(ms: &MeanSquares, level: f64) -> (f64, f64) {
    let MeanSquares {
        n,
        k,
        between,
        raters,
        error,
        ..
    } = *ms;
    if error == 0.0 && raters == 0.0 {
        return if between > 0.0 {
            (1.0, 1.0)
        } else {
            (f64::NAN, f64::NAN)
        };
    }
    let p = 0.5 + level / 2.0;
    let rho = (between - error) / (between + (k - 1.0) * error + k * (raters - error) / n);
    // Satterthwaite's degrees of freedom of the denominator a·JMS + b·EMS; multiplied through by EMS, so that
    // raters who differ by a constant (EMS = 0) keep a limit.
    let a = k * rho * raters;
    let b = (n * (1.0 + (k - 1.0) * rho) - k * rho) * error;
    let v = (k - 1.0) * (n - 1.0) * (a + b).powi(2) / ((n - 1.0) * a * a + b * b);
    let (above, below) = (f_quantile(p, n - 1.0, v), f_quantile(p, v, n - 1.0));
    let rest = k * raters + (k * n - k - n) * error;
    (
        n * (between - above * error) / (above * rest + n * between),
        n * (below * between - error) / (rest + n * below * between),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MODELS: [IccModel; 3] = [IccModel::OneWay, IccModel::TwoWayRandom, IccModel::TwoWayMixed];

    fn marks(rows: &[Vec<f64>]) -> Ratings {
        Ratings::by_unit(rows).expect("even rows")
    }

    #[test]
    fn icc_of_one_rater_or_one_unit_is_nan() {
        for model in MODELS {
            for of in [IccOf::Single, IccOf::Mean] {
                assert!(
                    icc(&marks(&[vec![1.0], vec![2.0]]), model, of, 0.95)
                        .value
                        .is_nan()
                );
                assert!(icc(&marks(&[vec![1.0, 2.0]]), model, of, 0.95).value.is_nan());
                assert!(icc(&marks(&[]), model, of, 0.95).value.is_nan());
            }
        }
    }

    #[test]
    fn icc_without_variation_is_nan() {
        for model in MODELS {
            let found = icc(&marks(&vec![vec![3.3; 3]; 4]), model, IccOf::Single, 0.95);
            assert!(found.value.is_nan() && found.lower.is_nan() && found.p_value.is_nan());
        }
    }

    #[test]
    fn icc_of_scorers_that_never_overlap_is_nan() {
        let nan = f64::NAN;
        let apart = marks(&[vec![1.0, nan], vec![nan, 2.0], vec![3.0, nan]]);
        let found = icc(&apart, IccModel::TwoWayRandom, IccOf::Single, 0.95);
        assert!(found.value.is_nan() && found.units == 0);
    }

    #[test]
    fn icc_of_identical_raters_is_one() {
        let rows: Vec<Vec<f64>> = [0.1, 0.2, 0.7, 1e6].iter().map(|&x| vec![x; 3]).collect();
        for model in MODELS {
            let found = icc(&marks(&rows), model, IccOf::Mean, 0.95);
            assert!((found.value - 1.0).abs() < 1e-12, "{model:?} {found:?}");
            assert!((found.lower - 1.0).abs() < 1e-9 && found.p_value < 1e-12);
        }
    }

    #[test]
    fn icc_leaves_incomplete_units_out() {
        let mut rows = vec![vec![4.0, 5.0], vec![2.0, 2.5], vec![5.0, 4.5], vec![1.0, 2.0]];
        let whole = icc(&marks(&rows), IccModel::OneWay, IccOf::Single, 0.95);
        rows.insert(2, vec![9.0, f64::NAN]);
        assert_eq!(icc(&marks(&rows), IccModel::OneWay, IccOf::Single, 0.95), whole);
    }

    proptest! {
        #[test]
        fn icc_does_not_depend_on_order_and_lies_within_its_limits(
            rows in prop::collection::vec(prop::collection::vec(0.0f64..10.0, 3), 3..12),
        ) {
            for model in MODELS {
                for of in [IccOf::Single, IccOf::Mean] {
                    let found = icc(&marks(&rows), model, of, 0.95);
                    let turned: Vec<Vec<f64>> =
                        rows.iter().rev().map(|row| vec![row[1], row[2], row[0]]).collect();
                    let other = icc(&marks(&turned), model, of, 0.95);
                    if found.value.is_nan() {
                        prop_assert!(other.value.is_nan() && of == IccOf::Mean);
                        continue;
                    }
                    prop_assert!((found.value - other.value).abs() <= 1e-7 * found.value.abs().max(1.0));
                    prop_assert!(found.value <= 1.0);
                    // The limits of ICC(2) are Satterthwaite's, not those of one pivot.
                    if of == IccOf::Single && model != IccModel::TwoWayRandom {
                        prop_assert!(found.lower <= found.value && found.value <= found.upper, "{model:?} {found:?}");
                    }
                }
            }
        }
    }
}
