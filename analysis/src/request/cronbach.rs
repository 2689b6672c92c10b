//! Cronbach's alpha: a line per domain, for the items of an entry together.

use super::answer::EstimateLine;
use super::compute::domains;
use super::fault::{Faults, join};
use super::spec::EstimateSpec;
use super::table::{Table, Use};
use crate::design::SurveyDesign;
use crate::estimate::{Estimate, cronbach};

/// Computes one entry of the request. By contract alpha comes without an error.
pub(super) fn estimate(
    design: &SurveyDesign,
    spec: &EstimateSpec,
    table: &Table,
    faults: &mut Faults,
) -> Option<Vec<EstimateLine>> {
    let items: Option<Vec<&[f64]>> = spec
        .of
        .iter()
        .map(|name| table.numbers(name, &join(&spec.field, "of"), Use::Variable, faults))
        .collect();
    let items = items?;
    let of = spec.of.join(" + ");
    let line = |domain: super::compute::Domain| {
        let alpha = cronbach::linearise(design, &items, Some(&domain.rows));
        let estimate = Estimate {
            value: alpha.value,
            se: f64::NAN,
            lower: f64::NAN,
            upper: f64::NAN,
            df: design.df(),
            deff: None,
            effective_n: None,
            n: alpha.rows.len(),
            sum_weights: alpha.sum_weights,
        };
        EstimateLine::new(spec.stat.name(), &of, None, domain.values, estimate)
    };
    let domains = domains(design, spec, table, faults)?;
    Some(domains.into_iter().map(line).collect())
}
