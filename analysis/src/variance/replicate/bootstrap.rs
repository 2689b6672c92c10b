//! The rescaled bootstrap of Rao and Wu.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

use super::{ReplicateError, is_complete, is_lonely, lonely_scale};
use crate::design::{LonelyPsu, SurveyDesign};

/// A seed, from which every replicate draws anew: nothing else need be kept.
#[derive(Debug, Clone)]
pub(super) struct Bootstrap {
    seed: u64,
    /// The PSUs of the strata that are drawn from, one stratum after the other.
    members: Vec<u32>,
    /// For each of these strata its number of PSUs and λ = √(1−f).
    strata: Vec<(u32, f64)>,
}

impl Bootstrap {
    /// The rule and its scale.
    pub(super) fn new(design: &SurveyDesign, count: usize, seed: u64) -> Result<(Self, f64), ReplicateError> {
        if count < 2 {
            return Err(ReplicateError::Count { count });
        }
        let stage = &design.stages()[0];
        if design.lonely_psu() == LonelyPsu::Adjust
            && let Some(stratum) = stage.strata().iter().position(is_lonely)
        {
            let stratum = design.stratum_label(stratum).to_owned();
            return Err(ReplicateError::LonelyAdjust { stratum });
        }
        let drawn = |h: usize| stage.strata()[h].units > 1 && !is_complete(&stage.strata()[h]);
        let mut members: Vec<u32> = (0..stage.units() as u32)
            .filter(|&unit| drawn(stage.stratum_of(unit as usize)))
            .collect();
        // Stable: within a stratum the PSUs stay in their order.
        members.sort_by_key(|&unit| stage.stratum_of(unit as usize));
        let strata: Vec<(u32, f64)> = (0..stage.strata().len())
            .filter(|&h| drawn(h))
            .map(|h| {
                let stratum = &stage.strata()[h];
                (stratum.units, (1.0 - stratum.fraction).sqrt())
            })
            .collect();
        if strata.is_empty() && stage.strata().iter().any(is_lonely) {
            return Err(ReplicateError::OnePsu);
        }
        let scale = lonely_scale(design) / (count as f64 - 1.0);
        Ok((
            Self {
                seed,
                members,
                strata,
            },
            scale,
        ))
    }

    /// 1 − λ + λ·m·n/(n−1) for a PSU drawn m times; 1 in strata that are not drawn from.
    pub(super) fn fill(&self, replicate: usize, factors: &mut [f64]) {
        let mut rng = ChaCha12Rng::seed_from_u64(self.seed);
        rng.set_stream(replicate as u64);
        factors.fill(1.0);
        let mut members = self.members.as_slice();
        for &(units, lambda) in &self.strata {
            let (stratum, rest) = members.split_at(units as usize);
            members = rest;
            for &unit in stratum {
                factors[unit as usize] = 1.0 - lambda;
            }
            let step = lambda * f64::from(units) / f64::from(units - 1);
            for _ in 1..units {
                let drawn = stratum[rng.random_range(0..units) as usize];
                factors[drawn as usize] += step;
            }
        }
    }
}
