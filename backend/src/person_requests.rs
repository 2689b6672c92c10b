//! What people ask about the data that a round keeps of them (个人信息查询、更正、停止联系、删除; PIPL Art. 44–50).
//!
//! Whoever comes or calls is found by name and card or telephone number, exactly. That opens every identity of the round in
//! the machine and shows none: the office learns only that somebody of this name and number is there. What is stored is
//! shown after a second person, who is not the first, has looked at how the asker was identified and agreed. Every step is
//! an entry of the audit trail, which names neither the person nor what was corrected.
//!
//! Answers are no part of it: nothing leads from a person to them but the key file and two people for another reason
//! ([`crate::linking`]). The respondent reaches them with receipt and second secret (`/receipt/mine`).

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde_json::json;
use thiserror::Error;
use uuid::Uuid;

use crate::app::Base;
use crate::store::person_requests::{self as store, ASKED, CONFIRMED, PersonRequest};
use crate::store::{StoreError, begin};

mod acts;
mod find;
mod stored;

pub use acts::{Corrected, correct, erase, stop};
pub use find::{Found, find};
pub use stored::{Drawn, Known, SentMessage, Visit, see};

/// Working days in which a request is answered: Monday to Friday. Public holidays are not known here, so that the day is
/// rather too early than too late.
pub const WORKING_DAYS: u32 = 15;
/// Days in which a request that was agreed to can be handled.
pub const VALID_DAYS: i32 = 30;

/// What somebody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Want {
    /// To know what is stored, as a copy (Art. 45).
    Copy,
    /// To have it corrected (Art. 46).
    Correct,
    /// To be left alone (Art. 44).
    Stop,
    /// To have their identity erased (Art. 47).
    Erase,
}

impl Want {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Copy, Self::Correct, Self::Stop, Self::Erase];

    /// The word in forms and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Correct => "correct",
            Self::Stop => "stop",
            Self::Erase => "erase",
        }
    }

    /// The want of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|want| want.word() == word)
    }

    /// The wants of a request.
    pub fn of(request: &PersonRequest) -> Vec<Self> {
        request.wants.split(' ').filter_map(Self::parse).collect()
    }
}

/// The `count`th working day after `day`.
pub fn working_days_after(day: Date, count: u32) -> Date {
    let (mut at, mut left) = (day, count);
    while left > 0 {
        let Ok(next) = at.checked_add(1.day()) else { break };
        at = next;
        if !matches!(at.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    at
}

/// A request as the office takes it.
#[derive(Clone, Debug)]
pub struct Taken<'a> {
    /// The person's name.
    pub name: &'a str,
    /// Card or telephone number.
    pub number: &'a str,
    /// What is wanted.
    pub wants: Vec<Want>,
    /// How the office knew that it was this person, or who may speak for them.
    pub basis: &'a str,
}

/// Takes a request, if it is clear who is meant; gives whether it is. Either is recorded, without the name.
///
/// # Errors
/// When the database does not answer or the key file is another one.
pub async fn take(base: &Base, round: &str, taken: &Taken<'_>, actor: &str) -> Result<Found, StoreError> {
    let found = find(base, round, taken.name, taken.number).await?;
    let today = base.clock.today();
    let id = base.entropy.uuid();
    let wants: Vec<&str> = taken.wants.iter().map(|want| want.word()).collect();
    let tx = begin(&base.db).await?;
    let Found::One(members) = &found else {
        let detail = json!({ "found": matches!(found, Found::Several), "wants": wants });
        base.record(&tx, actor, "person.search", round, detail).await?;
        tx.commit().await?;
        return Ok(found);
    };
    let row = PersonRequest {
        id,
        round_id: round.to_owned(),
        member_keys: members.join(" "),
        wants: wants.join(" "),
        basis: taken.basis.to_owned(),
        state: ASKED.to_owned(),
        asked_by: actor.to_owned(),
        asked_on: today.to_string(),
        due_on: working_days_after(today, WORKING_DAYS).to_string(),
        decided_by: None,
        decided_on: None,
        done_on: None,
        outcome: None,
    };
    let detail = json!({ "round": round, "wants": wants, "due_on": row.due_on });
    store::insert(&tx, row).await?;
    base.record(&tx, actor, "person.ask", &id.to_string(), detail)
        .await?;
    tx.commit().await?;
    Ok(found)
}

/// Why nothing is done about a request.
#[derive(Debug, Error)]
pub enum RequestError {
    /// No such request in the round.
    #[error("there is no such request")]
    Unknown,
    /// It is not this person's to handle, nobody agreed to it yet, or its time is over.
    #[error("not this person's to handle, or not now")]
    NotNow,
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sea_orm::DbErr> for RequestError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

/// Whether whoever took it may handle a request today.
pub fn is_open(request: &PersonRequest, actor: &str, today: Date) -> bool {
    let decided = request
        .decided_on
        .as_ref()
        .and_then(|day| day.parse::<Date>().ok());
    let last = decided.and_then(|day| day.checked_add(VALID_DAYS.days()).ok());
    request.state == CONFIRMED && request.asked_by == actor && last.is_some_and(|last| today < last)
}

fn members(request: &PersonRequest) -> Vec<String> {
    request
        .member_keys
        .split(' ')
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
        .collect()
}

async fn held(
    base: &Base,
    tx: &sea_orm::DatabaseTransaction,
    round: &str,
    id: Uuid,
    actor: &str,
) -> Result<PersonRequest, RequestError> {
    let request = store::hold(tx, round, id).await?.ok_or(RequestError::Unknown)?;
    match is_open(&request, actor, base.clock.today()) {
        true => Ok(request),
        false => Err(RequestError::NotNow),
    }
}

/// Notes how the request was answered; afterwards nothing of the person is shown any more.
///
/// # Errors
/// [`RequestError`].
pub async fn finish(
    base: &Base,
    round: &str,
    id: Uuid,
    outcome: &str,
    actor: &str,
) -> Result<(), RequestError> {
    let tx = begin(&base.db).await?;
    held(base, &tx, round, id, actor).await?;
    store::finish(&tx, id, outcome, &base.clock.today().to_string()).await?;
    let detail = json!({ "round": round, "outcome": outcome });
    base.record(&tx, actor, "person.done", &id.to_string(), detail)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Agrees to a request that another person took, or turns it down.
///
/// # Errors
/// [`RequestError`]: nobody agrees to what they took themselves, and what was decided stays.
pub async fn decide(base: &Base, round: &str, id: Uuid, to: &str, actor: &str) -> Result<(), RequestError> {
    let tx = begin(&base.db).await?;
    store::hold(&tx, round, id).await?.ok_or(RequestError::Unknown)?;
    if !store::decide(&tx, id, to, (actor, &base.clock.today().to_string())).await? {
        return Err(RequestError::NotNow);
    }
    let action = match to {
        CONFIRMED => "person.confirm",
        _ => "person.refuse",
    };
    let detail = json!({ "round": round });
    base.record(&tx, actor, action, &id.to_string(), detail).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_working_days_are_three_weeks() {
        // 2026-11-23 is a Monday.
        for (from, to) in [
            ("2026-11-23", "2026-12-14"),
            ("2026-11-27", "2026-12-18"),
            ("2026-11-28", "2026-12-18"),
            ("2026-11-29", "2026-12-18"),
        ] {
            let day = working_days_after(from.parse().unwrap(), WORKING_DAYS);
            assert_eq!(day, to.parse::<Date>().unwrap(), "{from}");
        }
    }
}
