//! The mail worker: takes messages from the outbox and hands them to the mail server, with growing pauses while
//! that fails. See `store/outbox.rs` for why no message is sent twice.

use std::time::Duration;

use lettre::Address;
use lettre::address::Envelope;
use tokio::sync::watch;

use crate::app::{Base, PlanCache};
use crate::inviting::InvitingError;
use crate::inviting::email::{self, Prepared};
use crate::inviting::waves::Wave;
use crate::mail::transport::{Outcome, SmtpRelay};
use crate::store::StoreError;
use crate::store::outbox::{self, LEASE_MS, LONGEST_PAUSE_MS, Message};

/// How often the outbox is looked at.
const TICK: Duration = Duration::from_secs(1);
/// After so many refusals for now (about ten hours) a message has failed.
const MOST_ATTEMPTS: i32 = 12;

/// What the worker works with.
pub struct MailWorker {
    /// Where the outbox is, what time it is, and the keys with which invitations are written.
    pub base: Base,
    /// Plans of the rounds whose invitations are sent.
    pub plans: PlanCache,
    /// The way to the mail server.
    pub relay: SmtpRelay,
    /// The sender of every message.
    pub from: Address,
}

impl MailWorker {
    /// Works until `stop` turns true; the message under way is finished first.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut unreachable_in_a_row = 0;
        while !*stop.borrow() {
            match self.turn(unreachable_in_a_row, &stop).await {
                Ok(reached) => unreachable_in_a_row = if reached { 0 } else { unreachable_in_a_row + 1 },
                Err(error) => tracing::warn!(%error, "the outbox cannot be read; trying again"),
            }
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Sends what is due. Returns whether the server could be reached, as far as it was tried.
    async fn turn(
        &self,
        unreachable_in_a_row: i32,
        stop: &watch::Receiver<bool>,
    ) -> Result<bool, StoreError> {
        let now = self.base.clock.now_ms();
        let lost = outbox::expire_leases(&self.base.db, now).await?;
        if lost > 0 {
            tracing::warn!(
                messages = lost,
                "messages may or may not have been sent; see the console"
            );
        }
        if !outbox::is_due(&self.base.db, now).await? {
            return Ok(true);
        }
        // Asked first, so that a server that is down is found out before a message counts as handed over.
        // A server that hangs is not waited for when this program is told to stop: nothing has been handed over yet.
        let mut stopping = stop.clone();
        let greeted = tokio::select! {
            greeted = self.relay.greet() => greeted,
            () = async { let _told = stopping.wait_for(|stop| *stop).await; } => return Ok(true),
        };
        if let Err(
            Outcome::TryAgain(reason)
            | Outcome::Unreachable(reason)
            | Outcome::Refused(reason)
            | Outcome::Unknown(reason),
        ) = greeted
        {
            let retry_at = now + pause_ms(unreachable_in_a_row + 1);
            tracing::warn!(%reason, "the mail server cannot be used; trying again");
            outbox::postpone_due(&self.base.db, &reason, now, retry_at).await?;
            return Ok(false);
        }
        while !*stop.borrow() {
            let now = self.base.clock.now_ms();
            let Some(message) = outbox::claim(&self.base.db, now, now + LEASE_MS).await? else {
                break;
            };
            if !self.send(message).await? {
                // It went away while messages went out; the next turn asks it first.
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The message itself; invitations are written only now.
    async fn prepare(&self, queued: &Message) -> Result<Prepared, Outcome> {
        match Wave::parse(&queued.kind) {
            Some(wave) => email::prepare(&self.base, &self.plans, wave, queued)
                .await
                .map_err(|error| match error {
                    // It quotes the address.
                    InvitingError::Compose(_) => Outcome::Refused(NO_ADDRESS.to_owned()),
                    other => Outcome::TryAgain(other.to_string()),
                }),
            None => Ok(Prepared::Send {
                to: queued.recipient.clone(),
                message: queued.message.clone(),
            }),
        }
    }

    async fn hand_over(&self, to: &str, message: &[u8]) -> Outcome {
        let envelope = to
            .parse::<Address>()
            .ok()
            .and_then(|to| Envelope::new(Some(self.from.clone()), vec![to]).ok());
        match envelope {
            Some(envelope) => self.relay.send(&envelope, message).await,
            None => Outcome::Refused(NO_ADDRESS.to_owned()),
        }
    }

    /// Sends a message and records what became of it. Returns whether the server could be reached.
    async fn send(&self, message: Message) -> Result<bool, StoreError> {
        let db = &self.base.db;
        let outcome = match self.prepare(&message).await {
            Ok(Prepared::Send { to, message }) => self.hand_over(&to, &message).await,
            Ok(Prepared::Skip(reason)) => {
                let now = self.base.clock.now_ms();
                outbox::give_up(db, message.id, outbox::SKIPPED, reason, now).await?;
                return Ok(true);
            }
            Err(outcome) => outcome,
        };
        let now = self.base.clock.now_ms();
        let retry_at = now + pause_ms(message.attempts);
        match outcome {
            Outcome::Accepted => outbox::sent(db, message.id, now).await?,
            Outcome::TryAgain(reason) if message.attempts < MOST_ATTEMPTS => {
                outbox::retry(db, message.id, &reason, retry_at).await?;
            }
            Outcome::Unreachable(reason) => {
                outbox::put_back(db, message.id, &reason, now).await?;
                return Ok(false);
            }
            Outcome::TryAgain(reason) | Outcome::Refused(reason) => {
                tracing::warn!(message.id = %message.id, %reason, "a message was refused");
                outbox::give_up(db, message.id, outbox::FAILED, &reason, now).await?;
            }
            Outcome::Unknown(reason) => {
                tracing::warn!(message.id = %message.id, %reason, "a message may or may not have been sent");
                outbox::give_up(db, message.id, outbox::UNKNOWN, &reason, now).await?;
            }
        }
        Ok(true)
    }
}

/// The error type of addresses quotes them; the outbox keeps none.
const NO_ADDRESS: &str = "not an e-mail address";

/// 2, 4, 8, … seconds, at most an hour.
fn pause_ms(attempts: i32) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 20)).unwrap_or(1);
    (1000 << doublings).min(LONGEST_PAUSE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        assert_eq!([1, 2, 3].map(pause_ms), [2_000, 4_000, 8_000]);
        assert_eq!([0, -5].map(pause_ms), [2_000, 2_000]);
        assert_eq!([12, 100, i32::MAX].map(pause_ms), [LONGEST_PAUSE_MS; 3]);
    }
}
