//! One stage of sampling in coded form: which unit a row is in, which stratum a
//! unit is in, and how much of each stratum was taken.

/// A stratum of one stage: a design stratum at the first stage, and below it the
/// sub-units of one unit of the stage above (within its own strata, if any).
#[derive(Debug, Clone, PartialEq)]
pub struct Stratum {
    /// Sampled units, nₕ.
    pub units: u32,
    /// Sampling fraction nₕ/Nₕ; 0 when drawn with replacement or the size is not known.
    pub fraction: f64,
    /// Product of the sampling fractions of the stages above: the factor n₁/N₁ before
    /// the second-stage terms. 0 leaves the stratum out, as after a stage without fpc.
    pub share_above: f64,
    /// Groups the strata of one parent unit: 0 for all strata of the first stage.
    pub parent: u32,
}

/// One stage of sampling over all rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// `None`: every row is a unit of its own.
    pub(super) unit_of_row: Option<Vec<u32>>,
    pub(super) stratum_of_unit: Vec<u32>,
    pub(super) strata: Vec<Stratum>,
    pub(super) parents: u32,
}

impl Stage {
    /// Number of sampled units at this stage.
    pub fn units(&self) -> usize {
        self.stratum_of_unit.len()
    }

    /// The strata, indexed by code.
    pub fn strata(&self) -> &[Stratum] {
        &self.strata
    }

    /// Number of units of the stage above (1 at the first stage).
    pub fn parents(&self) -> usize {
        self.parents as usize
    }

    /// The unit of a row.
    #[inline]
    pub fn unit_of(&self, row: usize) -> usize {
        match &self.unit_of_row {
            None => row,
            Some(units) => units[row] as usize,
        }
    }

    /// The stratum of a unit.
    #[inline]
    pub fn stratum_of(&self, unit: usize) -> usize {
        self.stratum_of_unit[unit] as usize
    }

    /// Whether this stage can add anything to a variance.
    pub fn counts(&self) -> bool {
        self.strata.iter().any(|stratum| stratum.share_above > 0.0)
    }
}
