//! The one task that writes responses: it takes what waits and commits it together.
//!
//! A batch is read in few statements, written in three, and answered after the
//! commit. Which of two responses with one id or code wins is decided by the
//! unique indexes: rows that conflict are skipped by the insert, and what was
//! stored in their place is read back. That holds inside a batch and between
//! servers alike.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use analysis::disposition::Disposition;
use sea_orm::{ColumnTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, QueryFilter};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::limits::Limits;
use super::{Accepted, SubmitError};
use crate::app::PlanCache;
use crate::cases;
use crate::clock::{Entropy, SharedClock};
use crate::entity::{drafts, follow_up_cases, invitations, responses};
use crate::keys::Keys;
use crate::store::attachments;
use crate::store::cases as case_store;
use crate::store::invitations as invitation_store;
use crate::store::quotas::{self, QuotaPlace};
use crate::store::responses as response_store;
use crate::store::tallies::Changes;
use crate::store::{StoreError, begin, connect_to_write, padded, sample};

mod at_once;
mod judge;
mod kept;
mod pending;
mod rows;
mod surroundings;

use judge::{Judged, RoundForms};
use kept::Kept;
pub(super) use pending::Pending;
use rows::{Statements, carry_over, insert, receipts, repeat};
use surroundings::{KnownDoors, read, stored};

/// Largest batch: 512 rows of 22 values stay below SQLite's 32,766.
const MAX_BATCH: usize = 512;
/// Times a batch is tried before its responses are told to come back.
const ATTEMPTS: u32 = 3;
/// A batch is tried again while the database is away only if it failed sooner: then it may only have found that a
/// connection had ended. Otherwise it has waited for a connection, and many wait behind it.
const SOON: Duration = Duration::from_secs(2);

type Outcome = Result<Accepted, SubmitError>;

pub(super) struct Writer {
    /// Its own connection, one.
    db: DatabaseConnection,
    /// The common ones, for what is read while its own is in a transaction.
    common: DatabaseConnection,
    keys: Arc<Keys>,
    clock: SharedClock,
    entropy: Entropy,
    round_forms: BTreeMap<String, RoundForms>,
    doors: KnownDoors,
    statements: Statements,
    written: at_once::Written,
    /// Its own connection, while batches are written at once.
    kept: Kept,
    /// Only asked for the days that a follow-up case may take.
    plans: PlanCache,
}

impl Writer {
    pub(super) fn new(db: DatabaseConnection, keys: Arc<Keys>, clock: SharedClock, entropy: Entropy) -> Self {
        Self {
            common: db.clone(),
            db,
            keys,
            clock,
            entropy,
            round_forms: BTreeMap::new(),
            doors: KnownDoors::default(),
            statements: Statements::new(),
            written: at_once::Written::new(),
            kept: Kept::default(),
            plans: PlanCache::default(),
        }
    }

    /// Writes until every sender is gone and the queue is empty.
    pub(super) async fn run(mut self, mut waiting: mpsc::Receiver<Pending>, own_url: String) {
        if !own_url.is_empty() {
            match connect_to_write(&own_url).await {
                Ok(own) => self.db = own,
                Err(error) => tracing::warn!(%error, "responses are written through the common connections"),
            }
        }
        let mut batch = Vec::with_capacity(MAX_BATCH);
        while waiting.recv_many(&mut batch, MAX_BATCH).await > 0 {
            metrics::histogram!("minyi_commit_batch_size").record(batch.len() as f64);
            metrics::gauge!("minyi_responses_waiting").set(waiting.len() as f64);
            let begun = Instant::now();
            let outcomes = self.write(&batch).await;
            metrics::histogram!("minyi_commit_seconds").record(begun.elapsed().as_secs_f64());
            for (pending, outcome) in batch.drain(..).zip(outcomes) {
                // The caller may have gone away; the response is stored all the same.
                let _ = pending.reply.send(outcome);
            }
        }
    }

    /// Writes a batch; should it fail as a whole, each response by itself, so that none can take others down. While the
    /// database is away that would only keep everybody waiting: all are told to come back.
    async fn write(&mut self, batch: &[Pending]) -> Vec<Outcome> {
        match self.write_with_retry(batch).await {
            Ok(outcomes) => outcomes,
            Err(error) if batch.len() == 1 || error.is_unreachable() => {
                error.count();
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    responses = batch.len(),
                    "not written"
                );
                batch.iter().map(|_| Err(SubmitError::Busy)).collect()
            }
            Err(error) => {
                error.count();
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
        let begun = Instant::now();
        loop {
            match self.commit(batch).await {
                Ok(outcomes) => return Ok(outcomes),
                Err(error) => {
                    attempt += 1;
                    if attempt == ATTEMPTS || (error.is_unreachable() && begun.elapsed() > SOON) {
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
        if let Some(outcomes) = self.commit_at_once(batch).await? {
            return Ok(outcomes);
        }
        self.kept.give_back();
        let tx = begin(&self.db).await?;
        let surroundings = read(&tx, &self.keys, &mut self.doors, batch).await?;
        let mut limits = Limits::new(self.clock.today(), self.clock.seconds_left_today());
        let mut places: BTreeMap<Uuid, Vec<QuotaPlace>> = BTreeMap::new();
        let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(batch.len());
        let mut rows = Vec::new();
        let mut invitation_of: BTreeMap<String, invitations::Model> = BTreeMap::new();
        let mut earlier_of: BTreeMap<String, responses::Model> = BTreeMap::new();
        let mut tallies = Changes::default();
        for pending in batch {
            match self.judge(&tx, pending, &surroundings, &mut limits).await? {
                Judged::Done(outcome) => outcomes.push(Some(outcome)),
                Judged::Twin => outcomes.push(None),
                Judged::New {
                    row,
                    invitation,
                    taken,
                    earlier,
                } => {
                    places.insert(row.id, taken);
                    if let Some(earlier) = earlier {
                        // The earlier response gives its link up before the new one takes it.
                        let to = response_store::REPLACED;
                        if !response_store::take_back(&tx, &earlier, to, &mut tallies).await? {
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
        if surroundings.stored.is_none() {
            settle_refused(&tx, &self.keys, batch, &mut outcomes).await?;
        }
        // Two servers that insert the same keys in the same order wait for each other instead of deadlocking.
        rows.sort_by_key(|(_, row)| row.id);
        let models: Vec<&responses::Model> = rows.iter().map(|(_, row)| row).collect();
        // While the database works, what is to be said when it has is put together.
        let inserting = insert(&tx, &mut self.statements, &models);
        let (inserted, receipts) = tokio::join!(inserting, receipts(&self.keys, &models));
        let (inserted, receipts) = (inserted?, receipts?);
        let skipped: Vec<Uuid> = rows
            .iter()
            .filter(|(_, row)| !inserted.contains(&row.leaf))
            .map(|(_, row)| row.id)
            .collect();
        let stored = stored(&tx, &self.keys, skipped).await?;
        let (mut completed, mut done_drafts, mut taken) = (Vec::new(), Vec::new(), Vec::new());
        let mut new_cases = Vec::new();
        let mut interviewed: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for ((index, row), receipt) in rows.into_iter().zip(receipts) {
            let earlier = earlier_of.remove(&row.leaf);
            let outcome = if inserted.contains(&row.leaf) {
                tallies.add(&row);
                let invitation = invitation_of.remove(&row.leaf);
                if let Some(earlier) = &earlier {
                    carry_over(&tx, earlier, &row).await?;
                }
                new_cases.extend(self.case(&tx, &row, invitation.as_ref()).await?);
                if let Some(from) = batch[index].files_of {
                    settle_files(&tx, from, &row).await?;
                }
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
                    receipt,
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
        invitation_store::mark_complete(&tx, &padded(completed)).await?;
        for (round, cases) in interviewed {
            sample::set_disposition(&tx, &round, &padded(cases), Disposition::Complete).await?;
        }
        quotas::take(&tx, taken).await?;
        case_store::insert(&tx, new_cases).await?;
        if !done_drafts.is_empty() {
            if batch.iter().any(|pending| pending.files_of.is_some()) {
                attachments::remove_of_drafts(&tx, done_drafts.clone()).await?;
            }
            drafts::Entity::delete_many()
                .filter(drafts::Column::Id.is_in(padded(done_drafts)))
                .exec(&tx)
                .await?;
        }
        tallies.write(&tx).await?;
        tx.commit().await?;
        metrics::counter!("minyi_responses_accepted_total").increment(inserted.len() as u64);
        Ok(settle_twins(batch, outcomes))
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
        let plan = self.plans.get(&self.common, &self.keys, &row.round_id).await?;
        let days = plan.map_or(cases::USUAL_DAYS, |plan| plan.follow_up.days);
        cases::open(&self.keys, &self.entropy, row, unit, &wish, days).map(Some)
    }
}

/// Gives a response its files, and deletes those that it does not answer with in the end.
async fn settle_files(
    tx: &DatabaseTransaction,
    from: Uuid,
    row: &responses::Model,
) -> Result<(), StoreError> {
    let answers: BTreeMap<String, String> =
        serde_json::from_str(&row.answers).map_err(|error| StoreError::Corrupt {
            table: "responses",
            what: error.to_string(),
        })?;
    attachments::settle(tx, (from, row.id), &answers.into_keys().collect()).await
}

/// What is refused may be handed in once more: then it is answered like that.
async fn settle_refused(
    tx: &DatabaseTransaction,
    keys: &Keys,
    batch: &[Pending],
    outcomes: &mut [Option<Outcome>],
) -> Result<(), StoreError> {
    let refused = |outcome: &Option<Outcome>| matches!(outcome, Some(Err(_)));
    let ids = batch.iter().zip(outcomes.iter());
    let ids = ids.filter(|(_, outcome)| refused(outcome));
    let first = stored(tx, keys, ids.map(|(pending, _)| pending.id).collect()).await?;
    for (pending, outcome) in batch.iter().zip(outcomes) {
        if refused(outcome)
            && let Some(first) = first.get(&pending.id)
        {
            *outcome = Some(repeat(first, &pending.content_mac));
        }
    }
    Ok(())
}

/// Gives every response its outcome: one whose id came before it in the same batch is answered like a repeat.
fn settle_twins(batch: &[Pending], mut outcomes: Vec<Option<Outcome>>) -> Vec<Outcome> {
    let mut first: BTreeMap<Uuid, (String, Option<String>)> = BTreeMap::new();
    for (pending, outcome) in batch.iter().zip(&mut outcomes) {
        match outcome {
            Some(told) => {
                let receipt = told.as_ref().ok().map(|accepted| accepted.receipt.clone());
                first
                    .entry(pending.id)
                    .or_insert((pending.content_mac.clone(), receipt));
            }
            None => {
                *outcome = first.get(&pending.id).map(|(mac, receipt)| match receipt {
                    Some(receipt) => repeat(&(mac.clone(), receipt.clone()), &pending.content_mac),
                    None => Err(SubmitError::CodeUsed),
                });
            }
        }
    }
    outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_or(Err(SubmitError::Busy)))
        .collect()
}
