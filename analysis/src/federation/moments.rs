//! What a sample says of a ratio of totals, in a form that adds up over independent samples.

use serde::{Deserialize, Serialize};

/// A ratio R = Σwy / Σwx of one sample, with what its sampling error needs once other samples are joined to it.
///
/// # Source
/// The linearised variance of a ratio is that of the total of zᵢ = (yᵢ − R xᵢ) / X (Särndal, Swensson & Wretman 1992,
/// section 5.6), and variances of totals over independently drawn strata add (ibid., result 3.7.1; the *combined* ratio
/// estimator of Cochran 1977, section 6.11). A county does not know the R of all counties together, but only its own
/// R꜀. With uᵢ = yᵢ − R꜀ xᵢ the residual from any other ratio is yᵢ − R xᵢ = uᵢ + (R꜀ − R) xᵢ, so that its variance is
///
/// V(Σw(y − Rx)) = V(Σwu) + 2 (R꜀ − R) C(Σwu, Σwx) + (R꜀ − R)² V(Σwx),
///
/// exactly, whatever the design, its finite-population corrections and its calibration residuals, all of which are
/// linear in the variable. Three numbers stand for the whole sample, and none for a person, village or stratum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moments {
    /// Cases with a part in the denominator.
    pub n: u64,
    /// Σwy.
    pub y: f64,
    /// Σwx.
    pub x: f64,
    /// Estimated variance of Σwu with u = y − (Σwy/Σwx) x.
    pub uu: f64,
    /// Estimated covariance of Σwu and Σwx.
    pub ux: f64,
    /// Estimated variance of Σwx.
    pub xx: f64,
    /// Primary sampling units less strata that these cases reach.
    pub df: f64,
    /// Whether everybody concerned was asked and answered, so that there is no error.
    pub complete: bool,
}

impl Moments {
    /// The ratio; none with an empty denominator.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        (self.x > 0.0).then(|| self.y / self.x)
    }

    /// The estimated variance of the ratio; 0 with an empty denominator.
    #[must_use]
    pub fn variance(&self) -> f64 {
        match self.x > 0.0 {
            true => self.uu / (self.x * self.x),
            false => 0.0,
        }
    }

    /// The moments of independent samples taken together. Joining is associative, so that provinces can join counties
    /// and the country provinces; the order changes rounding alone.
    #[must_use]
    pub fn join<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let parts: Vec<&Self> = parts.into_iter().filter(|part| part.x > 0.0).collect();
        let mut all = Self {
            complete: !parts.is_empty(),
            ..Self::default()
        };
        for part in &parts {
            all.n += part.n;
            all.y += part.y;
            all.x += part.x;
            all.df += part.df;
            all.complete &= part.complete;
        }
        for part in parts {
            let off = part.y / part.x - all.y / all.x;
            all.uu += part.uu + off * (2.0 * part.ux + off * part.xx);
            all.ux += part.ux + off * part.xx;
            all.xx += part.xx;
        }
        // Where all answer alike, rounding may leave a little less than nothing.
        all.uu = all.uu.max(0.0);
        all
    }

    /// Why these cannot be the moments of a sample, if they cannot: a number that is none, a negative variance, a
    /// covariance larger than its variances allow, a count that is not there.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let numbers = [self.y, self.x, self.uu, self.ux, self.xx, self.df];
        // Cauchy and Schwarz, with room for what rounding leaves of totals of the size of y.
        let bound = ((self.uu * self.xx).sqrt() + 1e-9 * self.y.abs() * self.xx.sqrt()) * (1.0 + 1e-6);
        if numbers.iter().any(|number| !number.is_finite()) {
            Some("a number is not finite")
        } else if self.n == 0 || self.x <= 0.0 {
            Some("nobody is behind it")
        } else if self.uu < 0.0 || self.xx < 0.0 || self.df < 0.0 {
            Some("a variance or its degrees of freedom are negative")
        } else if self.ux.abs() > bound {
            Some("the covariance is larger than its variances allow")
        } else {
            None
        }
    }
}

/// How two ratios of one sample vary together: covariances of (Σwu, Σwx) of the one with those of the other.
///
/// Residents and relatives of a village were drawn together; what combines them needs their covariance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cross {
    /// Covariance of the first's Σwu and the second's Σwu.
    pub uu: f64,
    /// Covariance of the first's Σwu and the second's Σwx.
    pub ux: f64,
    /// Covariance of the first's Σwx and the second's Σwu.
    pub xu: f64,
    /// Covariance of the first's Σwx and the second's Σwx.
    pub xx: f64,
}

impl Cross {
    /// The cross moments of two joined ratios; expanded as the variance in [`Moments`].
    ///
    /// - `first`, `second`: the joined moments of the two ratios.
    /// - `parts`: of each independent sample that has both, the first ratio's moments, the second's, and their cross
    ///   moments. A sample that has one of them only adds nothing to what they have in common.
    #[must_use]
    pub fn join<'a>(
        first: &Moments,
        second: &Moments,
        parts: impl IntoIterator<Item = (&'a Moments, &'a Moments, &'a Self)>,
    ) -> Self {
        let mut all = Self::default();
        let (Some(one), Some(two)) = (first.ratio(), second.ratio()) else {
            return all;
        };
        for (a, b, cross) in parts {
            if let (Some(here), Some(there)) = (a.ratio(), b.ratio()) {
                let (d, e) = (here - one, there - two);
                all.uu += cross.uu + e * cross.ux + d * cross.xu + d * e * cross.xx;
                all.ux += cross.ux + d * cross.xx;
                all.xu += cross.xu + e * cross.xx;
                all.xx += cross.xx;
            }
        }
        all
    }

    /// The estimated covariance of the two ratios.
    #[must_use]
    pub fn covariance(&self, first: &Moments, second: &Moments) -> f64 {
        match first.x > 0.0 && second.x > 0.0 {
            true => self.uu / (first.x * second.x),
            false => 0.0,
        }
    }

    /// Whether all numbers are finite.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        [self.uu, self.ux, self.xu, self.xx].iter().all(|x| x.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moments() -> impl Strategy<Value = Moments> {
        (
            1u64..500,
            0.0f64..1.0,
            1.0f64..1e4,
            0.0f64..100.0,
            -1.0f64..1.0,
            0.0f64..100.0,
        )
            .prop_map(|(n, ratio, x, uu, r, xx)| Moments {
                n,
                y: ratio * x,
                x,
                uu,
                ux: r * (uu * xx).sqrt(),
                xx,
                df: 4.0,
                complete: false,
            })
    }

    fn near(a: f64, b: f64, size: f64) -> bool {
        (a - b).abs() <= 1e-12 * size.abs().max(1e-300)
    }

    proptest! {
        #[test]
        fn joining_in_two_steps_is_joining_in_one(parts in prop::collection::vec(moments(), 1..8), cut in 0usize..8) {
            let (left, right) = parts.split_at(cut.min(parts.len()));
            let stepwise = Moments::join(&[Moments::join(left), Moments::join(right)]);
            let at_once = Moments::join(&parts);
            let size: f64 = parts.iter().map(|part| part.uu + part.xx).sum();
            prop_assert!(near(stepwise.y, at_once.y, at_once.x));
            prop_assert!(near(stepwise.uu, at_once.uu, size), "{} {}", stepwise.uu, at_once.uu);
            prop_assert!(near(stepwise.ux, at_once.ux, size));
            prop_assert_eq!((stepwise.n, stepwise.df), (at_once.n, at_once.df));
            prop_assert!(at_once.uu >= -1e-9 * size);
        }
    }

    #[test]
    fn one_part_stays_as_it_is_and_an_empty_one_adds_nothing() {
        let one = Moments {
            n: 20,
            y: 3.0,
            x: 10.0,
            uu: 2.0,
            ux: -0.5,
            xx: 4.0,
            df: 3.0,
            complete: false,
        };
        assert_eq!(Moments::join([&one]), one);
        assert_eq!(Moments::join([&one, &Moments::default()]), one);
        assert_eq!(Moments::join([]).ratio(), None);
    }

    #[test]
    fn moments_that_no_sample_has_are_found() {
        let sound = Moments {
            n: 20,
            y: 3.0,
            x: 10.0,
            uu: 2.0,
            ux: -0.5,
            xx: 4.0,
            df: 3.0,
            complete: false,
        };
        assert_eq!(sound.fault(), None);
        for broken in [
            Moments { y: f64::NAN, ..sound },
            Moments { n: 0, ..sound },
            Moments { uu: -1.0, ..sound },
            Moments { ux: 3.0, ..sound },
        ] {
            assert!(broken.fault().is_some(), "{broken:?}");
        }
    }
}
