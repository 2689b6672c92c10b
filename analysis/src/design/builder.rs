//! Building a design: code the stages, check everything, report all faults together.

use std::sync::Arc;

use super::fault::{DesignError, DesignFault};
use super::stage::{Stage, Stratum};
use super::{LonelyPsu, SurveyDesign};
use crate::factor::{Factor, MISSING, encode_pairs, sort_pairs};

/// Faults of one kind beyond this many rows say nothing new.
const MAX_FAULTS: usize = 100;
/// Below this a stratum counts as taken completely (as in R's survey package).
const COMPLETE: f64 = 1e-7;

/// The columns of one stage, all of the design's length; what is `None` does not apply.
#[derive(Debug, Clone, Copy, Default)]
pub struct StageColumns<'a> {
    /// The sampled unit of a row; without it each row is a unit.
    pub ids: Option<&'a Factor>,
    /// The stratum of a row at this stage.
    pub strata: Option<&'a Factor>,
    /// Population size of the row's stratum (within the parent unit), or sampling fraction.
    pub fpc: Option<&'a [f64]>,
}

/// Collects the parts of a design; [`build`](Self::build) checks them.
#[derive(Debug, Clone)]
pub struct DesignBuilder<'a> {
    rows: usize,
    stages: Vec<StageColumns<'a>>,
    weights: Option<&'a [f64]>,
    nest: bool,
    lonely_psu: LonelyPsu,
    multiplicity: Option<&'a [u32]>,
}

impl<'a> DesignBuilder<'a> {
    pub(super) fn new(rows: usize) -> Self {
        Self {
            rows,
            stages: Vec::new(),
            weights: None,
            nest: false,
            lonely_psu: LonelyPsu::default(),
            multiplicity: None,
        }
    }

    /// Adds a stage below those added before. Without stages every row is its own PSU.
    #[must_use]
    pub fn stage(mut self, columns: StageColumns<'a>) -> Self {
        self.stages.push(columns);
        self
    }

    /// Sets the weights. Without them they follow from the population sizes, or are 1.
    #[must_use]
    pub fn weights(mut self, weights: &'a [f64]) -> Self {
        self.weights = Some(weights);
        self
    }

    /// Says that PSU ids are numbered within strata, so that equal ids in two strata differ.
    #[must_use]
    pub fn nest(mut self, nest: bool) -> Self {
        self.nest = nest;
        self
    }

    /// Sets the rule for strata with a single PSU.
    #[must_use]
    pub fn lonely_psu(mut self, rule: LonelyPsu) -> Self {
        self.lonely_psu = rule;
        self
    }

    /// Says that each row stands for so many sampled units of its stratum, when they have been summed up before.
    #[must_use]
    pub(crate) fn multiplicity(mut self, units: &'a [u32]) -> Self {
        self.multiplicity = Some(units);
        self
    }

    /// Checks and codes the design.
    ///
    /// # Errors
    /// All [`DesignFault`]s found: lengths, missing values, ids not nested in strata,
    /// population sizes that vary within a stratum or are below the sample, lonely PSUs.
    ///
    /// # Source
    /// The conventions are those of `svydesign` in R's survey package (Lumley 2004,
    /// Journal of Statistical Software 9(8)).
    pub fn build(mut self) -> Result<SurveyDesign, DesignError> {
        if self.rows == 0 {
            return Err(DesignFault::Empty.into());
        }
        if self.stages.is_empty() {
            self.stages.push(StageColumns::default());
        }
        let mut faults = self.column_faults();
        if !faults.is_empty() {
            return Err(DesignError { faults });
        }
        let as_sizes = self.fpc_are_sizes(&mut faults);
        let mut stages: Vec<Stage> = Vec::with_capacity(self.stages.len());
        for index in 0..self.stages.len() {
            let stage = self.code_stage(index, stages.last(), as_sizes, &mut faults);
            stages.push(stage);
        }
        let weights = match self.weights {
            Some(weights) => weights.to_vec(),
            None => derived_weights(self.rows, &stages),
        };
        if let Err(error) = check_weights(&weights, self.rows) {
            faults.extend(error.faults);
        }
        if faults.is_empty() {
            Ok(SurveyDesign {
                weights,
                stratum_labels: self.first_stage_labels(&stages[0]),
                stages: stages.into(),
                lonely_psu: self.lonely_psu,
                calibration: Vec::new(),
            })
        } else {
            Err(DesignError { faults })
        }
    }

    /// Lengths and missing values of the columns.
    fn column_faults(&self) -> Vec<DesignFault> {
        let mut faults = Vec::new();
        let mut length = |what: String, found: usize| {
            if found != self.rows {
                faults.push(DesignFault::Length {
                    what,
                    found,
                    expected: self.rows,
                });
            }
        };
        for (index, columns) in self.stages.iter().enumerate() {
            let stage = index + 1;
            columns
                .ids
                .inspect(|f| length(format!("ids of stage {stage}"), f.len()));
            columns
                .strata
                .inspect(|f| length(format!("strata of stage {stage}"), f.len()));
            columns
                .fpc
                .inspect(|v| length(format!("fpc of stage {stage}"), v.len()));
        }
        if let Some(weights) = self.weights {
            length("weights".to_owned(), weights.len());
        }
        if !faults.is_empty() {
            return faults;
        }
        for (index, columns) in self.stages.iter().enumerate() {
            for (column, factor) in [("id", columns.ids), ("stratum", columns.strata)] {
                let missing = factor
                    .iter()
                    .flat_map(|factor| factor.codes().iter().enumerate())
                    .filter(|(_, code)| **code == MISSING);
                faults.extend(missing.take(MAX_FAULTS).map(|(row, _)| DesignFault::Missing {
                    row,
                    column,
                    stage: index + 1,
                }));
            }
        }
        faults
    }

    /// Whether fpc values are population sizes (all ≥ 1, some above) rather than fractions.
    fn fpc_are_sizes(&self, faults: &mut Vec<DesignFault>) -> bool {
        let columns = || self.stages.iter().filter_map(|stage| stage.fpc);
        let sizes = columns().any(|values| values.iter().any(|&v| v > 1.0));
        for (index, values) in self.stages.iter().enumerate() {
            let bad = values
                .fpc
                .unwrap_or_default()
                .iter()
                .enumerate()
                .filter(|(_, v)| {
                    !(if sizes {
                        **v >= 1.0
                    } else {
                        **v > 0.0 && **v <= 1.0
                    })
                });
            faults.extend(bad.take(MAX_FAULTS).map(|(row, &value)| DesignFault::FpcValue {
                row,
                stage: index + 1,
                value,
            }));
        }
        sizes
    }

    fn code_stage(
        &self,
        index: usize,
        above: Option<&Stage>,
        as_sizes: bool,
        faults: &mut Vec<DesignFault>,
    ) -> Stage {
        let columns = &self.stages[index];
        let zeros = || vec![0u32; self.rows];
        // The stratum of a row: (parent unit, stratum at this stage).
        let own = columns.strata.map_or_else(zeros, |f| f.codes().to_vec());
        let own_levels = columns.strata.map_or(1, |f| f.levels().len());
        let (mut stratum_of_row, stratum_keys) = match above {
            None => encode_pairs(&zeros(), 1, &own, own_levels),
            Some(stage) => {
                let parents: Vec<u32> = (0..self.rows).map(|r| stage.unit_of(r) as u32).collect();
                encode_pairs(&parents, stage.units(), &own, own_levels)
            }
        };
        // Balanced and drawn replicates depend on the order of strata and units, so this must not
        // depend on the order of the rows.
        let stratum_keys = sort_pairs(&mut stratum_of_row, stratum_keys);
        let (unit_of_row, stratum_of_unit) = match columns.ids {
            None => (None, stratum_of_row.clone()),
            Some(ids) => {
                let (mut units, keys) = encode_pairs(
                    &stratum_of_row,
                    stratum_keys.len(),
                    ids.codes(),
                    ids.levels().len(),
                );
                let keys = sort_pairs(&mut units, keys);
                if index == 0 && !self.nest {
                    self.check_nesting(ids, &units, &keys, &stratum_of_row, faults);
                }
                (
                    Some(units),
                    keys.into_iter().map(|(stratum, _)| stratum).collect(),
                )
            }
        };
        let mut strata: Vec<Stratum> = stratum_keys
            .iter()
            .map(|&(parent, _)| Stratum {
                units: 0,
                fraction: 0.0,
                share_above: above.map_or(1.0, |stage| {
                    let stratum = &stage.strata[stage.stratum_of(parent as usize)];
                    stratum.share_above * stratum.fraction
                }),
                parent,
            })
            .collect();
        for (unit, &stratum) in stratum_of_unit.iter().enumerate() {
            strata[stratum as usize].units += self.multiplicity.map_or(1, |units| units[unit]);
        }
        if let Some(values) = columns.fpc {
            self.set_fractions(index, values, as_sizes, &stratum_of_row, &mut strata, faults);
        }
        if self.lonely_psu == LonelyPsu::Fail {
            self.check_lonely(index, &strata, &stratum_of_row, faults);
        }
        Stage {
            unit_of_row,
            stratum_of_unit,
            strata,
            parents: above.map_or(1, |stage| stage.units() as u32),
        }
    }

    /// Refuses a PSU id that occurs in two strata.
    fn check_nesting(
        &self,
        ids: &Factor,
        units: &[u32],
        keys: &[(u32, u32)],
        stratum_of_row: &[u32],
        faults: &mut Vec<DesignFault>,
    ) {
        let mut first_unit = vec![MISSING; ids.levels().len()];
        let mut clashes: Vec<(u32, u32)> = Vec::new();
        for (unit, &(_, id)) in keys.iter().enumerate() {
            let first = &mut first_unit[id as usize];
            if *first == MISSING {
                *first = unit as u32;
            } else if clashes.len() < MAX_FAULTS {
                clashes.push((*first, unit as u32));
            }
        }
        for (first, second) in clashes {
            let row_of = |unit: u32| units.iter().position(|&u| u == unit).unwrap_or_default();
            let (first_row, row) = (row_of(first), row_of(second));
            debug_assert_ne!(stratum_of_row[first_row], stratum_of_row[row]);
            faults.push(DesignFault::NotNested {
                id: ids.label(row).unwrap_or_default().to_owned(),
                first: self.stratum_label(0, first_row),
                second: self.stratum_label(0, row),
                row,
            });
        }
    }

    fn set_fractions(
        &self,
        index: usize,
        values: &[f64],
        as_sizes: bool,
        stratum_of_row: &[u32],
        strata: &mut [Stratum],
        faults: &mut Vec<DesignFault>,
    ) {
        let stage = index + 1;
        let mut given: Vec<Option<(usize, f64)>> = vec![None; strata.len()];
        let mut varying = vec![false; strata.len()];
        for (row, (&value, &stratum)) in values.iter().zip(stratum_of_row).enumerate() {
            match given[stratum as usize] {
                None => given[stratum as usize] = Some((row, value)),
                // Population sizes are counts; a last-digit difference is a rounding of a fraction.
                Some((_, first)) if (value - first).abs() > 1e-9 * first.abs() => {
                    if !std::mem::replace(&mut varying[stratum as usize], true) && faults.len() < MAX_FAULTS {
                        faults.push(DesignFault::FpcVaries {
                            row,
                            stage,
                            stratum: self.stratum_label(index, row),
                            first,
                            second: value,
                        });
                    }
                }
                Some(_) => {}
            }
        }
        for (stratum, given) in strata.iter_mut().zip(given) {
            let Some((row, value)) = given else { continue };
            let units = f64::from(stratum.units);
            stratum.fraction = if as_sizes { units / value } else { value };
            // A hair over 1 is rounding of a stored fraction; more is a fault.
            if stratum.fraction > 1.0 + 1e-9 && faults.len() < MAX_FAULTS {
                faults.push(DesignFault::FpcTooSmall {
                    stage,
                    stratum: self.stratum_label(index, row),
                    sampled: stratum.units,
                    population: value,
                    row,
                });
            }
        }
    }

    fn check_lonely(
        &self,
        index: usize,
        strata: &[Stratum],
        stratum_of_row: &[u32],
        faults: &mut Vec<DesignFault>,
    ) {
        let lonely = strata.iter().enumerate().filter(|(_, stratum)| {
            stratum.units == 1 && stratum.share_above > 0.0 && 1.0 - stratum.fraction > COMPLETE
        });
        for (code, _) in lonely.take(MAX_FAULTS) {
            let row = stratum_of_row.iter().position(|&s| s as usize == code);
            faults.push(DesignFault::Lonely {
                stage: index + 1,
                stratum: self.stratum_label(index, row.unwrap_or_default()),
            });
        }
    }

    /// The labels of the first stage's strata, by code.
    fn first_stage_labels(&self, stage: &Stage) -> Arc<[String]> {
        let mut labels = vec![String::new(); stage.strata.len()];
        let mut named = vec![false; labels.len()];
        for row in 0..self.rows {
            let stratum = stage.stratum_of(stage.unit_of(row));
            if !std::mem::replace(&mut named[stratum], true) {
                labels[stratum] = self.stratum_label(0, row);
            }
        }
        labels.into()
    }

    /// How a person would name the stratum of a row: parents' ids, then its own label.
    fn stratum_label(&self, index: usize, row: usize) -> String {
        let mut parts: Vec<&str> = self.stages[..index]
            .iter()
            .filter_map(|stage| stage.ids.and_then(|ids| ids.label(row)))
            .collect();
        parts.extend(self.stages[index].strata.and_then(|strata| strata.label(row)));
        if parts.is_empty() {
            "(all)".to_owned()
        } else {
            parts.join(" / ")
        }
    }
}

/// Weights must be as many as rows, finite and not negative.
pub(super) fn check_weights(weights: &[f64], rows: usize) -> Result<(), DesignError> {
    if weights.len() != rows {
        return Err(DesignFault::Length {
            what: "weights".to_owned(),
            found: weights.len(),
            expected: rows,
        }
        .into());
    }
    let faults: Vec<DesignFault> = weights
        .iter()
        .enumerate()
        .filter(|(_, w)| !w.is_finite() || **w < 0.0)
        .take(MAX_FAULTS)
        .map(|(row, &value)| DesignFault::Weight { row, value })
        .collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(DesignError { faults })
    }
}

/// Inverse inclusion probabilities: the product of N/n over the stages with a known size.
fn derived_weights(rows: usize, stages: &[Stage]) -> Vec<f64> {
    (0..rows)
        .map(|row| {
            stages
                .iter()
                .map(|stage| stage.strata[stage.stratum_of(stage.unit_of(row))].fraction)
                .filter(|fraction| *fraction > 0.0)
                .fold(1.0, |weight, fraction| weight / fraction)
        })
        .collect()
}
