//! The statistics of several units taken together.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::federation::{
    Answered, Cell, CellName, Cross, CrossCell, FORMAT, Moments, SharedScore, SharedStatistics,
};
use crate::plan::Measure;
use crate::publication::Named;
use crate::round::space::Spread;

/// The statistics of all units taken together.
pub(super) fn join(whole: &Named, files: &[SharedStatistics]) -> SharedStatistics {
    let mut names: Vec<(&CellName, Measure)> = Vec::new();
    let mut known = BTreeSet::new();
    for cell in files.iter().flat_map(|file| &file.cells) {
        if known.insert(&cell.name) {
            names.push((&cell.name, cell.measure));
        }
    }
    let cells: Vec<Cell> = names
        .into_iter()
        .map(|(name, measure)| Cell {
            name: name.clone(),
            measure,
            moments: Moments::join(files.iter().filter_map(|file| Some(&file.cell(name)?.moments))),
        })
        .collect();
    let first = |list: fn(&SharedStatistics) -> &BTreeMap<String, String>| -> BTreeMap<String, String> {
        files.iter().rev().flat_map(|file| list(file).clone()).collect()
    };
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.plan_sha256.as_bytes());
    }
    let digest = hash.finalize();
    let mut all = SharedStatistics {
        format: FORMAT.to_owned(),
        unit: whole.clone(),
        round: files.first().map(|file| file.round.clone()).unwrap_or_default(),
        year: files.first().map_or(0, |file| file.year),
        plan_sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        min_cell: files.iter().map(|file| file.min_cell).max().unwrap_or_default(),
        small_n: files.iter().map(|file| file.small_n).max().unwrap_or_default(),
        definitions: first(|file| &file.definitions),
        forms: first(|file| &file.forms),
        shares: common_shares(files),
        persons: files.iter().map(|file| file.persons).sum(),
        answered: answered(files),
        cells,
        crosses: Vec::new(),
        withheld: Vec::new(),
        score: score(files),
    };
    all.crosses = crosses(&all, files);
    all
}

/// Shares of perspectives where all units agree on them: others have no combined figure.
fn common_shares(files: &[SharedStatistics]) -> BTreeMap<String, Vec<(String, f64)>> {
    let mut common: BTreeMap<String, Vec<(String, f64)>> = BTreeMap::new();
    for (code, shares) in files.iter().flat_map(|file| &file.shares) {
        let agree = |file: &SharedStatistics| file.shares.get(code).is_none_or(|other| other == shares);
        if files.iter().all(agree) {
            common.insert(code.clone(), shares.clone());
        }
    }
    common
}

fn answered(files: &[SharedStatistics]) -> Vec<Answered> {
    let mut sums: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for group in files.iter().flat_map(|file| &file.answered) {
        let sum = sums.entry(&group.group).or_default();
        *sum = (sum.0 + group.invited, sum.1 + group.complete);
    }
    let sums = sums.into_iter().map(|(group, (invited, complete))| Answered {
        group: group.to_owned(),
        invited,
        complete,
    });
    sums.collect()
}

/// The mean of the units' scores, by the persons they have; none unless every unit has both.
fn score(files: &[SharedStatistics]) -> Option<SharedScore> {
    let parts: Option<Vec<(f64, SharedScore)>> = files
        .iter()
        .map(|file| Some((file.persons?, file.score?)))
        .collect();
    let parts = parts?;
    let all: f64 = parts.iter().map(|(persons, _)| persons).sum();
    let mean = parts
        .iter()
        .map(|(persons, score)| persons / all * score.score)
        .sum::<f64>();
    let spread = Spread::sum(
        parts
            .iter()
            .map(|(persons, score)| spread_of(score).scaled(persons / all)),
    );
    mean.is_finite().then(|| SharedScore {
        score: mean,
        se: spread.se(),
        df: Some(spread.df).filter(|df| *df > 0.0 && df.is_finite()),
    })
}

pub(super) fn spread_of(score: &SharedScore) -> Spread {
    Spread {
        variance: score.se * score.se,
        df: score.df.unwrap_or(f64::INFINITY),
    }
}

fn crosses(all: &SharedStatistics, files: &[SharedStatistics]) -> Vec<CrossCell> {
    let mut pairs: BTreeSet<(&str, &(String, String))> = BTreeSet::new();
    pairs.extend(
        files
            .iter()
            .flat_map(|file| &file.crosses)
            .map(|cross| (cross.code.as_str(), &cross.groups)),
    );
    let pairs = pairs.into_iter().filter_map(|(code, groups)| {
        let [one, two] = [&groups.0, &groups.1].map(|group| pooled(code, group));
        let (first, second) = (all.cell(&one)?, all.cell(&two)?);
        let parts = files.iter().filter_map(|file| {
            let cross = file
                .crosses
                .iter()
                .find(|cross| cross.code == code && cross.groups == *groups)?;
            Some((&file.cell(&one)?.moments, &file.cell(&two)?.moments, &cross.cross))
        });
        Some(CrossCell {
            code: code.to_owned(),
            groups: groups.clone(),
            cross: Cross::join(&first.moments, &second.moments, parts),
        })
    });
    pairs.collect()
}

pub(super) fn pooled(code: &str, group: &str) -> CellName {
    CellName {
        code: code.to_owned(),
        group: group.to_owned(),
        area: None,
    }
}
