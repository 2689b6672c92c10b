//! Writing what was counted of devices: once a day, when a round is over, and when the server stops.

use std::time::Duration;

use tokio::sync::watch;

use crate::app::Base;

/// How often it is looked whether counts are due.
const TICK: Duration = Duration::from_secs(60);

/// Writes counts as they become due, until `stop` turns true.
pub async fn keep(base: Base, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = base.sittings.write_due(&base).await {
            tracing::warn!(%error, "counts of devices wait on");
        }
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
    if let Err(error) = base.sittings.write(&base, None).await {
        tracing::warn!(%error, "counts of devices are lost");
    }
}
