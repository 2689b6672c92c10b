//! Upper tails of the F and χ² distributions, for p-values.
//!
//! Both are computed as tails and not as 1 − F, so that a p-value of 1e-18 keeps its digits.

use statrs::function::beta::checked_beta_reg;
use statrs::function::gamma::checked_gamma_ur;

/// P(F > f) for an F variable with `ndf` and `ddf` degrees of freedom.
///
/// An infinite `ddf` gives the χ² tail of ndf·f. NaN without degrees of freedom.
///
/// # Source
/// Abramowitz & Stegun (1964), 26.6.2.
pub fn f_tail(f: f64, ndf: f64, ddf: f64) -> f64 {
    if f.is_nan() || !(ndf > 0.0 && ndf.is_finite()) || ddf.is_nan() || ddf <= 0.0 {
        return f64::NAN;
    }
    if f <= 0.0 {
        return 1.0;
    }
    if ddf.is_infinite() {
        return chi_square_tail(ndf * f, ndf);
    }
    if f.is_infinite() {
        return 0.0;
    }
    checked_beta_reg(0.5 * ddf, 0.5 * ndf, ddf / (ddf + ndf * f)).unwrap_or(f64::NAN)
}

/// P(X > x) for a χ² variable with `df` degrees of freedom; NaN without degrees of freedom.
///
/// # Source
/// Abramowitz & Stegun (1964), 26.4.19.
pub fn chi_square_tail(x: f64, df: f64) -> f64 {
    if x.is_nan() || !(df > 0.0 && df.is_finite()) {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 1.0;
    }
    if x.is_infinite() {
        return 0.0;
    }
    checked_gamma_ur(0.5 * df, 0.5 * x).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interval::t_tail;

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!(
            (found - expected).abs() <= tolerance * expected.abs(),
            "{found:e} is not {expected:e}"
        );
    }

    #[test]
    fn chi_square_tail_with_two_degrees_is_exponential_far_out() {
        for x in [0.1, 3.0, 40.0, 300.0, 1200.0] {
            close(chi_square_tail(x, 2.0), (-0.5 * x).exp(), 1e-12);
        }
    }

    #[test]
    fn f_tail_of_a_square_is_the_two_sided_t_tail() {
        for t in [0.3, 2.0, 9.0, 40.0] {
            close(f_tail(t * t, 1.0, 12.5), 2.0 * t_tail(t, 12.5), 1e-12);
        }
    }

    #[test]
    fn f_tail_with_two_numerator_degrees_has_a_closed_form() {
        // P(F > f) = (1 + 2f/d)^(−d/2)
        for (f, d) in [(0.5, 3.0), (4.0, 14.0), (25.0, 400.0)] {
            close(f_tail(f, 2.0, d), (1.0 + 2.0 * f / d).powf(-0.5 * d), 1e-11);
        }
        close(f_tail(3.0, 2.0, f64::INFINITY), (-3.0_f64).exp(), 1e-12);
    }

    #[test]
    fn tails_outside_their_range_are_one_zero_or_nan() {
        assert_eq!((f_tail(-1.0, 2.0, 3.0), chi_square_tail(0.0, 1.0)), (1.0, 1.0));
        assert_eq!(
            (
                f_tail(f64::INFINITY, 2.0, 3.0),
                chi_square_tail(f64::INFINITY, 1.0)
            ),
            (0.0, 0.0)
        );
        for (f, ndf, ddf) in [
            (1.0, 0.0, 3.0),
            (1.0, 2.0, 0.0),
            (1.0, 2.0, -1.0),
            (f64::NAN, 1.0, 1.0),
        ] {
            assert!(f_tail(f, ndf, ddf).is_nan());
        }
        assert!(chi_square_tail(1.0, 0.0).is_nan());
    }
}
