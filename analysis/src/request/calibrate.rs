//! The steps of `calibrate`: prepared once, then applied to any weights.
//!
//! What a step needs of design, table and request (margins, a factorised model) is the same
//! for the weights of the sample and for those of every replicate; only [`Step::weights`] is
//! repeated.

mod fault;
mod spec;

use std::fmt;

use survey_forms::diagnostic::Place;

use super::fault::Faults;
use super::table::{Table, Use, Variable};
use crate::design::SurveyDesign;
use crate::factor::{Factor, MISSING};
use crate::weighting::model::Covariate;
use crate::weighting::{
    Greg, Margin, Model, ModelError, RakeOptions, Raking, TrimOptions, WeightingError,
    post_stratified_weights, post_stratify, trim,
};
pub(super) use fault::words_for;
pub(super) use spec::CalibrateSpec;
use spec::{GregSpec, MarginSpec, Method};

/// One step, ready for weights.
#[derive(Debug)]
pub(super) struct Step {
    field: String,
    prepared: Prepared,
}

#[derive(Debug)]
enum Prepared {
    PostStratify(Margin),
    Rake(Raking),
    Greg(Box<Greg>),
    Trim(TrimOptions),
}

/// Prepares all steps, so that their faults are told together.
///
/// - `design`: the design before calibration; weights given to the steps later have zeros where
///   its weights have.
pub(super) fn prepare(
    specs: &[CalibrateSpec],
    design: &SurveyDesign,
    table: &Table,
    faults: &mut Faults,
) -> Option<Vec<Step>> {
    let steps: Vec<Option<Step>> = specs
        .iter()
        .map(|spec| Step::prepare(spec, design, table, faults))
        .collect();
    steps.into_iter().collect()
}

/// Applies the steps one after the other.
pub(super) fn calibrate(
    steps: &[Step],
    design: &SurveyDesign,
    table: &Table,
    faults: &mut Faults,
) -> Option<SurveyDesign> {
    let mut design = design.clone();
    for step in steps {
        match step.calibrate(&design) {
            Ok(calibrated) => design = calibrated,
            Err(error) => {
                let place = match row_of(&error) {
                    Some(row) => table.place_of_row(row),
                    None => Place::unknown(),
                };
                faults.weighting(place.field(&step.field), &error);
                return None;
            }
        }
    }
    Some(design)
}

/// Which step failed, and why.
#[derive(Debug)]
pub(super) struct StepFault {
    pub(super) field: String,
    pub(super) error: Box<WeightingError>,
}

impl fmt::Display for StepFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.error)
    }
}

/// The steps applied to other weights over the same rows, such as those of a replicate.
pub(super) fn weights(steps: &[Step], weights: &[f64]) -> Result<Vec<f64>, StepFault> {
    steps.iter().try_fold(weights.to_vec(), |weights, step| {
        step.weights(&weights).map_err(|error| StepFault {
            field: step.field.clone(),
            error: Box::new(error),
        })
    })
}

impl Step {
    fn prepare(
        spec: &CalibrateSpec,
        design: &SurveyDesign,
        table: &Table,
        faults: &mut Faults,
    ) -> Option<Self> {
        let prepared = match &spec.method {
            Method::PostStratify(spec) => Prepared::PostStratify(margin(spec, design, table, faults)?),
            Method::Rake(margins) => {
                let margins: Vec<Option<Margin>> = margins
                    .iter()
                    .map(|spec| margin(spec, design, table, faults))
                    .collect();
                let margins = margins.into_iter().collect::<Option<Vec<Margin>>>()?;
                let raking = Raking::new(margins, RakeOptions::default());
                Prepared::Rake(faults.unless_fault(raking, Place::unknown().field(&spec.field))?)
            }
            Method::Greg(greg) => Prepared::Greg(Box::new(prepare_greg(spec, greg, design, table, faults)?)),
            Method::Trim(options) => Prepared::Trim(*options),
        };
        Some(Self {
            field: spec.field.clone(),
            prepared,
        })
    }

    /// The design with this step's weights, and the residuals of a calibration.
    ///
    /// Trimming leaves the residuals of earlier calibrations as they are, as R does.
    fn calibrate(&self, design: &SurveyDesign) -> Result<SurveyDesign, WeightingError> {
        let weights = design.weights();
        let calibrated = match &self.prepared {
            Prepared::PostStratify(margin) => design.with_calibration(post_stratify(weights, margin)?),
            Prepared::Rake(raking) => design.with_calibration(raking.calibrate(weights)?.0),
            Prepared::Greg(greg) => design.with_calibration(greg.calibrate(weights)?.0),
            Prepared::Trim(options) => design.with_weights(trim(weights, *options)?.0),
        };
        // The weights were made for this design and are finite and not negative; if that should
        // ever fail, the weight is named.
        calibrated.map_err(|error| {
            let weight = error.faults.iter().find_map(|fault| match fault {
                crate::design::DesignFault::Weight { row, value } => Some((*row, *value)),
                _ => None,
            });
            let (row, value) = weight.unwrap_or((0, f64::NAN));
            WeightingError::Weight { row, value }
        })
    }

    /// This step applied to other weights over the same rows, such as those of a replicate.
    fn weights(&self, weights: &[f64]) -> Result<Vec<f64>, WeightingError> {
        Ok(match &self.prepared {
            Prepared::PostStratify(margin) => post_stratified_weights(weights, margin)?,
            Prepared::Rake(raking) => raking.weights(weights)?.0,
            Prepared::Greg(greg) => greg.weights(weights)?.0,
            Prepared::Trim(options) => trim(weights, *options)?.0,
        })
    }
}

fn margin(spec: &MarginSpec, design: &SurveyDesign, table: &Table, faults: &mut Faults) -> Option<Margin> {
    let variables: Vec<&Variable> = spec.by.iter().filter_map(|name| table.variable(name)).collect();
    let columns: Vec<(&str, &Factor)> = variables.iter().map(|v| (v.name.as_str(), v.factor())).collect();
    // Labels as the file writes them, so that 1 finds "1.0".
    let as_in_file = |label: &String, variable: &&Variable| match variable.code_of(label) {
        Some(code) => variable.factor().levels()[code as usize].clone(),
        None => label.clone(),
    };
    let totals: Vec<(Vec<String>, f64)> = spec
        .totals
        .iter()
        .map(|(labels, total)| {
            let labels = labels.iter().zip(&variables);
            (labels.map(|(l, v)| as_in_file(l, v)).collect(), *total)
        })
        .collect();
    let margin = Margin::new(&columns, &totals, design.weights());
    let place = match margin.as_ref().err().and_then(row_of) {
        None => Place::unknown(),
        // The column that has no value there, or the first of those crossed.
        Some(row) => variables
            .iter()
            .find(|variable| variable.factor().codes()[row] == MISSING)
            .or(variables.first())
            .map_or_else(Place::unknown, |variable| table.place(row, &variable.name)),
    };
    faults.unless_fault(margin, place.field(&spec.field))
}

fn prepare_greg(
    spec: &CalibrateSpec,
    greg: &GregSpec,
    design: &SurveyDesign,
    table: &Table,
    faults: &mut Faults,
) -> Option<Greg> {
    let mut covariates = Vec::with_capacity(greg.model.len());
    for covariate in &greg.model {
        let variable = table.variable(&covariate.column)?;
        // A total of the column's own name says that it is meant as a number, so that a cell that
        // is none is named.
        let is_number = !covariate.as_factor
            && (variable.is_numeric() || greg.totals.iter().any(|(term, _)| *term == covariate.name));
        let values = match is_number {
            true => Covariate::Numeric(table.numbers(
                &covariate.column,
                &format!("{}.model", spec.field),
                Use::Variable,
                faults,
            )?),
            false => Covariate::Factor(variable.factor()),
        };
        covariates.push((covariate.name.as_str(), values));
    }
    let model = match greg.intercept {
        true => Model::with_intercept(&covariates, design.weights()),
        false => Model::without_intercept(&covariates, design.weights()),
    };
    let place = match &model {
        Err(ModelError::NotFinite { term, row, .. } | ModelError::NoLevel { term, row }) => greg
            .model
            .iter()
            .find(|covariate| covariate.name == *term)
            .map_or_else(Place::unknown, |covariate| table.place(*row, &covariate.column)),
        _ => Place::unknown(),
    };
    let model = faults.unless_fault(
        model.map_err(WeightingError::from),
        place.field(format!("{}.model", spec.field)),
    )?;
    let prepared = Greg::new(&model, &greg.totals, design.weights(), greg.options);
    faults.unless_fault(prepared, Place::unknown().field(&spec.field))
}

/// The data row that an error names.
fn row_of(error: &WeightingError) -> Option<usize> {
    match error {
        WeightingError::MissingCategory { row, .. }
        | WeightingError::UnknownCategory { row, .. }
        | WeightingError::Weight { row, .. }
        | WeightingError::Greg(crate::weighting::GregError::NegativeWeights { row, .. })
        | WeightingError::Trim(crate::weighting::TrimError::Overdrawn { row, .. }) => Some(*row),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
