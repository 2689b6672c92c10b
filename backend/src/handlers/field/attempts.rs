//! `POST /api/v1/field/attempts`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::contact::Contact;
use super::devices::read;
use super::problem::FieldProblem;
use crate::app::AppState;
use crate::error::AppError;
use crate::field::attempts::{self, NewAttempt, Recorded};
use crate::store::{assignments, begin};
use crate::submit::SubmitError;

/// Records an attempt: 201 once it is stored durably, 200 when it was stored before.
///
/// # Errors
/// 404 when the case is not the interviewer's, 409 other content under the id, 422 faults by field; 401, 410.
#[utoipa::path(post, path = "/api/v1/field/attempts", request_body = NewAttempt, security(("device" = [])), responses(
    (status = 201, description = "Stored durably"),
    (status = 200, description = "Stored before, with the same content"),
    (status = 401, description = "No such device, a closed account, or too many days without contact"),
    (status = 410, description = "The device was reported lost and is to be wiped"),
    (status = 404, description = "The case is not this interviewer's"),
    (status = 409, description = "Other content under the same id"),
    (status = 422, description = "Faults by field"),
))]
pub async fn create(
    State(state): State<AppState>,
    contact: Contact,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, FieldProblem> {
    let sent: NewAttempt = read(body)?;
    let tx = begin(&state.db).await?;
    let known = crate::store::attempts::find(&tx, sent.id).await?;
    let assigned = assignments::find(&tx, &sent.round, &sent.case_id).await?;
    let is_theirs = assigned.is_some_and(|row| row.staff_id == contact.staff.id);
    // An attempt that is stored is known for ever, whoever has the case now.
    if !is_theirs && known.is_none_or(|row| row.staff_id != contact.staff.id) {
        return Err(AppError::not_assigned().into());
    }
    let id = sent.id;
    let attempt = sent
        .check(contact.staff.id, state.clock.today())
        .map_err(SubmitError::Invalid)?;
    let status = match attempts::record(&tx, attempt).await? {
        Recorded::New => StatusCode::CREATED,
        Recorded::Again => StatusCode::OK,
        Recorded::Conflict => return Err(SubmitError::IdConflict.into()),
    };
    tx.commit().await?;
    Ok((status, Json(json!({ "id": id }))).into_response())
}
