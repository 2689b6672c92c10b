//! Counts how the open rounds stand when the server starts, so that whoever opens a page first need not wait: with a
//! million responses some counts take the database many seconds.

use tokio::sync::watch;

use crate::app::AppState;
use crate::store::StoreError;
use crate::store::rounds::{self, RoundState};

/// Counts until it is done or `stop` turns true.
pub async fn once(state: AppState, mut stop: watch::Receiver<bool>) {
    let counted = async {
        if let Err(error) = count(&state).await {
            // Whoever opens the page is told, if it is still so then.
            error.count();
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "rounds could not be counted"
            );
        }
    };
    tokio::select! {
        () = counted => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

async fn count(state: &AppState) -> Result<(), StoreError> {
    let base = state.base();
    for round in rounds::list(&state.db).await? {
        if round.round_state() != RoundState::Open {
            continue;
        }
        let Some(plan) = state.plans.get(&state.db, &state.keys, &round.id).await? else {
            continue;
        };
        let monitored = state.figures.prepare(&base, &plan).await?;
        let interviews = monitored.workloads.values().map(|work| work.received).sum();
        let now = state.clock.now_ms();
        state.interviews.get(&state.db, &plan, interviews, now).await?;
    }
    Ok(())
}
