//! Accepting responses: validated side by side, written together, acknowledged after the commit.
//!
//! Every response, from the API or a page, comes through [`Submitter::submit`].
//! Reading and validation happen in the caller's task; then one writer takes
//! whatever waits and commits it as one transaction (group commit), so that
//! durability costs one flush for many responses. Nothing is acknowledged
//! before the commit has returned. The same id with the same content may come
//! as often as it likes and is stored once; the unique indexes decide, so that
//! several servers on one database agree.

use std::sync::Arc;

use sea_orm::DatabaseConnection;
use survey_forms::form::Form;
use survey_forms::response::{OFFSET, RESPONSE_ID, offset_text};
use survey_forms::text::Text;
use survey_forms::validate::{self, FieldError};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::app::FormCache;
use crate::clock::{Entropy, SharedClock};
use crate::codes::Code;
use crate::keys::Keys;
use crate::store::{StoreError, forms, invitations, links, responses, rounds};

pub mod body;
pub mod health;
mod limits;
pub mod receipt;
pub mod words;
mod writer;

pub use body::{Interview, NewResponse, Submission};
pub use words::{Answering, Mode, Way};
use writer::{Pending, Writer};

/// Responses that may wait for the writer; one more is told to come back.
const QUEUE_LEN: usize = 2_048;

/// The door through which a response comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// An invitation code as typed.
    Code(String),
    /// An invitation already identified, by a page.
    Invitation(Uuid),
    /// The slug of an open link.
    Link(String),
    /// The id of the respondent's own earlier response, which the new one replaces.
    Again(Uuid),
}

/// A response that is stored, durably.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The receipt.
    pub receipt: String,
    /// Whether it had been stored before.
    pub replayed: bool,
}

/// Why a response is not accepted.
#[derive(Debug, Error)]
pub enum SubmitError {
    /// Answers or other fields are at fault.
    #[error("invalid fields")]
    Invalid(Vec<FieldError>),
    /// No invitation has this code.
    #[error("unknown code")]
    UnknownCode,
    /// No open link has this slug.
    #[error("unknown link")]
    UnknownLink,
    /// The invitation has its response.
    #[error("code already used")]
    CodeUsed,
    /// The id belongs to other content.
    #[error("id already used for other content")]
    IdConflict,
    /// The form version is none of the round's.
    #[error("unknown form version; current is {current}")]
    UnknownVersion {
        /// The version that is.
        current: String,
    },
    /// The site has taken its number of answers for today.
    #[error("daily cap reached")]
    DailyCap {
        /// Seconds until the day ends.
        retry_after_s: u64,
    },
    /// The quota of this answer's cell is full.
    #[error("quota full")]
    QuotaFull,
    /// The round is over.
    #[error("round closed")]
    Closed,
    /// The round has not begun.
    #[error("round not open yet")]
    NotOpen,
    /// Too much is waiting, or the database is; coming back helps.
    #[error("busy")]
    Busy,
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where responses are handed in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Submitter {
    db: DatabaseConnection,
    keys: Arc<Keys>,
    clock: SharedClockDebug,
    forms: FormCache,
    queue: mpsc::Sender<Pending>,
}

/// A clock has nothing to show.
#[derive(Clone)]
struct SharedClockDebug(SharedClock);

impl std::fmt::Debug for SharedClockDebug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

impl Submitter {
    /// Starts the writer. It ends, with everything written, when the last submitter is dropped.
    ///
    /// - `own_url`: the same database's, where the writer opens a connection of its own; empty where it is to use the
    ///   common ones, so that somebody who watches those sees all that it does.
    pub fn spawn(
        (db, own_url): (DatabaseConnection, &str),
        keys: Arc<Keys>,
        clock: SharedClock,
        entropy: Entropy,
        forms: FormCache,
    ) -> (Self, JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(QUEUE_LEN);
        let writer = Writer::new(db.clone(), keys.clone(), clock.clone(), entropy);
        let task = tokio::spawn(writer.run(waiting, own_url.to_owned()));
        (
            Self {
                db,
                keys,
                clock: SharedClockDebug(clock),
                forms,
                queue,
            },
            task,
        )
    }

    /// How many responses wait for the writer.
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Hands in a response from a page.
    ///
    /// # Errors
    /// [`SubmitError`]; after [`SubmitError::Busy`] the same response may be handed in again.
    pub async fn submit(&self, response: NewResponse) -> Result<Accepted, SubmitError> {
        self.submit_parsed(response.into_submission()).await
    }

    /// Hands in a response from the API, which may be faulty in parts: its id is looked up before anything else.
    ///
    /// # Errors
    /// See [`Submitter::submit`].
    pub async fn submit_parsed(&self, submission: Submission) -> Result<Accepted, SubmitError> {
        let content_mac = self.keys.content_mac(&submission.content);
        let mut response = match submission.response {
            Ok(response) => response,
            Err(faults) => {
                return self
                    .explain(submission.id, &content_mac, None, SubmitError::Invalid(faults))
                    .await;
            }
        };
        let Some(form) = self.forms.by_version(&self.db, &response.form_version).await? else {
            let fault = SubmitError::UnknownVersion {
                current: String::new(),
            };
            return self
                .explain(submission.id, &content_mac, Some(&response), fault)
                .await;
        };
        let answers = match self.check(&form, &mut response) {
            Ok(answers) => answers,
            Err(faults) => {
                let fault = SubmitError::Invalid(faults);
                return self
                    .explain(submission.id, &content_mac, Some(&response), fault)
                    .await;
            }
        };
        let (reply, answer) = oneshot::channel();
        let (json, answering) = answers;
        let answers = (json, answering, form.takes_files());
        let pending = Pending::new(submission.id, content_mac, &response, answers, &self.keys, reply);
        self.queue.try_send(pending).map_err(|_| SubmitError::Busy)?;
        answer.await.map_err(|_| SubmitError::Busy)?
    }

    /// The canonical answers as JSON, and who filled them in; the response's own answers are used up.
    fn check(&self, form: &Form, response: &mut NewResponse) -> Result<(String, Answering), Vec<FieldError>> {
        let mut answers = std::mem::take(&mut response.answers);
        if response.interviewer.is_some() && !response.consents.split(' ').any(|word| word == "sensitive") {
            health::withhold(form, &mut answers);
        }
        // "Who is filling this in?" is a question of the form as well; what was answered there is what counts,
        // and a program that says it once need not say it twice.
        if let Some(question) = form.question("answering") {
            let said = response.answering.as_str();
            if form.choices(question).iter().any(|choice| choice.name == said) {
                let answer = answers.entry("answering".to_owned()).or_default();
                if answer.is_empty() {
                    said.clone_into(answer);
                }
            }
        }
        if form.leaves_to_chance() {
            let id = || response.id.to_string();
            answers.entry(RESPONSE_ID.to_owned()).or_insert_with(id);
        }
        if form.asks_moments() {
            let minutes = self.clock.0.offset_minutes();
            answers
                .entry(OFFSET.to_owned())
                .or_insert_with(|| offset_text(minutes));
        }
        let day = response.ended_on.unwrap_or_else(|| self.clock.0.today());
        let answers = validate::validate(form, &answers, day)?;
        let answering = answers
            .get("answering")
            .and_then(|said| Answering::parse(said))
            .unwrap_or(response.answering);
        let json = serde_json::to_string(&answers).map_err(|_| Vec::new())?;
        Ok((json, answering))
    }

    /// Finds what to answer to a response that is at fault: the faults of design §8 come in a fixed order, and
    /// `fault` only when nothing before it holds.
    async fn explain(
        &self,
        id: Uuid,
        content_mac: &str,
        response: Option<&NewResponse>,
        fault: SubmitError,
    ) -> Result<Accepted, SubmitError> {
        if let Some(stored) = responses::find(&self.db, id).await? {
            return if stored.content_mac == content_mac {
                Ok(Accepted {
                    receipt: receipt::of(&self.keys, &stored.round_id, &stored.leaf)?,
                    replayed: true,
                })
            } else {
                Err(SubmitError::IdConflict)
            };
        }
        let Some(response) = response else {
            return Err(fault);
        };
        let (round, group, used) = match &response.door {
            Door::Again(earlier) => {
                let earlier = responses::find(&self.db, *earlier)
                    .await?
                    .ok_or(SubmitError::UnknownCode)?;
                let round = rounds::find(&self.db, &earlier.round_id)
                    .await?
                    .ok_or(SubmitError::UnknownCode)?;
                (round, earlier.group, earlier.state == responses::REPLACED)
            }
            Door::Link(slug) => {
                let door = links::by_slug(&self.db, slug)
                    .await?
                    .ok_or(SubmitError::UnknownLink)?;
                (door.round, door.group.group, false)
            }
            Door::Code(_) | Door::Invitation(_) => {
                let invitation = match &response.door {
                    Door::Invitation(id) => invitations::find(&self.db, *id).await?,
                    Door::Code(text) => match Code::parse(text) {
                        Ok(code) => invitations::by_code(&self.db, &self.keys, &code).await?,
                        Err(_) => None,
                    },
                    Door::Link(_) | Door::Again(_) => None,
                };
                let invitation = invitation
                    .filter(|invitation| invitation.state != invitations::WITHDRAWN)
                    .ok_or(SubmitError::UnknownCode)?;
                let round = rounds::find(&self.db, &invitation.round_id)
                    .await?
                    .ok_or(SubmitError::UnknownCode)?;
                let used = invitations::is_used(&invitation);
                (round, invitation.group, used)
            }
        };
        if used {
            return Err(SubmitError::CodeUsed);
        }
        let on_open_link = matches!(response.door, Door::Link(_));
        match response.mode.state_of(&round, self.clock.0.today(), on_open_link) {
            rounds::RoundState::Open => {}
            rounds::RoundState::Closed => return Err(SubmitError::Closed),
            rounds::RoundState::Draft | rounds::RoundState::Sealed => return Err(SubmitError::NotOpen),
        }
        let groups = rounds::groups(&self.db, &round.id).await?;
        let form = groups
            .into_iter()
            .find(|row| row.group == group)
            .map(|row| row.form)
            .unwrap_or_default();
        if form != response.form {
            return Err(SubmitError::Invalid(vec![wrong_form(&form)]));
        }
        let versions = forms::versions(&self.db, &round.id).await?;
        let is_known = versions
            .iter()
            .any(|version| version.form == form && version.version == response.form_version);
        let current = versions
            .into_iter()
            .find(|version| version.form == form && version.current);
        match current {
            // An earlier version is accepted, so that it is the answers that are at fault.
            Some(current) if !is_known => Err(SubmitError::UnknownVersion {
                current: current.version,
            }),
            _ => Err(fault),
        }
    }
}

/// The fault of answering another group's questionnaire.
fn wrong_form(expected: &str) -> FieldError {
    field_error(
        "form",
        &format!("这个邀请对应的问卷是“{expected}”。"),
        &format!("The questionnaire of this invitation is \"{expected}\"."),
    )
}

fn field_error(field: &str, zh: &str, en: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        message: Text::zh_en(zh, en),
    }
}
