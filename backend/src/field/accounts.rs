//! Acts of the office on interviewers: accounts, devices, exceptions. Each is one transaction with its audit entry.

use analysis::plan::Plan;
use serde_json::json;
use thiserror::Error;
use uuid::Uuid;

use super::assigning::Caseload;
use crate::app::{Base, PlanCache};
use crate::auth::password::{self, PasswordError};
use crate::auth::{Role, independence};
use crate::store::devices::{self, Device};
use crate::store::exceptions::{self, Exception};
use crate::store::staff::{self, Staff};
use crate::store::{StoreError, assignments, begin, rounds, sessions};

/// Days without contact that the office may allow a device.
pub const OFFLINE_DAYS: std::ops::RangeInclusive<i32> = 1..=60;

/// Why an act is refused.
#[derive(Debug, Error)]
pub enum AccountError {
    /// The login is taken.
    #[error("the login is taken")]
    Taken,
    /// The round has no such unit.
    #[error("no such unit")]
    NoUnit,
    /// There is no such interviewer or device.
    #[error("no such interviewer or device")]
    Nobody,
    /// argon2 failed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An interviewer to be added.
#[derive(Clone, Debug, Default)]
pub struct NewInterviewer {
    /// Login.
    pub login: String,
    /// Name shown.
    pub name: String,
    /// Code of the employing unit; empty for the third party.
    pub employer: String,
}

/// A new initial password and its hash.
async fn initial_password(base: &Base) -> Result<(String, String), AccountError> {
    let initial = password::initial(&base.entropy);
    let hash = password::hash_soon(initial.clone(), &base.entropy).await?;
    Ok((initial, hash))
}

async fn interviewer(conn: &impl sea_orm::ConnectionTrait, id: Uuid) -> Result<Staff, AccountError> {
    let row = staff::find(conn, id).await?;
    row.filter(|row| Role::parse(&row.role) == Some(Role::Interviewer))
        .ok_or(AccountError::Nobody)
}

/// Gives an interviewer a new initial password in place of one that was forgotten or seen; returns it with the login.
/// Devices go on as they are: what leaves a device is reported lost, not locked out.
///
/// # Errors
/// [`AccountError::Nobody`], also for closed accounts; when the machine fails.
pub async fn renew_password(base: &Base, actor: &str, id: Uuid) -> Result<(String, String), AccountError> {
    let (initial, password_hash) = initial_password(base).await?;
    let tx = begin(&base.db).await?;
    let row = interviewer(&tx, id).await?;
    if row.disabled {
        return Err(AccountError::Nobody);
    }
    let login = row.login.clone();
    staff::update(&tx, Staff { password_hash, ..row }).await?;
    sessions::delete_of(&tx, id).await?;
    base.record(&tx, actor, "interviewer.password", &login, json!({}))
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok((login, initial))
}

/// Takes an interviewer's open cases of a round back, of all units or those that `which` picks; returns how many.
async fn give_back(
    conn: &impl sea_orm::ConnectionTrait,
    plan: &Plan,
    id: Uuid,
    which: impl Fn(&str) -> bool,
) -> Result<usize, StoreError> {
    let caseload = Caseload::of(conn, plan).await?;
    let chosen = caseload
        .villages
        .into_iter()
        .filter(|village| which(&village.unit));
    let cases: Vec<String> = chosen
        .filter_map(|mut village| village.given.remove(&id))
        .flatten()
        .collect();
    assignments::remove(conn, &plan.round.id, &cases).await?;
    Ok(cases.len())
}

/// Closes an interviewer's account: nobody signs in with it, its devices are told to delete everything when they next
/// ask for anything and their tokens are good for nothing else, and its open cases of all rounds are free again.
/// Returns how many cases. Closing twice changes nothing.
///
/// # Errors
/// [`AccountError::Nobody`]; when the database does not answer.
pub async fn close(
    base: &Base,
    plans: &PlanCache,
    actor: &str,
    id: Uuid,
    reason: &str,
) -> Result<usize, AccountError> {
    let mut of_rounds = Vec::new();
    for round in rounds::list(&base.db).await? {
        if let Some(plan) = plans.get(&base.db, &base.keys, &round.id).await? {
            of_rounds.push(plan);
        }
    }
    let tx = begin(&base.db).await?;
    let row = interviewer(&tx, id).await?;
    if row.disabled {
        return Ok(0);
    }
    let mut freed = 0;
    for plan in of_rounds {
        freed += give_back(&tx, &plan, id, |_| true).await?;
    }
    let mut wiped = 0;
    for device in devices::list(&tx)
        .await?
        .iter()
        .filter(|device| device.staff_id == id)
    {
        if devices::set_state(&tx, device.id, devices::ACTIVE, devices::WIPE).await? {
            wiped += 1;
        }
    }
    sessions::delete_of(&tx, id).await?;
    let login = row.login.clone();
    staff::update(
        &tx,
        Staff {
            disabled: true,
            ..row
        },
    )
    .await?;
    let detail = json!({ "reason": reason, "cases": freed, "devices": wiped });
    base.record(&tx, actor, "interviewer.close", &login, detail)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(freed)
}

/// Opens a closed account again, with a new initial password, which is returned with the login. Its earlier devices
/// stay shut: the interviewer signs in anew.
///
/// # Errors
/// [`AccountError::Nobody`], also when the account is open; when the machine fails.
pub async fn reopen(base: &Base, actor: &str, id: Uuid) -> Result<(String, String), AccountError> {
    let (initial, password_hash) = initial_password(base).await?;
    let tx = begin(&base.db).await?;
    let row = interviewer(&tx, id).await?;
    if !row.disabled {
        return Err(AccountError::Nobody);
    }
    let login = row.login.clone();
    let row = Staff {
        disabled: false,
        password_hash,
        ..row
    };
    staff::update(&tx, row).await?;
    base.record(&tx, actor, "interviewer.reopen", &login, json!({}))
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok((login, initial))
}

/// Takes an exception back: the interviewer's open cases of the units that employ them are free again; returns how many.
///
/// # Errors
/// [`AccountError::Nobody`] without an exception in this round; when the database does not answer.
pub async fn end_exception(
    base: &Base,
    plan: &Plan,
    actor: &str,
    id: Uuid,
    reason: &str,
) -> Result<usize, AccountError> {
    let tx = begin(&base.db).await?;
    let row = interviewer(&tx, id).await?;
    if !exceptions::remove(&tx, &plan.round.id, id).await? {
        return Err(AccountError::Nobody);
    }
    let employer = row.employer_unit.as_deref();
    let freed = give_back(&tx, plan, id, |unit| independence::is_bound(plan, employer, unit)).await?;
    let detail = json!({ "round": plan.round.id, "reason": reason, "cases": freed });
    base.record(&tx, actor, "interviewer.end_exception", &row.login, detail)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(freed)
}

/// Adds an interviewer's account; gives the initial password, which is kept nowhere else.
///
/// # Errors
/// [`AccountError::Taken`], [`AccountError::NoUnit`]; when the machine fails.
pub async fn add(
    base: &Base,
    plan: &Plan,
    actor: &str,
    new: &NewInterviewer,
) -> Result<String, AccountError> {
    if !new.employer.is_empty() && plan.units.get(&new.employer).is_none() {
        return Err(AccountError::NoUnit);
    }
    let (initial, password_hash) = initial_password(base).await?;
    let row = Staff {
        id: base.entropy.uuid(),
        login: new.login.clone(),
        display_name: new.name.clone(),
        role: Role::Interviewer.as_str().to_owned(),
        password_hash,
        failed: 0,
        locked_until: None,
        disabled: false,
        created_at: base.clock.now_ms(),
        employer_unit: Some(new.employer.clone()).filter(|code| !code.is_empty()),
    };
    let tx = begin(&base.db).await?;
    if staff::by_login(&tx, &new.login).await?.is_some() {
        return Err(AccountError::Taken);
    }
    staff::insert(&tx, row).await?;
    let detail = json!({ "round": plan.round.id, "employer": new.employer });
    base.record(&tx, actor, "interviewer.add", &new.login, detail)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(initial)
}

async fn device_and_owner(
    conn: &impl sea_orm::ConnectionTrait,
    id: Uuid,
) -> Result<(Device, Staff), AccountError> {
    let device = devices::find(conn, id).await?.ok_or(AccountError::Nobody)?;
    let owner = staff::find(conn, device.staff_id)
        .await?
        .ok_or(AccountError::Nobody)?;
    Ok((device, owner))
}

/// Reports a device lost: it is told to delete everything when it next asks for anything. Said twice, once is enough.
///
/// # Errors
/// [`AccountError::Nobody`]; when the database does not answer.
pub async fn report_lost(base: &Base, actor: &str, id: Uuid) -> Result<(), AccountError> {
    let tx = begin(&base.db).await?;
    let (device, owner) = device_and_owner(&tx, id).await?;
    if devices::set_state(&tx, device.id, devices::ACTIVE, devices::WIPE).await? {
        base.record(&tx, actor, "device.lost", &owner.login, json!({ "device": id }))
            .await?;
    }
    Ok(tx.commit().await.map_err(StoreError::from)?)
}

/// Sets after how many days without contact a device wipes itself; it learns so at its next contact.
///
/// # Errors
/// [`AccountError::Nobody`]; when the database does not answer.
pub async fn set_offline_days(base: &Base, actor: &str, id: Uuid, days: i32) -> Result<(), AccountError> {
    let tx = begin(&base.db).await?;
    let (_, owner) = device_and_owner(&tx, id).await?;
    devices::set_max_offline_days(&tx, id, days).await?;
    let detail = json!({ "device": id, "days": days });
    base.record(&tx, actor, "device.offline_days", &owner.login, detail)
        .await?;
    Ok(tx.commit().await.map_err(StoreError::from)?)
}

/// Lets an interviewer whom a judged unit employs visit cases of it; what they collect stays out of the scores.
///
/// # Errors
/// [`AccountError::Nobody`]; when the database does not answer.
pub async fn except(
    base: &Base,
    plan: &Plan,
    actor: &str,
    id: Uuid,
    reason: &str,
) -> Result<(), AccountError> {
    let tx = begin(&base.db).await?;
    let row = interviewer(&tx, id).await?;
    let exception = Exception {
        round_id: plan.round.id.clone(),
        staff_id: row.id,
        reason: reason.to_owned(),
        granted_by: actor.to_owned(),
        granted_at: base.clock.now_ms(),
    };
    exceptions::put(&tx, exception).await?;
    let detail = json!({ "round": plan.round.id, "employer": row.employer_unit, "reason": reason });
    base.record(&tx, actor, "interviewer.except", &row.login, detail)
        .await?;
    Ok(tx.commit().await.map_err(StoreError::from)?)
}
