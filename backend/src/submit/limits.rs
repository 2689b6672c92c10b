//! What limits open links: the daily cap of a site and the quotas of a group, as one batch counts them.
//!
//! The rows of the rounds concerned are locked before anything is counted, so that of two servers on one database
//! the second sees what the first has taken.

use std::collections::{BTreeMap, BTreeSet};

use analysis::plan::QuotaPlan;
use jiff::civil::Date;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::SubmitError;
use crate::store::links::{self, OpenDoor};
use crate::store::quotas::{self, QuotaPlace};
use crate::store::{StoreError, rounds};

/// An open-link response that waits to be let in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival<'a> {
    /// Its id.
    pub(super) id: Uuid,
    /// The township it names.
    pub(super) unit: Option<&'a str>,
    /// Its canonical answers as JSON.
    pub(super) answers: &'a str,
    /// Whether it was begun on a page, which let it in before the cap was reached.
    pub(super) begun: bool,
}

/// The counts of one batch.
#[derive(Debug)]
pub(super) struct Limits {
    today: Date,
    seconds_left: u64,
    /// Answers of the day by round and slug.
    of_day: BTreeMap<(String, String), u64>,
    /// Places taken by round and cell.
    places: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Limits {
    /// Locks the rounds whose links are limited.
    pub(super) async fn lock<'a>(
        tx: &DatabaseTransaction,
        doors: impl Iterator<Item = &'a OpenDoor>,
        (today, seconds_left): (Date, u64),
    ) -> Result<Self, StoreError> {
        let limited: BTreeSet<String> = doors
            .filter(|door| door.daily_cap().is_some() || door.round.has_quotas())
            .map(|door| door.round.id.clone())
            .collect();
        rounds::lock(tx, &limited).await?;
        Ok(Self {
            today,
            seconds_left,
            of_day: BTreeMap::new(),
            places: BTreeMap::new(),
        })
    }

    /// Lets a response in and gives the places of quotas that it takes; the inner error refuses it.
    pub(super) async fn admit(
        &mut self,
        tx: &DatabaseTransaction,
        door: &OpenDoor,
        arrival: Arrival<'_>,
    ) -> Result<Result<Vec<QuotaPlace>, SubmitError>, StoreError> {
        if let Some((cap, link)) = door.daily_cap().zip(door.link.as_ref()) {
            let key = (door.round.id.clone(), link.slug.clone());
            let day = self.today.to_string();
            let count = match self.of_day.get(&key) {
                Some(count) => *count,
                None => links::answers_on(tx, &door.round.id, &link.slug, &day).await?,
            };
            if count >= cap && !arrival.begun {
                self.of_day.insert(key, count);
                return Ok(Err(SubmitError::DailyCap {
                    retry_after_s: self.seconds_left,
                }));
            }
            self.of_day.insert(key, count + 1);
        }
        let quotas: Vec<QuotaPlan> = door.round.quotas_of(&door.group.group);
        if quotas.is_empty() {
            return Ok(Ok(Vec::new()));
        }
        let answers: BTreeMap<String, String> = serde_json::from_str(arrival.answers).unwrap_or_default();
        let round = door.round.id.as_str();
        if !self.places.contains_key(round) {
            self.places
                .insert(round.to_owned(), quotas::taken(tx, round).await?);
        }
        let taken = self.places.entry(round.to_owned()).or_default();
        let mut cells = Vec::new();
        for quota in &quotas {
            let cell = quota.settled_cell(arrival.unit, &answers);
            let name = quotas::key(quota, &cell);
            let limit = u64::from(quota.limits(&cell).maximum);
            if taken.get(&name).copied().unwrap_or_default() >= limit {
                return Ok(Err(SubmitError::QuotaFull));
            }
            cells.push(name);
        }
        let places = cells.into_iter().map(|cell| {
            *taken.entry(cell.clone()).or_default() += 1;
            QuotaPlace {
                response_id: arrival.id,
                cell,
                round_id: round.to_owned(),
            }
        });
        Ok(Ok(places.collect()))
    }
}
