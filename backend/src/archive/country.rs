//! The figures of a country from archived measures: a county at a time, provinces and the whole from sums.
//!
//! Two counties are read and summed at once, one for each core that is free; what stays of a county is some numbers for
//! each figure, so that memory does not grow with the country. Every object is checked against its manifest on the way.
//! Weights are taken as they stand: what calibration takes from the variance is known to the counties alone, so that
//! errors here are a little wider than those of combined statistics, and estimates the same.

use std::collections::BTreeMap;
use std::num::NonZero;

use analysis::federation::SharedStatistics;
use analysis::federation::partitions::Partition;
use analysis::federation::province::{Combined, combine, pool};
use analysis::publication::Named;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use survey_forms::text::Text;

use super::manifest::Manifest;
use super::place::Place;
use super::{ArchiveError, DataSet};
use crate::federate::{FederateError, known_key};

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
    keys: Option<&BTreeMap<String, String>>,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Country, ArchiveError> {
    let folder = format!("{}/round={round}", DataSet::Measures.word());
    let codes = place.folders(&folder).await?;
    let codes: Vec<&str> = codes
        .iter()
        .filter_map(|name| name.strip_prefix("county="))
        .collect();
    let all = codes.len() as u64;
    let at_once = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut done = 0;
    let (mut rows, mut unfinished) = (0, Vec::new());
    let mut provinces: BTreeMap<String, Vec<SharedStatistics>> = BTreeMap::new();
    // In the order of the codes, so that sums do not depend on which county is done first.
    let mut counties =
        stream::iter(codes.iter().map(|code| county(place, round, code, keys))).buffered(at_once);
    let mut summed = 0;
    while let Some(found) = counties.try_next().await? {
        match found {
            Ok((statistics, more)) => {
                rows += more;
                summed += 1;
                let code: String = statistics.unit.code.chars().take(digits).collect();
                provinces.entry(code).or_default().push(statistics);
            }
            Err(code) => unfinished.push(code),
        }
        done += 1;
        progress(done, all);
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

/// The statistics of a county and its rows; its code where it has no manifest.
async fn county(
    place: &Place,
    round: &str,
    code: &str,
    keys: Option<&BTreeMap<String, String>>,
) -> Result<Result<(SharedStatistics, u64), String>, ArchiveError> {
    let folder = DataSet::Measures.folder(round, code);
    let Some(manifest) = Manifest::read(place, &folder).await? else {
        return Ok(Err(code.to_owned()));
    };
    if let Some(keys) = keys {
        known_key(keys, &manifest.statistics.unit.code, &manifest.key)?;
    }
    let mut partitions: BTreeMap<String, Partition> = BTreeMap::new();
    for object in &manifest.objects {
        let altered = |reason: String| ArchiveError::Altered {
            path: format!("{folder}/{}", object.name),
            reason,
        };
        let group = object
            .name
            .strip_prefix("perspective=")
            .and_then(|name| name.split_once('/'));
        let (group, _) = group.ok_or_else(|| altered("it belongs to no perspective".to_owned()))?;
        let bytes = manifest.object(place, &folder, object).await?;
        let mut partition = partitions.remove(group).unwrap_or_else(|| Partition::new(group));
        let added = tokio::task::spawn_blocking(move || partition.add(&bytes).map(|()| partition));
        let partition = added.await.map_err(FederateError::from)?;
        let partition = partition.map_err(|error| altered(error.to_string()))?;
        partitions.insert(group.to_owned(), partition);
    }
    let mut statistics = manifest.statistics.clone();
    statistics.cells = partitions.values().flat_map(Partition::cells).collect();
    Ok(Ok((statistics, manifest.rows())))
}
