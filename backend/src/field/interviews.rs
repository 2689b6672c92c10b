//! Finished interviews: opened, accepted like every other response, or held for the office.
//!
//! An interview costs a person an hour and cannot be repeated. So whatever can be opened is either accepted or held,
//! sealed and durable, and only then acknowledged; the device may forget it. What is held waits in the console until
//! the office has mended what was in the way, or has put it aside with a reason.

use jiff::civil::Date;
use serde_json::json;
use survey_forms::text::Text;
use survey_forms::validate::FieldError;
use uuid::Uuid;

use super::sealing::{self, Envelope, Subject};
use crate::app::AppState;
use crate::auth::independence;
use crate::error::AppError;
use crate::store::callbacks;
use crate::store::held::{self, Held};
use crate::store::rounds::{self, Round};
use crate::store::staff::Staff;
use crate::store::{assignments, invitations, responses, sample};
use crate::submit::body::CALLBACK;
use crate::submit::{Accepted, Interview, Submission, SubmitError, receipt};

/// Why an interview is held, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Answers or other fields are at fault.
    Invalid,
    /// The case has its response: another interviewer's, or one by web.
    Answered,
    /// The round is over or not open.
    Closed,
    /// The round has never had this version of the questionnaire.
    Version,
    /// The case is not this interviewer's.
    Unassigned,
    /// There is no such case, or its invitation was taken back.
    NoCase,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::Invalid,
        Self::Answered,
        Self::Closed,
        Self::Version,
        Self::Unassigned,
        Self::NoCase,
    ];

    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Answered => "answered",
            Self::Closed => "closed",
            Self::Version => "version",
            Self::Unassigned => "unassigned",
            Self::NoCase => "no_case",
        }
    }

    fn fault(self) -> FieldError {
        let (field, zh, en) = match self {
            Self::Invalid => ("", "答卷无法读取。", "The answers cannot be read."),
            Self::Answered => (
                "case_id",
                "这个人已经有一份答卷。",
                "There is a response of this person already.",
            ),
            Self::Closed => ("round", "本轮测评没有开放。", "The round is not open."),
            Self::Version => (
                "form_version",
                "本轮测评没有这个版本的问卷。",
                "The round has never had this version of the questionnaire.",
            ),
            Self::Unassigned => (
                "case_id",
                "这个人现在没有分配给这位访问员。",
                "This person is not assigned to this interviewer at present.",
            ),
            Self::NoCase => (
                "case_id",
                "样本里没有这个人，或者邀请已经收回。",
                "There is no such person in the sample, or the invitation was taken back.",
            ),
        };
        FieldError {
            field: field.to_owned(),
            message: Text::zh_en(zh, en),
        }
    }
}

/// A sealed interview as it came.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Id of the response.
    pub id: Uuid,
    /// The round.
    pub round: String,
    /// The case.
    pub case_id: String,
    /// The envelope.
    pub envelope: Envelope,
}

/// What became of an interview that was sent.
#[derive(Clone, Debug)]
pub enum Received {
    /// Accepted as a response.
    Accepted(Accepted),
    /// Kept for the office.
    Held(Vec<FieldError>),
}

/// What judging an interview gives.
enum Judged {
    Accepted(Accepted),
    Faulty(Reason, Vec<FieldError>),
}

impl Judged {
    fn faulty(reason: Reason) -> Self {
        Self::Faulty(reason, vec![reason.fault()])
    }
}

fn open(state: &AppState, sent: &Sent) -> Result<Vec<u8>, AppError> {
    let subject = Subject {
        id: sent.id,
        round: &sent.round,
        case: &sent.case_id,
    };
    sealing::open(&state.keys, &sent.envelope, subject).map_err(|error| AppError::cannot_open(&error))
}

/// Takes in an interview from an interviewer's device. Sent again, it gives the same answer.
///
/// # Errors
/// 404 for an unknown round, 400 when it cannot be opened, 409 for other content under a known id; when the database
/// does not answer. After any of them the device still has it.
pub async fn receive(state: &AppState, staff: &Staff, sent: Sent) -> Result<Received, AppError> {
    let Some(round) = rounds::find(&state.db, &sent.round).await? else {
        return Err(AppError::round_not_found(&sent.round));
    };
    let plain = open(state, &sent)?;
    let content_mac = state.keys.content_mac(&Submission::content_of(&plain));
    let conflict = || Err(AppError::from(SubmitError::IdConflict));
    if let Some(stored) = responses::find(&state.db, sent.id).await? {
        return if stored.content_mac == content_mac {
            Ok(Received::Accepted(Accepted {
                receipt: receipt::of(&state.keys, &stored.round_id, &stored.leaf)?,
                replayed: true,
            }))
        } else {
            conflict()
        };
    }
    if let Some(kept) = held::find(&state.db, sent.id).await? {
        return if kept.content_mac == content_mac {
            Ok(Received::Held(read_faults(&kept.faults)))
        } else {
            conflict()
        };
    }
    let assigned = assignments::find(&state.db, &sent.round, &sent.case_id).await?;
    let is_theirs = assigned.is_some_and(|row| row.staff_id == staff.id);
    let judged = judge(state, &round, staff, &sent, &plain).await;
    let judged = match judged {
        Ok(Ok(submission)) if is_theirs => submit(state, submission).await?,
        Ok(Ok(_)) => Judged::faulty(Reason::Unassigned),
        Ok(Err(faulty)) => faulty,
        Err(error) => return Err(error),
    };
    match judged {
        Judged::Accepted(accepted) => {
            agree_to_callback(state, &sent, &plain).await?;
            Ok(Received::Accepted(accepted))
        }
        Judged::Faulty(reason, faults) => hold(state, staff, sent, content_mac, (reason, faults)).await,
    }
}

/// Whether the person agreed to be called back: kept with the case and not with the answers, which hold no identity.
async fn agree_to_callback(state: &AppState, sent: &Sent, plain: &[u8]) -> Result<(), AppError> {
    #[derive(serde::Deserialize)]
    struct Agreed {
        #[serde(default)]
        consents: Vec<String>,
    }
    let agrees = serde_json::from_slice::<Agreed>(plain)
        .is_ok_and(|body| body.consents.iter().any(|word| word == CALLBACK));
    let plan = state.plans.get(&state.db, &state.keys, &sent.round).await?;
    if agrees && plan.is_some_and(|plan| plan.callback.is_some()) {
        callbacks::set_consent(&state.db, &sent.round, &sent.case_id).await?;
    }
    Ok(())
}

/// First and last day on which an interview that is here today can have been held.
fn possible_days(round: &Round, today: Date) -> (Date, Date) {
    let last = round
        .closes_on
        .parse::<Date>()
        .map_or(today, |closes| closes.min(today));
    let first = round
        .opens_on
        .parse::<Date>()
        .map_or(last, |opens| opens.min(last));
    (first, last)
}

/// Makes a submission of an opened interview, or says why it cannot be one.
async fn judge(
    state: &AppState,
    round: &Round,
    staff: &Staff,
    sent: &Sent,
    plain: &[u8],
) -> Result<Result<Submission, Judged>, AppError> {
    let case = sample::find(&state.db, &round.id, &sent.case_id).await?;
    let invited = invitations::of_cases(&state.db, &round.id, std::slice::from_ref(&sent.case_id)).await?;
    let invitation = invited.iter().find(|row| row.state != invitations::WITHDRAWN);
    let (Some(case), Some(invitation)) = (case, invitation) else {
        return Ok(Err(Judged::faulty(Reason::NoCase)));
    };
    let plan = state.plans.get(&state.db, &state.keys, &round.id).await?;
    let staff_collected =
        plan.is_some_and(|plan| independence::is_bound(&plan, staff.employer_unit.as_deref(), &case.unit));
    let interview = Interview {
        id: sent.id,
        invitation: invitation.id,
        interviewer: staff.login.clone(),
        staff_collected,
        days: possible_days(round, state.clock.today()),
    };
    Ok(Submission::from_interview(plain, &sent.case_id, interview)
        .map_err(|_| Judged::faulty(Reason::Invalid)))
}

async fn submit(state: &AppState, submission: Submission) -> Result<Judged, AppError> {
    match state.submitter.submit_parsed(submission).await {
        Ok(accepted) => Ok(Judged::Accepted(accepted)),
        Err(SubmitError::Invalid(faults)) => Ok(Judged::Faulty(Reason::Invalid, faults)),
        Err(SubmitError::CodeUsed) => Ok(Judged::faulty(Reason::Answered)),
        Err(SubmitError::Closed | SubmitError::NotOpen) => Ok(Judged::faulty(Reason::Closed)),
        Err(SubmitError::UnknownVersion { .. }) => Ok(Judged::faulty(Reason::Version)),
        // Links have caps and quotas; a case comes through no link.
        Err(
            SubmitError::UnknownCode
            | SubmitError::UnknownLink
            | SubmitError::DailyCap { .. }
            | SubmitError::QuotaFull,
        ) => Ok(Judged::faulty(Reason::NoCase)),
        Err(error @ (SubmitError::IdConflict | SubmitError::Busy | SubmitError::Store(_))) => {
            Err(error.into())
        }
    }
}

async fn hold(
    state: &AppState,
    staff: &Staff,
    sent: Sent,
    content_mac: String,
    (reason, faults): (Reason, Vec<FieldError>),
) -> Result<Received, AppError> {
    let envelope = serde_json::to_string(&sent.envelope).map_err(|error| AppError::internal(&error))?;
    let envelope = held::sealed(&state.keys, &state.entropy, sent.id, &envelope)
        .map_err(|error| AppError::internal(&error))?;
    let row = Held {
        id: sent.id,
        round_id: sent.round,
        case_id: sent.case_id,
        staff_id: staff.id,
        envelope,
        content_mac,
        reason: reason.as_str().to_owned(),
        faults: write_faults(&faults),
        state: held::HELD.to_owned(),
        note: None,
        day: state.clock.today().to_string(),
    };
    let mac = row.content_mac.clone();
    let kept = held::insert(&state.db, row).await?;
    if kept.content_mac != mac {
        return Err(SubmitError::IdConflict.into());
    }
    metrics::counter!("minyi_interviews_held_total", "reason" => reason.as_str()).increment(1);
    Ok(Received::Held(faults))
}

/// What came of trying a held interview again.
#[derive(Clone, Debug)]
pub enum Retried {
    /// It is a response now.
    Accepted,
    /// It still cannot be one.
    StillHeld(Reason),
}

/// Tries to accept a held interview, which need not be assigned any more: that the office tries is its consent.
///
/// # Errors
/// When it cannot be opened, the database does not answer, or other content has its id.
pub async fn retry(state: &AppState, round: &Round, staff: &Staff, kept: &Held) -> Result<Retried, AppError> {
    let envelope =
        held::opened(&state.keys, kept.id, &kept.envelope).map_err(|error| AppError::internal(&error))?;
    let envelope = serde_json::from_str(&envelope).map_err(|error| AppError::internal(&error))?;
    let sent = Sent {
        id: kept.id,
        round: kept.round_id.clone(),
        case_id: kept.case_id.clone(),
        envelope,
    };
    let plain = open(state, &sent)?;
    let judged = match judge(state, round, staff, &sent, &plain).await? {
        Ok(submission) => submit(state, submission).await?,
        Err(faulty) => faulty,
    };
    match judged {
        Judged::Accepted(_) => {
            agree_to_callback(state, &sent, &plain).await?;
            Ok(Retried::Accepted)
        }
        Judged::Faulty(reason, faults) => {
            held::set_faults(&state.db, kept.id, reason.as_str(), &write_faults(&faults)).await?;
            Ok(Retried::StillHeld(reason))
        }
    }
}

fn write_faults(faults: &[FieldError]) -> String {
    let list = faults.iter().map(
        |fault| json!({ "field": fault.field, "zh": fault.message.get("zh"), "en": fault.message.get("en") }),
    );
    serde_json::Value::Array(list.collect()).to_string()
}

/// Faults as they were stored.
pub fn read_faults(text: &str) -> Vec<FieldError> {
    let list: Vec<std::collections::BTreeMap<String, String>> =
        serde_json::from_str(text).unwrap_or_default();
    let of = |fault: &std::collections::BTreeMap<String, String>, key: &str| {
        fault.get(key).cloned().unwrap_or_default()
    };
    list.iter()
        .map(|fault| FieldError {
            field: of(fault, "field"),
            message: Text::zh_en(of(fault, "zh"), of(fault, "en")),
        })
        .collect()
}
