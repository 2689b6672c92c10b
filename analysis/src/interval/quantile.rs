//! Quantiles of the normal, t and beta distributions to full double precision.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use statrs::function::beta::{beta_reg, inv_beta_reg, ln_beta};

/// From here on the expansion in 1/df is exact to double precision.
const LARGE_DF: f64 = 1000.0;

/// The standard normal quantile of `p`; ±∞ at 0 and 1, NaN outside.
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return if p == 0.0 {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
    }
    Normal::standard().inverse_cdf(p)
}

/// P(T > t) for Student's t with `df` degrees of freedom.
pub fn t_tail(t: f64, df: f64) -> f64 {
    if df.is_nan() || df <= 0.0 || t.is_nan() {
        return f64::NAN;
    }
    if df.is_infinite() {
        return Normal::standard().sf(t);
    }
    let upper = 0.5 * beta_reg(0.5 * df, 0.5, df / (df + t * t));
    if t >= 0.0 { upper } else { 1.0 - upper }
}

/// The quantile of Student's t; NaN without degrees of freedom.
///
/// # Source
/// Below 1,000 degrees of freedom, `statrs` polished by Newton's method; above, the
/// expansion of Abramowitz & Stegun (1964), 26.7.5, whose next term is below 1e-14.
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if df.is_nan() || df <= 0.0 || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p < 0.5 {
        return -t_quantile(1.0 - p, df);
    }
    if p == 0.5 || p == 1.0 || df.is_infinite() {
        return normal_quantile(p);
    }
    if df >= LARGE_DF {
        let z = normal_quantile(p);
        let [z3, z5, z7, z9] = [z.powi(3), z.powi(5), z.powi(7), z.powi(9)];
        return z
            + (z3 + z) / (4.0 * df)
            + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * df.powi(2))
            + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / (384.0 * df.powi(3))
            + (79.0 * z9 + 776.0 * z7 + 1482.0 * z5 - 1920.0 * z3 - 945.0 * z) / (92160.0 * df.powi(4));
    }
    let Ok(distribution) = StudentsT::new(0.0, 1.0, df) else {
        return f64::NAN;
    };
    let mut t = distribution.inverse_cdf(p);
    let log_scale = -ln_beta(0.5 * df, 0.5) - 0.5 * df.ln();
    for _ in 0..4 {
        let density = (log_scale - 0.5 * (df + 1.0) * (t * t / df).ln_1p()).exp();
        let step = (t_tail(t, df) - (1.0 - p)) / density;
        if !step.is_finite() || step.abs() <= 1e-15 * t.abs() {
            break;
        }
        t += step;
    }
    t
}

/// The quantile of the beta distribution; 0 when `a` is 0, 1 when `b` is 0.
///
/// Newton's method kept inside a shrinking bracket, started at `statrs`' value.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() || a < 0.0 || b < 0.0 || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if a == 0.0 || p == 0.0 {
        return 0.0;
    }
    if b == 0.0 || p == 1.0 {
        return 1.0;
    }
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    let mut x = inv_beta_reg(a, b, p);
    if !(x > 0.0 && x < 1.0) {
        x = a / (a + b);
    }
    let log_scale = ln_beta(a, b);
    for _ in 0..200 {
        let gap = beta_reg(a, b, x) - p;
        if gap > 0.0 {
            high = x
        } else {
            low = x
        }
        let density = ((a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() - log_scale).exp();
        let mut next = x - gap / density;
        if !(next > low && next < high) {
            next = 0.5 * (low + high);
        }
        if (next - x).abs() <= 1e-15 * x {
            return next;
        }
        x = next;
    }
    x
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
    use crate::interval::f_tail;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance * b.abs(), "{a} is not {b}");
    }

    #[test]
    fn quantiles_match_tables() {
        // R: qnorm(0.975), qt(0.975, c(1, 14, 197, 8590, 1e6))
        close(normal_quantile(0.975), 1.959963984540054, 1e-15);
        close(t_quantile(0.975, 1.0), 12.706204736174707, 1e-13);
        close(t_quantile(0.975, 14.0), 2.1447866879178044, 1e-13);
        close(t_quantile(0.975, 197.0), 1.9720790337785146, 1e-12);
        close(t_quantile(0.025, 14.0), -2.1447866879178044, 1e-13);
    }

    #[test]
    fn t_quantile_is_continuous_where_the_method_changes() {
        let (below, above) = (t_quantile(0.999, 999.999999), t_quantile(0.999, 1000.0));
        close(below, above, 1e-11);
    }

    #[test]
    fn t_quantile_inverts_the_tail() {
        for df in [0.5, 1.0, 3.0, 30.0, 400.0] {
            for p in [0.6, 0.9, 0.975, 0.9995] {
                close(t_tail(t_quantile(p, df), df), 1.0 - p, 1e-12);
            }
        }
        assert!(t_quantile(0.975, 0.0).is_nan());
    }

    #[test]
    fn beta_quantile_inverts_the_distribution_function() {
        for (a, b) in [(0.3, 9.0), (12.7, 88.1), (1.0, 200.0), (500.0, 3.0), (0.2, 40.0)] {
            for p in [0.025, 0.5, 0.975] {
                close(beta_reg(a, b, beta_quantile(p, a, b)), p, 1e-10);
            }
        }
        // One success in ten: the Clopper–Pearson limits 0.00253 and 0.44502.
        close(beta_quantile(0.025, 1.0, 10.0), 0.0025285785, 1e-7);
        close(beta_quantile(0.975, 2.0, 9.0), 0.4450161, 1e-6);
    }

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
        assert!(f_quantile(0.5, 3.0, f64::NAN).is_nan());
        assert!(f_quantile(1.5, 3.0, 3.0).is_nan());
    }
}
