//! What people ask about the data that a round keeps of them (个人信息查询、更正、停止联系、删除; PIPL Art. 44–50).
//!
//! Whoever comes or calls is found by name and card or telephone number, exactly. That opens every identity of the round in
//! the machine and shows none: the office learns only that somebody of this name and number is there. What is stored is
//! shown after a second person, who is not the first, has looked at how the asker was identified and agreed. Every step is
//! an entry of the audit trail, which names neither the person nor what was corrected.
//!
//! Answers are no part of it: nothing leads from a person to them but the key file and two people for another reason
//! ([`crate::linking`]). The respondent reaches them with receipt and second secret (`/receipt/mine`).

use std::collections::BTreeSet;

use analysis::disposition::Disposition;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::Serialize;
use serde_json::json;
use thiserror::Error;
use uuid::Uuid;

use crate::app::Base;
use crate::callbacks::calls::Outcome;
use crate::store::erasure::{self, Sealing};
use crate::store::frame::{self, Identity};
use crate::store::person_requests::{self as store, ASKED, CONFIRMED, PersonRequest};
use crate::store::{StoreError, assignments, attempts, begin, invitations, outbox, sample};

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

/// A name as it is compared: without spaces and middle dots, which registers set differently.
fn plain_name(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '·' | '•' | '・' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// A number as it is compared: digits and letters alone, of full width or not, without the country's prefix.
fn plain_number(number: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c)
            .checked_sub(0xfee0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        _ => c,
    };
    let plain: String = number
        .trim_start_matches("+86")
        .chars()
        .map(narrow)
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    plain
}

/// Shortest number that is looked for, in digits: shorter ones would fit many.
const SHORTEST_NUMBER: usize = 6;

/// Who is meant by a name and a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nobody in the round's register.
    Nobody,
    /// Several people, by their card numbers: a telephone that a family shares.
    Several,
    /// One person, by the keys of the frame's members: somebody's relative may be in the register themselves.
    One(Vec<String>),
}

/// Finds the member of a round's frame who has this name and this card or telephone number.
///
/// # Errors
/// When the database does not answer or the key file is another one.
pub async fn find(base: &Base, round: &str, name: &str, number: &str) -> Result<Found, StoreError> {
    let (name, number) = (plain_name(name), plain_number(number));
    if name.is_empty() || number.len() < SHORTEST_NUMBER {
        return Ok(Found::Nobody);
    }
    let mut cards = BTreeSet::new();
    let is_meant = |identity: &Identity| {
        let (card, phone) = (plain_number(&identity.card_number), plain_number(&identity.phone));
        let is_meant = plain_name(&identity.name) == name && (card == number || phone == number);
        if is_meant && !card.is_empty() {
            cards.insert(card);
        }
        is_meant
    };
    let found = frame::find(&base.db, &base.keys, round, is_meant).await?;
    Ok(match (found.is_empty(), cards.len()) {
        (true, _) => Found::Nobody,
        (false, 0 | 1) => Found::One(found),
        _ => Found::Several,
    })
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

/// A message that was sent to somebody, or is to be.
#[derive(Clone, Debug, Serialize)]
pub struct SentMessage {
    /// Its kind.
    pub kind: String,
    /// Its state in the outbox.
    pub state: String,
    /// When it was queued, Unix milliseconds.
    pub queued_at: i64,
}

/// A visit or call.
#[derive(Clone, Debug, Serialize)]
pub struct Visit {
    /// The day.
    pub day: String,
    /// interview, phone or web.
    pub mode: String,
    /// AAPOR code.
    pub disposition: String,
    /// The note.
    pub note: String,
}

/// What is stored of somebody as a sampled case.
#[derive(Clone, Debug, Serialize)]
pub struct Drawn {
    /// Case number.
    pub case_id: String,
    /// State of the invitation; none where no one was issued.
    pub invitation: Option<String>,
    /// Whether reminders are stopped.
    pub no_reminders: bool,
    /// What the office noted of the case.
    pub disposition: Option<String>,
    /// Messages.
    pub messages: Vec<SentMessage>,
    /// Visits and calls.
    pub visits: Vec<Visit>,
    /// Whether they agreed to be called back.
    pub agreed_to_call: bool,
    /// How the call-back ended; absent where there was none.
    pub call: Option<String>,
}

/// What is stored of somebody as a member of the frame.
#[derive(Clone, Debug, Serialize)]
pub struct Known {
    /// Who it is; none once the identity was erased.
    pub identity: Option<Identity>,
    /// Respondent group.
    pub group: String,
    /// Township or village.
    pub unit: String,
    /// Disability category.
    pub category: Option<String>,
    /// Grade.
    pub grade: Option<String>,
    /// Sex.
    pub sex: Option<String>,
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// Special hardship.
    pub hardship: String,
    /// Whether a family member of somebody else in the register.
    pub is_relative: bool,
    /// As sampled cases: mostly none or one.
    pub drawn: Vec<Drawn>,
}

fn members(request: &PersonRequest) -> Vec<String> {
    request
        .member_keys
        .split(' ')
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What is stored of the person of a request that is open for `actor`. The look is recorded before anything is returned.
///
/// # Errors
/// [`RequestError`].
pub async fn see(
    base: &Base,
    round: &str,
    id: Uuid,
    (actor, action): (&str, &str),
) -> Result<(PersonRequest, Vec<Known>), RequestError> {
    let tx = begin(&base.db).await?;
    let request = held(base, &tx, round, id, actor).await?;
    let detail = json!({ "round": round });
    base.record(&tx, actor, action, &id.to_string(), detail).await?;
    tx.commit().await?;
    let mut all = Vec::new();
    for key in members(&request) {
        all.extend(known(base, round, &key).await?);
    }
    Ok((request, all))
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

async fn known(base: &Base, round: &str, key: &str) -> Result<Option<Known>, StoreError> {
    let db = &base.db;
    let Some(member) = frame::member(db, round, key).await? else {
        return Ok(None);
    };
    let mut drawn = Vec::new();
    for case in sample::of_members(db, round, &[key.to_owned()]).await? {
        let ids = [case.case_id.clone()];
        let issued = invitations::of_cases(db, round, &ids).await?;
        // One that replaced another comes after it and counts.
        let current = issued.iter().find(|one| one.state != invitations::WITHDRAWN);
        let invitation = current.or(issued.first());
        let (agreed_to_call, call) = store::callback(db, round, &case.case_id).await?;
        let messages = outbox::of_recipient(db, round, &case.case_id).await?.into_iter();
        let visits = attempts::of_case(db, round, &case.case_id).await?.into_iter();
        drawn.push(Drawn {
            invitation: invitation.map(|one| one.state.clone()),
            no_reminders: invitation.is_some_and(|one| one.no_remind),
            disposition: case.disposition,
            messages: messages
                .map(|message| SentMessage {
                    kind: message.kind,
                    state: message.state,
                    queued_at: message.created_at,
                })
                .collect(),
            visits: visits
                .map(|visit| Visit {
                    day: visit.day,
                    mode: visit.mode,
                    disposition: visit.disposition,
                    note: visit.note,
                })
                .collect(),
            agreed_to_call,
            call: call.map(|outcome| outcome.unwrap_or_default()),
            case_id: case.case_id,
        });
    }
    Ok(Some(Known {
        identity: frame::identity(db, &base.keys, round, key).await?,
        group: member.group,
        unit: member.unit,
        category: member.category,
        grade: member.grade,
        sex: member.sex,
        birth_year: member.birth_year,
        hardship: member.hardship,
        is_relative: member.relative_of_key.is_some(),
        drawn,
    }))
}

/// What is put in the place of what is stored; the register's number stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corrected {
    /// Name.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// Card number.
    pub card_number: String,
    /// Address.
    pub address: String,
}

/// Corrects how the person is reached and called, in every row that is theirs. The trail says which fields changed, never
/// what they hold.
///
/// # Errors
/// [`RequestError`].
pub async fn correct(
    base: &Base,
    round: &str,
    id: Uuid,
    new: &Corrected,
    actor: &str,
) -> Result<(), RequestError> {
    let tx = begin(&base.db).await?;
    let request = held(base, &tx, round, id, actor).await?;
    let (mut people, mut changed) = (Vec::new(), BTreeSet::new());
    for key in members(&request) {
        let Some(stored) = frame::identity(&tx, &base.keys, round, &key).await? else {
            continue;
        };
        let identity = Identity {
            person_id: stored.person_id.clone(),
            name: new.name.clone(),
            phone: new.phone.clone(),
            email: new.email.clone(),
            card_number: new.card_number.clone(),
            address: new.address.clone(),
        };
        for (field, before, after) in [
            ("name", &stored.name, &identity.name),
            ("phone", &stored.phone, &identity.phone),
            ("email", &stored.email, &identity.email),
            ("card_number", &stored.card_number, &identity.card_number),
            ("address", &stored.address, &identity.address),
        ] {
            if before != after {
                changed.insert(field);
            }
        }
        people.push((key, identity));
    }
    if changed.is_empty() {
        return Ok(());
    }
    frame::put_identities(&tx, &base.keys, &base.entropy, round, people).await?;
    let detail = json!({ "round": round, "fields": changed });
    base.record(&tx, actor, "person.correct", &id.to_string(), detail)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Leaves the person alone from now on: no invitation, reminder, visit or call. What was answered stays.
///
/// # Errors
/// [`RequestError`].
pub async fn stop(base: &Base, round: &str, id: Uuid, actor: &str) -> Result<(), RequestError> {
    let tx = begin(&base.db).await?;
    let request = held(base, &tx, round, id, actor).await?;
    let cases = leave_alone(&tx, round, &members(&request)).await?;
    let detail = json!({ "round": round, "cases": cases });
    base.record(&tx, actor, "person.stop", &id.to_string(), detail)
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn leave_alone(
    tx: &sea_orm::DatabaseTransaction,
    round: &str,
    keys: &[String],
) -> Result<Vec<String>, StoreError> {
    let mut cases = Vec::new();
    for case in sample::of_members(tx, round, keys).await? {
        let ids = [case.case_id.clone()];
        let invitation = invitations::of_case(tx, round, &case.case_id).await?;
        if let Some(invitation) = &invitation {
            invitations::set_no_remind(tx, invitation.id).await?;
        }
        // Who has answered did not refuse.
        if !invitation.as_ref().is_some_and(invitations::is_used) {
            sample::set_disposition(tx, round, &ids, Disposition::Refusal).await?;
        }
        assignments::remove(tx, round, &ids).await?;
        store::stop_calls(tx, round, &case.case_id, Outcome::Refused.as_str()).await?;
        cases.push(case.case_id);
    }
    Ok(cases)
}

/// Erases who the person is, and leaves them alone; a code that was not used opens nothing any more. What was answered and
/// what figures are weighted by stays, under a random key.
///
/// # Errors
/// [`RequestError`].
pub async fn erase(base: &Base, round: &str, id: Uuid, actor: &str) -> Result<(), RequestError> {
    let tx = begin(&base.db).await?;
    let request = held(base, &tx, round, id, actor).await?;
    let keys = members(&request);
    let cases = leave_alone(&tx, round, &keys).await?;
    for case in &cases {
        if let Some(invitation) = invitations::of_case(&tx, round, case).await?
            && !invitations::is_used(&invitation)
        {
            invitations::withdraw(&tx, invitation.id).await?;
        }
    }
    let sealing = Sealing {
        keys: &base.keys,
        entropy: &base.entropy,
    };
    let (mut renamed, mut identities, mut frames) = (Vec::new(), 0, 0);
    for key in &keys {
        let (erased, new_key) = erasure::person(&tx, sealing, round, key).await?;
        identities += erased.identities;
        frames += erased.frames;
        renamed.push(new_key);
    }
    store::set_members(&tx, id, &renamed).await?;
    let detail = json!({ "round": round, "identities": identities, "frames": frames, "cases": cases });
    base.record(&tx, actor, "person.erase", &id.to_string(), detail)
        .await?;
    tx.commit().await?;
    if let Err(error) = erasure::scrub(&base.db, analysis::plan::Kept::Identities).await {
        tracing::warn!(%error, "the database's files were not rewritten after the erasure");
    }
    Ok(())
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

    #[test]
    fn names_and_numbers_are_compared_as_people_write_them() {
        assert_eq!(plain_name(" 阿依古丽 · 买买提 "), plain_name("阿依古丽•买买提"));
        assert_eq!(plain_number("+86 139-0000-1111"), "13900001111");
        assert_eq!(plain_number("１３９００００１１１１"), "13900001111");
        assert_eq!(plain_number("99010119700101123x"), "99010119700101123X");
    }
}
