//! A county's statistics as a signed file, and a province made of such files.
//!
//! The file is JSON that a person can read. It is signed with the key that signs the county's published roots, over the
//! compact form of its statistics, so that a province knows whose figures they are and that they came unchanged. Which
//! key is whose is known from a list that the offices exchanged by another way.

pub mod signed;

use std::collections::BTreeMap;
use std::sync::Arc;

use analysis::federation::SharedStatistics;
use analysis::federation::county;
use analysis::federation::province::{self, CombineError, Combined};
use analysis::plan::Plan;
use analysis::publication::Named;
use analysis::results::RoundDetail;
use serde::Serialize;
use thiserror::Error;

use crate::app::Base;
use crate::dataset::{self, RoundData};
use crate::jobs::analyse;
use crate::pages::{Lang, tr};
use crate::records::series;
use crate::rounds::{self, RoundActError};
use crate::store::rounds::RoundState;
use crate::store::{StoreError, begin};
use signed::Signed;

/// Why statistics cannot be handed over or combined.
#[derive(Debug, Error)]
pub enum FederateError {
    /// The database did not answer.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// There is no such round.
    #[error("{0}")]
    Round(#[from] RoundActError),
    /// The answers could not be brought together.
    #[error("{0}")]
    Dataset(#[from] dataset::DatasetError),
    /// The round could not be computed.
    #[error("{0}")]
    Compute(#[from] analysis::round::RoundError),
    /// The round could not be computed.
    #[error("{0:#}")]
    Analyse(anyhow::Error),
    /// The computation was cut short.
    #[error("{0}")]
    CutShort(#[from] tokio::task::JoinError),
    /// A file that is no JSON of this kind.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// The round is not over.
    #[error("round {0} is not closed")]
    NotClosed(String),
    /// A file whose signature does not hold.
    #[error("{0}: the signature does not hold")]
    Signature(String),
    /// A file signed with another key than the unit's.
    #[error("{unit}: signed with the key {found}, not {expected}")]
    OtherKey {
        /// Whose file.
        unit: String,
        /// The key that signed it.
        found: String,
        /// The unit's key.
        expected: String,
    },
    /// A unit that is not in the list of keys.
    #[error("{0} is not in the list of keys")]
    NoKey(String),
    /// A line of the list of keys that says nothing.
    #[error("line {line}: {text:?} is not a unit and its key")]
    KeyLine {
        /// Which line, from 1.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// The files do not belong together.
    #[error(transparent)]
    Combine(#[from] CombineError),
}

impl FederateError {
    /// What is wrong, where, and how to mend it; none where what is behind it says so.
    pub fn told(&self, lang: Lang) -> Option<String> {
        let told = match self {
            Self::NotClosed(round) => tr!(lang, "federate.not_closed", round = round),
            Self::Signature(file) => tr!(lang, "federate.signature", file = file),
            Self::OtherKey {
                unit,
                found,
                expected,
            } => tr!(
                lang,
                "federate.other_key",
                unit = unit,
                found = found,
                expected = expected
            ),
            Self::NoKey(unit) => tr!(lang, "federate.no_key", unit = unit),
            Self::KeyLine { line, text } => tr!(lang, "federate.key_line", line = line, text = text),
            Self::Combine(error) => return Some(combine_told(error, lang)),
            _ => return None,
        };
        Some(told.into_owned())
    }
}

fn combine_told(error: &CombineError, lang: Lang) -> String {
    match error {
        CombineError::Nothing => tr!(lang, "federate.nothing"),
        CombineError::Format { unit, found } => tr!(lang, "federate.format", unit = unit, found = found),
        CombineError::Twice { unit } => tr!(lang, "federate.twice", unit = unit),
        CombineError::Year {
            unit,
            found,
            first_unit,
            expected,
        } => tr!(
            lang,
            "federate.year",
            unit = unit,
            found = found,
            first = first_unit,
            expected = expected
        ),
        CombineError::Definition {
            code,
            unit,
            first_unit,
        } => tr!(
            lang,
            "federate.definition",
            code = code,
            unit = unit,
            first = first_unit
        ),
        CombineError::Figure { unit, cell, reason } => {
            tr!(lang, "federate.figure", unit = unit, cell = cell, reason = reason)
        }
    }
    .into_owned()
}

/// A computed round with what it was computed from.
pub struct Computed {
    /// The plan, with the series as they are now.
    pub plan: Arc<Plan>,
    /// The cases.
    pub data: RoundData,
    /// The results.
    pub detail: Arc<RoundDetail>,
}

/// Computes a round anew.
///
/// # Errors
/// [`FederateError`].
pub async fn computed(base: &Base, id: &str) -> Result<Computed, FederateError> {
    let detail = analyse::analyse(base, id).await.map_err(FederateError::Analyse)?;
    let mut plan = Arc::unwrap_or_clone(rounds::plan(base, id).await?);
    series::apply(&base.db, &mut plan).await?;
    let data = dataset::load(base, &plan).await?;
    Ok(Computed {
        plan: Arc::new(plan),
        data,
        detail,
    })
}

/// The signed statistics of a closed round.
///
/// A round that still takes answers has none: two editions of one file would tell what a few answers between them say.
///
/// # Errors
/// [`FederateError`].
pub async fn export(base: &Base, id: &str) -> Result<Signed, FederateError> {
    let round = rounds::require(base, id).await?;
    if round.state_on(base.clock.today()) != RoundState::Closed {
        return Err(FederateError::NotClosed(id.to_owned()));
    }
    let Computed { plan, data, detail } = computed(base, id).await?;
    let made = tokio::task::spawn_blocking(move || {
        county::statistics(&data.input(&plan, &detail.results.plan_sha256), &detail)
    });
    let statistics = made.await??;
    let what = serde_json::json!({
        "cells": statistics.cells.len(),
        "withheld": statistics.withheld.len(),
    });
    let signed = Signed::of(&base.keys, statistics, base.clock.today())?;
    let tx = begin(&base.db).await?;
    base.record(&tx, "cli", "statistics.share", id, what).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(signed)
}

/// A province, and who signed what it is made of.
#[derive(Debug, Serialize)]
pub struct Province {
    /// What was combined.
    #[serde(flatten)]
    pub combined: Combined,
    /// The keys that signed the files: unit and key.
    pub keys: Vec<(String, String)>,
    /// Whether each key is known to be the unit's.
    pub vouched: bool,
}

/// Combines signed statistics; returns the province with its own statistics, for the country.
///
/// - `files`: each with its name, for messages.
/// - `keys`: the units' public keys, if there is a list.
///
/// # Errors
/// [`FederateError`].
pub fn combine(
    whole: &Named,
    files: Vec<(String, Signed)>,
    keys: Option<&BTreeMap<String, String>>,
) -> Result<(Province, SharedStatistics), FederateError> {
    let mut signers = Vec::new();
    let mut all = Vec::new();
    for (name, file) in files {
        if !file.holds()? {
            return Err(FederateError::Signature(name));
        }
        let unit = file.statistics.unit.code.clone();
        if let Some(keys) = keys {
            known_key(keys, &unit, &file.key)?;
        }
        signers.push((unit, file.key));
        all.push(file.statistics);
    }
    // The order in which files were named must not matter.
    all.sort_by(|a, b| a.unit.code.cmp(&b.unit.code));
    signers.sort();
    let (combined, shared) = province::combine(whole, &all)?;
    let province = Province {
        combined,
        keys: signers,
        vouched: keys.is_some(),
    };
    Ok((province, shared))
}

/// Whether a key is the one that the list has for a unit.
///
/// # Errors
/// [`FederateError::NoKey`], [`FederateError::OtherKey`].
pub(crate) fn known_key(keys: &BTreeMap<String, String>, unit: &str, key: &str) -> Result<(), FederateError> {
    match keys.get(unit) {
        None => Err(FederateError::NoKey(unit.to_owned())),
        Some(expected) if expected != key => Err(FederateError::OtherKey {
            unit: unit.to_owned(),
            found: key.to_owned(),
            expected: expected.clone(),
        }),
        Some(_) => Ok(()),
    }
}

/// Reads a list of keys: a unit's code and its key on each line, separated by a comma; a first line of titles may stand.
///
/// # Errors
/// [`FederateError::KeyLine`].
pub fn read_keys(text: &str) -> Result<BTreeMap<String, String>, FederateError> {
    let mut keys = BTreeMap::new();
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let pair = line
            .split_once(',')
            .map(|(unit, key)| (unit.trim(), key.trim().to_ascii_lowercase()));
        match pair {
            Some((unit, key)) if !unit.is_empty() && signed::key(&key).is_some() => {
                keys.insert(unit.to_owned(), key);
            }
            _ if number == 1 => {}
            _ => {
                return Err(FederateError::KeyLine {
                    line: number,
                    text: line.to_owned(),
                });
            }
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests;
