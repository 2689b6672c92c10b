//! What a round keeps of somebody, as it is shown to whoever may see it.

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{RequestError, held, members};
use crate::app::Base;
use crate::store::frame::{self, Identity};
use crate::store::person_requests::{self as store, PersonRequest};
use crate::store::{StoreError, attempts, begin, invitations, outbox, sample};

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
