//! The figures of a country from archived measures: a county at a time, provinces and the whole from sums.
//!
//! Two counties are read and summed at once, one for each core that is free; what stays of a county is some numbers for
//! each figure, so that memory does not grow with the country. Every object is checked against its manifest on the way.
//! Weights are taken as they stand: what calibration takes from the variance is known to the counties alone, so that
//! errors here are a little wider than those of combined statistics, and estimates the same.

use std::collections::BTreeMap;
use std::num::NonZero;

use analysis::federation::partitions::Partition;
use analysis::federation::province::{Combined, combine, pool};
use analysis::federation::{Cell, SharedStatistics};
use analysis::publication::Named;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use survey_forms::text::Text;

use super::cluster::{self, Engine};
use super::manifest::{Manifest, perspective};
use super::place::Place;
use super::{ArchiveError, DataSet};
use crate::federate::{FederateError, known_key};

/// The counties' public keys, if there is a list.
pub(super) type Keys<'a> = Option<&'a BTreeMap<String, String>>;

/// The statistics of a county and its rows; its code where it has no manifest.
pub(super) type Summed = Result<(SharedStatistics, u64), String>;

/// A country with its provinces.
#[derive(Debug, Serialize)]
pub struct Country {
    /// Results of the whole and of each province.
    #[serde(flatten)]
    pub combined: Combined,
    /// Counties that were summed.
    pub counties: usize,
    /// Counties without a manifest: they are still being written, and not in the figures.
    pub unfinished: Vec<String>,
    /// Rows that were summed.
    pub rows: u64,
}

/// Sums the archived measures of a round.
///
/// - `engine`: what sums; figures are the same to rounding.
/// - `digits`: how many leading characters of a county's code name its province (2 in GB/T 2260).
/// - `keys`: the counties' public keys, if there is a list: a manifest signed with another key is refused.
/// - `progress`: told how many of how many counties are done.
///
/// # Errors
/// [`ArchiveError`], naming the object at fault.
pub async fn country(
    place: &Place,
    round: &str,
    whole: &Named,
    digits: usize,
    keys: Keys<'_>,
    engine: &Engine,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Country, ArchiveError> {
    let folder = format!("{}/round={round}", DataSet::Measures.word());
    let codes = place.folders(&folder).await?;
    let codes: Vec<&str> = codes
        .iter()
        .filter_map(|name| name.strip_prefix("county="))
        .collect();
    let done = match engine {
        Engine::Here => here(place, round, &codes, keys, progress).await?,
        Engine::Ballista(scheduler) => {
            cluster::summed(place, round, &codes, keys, scheduler, progress).await?
        }
    };
    let (mut rows, mut unfinished) = (0, Vec::new());
    let mut provinces: BTreeMap<String, Vec<SharedStatistics>> = BTreeMap::new();
    let mut summed = 0;
    for found in done {
        match found {
            Ok((statistics, more)) => {
                rows += more;
                summed += 1;
                let code: String = statistics.unit.code.chars().take(digits).collect();
                provinces.entry(code).or_default().push(statistics);
            }
            Err(code) => unfinished.push(code),
        }
    }
    if summed == 0 {
        return Err(ArchiveError::Nothing(folder));
    }
    let provinces: Vec<SharedStatistics> = provinces
        .into_iter()
        .map(|(code, counties)| {
            let name = Text::zh_en(code.clone(), code.clone());
            let mut pooled = pool(&Named { code, name }, &counties);
            let least = u64::from(pooled.min_cell);
            pooled.cells.retain(|cell| cell.moments.n >= least);
            pooled
        })
        .collect();
    let (combined, _) = combine(whole, &provinces).map_err(FederateError::from)?;
    Ok(Country {
        combined,
        counties: summed,
        unfinished,
        rows,
    })
}

/// Sums counties in this process, in the order of their codes: sums do not depend on which county is done first.
async fn here(
    place: &Place,
    round: &str,
    codes: &[&str],
    keys: Keys<'_>,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Vec<Summed>, ArchiveError> {
    let at_once = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut counties =
        stream::iter(codes.iter().map(|code| county(place, round, code, keys))).buffered(at_once);
    let mut done = Vec::with_capacity(codes.len());
    while let Some(found) = counties.try_next().await? {
        done.push(found);
        progress(done.len() as u64, codes.len() as u64);
    }
    Ok(done)
}

/// The manifest of a county's folder, signed with its key; none where it is still being written.
pub(super) async fn manifest(
    place: &Place,
    folder: &str,
    keys: Keys<'_>,
) -> Result<Option<Manifest>, ArchiveError> {
    let found = Manifest::read(place, folder).await?;
    if let (Some(manifest), Some(keys)) = (&found, keys) {
        known_key(keys, &manifest.statistics.unit.code, &manifest.key)?;
    }
    Ok(found)
}

/// A county's statistics with its figures, and its rows.
pub(super) fn with_cells(manifest: Manifest, cells: Vec<Cell>) -> (SharedStatistics, u64) {
    let rows = manifest.rows();
    let mut statistics = manifest.statistics;
    statistics.cells = cells;
    (statistics, rows)
}

/// Sums a county in this process.
async fn county(place: &Place, round: &str, code: &str, keys: Keys<'_>) -> Result<Summed, ArchiveError> {
    let folder = DataSet::Measures.folder(round, code);
    let Some(manifest) = manifest(place, &folder, keys).await? else {
        return Ok(Err(code.to_owned()));
    };
    let mut partitions: BTreeMap<String, Partition> = BTreeMap::new();
    for object in &manifest.objects {
        let group = perspective(&folder, object)?;
        let bytes = manifest.object(place, &folder, object).await?;
        let mut partition = partitions.remove(group).unwrap_or_else(|| Partition::new(group));
        let added = tokio::task::spawn_blocking(move || partition.add(&bytes).map(|()| partition));
        let partition = added.await.map_err(FederateError::from)?;
        let partition = partition.map_err(|error| ArchiveError::Altered {
            path: format!("{folder}/{}", object.name),
            reason: error.to_string(),
        })?;
        partitions.insert(group.to_owned(), partition);
    }
    let cells = partitions.values().flat_map(Partition::cells).collect();
    Ok(Ok(with_cells(manifest, cells)))
}
