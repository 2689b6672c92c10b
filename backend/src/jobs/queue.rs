//! The runner of jobs. Each server has one; a job is run by whichever claims it first.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use sea_orm::ConnectionTrait;
use tokio::sync::watch;
use uuid::Uuid;

use crate::app::AppState;
use crate::store::StoreError;
use crate::store::jobs::{self, Job, LEASE_MS};

/// How often the queue is looked at.
const TICK: Duration = Duration::from_millis(500);
/// How often a runner is heard of.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Times a job is tried.
const MOST_ATTEMPTS: i32 = 3;
/// Pause before the second try; it doubles.
const FIRST_PAUSE_MS: i64 = 2_000;

/// Work under way.
pub type Work = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;
/// What does a kind of work.
pub type Worker = fn(AppState, Job) -> Work;

/// Kinds of work by name.
#[derive(Clone, Default)]
pub struct Registry(BTreeMap<&'static str, Worker>);

impl Registry {
    /// Adds a kind of work.
    #[must_use]
    pub fn with(mut self, kind: &'static str, worker: Worker) -> Self {
        self.0.insert(kind, worker);
        self
    }
}

/// Enqueues a job to be run at once.
///
/// # Errors
/// When the database does not answer.
pub async fn enqueue(
    state: &AppState,
    conn: &impl ConnectionTrait,
    kind: &str,
    round: Option<&str>,
    payload: &serde_json::Value,
) -> Result<Uuid, StoreError> {
    let (id, now) = (state.entropy.uuid(), state.clock.now_ms());
    jobs::enqueue(conn, id, kind, round, payload, now, now).await?;
    Ok(id)
}

/// Runs jobs until `stop` turns true; the job under way is finished first.
pub async fn run(state: AppState, registry: Registry, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match run_one(&state, &registry).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the job queue cannot be read; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

/// Runs the next job that is due, if there is one.
///
/// # Errors
/// When the database does not answer; a job's own failure is recorded, not returned.
pub async fn run_one(state: &AppState, registry: &Registry) -> Result<bool, StoreError> {
    let kinds: Vec<&str> = registry.0.keys().copied().collect();
    let now = state.clock.now_ms();
    let Some(job) = jobs::claim(&state.db, &kinds, now, now + LEASE_MS).await? else {
        return Ok(false);
    };
    let Some(worker) = registry.0.get(job.kind.as_str()) else {
        return Ok(false);
    };
    let (id, attempts) = (job.id, job.attempts);
    // A task of its own, so that a panic fails the job and not the runner.
    let mut task = tokio::spawn(worker(state.clone(), job));
    let outcome = loop {
        tokio::select! {
            outcome = &mut task => break outcome,
            () = tokio::time::sleep(HEARTBEAT) => {
                let lease_until = state.clock.now_ms() + LEASE_MS;
                if let Err(error) = jobs::heartbeat(&state.db, id, lease_until).await {
                    tracing::warn!(%error, job.id = %id, "the lease of a job could not be extended");
                }
            }
        }
    };
    let now = state.clock.now_ms();
    match outcome {
        Ok(Ok(())) => jobs::finish(&state.db, id, now).await?,
        Ok(Err(error)) => failed(state, id, attempts, &format!("{error:#}"), now).await?,
        Err(panic) => failed(state, id, attempts, &panic.to_string(), now).await?,
    }
    Ok(true)
}

async fn failed(state: &AppState, id: Uuid, attempts: i32, error: &str, now: i64) -> Result<(), StoreError> {
    tracing::error!(error, job.id = %id, attempts, "job failed");
    let pause = FIRST_PAUSE_MS << attempts.clamp(1, 10);
    let retry_at = (attempts < MOST_ATTEMPTS).then_some(now + pause);
    jobs::fail(&state.db, id, error, now, retry_at).await
}
