//! Cohen's kappa, plain and weighted, and Fleiss' kappa: agreement in categories beyond chance.

use nalgebra::DMatrix;

use super::AgreementFault;
use crate::interval::{normal_quantile, t_quantile};

/// How much agreement a pair of categories counts for.
#[derive(Clone, Debug, PartialEq)]
pub enum KappaWeights {
    /// 1 where equal, else 0.
    Unweighted,
    /// 1 − |i − j|/(k − 1): each step apart costs the same.
    Linear,
    /// 1 − (i − j)²/(k − 1)²: far misses cost more; close to an ICC.
    Quadratic,
    /// Own weights, k × k, 1 on the diagonal and within 0–1 elsewhere.
    Own(DMatrix<f64>),
}

impl KappaWeights {
    fn matrix(&self, k: usize) -> Result<DMatrix<f64>, AgreementFault> {
        let widest = k.saturating_sub(1).max(1) as f64;
        let apart = |i: usize, j: usize| i.abs_diff(j) as f64 / widest;
        Ok(match self {
            Self::Unweighted => DMatrix::identity(k, k),
            Self::Linear => DMatrix::from_fn(k, k, |i, j| 1.0 - apart(i, j)),
            Self::Quadratic => DMatrix::from_fn(k, k, |i, j| 1.0 - apart(i, j).powi(2)),
            Self::Own(own) => {
                if own.shape() != (k, k) {
                    return Err(AgreementFault::ShapeMismatch {
                        rows: own.nrows(),
                        columns: own.ncols(),
                        expected: k,
                    });
                }
                for row in 0..k {
                    for column in 0..k {
                        let value = own[(row, column)];
                        if !(0.0..=1.0).contains(&value) || (row == column && value != 1.0) {
                            return Err(AgreementFault::BadWeight { row, column, value });
                        }
                    }
                }
                own.clone()
            }
        })
    }
}

/// Kappa with its sampling error over the units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kappa {
    /// Kappa; NaN without units, or where chance alone would agree always.
    pub value: f64,
    /// Standard error.
    pub se: f64,
    /// Standard error if the raters were independent, for the test of kappa = 0: z = value / se_null.
    pub se_null: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
    /// Observed agreement, weighted.
    pub observed: f64,
    /// Agreement expected by chance.
    pub expected: f64,
    /// Units counted.
    pub n: f64,
}

/// Counts of units by the category of the first rater (rows) and of the second (columns).
///
/// Pairs with a NaN are left out. `labels` fixes the categories and their order, used or not.
///
/// # Errors
/// [`AgreementFault::LengthMismatch`], [`AgreementFault::UnknownCategory`] with the first row at fault.
pub fn contingency(a: &[f64], b: &[f64], labels: &[f64]) -> Result<DMatrix<f64>, AgreementFault> {
    if a.len() != b.len() {
        return Err(AgreementFault::LengthMismatch {
            a: a.len(),
            b: b.len(),
        });
    }
    let mut table = DMatrix::zeros(labels.len(), labels.len());
    for (row, (&x, &y)) in a.iter().zip(b).enumerate() {
        if x.is_nan() || y.is_nan() {
            continue;
        }
        let place = |value: f64| {
            labels
                .iter()
                .position(|&label| label == value)
                .ok_or(AgreementFault::UnknownCategory { value, row })
        };
        table[(place(x)?, place(y)?)] += 1.0;
    }
    Ok(table)
}

/// Cohen's kappa of a k × k table of counts, κ = (pₒ − pₑ)/(1 − pₑ), with a normal interval at `level`.
///
/// Counts may be sums of weights; the standard error then takes their total for the number of units, so scale them to
/// the effective sample size. Perfect agreement has standard error 0.
///
/// # Errors
/// [`AgreementFault::ShapeMismatch`] for a table that is not square or own weights of another size,
/// [`AgreementFault::BadCount`], [`AgreementFault::BadWeight`].
///
/// # Source
/// Cohen (1960), Educational and Psychological Measurement 20, 37–46; Cohen (1968), Psychological Bulletin 70, 213–220;
/// Fleiss, Cohen & Everitt (1969), Psychological Bulletin 72, 323–327, equations 8 and 9 for the standard errors. R
/// psych 2.2.9 takes pⱼ. Σᵢ wᵢⱼ there for the mean weight w̄.ⱼ = Σᵢ pᵢ. wᵢⱼ, so that its variance of a *weighted* kappa
/// differs and can come out as 0.
///
/// ```
/// use analysis::agreement::kappa::{KappaWeights, cohen_kappa};
/// use nalgebra::DMatrix;
/// let table = DMatrix::from_row_slice(2, 2, &[20.0, 5.0, 10.0, 15.0]);
/// let kappa = cohen_kappa(&table, &KappaWeights::Unweighted, 0.95)?;
/// assert!((kappa.value - 0.4).abs() < 1e-12);
/// # Ok::<(), analysis::agreement::AgreementFault>(())
/// ```
pub fn cohen_kappa(
    table: &DMatrix<f64>,
    weights: &KappaWeights,
    level: f64,
) -> Result<Kappa, AgreementFault> {
    let k = table.nrows();
    if table.ncols() != k {
        return Err(AgreementFault::ShapeMismatch {
            rows: k,
            columns: table.ncols(),
            expected: k,
        });
    }
    for row in 0..k {
        for column in 0..k {
            let value = table[(row, column)];
            if !(value.is_finite() && value >= 0.0) {
                return Err(AgreementFault::BadCount { row, column, value });
            }
        }
    }
    let w = weights.matrix(k)?;
    let n: f64 = table.iter().sum();
    let p = table / n;
    let rows: Vec<f64> = p.row_iter().map(|row| row.sum()).collect();
    let columns: Vec<f64> = p.column_iter().map(|column| column.sum()).collect();
    let cells = || (0..k).flat_map(|i| (0..k).map(move |j| (i, j)));
    let observed: f64 = cells().map(|(i, j)| w[(i, j)] * p[(i, j)]).sum();
    let expected: f64 = cells().map(|(i, j)| w[(i, j)] * rows[i] * columns[j]).sum();
    // w̄ᵢ. = Σⱼ p.ⱼ wᵢⱼ and w̄.ⱼ = Σᵢ pᵢ. wᵢⱼ.
    let row_mean: Vec<f64> = (0..k)
        .map(|i| (0..k).map(|j| columns[j] * w[(i, j)]).sum())
        .collect();
    let column_mean: Vec<f64> = (0..k)
        .map(|j| (0..k).map(|i| rows[i] * w[(i, j)]).sum())
        .collect();
    let beyond = 1.0 - expected;
    let value = if beyond > 1e-12 {
        (observed - expected) / beyond
    } else {
        f64::NAN
    };
    // Equations 8 and 9 as sums of squared deviations, the subtracted squares being those of the means: nothing cancels.
    let centre = observed * expected - 2.0 * expected + observed;
    let spread: f64 = cells()
        .map(|(i, j)| {
            let mean = row_mean[i] + column_mean[j];
            let influence = w[(i, j)] * beyond - mean * (1.0 - observed);
            p[(i, j)] * (influence - centre).powi(2)
        })
        .sum();
    let spread_null: f64 = cells()
        .map(|(i, j)| rows[i] * columns[j] * (w[(i, j)] - row_mean[i] - column_mean[j] + expected).powi(2))
        .sum();
    let known = |se: f64| if value.is_nan() { f64::NAN } else { se };
    let se = known((spread / n).sqrt() / beyond.powi(2));
    let half = normal_quantile(0.5 + level / 2.0) * se;
    Ok(Kappa {
        value,
        se,
        se_null: known((spread_null / n).sqrt() / beyond),
        lower: value - half,
        upper: value + half,
        observed,
        expected,
        n,
    })
}

/// Fleiss' kappa of a table of ratings: one row per unit, one column per category, counts of raters.
///
/// Every unit has the same number m ≥ 2 of ratings, by any raters. The standard error is the jackknife's over units
/// (the units are a sample), the interval t with units − 1 degrees of freedom; `se_null` is that of Fleiss, Nee and
/// Landis for a test of no agreement.
///
/// # Errors
/// [`AgreementFault::Ragged`], [`AgreementFault::BadCount`], [`AgreementFault::UnequalRatings`] with the first unit.
///
/// # Source
/// Fleiss (1971), Psychological Bulletin 76, 378–382; Fleiss, Nee & Landis (1979), Psychological Bulletin 86, 974–977.
pub fn fleiss_kappa<R: AsRef<[f64]>>(counts: &[R], level: f64) -> Result<Kappa, AgreementFault> {
    let categories = counts.first().map_or(0, |row| row.as_ref().len());
    let ratings = counts.first().map_or(0.0, |row| row.as_ref().iter().sum());
    for (unit, row) in counts.iter().enumerate() {
        let row = row.as_ref();
        if row.len() != categories {
            return Err(AgreementFault::Ragged {
                row: unit,
                found: row.len(),
                expected: categories,
            });
        }
        if let Some(column) = row.iter().position(|&x| !(x.is_finite() && x >= 0.0)) {
            let value = row[column];
            return Err(AgreementFault::BadCount {
                row: unit,
                column,
                value,
            });
        }
        let found: f64 = row.iter().sum();
        if (found - ratings).abs() > 1e-9 * ratings.max(1.0) {
            return Err(AgreementFault::UnequalRatings {
                unit,
                found,
                expected: ratings,
            });
        }
    }
    let n = counts.len() as f64;
    // Per unit Σ nᵢⱼ², and per category the sum of counts: all that kappa and its jackknife need.
    let agreeing: Vec<f64> = counts
        .iter()
        .map(|row| row.as_ref().iter().map(|x| x * x).sum())
        .collect();
    let totals: Vec<f64> = (0..categories)
        .map(|j| counts.iter().map(|row| row.as_ref()[j]).sum())
        .collect();
    let parts = |units: f64, squares: f64, totals: &mut dyn Iterator<Item = f64>| {
        let observed = (squares - units * ratings) / (units * ratings * (ratings - 1.0));
        let expected: f64 = totals.map(|total| (total / (units * ratings)).powi(2)).sum();
        let beyond = 1.0 - expected;
        let value = if beyond > 1e-12 {
            (observed - expected) / beyond
        } else {
            f64::NAN
        };
        (value, observed, expected)
    };
    let squares: f64 = agreeing.iter().sum();
    let (value, observed, expected) = parts(n, squares, &mut totals.iter().copied());
    let without: Vec<f64> = counts
        .iter()
        .zip(&agreeing)
        .map(|(row, own)| {
            let mut rest = totals.iter().zip(row.as_ref()).map(|(total, x)| total - x);
            parts(n - 1.0, squares - own, &mut rest).0
        })
        .collect();
    let mean = without.iter().sum::<f64>() / n;
    let se = ((n - 1.0) / n * without.iter().map(|x| (x - mean).powi(2)).sum::<f64>()).sqrt();
    let share = |total: &f64| total / (n * ratings);
    let pq: f64 = totals.iter().map(|t| share(t) * (1.0 - share(t))).sum();
    let skew: f64 = totals
        .iter()
        .map(|t| share(t) * (1.0 - share(t)) * (1.0 - 2.0 * share(t)))
        .sum();
    let se_null = (2.0 * (pq * pq - skew).max(0.0) / (n * ratings * (ratings - 1.0))).sqrt() / pq;
    let half = t_quantile(0.5 + level / 2.0, n - 1.0) * se;
    Ok(Kappa {
        value,
        se,
        se_null: if value.is_nan() { f64::NAN } else { se_null },
        lower: value - half,
        upper: value + half,
        observed,
        expected,
        n,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kappa(table: &DMatrix<f64>, weights: &KappaWeights) -> Kappa {
        cohen_kappa(table, weights, 0.95).expect("a good table")
    }

    #[test]
    fn contingency_skips_missing_and_names_an_unknown_category() {
        let table = contingency(&[1.0, 2.0, f64::NAN], &[1.0, 1.0, 2.0], &[1.0, 2.0]).expect("known");
        assert_eq!(table, DMatrix::from_row_slice(2, 2, &[1.0, 0.0, 1.0, 0.0]));
        assert_eq!(
            contingency(&[1.0, 3.0], &[1.0, 1.0], &[1.0, 2.0]),
            Err(AgreementFault::UnknownCategory { value: 3.0, row: 1 })
        );
    }

    #[test]
    fn cohen_kappa_of_scorers_that_never_overlap_is_nan() {
        let nan = f64::NAN;
        let table = contingency(&[1.0, nan], &[nan, 2.0], &[1.0, 2.0]).expect("known");
        let found = kappa(&table, &KappaWeights::Linear);
        assert!(found.value.is_nan() && found.se.is_nan() && found.n == 0.0);
    }

    #[test]
    fn cohen_kappa_without_variation_is_nan() {
        let table = DMatrix::from_row_slice(2, 2, &[9.0, 0.0, 0.0, 0.0]);
        assert!(kappa(&table, &KappaWeights::Quadratic).value.is_nan());
    }

    #[test]
    fn cohen_kappa_own_weights_are_checked() {
        let table = DMatrix::identity(2, 2);
        let own = KappaWeights::Own(DMatrix::from_row_slice(2, 2, &[1.0, 1.5, 0.0, 1.0]));
        assert_eq!(
            cohen_kappa(&table, &own, 0.95),
            Err(AgreementFault::BadWeight {
                row: 0,
                column: 1,
                value: 1.5
            })
        );
    }

    #[test]
    fn cohen_kappa_on_bad_tables_is_refused() {
        let found = cohen_kappa(&DMatrix::zeros(2, 3), &KappaWeights::Linear, 0.95);
        assert!(matches!(found, Err(AgreementFault::ShapeMismatch { .. })));
        let negative = DMatrix::from_row_slice(1, 1, &[-1.0]);
        let found = cohen_kappa(&negative, &KappaWeights::Linear, 0.95);
        assert!(matches!(found, Err(AgreementFault::BadCount { .. })));
    }

    /// Another road to the standard error: the delta method with a numerical derivative of kappa in each cell.
    #[test]
    fn cohen_kappa_standard_error_is_the_delta_method() {
        let table = DMatrix::from_row_slice(
            4,
            4,
            &[
                11.0, 3.0, 0.0, 1.0, 4.0, 9.0, 5.0, 0.0, 1.0, 2.0, 14.0, 3.0, 0.0, 1.0, 2.0, 8.0,
            ],
        );
        let own = DMatrix::from_row_slice(
            4,
            4,
            &[
                1.0, 0.7, 0.2, 0.0, 0.5, 1.0, 0.6, 0.1, 0.0, 0.3, 1.0, 0.9, 0.0, 0.0, 0.4, 1.0,
            ],
        );
        for weights in [
            KappaWeights::Unweighted,
            KappaWeights::Linear,
            KappaWeights::Quadratic,
            KappaWeights::Own(own),
        ] {
            let n: f64 = table.iter().sum();
            let step = 1e-4;
            let slope: Vec<f64> = (0..16)
                .map(|cell| {
                    let (mut up, mut down) = (table.clone(), table.clone());
                    up[cell] += step;
                    down[cell] = (down[cell] - step).max(0.0);
                    let width = (up[cell] - down[cell]) / n;
                    (kappa(&up, &weights).value - kappa(&down, &weights).value) / width
                })
                .collect();
            let mean: f64 = slope.iter().zip(table.iter()).map(|(g, x)| g * x / n).sum();
            let square: f64 = slope.iter().zip(table.iter()).map(|(g, x)| g * g * x / n).sum();
            let expected = ((square - mean * mean) / n).sqrt();
            let found = kappa(&table, &weights).se;
            assert!(
                (found - expected).abs() < 1e-4 * expected,
                "{weights:?}: {found} {expected}"
            );
        }
    }

    /// Under independence the two standard errors meet.
    #[test]
    fn cohen_kappa_null_standard_error_meets_the_other_under_independence() {
        let (a, b) = ([0.5, 0.3, 0.2], [0.4, 0.4, 0.2]);
        let table = DMatrix::from_fn(3, 3, |i, j| 500.0 * a[i] * b[j]);
        let found = kappa(&table, &KappaWeights::Linear);
        assert!(found.value.abs() < 1e-12);
        assert!((found.se - found.se_null).abs() < 1e-12);
    }

    #[test]
    fn fleiss_kappa_of_uneven_ratings_names_the_unit() {
        let found = fleiss_kappa(&[[2.0, 0.0], [2.0, 1.0]], 0.95);
        assert_eq!(
            found,
            Err(AgreementFault::UnequalRatings {
                unit: 1,
                found: 3.0,
                expected: 2.0
            })
        );
    }

    #[test]
    fn fleiss_kappa_edges_are_nan_or_one() {
        assert!(fleiss_kappa::<[f64; 2]>(&[], 0.95).expect("empty").value.is_nan());
        assert!(
            fleiss_kappa(&[[1.0, 0.0], [0.0, 1.0]], 0.95)
                .expect("one rater")
                .value
                .is_nan()
        );
        assert!(
            fleiss_kappa(&[[3.0, 0.0], [3.0, 0.0]], 0.95)
                .expect("no variation")
                .value
                .is_nan()
        );
        let perfect = fleiss_kappa(&[[3.0, 0.0], [0.0, 3.0], [3.0, 0.0]], 0.95).expect("counts");
        assert_eq!(perfect.value, 1.0);
    }

    proptest! {
        #[test]
        fn cohen_kappa_is_symmetric_and_at_most_one(
            a in prop::collection::vec(0usize..4, 1..40), shift in prop::collection::vec(0usize..4, 40),
        ) {
            let a: Vec<f64> = a.iter().map(|&x| x as f64).collect();
            let b: Vec<f64> = a.iter().zip(&shift).map(|(x, s)| if *s < 2 { *x } else { *s as f64 }).collect();
            let labels = [0.0, 1.0, 2.0, 3.0];
            for weights in [KappaWeights::Unweighted, KappaWeights::Linear, KappaWeights::Quadratic] {
                let one = kappa(&contingency(&a, &b, &labels).expect("known"), &weights);
                let other = kappa(&contingency(&b, &a, &labels).expect("known"), &weights);
                if one.value.is_nan() {
                    prop_assert!(other.value.is_nan());
                } else {
                    prop_assert!((one.value - other.value).abs() < 1e-12 && (one.se - other.se).abs() < 1e-9);
                    prop_assert!(one.value <= 1.0 + 1e-12);
                }
            }
        }

        /// With two raters whose margins are pooled, Fleiss' kappa is Scott's pi.
        #[test]
        fn fleiss_kappa_of_two_raters_is_scotts_pi(pairs in prop::collection::vec((0usize..3, 0usize..3), 3..30)) {
            let counts: Vec<[f64; 3]> = pairs
                .iter()
                .map(|&(a, b)| std::array::from_fn(|c| f64::from(u8::from(a == c)) + f64::from(u8::from(b == c))))
                .collect();
            let n = pairs.len() as f64;
            let observed = pairs.iter().filter(|(a, b)| a == b).count() as f64 / n;
            let expected: f64 = (0..3)
                .map(|c| (counts.iter().map(|row| row[c]).sum::<f64>() / (2.0 * n)).powi(2))
                .sum();
            let found = fleiss_kappa(&counts, 0.95).expect("even counts").value;
            if expected < 1.0 {
                prop_assert!((found - (observed - expected) / (1.0 - expected)).abs() < 1e-10);
            } else {
                prop_assert!(found.is_nan());
            }
        }
    }
}
