//! Devices: who may have one, how long its token lives, and how it is wiped.

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;
use uuid::Uuid;

use crate::app::AppState;
use crate::auth::independence;
use crate::error::AppError;
use crate::store::audit::{self, Entry};
use crate::store::devices::{self, Device};
use crate::store::rounds::{self, RoundState};
use crate::store::staff::Staff;
use crate::store::{StoreError, assignments, begin, exceptions, sample};

/// Days without contact after which a device wipes itself, unless the office says otherwise.
pub const MAX_OFFLINE_DAYS: i32 = 7;
/// Longest name of a device, in characters.
const MAX_NAME: usize = 60;

/// A device that was just registered, with the tokens that only it keeps.
#[derive(Debug)]
pub struct Registered {
    /// The device.
    pub device: Device,
    /// Its bearer token, which reads names and addresses: the app keeps it under the passphrase.
    pub token: String,
    /// The token that only delivers. It lies unlocked, so that finished interviews are sent while the app is locked.
    pub send_token: String,
}

/// Whether an interviewer may carry cases at all: anyone whom no judged unit of an open round employs; others only
/// with the office's exception, or once the office has given them cases of a unit that they are not bound to.
///
/// # Errors
/// When the database does not answer.
pub async fn is_independent(state: &AppState, staff: &Staff) -> Result<bool, StoreError> {
    let Some(employer) = staff.employer_unit.as_deref() else {
        return Ok(true);
    };
    let mut judged = false;
    for round in rounds::list(&state.db).await? {
        if round.round_state() != RoundState::Open {
            continue;
        }
        let Some(plan) = state.plans.get(&state.db, &state.keys, &round.id).await? else {
            continue;
        };
        if plan.units.get(employer).is_none() {
            continue;
        }
        judged = true;
        if exceptions::find(&state.db, &round.id, staff.id).await?.is_some() {
            return Ok(true);
        }
        let assigned = assignments::of_staff(&state.db, staff.id).await?;
        let cases: Vec<String> = assigned
            .into_iter()
            .filter(|row| row.round_id == round.id)
            .map(|row| row.case_id)
            .collect();
        let cases = sample::find_many(&state.db, &round.id, &cases).await?;
        if cases
            .iter()
            .any(|case| !independence::is_bound(&plan, Some(employer), &case.unit))
        {
            return Ok(true);
        }
    }
    Ok(!judged)
}

/// Registers a device of an interviewer.
///
/// # Errors
/// 403 when a judged unit employs the interviewer; when the database does not answer.
pub async fn register(state: &AppState, staff: &Staff, name: &str) -> Result<Registered, AppError> {
    if !is_independent(state, staff).await? {
        return Err(AppError::employed_by_judged_unit());
    }
    let token = hex::encode(state.entropy.bytes::<32>());
    let send_token = hex::encode(state.entropy.bytes::<32>());
    let now = state.clock.now_ms();
    let device = Device {
        id: state.entropy.uuid(),
        staff_id: staff.id,
        name: name
            .trim()
            .chars()
            .filter(|c| !c.is_control())
            .take(MAX_NAME)
            .collect(),
        token_hash: state.keys.field_token_hash(&token),
        send_hash: Some(state.keys.field_token_hash(&send_token)),
        state: devices::ACTIVE.to_owned(),
        max_offline_days: MAX_OFFLINE_DAYS,
        last_seen_day: state.clock.today().to_string(),
        created_at: now,
    };
    let tx = begin(&state.db).await?;
    devices::insert(&tx, device.clone()).await?;
    let entry = entry(&staff.login, "device.register", device.id);
    audit::append(&tx, &state.keys, now, entry).await?;
    tx.commit().await?;
    Ok(Registered {
        device,
        token,
        send_token,
    })
}

/// An act of a device in the audit log.
fn entry(login: &str, action: &str, device: Uuid) -> Entry {
    Entry {
        actor: login.to_owned(),
        action: action.to_owned(),
        subject: login.to_owned(),
        detail: json!({ "device": device }),
    }
}

/// Whether a token has lapsed: its device has wiped itself by now, so that nobody honest uses it.
pub fn has_lapsed(device: &Device, today: Date) -> bool {
    let Ok(seen) = device.last_seen_day.parse::<Date>() else {
        return true;
    };
    // A day more: the device's days begin at another moment.
    today > seen.saturating_add((device.max_offline_days + 1).days())
}

/// Records that a device has wiped itself. Said twice, it is recorded once.
///
/// # Errors
/// When the database does not answer.
pub async fn confirm_wiped(state: &AppState, device: &Device, login: &str) -> Result<(), StoreError> {
    let tx = begin(&state.db).await?;
    if devices::set_state(&tx, device.id, devices::WIPE, devices::WIPED).await? {
        devices::seen(&tx, device.id, &state.clock.today().to_string()).await?;
        audit::append(
            &tx,
            &state.keys,
            state.clock.now_ms(),
            entry(login, "device.wiped", device.id),
        )
        .await?;
    }
    Ok(tx.commit().await?)
}

/// Ends the tokens of a device whose owner has signed out of the app. A device that was reported lost meanwhile has
/// deleted everything by signing out, so it counts as wiped. Said twice, it is recorded once.
///
/// # Errors
/// When the database does not answer.
pub async fn sign_out(state: &AppState, device: &Device, login: &str) -> Result<(), StoreError> {
    let tx = begin(&state.db).await?;
    if devices::set_state(&tx, device.id, devices::ACTIVE, devices::LEFT).await? {
        devices::seen(&tx, device.id, &state.clock.today().to_string()).await?;
        let entry = entry(login, "device.sign_out", device.id);
        audit::append(&tx, &state.keys, state.clock.now_ms(), entry).await?;
    }
    tx.commit().await?;
    confirm_wiped(state, device, login).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_lapses_when_its_device_must_have_wiped_itself() {
        let device = Device {
            id: Uuid::nil(),
            staff_id: Uuid::nil(),
            name: String::new(),
            token_hash: String::new(),
            send_hash: None,
            state: devices::ACTIVE.into(),
            max_offline_days: 7,
            last_seen_day: "2026-11-01".into(),
            created_at: 0,
        };
        let on = |day: &str| has_lapsed(&device, day.parse().unwrap());
        assert!(!on("2026-11-09") && on("2026-11-10"));
    }
}
