//! Intervals of indicators, and when a figure is too weak to be shown without a word.

use crate::indicator::ratio::Ratio;
use crate::interval::{Basis, Method, ProportionMethod, limits};
use crate::results::{Flag, Proportion};
use crate::round::space::Spread;

/// Confidence level of every interval of a round.
pub(crate) const LEVEL: f64 = 0.95;

/// Whether values run from 0 to 1 or from 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    Fraction,
    Hundred,
}

/// Smallest cells that may be published and that are shown without a flag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) min_cell: u32,
    pub(crate) small_n: u32,
}

/// Limits of an estimate: on the logit scale for fractions, t for means, cut off at the ends of the scale; `None`
/// where there are no degrees of freedom.
pub(crate) fn interval(
    value: f64,
    se: f64,
    df: f64,
    n: u64,
    scale: Scale,
    census: bool,
) -> (Option<f64>, Option<f64>) {
    if census {
        return (Some(value), Some(value));
    }
    // A sample whose members all score alike tells nothing of the spread: no interval, rather than one of no width.
    if matches!(scale, Scale::Hundred) && se == 0.0 && n > 0 {
        return (None, None);
    }
    let basis = Basis {
        value,
        se,
        df,
        n: n as usize,
        level: LEVEL,
    };
    let (method, top) = match scale {
        Scale::Fraction => (Method::Proportion(ProportionMethod::Logit), 1.0),
        Scale::Hundred => (Method::T, 100.0),
    };
    let (lower, upper) = limits(method, basis);
    let keep = |limit: f64| limit.is_finite().then(|| limit.clamp(0.0, top));
    (keep(lower), keep(upper))
}

/// The spread of a value on 0–100 of which `n` answers show none: as if half an answer more stood at each end of the
/// scale. That all of a sample say the same is no proof that everybody would.
///
/// # Source
/// For shares Jeffreys' Beta(½, ½): Brown, Cai & DasGupta (2001), Statistical Science 16(2), 101–133.
pub(crate) fn unanimous(value: f64, n: u64, df: f64) -> Spread {
    let size = n as f64 + 1.0;
    let mean = (n as f64 * value + 50.0) / size;
    let squares = n as f64 * (value - mean).powi(2) + 0.5 * mean.powi(2) + 0.5 * (100.0 - mean).powi(2);
    Spread {
        variance: squares / (size * size),
        df: df.max(1.0),
    }
}

/// Why a figure needs care.
///
/// Few persons first; then, as the U.S. National Center for Health Statistics presents proportions: an effective
/// sample below 30, a Korn–Graubard interval wider than 0.30, or one wider than 0.05 that is also wider than 130 % of
/// the proportion or of its complement. Means on 0–100 are unreliable when their interval is wider than 30 points.
///
/// # Source
/// Parker et al. (2017), National Center for Health Statistics Data Presentation Standards for Proportions, Vital and
/// Health Statistics 2(175).
pub(crate) fn flag(ratio: &Ratio, scale: Scale, small: Limits) -> Option<Flag> {
    let value = ratio.value?;
    if ratio.n < u64::from(small.min_cell) {
        return Some(Flag::Suppressed);
    }
    if ratio.n < u64::from(small.small_n) {
        return Some(Flag::SmallN);
    }
    if ratio.census {
        return None;
    }
    let se = ratio.spread.se();
    let weak = match scale {
        Scale::Fraction => {
            let odds = value * (1.0 - value);
            let effective = if odds > 0.0 && se > 0.0 {
                odds / (se * se)
            } else {
                ratio.n as f64
            };
            let basis = Basis {
                value,
                se,
                df: ratio.df,
                n: ratio.n as usize,
                level: LEVEL,
            };
            let (lower, upper) = limits(Method::Proportion(ProportionMethod::Beta), basis);
            let width = upper - lower;
            let relative = width / value.min(1.0 - value);
            effective < 30.0 || width.is_nan() || width >= 0.30 || (width > 0.05 && relative > 1.3)
        }
        Scale::Hundred => match interval(value, se, ratio.df, ratio.n, scale, false) {
            (Some(lower), Some(upper)) => upper - lower > 30.0,
            _ => true,
        },
    };
    weak.then_some(Flag::Unreliable)
}

/// A ratio that is a proportion, with its interval.
pub(crate) fn proportion(ratio: &Ratio) -> Proportion {
    let Some(value) = ratio.value else {
        return Proportion {
            n: ratio.n,
            ..Proportion::default()
        };
    };
    let se = ratio.spread.se();
    let (lower, upper) = interval(value, se, ratio.df, ratio.n, Scale::Fraction, ratio.census);
    Proportion {
        estimate: Some(value),
        se: Some(se),
        lower,
        upper,
        n: ratio.n,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_of_a_score_without_spread_is_none_unless_all_were_asked() {
        assert_eq!(interval(75.0, 0.0, 4.0, 12, Scale::Hundred, false), (None, None));
        let census = interval(75.0, 0.0, 4.0, 12, Scale::Hundred, true);
        assert_eq!(census, (Some(75.0), Some(75.0)));
    }

    #[test]
    fn unanimous_answers_have_the_spread_of_half_an_answer_more_at_each_end() {
        // Twelve of twelve: p = 12.5/13, p(1 − p)/13 on 0–100.
        let found = unanimous(100.0, 12, 7.0);
        let p = 12.5 / 13.0;
        assert!((found.variance - 1e4 * p * (1.0 - p) / 13.0).abs() < 1e-9);
        assert_eq!(found.df, 7.0);
        assert!(unanimous(75.0, 12, 0.0).variance > 0.0);
        assert!(unanimous(100.0, 1000, 7.0).variance < 1e-2 * found.variance);
    }

    #[test]
    fn interval_of_a_share_where_all_answer_alike_still_has_width() {
        let (lower, upper) = interval(1.0, 0.0, 7.0, 12, Scale::Fraction, false);
        assert_eq!(upper, Some(1.0));
        assert!(lower.is_some_and(|lower| lower > 0.5 && lower < 1.0), "{lower:?}");
    }
}
