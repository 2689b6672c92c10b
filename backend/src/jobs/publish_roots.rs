//! Publishing the signed roots: looked at once a minute, done once a day and at closing. Safe on several servers, since
//! an epoch can be inserted only once.

use std::time::Duration;

use tokio::sync::watch;

use crate::app::Base;
use crate::roots;

/// How often it is looked whether a root is due.
const TICK: Duration = Duration::from_secs(60);

/// Publishes roots as they become due, until `stop` turns true.
pub async fn keep(base: Base, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = roots::publish_all(&base).await {
            tracing::warn!(%error, "the rounds cannot be read; roots are published later");
        }
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}
