//! Jackknife replicates: one PSU left out at a time.

use super::{ReplicateError, is_complete, is_lonely, lonely_scale};
use crate::design::{LonelyPsu, Stage, SurveyDesign};

/// The PSUs that are left out, one a replicate. All factors follow from these.
#[derive(Debug, Clone)]
pub(super) struct Jackknife {
    deleted: Vec<u32>,
}

impl Jackknife {
    /// JK1: the rule and its scale.
    pub(super) fn unstratified(design: &SurveyDesign) -> Result<(Self, f64), ReplicateError> {
        let stage = &design.stages()[0];
        let [stratum] = stage.strata() else {
            let strata = stage.strata().len();
            return Err(ReplicateError::Stratified { strata });
        };
        if stratum.units < 2 {
            return Err(ReplicateError::OnePsu);
        }
        let deleted = (0..stratum.units).collect();
        let scale = (1.0 - stratum.fraction).max(0.0) * shrink(stratum.units as usize);
        Ok((Self { deleted }, scale))
    }

    /// JKn: the rule, its scale and the scale of each replicate.
    pub(super) fn stratified(design: &SurveyDesign) -> Result<(Self, f64, Vec<f64>), ReplicateError> {
        let stage = &design.stages()[0];
        let strata = stage.strata();
        let scale_of = |h: usize| {
            let stratum = &strata[h];
            let parts = match stratum.units {
                _ if is_complete(stratum) => return None,
                // The stratum is one of L parts instead of the PSU one of n.
                1 if design.lonely_psu() == LonelyPsu::Adjust && strata.len() > 1 => strata.len(),
                1 => return None,
                n => n as usize,
            };
            Some((1.0 - stratum.fraction) * shrink(parts))
        };
        let (deleted, rscales): (Vec<u32>, Vec<f64>) = (0..stage.units() as u32)
            .filter_map(|unit| Some((unit, scale_of(stage.stratum_of(unit as usize))?)))
            .unzip();
        if deleted.is_empty() && strata.iter().any(is_lonely) {
            return Err(ReplicateError::OnePsu);
        }
        Ok((Self { deleted }, lonely_scale(design), rscales))
    }

    /// Number of replicates.
    pub(super) fn count(&self) -> usize {
        self.deleted.len()
    }

    /// Which strata have replicates; `None` when a replicate changes all strata at once.
    pub(super) fn replicated_strata(&self, stage: &Stage) -> Option<Vec<bool>> {
        let mut replicated = vec![false; stage.strata().len()];
        for &unit in &self.deleted {
            let stratum = stage.stratum_of(unit as usize);
            if stage.strata()[stratum].units == 1 {
                return None;
            }
            replicated[stratum] = true;
        }
        Some(replicated)
    }

    /// 0 for the PSU left out, n/(n−1) for those that stand for it, 1 elsewhere.
    pub(super) fn fill(&self, stage: &Stage, replicate: usize, factors: &mut [f64]) {
        let deleted = self.deleted[replicate] as usize;
        let own = stage.stratum_of(deleted);
        match stage.strata()[own].units as usize {
            // A lonely PSU under `Adjust`: the other strata stand for its stratum.
            1 => factors.fill(grow(stage.strata().len())),
            n => {
                let grown = grow(n);
                for (unit, factor) in factors.iter_mut().enumerate() {
                    *factor = if stage.stratum_of(unit) == own { grown } else { 1.0 };
                }
            }
        }
        factors[deleted] = 0.0;
    }
}

/// (n−1)/n
fn shrink(n: usize) -> f64 {
    (n as f64 - 1.0) / n as f64
}

/// n/(n−1)
fn grow(n: usize) -> f64 {
    n as f64 / (n as f64 - 1.0)
}
