//! Intervals for proportions that stay inside [0, 1] and respect the design.

use std::f64::consts::FRAC_PI_2;

use super::{Basis, beta_quantile, normal_quantile, t_quantile};

/// How limits are set around a proportion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProportionMethod {
    /// t interval on the logit scale (as from a quasibinomial fit).
    Logit,
    /// t interval on the logit scale by the delta method; the same figures as `Logit`.
    Xlogit,
    /// Korn–Graubard: Clopper–Pearson on the effective sample size.
    Beta,
    /// t interval on the variance-stabilising scale asin √p.
    Asin,
    /// Rao–Scott scaled likelihood ratio.
    Likelihood,
    /// Wilson's score interval on the effective sample size.
    Wilson,
}

impl ProportionMethod {
    /// The method of this name in a request, if any.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "logit" => Self::Logit,
            "xlogit" => Self::Xlogit,
            "beta" => Self::Beta,
            "asin" => Self::Asin,
            "likelihood" => Self::Likelihood,
            "wilson" => Self::Wilson,
            _ => return None,
        })
    }
}

/// Limits of a proportion. At p = 0 or 1 every scale degenerates: there all methods give
/// the Clopper–Pearson limits of the n rows used, adjusted for the degrees of freedom
/// (Korn & Graubard; NCHS data presentation standards).
///
/// # Source
/// Korn & Graubard (1998), Survey Methodology 24(2), 193–201; Rao & Scott (1984), Annals of
/// Statistics 12(1), 46–60; Franco et al. (2019), Journal of Survey Statistics and
/// Methodology 7(3), 334–364 (Wilson). Figures as R `survey::svyciprop`.
pub(super) fn limits(method: ProportionMethod, basis: Basis) -> (f64, f64) {
    let Basis {
        value: p,
        se,
        df,
        n,
        level,
    } = basis;
    let tail = 0.5 + level / 2.0;
    let t = t_quantile(tail, df);
    let odds = p * (1.0 - p);
    if odds.is_nan() || odds <= 0.0 {
        return match p == 0.0 || p == 1.0 {
            true => korn_graubard(p, n as f64, basis),
            false => (f64::NAN, f64::NAN),
        };
    }
    if se == 0.0 {
        // Without degrees of freedom an error of 0 is no knowledge.
        return if t.is_nan() { (t, t) } else { (p, p) };
    }
    // So large a sample is one whose error is 0 but for rounding, or far beyond any there is. All methods then agree to
    // 1/n, and the beta quantile would be iterated for ever.
    const CERTAIN: f64 = 1e10;
    if odds / (se * se) > CERTAIN {
        return (p - t * se, p + t * se);
    }
    match method {
        ProportionMethod::Logit | ProportionMethod::Xlogit => {
            let (centre, width) = ((p / (1.0 - p)).ln(), t * se / odds);
            (expit(centre - width), expit(centre + width))
        }
        ProportionMethod::Asin => {
            let (centre, width) = (p.sqrt().asin(), t * se / (2.0 * odds.sqrt()));
            // Past 0 the angle's sine is reflected, as in R, but not back to the estimate and beyond.
            let back = |angle: f64| angle.sin().powi(2);
            let reach = |end: f64, limit: f64, certain: f64| if width < 2.0 * end { limit } else { certain };
            (
                reach(centre, back(centre - width), 0.0),
                reach(FRAC_PI_2 - centre, back(centre + width), 1.0),
            )
        }
        ProportionMethod::Beta => korn_graubard(p, odds / (se * se), basis),
        ProportionMethod::Likelihood => {
            // The Pearson dispersion of an intercept-only fit is n/(n−1).
            let dispersion = n as f64 / (n as f64 - 1.0);
            likelihood(p, odds / (se * se), t * t * dispersion)
        }
        ProportionMethod::Wilson => {
            let z = normal_quantile(tail);
            let effective = effective_n(odds / (se * se), basis);
            let share = z * z / effective;
            let centre = (p + share / 2.0) / (1.0 + share);
            let width = (odds * share + share * share / 4.0).sqrt() / (1.0 + share);
            (centre - width, centre + width)
        }
    }
}

/// The effective sample size p(1−p)/v times (t[n−1]/t[df])², for the design's few
/// degrees of freedom.
fn effective_n(raw: f64, Basis { df, n, level, .. }: Basis) -> f64 {
    let tail = 0.5 + level / 2.0;
    raw * (t_quantile(tail, n as f64 - 1.0) / t_quantile(tail, df)).powi(2)
}

fn korn_graubard(p: f64, raw: f64, basis: Basis) -> (f64, f64) {
    let effective = effective_n(raw, basis);
    let tail = (1.0 - basis.level) / 2.0;
    let (hits, misses) = (effective * p, effective * (1.0 - p));
    (
        beta_quantile(tail, hits, misses + 1.0),
        beta_quantile(1.0 - tail, hits + 1.0, misses),
    )
}

/// Where 2·n_eff·KL(p̂ ‖ p), the deviance of the pseudo-likelihood divided by its design
/// effect, reaches F(1, df) = t² times the dispersion; by bisection on either side.
fn likelihood(p: f64, n_eff: f64, threshold: f64) -> (f64, f64) {
    let excess =
        |q: f64| 2.0 * n_eff * (p * (p / q).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - q)).ln()) - threshold;
    let solve = |mut inside: f64, mut outside: f64| {
        for _ in 0..200 {
            let middle = 0.5 * (inside + outside);
            if middle == inside || middle == outside {
                break;
            }
            if excess(middle) > 0.0 {
                outside = middle
            } else {
                inside = middle
            }
        }
        inside
    };
    if threshold.is_nan() {
        return (f64::NAN, f64::NAN);
    }
    (solve(p, 0.0), solve(p, 1.0))
}

fn expit(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [ProportionMethod; 6] = [
        ProportionMethod::Logit,
        ProportionMethod::Xlogit,
        ProportionMethod::Beta,
        ProportionMethod::Asin,
        ProportionMethod::Likelihood,
        ProportionMethod::Wilson,
    ];

    #[test]
    fn limits_at_zero_and_one_are_clopper_pearson() {
        // 0 of 10 with df = n − 1: (0, 1 − 0.025^(1/10)) = (0, 0.30850)
        for method in ALL {
            let basis = |value| Basis {
                value,
                se: 0.0,
                df: 9.0,
                n: 10,
                level: 0.95,
            };
            let (lower, upper) = limits(method, basis(0.0));
            assert_eq!(lower, 0.0);
            assert!(
                (upper - (1.0 - 0.025_f64.powf(0.1))).abs() < 1e-12,
                "{method:?} {upper}"
            );
            let (lower, upper) = limits(method, basis(1.0));
            assert!((lower - 0.025_f64.powf(0.1)).abs() < 1e-12, "{method:?} {lower}");
            assert_eq!(upper, 1.0);
        }
    }

    proptest! {
        #[test]
        fn limits_hold_the_estimate_and_stay_in_the_unit_interval(
            p in 0.001f64..0.999, deff in 0.5f64..5.0, n in 20usize..5000, df in 2.0f64..300.0,
        ) {
            let se = (p * (1.0 - p) * deff / n as f64).sqrt();
            for method in ALL {
                let (lower, upper) = limits(method, Basis { value: p, se, df, n, level: 0.95 });
                prop_assert!(0.0 <= lower && lower <= p && p <= upper && upper <= 1.0,
                    "{method:?} {lower} {p} {upper}");
            }
        }
    }
}
