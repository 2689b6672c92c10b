//! Krippendorff's alpha: agreement of any number of raters at four levels of measurement, with ratings missing.

use super::{AgreementFault, Ratings};
use crate::simulation::{Draws, percentile};

/// The level of measurement, that is, how far apart two values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Names: equal or not.
    Nominal,
    /// Ordered steps: by how many ratings lie between.
    Ordinal,
    /// Numbers: the square of the difference.
    Interval,
    /// Numbers with a true zero: the square of (a − b)/(a + b).
    Ratio,
}

/// Alpha and what it is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alpha {
    /// 1 − observed/expected; NaN without pairs or without variation.
    pub value: f64,
    /// Disagreement observed within units.
    pub observed: f64,
    /// Disagreement expected by chance.
    pub expected: f64,
    /// Units with at least two ratings.
    pub units: usize,
    /// Ratings in them.
    pub ratings: usize,
}

/// A percentile bootstrap interval of alpha.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlphaInterval {
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
    /// Draws in which alpha could be said; the others had no variation.
    pub draws: usize,
}

/// The units that can be paired, as counts of the distinct values.
struct Counts {
    /// Distinct values, ascending.
    values: Vec<f64>,
    /// Per unit the values given, as (index into `values`, ratings); at least two ratings together.
    units: Vec<Vec<(usize, f64)>>,
}

impl Counts {
    fn of(ratings: &Ratings, level: Level) -> Result<Self, AgreementFault> {
        let pairable: Vec<Vec<f64>> = (0..ratings.units())
            .map(|unit| {
                ratings
                    .unit(unit)
                    .iter()
                    .copied()
                    .filter(|x| !x.is_nan())
                    .collect()
            })
            .filter(|unit: &Vec<f64>| unit.len() > 1)
            .collect();
        // −0 and 0 are one value.
        let mut values: Vec<f64> = pairable.iter().flatten().map(|x| x + 0.0).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        if let (Level::Ratio, Some(&value)) = (level, values.first())
            && value < 0.0
        {
            return Err(AgreementFault::NegativeOnRatioScale { value });
        }
        let units = pairable
            .iter()
            .map(|unit| {
                let mut places: Vec<usize> = unit
                    .iter()
                    .map(|x| values.partition_point(|value| value < x))
                    .collect();
                places.sort_unstable();
                let mut counts: Vec<(usize, f64)> = Vec::new();
                for place in places {
                    match counts.last_mut() {
                        Some((last, count)) if *last == place => *count += 1.0,
                        _ => counts.push((place, 1.0)),
                    }
                }
                counts
            })
            .collect();
        Ok(Self { values, units })
    }

    /// Alpha of the units at these indices, which may repeat.
    fn alpha(&self, chosen: &[usize], level: Level) -> Alpha {
        let mut totals = vec![0.0; self.values.len()];
        for &unit in chosen {
            for &(value, count) in &self.units[unit] {
                totals[value] += count;
            }
        }
        let n: f64 = totals.iter().sum();
        // Ratings up to and including each value, for the ordinal distance.
        let upto: Vec<f64> = totals
            .iter()
            .scan(0.0, |sum, total| {
                *sum += total;
                Some(*sum)
            })
            .collect();
        let distance = |a: usize, b: usize| -> f64 {
            let (x, y) = (self.values[a], self.values[b]);
            match level {
                Level::Nominal => 1.0,
                Level::Interval => (x - y).powi(2),
                Level::Ratio => ((x - y) / (x + y)).powi(2),
                // Σ n_g over a..=b less half of both ends.
                Level::Ordinal => (upto[b] - upto[a] + totals[a] - 0.5 * (totals[a] + totals[b])).powi(2),
            }
        };
        let mut observed = 0.0;
        for &unit in chosen {
            let counts = &self.units[unit];
            let ratings: f64 = counts.iter().map(|(_, count)| count).sum();
            let mut apart = 0.0;
            for (at, &(a, count_a)) in counts.iter().enumerate() {
                for &(b, count_b) in &counts[at + 1..] {
                    apart += count_a * count_b * distance(a, b);
                }
            }
            // Each unordered pair counts twice, divided by the unit's other ratings.
            observed += 2.0 * apart / (ratings - 1.0);
        }
        let mut expected = 0.0;
        for (a, &total_a) in totals.iter().enumerate().filter(|(_, total)| **total > 0.0) {
            for (b, &total_b) in totals.iter().enumerate().skip(a + 1) {
                if total_b > 0.0 {
                    expected += 2.0 * total_a * total_b * distance(a, b);
                }
            }
        }
        let (observed, expected) = (observed / n, expected / (n * (n - 1.0)));
        Alpha {
            value: if expected > 0.0 {
                1.0 - observed / expected
            } else {
                f64::NAN
            },
            observed,
            expected,
            units: chosen.len(),
            ratings: n as usize,
        }
    }
}

/// Krippendorff's alpha, 1 − observed/expected disagreement.
///
/// - `ratings`: NaN where missing; units with fewer than two ratings say nothing about agreement and are left out.
///
/// 1 is perfect agreement, 0 what chance would give, below 0 systematic disagreement. Krippendorff asks for 0.8, and
/// 0.667 for tentative conclusions.
///
/// # Errors
/// [`AgreementFault::NegativeOnRatioScale`].
///
/// # Source
/// Krippendorff (2019), Content Analysis, 4th edition, chapter 12.
///
/// ```
/// use analysis::agreement::{Ratings, krippendorff::{Level, krippendorff_alpha}};
/// let nan = f64::NAN;
/// let marks = Ratings::by_rater(&[[1.0, 2.0, 3.0, nan], [1.0, 2.0, 4.0, 4.0], [nan, 2.0, 3.0, 4.0]])?;
/// let alpha = krippendorff_alpha(&marks, Level::Ordinal)?;
/// assert!(alpha.value > 0.8 && alpha.value < 1.0);
/// # Ok::<(), analysis::agreement::AgreementFault>(())
/// ```
pub fn krippendorff_alpha(ratings: &Ratings, level: Level) -> Result<Alpha, AgreementFault> {
    let counts = Counts::of(ratings, level)?;
    let all: Vec<usize> = (0..counts.units.len()).collect();
    Ok(counts.alpha(&all, level))
}

/// A percentile interval of alpha at `confidence`: units are drawn with replacement, `draws` times.
///
/// Drawing units, and computing the expected disagreement anew in each draw, keeps the dependence of ratings within a
/// unit and the doubt about the margins. With fewer than about 20 units the interval is too short. NaN limits where
/// alpha could be said in no draw.
///
/// # Errors
/// [`AgreementFault::NegativeOnRatioScale`].
///
/// # Source
/// Zapf, Castell, Morawietz & Karch (2016), BMC Medical Research Methodology 16:93, whose simulations favour it.
pub fn bootstrap_interval(
    ratings: &Ratings,
    level: Level,
    confidence: f64,
    draws: usize,
    seed: u64,
) -> Result<AlphaInterval, AgreementFault> {
    let counts = Counts::of(ratings, level)?;
    let units = counts.units.len();
    let mut stream = Draws::new(seed);
    let mut found = Vec::with_capacity(draws);
    if units > 0 {
        let mut chosen = vec![0; units];
        for _ in 0..draws {
            for unit in &mut chosen {
                *unit = stream.below(units);
            }
            let value = counts.alpha(&chosen, level).value;
            if !value.is_nan() {
                found.push(value);
            }
        }
    }
    found.sort_by(f64::total_cmp);
    Ok(AlphaInterval {
        lower: percentile(&found, 0.5 - confidence / 2.0),
        upper: percentile(&found, 0.5 + confidence / 2.0),
        draws: found.len(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LEVELS: [Level; 4] = [Level::Nominal, Level::Ordinal, Level::Interval, Level::Ratio];

    fn alpha(rows: &[Vec<f64>], level: Level) -> f64 {
        krippendorff_alpha(&Ratings::by_unit(rows).expect("even rows"), level)
            .expect("not negative")
            .value
    }

    #[test]
    fn alpha_edges_are_nan() {
        let nan = f64::NAN;
        for level in LEVELS {
            assert!(alpha(&[], level).is_nan());
            assert!(alpha(&[vec![1.0], vec![2.0]], level).is_nan(), "one rater");
            assert!(
                alpha(&[vec![2.0, 2.0], vec![2.0, 2.0]], level).is_nan(),
                "no variation"
            );
            assert!(alpha(&[vec![nan, nan]], level).is_nan(), "all missing");
            assert!(
                alpha(&[vec![1.0, nan], vec![nan, 2.0]], level).is_nan(),
                "never overlap"
            );
        }
    }

    #[test]
    fn alpha_of_one_unit_is_zero_by_definition() {
        // All there is within the unit is all there is at all: observed = expected.
        assert!(alpha(&[vec![1.0, 3.0]], Level::Interval).abs() < 1e-12);
    }

    #[test]
    fn alpha_of_identical_raters_is_one() {
        for level in LEVELS {
            assert_eq!(alpha(&[vec![0.0; 3], vec![4.0; 3], vec![1.0; 3]], level), 1.0);
        }
    }

    #[test]
    fn alpha_on_a_ratio_scale_refuses_negative_values() {
        let ratings = Ratings::by_unit(&[[1.0, -2.0]]).expect("even");
        assert_eq!(
            krippendorff_alpha(&ratings, Level::Ratio),
            Err(AgreementFault::NegativeOnRatioScale { value: -2.0 })
        );
    }

    #[test]
    fn bootstrap_interval_is_reproducible_and_holds_alpha() {
        let rows: Vec<Vec<f64>> = (0..40)
            .map(|i| vec![f64::from(i % 5), f64::from((i + i / 7 % 2) % 5), f64::from(i % 5)])
            .collect();
        let ratings = Ratings::by_unit(&rows).expect("even");
        let run = |seed| bootstrap_interval(&ratings, Level::Ordinal, 0.95, 400, seed).expect("counts");
        let value = alpha(&rows, Level::Ordinal);
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        assert!(run(1).lower < value && value < run(1).upper && run(1).draws == 400);
    }

    #[test]
    fn bootstrap_interval_without_pairs_is_nan() {
        let ratings = Ratings::by_unit(&[[1.0, f64::NAN]]).expect("even");
        let found = bootstrap_interval(&ratings, Level::Nominal, 0.95, 50, 1).expect("counts");
        assert!(found.lower.is_nan() && found.upper.is_nan() && found.draws == 0);
    }

    /// The definition: all ordered pairs within units against all ordered pairs at all.
    fn naive(rows: &[Vec<f64>], distance: &dyn Fn(f64, f64) -> f64) -> f64 {
        let kept: Vec<Vec<f64>> = rows
            .iter()
            .map(|row| row.iter().copied().filter(|x| !x.is_nan()).collect::<Vec<_>>())
            .filter(|row| row.len() > 1)
            .collect();
        let all: Vec<f64> = kept.iter().flatten().copied().collect();
        let pairs = |of: &[f64]| -> f64 {
            of.iter()
                .enumerate()
                .flat_map(|(i, &a)| of.iter().enumerate().map(move |(j, &b)| (i, j, a, b)))
                .filter(|(i, j, ..)| i != j)
                .map(|(_, _, a, b)| distance(a, b))
                .sum()
        };
        let n = all.len() as f64;
        let observed: f64 = kept
            .iter()
            .map(|row| pairs(row) / (row.len() as f64 - 1.0))
            .sum::<f64>()
            / n;
        1.0 - observed / (pairs(&all) / (n * (n - 1.0)))
    }

    proptest! {
        #[test]
        fn alpha_equals_its_definition_and_does_not_depend_on_order(
            rows in prop::collection::vec(prop::collection::vec(0u8..6, 4), 2..15),
        ) {
            // 5 stands for a missing rating.
            let rows: Vec<Vec<f64>> = rows
                .iter()
                .map(|row| row.iter().map(|&x| if x == 5 { f64::NAN } else { f64::from(x) }).collect())
                .collect();
            let kept: Vec<f64> = rows
                .iter()
                .map(|row| row.iter().copied().filter(|x| !x.is_nan()).collect::<Vec<_>>())
                .filter(|row| row.len() > 1)
                .flatten()
                .collect();
            let ordinal = |a: f64, b: f64| -> f64 {
                let (low, high) = (a.min(b), a.max(b));
                let within = kept.iter().filter(|x| low <= **x && **x <= high).count() as f64;
                let ends = kept.iter().filter(|x| **x == low).count() + kept.iter().filter(|x| **x == high).count();
                if a == b { 0.0 } else { (within - 0.5 * ends as f64).powi(2) }
            };
            let turned: Vec<Vec<f64>> =
                rows.iter().rev().map(|row| vec![row[3], row[1], row[0], row[2]]).collect();
            for level in LEVELS {
                let found = alpha(&rows, level);
                let expected = match level {
                    Level::Nominal => naive(&rows, &|a, b| f64::from(u8::from(a != b))),
                    Level::Ordinal => naive(&rows, &ordinal),
                    Level::Interval => naive(&rows, &|a, b| (a - b).powi(2)),
                    Level::Ratio => naive(&rows, &|a, b| if a == b { 0.0 } else { ((a - b) / (a + b)).powi(2) }),
                };
                if found.is_nan() {
                    prop_assert!(expected.is_nan() || expected.is_infinite());
                } else {
                    prop_assert!((found - expected).abs() < 1e-10, "{level:?} {found} {expected}");
                    prop_assert!((found - alpha(&turned, level)).abs() < 1e-12);
                }
            }
        }
    }
}
