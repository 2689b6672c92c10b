//! How many responses came from one device, and how many within the same ten minutes (steering, design §6).
//!
//! The count must not become a way from an answer to a person. Three things keep them apart:
//!
//! - What is stored is a number beside a keyed hash. The key is the key file's and a salt of the round's, and the salt
//!   is destroyed when the round closes: from then on no device and no hour can be found in the counts.
//! - Counts gather in memory and are written once a day, sorted by their hashes, in a transaction of their own: neither
//!   the order of rows nor the database's own marks of transactions lead from a count to a response.
//! - The browser's token is used for nothing else, and only where invited people answer on pages.
//!
//! A server that is killed loses the counts of the day. They are a sign for the office and no answer; that is the
//! better loss.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use analysis::plan::{FrameSource, Plan};
use analysis::round::{Shared, Sitting};
use jiff::civil::Date;

use crate::app::Base;
use crate::store::rounds::RoundState;
use crate::store::sittings::{self as store, DEVICE, SittingCount, TIME};
use crate::store::{StoreError, begin, rounds, sample};

const TEN_MINUTES_MS: i64 = 600_000;

/// Counts that wait to be written. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Sittings(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    /// The day of the first count that waits.
    day: Option<Date>,
    salts: BTreeMap<String, Vec<u8>>,
    /// Responses by round, unit, what they share, and mark.
    counts: BTreeMap<(String, String, &'static str, String), i64>,
}

impl Sittings {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a response of a sampled case that was accepted just now on a page, in the browser with `token`. Bodies
    /// are not counted: several of a village may share an office and its computer.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn note(
        &self,
        base: &Base,
        plan: &Plan,
        (group, case): (&str, &str),
        token: Option<String>,
    ) -> Result<(), StoreError> {
        let is_person = plan
            .group(group)
            .is_some_and(|group| group.source != FrameSource::Bodies);
        if !is_person {
            return Ok(());
        }
        match sample::find(&base.db, &plan.round.id, case).await? {
            Some(case) => self.count(base, plan, &case.unit, token).await,
            None => Ok(()),
        }
    }

    /// Counts a response of somebody in `unit`; units above the scored ones have no count.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn count(
        &self,
        base: &Base,
        plan: &Plan,
        unit: &str,
        token: Option<String>,
    ) -> Result<(), StoreError> {
        let round = plan.round.id.as_str();
        let Some(unit) = plan.units.ancestor_of_level(unit, &plan.round.scored_level) else {
            return Ok(());
        };
        let known = self.waiting().salts.get(round).cloned();
        let salt = match known {
            Some(salt) => salt,
            None => store::salt(&base.db, round, base.entropy.bytes()).await?,
        };
        // A browser without cookies is a device of its own each time: it is never taken for another.
        let token = token.unwrap_or_else(|| hex::encode(base.entropy.bytes::<16>()));
        let device = base
            .keys
            .sitting_mark(&[&salt, DEVICE.as_bytes(), token.as_bytes()]);
        let minutes = base.clock.now_ms().div_euclid(TEN_MINUTES_MS).to_be_bytes();
        let time = base.keys.sitting_mark(&[&salt, TIME.as_bytes(), &minutes]);
        let mut waiting = self.waiting();
        waiting.day.get_or_insert(base.clock.today());
        waiting.salts.insert(round.to_owned(), salt);
        for (shared, mark) in [(DEVICE, device), (TIME, time)] {
            let key = (round.to_owned(), unit.code.clone(), shared, mark);
            *waiting.counts.entry(key).or_default() += 1;
        }
        Ok(())
    }

    /// Writes what waits of `round`, or of all rounds; what cannot be written waits on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn write(&self, base: &Base, round: Option<&str>) -> Result<(), StoreError> {
        let taken = {
            let mut waiting = self.waiting();
            let is_meant = |of: &str| round.is_none_or(|round| round == of);
            let all = std::mem::take(&mut waiting.counts);
            let (taken, rest) = all.into_iter().partition(|((of, ..), _)| is_meant(of));
            waiting.counts = rest;
            waiting.salts.retain(|of, _| !is_meant(of));
            if waiting.counts.is_empty() {
                waiting.day = None;
            }
            taken
        };
        let written = write_all(base, &taken).await;
        if written.is_err() {
            let mut waiting = self.waiting();
            waiting.day.get_or_insert(base.clock.today());
            for (key, responses) in taken {
                *waiting.counts.entry(key).or_default() += responses;
            }
        }
        written
    }

    /// Writes the counts of the days before today, and those of rounds that are over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn write_due(&self, base: &Base) -> Result<(), StoreError> {
        let (day, of) = {
            let waiting = self.waiting();
            let of: Vec<String> = waiting.salts.keys().cloned().collect();
            (waiting.day, of)
        };
        if day.is_some_and(|day| day < base.clock.today()) {
            return self.write(base, None).await;
        }
        for round in of {
            let found = rounds::find(&base.db, &round).await?;
            if found.is_none_or(|found| found.round_state() == RoundState::Closed) {
                self.write(base, Some(&round)).await?;
            }
        }
        Ok(())
    }
}

/// In the order of the marks, which says nothing of the order of arrival.
async fn write_all(
    base: &Base,
    counts: &BTreeMap<(String, String, &'static str, String), i64>,
) -> Result<(), StoreError> {
    if counts.is_empty() {
        return Ok(());
    }
    let rows = counts
        .iter()
        .map(|((round, unit, shared, mark), responses)| SittingCount {
            round_id: round.clone(),
            unit: unit.clone(),
            shared: (*shared).to_owned(),
            mark: mark.clone(),
            responses: *responses,
        });
    let tx = begin(&base.db).await?;
    store::add(&tx, rows.collect()).await?;
    tx.commit().await?;
    Ok(())
}

/// What the analysis takes: numbers without marks.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn of_round(base: &Base, round: &str) -> Result<Vec<Sitting>, StoreError> {
    let counted = store::list(&base.db, round).await?;
    let sitting = |count: SittingCount| {
        let shared = match count.shared.as_str() {
            DEVICE => Shared::Device,
            TIME => Shared::Time,
            _ => return None,
        };
        Some(Sitting {
            unit: count.unit,
            shared,
            responses: count.responses.unsigned_abs(),
        })
    };
    Ok(counted.into_iter().filter_map(sitting).collect())
}
