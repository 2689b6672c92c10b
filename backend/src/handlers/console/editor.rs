//! `/console/rounds/{id}/forms`: the editor of a round's questionnaires. Reading takes [`SeePlan`], changing
//! [`EditPlan`]; nobody whom a judged unit employs gets in.

pub mod adding;
pub mod check;
pub mod copying;
pub mod handing_in;
pub mod list;
pub mod outline;
pub mod preview;
pub mod question;
pub mod transfer;
pub mod versions;
pub mod words;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use survey_forms::diagnostic::Diagnostic;
use survey_forms::editor::outline::{Outline, OutlineRow, outline};
use survey_forms::editor::{RowKey, Workbook};

use super::planning::refusal::Refusal;
use super::{local_time, signed_in, title};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{EditPlan, Permission, SeePlan};
use crate::middleware::headers::WITH_FRAMES;
use crate::middleware::problems::PageError;
use crate::middleware::reading;
use crate::pages::editor::{Around, Conflict, mend};
use crate::pages::layout::{Fault, SignedIn};
use crate::pages::{Lang, tr};
use crate::questionnaires::{self, Act, Change, Draft, Saved, path_of};
use crate::store::rounds::Round;

/// Largest form that is taken in: a thousand questions in two languages.
pub const MAX_TEXT: usize = 4 * 1024 * 1024;
/// Largest upload: what `survey_forms` reads, and what surrounds it in the request.
pub const MAX_UPLOAD: usize = 8 * 1024 * 1024 + 64 * 1024;

/// The questionnaire of an address (`{id}`, `{form}`) for a handler, and who may do `P` with it.
pub struct Opened<P: Permission> {
    /// Who it is, and the round.
    pub(super) holder: Independent<P>,
    /// The questionnaire.
    pub(super) open: Open,
}

impl<P: Permission> FromRequestParts<AppState> for Opened<P> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let holder = Independent::<P>::from_request_parts(parts, state).await?;
        let place = Path::<Place>::from_request_parts(parts, state).await;
        let Path(place) = place.map_err(|_| PageError::lost())?;
        let lang = reading::of_headers(&parts.headers).lang;
        let open = Open::of(state, &holder, lang, &place.form).await?;
        Ok(Self { holder, open })
    }
}

/// A questionnaire that somebody looks at.
pub struct Open {
    pub(super) lang: Lang,
    pub(super) staff: SignedIn,
    pub(super) login: String,
    pub(super) round: Round,
    pub(super) round_title: String,
    pub(super) draft: Draft,
    pub(super) workbook: Workbook,
    pub(super) outline: Outline,
    title: String,
    pub(super) seen: String,
    pub(super) may_edit: bool,
}

impl Open {
    pub(super) async fn of<P: Permission>(
        state: &AppState,
        holder: &Independent<P>,
        lang: Lang,
        form: &str,
    ) -> Result<Self, PageError> {
        let round = holder.round.clone();
        let draft = questionnaires::load(&state.db, &state.base(), &round, form).await?;
        let draft = draft.ok_or_else(PageError::lost)?;
        let (workbook, unreadable) = workbook(&draft.form, &draft.content);
        let mut outline = outline(&workbook, &path_of(&draft.form));
        if !unreadable.is_empty() {
            outline.diagnostics = unreadable;
        }
        let title_words = outline.title.get(lang.code());
        Ok(Self {
            lang,
            staff: signed_in(lang, &holder.staff, ""),
            login: holder.staff.login.clone(),
            round_title: title(lang, &round),
            title: if title_words.is_empty() {
                &draft.form
            } else {
                title_words
            }
            .to_owned(),
            seen: draft.seen(),
            may_edit: holder.staff.role.may(Action::EditPlan),
            round,
            draft,
            workbook,
            outline,
        })
    }

    pub(super) fn around(&self) -> Around<'_> {
        Around {
            lang: self.lang,
            staff: &self.staff,
            round: (&self.round.id, &self.round_title),
            form: &self.draft.form,
            title: &self.title,
            seen: &self.seen,
            may_edit: self.may_edit,
            steps: (self.draft.undo().is_some(), self.draft.redo().is_some()),
            runs: self.outline.form.is_some(),
        }
    }

    /// Name of the questionnaire's file, for messages.
    pub(super) fn file(&self) -> String {
        path_of(&self.draft.form)
    }

    /// Whether this is what somebody saw who sent a form.
    pub(super) fn is_seen(&self, seen: &str) -> bool {
        self.seen == seen
    }

    /// What is told of whoever was quicker.
    pub(super) fn conflict(&self, state: &AppState, kept: bool) -> Conflict {
        let line = self.draft.state();
        Conflict {
            who: line.map(|line| line.actor.clone()).unwrap_or_default(),
            when: line.map(|line| local_time(state, line.at)).unwrap_or_default(),
            both: Vec::new(),
            kept,
        }
    }

    /// The rows of the survey sheet by their number.
    pub(super) fn rows(&self) -> Vec<(u32, RowKey)> {
        let rows = self.outline.walk();
        rows.into_iter().map(|row| (row.row, row.key.clone())).collect()
    }

    /// A row of the outline.
    pub(super) fn row(&self, key: &RowKey) -> Option<&OutlineRow> {
        self.outline.walk().into_iter().find(|row| row.key == *key)
    }

    /// Choice lists to share: name, and the first words of each.
    pub(super) fn lists(&self) -> Vec<(String, String)> {
        const MOST: usize = 4;
        let lists = self.outline.lists.iter().map(|list| {
            let words: Vec<&str> = list
                .choices
                .iter()
                .take(MOST)
                .map(|choice| choice.label.get(self.lang.code()))
                .collect();
            let more = if list.choices.len() > MOST { " …" } else { "" };
            (
                list.name.clone(),
                format!("{}：{}{more}", list.name, words.join(" / ")),
            )
        });
        lists.collect()
    }

    /// Faults of the questionnaire, those of rows among them, in the order of the file.
    pub(super) fn found(&self) -> Vec<Diagnostic> {
        let rows = self.outline.walk();
        let of_rows = rows.iter().flat_map(|row| &row.diagnostics);
        let lists = self.outline.lists.iter().flat_map(|list| &list.choices);
        let of_choices = lists.flat_map(|choice| &choice.diagnostics);
        let all = self.outline.diagnostics.iter().chain(of_rows).chain(of_choices);
        let mut found: Vec<Diagnostic> = all.cloned().collect();
        found.sort_by(Diagnostic::reading_order);
        found.dedup();
        found
    }

    /// Saves a workbook that was made of this one. None where somebody was quicker.
    pub(super) async fn save(
        &self,
        state: &AppState,
        made: &Workbook,
        (act, subject): (Act, &str),
    ) -> Result<Outcome, PageError> {
        let content = match made.to_xlsx() {
            Ok(content) => content,
            Err(error) => {
                return Ok(Outcome::Refused(
                    error
                        .faults()
                        .iter()
                        .map(|fault| mend(self.lang, fault))
                        .collect(),
                ));
            }
        };
        let change = Change {
            act,
            subject,
            actor: &self.login,
        };
        let at = (self.round.id.as_str(), self.draft.form.as_str());
        let saved = questionnaires::save(&state.base(), at, &self.seen, content, change).await;
        match saved.map_err(Refusal::page)? {
            Saved::Done => Ok(Outcome::Saved),
            Saved::Conflict(_) => Ok(Outcome::Overtaken),
        }
    }
}

/// What became of a change.
pub(super) enum Outcome {
    /// It is saved.
    Saved,
    /// Somebody was quicker.
    Overtaken,
    /// No file can hold it.
    Refused(Vec<String>),
}

/// A workbook from its bytes. A file that cannot be read is an empty one with what is wrong.
pub(super) fn workbook(form: &str, content: &[u8]) -> (Workbook, Vec<Diagnostic>) {
    match Workbook::read(&path_of(form), content) {
        Ok(read) => (read.workbook, Vec::new()),
        Err(faults) => (Workbook::default(), faults),
    }
}

/// Which questionnaire an address is about.
#[derive(Debug, Deserialize)]
struct Place {
    /// The draft's name.
    form: String,
}

/// What stands in the address behind the questionnaire.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    /// A row.
    pub row: String,
    /// A row to move.
    #[serde(rename = "move")]
    pub moving: String,
    /// A row to take out.
    pub remove: String,
    /// A place.
    pub to: String,
    /// What is compared with.
    pub from: String,
    /// A language.
    pub lang: String,
    /// Whether all is shown.
    pub all: String,
    /// Whether the robot shall answer.
    pub robot: String,
    /// A question at which a trial begins.
    pub at: String,
    /// A kind of file.
    #[serde(rename = "as")]
    pub kind: String,
    /// What the last act did.
    pub done: String,
}

/// What the last act did, in words.
pub(super) fn done_words(lang: Lang, done: &str) -> Option<String> {
    Some(
        match done {
            "saved" => tr!(lang, "editor.done_saved"),
            "same" => tr!(lang, "editor.done_same"),
            "added" => tr!(lang, "editor.done_added"),
            "bank" => tr!(lang, "editor.done_bank"),
            "copied" => tr!(lang, "editor.done_copied"),
            "moved" => tr!(lang, "editor.done_moved"),
            "duplicated" => tr!(lang, "editor.done_duplicated"),
            "removed" => tr!(lang, "editor.done_removed"),
            "back" => tr!(lang, "editor.done_back"),
            "uploaded" => tr!(lang, "editor.done_uploaded"),
            "made" => tr!(lang, "editor.done_made"),
            "language" => tr!(lang, "editor.done_language"),
            "handed_in" => tr!(lang, "editor.done_handed_in"),
            "amended" => tr!(lang, "editor.done_amended"),
            _ => return None,
        }
        .into_owned(),
    )
}

/// A page that shows the questionnaire running beside it.
pub(super) fn framed(status: StatusCode, page: Html<String>) -> Response {
    let policy = (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(WITH_FRAMES),
    );
    (status, [policy], page).into_response()
}

pub(super) fn fault(href: impl Into<String>, text: impl Into<String>) -> Fault {
    Fault {
        href: href.into(),
        text: text.into(),
    }
}

pub(super) fn see(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// The two permissions of this part, as handlers name them.
pub(super) type Reader = Independent<SeePlan>;
/// See [`Reader`].
pub(super) type Writer = Independent<EditPlan>;
/// A questionnaire with them.
pub(super) type OpenToRead = Opened<SeePlan>;
/// See [`OpenToRead`].
pub(super) type OpenToEdit = Opened<EditPlan>;

#[cfg(test)]
mod tests;
