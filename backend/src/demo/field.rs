//! The demo's interviewers: accounts that nobody can sign in to, their devices, assignments and attempts.

use analysis::plan::Plan;
use anyhow::{Context, Result};
use jiff::ToSpan;
use serde_json::json;
use uuid::Uuid;

use super::ACTOR;
use crate::app::Base;
use crate::auth::{Role, password};
use crate::store::fieldwork::{self, Assignment, Attempt, Device};
use crate::store::staff::{self, Staff};
use crate::store::{StoreError, begin};
use crate::synthetic::{self, Fieldwork, INTERVIEWERS, Population};

/// Days without contact after which a device wipes itself.
const MAX_OFFLINE_DAYS: i32 = 7;
/// The interviewer whose device has been silent for [`SILENT_DAYS`].
const SILENT: usize = 3;
/// Days for which it has been silent.
const SILENT_DAYS: i64 = 5;

/// The login of an interviewer, by position: `interviewer-1` and so on.
pub(super) fn login(at: usize) -> String {
    format!("interviewer-{}", at + 1)
}

fn account(base: &Base, at: usize, name: &str, password_hash: &str) -> Staff {
    Staff {
        id: base.entropy.uuid(),
        login: login(at),
        display_name: name.to_owned(),
        role: Role::Interviewer.as_str().to_owned(),
        password_hash: password_hash.to_owned(),
        failed: 0,
        locked_until: None,
        disabled: false,
        created_at: base.clock.now_ms(),
        employer_unit: None,
    }
}

fn device(base: &Base, at: usize, owner: Uuid) -> Device {
    let silent_days = if at == SILENT {
        SILENT_DAYS
    } else {
        (at % 2) as i64
    };
    Device {
        id: base.entropy.uuid(),
        staff_id: owner,
        name: format!("平板 {:02}", at + 1),
        token_hash: hex::encode(base.entropy.bytes::<32>()),
        send_hash: None,
        state: "active".to_owned(),
        max_offline_days: MAX_OFFLINE_DAYS,
        last_seen_day: base.clock.today().saturating_sub(silent_days.days()).to_string(),
        created_at: base.clock.now_ms(),
    }
}

/// Stores accounts, devices, assignments and attempts; `numbers` are the case numbers in the order of the cases.
pub(super) async fn store(
    base: &Base,
    plan: &Plan,
    population: &Population,
    fieldwork: &Fieldwork,
    numbers: &[String],
) -> Result<()> {
    let round = plan.round.id.as_str();
    // A password that nobody has seen: the accounts exist to be named, not to be signed in to.
    let (secret, entropy) = (hex::encode(base.entropy.bytes::<32>()), base.entropy.clone());
    let unknown = tokio::task::spawn_blocking(move || password::hash(&secret, &entropy)).await??;
    let accounts: Vec<Staff> = INTERVIEWERS
        .iter()
        .enumerate()
        .map(|(at, name)| account(base, at, name, &unknown))
        .collect();
    let ids: Vec<Uuid> = accounts.iter().map(|account| account.id).collect();
    let devices = ids
        .iter()
        .enumerate()
        .map(|(at, owner)| device(base, at, *owner))
        .collect();
    let number = |case: usize| numbers.get(case).cloned().context("a number for each case");
    let visits = synthetic::visits(population, fieldwork, plan.round.opens_on, base.clock.today());
    let assigned = visits.assigned.iter().map(|(case, interviewer)| {
        Ok(Assignment {
            round_id: round.to_owned(),
            case_id: number(*case)?,
            staff_id: ids[*interviewer],
        })
    });
    let assigned = assigned.collect::<Result<Vec<Assignment>>>()?;
    let tried = visits.attempts.iter().map(|attempt| {
        Ok(Attempt {
            id: base.entropy.uuid(),
            round_id: round.to_owned(),
            case_id: number(attempt.case)?,
            staff_id: ids[attempt.interviewer],
            mode: attempt.mode.to_owned(),
            day: attempt.day.to_string(),
            disposition: attempt.code.to_owned(),
            note: String::new(),
            callback_day: attempt.call_back.map(|(day, _)| day.to_string()),
            callback_part: attempt.call_back.map(|(_, part)| part.to_owned()),
        })
    });
    let tried = tried.collect::<Result<Vec<Attempt>>>()?;
    let detail = json!({ "interviewers": ids.len(), "assigned": assigned.len(), "attempts": tried.len() });
    let tx = begin(&base.db).await?;
    for account in accounts {
        staff::insert(&tx, account).await?;
    }
    fieldwork::insert(&tx, assigned, tried, devices).await?;
    base.record(&tx, ACTOR, "demo.fieldwork", round, detail).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}
