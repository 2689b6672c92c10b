//! A province from the statistics of its counties, and a country from those of its provinces.

mod check;
mod join;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{CellName, FORMAT, SharedStatistics};
use crate::indicator::present::Limits;
use crate::publication::Named;
use crate::results::{ResponseRate, RoundResults};
use check::check;
use join::join;
use rows::{over_perspectives, row, scores};

/// Why files cannot be combined.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CombineError {
    /// There is no file.
    #[error("no statistics were given")]
    Nothing,
    /// A file of another format.
    #[error("{unit}: the format is {found:?}, not {FORMAT:?}")]
    Format {
        /// Whose file.
        unit: String,
        /// What it says.
        found: String,
    },
    /// Two files of one unit, or of the unit that is made of them.
    #[error("{unit} came twice")]
    Twice {
        /// The unit.
        unit: String,
    },
    /// Rounds of different years.
    #[error("{unit} is of {found}, {first_unit} of {expected}")]
    Year {
        /// Whose file.
        unit: String,
        /// Its year.
        found: i32,
        /// The file compared with.
        first_unit: String,
        /// The other year.
        expected: i32,
    },
    /// An indicator that is something else in another file.
    #[error("indicator {code} asks something else in {unit} than in {first_unit}")]
    Definition {
        /// The indicator.
        code: String,
        /// Whose file.
        unit: String,
        /// The file compared with.
        first_unit: String,
    },
    /// A figure that no sample has, or of too few persons.
    #[error("{unit}: {cell}: {reason}")]
    Figure {
        /// Whose file.
        unit: String,
        /// Which figure.
        cell: String,
        /// What is wrong.
        reason: String,
    },
}

/// What is combined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Combined {
    /// As `results.json`, with the province in the place of the county and the counties in that of the units.
    #[serde(flatten)]
    pub results: RoundResults,
    /// The statistics it was made from.
    pub sources: Vec<Source>,
    /// Figures that not every source has.
    pub lacking: Vec<Lacking>,
    /// Groups whose questionnaires differ in wording between sources: group, and number of versions.
    pub wordings: Vec<(String, usize)>,
}

/// A file that was combined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Whose.
    pub unit: Named,
    /// Its round.
    pub round: String,
    /// Hash of its plan.
    pub plan_sha256: String,
}

/// A figure that some sources withhold or do not have: the combined one stands for the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lacking {
    /// Which figure.
    #[serde(flatten)]
    pub name: CellName,
    /// Units without it.
    pub units: Vec<String>,
}

/// The statistics of all units taken together, unchecked and without results: for sums that were made in one place and
/// come from nobody else. A figure of few persons is among them if only few were asked.
#[must_use]
pub fn pool(whole: &Named, files: &[SharedStatistics]) -> SharedStatistics {
    join(whole, files)
}

/// Combines the statistics of units that were surveyed independently of each other: results with a row for the whole
/// and one for each unit, and statistics of the whole for a level further up.
///
/// # Errors
/// [`CombineError`], the first one found.
pub fn combine(
    whole: &Named,
    files: &[SharedStatistics],
) -> Result<(Combined, SharedStatistics), CombineError> {
    check(whole, files)?;
    let shared = join(whole, files);
    let limits = Limits {
        min_cell: shared.min_cell,
        small_n: shared.small_n,
    };
    let mut results = RoundResults {
        round: shared.round.clone(),
        plan_sha256: shared.plan_sha256.clone(),
        ..RoundResults::default()
    };
    let all = || std::iter::once(&shared).chain(files);
    for name in shared.cells.iter().map(|cell| &cell.name) {
        for file in all() {
            if let Some(cell) = file.cell(name) {
                results.indicators.push(row(cell, &file.unit.code, limits));
            }
        }
    }
    for code in shared.definitions.keys() {
        let rows = all().filter_map(|file| over_perspectives(file, code));
        results.indicators.extend(rows);
    }
    for file in all() {
        results
            .response_rates
            .extend(file.answered.iter().map(|group| ResponseRate {
                group: group.group.clone(),
                unit: file.unit.code.clone(),
                invited: group.invited,
                complete: group.complete,
                rr: Some(group.complete as f64 / group.invited as f64),
            }));
    }
    results.scores = scores(&shared, files);
    let sources = files.iter().map(|file| Source {
        unit: file.unit.clone(),
        round: file.round.clone(),
        plan_sha256: file.plan_sha256.clone(),
    });
    let combined = Combined {
        results,
        sources: sources.collect(),
        lacking: lacking(files),
        wordings: wordings(files),
    };
    Ok((combined, shared))
}

fn lacking(files: &[SharedStatistics]) -> Vec<Lacking> {
    let named = files
        .iter()
        .flat_map(|file| file.cells.iter().map(|cell| &cell.name).chain(&file.withheld));
    let names: BTreeSet<&CellName> = named.collect();
    let lacking = names.into_iter().map(|name| Lacking {
        name: name.clone(),
        units: files
            .iter()
            .filter(|file| file.cell(name).is_none())
            .map(|file| file.unit.code.clone())
            .collect(),
    });
    lacking.filter(|lacking| !lacking.units.is_empty()).collect()
}

fn wordings(files: &[SharedStatistics]) -> Vec<(String, usize)> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (group, version) in files.iter().flat_map(|file| &file.forms) {
        versions.entry(group).or_default().insert(version);
    }
    let differing = versions.into_iter().filter(|(_, versions)| versions.len() > 1);
    differing
        .map(|(group, versions)| (group.to_owned(), versions.len()))
        .collect()
}
