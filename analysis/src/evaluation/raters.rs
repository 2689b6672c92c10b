//! How much scorers differ: by being severe or mild throughout, and from one mark to the next.
//!
//! Whoever is severe is so on every criterion of a unit, and in every unit scored: unlike the rest of a mark's error,
//! severity does not average out over criteria, and units that share scorers share it. The two variances are
//! therefore estimated apart.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// The marks of one object (a criterion in a unit), as percent of the highest mark.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkedObject {
    /// Scorers by number, each at most once.
    pub scorers: Vec<usize>,
    /// Their marks, in the same order.
    pub marks: Vec<f64>,
    /// The smallest step between two marks, in percent.
    pub step: f64,
}

/// A variance and its degrees of freedom.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Component {
    /// The variance, in percent².
    pub variance: f64,
    /// Satterthwaite's degrees of freedom; 0 where there is no variance, infinite where it is set and not estimated.
    pub df: f64,
}

/// The two variances of a mark.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RaterVariance {
    /// Between scorers: how severe or mild they are throughout.
    pub severity: Component,
    /// Of a single mark beside that.
    pub mark: Component,
}

/// Estimates the variances from objects that several scorers marked; zero where no object has two marks.
///
/// The model is mark = object + severity of the scorer + error. Objects are taken out by their means; what scorers
/// then explain is held against its expectation. Where scorers explain no more than error would, the two are pooled.
/// Where a scorer's severity cannot be told from error for want of marks, all of the difference counts as severity,
/// which is on the safe side. Marks that never differ are known to the step of the scale only: the error is then that
/// of rounding, step² / 12.
///
/// # Source
/// Henderson (1953), Biometrics 9(2), 226–252 (method 3); Satterthwaite (1946), Biometrics Bulletin 2(6), 110–114;
/// Sheppard (1898), Proceedings of the London Mathematical Society 29, 353–380.
///
/// ```
/// use analysis::evaluation::raters::{MarkedObject, rater_variance};
/// // The second scorer is always 10 milder: nothing but severity, (10² / 2) between two scorers.
/// let objects: Vec<MarkedObject> = [50.0, 60.0, 75.0, 40.0]
///     .map(|mark| MarkedObject { scorers: vec![0, 1], marks: vec![mark, mark + 10.0], step: 25.0 })
///     .to_vec();
/// let found = rater_variance(&objects);
/// assert!((found.severity.variance - 50.0).abs() < 1e-9 && found.mark.variance < 1e-9);
/// ```
#[must_use]
pub fn rater_variance(objects: &[MarkedObject]) -> RaterVariance {
    let shared: Vec<&MarkedObject> = objects.iter().filter(|object| object.marks.len() > 1).collect();
    if shared.is_empty() {
        return RaterVariance::default();
    }
    let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
    for scorer in shared.iter().flat_map(|object| &object.scorers) {
        let next = numbers.len();
        numbers.entry(*scorer).or_insert(next);
    }
    let scorers = numbers.len();
    // Z'MZ, Z'My and y'My with M taking out the objects' means.
    let mut crossed: DMatrix<f64> = DMatrix::zeros(scorers, scorers);
    let mut explained: DVector<f64> = DVector::zeros(scorers);
    let (mut squares, mut freedom) = (0.0, 0.0);
    for object in &shared {
        let k = object.marks.len() as f64;
        let mean = object.marks.iter().sum::<f64>() / k;
        for (scorer, mark) in object.scorers.iter().zip(&object.marks) {
            let row = numbers[scorer];
            squares += (mark - mean).powi(2);
            explained[row] += mark - mean;
            crossed[(row, row)] += 1.0;
            for other in &object.scorers {
                crossed[(row, numbers[other])] -= 1.0 / k;
            }
        }
        freedom += k - 1.0;
    }
    if squares <= 1e-9 * freedom {
        let steps = shared.iter().map(|object| object.step * object.step).sum::<f64>();
        return RaterVariance {
            severity: Component::default(),
            mark: Component {
                variance: steps / shared.len() as f64 / 12.0,
                df: f64::INFINITY,
            },
        };
    }
    let eigen = SymmetricEigen::new(crossed);
    let largest = eigen.eigenvalues.max();
    let (mut reduction, mut rank) = (0.0, 0.0);
    for (value, vector) in eigen.eigenvalues.iter().zip(eigen.eigenvectors.column_iter()) {
        if *value > 1e-9 * largest {
            reduction += vector.dot(&explained).powi(2) / value;
            rank += 1.0;
        }
    }
    let residual = (squares - reduction).max(0.0);
    let left = freedom - rank;
    if left < 0.5 {
        // As many scorers as differences: error and severity look alike.
        return RaterVariance {
            severity: Component {
                variance: squares / freedom,
                df: freedom,
            },
            mark: Component::default(),
        };
    }
    let error = residual / left;
    // E(reduction) = trace · σ²(severity) + rank · σ²(error), and the trace is the freedom within objects.
    let between = (reduction - rank * error) / freedom;
    if between <= 0.0 {
        return RaterVariance {
            severity: Component::default(),
            mark: Component {
                variance: squares / freedom,
                df: freedom,
            },
        };
    }
    let (a, b) = (reduction / freedom, rank * error / freedom);
    let within = Component {
        variance: error,
        df: if error > 0.0 { left } else { 0.0 },
    };
    RaterVariance {
        severity: Component {
            variance: between,
            df: between * between / (a * a / rank + b * b / left),
        },
        mark: within,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::Draws;

    fn object(scorers: &[usize], marks: &[f64]) -> MarkedObject {
        MarkedObject {
            scorers: scorers.to_vec(),
            marks: marks.to_vec(),
            step: 25.0,
        }
    }

    #[test]
    fn balanced_two_way_table_is_the_textbooks_analysis_of_variance() {
        // Shrout & Fleiss (1979), table 2: six targets, four judges; judges' mean square 32.4861, error 1.0194.
        let table = [
            [9.0, 2.0, 5.0, 8.0],
            [6.0, 1.0, 3.0, 2.0],
            [8.0, 4.0, 6.0, 8.0],
            [7.0, 1.0, 2.0, 6.0],
            [10.0, 5.0, 6.0, 9.0],
            [6.0, 2.0, 4.0, 7.0],
        ];
        let found = rater_variance(&table.map(|row| object(&[0, 1, 2, 3], &row)));
        assert!((found.mark.variance - 1.0194).abs() < 1e-4, "{found:?}");
        assert_eq!(found.mark.df, 15.0);
        // (MS judges − MS error) / targets.
        assert!(
            (found.severity.variance - (32.4861 - 1.0194) / 6.0).abs() < 1e-3,
            "{found:?}"
        );
    }

    #[test]
    fn unanimous_marks_are_known_to_the_rounding_of_the_scale_only() {
        let found = rater_variance(&[object(&[0, 1], &[75.0, 75.0]), object(&[0, 1], &[50.0, 50.0])]);
        assert!((found.mark.variance - 625.0 / 12.0).abs() < 1e-9);
        assert_eq!(found.severity, Component::default());
    }

    #[test]
    fn single_scorers_tell_nothing() {
        assert_eq!(rater_variance(&[object(&[0], &[75.0])]), RaterVariance::default());
        assert_eq!(rater_variance(&[]), RaterVariance::default());
    }

    #[test]
    fn one_object_of_two_counts_as_severity() {
        let found = rater_variance(&[object(&[4, 9], &[50.0, 60.0])]);
        assert!((found.severity.variance - 50.0).abs() < 1e-9 && found.mark.variance == 0.0);
        assert_eq!(found.severity.df, 1.0);
    }

    #[test]
    fn simulated_scorers_in_pairs_that_never_meet_have_their_variances() {
        let mut stream = Draws::new(11);
        let (rounds, mut severity, mut mark) = (60, 0.0, 0.0);
        for _ in 0..rounds {
            // Five pairs of scorers; each pair marks three units by ten criteria.
            let severities: Vec<f64> = (0..10).map(|_| 6.0 * stream.normal()).collect();
            let objects: Vec<MarkedObject> = (0..150)
                .map(|at| {
                    let pair = at / 30;
                    let truth = 60.0 + 15.0 * stream.normal();
                    let scorers = [2 * pair, 2 * pair + 1];
                    let marks = scorers.map(|scorer| truth + severities[scorer] + 9.0 * stream.normal());
                    object(&scorers, &marks)
                })
                .collect();
            let found = rater_variance(&objects);
            severity += found.severity.variance / f64::from(rounds);
            mark += found.mark.variance / f64::from(rounds);
        }
        // Truth 36 and 81; standard errors about 3.2 and 1.2.
        assert!((severity - 36.0).abs() < 10.0, "{severity}");
        assert!((mark - 81.0).abs() < 4.0, "{mark}");
    }
}
