//! `POST /api/v1/field/responses`: sealed interviews.

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
use crate::field::interviews::{self, Received, Sent};
use crate::field::sealing::Envelope;
use crate::handlers::responses::{FaultBody, ReceiptBody};
use crate::middleware::reading;

/// An interview as a device sends it.
#[derive(Deserialize, ToSchema)]
#[schema(as = SealedInterview)]
pub struct Body {
    /// UUID v4 made by the device.
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// The round.
    round: String,
    /// The case.
    case_id: String,
    /// The answers, encrypted to the server's key of the bundle: `v`, `kid`, `epk`, `iv`, `ct`.
    sealed: Envelope,
}

/// An interview that the office looks at before it counts.
#[derive(Serialize, ToSchema)]
pub struct HeldBody {
    /// `held`.
    state: String,
    /// Why.
    faults: Vec<FaultBody>,
}

/// Takes in an interview: 201 accepted, 200 accepted before, 202 held for the office. After any of the three it is
/// stored durably and the device may forget it.
///
/// # Errors
/// 400 cannot be opened, 404 unknown round, 409 other content under the id, 413; 401, 410; 503 come back later.
#[utoipa::path(post, path = "/api/v1/field/responses", request_body = Body, security(("device" = [])), responses(
    (status = 201, description = "Accepted", body = ReceiptBody),
    (status = 200, description = "Accepted before, with the same content", body = ReceiptBody),
    (status = 202, description = "Stored durably and held for the office", body = HeldBody),
    (status = 400, description = "Cannot be opened"),
    (status = 401, description = "No such device, a closed account, or too many days without contact"),
    (status = 410, description = "The device was reported lost and is to be wiped"),
    (status = 404, description = "No such round"),
    (status = 409, description = "Other content under the same id"),
    (status = 413, description = "Too large"),
    (status = 503, description = "Come back later"),
))]
pub async fn create(
    State(state): State<AppState>,
    delivery: Delivery,
    headers: axum::http::HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, FieldProblem> {
    let body: Body = read(body)?;
    let sent = Sent {
        id: body.id,
        round: body.round,
        case_id: body.case_id,
        envelope: body.sealed,
    };
    match interviews::receive(&state, &delivery.contact.staff, sent).await? {
        Received::Accepted(accepted) => {
            let status = if accepted.replayed {
                StatusCode::OK
            } else {
                StatusCode::CREATED
            };
            Ok((
                status,
                Json(ReceiptBody {
                    receipt: accepted.receipt,
                }),
            )
                .into_response())
        }
        Received::Held(faults) => {
            let lang = reading::of_headers(&headers).lang.code();
            let faults = faults.into_iter().map(|fault| FaultBody {
                message: fault.message.get(lang).to_owned(),
                field: fault.field,
            });
            let held = HeldBody {
                state: "held".to_owned(),
                faults: faults.collect(),
            };
            Ok((StatusCode::ACCEPTED, Json(held)).into_response())
        }
    }
}
