//! What the page of the leadership's e-mail can do. Each act and its entry in the audit trail are one transaction.

use std::sync::Arc;

use analysis::plan::mailing::is_address;
use analysis::plan::{Plan, RecipientRole};
use analysis::results::RoundDetail;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{AppState, Base};
use crate::auth::independence::Independent;
use crate::auth::staff::ManageMailing;
use crate::error::AppError;
use crate::mailing::recipients::{self as list, gets, key_of};
use crate::mailing::schedule::{Kind, Schedule};
use crate::middleware::problems::PageError;
use crate::pages::mailing::Typed;
use crate::store::mailing::recipients::{self, ACTIVE, MailRecipient, OF_CONSOLE};
use crate::store::{StoreError, begin, mailing, outbox, results};
use crate::summaries::{self, KINDS, Letter, Reason};

/// Longest name or reason, in characters.
const LONGEST: usize = 200;
/// Longest number of a form.
const LONGEST_NUMBER: usize = 64;

/// What became of an act.
pub(super) enum Done {
    /// It was done; the word for the address of the page, and a count.
    Did {
        /// The act.
        what: &'static str,
        /// How many messages it moved.
        n: u64,
    },
    /// Nothing was done: these fields are at fault.
    Faulty(Vec<&'static str>),
}

impl Done {
    fn did(what: &'static str, n: u64) -> Self {
        Self::Did { what, n }
    }
}

async fn record(
    base: &Base,
    tx: &impl ConnectionTrait,
    holder: &Independent<ManageMailing>,
    action: &str,
    detail: Value,
) -> Result<(), StoreError> {
    base.record(tx, &holder.staff.login, action, &holder.round.id, detail)
        .await
}

/// Holds the round's mail: nothing scheduled goes, and what waits in the outbox waits on.
pub(super) async fn hold(
    state: &AppState,
    holder: &Independent<ManageMailing>,
    reason: &str,
) -> Result<Done, PageError> {
    if reason.is_empty() || reason.chars().count() > LONGEST {
        return Ok(Done::Faulty(vec!["reason"]));
    }
    let (base, round) = (state.base(), holder.round.id.as_str());
    let tx = begin(&state.db).await?;
    // A round that was never opened has no schedule yet, but its mail can be held.
    let now = state.clock.now();
    let over = Schedule::new(&holder.plan.mail, &holder.round).is_some_and(|it| it.is_over(now));
    mailing::begin_schedule(&tx, round, now.as_millisecond(), over).await?;
    if mailing::set_held(&tx, round, Some((&holder.staff.name, reason))).await? {
        let kept = summaries::hold(&tx, round).await?;
        record(
            &base,
            &tx,
            holder,
            "mail.hold",
            json!({ "reason": reason, "kept": kept }),
        )
        .await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Done::did("hold", 0))
}

/// Lets the round's mail go again. Of weeks missed meanwhile only the latest is made up for.
pub(super) async fn release(
    state: &AppState,
    holder: &Independent<ManageMailing>,
) -> Result<Done, PageError> {
    let (base, round) = (state.base(), holder.round.id.as_str());
    let tx = begin(&state.db).await?;
    let mut released = 0;
    if mailing::set_held(&tx, round, None).await? {
        released = outbox::release(&tx, round, state.clock.now_ms()).await?;
        record(
            &base,
            &tx,
            holder,
            "mail.release",
            json!({ "released": released }),
        )
        .await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Done::did("release", released))
}

/// What is wrong with a new recipient.
fn faults_of(plan: &Plan, typed: &Typed) -> Vec<&'static str> {
    let mut faults = Vec::new();
    if typed.name.is_empty() || typed.name.chars().count() > LONGEST || typed.name.contains(char::is_control)
    {
        faults.push("name");
    }
    // lettre is the judge of what can be sent; the plan's own check is stricter about hosts.
    if !is_address(&typed.email) || typed.email.parse::<lettre::Address>().is_err() {
        faults.push("email");
    }
    let judged = plan.scored_units().iter().any(|unit| unit.code == typed.unit);
    let needs_unit = typed.role == RecipientRole::Unit.as_str();
    if (needs_unit && typed.unit.is_empty()) || (!typed.unit.is_empty() && !judged) {
        faults.push("unit");
    }
    faults
}

/// Puts somebody on the list.
pub(super) async fn add(
    state: &AppState,
    holder: &Independent<ManageMailing>,
    typed: &Typed,
) -> Result<Done, PageError> {
    let faults = faults_of(&holder.plan, typed);
    if !faults.is_empty() {
        return Ok(Done::Faulty(faults));
    }
    let (base, round) = (state.base(), holder.round.id.clone());
    let role = RecipientRole::parse(&typed.role).unwrap_or_default();
    let tx = begin(&state.db).await?;
    // Those whom the plan names come first: otherwise one of them could be added a second time.
    list::of_round(&base, &tx, &holder.plan).await?;
    let email_key = key_of(&typed.email);
    if recipients::stopped_anywhere(&tx).await?.contains(&email_key) {
        return Ok(Done::Faulty(vec!["known"]));
    }
    let row = MailRecipient {
        id: state.entropy.uuid(),
        round_id: round,
        name: typed.name.clone(),
        email: typed.email.clone(),
        email_key,
        language: if typed.language == "en" { "en" } else { "zh" }.to_owned(),
        role: role.as_str().to_owned(),
        unit: typed.unit.clone(),
        source: OF_CONSOLE.to_owned(),
        state: ACTIVE.to_owned(),
        since: None,
    };
    let detail = json!({ "recipient": row.id, "role": row.role, "unit": row.unit });
    if recipients::add(&tx, vec![row]).await? == 0 {
        return Ok(Done::Faulty(vec!["known"]));
    }
    record(&base, &tx, holder, "mail.recipient_add", detail).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Done::did("add", 1))
}

/// Takes somebody off the list with what still waits for them, or puts them back.
pub(super) async fn set_removed(
    state: &AppState,
    holder: &Independent<ManageMailing>,
    id: Uuid,
    removed: bool,
) -> Result<Done, PageError> {
    let (base, round) = (state.base(), holder.round.id.as_str());
    let today = state.clock.today().to_string();
    let tx = begin(&state.db).await?;
    let row = recipients::find(&tx, id).await?.ok_or_else(PageError::lost)?;
    if recipients::set_removed(&tx, round, id, removed.then_some(today.as_str())).await? {
        let mut dropped = 0;
        if removed {
            let others = recipients::of_round(&tx, round).await?;
            // The same address may stand on the list for another unit.
            if !others
                .iter()
                .any(|other| other.state == ACTIVE && other.email == row.email)
            {
                dropped =
                    outbox::drop_waiting(&tx, Some(round), &row.email, &KINDS, "taken off the list").await?;
            }
        }
        let action = if removed {
            "mail.recipient_remove"
        } else {
            "mail.recipient_restore"
        };
        record(
            &base,
            &tx,
            holder,
            action,
            json!({ "recipient": id, "dropped": dropped }),
        )
        .await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Done::did(if removed { "remove" } else { "restore" }, 1))
}

/// The letters to `to` from the results that are stored; none where nothing has been computed.
async fn letters(
    state: &AppState,
    plan: &Arc<Plan>,
    to: Vec<MailRecipient>,
    reason: Reason,
) -> Result<Option<Vec<Letter>>, PageError> {
    let (base, plan) = (state.base(), Arc::clone(plan));
    let round = plan.round.id.clone();
    let Some((_, detail)) = results::get::<RoundDetail>(&state.db, &round).await? else {
        return Ok(None);
    };
    let overdue = summaries::overdue(&base, &round).await?;
    let written = tokio::task::spawn_blocking(move || {
        summaries::letters(&base, &plan, &detail, overdue.as_ref(), &to, &reason)
    });
    let written = written.await.map_err(|error| AppError::internal(&error))?;
    Ok(Some(written.map_err(|error| AppError::internal(&error))?))
}

/// Sends the summary to the leadership on the list now; who has this content already is left out.
pub(super) async fn send(state: &AppState, holder: &Independent<ManageMailing>) -> Result<Done, PageError> {
    let (base, round) = (state.base(), holder.round.id.as_str());
    let all = list::of_round(&base, &state.db, &holder.plan).await?;
    // Who works for a judged unit gets what the schedule sends at the end, and nothing of an unfinished round.
    let to = all.into_iter().filter(|row| gets(row, Kind::Weekly)).collect();
    let Some(letters) = letters(state, &holder.plan, to, Reason::OnRequest).await? else {
        return Ok(Done::Faulty(vec!["results"]));
    };
    let tx = begin(&state.db).await?;
    let queued = summaries::queue(&tx, &base, round, letters).await?;
    record(&base, &tx, holder, "mail.send", json!({ "queued": queued })).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Done::did("send", queued))
}

/// Sends the message of a recipient to whoever tries it; pressed twice, it goes once.
pub(super) async fn test(
    state: &AppState,
    holder: &Independent<ManageMailing>,
    id: Uuid,
    own: &str,
    number: &str,
) -> Result<Done, PageError> {
    if !is_address(own) || own.parse::<lettre::Address>().is_err() {
        return Ok(Done::Faulty(vec!["own"]));
    }
    let (base, round) = (state.base(), holder.round.id.as_str());
    let row = recipients::find(&state.db, id).await?;
    let row = row
        .filter(|row| row.round_id == round)
        .ok_or_else(PageError::lost)?;
    let to = MailRecipient {
        name: holder.staff.name.clone(),
        email: own.to_owned(),
        email_key: key_of(own),
        ..row
    };
    let number: String = number.chars().take(LONGEST_NUMBER).collect();
    let Some(letters) = letters(state, &holder.plan, vec![to], Reason::Test(number)).await? else {
        return Ok(Done::Faulty(vec!["results"]));
    };
    let tx = begin(&state.db).await?;
    if summaries::queue(&tx, &base, round, letters).await? > 0 {
        // The audit trail tells that results left the house, and to which mail domain, without an address.
        let domain = own.rsplit('@').next().unwrap_or_default();
        record(
            &base,
            &tx,
            holder,
            "mail.test",
            json!({ "as": id, "domain": domain }),
        )
        .await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Done::did("test", 1))
}
