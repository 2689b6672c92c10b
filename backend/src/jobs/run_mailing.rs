//! Following the schedules of leadership e-mail: looked at once a minute. Safe on several servers, since a run can be
//! begun only once (`store/mailing/runs.rs`).

use std::time::Duration;

use tokio::sync::watch;

use crate::app::{Base, PlanCache};
use crate::mailing::run;

/// How often it is looked whether a summary is due.
const TICK: Duration = Duration::from_secs(60);

/// Runs what becomes due, until `stop` turns true.
pub async fn keep(base: Base, mut stop: watch::Receiver<bool>) {
    let plans = PlanCache::default();
    while !*stop.borrow() {
        if let Err(error) = run::run_all(&base, &plans).await {
            tracing::warn!(%error, "the rounds cannot be read; mail is scheduled later");
        }
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}
