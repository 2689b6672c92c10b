//! The one task that writes responses: it takes what waits and commits it together.
//!
//! A batch is read in four statements, written in three, and answered after the
//! commit. Which of two equal ids or two uses of a code wins is decided by the
//! unique indexes: rows that conflict are skipped by the insert, and what was
//! stored in their place is read back. That holds inside a batch and between
//! servers alike.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use analysis::disposition::Disposition;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, Iterable,
    QueryFilter, QuerySelect,
};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::limits::{Arrival, Limits};
use super::{Accepted, Answering, Door, Mode, NewResponse, SubmitError, Way, receipt, wrong_form};
use crate::app::PlanCache;
use crate::cases;
use crate::clock::{Entropy, SharedClock};
use crate::codes::Code;
use crate::entity::{drafts, follow_up_cases, invitations, responses};
use crate::keys::Keys;
use crate::store::cases as case_store;
use crate::store::invitations as invitation_store;
use crate::store::links::{self, OpenDoor};
use crate::store::quotas::{self, QuotaPlace};
use crate::store::responses as response_store;
use crate::store::rounds::{self, Round, RoundState};
use crate::store::{StoreError, begin, forms, sample, secrets};

/// Largest batch: 512 rows of 23 values stay below SQLite's 32,766.
const MAX_BATCH: usize = 512;
/// Times a batch is tried before its responses are told to come back.
const ATTEMPTS: u32 = 3;

type Outcome = Result<Accepted, SubmitError>;

/// How the writer finds the invitation or group of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Lookup(String),
    Invitation(Uuid),
    Slug(String),
    /// The response that the same person gave before.
    Again(Uuid),
    /// A code that cannot have been issued.
    Nothing,
}

/// A validated response that waits to be written.
#[derive(Debug)]
pub(super) struct Pending {
    id: Uuid,
    content_mac: String,
    key: Key,
    form: String,
    form_version: String,
    language: String,
    mode: Mode,
    answering: &'static str,
    duration_s: i64,
    answers: String,
    draft_id: Option<String>,
    unit: Option<String>,
    ways: String,
    consents: String,
    interviewer: Option<String>,
    staff_collected: bool,
    reply: oneshot::Sender<Outcome>,
}

impl Pending {
    pub(super) fn new(
        id: Uuid,
        content_mac: String,
        response: &NewResponse,
        (answers, answering): (String, Answering),
        keys: &Keys,
        reply: oneshot::Sender<Outcome>,
    ) -> Self {
        let key = match &response.door {
            Door::Invitation(id) => Key::Invitation(*id),
            Door::Link(slug) => Key::Slug(slug.clone()),
            Door::Again(earlier) => Key::Again(*earlier),
            Door::Code(text) => Code::parse(text).map_or(Key::Nothing, |code| Key::Lookup(code.lookup(keys))),
        };
        Self {
            id,
            content_mac,
            key,
            form: response.form.clone(),
            form_version: response.form_version.clone(),
            language: response.language.clone(),
            mode: response.mode,
            answering: answering.as_str(),
            duration_s: response.duration_s,
            answers,
            draft_id: response.draft_id.clone(),
            unit: response.unit.clone(),
            ways: Way::join(&response.ways),
            consents: response.consents.clone(),
            interviewer: response.interviewer.clone(),
            staff_collected: response.staff_collected,
            reply,
        }
    }
}

/// Groups and form versions of a round. Once it is sealed, groups no longer change, and versions are only added.
#[derive(Debug)]
struct RoundForms {
    /// Form by group.
    forms: BTreeMap<String, String>,
    /// Current version by form.
    current: BTreeMap<String, String>,
    /// Every `(form, version)` that the round has had.
    known: BTreeSet<(String, String)>,
}

/// What a batch needs to know of the database.
struct Surroundings {
    stored: BTreeMap<Uuid, (String, String)>,
    by_lookup: BTreeMap<String, invitations::Model>,
    by_id: BTreeMap<Uuid, invitations::Model>,
    links: BTreeMap<String, Option<OpenDoor>>,
    earlier: BTreeMap<Uuid, responses::Model>,
    rounds: BTreeMap<String, Round>,
}

pub(super) struct Writer {
    db: DatabaseConnection,
    keys: Arc<Keys>,
    clock: SharedClock,
    entropy: Entropy,
    round_forms: BTreeMap<String, RoundForms>,
    /// Only asked for the days that a follow-up case may take.
    plans: PlanCache,
}

impl Writer {
    pub(super) fn new(db: DatabaseConnection, keys: Arc<Keys>, clock: SharedClock, entropy: Entropy) -> Self {
        Self {
            db,
            keys,
            clock,
            entropy,
            round_forms: BTreeMap::new(),
            plans: PlanCache::default(),
        }
    }

    /// Writes until every sender is gone and the queue is empty.
    pub(super) async fn run(mut self, mut waiting: mpsc::Receiver<Pending>) {
        let mut batch = Vec::with_capacity(MAX_BATCH);
        while waiting.recv_many(&mut batch, MAX_BATCH).await > 0 {
            metrics::histogram!("minyi_commit_batch_size").record(batch.len() as f64);
            let begun = Instant::now();
            let outcomes = self.write(&batch).await;
            metrics::histogram!("minyi_commit_seconds").record(begun.elapsed().as_secs_f64());
            for (pending, outcome) in batch.drain(..).zip(outcomes) {
                // The caller may have gone away; the response is stored all the same.
                let _ = pending.reply.send(outcome);
            }
        }
    }

    /// Writes a batch; should it fail as a whole, each response by itself, so that none can take others down.
    async fn write(&mut self, batch: &[Pending]) -> Vec<Outcome> {
        match self.write_with_retry(batch).await {
            Ok(outcomes) => outcomes,
            Err(error) if batch.len() == 1 => {
                tracing::error!(error = &error as &dyn std::error::Error, "response not written");
                vec![Err(SubmitError::Busy)]
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    responses = batch.len(),
                    "batch not written; trying each response by itself"
                );
                let mut outcomes = Vec::with_capacity(batch.len());
                for single in batch.chunks(1) {
                    let outcome = self
                        .commit(single)
                        .await
                        .unwrap_or_else(|_| vec![Err(SubmitError::Busy)]);
                    outcomes.extend(outcome);
                }
                outcomes
            }
        }
    }

    async fn write_with_retry(&mut self, batch: &[Pending]) -> Result<Vec<Outcome>, StoreError> {
        let mut attempt = 0;
        loop {
            match self.commit(batch).await {
                Ok(outcomes) => return Ok(outcomes),
                Err(error) => {
                    attempt += 1;
                    if attempt == ATTEMPTS {
                        return Err(error);
                    }
                    tokio::time::sleep(Duration::from_millis(20 << attempt)).await;
                }
            }
        }
    }

    /// One transaction for the whole batch; trying it again after an error is harmless, even when the commit went
    /// through and only its answer was lost: the ids are found then.
    async fn commit(&mut self, batch: &[Pending]) -> Result<Vec<Outcome>, StoreError> {
        let tx = begin(&self.db).await?;
        let surroundings = read(&tx, batch).await?;
        let doors = surroundings.links.values().flatten();
        let day = (self.clock.today(), self.clock.seconds_left_today());
        let mut limits = Limits::lock(&tx, doors, day).await?;
        let mut places: BTreeMap<Uuid, Vec<QuotaPlace>> = BTreeMap::new();
        let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(batch.len());
        let mut rows = Vec::new();
        let mut invitation_of: BTreeMap<String, invitations::Model> = BTreeMap::new();
        let mut earlier_of: BTreeMap<String, responses::Model> = BTreeMap::new();
        for pending in batch {
            match self.judge(&tx, pending, &surroundings, &mut limits).await? {
                Judged::Done(outcome) => outcomes.push(Some(outcome)),
                Judged::New {
                    row,
                    invitation,
                    taken,
                    earlier,
                } => {
                    places.insert(row.id, taken);
                    if let Some(earlier) = earlier {
                        // The earlier response gives its link up before the new one takes it.
                        if !response_store::take_back(&tx, earlier.id, response_store::REPLACED).await? {
                            outcomes.push(Some(Err(SubmitError::CodeUsed)));
                            continue;
                        }
                        earlier_of.insert(row.leaf.clone(), *earlier);
                    }
                    if let Some(invitation) = invitation {
                        invitation_of.insert(row.leaf.clone(), *invitation);
                    }
                    rows.push((outcomes.len(), *row));
                    outcomes.push(None);
                }
            }
        }
        // Two servers that insert the same keys in the same order wait for each other instead of deadlocking.
        rows.sort_by_key(|(_, row)| row.id);
        let inserted = insert(&tx, rows.iter().map(|(_, row)| row)).await?;
        let skipped: Vec<Uuid> = rows
            .iter()
            .filter(|(_, row)| !inserted.contains(&row.leaf))
            .map(|(_, row)| row.id)
            .collect();
        let stored = stored(&tx, skipped).await?;
        let (mut completed, mut done_drafts, mut taken) = (Vec::new(), Vec::new(), Vec::new());
        let mut new_cases = Vec::new();
        let mut interviewed: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (index, row) in rows {
            let earlier = earlier_of.remove(&row.leaf);
            let outcome = if inserted.contains(&row.leaf) {
                let invitation = invitation_of.remove(&row.leaf);
                if let Some(earlier) = &earlier {
                    carry_over(&tx, earlier, &row).await?;
                }
                new_cases.extend(self.case(&tx, &row, invitation.as_ref()).await?);
                if let Some(invitation) = invitation {
                    completed.push(invitation.id);
                    interviewed
                        .entry(row.round_id)
                        .or_default()
                        .push(invitation.case_id);
                }
                taken.extend(places.remove(&row.id).unwrap_or_default());
                done_drafts.extend(row.link);
                done_drafts.extend(batch[index].draft_id.clone());
                Ok(Accepted {
                    receipt: row.receipt,
                    replayed: false,
                })
            } else if earlier.is_some() {
                // Another server stored it at this moment: nothing of this batch may stand, the next try finds it.
                return Err(StoreError::Corrupt {
                    table: "responses",
                    what: "an earlier response was taken back without a newer one".to_owned(),
                });
            } else {
                match stored.get(&row.id) {
                    Some(first) => repeat(first, &row.content_mac),
                    None => Err(SubmitError::CodeUsed),
                }
            };
            outcomes[index] = Some(outcome);
        }
        invitation_store::mark_complete(&tx, &completed).await?;
        for (round, cases) in &interviewed {
            sample::set_disposition(&tx, round, cases, Disposition::Complete).await?;
        }
        quotas::take(&tx, taken).await?;
        case_store::insert(&tx, new_cases).await?;
        if !done_drafts.is_empty() {
            drafts::Entity::delete_many()
                .filter(drafts::Column::Id.is_in(done_drafts))
                .exec(&tx)
                .await?;
        }
        tx.commit().await?;
        metrics::counter!("minyi_responses_accepted_total").increment(inserted.len() as u64);
        Ok(outcomes
            .into_iter()
            .map(|outcome| outcome.unwrap_or(Err(SubmitError::Busy)))
            .collect())
    }

    async fn judge(
        &mut self,
        tx: &DatabaseTransaction,
        pending: &Pending,
        around: &Surroundings,
        limits: &mut Limits,
    ) -> Result<Judged, StoreError> {
        let refuse = |error| Ok(Judged::Done(Err(error)));
        if let Some(first) = around.stored.get(&pending.id) {
            return Ok(Judged::Done(repeat(first, &pending.content_mac)));
        }
        let invitation = match &pending.key {
            Key::Lookup(lookup) => around.by_lookup.get(lookup),
            Key::Invitation(id) => around.by_id.get(id),
            Key::Slug(_) | Key::Again(_) | Key::Nothing => None,
        };
        let earlier = match &pending.key {
            Key::Again(id) => around.earlier.get(id),
            _ => None,
        };
        if let Some(earlier) = earlier
            && earlier.state == response_store::REPLACED
        {
            return refuse(SubmitError::CodeUsed);
        }
        let (round, group, door) = match (&pending.key, invitation) {
            (Key::Again(_), _) => {
                match earlier.and_then(|row| Some((row, around.rounds.get(&row.round_id)?))) {
                    Some((row, round)) => (round, &row.group, None),
                    None => return refuse(SubmitError::UnknownCode),
                }
            }
            (Key::Slug(slug), _) => match around.links.get(slug) {
                Some(Some(door)) => (&door.round, &door.group.group, Some((slug, door))),
                _ => return refuse(SubmitError::UnknownLink),
            },
            (_, Some(invitation)) if invitation.state != invitation_store::WITHDRAWN => {
                match around.rounds.get(&invitation.round_id) {
                    Some(round) => (round, &invitation.group, None),
                    None => return refuse(SubmitError::UnknownCode),
                }
            }
            _ => return refuse(SubmitError::UnknownCode),
        };
        if invitation.is_some_and(invitation_store::is_used) {
            return refuse(SubmitError::CodeUsed);
        }
        match pending.mode.state_of(round, self.clock.today()) {
            RoundState::Open => {}
            RoundState::Closed => return refuse(SubmitError::Closed),
            RoundState::Draft | RoundState::Sealed => return refuse(SubmitError::NotOpen),
        }
        let version = (pending.form.clone(), pending.form_version.clone());
        let known = self.round_forms(tx, &round.id, &version).await?;
        let form = known.forms.get(group).map(String::as_str).unwrap_or_default();
        if form != pending.form {
            return refuse(SubmitError::Invalid(vec![wrong_form(form)]));
        }
        let current = known.current.get(form).cloned().unwrap_or_default();
        // What was answered with an earlier version, on a page left open or far from any network, is as good as what
        // is answered with the present one; it was validated by the version that it names.
        if !known.known.contains(&version) {
            return refuse(SubmitError::UnknownVersion { current });
        }
        // A site that lies in one township answers for it.
        let of_site = door.and_then(|(_, door)| door.link.as_ref()?.unit.clone());
        let unit = of_site.or_else(|| pending.unit.clone());
        let mut taken = Vec::new();
        if let Some((_, door)) = door {
            let arrival = Arrival {
                id: pending.id,
                unit: unit.as_deref(),
                answers: &pending.answers,
                begun: pending.draft_id.is_some(),
            };
            taken = match limits.admit(tx, door, arrival).await? {
                Ok(taken) => taken,
                Err(refused) => return refuse(refused),
            };
        }
        let mut row = self.row(pending, round, group);
        row.unit = unit;
        row.open_link = door.map(|(slug, _)| slug.clone());
        row.link = invitation.map(|invitation| self.keys.link(invitation.id));
        let mut invitation = invitation.cloned();
        if let Some(earlier) = earlier {
            row.unit = row.unit.or_else(|| earlier.unit.clone());
            row.open_link.clone_from(&earlier.open_link);
            row.link.clone_from(&earlier.link);
            if let Some(link) = &earlier.link {
                invitation = invitation_store::by_link(tx, &self.keys, &round.id, link).await?;
            }
        }
        Ok(Judged::New {
            row: Box::new(row),
            invitation: invitation.map(Box::new),
            taken,
            earlier: earlier.cloned().map(Box::new),
        })
    }

    /// The row of a response; who gave it and through which door is the caller's to fill in.
    fn row(&self, pending: &Pending, round: &Round, group: &str) -> responses::Model {
        let salt = self.entropy.bytes::<32>();
        let leaf = receipt::leaf(&salt, &round.id, &pending.form_version, &pending.answers);
        responses::Model {
            id: pending.id,
            round_id: round.id.clone(),
            group: group.to_owned(),
            form: pending.form.clone(),
            form_version: pending.form_version.clone(),
            link: None,
            open_link: None,
            unit: None,
            mode: pending.mode.as_str().to_owned(),
            answering: pending.answering.to_owned(),
            language: pending.language.clone(),
            staff_collected: pending.staff_collected,
            day: self.clock.today().to_string(),
            duration_s: pending.duration_s,
            answers: pending.answers.clone(),
            content_mac: pending.content_mac.clone(),
            salt: salt.to_vec(),
            leaf: hex::encode(leaf),
            receipt: receipt::sign(&self.keys, &round.id, &leaf),
            ways: pending.ways.clone(),
            consents: pending.consents.clone(),
            interviewer: pending.interviewer.clone(),
            state: response_store::ACCEPTED.to_owned(),
        }
    }

    /// The follow-up case that a response asks for, if it does and its respondent has none yet.
    async fn case(
        &self,
        tx: &DatabaseTransaction,
        row: &responses::Model,
        invitation: Option<&invitations::Model>,
    ) -> Result<Option<follow_up_cases::Model>, StoreError> {
        let Some(wish) = cases::wish(&row.answers) else {
            return Ok(None);
        };
        if case_store::by_leaf(tx, &row.leaf).await?.is_some() {
            return Ok(None);
        }
        let unit = match invitation {
            Some(invitation) => sample::find(tx, &row.round_id, &invitation.case_id)
                .await?
                .and_then(|case| case.township),
            None => row.unit.clone(),
        };
        // Sealed plans are kept once read, so that this does not wait for another connection each time.
        let plan = self.plans.get(&self.db, &self.keys, &row.round_id).await?;
        let days = plan.map_or(cases::USUAL_DAYS, |plan| plan.follow_up.days);
        cases::open(&self.keys, &self.entropy, row, unit, &wish, days).map(Some)
    }

    /// Groups and versions of a round; kept, and read again when a version comes that was not there before.
    async fn round_forms(
        &mut self,
        tx: &DatabaseTransaction,
        round: &str,
        version: &(String, String),
    ) -> Result<&RoundForms, StoreError> {
        let is_known = |forms: &RoundForms| forms.known.contains(version);
        if !self.round_forms.get(round).is_some_and(is_known) {
            let versions = forms::versions(tx, round).await?;
            let current = versions.iter().filter(|v| v.current);
            let pair = |v: &forms::FormVersion| (v.form.clone(), v.version.clone());
            let groups = rounds::groups(tx, round).await?;
            let found = RoundForms {
                forms: groups.into_iter().map(|row| (row.group, row.form)).collect(),
                current: current.map(pair).collect(),
                known: versions.iter().map(pair).collect(),
            };
            self.round_forms.insert(round.to_owned(), found);
        }
        self.round_forms.get(round).ok_or_else(|| StoreError::Corrupt {
            table: "forms",
            what: "round without forms".to_owned(),
        })
    }
}

enum Judged {
    Done(Outcome),
    New {
        row: Box<responses::Model>,
        invitation: Option<Box<invitations::Model>>,
        taken: Vec<QuotaPlace>,
        /// What the row takes the place of.
        earlier: Option<Box<responses::Model>>,
    },
}

/// What belonged to the earlier response belongs to the newer: the second secret opens both, the case goes on.
async fn carry_over(
    tx: &DatabaseTransaction,
    earlier: &responses::Model,
    newer: &responses::Model,
) -> Result<(), StoreError> {
    secrets::carry_over(tx, &earlier.leaf, &newer.leaf).await?;
    case_store::carry_over(tx, &earlier.leaf, &newer.leaf).await
}

/// What to answer to an id that is stored: `first` is its content and receipt.
fn repeat(first: &(String, String), content_mac: &str) -> Outcome {
    let (stored_mac, receipt) = first;
    // A response that was taken back has no content left to compare.
    if stored_mac == content_mac || stored_mac.is_empty() {
        Ok(Accepted {
            receipt: receipt.clone(),
            replayed: true,
        })
    } else {
        Err(SubmitError::IdConflict)
    }
}

/// Content and receipt of the stored responses among `ids`.
async fn stored(
    tx: &DatabaseTransaction,
    ids: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, (String, String)>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(Uuid, String, String)> = responses::Entity::find()
        .select_only()
        .columns([
            responses::Column::Id,
            responses::Column::ContentMac,
            responses::Column::Receipt,
        ])
        .filter(responses::Column::Id.is_in(ids))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, mac, receipt)| (id, (mac, receipt)))
        .collect())
}

async fn read(tx: &DatabaseTransaction, batch: &[Pending]) -> Result<Surroundings, StoreError> {
    let stored = stored(tx, batch.iter().map(|pending| pending.id).collect()).await?;
    let (mut lookups, mut ids, mut doors, mut earlier) =
        (Vec::new(), Vec::new(), BTreeMap::new(), BTreeMap::new());
    for pending in batch {
        match &pending.key {
            Key::Lookup(lookup) => lookups.push(lookup.clone()),
            Key::Invitation(id) => ids.push(*id),
            Key::Slug(slug) => {
                if !doors.contains_key(slug) {
                    doors.insert(slug.clone(), links::by_slug(tx, slug).await?);
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
            .add_option((!lookups.is_empty()).then(|| invitations::Column::CodeLookup.is_in(lookups)))
            .add_option((!ids.is_empty()).then(|| invitations::Column::Id.is_in(ids)));
        invitations::Entity::find().filter(wanted).all(tx).await?
    };
    let round_ids: BTreeSet<String> = invited
        .iter()
        .map(|invitation| invitation.round_id.clone())
        .chain(
            earlier
                .values()
                .map(|row: &responses::Model| row.round_id.clone()),
        )
        .collect();
    let rounds = if round_ids.is_empty() {
        Vec::new()
    } else {
        rounds::find_many(tx, &round_ids.into_iter().collect::<Vec<_>>()).await?
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
        rounds: rounds
            .into_iter()
            .map(|round| (round.id.clone(), round))
            .collect(),
    })
}

/// Inserts rows, skipping those that conflict with any unique index, and gives the leaves of those inserted.
async fn insert<'a>(
    tx: &DatabaseTransaction,
    rows: impl Iterator<Item = &'a responses::Model>,
) -> Result<BTreeSet<String>, StoreError> {
    use sea_orm::ModelTrait;
    let mut statement = Query::insert();
    statement
        .into_table(responses::Entity)
        .columns(responses::Column::iter());
    let mut any = false;
    for row in rows {
        let values = responses::Column::iter().map(|column| row.get(column).into());
        statement.values(values).map_err(|error| StoreError::Corrupt {
            table: "responses",
            what: error.to_string(),
        })?;
        any = true;
    }
    if !any {
        return Ok(BTreeSet::new());
    }
    statement
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .returning_col(responses::Column::Leaf);
    let inserted = tx.query_all(&statement).await?;
    Ok(inserted
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<Result<_, _>>()?)
}
