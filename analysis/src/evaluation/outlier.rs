//! Which unit's rate is higher than the other units' can explain.
//!
//! Units differ in truth, in everything that can be counted. A unit is therefore not held against the others' mean
//! with the error of counting alone, which would accuse one in two, but against what a further unit of the same kind
//! could show: counting error, true differences between the others, and how well these are known.

use statrs::distribution::{Continuous, StudentsT};
use statrs::function::beta::checked_beta_reg;

/// How often something was seen in a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Times that it could have been seen.
    pub judged: u64,
    /// Times that it was.
    pub found: u64,
}

/// A unit's rate against the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// Its share; NaN where nothing was judged.
    pub share: f64,
    /// The others' together; NaN where nothing was judged.
    pub usual: f64,
    /// One-sided probability of so high a share; NaN with fewer than four other units.
    pub p_value: f64,
}

/// The most by which the variance of true differences is taken to be larger than it was estimated: a standard deviation
/// of a half on the logit scale, as between townships of one county.
const MOST_DOUBT: f64 = 0.25;

/// Fewest other units that a unit is held against.
const FEWEST: usize = 4;

/// Holds each unit's rate against the others'.
///
/// The p-value is the probability that a further unit of the same kind shows as many. Its rate is predicted on the
/// logit scale, on which true differences between units are about normal (on the arcsine scale they are skewed, and one
/// false alarm in ten rounds was the price): around the others' pooled rate, with their variance by the method of
/// moments (plus its own error, where counts are too few to tell), the pooled rate's own error, and Student's t on (others − 2) degrees of freedom. What it then shows is
/// binomial at that rate, exactly, so that the rule holds as well where the others have hardly ever shown anything: a
/// normal counting error on the logit scale would let anything pass there. Units without anything judged take no part.
///
/// In simulations of 20 units with 60–150 responses each (the test below), with usual rates of 0, 1, 5 and 20 % and true
/// differences between units from none to a standard deviation of 0.5 on the logit scale, and p-values adjusted by
/// [`super::multiplicity::holm`] at 5 %, some unit is flagged by mistake within the level; a unit with ten times the
/// odds of the others, these at 5 %, is found in four rounds of five.
///
/// # Source
/// DerSimonian & Laird (1986), Controlled Clinical Trials 7,
/// 177–188, for the variance; Higgins, Thompson & Spiegelhalter (2009), JRSS A 172, 137–159, for the prediction;
/// Spiegelhalter (2005), Quality and Safety in Health Care 14, 347–351, for over-dispersion in comparing units.
///
/// ```
/// use analysis::evaluation::outlier::{Tally, high_rates};
/// let mut units = vec![Tally { judged: 100, found: 4 }; 10];
/// units[7].found = 30;
/// let found = high_rates(&units);
/// assert!(found[7].p_value < 0.01 && found[0].p_value > 0.3);
/// ```
#[must_use]
pub fn high_rates(units: &[Tally]) -> Vec<Standing> {
    (0..units.len())
        .map(|at| {
            let others: Vec<Tally> = (units.iter().enumerate())
                .filter(|(other, unit)| *other != at && unit.judged > 0)
                .map(|(_, unit)| *unit)
                .collect();
            standing(units[at], &others)
        })
        .collect()
}

fn standing(own: Tally, others: &[Tally]) -> Standing {
    let sum = |of: fn(&Tally) -> u64| others.iter().map(of).sum::<u64>() as f64;
    let (judged, found) = (sum(|unit| unit.judged), sum(|unit| unit.found));
    let mut standing = Standing {
        share: own.found as f64 / own.judged as f64,
        usual: found / judged,
        p_value: f64::NAN,
    };
    if own.judged == 0 || others.len() < FEWEST {
        return standing;
    }
    // Counting error at the others' rate, not at each unit's own: a small count would seem the surer the smaller it is.
    let pooled = (found + 0.5) / (judged + 1.0);
    let variance = |unit: &Tally| 1.0 / ((unit.judged as f64 + 1.0) * pooled * (1.0 - pooled));
    let weights: Vec<f64> = others.iter().map(|unit| 1.0 / variance(unit)).collect();
    let (mean, total) = weighted_mean(others, &weights);
    let heterogeneity: f64 = (others.iter().zip(&weights))
        .map(|(unit, weight)| weight * (logit(*unit) - mean).powi(2))
        .sum();
    let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
    let k = others.len() as f64;
    let information = total - squares / total;
    let estimated = ((heterogeneity - (k - 1.0)) / information).max(0.0);
    // Rare counts hardly tell how much units differ; they are taken to differ by one standard error more.
    let between = estimated + ((2.0 * (k - 1.0)).sqrt() / information).min(MOST_DOUBT);
    let weights: Vec<f64> = others
        .iter()
        .map(|unit| 1.0 / (variance(unit) + between))
        .collect();
    let total: f64 = weights.iter().sum();
    let centre = (pooled / (1.0 - pooled)).ln();
    standing.p_value = predicted_tail(own, centre, (between + 1.0 / total).sqrt(), k - 2.0);
    standing
}

/// P(X ≥ found) where X is binomial at a rate whose logit is `centre` + `error` × Student's t on `df` degrees of freedom.
///
/// By Simpson's rule over t = sinh v, which reaches 200 with steps that are small where the density is large.
fn predicted_tail(unit: Tally, centre: f64, error: f64, df: f64) -> f64 {
    const END: f64 = 6.0;
    const STEPS: u32 = 96;
    if unit.found == 0 {
        return 1.0;
    }
    let Ok(student) = StudentsT::new(0.0, 1.0, df) else {
        return f64::NAN;
    };
    let step = 2.0 * END / f64::from(STEPS);
    let sum: f64 = (0..=STEPS)
        .map(|at| {
            let v = f64::from(at).mul_add(step, -END);
            let rate = 1.0 / (1.0 + (-(centre + error * v.sinh())).exp());
            let weight = match at {
                0 | STEPS => 1.0,
                odd if odd % 2 == 1 => 4.0,
                _ => 2.0,
            };
            weight * student.pdf(v.sinh()) * v.cosh() * binomial_tail(unit, rate)
        })
        .sum();
    (sum * step / 3.0).clamp(0.0, 1.0)
}

fn weighted_mean(units: &[Tally], weights: &[f64]) -> (f64, f64) {
    let total: f64 = weights.iter().sum();
    let sum: f64 = units
        .iter()
        .zip(weights)
        .map(|(unit, weight)| weight * logit(*unit))
        .sum();
    (sum / total, total)
}

/// The empirical logit, finite at 0 and at all.
fn logit(unit: Tally) -> f64 {
    ((unit.found as f64 + 0.5) / ((unit.judged - unit.found) as f64 + 0.5)).ln()
}

/// P(X ≥ found) of `judged` independent tries at rate `p`.
fn binomial_tail(unit: Tally, p: f64) -> f64 {
    if unit.found == 0 {
        return 1.0;
    }
    let (n, x) = (unit.judged as f64, unit.found as f64);
    checked_beta_reg(x, n - x + 1.0, p.clamp(0.0, 1.0)).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::multiplicity::holm;
    use crate::simulation::Draws;

    /// Counties of 20 units: the share of rounds in which any of the first 19, or the last, is flagged. The last has
    /// `factor` times the odds.
    fn flagged(rate: f64, between: f64, factor: f64, rounds: u32) -> (f64, f64) {
        let mut stream = Draws::new(20_261_126);
        let (mut by_mistake, mut rightly) = (0, 0);
        for _ in 0..rounds {
            let units: Vec<Tally> = (0..20)
                .map(|at| {
                    let odds = rate / (1.0 - rate)
                        * (between * stream.normal()).exp()
                        * if at == 19 { factor } else { 1.0 };
                    let (p, judged) = (odds / (1.0 + odds), 60 + stream.below(91) as u64);
                    let found = (0..judged).filter(|_| stream.uniform() < p).count() as u64;
                    Tally { judged, found }
                })
                .collect();
            let p: Vec<f64> = high_rates(&units).iter().map(|unit| unit.p_value).collect();
            let adjusted = holm(&p);
            by_mistake += u32::from(adjusted[..19].iter().any(|p| *p < 0.05));
            rightly += u32::from(adjusted[19] < 0.05);
        }
        (
            f64::from(by_mistake) / f64::from(rounds),
            f64::from(rightly) / f64::from(rounds),
        )
    }

    #[test]
    fn simulated_counties_false_alarms_stay_within_the_level() {
        for rate in [0.000_1, 0.01, 0.05, 0.2] {
            for between in [0.0, 0.25, 0.5] {
                let (others, last) = flagged(rate, between, 1.0, 300);
                // The standard error of 5 % in 300 rounds is 1.3 %.
                assert!(others + last <= 0.08, "{rate} {between}: {others} {last}");
            }
        }
    }

    #[test]
    fn simulated_counties_a_steered_unit_is_found() {
        let (_, rightly) = flagged(0.05, 0.25, 10.0, 200);
        assert!(rightly > 0.7, "{rightly}");
    }

    #[test]
    fn what_no_other_unit_shows_is_found_where_one_does() {
        let mut units = [Tally { judged: 75, found: 0 }; 20];
        units[19].found = 25;
        assert!(high_rates(&units)[19].p_value < 1e-4);
        // One of 75 may be chance.
        units[19].found = 1;
        assert!(high_rates(&units)[19].p_value > 0.01);
        assert_eq!(high_rates(&units)[0].p_value, 1.0);
    }

    #[test]
    fn predicted_tail_without_error_is_the_binomial_tail_and_with_error_heavier() {
        let unit = Tally { judged: 10, found: 3 };
        let centre = (0.1_f64 / 0.9).ln();
        let exact = binomial_tail(unit, 0.1);
        assert!((predicted_tail(unit, centre, 0.0, 17.0) - exact).abs() < 1e-6);
        assert!(predicted_tail(unit, centre, 0.5, 17.0) > exact * 1.2);
    }

    #[test]
    fn few_units_and_nothing_judged_are_held_against_nobody() {
        let one = Tally {
            judged: 50,
            found: 20,
        };
        assert!(high_rates(&[one; 4])[0].p_value.is_nan());
        let mut units = vec![one; 8];
        units[3] = Tally { judged: 0, found: 0 };
        assert!(high_rates(&units)[3].p_value.is_nan());
        assert!((high_rates(&units)[0].usual - 0.4).abs() < 1e-12);
    }

    #[test]
    fn binomial_tail_is_rs() {
        // R: pbinom(2, 10, 0.1, lower.tail = FALSE) = 0.07019083.
        let unit = Tally { judged: 10, found: 3 };
        assert!((binomial_tail(unit, 0.1) - 0.070_190_83).abs() < 1e-8);
    }
}
