//! Files on a respondent's page: a picture, a recording, a film, a document. The page is sent as a form with files, at an
//! address of its own, because such a body is larger and slower than any other; without script, as everything here.

use std::collections::{BTreeMap, HashMap};

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use sea_orm::DatabaseTransaction;
use survey_forms::flow::Page;
use survey_forms::form::{Question, QuestionKind};
use survey_forms::media::upload::{check_upload, stored_name};
use survey_forms::response::{REMOVE, RawAnswers};
use survey_forms::validate::FieldError;

use super::visit::Visit;
use super::{Pairs, field, question};
use crate::app::AppState;
use crate::attachments::{Keeper, NewFile};
use crate::error::AppError;
use crate::middleware::problems::PageError;
use crate::store::attachments;
use crate::store::drafts::Draft;

/// Most that a page may send: the largest film with the page's other answers.
pub const MAX_BODY_BYTES: usize = 24 << 20;
/// Longest value of a field that is no file: the longest text, four bytes a character.
const MAX_FIELD_BYTES: usize = 64 << 10;

/// A file that was chosen on a page.
#[derive(Debug)]
pub(super) struct Chosen {
    question: String,
    bytes: Vec<u8>,
}

/// Where files are kept.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) visit: &'a Visit,
    pub(super) page: &'a Page,
    pub(super) pairs: &'a [(String, String)],
}

/// The questions of a page that take a file.
fn questions<'a>(visit: &'a Visit, page: &'a Page) -> impl Iterator<Item = &'a Question> {
    let named = page
        .questions
        .iter()
        .filter_map(move |name| visit.form.question(name));
    named.filter(|question| question.takes_file())
}

/// Whether a page asks for a file.
pub(super) fn asked(visit: &Visit, page: &Page) -> bool {
    questions(visit, page).next().is_some()
}

/// Where a page with files is sent.
pub(super) fn address(visit: &Visit, page: &Page) -> String {
    format!("{}/files/{}", visit.base, page.name)
}

/// `GET …/files/{page}`: whoever loads the page of faults again sees the page itself.
pub async fn back(visit: Visit, Path(params): Path<HashMap<String, String>>) -> Redirect {
    Redirect::to(&visit.address(params.get("page").map(String::as_str)))
}

/// `POST …/files/{page}`: as [`question::answer`], with files.
///
/// # Errors
/// See [`question::answer`]; 413 for more than [`MAX_BODY_BYTES`].
pub async fn answer(
    State(state): State<AppState>,
    visit: Visit,
    Path(params): Path<HashMap<String, String>>,
    body: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageError> {
    // Who has not begun sends no files.
    visit.begun()?;
    let name = params.get("page").ok_or_else(PageError::lost)?;
    let (pairs, files) = match read(body).await {
        Ok(read) => read,
        Err(error) if error.status == StatusCode::PAYLOAD_TOO_LARGE => {
            let back = visit.address(Some(name));
            let problem = crate::pages::problem::Problem::FilesTooLarge { back };
            return Ok(PageError::helped(error.status, problem, &visit.help()).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    question::take(&state, visit, name, pairs, Some(files)).await
}

async fn read(body: Result<Multipart, MultipartRejection>) -> Result<(Pairs, Vec<Chosen>), AppError> {
    let broken = |status: StatusCode, text: String| match status {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::too_large(),
        _ => AppError::malformed(&text),
    };
    let mut body = body.map_err(|rejection| broken(rejection.status(), rejection.body_text()))?;
    let (mut pairs, mut files) = (Pairs::new(), Vec::new());
    while let Some(part) = body
        .next_field()
        .await
        .map_err(|error| broken(error.status(), error.body_text()))?
    {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(str::to_owned);
        let bytes = part
            .bytes()
            .await
            .map_err(|error| broken(error.status(), error.body_text()))?;
        match file_name {
            // A browser sends a field in which nothing was chosen as a file without a name.
            Some(file_name) if file_name.is_empty() && bytes.is_empty() => {}
            Some(_) => files.push(Chosen {
                question: name,
                bytes: bytes.to_vec(),
            }),
            None if bytes.len() > MAX_FIELD_BYTES => return Err(AppError::too_large()),
            None => pairs.push((name, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    Ok((pairs, files))
}

/// Keeps the files of a page with the draft: a new one takes the place of the one before, a box takes it back. Gives the
/// answers that stand for them, and what is not taken.
pub(super) async fn keep(
    state: &AppState,
    tx: &DatabaseTransaction,
    place: Place<'_>,
    draft: &Draft,
    chosen: Option<Vec<Chosen>>,
) -> Result<(RawAnswers, Vec<FieldError>), PageError> {
    let keeper = Keeper {
        keys: &state.keys,
        entropy: &state.entropy,
        round: &place.visit.round.id,
        response: draft.response_id,
    };
    let mut by_question: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    // What is saved while one thinks brings no files and takes none back.
    let is_sent = chosen.is_some();
    for file in chosen.unwrap_or_default() {
        by_question.insert(file.question, file.bytes);
    }
    let (mut given, mut refused) = (RawAnswers::new(), Vec::new());
    for question in questions(place.visit, place.page) {
        let QuestionKind::Upload { media } = question.kind else {
            continue;
        };
        let name = question.name.as_str();
        if let Some(bytes) = by_question.remove(name) {
            let received = check_upload(media, &bytes).and_then(|upload| {
                NewFile::received(&state.keys, name, stored_name(name, upload.ending), upload, bytes)
            });
            match received {
                Ok(file) => {
                    given.insert(name.to_owned(), file.name().to_owned());
                    keeper.keep(tx, file, true).await?;
                }
                Err(fault) => refused.push(FieldError {
                    field: name.to_owned(),
                    message: fault.message(media),
                }),
            }
        } else if is_sent && field(place.pairs, &format!("{name}{REMOVE}")) == Some("yes") {
            attachments::remove(tx, draft.response_id, name).await?;
            given.insert(name.to_owned(), String::new());
        } else if !draft.kept.answers.contains_key(name) {
            // Passed over.
            given.insert(name.to_owned(), String::new());
        }
    }
    Ok((given, refused))
}
