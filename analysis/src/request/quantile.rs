//! Quantiles: a line per variable, domain and probability.

use super::answer::EstimateLine;
use super::compute::domains;
use super::fault::{Faults, join};
use super::spec::EstimateSpec;
use super::table::Table;
use crate::design::SurveyDesign;
use crate::estimate::quantile;

/// Computes one entry of the request.
pub(super) fn estimate(
    design: &SurveyDesign,
    spec: &EstimateSpec,
    table: &Table,
    faults: &mut Faults,
) -> Option<Vec<EstimateLine>> {
    let domains = domains(design, spec, table, faults)?;
    let mut lines = Vec::new();
    for name in &spec.of {
        let y = table.numbers(name, &join(&spec.field, "of"), faults)?;
        for domain in &domains {
            let estimates = quantile::estimates(
                design,
                y,
                Some(&domain.rows),
                &spec.probabilities,
                spec.rule,
                &spec.options,
            );
            for (&probability, estimate) in spec.probabilities.iter().zip(estimates) {
                let line = EstimateLine::new(spec.stat.name(), name, None, domain.values.clone(), estimate);
                lines.push(EstimateLine {
                    probability: Some(probability),
                    ..line
                });
            }
        }
    }
    Some(lines)
}
