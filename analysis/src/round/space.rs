//! The PSUs of all perspectives together, and variances over them.
//!
//! A unit's score mixes answers of residents, relatives and bodies. Residents and relatives of a village were drawn
//! together, so their errors go together: the influence values of all perspectives are summed per PSU first, and the
//! variance is taken of those sums. A perspective's finite-population correction is carried by its influence values
//! (each times √(1 − fₕ)), so that perspectives with different corrections can be added: alone, each has exactly its
//! own variance, and their covariance is corrected by the geometric mean of the two.

use std::collections::BTreeMap;

/// All strata and PSUs, numbered in the order of their names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Space {
    psus: BTreeMap<(String, String), u32>,
    stratum_of: Vec<u32>,
    strata: usize,
}

impl Space {
    /// Numbers the PSUs, each given as stratum and name.
    pub(crate) fn new(keys: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut psus: BTreeMap<(String, String), u32> = keys.into_iter().map(|key| (key, 0)).collect();
        let mut stratum_of = Vec::with_capacity(psus.len());
        let mut strata = 0usize;
        let mut last: Option<String> = None;
        for (number, (key, at)) in psus.iter_mut().enumerate() {
            if last.as_ref() != Some(&key.0) {
                last = Some(key.0.clone());
                strata += 1;
            }
            stratum_of.push(strata as u32 - 1);
            *at = number as u32;
        }
        Self {
            psus,
            stratum_of,
            strata,
        }
    }

    /// The number of a PSU.
    pub(crate) fn psu(&self, stratum: &str, psu: &str) -> Option<u32> {
        self.psus.get(&(stratum.to_owned(), psu.to_owned())).copied()
    }

    /// How many PSUs there are.
    pub(crate) fn len(&self) -> usize {
        self.stratum_of.len()
    }

    /// The stratum of a PSU.
    pub(crate) fn stratum(&self, psu: u32) -> u32 {
        self.stratum_of[psu as usize]
    }

    /// Number of strata.
    pub(crate) fn strata(&self) -> usize {
        self.strata
    }

    /// A view on those PSUs that are present in a sample.
    pub(crate) fn view(&self, present: &[bool]) -> View {
        let mut members = vec![Vec::new(); self.strata];
        for (psu, _) in (0u32..).zip(present).filter(|(_, present)| **present) {
            members[self.stratum(psu) as usize].push(psu);
        }
        members.retain(|psus| !psus.is_empty());
        View { strata: members }
    }
}

/// The strata of a sample, each with its PSUs.
#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    strata: Vec<Vec<u32>>,
}

/// A variance and how well it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Spread {
    pub(crate) variance: f64,
    /// Satterthwaite's degrees of freedom; 0 when there is no variance, infinite when it is known outright.
    pub(crate) df: f64,
}

impl Spread {
    /// The spread of a sum of independent parts.
    ///
    /// # Source
    /// Satterthwaite (1946), Biometrics Bulletin 2(6), 110–114: (ΣVₖ)² / Σ(Vₖ²/dfₖ).
    pub(crate) fn sum(parts: impl IntoIterator<Item = Self>) -> Self {
        let (mut variance, mut quartic) = (0.0, 0.0);
        for part in parts {
            variance += part.variance;
            if part.variance > 0.0 {
                quartic += part.variance * part.variance / part.df.max(1.0);
            }
        }
        Self {
            variance,
            df: match quartic > 0.0 {
                true => variance * variance / quartic,
                // Set and not estimated, such as the rounding of marks that all agree.
                false if variance > 0.0 => f64::INFINITY,
                false => 0.0,
            },
        }
    }

    /// The same, of a multiple.
    pub(crate) fn scaled(self, factor: f64) -> Self {
        Self {
            variance: self.variance * factor * factor,
            df: self.df,
        }
    }

    pub(crate) fn se(self) -> f64 {
        self.variance.sqrt()
    }
}

impl View {
    /// The variance of Σ t over PSU totals `t` (one per PSU of the space).
    ///
    /// Σₕ nₕ/(nₕ−1) Σᵢ (tₕᵢ − t̄ₕ)²; a stratum with a single PSU is centred at 0, which is the mean of all PSUs where
    /// totals are of influences, since these sum to 0 (R's `survey.lonely.psu = "adjust"`). The mean of the totals as
    /// they stand would be off by the finite-population corrections that they carry.
    pub(crate) fn spread(&self, totals: &[f64]) -> Spread {
        Spread::sum(self.strata.iter().map(|psus| {
            let (centre, factor, df) = centre(psus, totals);
            let squares: f64 = psus
                .iter()
                .map(|&psu| (totals[psu as usize] - centre).powi(2))
                .sum();
            Spread {
                variance: factor * squares,
                df,
            }
        }))
    }

    /// The covariance of two sums of PSU totals, on the rule of [`View::spread`].
    pub(crate) fn covariance(&self, a: &[f64], b: &[f64]) -> f64 {
        let part = |psus: &Vec<u32>| {
            let (centre_a, factor, _) = centre(psus, a);
            let (centre_b, _, _) = centre(psus, b);
            let product = |&psu: &u32| (a[psu as usize] - centre_a) * (b[psu as usize] - centre_b);
            factor * psus.iter().map(product).sum::<f64>()
        };
        self.strata.iter().map(part).sum()
    }
}

/// A stratum's centre, the factor of its squares and its degrees of freedom.
fn centre(psus: &[u32], totals: &[f64]) -> (f64, f64, f64) {
    if psus.len() < 2 {
        return (0.0, 1.0, 1.0);
    }
    let n = psus.len() as f64;
    let mean = psus.iter().map(|&psu| totals[psu as usize]).sum::<f64>() / n;
    (mean, n / (n - 1.0), n - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::{LonelyPsu, StageColumns, SurveyDesign};
    use crate::factor::Factor;
    use crate::variance::linearise;

    fn space(keys: &[(&str, &str)]) -> Space {
        Space::new(
            keys.iter()
                .map(|(stratum, psu)| ((*stratum).to_owned(), (*psu).to_owned())),
        )
    }

    #[test]
    fn spread_by_hand_is_n_over_n_minus_one_times_squares() {
        let space = space(&[("a", "1"), ("a", "2"), ("b", "1"), ("b", "2"), ("b", "3")]);
        let view = space.view(&[true; 5]);
        // a: 2/1·(1+1) = 4, df 1; b: 3/2·(1+0+1) = 3, df 2.
        let spread = view.spread(&[1.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(spread.variance, 7.0);
        assert_eq!(spread.df, 49.0 / (16.0 + 9.0 / 2.0));
    }

    #[test]
    fn spread_agrees_with_the_design_based_variance_with_lonely_psus_adjusted() {
        let strata = ["a", "a", "b", "c", "c", "c"];
        let psus = ["1", "2", "1", "1", "2", "3"];
        let x = [1.0, -2.0, 3.0, 0.5, -4.0, 1.5];
        let keys: Vec<(&str, &str)> = strata.into_iter().zip(psus).collect();
        let space = space(&keys);
        let ours = space.view(&[true; 6]).spread(&x).variance;
        let strata = Factor::from_labels(strata);
        let design = SurveyDesign::builder(6)
            .stage(StageColumns {
                strata: Some(&strata),
                ids: None,
                fpc: None,
            })
            .lonely_psu(LonelyPsu::Adjust)
            .build()
            .expect("sound");
        let theirs = linearise::variance_of_total(&design, &x);
        assert!((ours - theirs).abs() < 1e-12 * theirs, "{ours} {theirs}");
    }

    #[test]
    fn covariance_of_a_sum_with_itself_is_its_variance() {
        let space = space(&[("a", "1"), ("a", "2"), ("b", "1")]);
        let view = space.view(&[true; 3]);
        let t = [1.0, 3.0, -1.0];
        assert!((view.covariance(&t, &t) - view.spread(&t).variance).abs() < 1e-12);
    }

    #[test]
    fn scaling_totals_scales_the_variance_by_the_square() {
        let spread = Spread {
            variance: 2.0,
            df: 3.0,
        };
        assert_eq!(
            spread.scaled(-3.0),
            Spread {
                variance: 18.0,
                df: 3.0
            }
        );
    }
}
