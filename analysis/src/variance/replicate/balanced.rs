//! Balanced repeated replication and Fay's variant of it.

use super::ReplicateError;
use super::hadamard::Hadamard;
use crate::design::{Stage, SurveyDesign};

/// Which PSU of each pair a replicate favours: the signs of a Hadamard matrix.
#[derive(Debug, Clone)]
pub(super) struct Balanced {
    matrix: Hadamard,
    /// Whether a PSU is the second of its pair.
    second: Vec<bool>,
    rho: f64,
}

impl Balanced {
    pub(super) fn new(design: &SurveyDesign, rho: f64) -> Result<Self, ReplicateError> {
        if !(0.0..1.0).contains(&rho) {
            return Err(ReplicateError::Rho { rho });
        }
        let stage = &design.stages()[0];
        if let Some(stratum) = stage.strata().iter().position(|stratum| stratum.units != 2) {
            return Err(ReplicateError::NotPaired {
                stratum: design.stratum_label(stratum).to_owned(),
                psus: stage.strata()[stratum].units,
            });
        }
        let mut met = vec![false; stage.strata().len()];
        let second = (0..stage.units())
            .map(|unit| std::mem::replace(&mut met[stage.stratum_of(unit)], true))
            .collect();
        // The first column is constant and balances nothing: one order above the number of strata.
        let matrix = Hadamard::at_least(stage.strata().len() + 1);
        Ok(Self { matrix, second, rho })
    }

    /// Number of replicates.
    pub(super) fn count(&self) -> usize {
        self.matrix.order()
    }

    /// 2−ρ for the favoured PSU of a pair, ρ for the other.
    pub(super) fn fill(&self, stage: &Stage, replicate: usize, factors: &mut [f64]) {
        for (unit, factor) in factors.iter_mut().enumerate() {
            let first_favoured = self.matrix.is_positive(replicate, stage.stratum_of(unit) + 1);
            *factor = if first_favoured == self.second[unit] {
                self.rho
            } else {
                2.0 - self.rho
            };
        }
    }
}
