//! Erasing what the plans of rounds that are over do not let be kept any longer: looked at once an hour.

use std::time::Duration;

use tokio::sync::watch;

use crate::app::{Base, PlanCache};
use crate::retention;

/// How often it is looked whether something is due.
const TICK: Duration = Duration::from_secs(3_600);

/// Erases what becomes due, until `stop` turns true.
pub async fn keep(base: Base, mut stop: watch::Receiver<bool>) {
    let plans = PlanCache::default();
    while !*stop.borrow() {
        if let Err(error) = retention::run_all(&base, &plans).await {
            tracing::warn!(%error, "the rounds cannot be read; what is due is erased later");
        }
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}
