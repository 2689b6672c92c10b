//! What a batch needs to know of the database, read and held before anything is judged.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::pending::{Key, Pending};
use crate::app::per_round::PerRound;
use crate::entity::{invitations, responses};
use crate::keys::Keys;
use crate::store::links::{self, Doors, Hold, OpenDoor};
use crate::store::rounds::{self, Round};
use crate::store::{StoreError, padded, responses as response_store};
use crate::submit::receipt;

/// Doors of sealed rounds, which change by amendments only, and the slugs by which nothing was limited when they were
/// last looked at.
#[derive(Debug, Default)]
pub(super) struct KnownDoors {
    of_round: PerRound<Doors>,
    unlimited: BTreeMap<String, OpenDoor>,
}

impl KnownDoors {
    /// What `slug` led to when it was last looked at, if nothing is limited by it.
    pub(super) fn unlimited(&self, slug: &str) -> Option<&OpenDoor> {
        self.unlimited.get(slug)
    }

    /// What `slug` leads to.
    async fn find(
        &mut self,
        tx: &DatabaseTransaction,
        slug: &str,
        hold: Hold,
    ) -> Result<Option<OpenDoor>, StoreError> {
        let Some(round) = links::round_by_slug(tx, slug, hold).await? else {
            self.unlimited.remove(slug);
            return Ok(None);
        };
        let doors = self
            .of_round
            .get_or_read(&round, Doors::read(tx, &round.id))
            .await?;
        let door = doors.open(round, slug);
        match door.as_ref().filter(|door| !door.is_limited()) {
            Some(door) => self.unlimited.insert(slug.to_owned(), door.clone()),
            None => self.unlimited.remove(slug),
        };
        Ok(door)
    }

    /// Whether the round of every response in the batch can be held as it is looked for: each came by a door that limits
    /// nothing, so that nobody waits for an invitation or a count while holding a round.
    fn can_hold_at_once(&self, batch: &[Pending]) -> bool {
        let mut keys = batch.iter().map(|pending| &pending.key);
        keys.all(|key| matches!(key, Key::Slug(slug) if self.unlimited.contains_key(slug)))
    }
}

/// What a batch needs to know of the database.
pub(super) struct Surroundings {
    /// Content and receipt of what is stored under the batch's ids; nothing where that is looked up only for those that
    /// are refused or turn out to be there.
    pub(super) stored: Option<BTreeMap<Uuid, (String, String)>>,
    pub(super) by_lookup: BTreeMap<String, invitations::Model>,
    pub(super) by_id: BTreeMap<Uuid, invitations::Model>,
    /// Open links by slug.
    pub(super) links: BTreeMap<String, Option<OpenDoor>>,
    /// Responses that are answered again.
    pub(super) earlier: BTreeMap<Uuid, responses::Model>,
    /// The open link by which an earlier response came, by that response's id.
    pub(super) earlier_doors: BTreeMap<Uuid, OpenDoor>,
    pub(super) rounds: BTreeMap<String, Round>,
}

impl Surroundings {
    /// Those of responses by open links of one round.
    pub(super) fn of_open_links(round: Round, links: BTreeMap<String, Option<OpenDoor>>) -> Self {
        Self {
            stored: None,
            by_lookup: BTreeMap::new(),
            by_id: BTreeMap::new(),
            links,
            earlier: BTreeMap::new(),
            earlier_doors: BTreeMap::new(),
            rounds: BTreeMap::from([(round.id.clone(), round)]),
        }
    }
}

/// Content and receipt of the stored responses among `ids`.
pub(super) async fn stored(
    tx: &impl ConnectionTrait,
    keys: &Keys,
    ids: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, (String, String)>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(Uuid, String, String, String)> = responses::Entity::find()
        .select_only()
        .columns([
            responses::Column::Id,
            responses::Column::ContentMac,
            responses::Column::RoundId,
            responses::Column::Leaf,
        ])
        .filter(responses::Column::Id.is_in(padded(ids)))
        .into_tuple()
        .all(tx)
        .await?;
    rows.into_iter()
        .map(|(id, mac, round, leaf)| Ok((id, (mac, receipt::of(keys, &round, &leaf)?))))
        .collect()
}

/// Reads what the batch concerns. Invitations and rounds are held until the transaction ends, so that nobody replaces a
/// code or closes a round between the look and the commit: rounds whose places are counted against everyone, the
/// others against those who change them.
pub(super) async fn read(
    tx: &DatabaseTransaction,
    keys: &Keys,
    known: &mut KnownDoors,
    batch: &[Pending],
) -> Result<Surroundings, StoreError> {
    let hold = match known.can_hold_at_once(batch) {
        true => Hold::Shared,
        false => Hold::No,
    };
    let (mut lookups, mut ids, mut doors) = (Vec::new(), Vec::new(), BTreeMap::new());
    let mut earlier: BTreeMap<Uuid, responses::Model> = BTreeMap::new();
    for pending in batch {
        match &pending.key {
            Key::Lookup(lookup) => lookups.push(lookup.clone()),
            Key::Invitation(id) => ids.push(*id),
            Key::Slug(slug) => {
                if !doors.contains_key(slug) {
                    doors.insert(slug.clone(), known.find(tx, slug, hold).await?);
                }
            }
            Key::Again(id) => {
                earlier.extend(response_store::find(tx, *id).await?.map(|row| (*id, row)));
            }
            Key::Nothing => {}
        }
    }
    let invited = if lookups.is_empty() && ids.is_empty() {
        Vec::new()
    } else {
        let wanted = Condition::any()
            .add_option((!lookups.is_empty()).then(|| invitations::Column::CodeLookup.is_in(padded(lookups))))
            .add_option((!ids.is_empty()).then(|| invitations::Column::Id.is_in(padded(ids))));
        invitations::Entity::find()
            .filter(wanted)
            .order_by_asc(invitations::Column::Id)
            .lock_exclusive()
            .all(tx)
            .await?
    };
    let of_doors = doors.values().flatten();
    let limited: BTreeSet<String> = of_doors
        .clone()
        .filter(|door| door.is_limited())
        .map(|door| door.round.id.clone())
        .chain(
            earlier
                .values()
                .filter(|row| row.open_link.is_some())
                .map(|row| row.round_id.clone()),
        )
        .collect();
    let concerned: BTreeSet<String> = of_doors
        .clone()
        .map(|door| door.round.id.clone())
        .chain(invited.iter().map(|invitation| invitation.round_id.clone()))
        .chain(earlier.values().map(|row| row.round_id.clone()))
        .collect();
    let mut held = BTreeMap::new();
    for id in concerned {
        let at_once = of_doors
            .clone()
            .find(|door| hold == Hold::Shared && door.round.id == id)
            .map(|door| door.round.clone());
        let round = match (limited.contains(&id), at_once) {
            (true, _) => rounds::hold_alone(tx, &id).await?,
            (false, Some(round)) => Some(round),
            (false, None) => rounds::hold(tx, &id).await?,
        };
        if let Some(round) = round {
            held.insert(id, round);
        }
    }
    let mut earlier_doors = BTreeMap::new();
    for row in earlier.values() {
        if let (Some(slug), Some(round)) = (&row.open_link, held.get(&row.round_id))
            && let Some(door) = links::in_round(tx, round.clone(), slug).await?
        {
            earlier_doors.insert(row.id, door);
        }
    }
    // What is handed in once more must not take a place that is counted, nor take the place of what it is.
    let stored = match limited.is_empty() && earlier.is_empty() {
        true => None,
        // After the wait for whoever held them: that may have been another server with the same response.
        false => Some(stored(tx, keys, batch.iter().map(|pending| pending.id).collect()).await?),
    };
    Ok(Surroundings {
        stored,
        by_lookup: invited
            .iter()
            .map(|row| (row.code_lookup.clone(), row.clone()))
            .collect(),
        by_id: invited.into_iter().map(|row| (row.id, row)).collect(),
        links: doors,
        earlier,
        earlier_doors,
        rounds: held,
    })
}
