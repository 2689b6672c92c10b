//! OpenRosa: the protocol by which ODK Collect, Enketo and other clients of this community fetch questionnaires and send
//! interviews (<https://docs.getodk.org/openrosa/>).
//!
//! It is a second road of interviewer mode and has its rules: who sends is an interviewer with a device, the person asked
//! is a case that the office gave to this interviewer, and what arrives goes through the same judgement, is accepted as
//! the same response or held for the office, and is stored once however often it is sent. The form that clients get is
//! the round's own with a few questions before it: whose interview it is, and what the person agrees to ([`cover`]).
//!
//! Names and addresses never travel this way; the interviewer types the case's number or the code of its invitation.
//! Clients keep what was typed unsealed until it is sent, which the app of `/field` does not: it is the one to prefer
//! where a phone may be lost.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use survey_forms::form::{Form, QuestionKind};
use survey_forms::media::is_plain_name;
use survey_forms::media::upload::{check_upload, stored_name};
use survey_forms::response::RawAnswers;
use survey_forms::text::Text;
use survey_forms::xform::submission::Submission;
use uuid::Uuid;

use crate::app::AppState;
use crate::attachments::{Keeper, NewFile};
use crate::codes::Code;
use crate::error::AppError;
use crate::field::interviews::{self, Received};
use crate::field::sealing::{self, Subject};
use crate::store::rounds::{self, Round, RoundState};
use crate::store::staff::Staff;
use crate::store::{StoreError, forms, held, invitations, responses, sample};
use crate::submit::body::CALLBACK;
use crate::submit::{Answering, Mode};

pub mod cover;

use cover::{CASE, ENDED, STARTED, VISIT, YES};

/// A questionnaire of a round as clients get it.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Form name, as in the plan.
    pub name: String,
    /// Its group, for what is asked before it.
    pub group: String,
    /// The questionnaire.
    pub form: std::sync::Arc<Form>,
}

/// The id by which a client knows a round's form: clients keep the forms of several rounds side by side.
pub fn form_id(round: &str, form: &str) -> String {
    format!("{round}_{form}")
}

/// Whether clients may have a round's forms: from sealing until it is closed.
pub fn is_offered(round: &Round) -> bool {
    matches!(round.round_state(), RoundState::Sealed | RoundState::Open)
}

/// The current forms of a round.
///
/// # Errors
/// When the database does not answer.
pub async fn offered(state: &AppState, round: &Round) -> Result<Vec<Offered>, StoreError> {
    let mut all = Vec::new();
    for group in rounds::groups(&state.db, &round.id).await? {
        if let Some(form) = state.forms.current(&state.db, &round.id, &group.form).await? {
            all.push(Offered {
                name: group.form,
                group: group.group,
                form,
            });
        }
    }
    Ok(all)
}

/// A form of a round in one of its versions; none where the round never had it.
///
/// # Errors
/// When the database does not answer.
pub async fn version(
    state: &AppState,
    round: &Round,
    name: &str,
    version: &str,
) -> Result<Option<Offered>, StoreError> {
    let versions = forms::versions(&state.db, &round.id).await?;
    if !versions
        .iter()
        .any(|row| row.form == name && row.version == version)
    {
        return Ok(None);
    }
    let groups = rounds::groups(&state.db, &round.id).await?;
    let Some(group) = groups.into_iter().find(|row| row.form == name) else {
        return Ok(None);
    };
    let form = state.forms.by_version(&state.db, version).await?;
    Ok(form.map(|form| Offered {
        name: group.form,
        group: group.group,
        form,
    }))
}

/// The XForm of a questionnaire of this round.
///
/// # Errors
/// When the database does not answer, or the round has no plan.
pub async fn xform(state: &AppState, round: &Round, offered: &Offered) -> Result<String, AppError> {
    let plan = state
        .plans
        .get(&state.db, &state.keys, &round.id)
        .await?
        .ok_or_else(|| AppError::round_not_found(&round.id))?;
    Ok(cover::write(&plan, &form_id(&round.id, &offered.name), offered))
}

/// The id of the response that a submission becomes: the UUID of `instanceID`, or for a client that names its instances
/// in another way one that follows from the name.
fn response_id(instance: &str) -> Uuid {
    let name = instance.strip_prefix("uuid:").unwrap_or(instance);
    match Uuid::try_parse(name) {
        Ok(id) if id.get_version_num() == 4 => id,
        _ => {
            let print: [u8; 32] = Sha256::digest(instance.as_bytes()).into();
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&print[..16]);
            uuid::Builder::from_random_bytes(bytes).into_uuid()
        }
    }
}

/// The case that was meant by what was typed: its number, or the code of its invitation. What is neither is kept as far
/// as it can be a number, for the office to see.
async fn case_of(state: &AppState, round: &Round, typed: &str) -> Result<String, StoreError> {
    /// Longest number kept.
    const LONGEST: usize = 40;
    let typed = typed.trim();
    let number: String = typed
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(LONGEST)
        .collect();
    for number in [number.clone(), number.to_ascii_lowercase()] {
        if sample::find(&state.db, &round.id, &number).await?.is_some() {
            return Ok(number);
        }
    }
    if let Ok(code) = Code::parse(typed)
        && let Some(invitation) = invitations::by_code(&state.db, &state.keys, &code).await?
        && invitation.round_id == round.id
    {
        return Ok(invitation.case_id);
    }
    Ok(number)
}

/// A file as a client sends it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its name, by which the answers know it.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What became of a submission.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Of its answers.
    pub received: Received,
    /// How many of the files that came are kept, now or before.
    pub kept: usize,
    /// Files that were not taken, each with the reason.
    pub refused: Vec<(String, Text)>,
    /// Files that no answer names: what the client notes beside an interview.
    pub strange: usize,
}

/// The question that each file answers, by the client's name for it. In the answers the client's names give way to those
/// under which files are kept: Collect's are the millisecond at which a picture was taken.
fn name_files(form: &Form, answers: &mut RawAnswers) -> BTreeMap<String, String> {
    let mut questions = BTreeMap::new();
    if !form.takes_files() {
        return questions;
    }
    for question in form.questions().filter(|question| question.takes_file()) {
        let Some(named) = answers
            .get_mut(&question.name)
            .filter(|name| !name.trim().is_empty())
        else {
            continue;
        };
        let theirs = named.trim().to_owned();
        if !is_plain_name(&theirs) {
            // No name of a file; whoever validates says so.
            continue;
        }
        let ending = theirs.rsplit_once('.').map_or("", |(_, ending)| ending);
        *named = stored_name(&question.name, ending);
        questions.insert(theirs, question.name.clone());
    }
    questions
}

/// The body that the app of `/field` would have sealed for the same interview.
fn body(submission: &Submission, (offered, answers): (&Offered, &RawAnswers), id: Uuid, case: &str) -> Value {
    let form = &offered.form;
    let consents: Vec<&str> = ["part", "sensitive", "guardian", CALLBACK]
        .into_iter()
        .filter(|word| submission.value(&[VISIT, &cover::consent(word)]) == Some(YES))
        .collect();
    let answering = answers
        .get("answering")
        .and_then(|said| Answering::parse(said.trim()))
        .unwrap_or(Answering::Myself);
    let mut body = json!({
        "id": id,
        "case_id": case,
        "form": offered.name,
        "form_version": form.version,
        // No client says in which language it was read.
        "language": form.default_language(),
        "mode": Mode::Interview.as_str(),
        "answering": answering.as_str(),
        "consents": consents,
        "answers": answers,
    });
    for (field, node) in [("started_at", STARTED), ("ended_at", ENDED)] {
        if let Some(moment) = submission.value(&[node]) {
            body[field] = json!(moment);
        }
    }
    body
}

/// Takes in a submission of an interviewer's client: accepted, or held for the office, and then the files that came with it.
/// Sent again, as clients do for each bundle of attachments, it gives the same answer and keeps what has come now. Files that
/// are refused take nothing of the rest with them: an interview cannot be repeated.
///
/// # Errors
/// 404 for a form or version that the round never had, after which the client still has it; see
/// [`interviews::receive`] for the rest.
pub async fn receive(
    state: &AppState,
    round: &Round,
    staff: &Staff,
    submission: &Submission,
    files: Vec<Sent>,
) -> Result<Taken, AppError> {
    let name = submission
        .form_id
        .strip_prefix(&format!("{}_", round.id))
        .unwrap_or_default();
    let offered = version(state, round, name, &submission.version).await?;
    let offered = offered.ok_or_else(AppError::form_not_offered)?;
    let id = response_id(&submission.instance_id);
    let typed = submission.value(&[VISIT, CASE]).unwrap_or_default();
    let case = case_of(state, round, typed).await?;
    let mut answers = submission.answers(&offered.form, &[VISIT, STARTED, ENDED]);
    let questions = name_files(&offered.form, &mut answers);
    let plain = body(submission, (&offered, &answers), id, &case).to_string();
    let subject = Subject {
        id,
        round: &round.id,
        case: &case,
    };
    let envelope = sealing::seal(&state.keys, subject, plain.as_bytes(), &state.entropy)
        .map_err(|error| AppError::internal(&error))?;
    let sent = interviews::Sent {
        id,
        round: round.id.clone(),
        case_id: case,
        envelope,
    };
    let received = interviews::receive(state, staff, sent).await?;
    let wanted = wanted(state, id, questions).await?;
    let mut taken = Taken {
        received,
        kept: 0,
        refused: Vec::new(),
        strange: 0,
    };
    let mut good = Vec::new();
    for file in files {
        let found = wanted
            .get(&file.name)
            .and_then(|name| offered.form.question(name));
        let Some((question, QuestionKind::Upload { media })) = found.map(|one| (one, &one.kind)) else {
            taken.strange += 1;
            continue;
        };
        let name = answers.get(&question.name).cloned().unwrap_or_default();
        let received = check_upload(*media, &file.bytes)
            .and_then(|upload| NewFile::received(&state.keys, &question.name, name, upload, file.bytes));
        match received {
            Ok(received) => good.push(received),
            Err(fault) => taken.refused.push((file.name, fault.message(*media))),
        }
    }
    let keeper = Keeper {
        keys: &state.keys,
        entropy: &state.entropy,
        round: &round.id,
        response: id,
    };
    let (kept, others) = keeper.keep_all(&state.db, good).await?;
    taken.kept = kept;
    let other = Text::zh_en(
        "服务器上已经有这道题的另一个文件，没有替换。",
        "The server has another file for this question, which was not replaced.",
    );
    taken
        .refused
        .extend(others.into_iter().map(|name| (name, other.clone())));
    Ok(taken)
}

/// The questions whose files are kept: of a response, those that it answers, which without the separate consent are fewer
/// than those that the client sent; of a held interview all; of one that was taken back or put aside none.
async fn wanted(
    state: &AppState,
    id: Uuid,
    questions: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, StoreError> {
    if questions.is_empty() {
        return Ok(questions);
    }
    if let Some(response) = responses::find(&state.db, id).await? {
        let answers: BTreeMap<String, String> = serde_json::from_str(&response.answers).unwrap_or_default();
        let stands = response.state == responses::ACCEPTED;
        return Ok(questions
            .into_iter()
            .filter(|(_, question)| stands && answers.contains_key(question))
            .collect());
    }
    let waits = held::find(&state.db, id)
        .await?
        .is_some_and(|row| row.state == held::HELD);
    Ok(if waits { questions } else { BTreeMap::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_id_of_any_name_is_a_random_uuid_and_stays_the_same() {
        let usual = "uuid:7c2f6e0e-5b0e-4a3b-9a53-0a4d1c1f7b11";
        assert_eq!(response_id(usual).to_string(), usual.trim_start_matches("uuid:"));
        for other in [
            "",
            "uuid:",
            "instance 7",
            "uuid:01890a5d-ac96-774b-bcce-b302099a8057",
        ] {
            let id = response_id(other);
            assert_eq!((id, id.get_version_num()), (response_id(other), 4), "{other}");
        }
        assert_ne!(response_id("a"), response_id("b"));
    }
}
