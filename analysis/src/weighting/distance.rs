//! The distances of a calibration: how far a weight may be pulled, and at what cost.
//!
//! A distance is known here by the function F it leads to: the calibrated weight is dᵢF(x′ᵢη).
//! Bounds L < 1 < U cut F off for the linear and the raking distance; the logit distance
//! approaches them smoothly.

use super::greg::GregError;

/// The distance that a calibration keeps smallest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// Σ d(g−1)²/2, generalised regression: F(u) = 1 + u, cut off at the bounds.
    Linear,
    /// Σ d(g ln g − g + 1): F(u) = eᵘ, cut off at the bounds. Weights stay positive.
    Raking,
    /// Logit: F goes from L to U in the shape of a logistic curve. Needs both bounds.
    Logit,
}

impl Distance {
    /// The distance of this name in a request, if any.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "linear" => Self::Linear,
            "raking" => Self::Raking,
            "logit" => Self::Logit,
            _ => return None,
        })
    }
}

/// F with its bounds, checked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Response {
    distance: Distance,
    lower: f64,
    upper: f64,
}

/// G(u) = ∫₀ᵘ F up to a constant, F(u) and F′(u).
#[derive(Debug, Clone, Copy)]
pub(super) struct Values {
    pub(super) integral: f64,
    pub(super) factor: f64,
    pub(super) slope: f64,
}

impl Response {
    pub(super) fn new(distance: Distance, bounds: Option<(f64, f64)>) -> Result<Self, GregError> {
        let (lower, upper) = match bounds {
            Some((lower, upper)) if lower < 1.0 && upper > 1.0 => (lower, upper),
            Some((lower, upper)) => return Err(GregError::Bounds { lower, upper }),
            None => (f64::NEG_INFINITY, f64::INFINITY),
        };
        match distance {
            Distance::Logit if !lower.is_finite() || !upper.is_finite() => Err(GregError::BoundsRequired),
            // eᵘ never falls below 0, so a lower bound below it says nothing.
            Distance::Raking => Ok(Self {
                distance,
                lower: lower.max(0.0),
                upper,
            }),
            _ => Ok(Self {
                distance,
                lower,
                upper,
            }),
        }
    }

    pub(super) fn bounds(&self) -> (f64, f64) {
        (self.lower, self.upper)
    }

    /// # Source
    /// Deville & Särndal (1992), JASA 87(418), 376–382, table 1: cases 1 (linear), 2 (raking), 6
    /// (logit) and 7 (truncated linear).
    pub(super) fn at(&self, u: f64) -> Values {
        let (lower, upper) = (self.lower, self.upper);
        match self.distance {
            Distance::Linear => {
                let free = |u: f64| u + u * u / 2.0;
                self.cut(u, 1.0 + u, 1.0, free, (lower - 1.0, upper - 1.0))
            }
            Distance::Raking => self.cut(u, u.exp(), u.exp(), f64::exp, (lower.ln(), upper.ln())),
            Distance::Logit => {
                let scale = (upper - lower) / ((1.0 - lower) * (upper - 1.0));
                // s = b eᴬᵘ/(a + b eᴬᵘ), written so that neither side overflows.
                let (a, b) = (upper - 1.0, 1.0 - lower);
                let x = scale * u + (b / a).ln();
                let tail = (-x.abs()).exp();
                let share = if x >= 0.0 {
                    1.0 / (1.0 + tail)
                } else {
                    tail / (1.0 + tail)
                };
                let width = upper - lower;
                let log_sum = x.max(0.0) + tail.ln_1p();
                Values {
                    integral: lower * u + width / scale * log_sum,
                    factor: lower + width * share,
                    slope: width * scale * tail / (1.0 + tail).powi(2),
                }
            }
        }
    }

    /// F cut off where it meets the bounds, at the two arguments `ends`; G goes on as a line.
    fn cut(
        &self,
        u: f64,
        factor: f64,
        slope: f64,
        integral: impl Fn(f64) -> f64,
        ends: (f64, f64),
    ) -> Values {
        let beyond = |end: f64, bound: f64| Values {
            integral: integral(end) + bound * (u - end),
            factor: bound,
            slope: 0.0,
        };
        if u < ends.0 {
            beyond(ends.0, self.lower)
        } else if u > ends.1 {
            beyond(ends.1, self.upper)
        } else {
            Values {
                integral: integral(u),
                factor,
                slope,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F = G′ and slope = F′ by differences, and F(0) = F′(0) = 1, for every distance.
    #[test]
    fn factor_and_slope_are_derivatives() {
        let bounded = Some((0.4, 2.5));
        for (distance, bounds) in [
            (Distance::Linear, None),
            (Distance::Linear, bounded),
            (Distance::Raking, None),
            (Distance::Raking, bounded),
            (Distance::Logit, bounded),
        ] {
            let response = Response::new(distance, bounds).unwrap();
            let origin = response.at(0.0);
            assert!((origin.factor - 1.0).abs() < 1e-15 && (origin.slope - 1.0).abs() < 1e-14);
            for u in [-3.0, -0.7, -0.3, 0.1, 0.8, 1.2, 2.0, 4.0] {
                let h = 1e-5;
                let (below, here, above) = (response.at(u - h), response.at(u), response.at(u + h));
                let factor = (above.integral - below.integral) / (2.0 * h);
                let slope = (above.factor - below.factor) / (2.0 * h);
                assert!(
                    (factor - here.factor).abs() < 1e-7 * here.factor.abs().max(1.0),
                    "{distance:?} {u}"
                );
                assert!(
                    (slope - here.slope).abs() < 1e-7 * here.slope.abs().max(1.0),
                    "{distance:?} {u}"
                );
            }
        }
    }

    #[test]
    fn logit_stays_within_its_bounds_far_out() {
        let response = Response::new(Distance::Logit, Some((0.5, 1.8))).unwrap();
        assert_eq!(response.at(-1e6).factor, 0.5);
        assert_eq!(response.at(1e6).factor, 1.8);
        assert!(response.at(1e6).integral.is_finite());
    }

    #[test]
    fn bounds_that_do_not_enclose_one_are_refused() {
        for bounds in [(1.0, 2.0), (0.5, 1.0), (2.0, 0.5), (f64::NAN, 2.0)] {
            assert!(matches!(
                Response::new(Distance::Linear, Some(bounds)),
                Err(GregError::Bounds { .. })
            ));
        }
        assert_eq!(
            Response::new(Distance::Logit, Some((f64::NEG_INFINITY, 2.0))),
            Err(GregError::BoundsRequired)
        );
        assert_eq!(
            Response::new(Distance::Logit, None),
            Err(GregError::BoundsRequired)
        );
    }
}
