//! Tests of independence: one line per entry.

use super::answer::TestLine;
use super::compute::rows_where;
use super::fault::Faults;
use super::spec::EstimateSpec;
use super::table::Table;
use crate::design::SurveyDesign;
use crate::estimate::chi_square;
use crate::variance::replicate::ReplicateDesign;

/// Runs the test of one entry of the request.
pub(super) fn test(
    design: &SurveyDesign,
    replicates: Option<&ReplicateDesign>,
    spec: &EstimateSpec,
    table: &Table,
    faults: &mut Faults,
) -> Option<TestLine> {
    let [rows, columns] = spec.table.as_ref()?;
    let (rows, columns) = (table.variable(rows)?.factor(), table.variable(columns)?.factor());
    // A domain has its own degrees of freedom; the whole sample keeps the design's.
    let domain = match spec.condition.is_empty() {
        true => None,
        false => Some(rows_where(design, spec, table, faults)?),
    };
    let (rows, columns, domain) = (rows.codes(), columns.codes(), domain.as_deref());
    let result = match replicates {
        None => chi_square::test(design, rows, columns, domain, spec.statistic),
        Some(replicates) => chi_square::replicated(replicates, rows, columns, domain, spec.statistic),
    };
    Some(TestLine {
        stat: spec.stat.name(),
        statistic: result.statistic,
        ndf: result.ndf,
        ddf: result.ddf,
        p_value: result.p_value,
        estimate: None,
    })
}
