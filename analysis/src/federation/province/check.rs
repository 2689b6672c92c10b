//! Whether statistics belong together, and whether their figures can be those of a sample.

use std::collections::{BTreeMap, BTreeSet};

use super::CombineError;
use crate::federation::{FORMAT, SharedStatistics};
use crate::publication::Named;

pub(super) fn check(whole: &Named, files: &[SharedStatistics]) -> Result<(), CombineError> {
    let first = files.first().ok_or(CombineError::Nothing)?;
    let mut units = BTreeSet::from([whole.code.as_str()]);
    let mut definitions: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for file in files {
        let unit = || file.unit.code.clone();
        if file.format != FORMAT {
            return Err(CombineError::Format {
                unit: unit(),
                found: file.format.clone(),
            });
        }
        if !units.insert(&file.unit.code) {
            return Err(CombineError::Twice { unit: unit() });
        }
        if file.year != first.year {
            return Err(CombineError::Year {
                unit: unit(),
                found: file.year,
                first_unit: first.unit.code.clone(),
                expected: first.year,
            });
        }
        for (code, definition) in &file.definitions {
            let (known, of) = *definitions.entry(code).or_insert((definition, &file.unit.code));
            if known != definition {
                return Err(CombineError::Definition {
                    code: code.clone(),
                    unit: unit(),
                    first_unit: of.to_owned(),
                });
            }
        }
        check_figures(file)?;
    }
    Ok(())
}

fn check_figures(file: &SharedStatistics) -> Result<(), CombineError> {
    let fault = |cell: &dyn std::fmt::Display, reason: &str| CombineError::Figure {
        unit: file.unit.code.clone(),
        cell: cell.to_string(),
        reason: reason.to_owned(),
    };
    let mut names = BTreeSet::new();
    for cell in &file.cells {
        if let Some(reason) = cell.moments.fault() {
            return Err(fault(&cell.name, reason));
        }
        if cell.moments.n < u64::from(file.min_cell) {
            return Err(fault(
                &cell.name,
                "fewer persons are behind it than the file's own limit",
            ));
        }
        if !names.insert(&cell.name) {
            return Err(fault(&cell.name, "it stands there twice"));
        }
        if !file.definitions.contains_key(&cell.name.code) {
            return Err(fault(&cell.name, "the file does not say what the indicator is"));
        }
    }
    if let Some(cross) = file.crosses.iter().find(|cross| !cross.cross.is_finite()) {
        return Err(fault(&cross.code, "a covariance is not finite"));
    }
    let persons = file.persons.unwrap_or_default();
    let score = file.score.map_or((0.0, 0.0), |score| (score.score, score.se));
    if ![persons, score.0, score.1]
        .iter()
        .all(|x| x.is_finite() && *x >= 0.0)
    {
        return Err(fault(&"score", "it is negative or not finite"));
    }
    match file
        .answered
        .iter()
        .find(|group| group.invited == 0 || group.complete > group.invited)
    {
        Some(group) => Err(fault(&group.group, "more answered than were invited")),
        None => Ok(()),
    }
}
