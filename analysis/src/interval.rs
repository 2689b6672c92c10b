//! Confidence limits: t and normal for any estimate, and the transformed, exact and
//! likelihood intervals for proportions.
//!
//! The quantiles are those of `statrs`, polished by Newton steps where its iteration
//! stops short of double precision.

pub mod coverage;
mod proportion;
mod quantile;
mod tail;

pub use proportion::ProportionMethod;
pub use quantile::{beta_quantile, f_quantile, normal_quantile, t_quantile, t_tail};
pub use tail::{chi_square_tail, f_tail};

/// How limits are set around an estimate and its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// estimate ± t(df) · se.
    T,
    /// estimate ± z · se.
    Normal,
    /// A method for proportions.
    Proportion(ProportionMethod),
}

impl Method {
    /// The method of this name in a request, if any.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "t" => Self::T,
            "normal" => Self::Normal,
            _ => Self::Proportion(ProportionMethod::from_name(name)?),
        })
    }
}

/// What an interval is computed from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Basis {
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Rows behind the estimate.
    pub n: usize,
    /// Confidence level, in (0, 1).
    pub level: f64,
}

/// Lower and upper limit; NaN where there is none (no degrees of freedom, no estimate).
///
/// ```
/// use analysis::interval::{Basis, Method, limits};
/// let basis = Basis { value: 0.5, se: 0.1, df: 20.0, n: 50, level: 0.95 };
/// let (lower, upper) = limits(Method::T, basis);
/// assert!((upper - 0.5 - 0.1 * 2.0859634472658364).abs() < 1e-12);
/// assert_eq!(upper - 0.5, 0.5 - lower);
/// ```
pub fn limits(method: Method, basis: Basis) -> (f64, f64) {
    let Basis {
        value, se, df, level, ..
    } = basis;
    let around = |factor: f64| (value - factor * se, value + factor * se);
    match method {
        Method::Normal => around(normal_quantile(0.5 + level / 2.0)),
        Method::T => around(t_quantile(0.5 + level / 2.0, df)),
        Method::Proportion(method) => proportion::limits(method, basis),
    }
}
