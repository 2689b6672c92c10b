//! The sampling design: strata, stages of clusters, weights and population sizes.
//!
//! A [`SurveyDesign`] is checked once, when it is built, and trusted by every
//! estimator afterwards. It holds dense integer codes only, so a variance is a
//! few passes over arrays. Domains never change a design: rows outside have
//! influence zero, and every PSU and stratum keeps its place in the variance.

mod builder;
mod fault;
mod stage;

use std::sync::Arc;

pub use builder::{DesignBuilder, StageColumns};
pub use fault::{DesignError, DesignFault};
pub use stage::{Stage, Stratum};

use crate::weighting::Calibration;

/// What to do with a stratum that has a single PSU, whose variance cannot be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LonelyPsu {
    /// Refuse the design, naming the stratum.
    #[default]
    Fail,
    /// The stratum adds nothing to the variance.
    Remove,
    /// The PSU was taken with certainty: it adds nothing (same figures as `Remove`).
    Certainty,
    /// Its total is centred at 0, the grand mean of a mean's influence values.
    Adjust,
    /// The stratum gets the average variance of the others.
    Average,
}

impl LonelyPsu {
    /// The rule of this name in a request, if any.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "fail" => Self::Fail,
            "remove" => Self::Remove,
            "certainty" => Self::Certainty,
            "adjust" => Self::Adjust,
            "average" => Self::Average,
            _ => return None,
        })
    }
}

/// A checked sampling design over `n` rows.
///
/// Made by [`SurveyDesign::builder`]. Cloning is cheap but for the weights: the
/// stages are shared.
#[derive(Debug, Clone)]
pub struct SurveyDesign {
    weights: Vec<f64>,
    stages: Arc<[Stage]>,
    stratum_labels: Arc<[String]>,
    lonely_psu: LonelyPsu,
    calibration: Vec<Arc<Calibration>>,
}

impl SurveyDesign {
    /// Starts a design over `rows` rows.
    ///
    /// ```
    /// use analysis::design::{StageColumns, SurveyDesign};
    /// use analysis::factor::Factor;
    /// let strata = Factor::from_labels(["a", "a", "b", "b"]);
    /// let design = SurveyDesign::builder(4)
    ///     .stage(StageColumns { strata: Some(&strata), fpc: Some(&[10.0, 10.0, 20.0, 20.0]), ids: None })
    ///     .build()?;
    /// assert_eq!(design.df(), 2.0);
    /// assert_eq!(design.weights(), [5.0, 5.0, 10.0, 10.0]);
    /// # Ok::<(), analysis::design::DesignError>(())
    /// ```
    pub fn builder<'a>(rows: usize) -> DesignBuilder<'a> {
        DesignBuilder::new(rows)
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.weights.len()
    }

    /// The analysis weights, finite and ≥ 0; zero marks a row that is in no estimate.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The stages of sampling, first stage first; never empty.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// What a person calls a stratum of the first stage; `(all)` without strata.
    ///
    /// Strata and units are numbered in the order of their labels, whatever the order of the rows.
    pub fn stratum_label(&self, stratum: usize) -> &str {
        self.stratum_labels.get(stratum).map_or("", String::as_str)
    }

    /// The rule for strata with a single PSU.
    pub fn lonely_psu(&self) -> LonelyPsu {
        self.lonely_psu
    }

    /// The calibrations whose residuals the variance uses, in the order they were made.
    pub fn calibration(&self) -> &[Arc<Calibration>] {
        &self.calibration
    }

    /// The same design with other weights, for instance adjusted for non-response.
    ///
    /// # Errors
    /// When the number of weights differs or one is negative or not finite.
    pub fn with_weights(&self, weights: Vec<f64>) -> Result<Self, DesignError> {
        builder::check_weights(&weights, self.rows())?;
        Ok(Self {
            weights,
            ..self.clone()
        })
    }

    /// The same design with calibrated weights, whose variance uses calibration residuals.
    ///
    /// Calibrations add up: the residuals of each are taken, in the order of the calibrations and
    /// with their own weights, as R's survey package does. Only the last one's totals are met
    /// exactly, and after several their standard error is merely small.
    ///
    /// # Errors
    /// When the calibration was made for another number of rows.
    pub fn with_calibration(&self, calibration: Calibration) -> Result<Self, DesignError> {
        let mut design = self.with_weights(calibration.weights().to_vec())?;
        design.calibration.push(Arc::new(calibration));
        Ok(design)
    }

    /// Degrees of freedom: PSUs minus strata, among rows with a positive weight.
    pub fn df(&self) -> f64 {
        self.count_df(0..self.rows() as u32)
    }

    /// Degrees of freedom of a domain: only PSUs and strata that have cases in it.
    pub fn df_within(&self, rows: &[u32]) -> f64 {
        self.count_df(rows.iter().copied())
    }

    fn count_df(&self, rows: impl Iterator<Item = u32>) -> f64 {
        let first = &self.stages[0];
        let mut units = vec![false; first.units()];
        let mut strata = vec![false; first.strata().len()];
        let (mut n_units, mut n_strata) = (0u32, 0u32);
        for row in rows {
            if self.weights[row as usize] > 0.0 {
                let unit = first.unit_of(row as usize);
                if !std::mem::replace(&mut units[unit], true) {
                    n_units += 1;
                    let stratum = first.stratum_of(unit);
                    if !std::mem::replace(&mut strata[stratum], true) {
                        n_strata += 1;
                    }
                }
            }
        }
        f64::from(n_units) - f64::from(n_strata)
    }

    /// Number of first-stage units (PSUs).
    pub fn psu_count(&self) -> usize {
        self.stages[0].units()
    }
}

#[cfg(test)]
mod tests;
