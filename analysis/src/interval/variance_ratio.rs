//! Tail and quantile of Fisher's F by way of the beta distribution.

use statrs::function::beta::beta_reg;

use super::quantile::beta_quantile;

/// P(F > f) with `df1` and `df2` degrees of freedom; NaN without degrees of freedom.
///
/// The tail is computed as itself, never as 1 − cdf, so that a p-value of 1e-30 keeps its digits.
///
/// # Source
/// Abramowitz & Stegun (1964), 26.6.2: Q(F) = I_x(df2/2, df1/2) at x = df2/(df2 + df1 F).
pub fn f_tail(f: f64, df1: f64, df2: f64) -> f64 {
    if f.is_nan() || !(df1 > 0.0 && df2 > 0.0) || df1.is_infinite() || df2.is_infinite() {
        return f64::NAN;
    }
    if f <= 0.0 {
        return 1.0;
    }
    if f.is_infinite() {
        return 0.0;
    }
    beta_reg(0.5 * df2, 0.5 * df1, df2 / (df2 + df1 * f))
}

/// The quantile of Fisher's F; NaN without degrees of freedom or outside 0 < p < 1.
///
/// ```
/// use analysis::interval::{f_quantile, f_tail};
/// let f = f_quantile(0.975, 5.0, 18.0); // R: qf(0.975, 5, 18)
/// assert!((f - 3.381967805875).abs() < 1e-11);
/// assert!((f_tail(f, 5.0, 18.0) - 0.025).abs() < 1e-12);
/// ```
pub fn f_quantile(p: f64, df1: f64, df2: f64) -> f64 {
    if !(p > 0.0 && p < 1.0 && df1 > 0.0 && df2 > 0.0) || df1.is_infinite() || df2.is_infinite() {
        return f64::NAN;
    }
    // df1 F/df2 = x/(1−x) with x ~ beta(df1/2, df2/2); the smaller of x and 1−x is found, the other follows.
    let x = beta_quantile(p, 0.5 * df1, 0.5 * df2);
    let odds = if x < 0.5 {
        x / (1.0 - x)
    } else {
        let rest = beta_quantile(1.0 - p, 0.5 * df2, 0.5 * df1);
        (1.0 - rest) / rest
    };
    odds * df2 / df1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f_quantile_inverts_the_tail_and_is_reciprocal() {
        for (df1, df2) in [
            (1.0, 2.0),
            (5.0, 18.0),
            (7.0, 14.6),
            (120.0, 3.0),
            (1000.0, 900.0),
        ] {
            for p in [0.025, 0.4, 0.975, 0.999] {
                let f = f_quantile(p, df1, df2);
                assert!((f_tail(f, df1, df2) - (1.0 - p)).abs() < 1e-11, "{df1} {df2} {p}");
                assert!(
                    (f * f_quantile(1.0 - p, df2, df1) - 1.0).abs() < 1e-9,
                    "{df1} {df2} {p}"
                );
            }
        }
    }

    #[test]
    fn f_without_degrees_of_freedom_is_nan() {
        assert!(f_tail(1.0, 0.0, 3.0).is_nan());
        assert!(f_quantile(0.5, 3.0, f64::NAN).is_nan());
        assert!(f_quantile(1.5, 3.0, 3.0).is_nan());
        assert_eq!(f_tail(f64::INFINITY, 3.0, 4.0), 0.0);
    }
}
