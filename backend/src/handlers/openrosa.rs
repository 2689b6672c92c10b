//! `/openrosa/{round}/…`: what ODK Collect and Enketo ask of a server. The rules are in [`crate::openrosa`].
//!
//! A client proves itself by HTTP Basic: the interviewer's user name, and as password the token of a device that only
//! delivers (`/field/odk` hands one out). Such a token reads no name, ends when the office reports the device lost, and
//! is not the account's password, which clients would keep readable.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{FromRequestParts, Multipart, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde::Deserialize;
use survey_forms::media;
use survey_forms::xform::submission::Submission;

use super::field::contact;
use crate::app::AppState;
use crate::error::AppError;
use crate::field::interviews::Received;
use crate::openrosa::{self, Offered, Sent};
use crate::pages::{Lang, tr};
use crate::store::rounds::{self, Round};
use crate::store::staff::Staff;

pub mod join;
mod reply;

/// Every request and reply of OpenRosa 1.0 carries it. No form of another site can: a browser asks before it sends one.
const VERSION: HeaderName = HeaderName::from_static("x-openrosa-version");
const ACCEPTS: HeaderName = HeaderName::from_static("x-openrosa-accept-content-length");
/// The part of a submission that holds the answers.
const ANSWERS: &str = "xml_submission_file";
/// Most that a client may send at once: the largest film with the answers. Clients send the rest in further requests.
pub const MAX_PARCEL_BYTES: usize = 24 << 20;
/// Most files in one request; Collect sends at most a hundred.
const MOST_FILES: usize = 100;

/// An error as clients read it.
#[derive(Debug)]
pub struct Problem(Box<AppError>);

impl<E: Into<AppError>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(Box::new(error.into()))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let message = format!("{} {}", self.0.message.get("zh"), self.0.message.get("en"));
        let mut reply = xml(self.0.status, reply::message(&message, "error"));
        if self.0.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Basic realm=\"Minyi\", charset=\"UTF-8\"");
            reply.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Some(seconds) = self.0.retry_after_s {
            reply
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        reply
    }
}

/// A reply with the headers that clients look for.
fn xml(status: StatusCode, body: String) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/xml; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (VERSION, HeaderValue::from_static("1.0")),
        (ACCEPTS, HeaderValue::from(MAX_PARCEL_BYTES)),
    ];
    (status, headers, body).into_response()
}

/// An interviewer whose client has proved itself.
#[derive(Debug)]
pub struct Client(Staff);

/// User name and password of HTTP Basic (RFC 7617).
fn credentials(parts: &Parts) -> Option<(String, String)> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

impl FromRequestParts<AppState> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let (user, token) = credentials(parts).ok_or_else(AppError::no_client)?;
        let delivery = contact::of_token(state, &token)
            .await
            .map_err(|error| match error.status {
                StatusCode::UNAUTHORIZED => AppError::no_client(),
                _ => error,
            })?;
        let staff = delivery.contact.staff;
        if staff.login != user.trim() {
            return Err(AppError::no_client().into());
        }
        if parts.method == Method::POST && !parts.headers.contains_key(VERSION) {
            return Err(AppError::malformed("X-OpenRosa-Version").into());
        }
        Ok(Self(staff))
    }
}

async fn find(state: &AppState, round: &str) -> Result<Round, AppError> {
    rounds::find(&state.db, round)
        .await?
        .ok_or_else(|| AppError::round_not_found(round))
}

fn base(state: &AppState, round: &Round) -> String {
    format!(
        "{}/openrosa/{}",
        state.config.base_url.trim_end_matches('/'),
        round.id
    )
}

fn md5(bytes: &[u8]) -> String {
    format!("md5:{}", hex::encode(Md5::digest(bytes)))
}

/// Which form is asked for.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// The id of the only form to list.
    #[serde(rename = "formID")]
    form_id: Option<String>,
}

/// `GET /openrosa/{round}/formList`: the round's questionnaires, or the one of `formID`; none before the round is sealed
/// and after it is closed.
///
/// # Errors
/// 401 without a good token; 404 for an unknown round.
pub async fn form_list(
    State(state): State<AppState>,
    _client: Client,
    Path(round): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let round = find(&state, &round).await?;
    let mut forms = Vec::new();
    if openrosa::is_offered(&round) {
        let base = base(&state, &round);
        for offered in openrosa::offered(&state, &round).await? {
            let id = openrosa::form_id(&round.id, &offered.name);
            if wanted.form_id.as_ref().is_some_and(|wanted| *wanted != id) {
                continue;
            }
            let address = format!("{base}/forms/{}/{}", offered.name, offered.form.version);
            let has_media = !files(&offered).is_empty();
            forms.push(reply::Listed {
                id,
                name: format!("{} · {}", offered.form.title.get("zh"), round.title_zh),
                version: offered.form.version.clone(),
                hash: md5(openrosa::xform(&state, &round, &offered).await?.as_bytes()),
                manifest: has_media.then(|| format!("{address}/manifest")),
                address,
            });
        }
    }
    Ok(xml(StatusCode::OK, reply::form_list(&forms)))
}

async fn version(state: &AppState, round: &Round, form: &str, version: &str) -> Result<Offered, AppError> {
    let found = match openrosa::is_offered(round) {
        true => openrosa::version(state, round, form, version).await?,
        false => None,
    };
    found.ok_or_else(AppError::form_not_offered)
}

/// `GET /openrosa/{round}/forms/{form}/{version}`: the XForm.
///
/// # Errors
/// 401; 404 for what the round does not have.
pub async fn form(
    State(state): State<AppState>,
    _client: Client,
    Path((round, form, hash)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let round = find(&state, &round).await?;
    let offered = version(&state, &round, &form, &hash).await?;
    Ok(xml(
        StatusCode::OK,
        openrosa::xform(&state, &round, &offered).await?,
    ))
}

/// Pictures, recordings and films that a form names; captions have no place in an XForm.
fn files(offered: &Offered) -> Vec<String> {
    let mut files = media::files(&offered.form);
    files.retain(|file| !file.ends_with(".vtt"));
    files
}

/// `GET /openrosa/{round}/forms/{form}/{version}/manifest`: the files beside a form. The bytes are public, as the form's
/// pages are (`/media`).
///
/// # Errors
/// See [`form`].
pub async fn manifest(
    State(state): State<AppState>,
    _client: Client,
    Path((round, form, hash)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let round = find(&state, &round).await?;
    let offered = version(&state, &round, &form, &hash).await?;
    let index = state.media.of_round(&state, &round).await?;
    let host = state.config.base_url.trim_end_matches('/');
    let listed: Vec<reply::MediaFile> = files(&offered)
        .into_iter()
        .filter_map(|name| {
            Some(reply::MediaFile {
                hash: format!("md5:{}", index.file(&name)?.md5),
                address: format!("{host}{}", index.address(&name)?),
                name,
            })
        })
        .collect();
    Ok(xml(StatusCode::OK, reply::manifest(&listed)))
}

/// `HEAD /openrosa/{round}/submission`: where to send, and how much at once.
///
/// # Errors
/// 401; 404 for an unknown round.
pub async fn ready(
    State(state): State<AppState>,
    _client: Client,
    Path(round): Path<String>,
) -> Result<Response, Problem> {
    let round = find(&state, &round).await?;
    let mut reply = xml(StatusCode::NO_CONTENT, String::new());
    if let Ok(address) = HeaderValue::from_str(&format!("{}/submission", base(&state, &round))) {
        reply.headers_mut().insert(header::LOCATION, address);
    }
    Ok(reply)
}

/// What a client sends: the answers, and files with them.
struct Parcel {
    answers: Vec<u8>,
    files: Vec<Sent>,
}

async fn unpack(body: Result<Multipart, MultipartRejection>) -> Result<Parcel, AppError> {
    let broken = |status: StatusCode, text: String| match status {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::too_large(),
        _ => AppError::malformed(&text),
    };
    let mut body = body.map_err(|rejection| broken(rejection.status(), rejection.body_text()))?;
    let (mut answers, mut files) = (None, Vec::new());
    while let Some(part) = body
        .next_field()
        .await
        .map_err(|error| broken(error.status(), error.body_text()))?
    {
        let is_answers = part.name() == Some(ANSWERS);
        // Some write the whole path.
        let name = part.file_name().map(|name| {
            let at = name.rfind(['/', '\\']).map_or(0, |at| at + 1);
            name[at..].to_owned()
        });
        let bytes = part
            .bytes()
            .await
            .map_err(|error| broken(error.status(), error.body_text()))?;
        match (is_answers, name) {
            (true, _) => answers = Some(bytes.to_vec()),
            (false, Some(_)) if files.len() == MOST_FILES => return Err(AppError::too_large()),
            (false, Some(name)) => files.push(Sent {
                name,
                bytes: bytes.to_vec(),
            }),
            // `*isIncomplete*`: what is here is kept, and more comes in its own time.
            (false, None) => {}
        }
    }
    let answers = answers.ok_or_else(|| AppError::malformed(ANSWERS))?;
    Ok(Parcel { answers, files })
}

/// `POST /openrosa/{round}/submission`: 201 when it became a response, now or before; 202 when it is held for the office.
/// After either it is stored durably, with the files that came in this request, and the client may forget them.
///
/// # Errors
/// 400 for what is no submission; 401; 404 for a form that the round never had; 409 for other content under an id that
/// is known; 413; 422 where a file is not taken, though the answers and the other files are; 503 to come back later. After
/// any of them the client still has it.
pub async fn submit(
    State(state): State<AppState>,
    Client(staff): Client,
    Path(round): Path<String>,
    body: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    let round = find(&state, &round).await?;
    let parcel = unpack(body).await?;
    let submission = Submission::read(&parcel.answers).map_err(|fault| AppError::no_submission(&fault))?;
    let taken = openrosa::receive(&state, &round, &staff, &submission, parcel.files).await?;
    if !taken.refused.is_empty() {
        return Err(AppError::files_refused(&taken.refused).into());
    }
    let (status, mut message) = match &taken.received {
        Received::Accepted(accepted) => (
            StatusCode::CREATED,
            said(|lang| tr!(lang, "openrosa.accepted", receipt = accepted.receipt).into_owned()),
        ),
        Received::Held(faults) => {
            let why = |lang: Lang| {
                let faults = faults.iter().map(|fault| fault.message.get(lang.code()));
                let faults: Vec<&str> = faults.collect();
                tr!(lang, "openrosa.held", faults = faults.join(" ")).into_owned()
            };
            (StatusCode::ACCEPTED, said(why))
        }
    };
    if taken.kept > 0 {
        let kept = said(|lang| tr!(lang, "attachments.kept", count = taken.kept).into_owned());
        message = format!("{message} {kept}");
    }
    if taken.strange > 0 {
        let strange = said(|lang| tr!(lang, "openrosa.files").into_owned());
        message = format!("{message} {strange}");
    }
    Ok(xml(status, reply::message(&message, "submit_success")))
}

/// The same in both languages: a client shows it as it comes and says nothing of its own language.
fn said(words: impl Fn(Lang) -> String) -> String {
    Lang::ALL.map(words).join(" ")
}
