//! Tests of independence: one line per entry.

use super::answer::TestLine;
use super::compute::rows_where;
use super::fault::{Faults, join};
use super::spec::EstimateSpec;
use super::table::Table;
use crate::design::SurveyDesign;
use crate::estimate::chi_square;
use crate::variance::replicate::ReplicateDesign;

/// Cells of a table; the test works with the covariance of each pair of them.
const MAX_CELLS: usize = 400;

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
    let cells = rows.levels().len() * columns.levels().len();
    if cells > MAX_CELLS {
        let names = spec
            .table
            .as_ref()
            .map(|table| table.join(" × "))
            .unwrap_or_default();
        faults.too_many(&join(&spec.field, "rows"), &names, cells, MAX_CELLS);
        return None;
    }
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
