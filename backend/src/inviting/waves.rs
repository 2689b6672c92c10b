//! Invitations by e-mail and at most two reminders: what is queued when.
//!
//! The outbox takes a message of each kind for each case once and for ever, so that three messages are the most that a
//! person can get, however often a button is pressed and even when the code is replaced. The message itself is
//! written when it is sent (`email`): the outbox holds neither address nor name nor code.

use std::collections::{BTreeMap, BTreeSet};

use analysis::plan::Plan;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::email::Waiting;
use super::{Choice, Invited, InvitingError, chosen, closed_cases, open_identities};
use crate::app::Base;
use crate::store::outbox::{self, NewMessage, Outgoing};
use crate::store::rounds::{self, RoundState};
use crate::store::{self, StoreError, begin, invitations};

const DAY_MS: i64 = 86_400_000;

/// A wave of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wave {
    /// The invitation.
    Invitation,
    /// The first reminder.
    First,
    /// The second and last.
    Second,
}

impl Wave {
    /// Every wave, in order.
    pub const ALL: [Self; 3] = [Self::Invitation, Self::First, Self::Second];

    /// The kind of its messages in the outbox.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::First => "reminder-1",
            Self::Second => "reminder-2",
        }
    }

    /// The wave of a kind of message.
    pub fn parse(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wave| wave.kind() == kind)
    }

    /// The wave that must have gone out before.
    fn before(self) -> Option<Self> {
        match self {
            Self::Invitation => None,
            Self::First => Some(Self::Invitation),
            Self::Second => Some(Self::First),
        }
    }
}

/// How a wave stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaveState {
    /// Cases that would be written to now, if they have an e-mail address.
    pub due: u64,
    /// Waiting or being sent.
    pub queued: u64,
    /// Sent, or perhaps sent.
    pub sent: u64,
    /// Left out when their turn came: answered, closed, or not wanted.
    pub skipped: u64,
    /// Refused by the mail server.
    pub failed: u64,
}

/// What a press of the button did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Messages queued.
    pub queued: u64,
    /// Cases without an e-mail address.
    pub without_address: u64,
}

/// The moment by which the wave before must have gone out, so that a reminder may go now.
fn gone_by(now: i64, plan: &Plan) -> i64 {
    now - i64::from(plan.invitations.remind_after_days) * DAY_MS
}

/// Whether a message has gone out, as far as anyone knows, by the moment `by`.
fn has_gone_by(message: &Outgoing, by: i64) -> bool {
    matches!(message.state.as_str(), outbox::SENT | outbox::UNKNOWN) && message.at <= by
}

/// The cases of a round that a wave may go to now: not answered, not refused, reminders wanted, the wave before at
/// least the plan's number of days ago, and this wave not queued yet.
async fn due(
    tx: &impl ConnectionTrait,
    now: i64,
    plan: &Plan,
    (wave, invited, closed): (Wave, Vec<Invited>, &BTreeSet<String>),
) -> Result<Vec<Invited>, StoreError> {
    let round = plan.round.id.as_str();
    let of_kind = async |wave: Wave| -> Result<BTreeMap<String, Outgoing>, StoreError> {
        let messages = outbox::of_kind(tx, round, wave.kind()).await?;
        Ok(messages
            .into_iter()
            .map(|message| (message.recipient.clone(), message))
            .collect())
    };
    let already = of_kind(wave).await?;
    let before = match wave.before() {
        Some(before) => Some(of_kind(before).await?),
        None => None,
    };
    let by = gone_by(now, plan);
    let may = |one: &Invited| {
        let case = &one.case.case_id;
        !invitations::is_used(&one.invitation)
            && !one.invitation.no_remind
            && !closed.contains(case)
            && !already.contains_key(case)
            && before
                .as_ref()
                .is_none_or(|before| before.get(case).is_some_and(|message| has_gone_by(message, by)))
    };
    Ok(invited.into_iter().filter(may).collect())
}

/// How the waves of a round stand. Identities stay closed.
///
/// # Errors
/// When the database does not answer.
pub async fn states(base: &Base, plan: &Plan) -> Result<Vec<(Wave, WaveState)>, StoreError> {
    let round = plan.round.id.as_str();
    let by = gone_by(base.clock.now_ms(), plan);
    let mut states = Vec::new();
    for wave in Wave::ALL {
        let before = wave.before().map(|wave| (wave.kind(), by));
        let mut state = WaveState {
            due: store::waves::due(&base.db, round, wave.kind(), before).await?,
            ..WaveState::default()
        };
        for (word, n) in store::waves::by_state(&base.db, round, wave.kind()).await? {
            match word.as_str() {
                outbox::QUEUED | outbox::SENDING => state.queued += n,
                outbox::SENT | outbox::UNKNOWN => state.sent += n,
                outbox::SKIPPED => state.skipped += n,
                _ => state.failed += n,
            }
        }
        states.push((wave, state));
    }
    Ok(states)
}

async fn must_be_open(tx: &DatabaseTransaction, base: &Base, round: &str) -> Result<(), InvitingError> {
    let row = rounds::find(tx, round).await?.ok_or(InvitingError::NotOpen)?;
    match row.state_on(base.clock.today()) {
        RoundState::Open => Ok(()),
        _ => Err(InvitingError::NotOpen),
    }
}

/// Queues a wave for every case that is due and has an e-mail address.
///
/// # Errors
/// [`InvitingError::NotOpen`].
pub async fn queue(base: &Base, plan: &Plan, wave: Wave, actor: &str) -> Result<Queued, InvitingError> {
    let round = plan.round.id.as_str();
    let now = base.clock.now_ms();
    let tx = begin(&base.db).await?;
    must_be_open(&tx, base, round).await?;
    let invited = chosen(&tx, round, &Choice::default()).await?;
    let closed = closed_cases(&tx, round).await?;
    let mut invited = due(&tx, now, plan, (wave, invited, &closed)).await?;
    let opened = open_identities(&tx, base, round, &mut invited).await?;
    let mut without_address = 0;
    let mut messages = Vec::new();
    for one in &invited {
        if one
            .identity
            .as_ref()
            .is_none_or(|identity| identity.email.trim().is_empty())
        {
            without_address += 1;
            continue;
        }
        let key = [wave.kind(), round, &one.case.case_id].join("\n");
        messages.push(NewMessage {
            id: base.entropy.uuid(),
            round: round.to_owned(),
            kind: wave.kind().to_owned(),
            recipient: one.case.case_id.clone(),
            dedup_key: hex::encode(Sha256::digest(key)),
            message: Waiting::new(one.invitation.id).to_bytes(),
        });
    }
    let queued = outbox::enqueue(&tx, messages, now).await?;
    let detail = json!({ "wave": wave.kind(), "queued": queued, "identities_opened": opened });
    base.record(&tx, actor, "invitation.email", round, detail).await?;
    tx.commit().await?;
    Ok(Queued {
        queued,
        without_address,
    })
}
