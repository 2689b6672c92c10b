//! How far independent scorers agree, as the results of a round report it.
//!
//! The units are what is told apart, criterion by criterion. Over all criteria their means are taken out first: that
//! one criterion is harder than another is no merit of the scorers, and counting it would make two who roll dice for
//! every unit look alike. Intervals draw units, with all their criteria, since the criteria of a unit are marked by
//! the same people on the same day. Only marks that were given blind belong here; a third scorer is called in because
//! the first ones differ.

use nalgebra::DMatrix;

use crate::agreement::Ratings;
use crate::agreement::icc::{IccModel, IccOf, icc};
use crate::agreement::kappa::{KappaWeights, cohen_kappa};
use crate::results::{Coefficient, ScorerAgreement};
use crate::simulation::{Draws, percentile};

/// Draws of units behind an interval of alpha.
const DRAWS: usize = 1_000;
/// The intervals are the same each time.
const SEED: u64 = 20_261_126;
const LEVEL: f64 = 0.95;
/// The most steps of a scale for which kappa is said.
const MOST_STEPS: usize = 21;

/// The marks of a criterion.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CriterionMarks {
    /// Code of the criterion.
    pub criterion: String,
    /// By unit, in the same order for every criterion: the marks of its scorers; empty where there are none.
    pub units: Vec<Vec<f64>>,
}

/// Agreement over all criteria, then by criterion. Criteria without two marks in any unit are left out.
#[must_use]
pub fn by_criterion(criteria: &[CriterionMarks]) -> Vec<ScorerAgreement> {
    let overall = summary(None, criteria);
    let each = criteria
        .iter()
        .filter_map(|marks| summary(Some(&marks.criterion), std::slice::from_ref(marks)));
    overall.into_iter().chain(each).collect()
}

fn summary(criterion: Option<&str>, criteria: &[CriterionMarks]) -> Option<ScorerAgreement> {
    let (mut n, mut pairs, mut equal, mut near) = (0, 0.0, 0.0, 0.0);
    let units = criteria.iter().flat_map(|criterion| &criterion.units);
    for marks in units.filter(|marks| marks.len() > 1) {
        n += 1;
        for (at, a) in marks.iter().enumerate() {
            for b in &marks[at + 1..] {
                let distance = (a - b).abs();
                pairs += 1.0;
                equal += f64::from(u8::from(distance < 1e-9));
                near += f64::from(u8::from(distance < 1.0 + 1e-9));
            }
        }
    }
    if pairs == 0.0 {
        return None;
    }
    let most = criteria.iter().map(|marks| marks.units.len()).max().unwrap_or(0);
    let is_paired = |unit: &usize| {
        let mut of_unit = criteria.iter().filter_map(|criterion| criterion.units.get(*unit));
        of_unit.any(|marks| marks.len() > 1)
    };
    let paired: Vec<usize> = (0..most).filter(is_paired).collect();
    let alpha = centred_alpha(criteria, &paired);
    let (alpha_lower, alpha_upper) = alpha.map_or((None, None), |_| interval(criteria, &paired));
    let single = criterion.and(criteria.first());
    Some(ScorerAgreement {
        criterion: criterion.map(str::to_owned),
        n,
        exact: equal / pairs,
        within_one: near / pairs,
        alpha,
        alpha_lower,
        alpha_upper,
        kappa: single.and_then(kappa),
        icc: single.and_then(reliability),
    })
}

fn said(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Krippendorff's alpha for interval data over the chosen units, after each criterion's mean was taken out; `None`
/// where no unit has two marks, or nothing varies.
///
/// With P the sum of squared differences of a unit's m marks over m − 1, and S the sum of squares of all n marks,
/// α = 1 − (n − 1)/n · ΣP / S: the usual ratio of disagreements, whose double sums come to that for squared distances.
fn centred_alpha(criteria: &[CriterionMarks], chosen: &[usize]) -> Option<f64> {
    let (mut n, mut within, mut whole) = (0.0, 0.0, 0.0);
    for criterion in criteria {
        let rows: Vec<&[f64]> = chosen
            .iter()
            .filter_map(|&unit| criterion.units.get(unit))
            .map(Vec::as_slice)
            .filter(|marks| marks.len() > 1)
            .collect();
        let count: f64 = rows.iter().map(|marks| marks.len() as f64).sum();
        let mean = rows.iter().flat_map(|marks| marks.iter()).sum::<f64>() / count;
        for marks in rows {
            let m = marks.len() as f64;
            n += m;
            let own = marks.iter().sum::<f64>() / m;
            within += m * marks.iter().map(|mark| (mark - own).powi(2)).sum::<f64>() / (m - 1.0);
            whole += marks.iter().map(|mark| (mark - mean).powi(2)).sum::<f64>();
        }
    }
    (whole > 0.0).then(|| 1.0 - (n - 1.0) / n * within / whole)
}

/// Percentiles of alpha over draws of units with replacement; with fewer than about 20 units it is too short.
fn interval(criteria: &[CriterionMarks], units: &[usize]) -> (Option<f64>, Option<f64>) {
    let mut draws = Draws::new(SEED);
    let mut chosen = vec![0; units.len()];
    let mut found = Vec::with_capacity(DRAWS);
    for _ in 0..DRAWS {
        for unit in &mut chosen {
            *unit = units[draws.below(units.len())];
        }
        found.extend(centred_alpha(criteria, &chosen));
    }
    found.sort_by(f64::total_cmp);
    (
        said(percentile(&found, 0.5 - LEVEL / 2.0)),
        said(percentile(&found, 0.5 + LEVEL / 2.0)),
    )
}

/// Kappa with quadratic weights of the units with two whole marks. Who is first and who second means nothing, so that
/// each unit counts half one way and half the other.
fn kappa(marks: &CriterionMarks) -> Option<Coefficient> {
    let pairs: Vec<(f64, f64)> = marks
        .units
        .iter()
        .filter_map(|marks| match marks.as_slice() {
            [a, b] => Some((*a, *b)),
            _ => None,
        })
        .collect();
    let values = || pairs.iter().flat_map(|(a, b)| [*a, *b]);
    let least = values().fold(f64::INFINITY, f64::min);
    if values().any(|value| (value - value.round()).abs() > 1e-9) {
        return None;
    }
    let step = |value: f64| (0..MOST_STEPS).find(|&at| (least + at as f64 - value).abs() < 1e-9);
    let most = values()
        .map(step)
        .collect::<Option<Vec<usize>>>()?
        .into_iter()
        .max()?;
    let mut table = DMatrix::zeros(most + 1, most + 1);
    for (a, b) in &pairs {
        let (a, b) = (step(*a)?, step(*b)?);
        table[(a, b)] += 0.5;
        table[(b, a)] += 0.5;
    }
    let found = cohen_kappa(&table, &KappaWeights::Quadratic, LEVEL).ok()?;
    // With few units the normal interval reaches beyond what kappa can be.
    Some(Coefficient {
        value: said(found.value)?,
        lower: said(found.lower).map(|lower| lower.max(-1.0)),
        upper: said(found.upper).map(|upper| upper.min(1.0)),
    })
}

/// ICC(1) of a single mark: each unit is marked by people of its own.
fn reliability(marks: &CriterionMarks) -> Option<Coefficient> {
    let most = marks.units.iter().map(Vec::len).max()?;
    let rows: Vec<&Vec<f64>> = marks.units.iter().filter(|marks| marks.len() == most).collect();
    let ratings = Ratings::by_unit(&rows).ok()?;
    let found = icc(&ratings, IccModel::OneWay, IccOf::Single, LEVEL);
    Some(Coefficient {
        value: said(found.value)?,
        lower: said(found.lower),
        upper: said(found.upper),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::krippendorff::{Level, krippendorff_alpha};

    fn marks(criterion: &str, units: &[&[f64]]) -> CriterionMarks {
        CriterionMarks {
            criterion: criterion.to_owned(),
            units: units.iter().map(|marks| marks.to_vec()).collect(),
        }
    }

    #[test]
    fn agreement_perfect_and_by_hand() {
        let same = &by_criterion(&[marks("A", &[&[1.0, 1.0], &[3.0, 3.0]])])[1];
        assert_eq!((same.exact, same.alpha), (1.0, Some(1.0)));
        assert_eq!(same.kappa.map(|kappa| kappa.value), Some(1.0));
        // Marks 1,2 | 3,3: observed (2·1 + 0)/4 = 0.5; all 1,2,3,3: Σ(v−2.25)² = 2.75, expected 2·2.75/3.
        let mixed = &by_criterion(&[marks("A", &[&[1.0, 2.0], &[3.0, 3.0], &[4.0]])])[1];
        assert_eq!((mixed.n, mixed.exact, mixed.within_one), (2, 0.5, 1.0));
        let alpha = mixed.alpha.expect("varies");
        assert!((alpha - (1.0 - 0.5 / (2.0 * 2.75 / 3.0))).abs() < 1e-12);
    }

    #[test]
    fn kappa_s_interval_ends_where_kappa_does() {
        let few = &by_criterion(&[marks("A", &[&[4.0, 4.0], &[2.0, 3.0], &[1.0, 1.0]])])[1];
        let kappa = few.kappa.expect("it varies");
        assert!((0.8..1.0).contains(&kappa.value), "{kappa:?}");
        assert_eq!(kappa.upper, Some(1.0), "{kappa:?}");
    }

    #[test]
    fn agreement_without_pairs_or_variation_is_unknown() {
        assert_eq!(by_criterion(&[marks("A", &[&[1.0], &[2.0], &[]])]), []);
        let flat = &by_criterion(&[marks("A", &[&[2.0, 2.0]])])[1];
        assert_eq!((flat.alpha, flat.kappa, flat.icc), (None, None, None));
    }

    #[test]
    fn alpha_of_one_criterion_is_that_of_the_library() {
        let nan = f64::NAN;
        let rows = [[1.0, 2.0, nan], [3.0, 3.0, 4.0], [0.0, 2.0, nan], [4.0, 3.0, 4.0]];
        let given: Vec<Vec<f64>> = rows
            .iter()
            .map(|row| row.iter().copied().filter(|mark| !mark.is_nan()).collect())
            .collect();
        let own = CriterionMarks {
            criterion: "A".to_owned(),
            units: given,
        };
        let ratings = Ratings::by_unit(&rows).expect("even rows");
        let expected = krippendorff_alpha(&ratings, Level::Interval)
            .expect("an alpha")
            .value;
        let found = centred_alpha(&[own], &[0, 1, 2, 3]).expect("varies");
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }

    #[test]
    fn scorers_who_roll_dice_do_not_agree_however_the_criteria_differ() {
        let mut draws = Draws::new(1);
        let criteria: Vec<CriterionMarks> = (0..14)
            .map(|c| {
                // Criteria lie far apart; within each every mark is chance.
                let level = f64::from(c % 4) * 5.0;
                let units =
                    (0..40).map(|_| vec![level + draws.below(2) as f64, level + draws.below(2) as f64]);
                CriterionMarks {
                    criterion: format!("C{c}"),
                    units: units.collect(),
                }
            })
            .collect();
        let overall = &by_criterion(&criteria)[0];
        let alpha = overall.alpha.expect("varies");
        assert!(alpha.abs() < 0.1, "{alpha}");
        assert!(
            overall.alpha_lower.expect("a limit") < alpha && alpha < overall.alpha_upper.expect("a limit")
        );
        // The pooled marks as they are would have pretended an agreement.
        let pooled: Vec<Vec<f64>> = criteria.iter().flat_map(|marks| marks.units.clone()).collect();
        let naive = krippendorff_alpha(&Ratings::by_unit(&pooled).expect("even rows"), Level::Interval);
        assert!(naive.expect("an alpha").value > 0.9);
    }
}
