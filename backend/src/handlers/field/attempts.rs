//! `POST /api/v1/field/attempts`: visits, sealed like interviews, since a note may say what a neighbour must not read.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::contact::Delivery;
use super::devices::read;
use super::problem::FieldProblem;
use crate::app::AppState;
use crate::error::AppError;
use crate::field::attempts::{self, NewAttempt, Recorded};
use crate::field::sealing::{self, Envelope, OpenError, Subject};
use crate::handlers::responses::FaultBody;
use crate::store::{assignments, begin};
use crate::submit::SubmitError;

/// An attempt as a device sends it.
#[derive(Deserialize, ToSchema)]
#[schema(as = SealedAttempt)]
pub struct Body {
    /// UUID v4 made by the device.
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// The round.
    round: String,
    /// The case.
    case_id: String,
    /// A `NewAttempt` of the same id, round and case, encrypted to the server's key of the bundle.
    sealed: Envelope,
}

/// An attempt that is stored.
#[derive(Serialize, ToSchema)]
pub struct RecordedBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
}

impl Body {
    /// The attempt inside, which must be of the same id, round and case.
    fn open(&self, state: &AppState) -> Result<NewAttempt, AppError> {
        let subject = Subject {
            id: self.id,
            round: &self.round,
            case: &self.case_id,
        };
        let plain = sealing::open(&state.keys, &self.sealed, subject)
            .map_err(|error| AppError::cannot_open(&error))?;
        let attempt: NewAttempt =
            serde_json::from_slice(&plain).map_err(|_| AppError::cannot_open(&OpenError::Malformed))?;
        if attempt.id != self.id || attempt.round != self.round || attempt.case_id != self.case_id {
            return Err(AppError::cannot_open(&OpenError::Damaged));
        }
        Ok(attempt)
    }
}

/// Records an attempt: 201 once it is stored durably, 200 when it was stored before.
///
/// # Errors
/// 400 cannot be opened, 404 when the case is not the interviewer's, 409 other content under the id, 422 faults by field; 401, 410.
#[utoipa::path(post, path = "/api/v1/field/attempts", request_body = Body, security(("device" = [])), responses(
    (status = 201, description = "Stored durably", body = RecordedBody),
    (status = 200, description = "Stored before, with the same content", body = RecordedBody),
    (status = 400, description = "Cannot be opened; the plaintext is an attempt, sealed like an interview"),
    (status = 401, description = "No such device, a closed account, or too many days without contact"),
    (status = 410, description = "The device was reported lost and is to be wiped"),
    (status = 404, description = "The case is not this interviewer's"),
    (status = 409, description = "Other content under the same id"),
    (status = 422, description = "Faults by field", body = Vec<FaultBody>),
))]
pub async fn create(
    State(state): State<AppState>,
    delivery: Delivery,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, FieldProblem> {
    let staff = delivery.contact.staff.id;
    let sent: Body = read(body)?;
    // Opened first: whoever cannot seal, having but the token that lies open, is told the same of every case.
    let opened = sent.open(&state)?;
    let tx = begin(&state.db).await?;
    let known = crate::store::attempts::find(&tx, sent.id).await?;
    let assigned = assignments::find(&tx, &sent.round, &sent.case_id).await?;
    let is_theirs = assigned.is_some_and(|row| row.staff_id == staff);
    // An attempt that is stored is known for ever, whoever has the case now.
    if !is_theirs && known.as_ref().is_none_or(|row| row.staff_id != staff) {
        return Err(AppError::not_assigned().into());
    }
    let id = sent.id;
    let attempt = opened
        .check(staff, state.clock.today(), known.as_ref())
        .map_err(SubmitError::Invalid)?;
    let status = match attempts::record(&tx, attempt).await? {
        Recorded::New => StatusCode::CREATED,
        Recorded::Again => StatusCode::OK,
        Recorded::Conflict => return Err(SubmitError::IdConflict.into()),
    };
    tx.commit().await?;
    Ok((status, Json(RecordedBody { id })).into_response())
}
