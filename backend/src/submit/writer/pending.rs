//! A validated response on its way to the writer.

use tokio::sync::oneshot;
use uuid::Uuid;

use super::Outcome;
use crate::codes::Code;
use crate::keys::Keys;
use crate::submit::{Answering, Door, Mode, NewResponse, Way};

/// How the writer finds the invitation or group of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Lookup(String),
    Invitation(Uuid),
    Slug(String),
    /// The response that the same person gave before.
    Again(Uuid),
    /// A code that cannot have been issued.
    Nothing,
}

/// A validated response that waits to be written.
#[derive(Debug)]
pub(in crate::submit) struct Pending {
    pub(super) id: Uuid,
    pub(super) content_mac: String,
    pub(super) key: Key,
    pub(super) form: String,
    pub(super) form_version: String,
    pub(super) language: String,
    pub(super) mode: Mode,
    pub(super) answering: &'static str,
    pub(super) duration_s: i64,
    pub(super) answers: String,
    pub(super) draft_id: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) ways: String,
    pub(super) consents: String,
    pub(super) interviewer: Option<String>,
    pub(super) staff_collected: bool,
    /// Where its files lie, where the questionnaire asks for some.
    pub(super) files_of: Option<Uuid>,
    pub(super) reply: oneshot::Sender<Outcome>,
}

impl Pending {
    pub(in crate::submit) fn new(
        id: Uuid,
        content_mac: String,
        response: &NewResponse,
        (answers, answering, takes_files): (String, Answering, bool),
        keys: &Keys,
        reply: oneshot::Sender<Outcome>,
    ) -> Self {
        let key = match &response.door {
            Door::Invitation(id) => Key::Invitation(*id),
            Door::Link(slug) => Key::Slug(slug.clone()),
            Door::Again(earlier) => Key::Again(*earlier),
            Door::Code(text) => Code::parse(text).map_or(Key::Nothing, |code| Key::Lookup(code.lookup(keys))),
        };
        Self {
            id,
            content_mac,
            key,
            form: response.form.clone(),
            form_version: response.form_version.clone(),
            language: response.language.clone(),
            mode: response.mode,
            answering: answering.as_str(),
            duration_s: response.duration_s,
            answers,
            draft_id: response.draft_id.clone(),
            unit: response.unit.clone(),
            ways: Way::join(&response.ways),
            consents: response.consents.clone(),
            interviewer: response.interviewer.clone(),
            staff_collected: response.staff_collected,
            files_of: takes_files.then(|| response.files_of.unwrap_or(id)),
            reply,
        }
    }
}
