//! Quantiles: a line per variable, domain and probability.

use super::answer::EstimateLine;
use super::compute::domains;
use super::fault::{Faults, join};
use super::spec::EstimateSpec;
use super::table::{Table, Use};
use crate::design::SurveyDesign;
use crate::estimate::quantile;
use crate::variance::replicate::ReplicateDesign;

/// Computes one entry of the request.
///
/// With `replicates` the errors are those of the replicated quantiles, which balanced replicates and the
/// bootstrap know well and the jackknife does not.
pub(super) fn estimate(
    design: &SurveyDesign,
    replicates: Option<&ReplicateDesign>,
    spec: &EstimateSpec,
    table: &Table,
    faults: &mut Faults,
) -> Option<Vec<EstimateLine>> {
    let domains = domains(design, spec, table, faults)?;
    let mut lines = Vec::new();
    for name in &spec.of {
        let y = table.numbers(name, &join(&spec.field, "of"), Use::Variable, faults)?;
        for domain in &domains {
            let rows = Some(domain.rows.as_slice());
            let (probabilities, rule) = (&spec.probabilities, spec.rule);
            let estimates = match replicates {
                None => quantile::estimates(design, y, rows, probabilities, rule, &spec.options),
                Some(replicates) => {
                    quantile::replicated(replicates, y, rows, probabilities, rule, &spec.options)
                }
            };
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
