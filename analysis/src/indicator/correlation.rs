//! Do the indicators hang together, and does each count for as much as its weight says?
//!
//! A weight is not an importance: an indicator that hardly differs between units, or that runs against the others,
//! moves the composite less than its weight promises. The checks here are read before weights are sealed, never used to
//! choose them afterwards.

use nalgebra::DMatrix;

use super::normalise::mid_ranks;

/// Below this many units a curve cannot be told from noise and the straight line is used.
const LEAST_FOR_A_CURVE: usize = 8;

/// Pearson's correlation over the pairs in which both are known; NaN with fewer than two, or without variation.
#[must_use]
pub fn pearson(x: &[f64], y: &[f64]) -> f64 {
    let pairs = known_pairs(x, y);
    let n = pairs.len() as f64;
    let mean_x = pairs.iter().map(|(x, _)| x).sum::<f64>() / n;
    let mean_y = pairs.iter().map(|(_, y)| y).sum::<f64>() / n;
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in &pairs {
        xx += (x - mean_x).powi(2);
        yy += (y - mean_y).powi(2);
        xy += (x - mean_x) * (y - mean_y);
    }
    if xx > 0.0 && yy > 0.0 {
        (xy / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0)
    } else {
        f64::NAN
    }
}

/// Spearman's correlation: Pearson's of the ranks, ties sharing theirs.
///
/// ```
/// use analysis::indicator::correlation::{pearson, spearman};
/// let (x, y) = ([1.0, 2.0, 3.0, 4.0], [1.0, 10.0, 100.0, 1000.0]);
/// assert!((spearman(&x, &y) - 1.0).abs() < 1e-12);
/// assert!(pearson(&x, &y) < 0.9);
/// ```
#[must_use]
pub fn spearman(x: &[f64], y: &[f64]) -> f64 {
    let (x, y): (Vec<f64>, Vec<f64>) = known_pairs(x, y).into_iter().unzip();
    pearson(&mid_ranks(&x), &mid_ranks(&y))
}

fn known_pairs(x: &[f64], y: &[f64]) -> Vec<(f64, f64)> {
    x.iter()
        .copied()
        .zip(y.iter().copied())
        .filter(|(x, y)| x.is_finite() && y.is_finite())
        .collect()
}

/// The share of the variance of `y` that `x` accounts for by itself, whatever the shape of the relation, in 0–1.
///
/// S = Var(E[y | x]) / Var(y), Pearson's correlation ratio, also called first-order (main-effect) importance. The curve
/// E[y | x] is a local straight line with Gaussian weights whose bandwidth is chosen by leaving out one unit at a time,
/// the straight line among the candidates; with fewer than eight units it is the straight line, so that S = r². NaN
/// where r is.
///
/// # Source
/// Paruolo, Saisana & Saltelli (2013), Ratings and rankings: voodoo or science?, JRSS A 176, 609–634; Fan & Gijbels
/// (1996), Local Polynomial Modelling, chapters 2 and 4.
#[must_use]
pub fn correlation_ratio(x: &[f64], y: &[f64]) -> f64 {
    let pairs = known_pairs(x, y);
    let r = pearson(x, y);
    if pairs.len() < LEAST_FOR_A_CURVE || r.is_nan() {
        return r * r;
    }
    let n = pairs.len() as f64;
    let mean_x = pairs.iter().map(|(x, _)| x).sum::<f64>() / n;
    let mean_y = pairs.iter().map(|(_, y)| y).sum::<f64>() / n;
    let sd = (pairs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum::<f64>() / n).sqrt();
    let total: f64 = pairs.iter().map(|(_, y)| (y - mean_y).powi(2)).sum();
    // Residual sums of squares of the line, each unit predicted from the others.
    let line = local_lines(&pairs, f64::INFINITY);
    let mut best = (line.left_out, r * r);
    for width in [0.2, 0.3, 0.45, 0.7, 1.0, 1.5, 2.5] {
        let curve = local_lines(&pairs, width * sd);
        if curve.left_out < best.0 {
            let mean = curve.fitted.iter().sum::<f64>() / n;
            let explained: f64 = curve.fitted.iter().map(|fit| (fit - mean).powi(2)).sum();
            best = (curve.left_out, (explained / total).min(1.0));
        }
    }
    best.1
}

struct LocalLines {
    fitted: Vec<f64>,
    /// Σ (y − prediction without the unit)²; infinite where a unit is only predicted by itself.
    left_out: f64,
}

fn local_lines(pairs: &[(f64, f64)], bandwidth: f64) -> LocalLines {
    let mut fitted = Vec::with_capacity(pairs.len());
    let mut left_out = 0.0;
    for &(at, y) in pairs {
        let (mut s0, mut s1, mut s2, mut t0, mut t1) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for &(x, y) in pairs {
            let apart = x - at;
            let weight = (-0.5 * (apart / bandwidth).powi(2)).exp();
            s0 += weight;
            s1 += weight * apart;
            s2 += weight * apart * apart;
            t0 += weight * y;
            t1 += weight * apart * y;
        }
        let determinant = s0 * s2 - s1 * s1;
        // Neighbours that all have the same x: their mean.
        let (fit, own) = if determinant > 1e-12 * s0 * s2 {
            ((s2 * t0 - s1 * t1) / determinant, s2 / determinant)
        } else {
            (t0 / s0, 1.0 / s0)
        };
        fitted.push(fit);
        left_out += if own < 1.0 - 1e-9 {
            ((y - fit) / (1.0 - own)).powi(2)
        } else {
            f64::INFINITY
        };
    }
    LocalLines { fitted, left_out }
}

/// When a correlation or an importance is worth a warning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Two indicators that correlate this much or more measure the same twice.
    pub redundant: f64,
    /// A correlation this low or lower: what one gains the other loses, and the composite hides both.
    pub negative: f64,
    /// A share of importance more than this many times the weight, or less than the weight divided by it.
    pub out_of_proportion: f64,
}

impl Default for Limits {
    /// 0.92 and −0.4, as the JRC's COIN Tool marks them, and a factor of 2.
    fn default() -> Self {
        Self {
            redundant: 0.92,
            negative: -0.4,
            out_of_proportion: 2.0,
        }
    }
}

/// How much an indicator counts for in the composite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Importance {
    /// Its weight, as a share of all.
    pub nominal: f64,
    /// Pearson's correlation with the composite.
    pub pearson: f64,
    /// Spearman's.
    pub spearman: f64,
    /// [`correlation_ratio`] of the composite on the indicator.
    pub first_order: f64,
    /// That as a share of the sum over all indicators, to be held against `nominal`.
    pub share: f64,
}

/// Something to look at before the weights are sealed.
#[derive(Clone, Debug, PartialEq)]
pub enum Warning {
    /// Two indicators measure nearly the same.
    Redundant {
        /// Names of both.
        pair: (String, String),
        /// Their correlation.
        r: f64,
    },
    /// Two indicators run against each other.
    Negative {
        /// Names of both.
        pair: (String, String),
        /// Their correlation.
        r: f64,
    },
    /// An indicator runs against the composite that it is part of; perhaps its direction is wrong.
    AgainstComposite {
        /// Its name.
        indicator: String,
        /// Its correlation with the composite.
        r: f64,
    },
    /// An indicator counts for far more or far less than its weight.
    OutOfProportion {
        /// Its name.
        indicator: String,
        /// Its weight.
        nominal: f64,
        /// Its share of importance.
        share: f64,
    },
    /// An indicator is the same in every unit (or known in fewer than two): it tells nothing apart.
    NoVariation {
        /// Its name.
        indicator: String,
    },
}

/// Correlations between indicators, with the composite, and what they warn of.
#[derive(Clone, Debug, PartialEq)]
pub struct CorrelationCheck {
    /// Pearson's correlations between indicators.
    pub pearson: DMatrix<f64>,
    /// Spearman's.
    pub spearman: DMatrix<f64>,
    /// Per indicator.
    pub importance: Vec<Importance>,
    /// What to look at.
    pub warnings: Vec<Warning>,
}

/// Checks indicators against each other and against the composite.
///
/// - `indicators`: name and normalised values, one per unit, more is better.
/// - `weights`: their nominal weights; a missing one counts as 0. They are taken as shares of their sum.
/// - `composite`: the units' composite values.
///
/// An indicator correlates with the composite partly because it is part of it; with many indicators that part is small.
///
/// # Source
/// OECD/JRC (2008), Handbook on Constructing Composite Indicators, steps 4 and 8; Paruolo, Saisana & Saltelli (2013).
#[must_use]
pub fn check(
    indicators: &[(&str, &[f64])],
    weights: &[f64],
    composite: &[f64],
    limits: Limits,
) -> CorrelationCheck {
    let k = indicators.len();
    let matrix =
        |of: fn(&[f64], &[f64]) -> f64| DMatrix::from_fn(k, k, |i, j| of(indicators[i].1, indicators[j].1));
    let (pearsons, spearmans) = (matrix(pearson), matrix(spearman));
    let weight = |at: usize| weights.get(at).copied().unwrap_or(0.0);
    let total: f64 = (0..k).map(weight).sum();
    let first_order: Vec<f64> = indicators
        .iter()
        .map(|(_, values)| correlation_ratio(values, composite))
        .collect();
    let all: f64 = first_order.iter().filter(|s| !s.is_nan()).sum();
    let importance: Vec<Importance> = indicators
        .iter()
        .enumerate()
        .map(|(at, (_, values))| Importance {
            nominal: weight(at) / total,
            pearson: pearson(values, composite),
            spearman: spearman(values, composite),
            first_order: first_order[at],
            share: first_order[at] / all,
        })
        .collect();
    let mut warnings = Vec::new();
    for (i, ((name, _), counts)) in indicators.iter().zip(&importance).enumerate() {
        let name = (*name).to_owned();
        if pearsons[(i, i)].is_nan() {
            warnings.push(Warning::NoVariation { indicator: name });
            continue;
        }
        for (j, (other, _)) in indicators.iter().enumerate().skip(i + 1) {
            let r = pearsons[(i, j)];
            let pair = || (name.clone(), (*other).to_owned());
            if r >= limits.redundant {
                warnings.push(Warning::Redundant { pair: pair(), r });
            } else if r <= limits.negative {
                warnings.push(Warning::Negative { pair: pair(), r });
            }
        }
        if counts.pearson < 0.0 {
            warnings.push(Warning::AgainstComposite {
                indicator: name.clone(),
                r: counts.pearson,
            });
        }
        let Importance { nominal, share, .. } = *counts;
        let factor = limits.out_of_proportion;
        if nominal > 0.0 && (share > nominal * factor || share < nominal / factor) {
            warnings.push(Warning::OutOfProportion {
                indicator: name,
                nominal,
                share,
            });
        }
    }
    CorrelationCheck {
        pearson: pearsons,
        spearman: spearmans,
        importance,
        warnings,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn correlations_by_hand_and_edges() {
        // R: cor(c(1,2,3,4,5), c(2,1,4,3,7)) and method = "spearman".
        let (x, y) = ([1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 1.0, 4.0, 3.0, 7.0]);
        assert!((pearson(&x, &y) - 0.824163383692134).abs() < 1e-12);
        assert!((spearman(&x, &y) - 0.8).abs() < 1e-12);
        assert!(pearson(&[1.0], &[1.0]).is_nan());
        assert!(pearson(&[], &[]).is_nan());
        assert!(spearman(&[2.0, 2.0], &[1.0, 3.0]).is_nan());
        let gap = pearson(&[1.0, f64::NAN, 2.0, 3.0], &[1.0, 5.0, 2.0, 3.0]);
        assert!((gap - 1.0).abs() < 1e-12);
    }

    #[test]
    fn correlation_ratio_sees_a_curve_that_the_line_misses() {
        let x: Vec<f64> = (0..40).map(|i| f64::from(i) / 39.0 * 2.0 - 1.0).collect();
        let parabola: Vec<f64> = x.iter().map(|x| x * x).collect();
        assert!(pearson(&x, &parabola).abs() < 1e-10);
        assert!(correlation_ratio(&x, &parabola) > 0.9);
        let line: Vec<f64> = x.iter().map(|x| 3.0 - 2.0 * x).collect();
        assert!((correlation_ratio(&x, &line) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn correlation_ratio_of_unrelated_values_is_small() {
        let x: Vec<f64> = (0..60).map(|i| f64::from(i * 37 % 60)).collect();
        let y: Vec<f64> = (0..60).map(|i| f64::from(i * i * 11 % 59)).collect();
        assert!(correlation_ratio(&x, &y) < 0.2, "{}", correlation_ratio(&x, &y));
    }

    #[test]
    fn correlation_ratio_of_few_units_or_no_variation() {
        let (x, y) = ([1.0, 2.0, 4.0], [1.0, 3.0, 2.0]);
        assert_eq!(correlation_ratio(&x, &y), pearson(&x, &y).powi(2));
        assert!(correlation_ratio(&[5.0; 20], &[1.0; 20]).is_nan());
        // Two values of x only: the curve is the two means.
        let x: Vec<f64> = (0..20).map(|i| f64::from(i % 2)).collect();
        let y: Vec<f64> = (0..20)
            .map(|i| f64::from(i % 2) * 5.0 + f64::from(i / 2 % 2))
            .collect();
        assert!((correlation_ratio(&x, &y) - pearson(&x, &y).powi(2)).abs() < 1e-6);
    }

    #[test]
    fn check_warns_of_twins_opponents_and_dead_weight() {
        let a: Vec<f64> = (0..20).map(f64::from).collect();
        let twin: Vec<f64> = a.iter().map(|x| 2.0 * x + 1.0).collect();
        let against: Vec<f64> = a.iter().map(|x| 5.0 - 0.1 * x).collect();
        let flat = vec![3.0; 20];
        let composite: Vec<f64> = (0..20)
            .map(|i| 0.25 * (a[i] + twin[i] + against[i] + flat[i]))
            .collect();
        let indicators = [
            ("a", &a[..]),
            ("twin", &twin),
            ("against", &against),
            ("flat", &flat),
        ];
        let found = check(&indicators, &[1.0; 4], &composite, Limits::default());
        let has = |wanted: &dyn Fn(&Warning) -> bool| found.warnings.iter().any(wanted);
        assert!(has(
            &|w| matches!(w, Warning::Redundant { pair, .. } if pair.0 == "a" && pair.1 == "twin")
        ));
        assert!(has(
            &|w| matches!(w, Warning::Negative { pair, .. } if pair.1 == "against")
        ));
        assert!(has(
            &|w| matches!(w, Warning::AgainstComposite { indicator, .. } if indicator == "against")
        ));
        assert!(has(
            &|w| matches!(w, Warning::NoVariation { indicator } if indicator == "flat")
        ));
        assert_eq!(found.importance[0].nominal, 0.25);
    }

    #[test]
    fn check_finds_an_indicator_that_counts_for_more_than_its_weight() {
        // Independent by design (a full 5 × 5 grid); the first spreads four times as far.
        let wide: Vec<f64> = (0..25).map(|i| 4.0 * f64::from(i % 5)).collect();
        let narrow: Vec<f64> = (0..25).map(|i| f64::from(i / 5)).collect();
        let composite: Vec<f64> = wide.iter().zip(&narrow).map(|(a, b)| 0.5 * (a + b)).collect();
        let found = check(
            &[("wide", &wide), ("narrow", &narrow)],
            &[0.5, 0.5],
            &composite,
            Limits::default(),
        );
        // Var(4u)/(Var(4u) + Var(u)) = 16/17.
        assert!((found.importance[0].first_order - 16.0 / 17.0).abs() < 0.01);
        assert!(
            found
                .warnings
                .iter()
                .any(|w| matches!(w, Warning::OutOfProportion { indicator, .. } if indicator == "narrow"))
        );
    }

    #[test]
    fn check_of_nothing_is_empty() {
        let found = check(&[], &[], &[], Limits::default());
        assert!(found.importance.is_empty() && found.warnings.is_empty());
    }

    proptest! {
        #[test]
        fn correlation_ratio_lies_in_0_1_and_ignores_units_of_measure(
            pairs in prop::collection::vec((0.0f64..10.0, 0.0f64..10.0), 3..30),
        ) {
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let found = correlation_ratio(&x, &y);
            prop_assert!((0.0..=1.0).contains(&found));
            let scaled: Vec<f64> = x.iter().map(|x| 7.0 - 3.0 * x).collect();
            prop_assert!((correlation_ratio(&scaled, &y) - found).abs() < 1e-6);
        }
    }
}
