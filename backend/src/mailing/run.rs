//! Running the schedule: what is due is computed, written and queued, once.

use std::sync::Arc;

use analysis::plan::Plan;
use anyhow::{Context, Result};
use serde_json::json;

use super::recipients::{self, gets};
use super::schedule::{Due, Kind, Schedule};
use crate::app::{Base, PlanCache};
use crate::clock::SKEW_MS;
use crate::jobs::analyse;
use crate::store::mailing::runs::{self, LONGEST_PAUSE_MS, RunKey};
use crate::store::mailing::{self, MailRound};
use crate::store::rounds::{self, Round, RoundState};
use crate::store::{StoreError, begin};
use crate::summaries::{self, Reason};

/// Pause before the second try; it doubles.
const FIRST_PAUSE_MS: i64 = 10 * 60 * 1000;
/// Times a run is tried: over five hours.
const MOST_ATTEMPTS: i32 = 6;
/// Who acts, in the audit trail.
const ACTOR: &str = "schedule";

/// Runs what is due in every round; one round's failure keeps no other's back.
///
/// # Errors
/// When the rounds cannot be read.
pub async fn run_all(base: &Base, plans: &PlanCache) -> Result<(), StoreError> {
    for round in rounds::list(&base.db).await? {
        let id = round.id.clone();
        if let Err(error) = run_due(base, plans, round).await {
            tracing::warn!(
                round = id,
                error = format!("{error:#}"),
                "the schedule of mail cannot be followed"
            );
        }
    }
    Ok(())
}

/// Runs what is due in a round; returns what was run.
///
/// # Errors
/// When the database does not answer. A run's own failure is recorded with it, not returned.
pub async fn run_due(base: &Base, plans: &PlanCache, round: Round) -> Result<Option<Due>> {
    if matches!(round.round_state(), RoundState::Draft | RoundState::Sealed) {
        return Ok(None);
    }
    let plan = plans.get(&base.db, &base.keys, &round.id).await?;
    let plan = plan.context("a round without a plan")?;
    let Some(schedule) = Schedule::new(&plan.mail, &round) else {
        return Ok(None);
    };
    let mail = scheduled(base, &round, &schedule).await?;
    if mail.held {
        return Ok(None);
    }
    let Some(due) = schedule.due(&mail, base.clock.now()) else {
        return Ok(None);
    };
    let now = base.clock.now_ms();
    let key = RunKey {
        round: &round.id,
        kind: due.kind.as_str(),
        period: &due.period,
    };
    let due_at = due.at.as_millisecond();
    let Some(attempt) = runs::claim(&base.db, key, due_at, now).await? else {
        return Ok(None);
    };
    match run(base, &plan, &due, key).await {
        Ok(Some(messages)) => {
            tracing::info!(round = key.round, kind = key.kind, messages, "summaries queued");
        }
        Ok(None) => tracing::warn!(
            round = key.round,
            kind = key.kind,
            "another server has queued these summaries meanwhile; compare the clocks"
        ),
        Err(error) => record_failure(base, (key, attempt), &format!("{error:#}")).await?,
    }
    Ok(Some(due))
}

async fn record_failure(base: &Base, run: (RunKey<'_>, i32), error: &str) -> Result<(), StoreError> {
    let (key, attempt) = run;
    let now = base.clock.now_ms();
    let pause = (FIRST_PAUSE_MS << (attempt.clamp(1, 10) - 1)).min(LONGEST_PAUSE_MS);
    let retry_at = (attempt < MOST_ATTEMPTS).then_some(now + pause);
    tracing::warn!(
        round = key.round,
        kind = key.kind,
        error,
        "the summaries could not be made"
    );
    runs::failed(&base.db, run, error, now, retry_at).await
}

/// How the round's mail stands; a round opened by an earlier version of the program, or while the clock was ahead, is
/// scheduled from now on.
async fn scheduled(base: &Base, round: &Round, schedule: &Schedule) -> Result<MailRound> {
    let now = base.clock.now();
    if let Some(mail) = mailing::find(&base.db, &round.id).await?
        && mail.since <= now.as_millisecond() + SKEW_MS
    {
        return Ok(mail);
    }
    mailing::begin_schedule(&base.db, &round.id, now.as_millisecond(), schedule.is_over(now)).await?;
    let mail = mailing::find(&base.db, &round.id).await?;
    mail.context("the schedule that was just begun")
}

/// Computes the round, writes the letters and queues them; returns how many there are, none where another server has
/// queued them meanwhile.
async fn run(base: &Base, plan: &Arc<Plan>, due: &Due, key: RunKey<'_>) -> Result<Option<i32>> {
    let all = recipients::of_round(base, &base.db, plan).await?;
    let to: Vec<_> = all.into_iter().filter(|row| gets(row, due.kind)).collect();
    let letters = if to.is_empty() {
        Vec::new()
    } else {
        let detail = analyse::analyse(base, key.round).await?;
        let overdue = summaries::overdue(base, key.round).await?;
        let (base, plan) = (base.clone(), Arc::clone(plan));
        let reason = match due.kind {
            Kind::Weekly => Reason::Weekly(due.period.clone()),
            Kind::Final => Reason::Final,
        };
        tokio::task::spawn_blocking(move || {
            summaries::letters(&base, &plan, &detail, overdue.as_ref(), &to, &reason)
        })
        .await??
    };
    let messages = i32::try_from(letters.len()).unwrap_or(i32::MAX);
    let now = base.clock.now_ms();
    let tx = begin(&base.db).await?;
    if !runs::done(&tx, key, messages, now).await? {
        return Ok(None);
    }
    summaries::queue(&tx, base, key.round, letters).await?;
    let detail = json!({ "kind": key.kind, "period": key.period, "messages": messages });
    base.record(&tx, ACTOR, "mail.run", key.round, detail).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Some(messages))
}
