//! What limits open links: the daily cap of a site and the quotas of a group, as one batch counts them.
//!
//! The rows of the rounds concerned are held before anything is counted (`writer::surroundings`), so that of two
//! servers on one database the second sees what the first has taken.

use std::collections::{BTreeMap, BTreeSet};

use analysis::plan::QuotaPlan;
use jiff::civil::Date;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::SubmitError;
use crate::entity::responses;
use crate::store::StoreError;
use crate::store::links::OpenDoor;
use crate::store::quotas::{self, QuotaPlace};
use crate::store::responses::ACCEPTED;
use crate::store::tallies;

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
    /// The earlier response of the same person, whose place it takes over while that one counts.
    pub(super) replaces: Option<&'a responses::Model>,
}

impl Arrival<'_> {
    /// The response whose place is free as soon as this one is in.
    fn gives_up(&self) -> Option<&responses::Model> {
        self.replaces.filter(|earlier| earlier.state == ACCEPTED)
    }
}

/// A site: round and slug.
type SiteKey = (String, String);

/// The counts of one batch.
#[derive(Debug)]
pub(super) struct Limits {
    today: Date,
    seconds_left: u64,
    /// Answers of the day by round and slug.
    of_day: BTreeMap<SiteKey, u64>,
    /// Places taken by round and cell.
    places: BTreeMap<String, BTreeMap<String, u64>>,
    /// Ids let in.
    admitted: BTreeSet<Uuid>,
    /// Ids of earlier responses that are replaced.
    replaced: BTreeSet<Uuid>,
}

impl Limits {
    /// Nothing counted yet; `seconds_left` until the day ends.
    pub(super) fn new(today: Date, seconds_left: u64) -> Self {
        Self {
            today,
            seconds_left,
            of_day: BTreeMap::new(),
            places: BTreeMap::new(),
            admitted: BTreeSet::new(),
            replaced: BTreeSet::new(),
        }
    }

    /// Notes a response that is let in, through whichever door, and the one that it replaces.
    pub(super) fn note(&mut self, id: Uuid, replaces: Option<Uuid>) {
        self.admitted.insert(id);
        self.replaced.extend(replaces);
    }

    /// Whether a response with this id was let in before it in the batch.
    pub(super) fn has_admitted(&self, id: Uuid) -> bool {
        self.admitted.contains(&id)
    }

    /// Whether another response of the batch replaces this one.
    pub(super) fn has_replaced(&self, id: Uuid) -> bool {
        self.replaced.contains(&id)
    }

    /// Lets a response in and gives the places of quotas that it takes; the inner error refuses it.
    pub(super) async fn admit(
        &mut self,
        tx: &impl ConnectionTrait,
        door: &OpenDoor,
        arrival: Arrival<'_>,
    ) -> Result<Result<Vec<QuotaPlace>, SubmitError>, StoreError> {
        let of_day = match self.place_of_day(tx, door, &arrival).await? {
            Ok(of_day) => of_day,
            Err(refused) => return Ok(Err(refused)),
        };
        let Some(taken) = self.cells(tx, door, &arrival).await? else {
            return Ok(Err(SubmitError::QuotaFull));
        };
        // Counted only now: what one limit refuses takes no place of the other.
        if let Some((key, count)) = of_day {
            self.of_day.insert(key, count + 1);
        }
        Ok(Ok(taken))
    }

    /// The site and how many answers it has today without this one; none where there is no cap.
    async fn place_of_day(
        &mut self,
        tx: &impl ConnectionTrait,
        door: &OpenDoor,
        arrival: &Arrival<'_>,
    ) -> Result<Result<Option<(SiteKey, u64)>, SubmitError>, StoreError> {
        let Some((cap, link)) = door.daily_cap().zip(door.link.as_ref()) else {
            return Ok(Ok(None));
        };
        let key = (door.round.id.clone(), link.slug.clone());
        let day = self.today.to_string();
        let mut count = match self.of_day.get(&key) {
            Some(count) => *count,
            None => tallies::of_link_on(tx, &door.round.id, &link.slug, &day).await?,
        };
        self.of_day.insert(key.clone(), count);
        let earlier = arrival.gives_up();
        if count >= cap && !arrival.begun && earlier.is_none() {
            return Ok(Err(SubmitError::DailyCap {
                retry_after_s: self.seconds_left,
            }));
        }
        if earlier.is_some_and(|earlier| earlier.day == day) {
            count = count.saturating_sub(1);
        }
        Ok(Ok(Some((key, count))))
    }

    /// The places of quotas that it takes; none when a cell is full.
    async fn cells(
        &mut self,
        tx: &impl ConnectionTrait,
        door: &OpenDoor,
        arrival: &Arrival<'_>,
    ) -> Result<Option<Vec<QuotaPlace>>, StoreError> {
        let quotas: Vec<QuotaPlan> = door.round.quotas_of(&door.group.group);
        if quotas.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let answers: BTreeMap<String, String> = serde_json::from_str(arrival.answers).unwrap_or_default();
        let round = door.round.id.as_str();
        if !self.places.contains_key(round) {
            self.places
                .insert(round.to_owned(), quotas::taken(tx, round).await?);
        }
        let mut taken = self.places.get(round).cloned().unwrap_or_default();
        if let Some(earlier) = arrival.gives_up() {
            for cell in quotas::of_response(tx, earlier.id).await? {
                let count = taken.entry(cell).or_default();
                *count = count.saturating_sub(1);
            }
        }
        let mut places = Vec::new();
        for quota in &quotas {
            let cell = quota.settled_cell(arrival.unit, &answers);
            let name = quotas::key(quota, &cell);
            let count = taken.entry(name.clone()).or_default();
            if *count >= u64::from(quota.limits(&cell).maximum) {
                return Ok(None);
            }
            *count += 1;
            places.push(QuotaPlace {
                response_id: arrival.id,
                cell: name,
                round_id: round.to_owned(),
            });
        }
        self.places.insert(round.to_owned(), taken);
        Ok(Some(places))
    }
}
