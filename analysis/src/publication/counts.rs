//! Invited and answered by group and unit, as a table of persons.

use crate::disclosure::rounding::nearest;
use crate::disclosure::{
    CellId, CellKey, Dimension, DisclosureError, Need, ProtectedTables, Publication, Tables,
};
use crate::plan::Plan;
use crate::publication::figure::Scale;
use crate::publication::{ROUND_TO, RateFigure};
use crate::results::{ResponseRate, RoundDetail};

/// What is left of the county when its units are taken away.
const REST: &str = "\u{0}rest";
const ANSWERED: &str = "answered";
const UNIT: &str = "unit";

/// The published rates of every group and unit, rounded.
pub(super) fn rates(detail: &RoundDetail, plan: &Plan) -> Vec<RateFigure> {
    let mut out = Vec::new();
    for group in &plan.groups {
        let rows: Vec<&ResponseRate> = detail
            .results
            .response_rates
            .iter()
            .filter(|row| row.group == group.code)
            .collect();
        let county = plan.county().code.as_str();
        let min_cell = u64::from(plan.suppression.min_cell);
        let safe = protect(&rows, county, min_cell).ok();
        let shown = |unit: Option<&str>, answered: Option<&str>| {
            let keys = unit.map(|unit| (UNIT, unit));
            let keys = keys.into_iter().chain(answered.map(|yes| (ANSWERED, yes)));
            let count = safe.as_ref()?.get(&CellKey::new(keys))?;
            count.shown().copied()
        };
        for row in rows {
            let unit = (row.unit != county).then_some(row.unit.as_str());
            let invited = shown(unit, None).filter(|&n| n >= min_cell);
            let complete = shown(unit, Some("yes"));
            let silent = shown(unit, Some("no"));
            let complete = complete.filter(|&n| invited.is_some() && n >= min_cell && silent.is_some());
            let (invited, complete) = (
                invited.map(|n| nearest(n, ROUND_TO)),
                complete.map(|n| nearest(n, ROUND_TO)),
            );
            out.push(RateFigure {
                group: row.group.clone(),
                unit: row.unit.clone(),
                rate: complete
                    .zip(invited)
                    .map(|(complete, invited)| Scale::Percent.print(complete as f64 / invited as f64)),
                invited,
                complete,
            });
        }
    }
    out
}

/// Units × answered or not. Nobody silent, or nobody heard, is as telling as a few.
fn protect(rows: &[&ResponseRate], county: &str, min_cell: u64) -> Result<ProtectedTables, DisclosureError> {
    let total = rows.iter().find(|row| row.unit == county);
    let units: Vec<&&ResponseRate> = rows.iter().filter(|row| row.unit != county).collect();
    let sum = |count: &dyn Fn(&ResponseRate) -> u64| units.iter().map(|row| count(row)).sum::<u64>();
    let complete = |row: &ResponseRate| row.complete;
    let silent = |row: &ResponseRate| row.invited.saturating_sub(row.complete);
    let rest =
        |count: &dyn Fn(&ResponseRate) -> u64| total.map_or(0, |row| count(row)).saturating_sub(sum(count));
    let mut codes: Vec<&str> = units.iter().map(|row| row.unit.as_str()).collect();
    let mut counts: Vec<u64> = units
        .iter()
        .flat_map(|row| [complete(row), silent(row)])
        .collect();
    let has_rest = rest(&complete) + rest(&silent) > 0;
    if has_rest {
        codes.push(REST);
        counts.extend([rest(&complete), rest(&silent)]);
    }
    let mut tables = Tables::default();
    let dimensions = [
        Dimension::flat(UNIT, codes.iter().copied())?,
        Dimension::flat(ANSWERED, ["yes", "no"])?,
    ];
    let leaves = tables.cross(&dimensions, &counts)?;
    let need = Need::width(min_cell as f64);
    let mut sensitive: Vec<(CellId, Need)> = Vec::new();
    for (at, &cell) in leaves.iter().enumerate() {
        let of_rest = has_rest && at + 2 >= leaves.len();
        let row_is_empty = tables.persons(leaves[at - at % 2]) + tables.persons(leaves[at - at % 2 + 1]) == 0;
        if of_rest {
            tables.set_publication(cell, Publication::Withheld);
        }
        if tables.persons(cell) < min_cell && !row_is_empty && !(of_rest && tables.persons(cell) == 0) {
            sensitive.push((cell, need));
        }
    }
    let margins = codes.iter().map(|&code| CellKey::new([(UNIT, code)]));
    for key in margins.chain([CellKey::default()]) {
        let Some(cell) = tables.find(&key) else { continue };
        if key.code(UNIT) == Some(REST) {
            tables.set_publication(cell, Publication::Withheld);
        }
        if (1..min_cell).contains(&tables.persons(cell)) {
            sensitive.push((cell, need));
        }
    }
    let values: Vec<f64> = tables.values();
    tables.protect_magnitudes(&values, &sensitive)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(unit: &str, invited: u64, complete: u64) -> ResponseRate {
        ResponseRate {
            group: "g".to_owned(),
            unit: unit.to_owned(),
            invited,
            complete,
            rr: None,
        }
    }

    fn hidden(rows: &[ResponseRate]) -> Vec<(String, bool)> {
        let rows: Vec<&ResponseRate> = rows.iter().collect();
        let safe = protect(&rows, "c", 10).unwrap();
        let of = |unit: &str| {
            let key = match unit {
                "c" => CellKey::new([(ANSWERED, "yes")]),
                unit => CellKey::new([(UNIT, unit), (ANSWERED, "yes")]),
            };
            safe.get(&key).unwrap().is_hidden()
        };
        rows.iter().map(|row| (row.unit.clone(), of(&row.unit))).collect()
    }

    #[test]
    fn a_township_where_nearly_all_answered_takes_another_with_it() {
        let rows = [
            row("c", 300, 200),
            row("a", 100, 97),
            row("b", 100, 50),
            row("d", 100, 53),
        ];
        let found = hidden(&rows);
        assert!(!found[0].1, "the county stays");
        assert!(found[1].1);
        assert_eq!(found.iter().filter(|(_, hidden)| *hidden).count(), 2);
    }

    #[test]
    fn a_township_where_all_answered_is_hidden_and_large_ones_stay() {
        assert!(hidden(&[row("c", 200, 150), row("a", 100, 100), row("b", 100, 50)])[1].1);
        let large = [row("c", 200, 100), row("a", 100, 50), row("b", 100, 50)];
        assert!(hidden(&large).iter().all(|(_, hidden)| !hidden));
    }
}
