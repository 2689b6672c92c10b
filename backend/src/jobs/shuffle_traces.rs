//! Destroying the order of arrival: every hour while that costs nothing, every night in any case.

use std::time::Duration;

use jiff::civil::Date;
use tokio::sync::watch;

use crate::app::Base;
use crate::store::StoreError;
use crate::store::shuffle::{shuffle, size};

/// How often it is looked whether there is something to do.
const TICK: Duration = Duration::from_secs(600);
/// Ticks between two runs while there are few rows.
const TICKS: u32 = 6;
/// From so many on, once a night: about half a second's work.
const FEW: u64 = 50_000;

/// What was found at the last run.
#[derive(Debug, Default)]
struct Last {
    day: Option<Date>,
    size: u64,
    ticks: u32,
}

/// Runs until `stop` turns true. Several servers may: whoever comes later finds little to do.
pub async fn keep(base: Base, mut stop: watch::Receiver<bool>) {
    let mut last = Last::default();
    while !*stop.borrow() {
        if let Err(error) = once(&base, &mut last, FEW).await {
            tracing::warn!(%error, "the order of arrival is not destroyed yet; tried again later");
        }
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

async fn once(base: &Base, last: &mut Last, few: u64) -> Result<bool, StoreError> {
    last.ticks += 1;
    let today = base.clock.today();
    // Nothing is known of the time before this start: the first look counts as a run's.
    let begun = last.day.is_none();
    let new_day = last.day != Some(today);
    let size = size(&base.db).await?;
    if begun && size >= few {
        // With a million responses it takes minutes, in which nobody could answer: a restart at noon waits for the night
        // like everything else. What the size was then is not known, so that it counts as changed.
        *last = Last {
            day: Some(today),
            size: u64::MAX,
            ticks: 0,
        };
        return Ok(false);
    }
    let due = new_day || (size < few && last.ticks >= TICKS);
    let changed = begun || size != last.size;
    if !due || !changed {
        if due {
            last.day = Some(today);
            last.ticks = 0;
        }
        return Ok(false);
    }
    shuffle(&base.db).await?;
    *last = Last {
        day: Some(today),
        size,
        ticks: 0,
    };
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handlers::testing::Server;

    #[tokio::test]
    async fn it_runs_at_the_start_then_each_hour_if_anything_came_and_each_night() {
        let server = Server::start().await;
        let mut last = Last::default();
        assert!(once(&server.base, &mut last, FEW).await.unwrap());
        for _ in 0..12 {
            assert!(!once(&server.base, &mut last, FEW).await.unwrap());
        }
        last.size = 7;
        let runs: Vec<bool> = {
            let mut runs = Vec::new();
            for _ in 0..7 {
                runs.push(once(&server.base, &mut last, FEW).await.unwrap());
            }
            runs
        };
        assert_eq!(runs.iter().filter(|ran| **ran).count(), 1, "{runs:?}");
        last.size = 7;
        server.wait(86_400);
        assert!(once(&server.base, &mut last, FEW).await.unwrap());
    }

    #[tokio::test]
    async fn a_restart_with_many_responses_waits_for_the_night() {
        let server = Server::start().await;
        let mut last = Last::default();
        for _ in 0..12 {
            assert!(!once(&server.base, &mut last, 0).await.unwrap());
        }
        server.wait(86_400);
        assert!(once(&server.base, &mut last, 0).await.unwrap());
    }
}
