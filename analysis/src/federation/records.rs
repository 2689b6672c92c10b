//! What a round's figures are made of, person by person, for a country that is summed in one place.
//!
//! A row says what a person or body adds to each figure, with weight and place in the design, and nothing else: no
//! answer, no trait, no village. Strata and sampled units are numbers. In a village taken for certain a person is a
//! sampled unit, so units are numbered by what their rows say and not by whose they are, and rows are sorted by the
//! same: neither numbers nor order lead back to the sample.

use std::collections::BTreeMap;

use polars::prelude::{Column, DataFrame};

use super::CellName;
use super::partitions::{DESIGN, columns};
use crate::indicator::ratio::Pairs;
use crate::round::perspectives::{Perspectives, perspectives};
use crate::round::sample::Sample;
use crate::round::space::Space;
use crate::round::{RoundError, RoundInput};

/// The records of a perspective, as [`Partition`](super::partitions::Partition) reads them.
#[derive(Clone, Debug)]
pub struct Records {
    /// The perspective.
    pub group: String,
    /// A row for each person or body that counts.
    pub table: DataFrame,
}

/// What all rows of a sampled unit say, and which they are.
type Unit = (Vec<Vec<u64>>, Vec<usize>);

/// The records of every perspective that any figure is made of.
///
/// # Errors
/// As [`compute`](crate::round::compute).
pub fn records(input: &RoundInput<'_>) -> Result<Vec<Records>, RoundError> {
    let Perspectives { samples, space } = perspectives(input)?;
    let mut all = Vec::new();
    for (group, sample) in &samples {
        let mut pairs: Vec<([String; 2], Pairs)> = Vec::new();
        for leaf in input.plan.indicators.leaves() {
            let (Some(measure), Some(refs)) = (leaf.measure, leaf.questions.get(group)) else {
                continue;
            };
            if !leaf.perspectives.iter().any(|part| part.perspective == *group) {
                continue;
            }
            let inside = sample.in_domain(&leaf.domain);
            let by_area = leaf.areas.iter().filter(|_| leaf.by_area);
            for area in std::iter::once(None).chain(by_area.map(Some)) {
                let name = CellName {
                    code: leaf.code.clone(),
                    group: group.clone(),
                    area: area.cloned(),
                };
                let areas = area.map_or(leaf.areas.as_slice(), std::slice::from_ref);
                let found = Pairs::of(sample, measure, refs, areas).within(&inside);
                pairs.push((columns(&name, measure), found));
            }
        }
        if !pairs.is_empty() {
            let table = table(sample, &space, &pairs).map_err(|error| RoundError::Column {
                group: group.clone(),
                column: "records".to_owned(),
                reason: error.to_string(),
            })?;
            all.push(Records {
                group: group.clone(),
                table,
            });
        }
    }
    Ok(all)
}

fn table(
    sample: &Sample,
    space: &Space,
    pairs: &[([String; 2], Pairs)],
) -> polars::prelude::PolarsResult<DataFrame> {
    // What a row says, as bits: any order will do, as long as it depends on nothing else.
    let said = |row: usize| -> Vec<u64> {
        let values = pairs.iter().flat_map(|(_, pairs)| [pairs.y[row], pairs.x[row]]);
        std::iter::once(sample.weight[row])
            .chain(values)
            .map(f64::to_bits)
            .collect()
    };
    let mut units: BTreeMap<u32, Vec<(Vec<u64>, usize)>> = BTreeMap::new();
    for row in 0..sample.rows {
        units.entry(sample.psu(row)).or_default().push((said(row), row));
    }
    // Units by what all their rows say; rows and units that say the same may stand in any order.
    let mut strata: BTreeMap<u32, Vec<Unit>> = BTreeMap::new();
    for (psu, mut rows) in units {
        rows.sort();
        strata
            .entry(space.stratum(psu))
            .or_default()
            .push(rows.into_iter().unzip());
    }
    let (mut stratum_of, mut unit_of, mut order) = (Vec::new(), Vec::new(), Vec::new());
    for (stratum, mut units) in (0u32..).zip(strata.into_values()) {
        units.sort_by(|(one, _), (two, _)| one.cmp(two));
        for (unit, (_, rows)) in (0u32..).zip(units) {
            for row in rows {
                stratum_of.push(stratum);
                unit_of.push(unit);
                order.push(row);
            }
        }
    }
    let [stratum, psu, fraction, weight] = DESIGN;
    let of = |values: &dyn Fn(usize) -> f64| order.iter().map(|&row| values(row)).collect::<Vec<f64>>();
    let mut table = vec![
        Column::new(stratum.into(), stratum_of),
        Column::new(psu.into(), unit_of),
        Column::new(fraction.into(), of(&|row| sample.fraction(row))),
        Column::new(weight.into(), of(&|row| sample.weight[row])),
    ];
    for ([y, x], pairs) in pairs {
        for (name, values) in [(y, &pairs.y), (x, &pairs.x)] {
            let part = order
                .iter()
                .map(|&row| (pairs.x[row] != 0.0).then(|| values[row] as f32));
            table.push(Column::new(
                name.as_str().into(),
                part.collect::<Vec<Option<f32>>>(),
            ));
        }
    }
    DataFrame::new(order.len(), table)
}
