//! The demo's call-backs: some of the residents who answered agree, the sample is drawn as the plan says, and the third
//! party's caller has worked through most of it. A few calls contradict the record, more where the demo's county has
//! units that lean on people.

use analysis::callback::{Check, Said};
use analysis::plan::{FrameSource, Plan};
use anyhow::Result;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::ACTOR;
use crate::app::Base;
use crate::callbacks::{calls::Outcome, draw};
use crate::store::begin;
use crate::store::callbacks::{self, CallbackCheck, check_row};
use crate::store::invitations::{self, COMPLETE};

/// The login of the third party's caller.
const CALLER: &str = "evaluator";
/// Share of those who answered that agrees to be called.
const AGREE: f64 = 0.55;
/// Share of the calls that were made before the demo's day.
const CALLED: f64 = 0.95;
/// Sets this part's chance apart from the others'.
const STREAM: u64 = 14;

/// Stores the calls.
pub(super) async fn store(base: &Base, plan: &Plan, seed: u64) -> Result<()> {
    let (Some(callback), Some(group)) = (plan.callback, plan.group_of(FrameSource::Persons)) else {
        return Ok(());
    };
    let round = plan.round.id.as_str();
    let mut chance = ChaCha20Rng::seed_from_u64(seed ^ STREAM);
    let mut answered: Vec<String> = invitations::list(&base.db, round)
        .await?
        .into_iter()
        .filter(|row| row.group == group.code && row.state == COMPLETE)
        .map(|row| row.case_id)
        .collect();
    answered.sort();
    answered.retain(|_| chance.random::<f64>() < AGREE);
    let tx = begin(&base.db).await?;
    callbacks::insert_consents(&tx, round, answered).await?;
    let drawn = draw(&tx, plan, &callback).await?;
    base.record(
        &tx,
        ACTOR,
        "callback.draw",
        round,
        serde_json::json!({ "drawn": drawn }),
    )
    .await?;
    let mut checks: Vec<CallbackCheck> = Vec::new();
    for case in callbacks::drawn(&tx, round).await? {
        if chance.random::<f64>() >= CALLED {
            continue;
        }
        let outcome = match chance.random::<f64>() {
            x if x < 0.80 => Outcome::Done,
            x if x < 0.86 => Outcome::Refused,
            x if x < 0.90 => Outcome::Unable,
            x if x < 0.93 => Outcome::WrongNumber,
            _ => Outcome::NotReached,
        };
        callbacks::take(&tx, round, &case.case_id, CALLER).await?;
        callbacks::end(&tx, round, &case.case_id, CALLER, outcome.as_str()).await?;
        if outcome == Outcome::Done {
            // Every fifth unit leans on people: staff stand by, and some ratings do not last.
            let leaning = case.unit.bytes().map(u64::from).sum::<u64>() % 5 == 0;
            let check = check(&mut chance, leaning);
            checks.push(check_row(base.entropy.uuid(), round, &case.unit, check));
        }
    }
    callbacks::insert_checks(&tx, checks).await?;
    tx.commit().await?;
    Ok(())
}

fn check(chance: &mut ChaCha20Rng, leaning: bool) -> Check {
    let mut said = |yes: f64| match chance.random::<f64>() {
        x if x < 0.03 => Said::Unsure,
        x if x < 0.03 + 0.97 * yes => Said::Yes,
        _ => Said::No,
    };
    Check {
        took_part: said(0.985),
        answered_self: said(0.8),
        staff_present: said(if leaning { 0.35 } else { 0.06 }),
        rating_right: said(if leaning { 0.85 } else { 0.97 }),
    }
}
