//! `GET /api/v1/field/bundle` and `…/status`.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::app::has;
use super::contact::{Contact, Delivery};
use super::problem::FieldProblem;
use crate::app::AppState;
use crate::field::bundle::Load;

/// `GET /api/v1/field/bundle`: the cases of the device's owner with their questionnaires; 304 when it has them.
///
/// # Errors
/// 401, 410; when the database does not answer.
#[utoipa::path(get, path = "/api/v1/field/bundle", security(("device" = [])), responses(
    (status = 200, description = "Cases with their questionnaires, words and media; its version in ETag", body = Object),
    (status = 304, description = "The device has this version (If-None-Match)"),
    (status = 401, description = "No such device, a closed account, or too many days without contact"),
    (status = 403, description = "The token only delivers"),
    (status = 410, description = "The device was reported lost and is to be wiped"),
))]
pub async fn show(
    State(state): State<AppState>,
    contact: Contact,
    headers: HeaderMap,
) -> Result<Response, FieldProblem> {
    let load = Load::of(&state, &contact.staff, &contact.device).await?;
    let mut reply = if has(&headers, load.etag()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Json(load.deliver(&state, &contact.staff, &contact.device).await?).into_response()
    };
    if let Ok(etag) = HeaderValue::from_str(load.etag()) {
        reply.headers_mut().insert(header::ETAG, etag);
    }
    Ok(reply)
}

/// What a device asks for before it fetches anything.
#[derive(Serialize, ToSchema)]
pub struct StatusBody {
    /// Days without contact after which it must sign in again.
    max_offline_days: i32,
    /// Version of the bundle; not for a token that only delivers.
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle_etag: Option<String>,
}

/// `GET /api/v1/field/status`: whether there is anything new; a token that only delivers is told the rule alone.
///
/// # Errors
/// 401, 410; when the database does not answer.
#[utoipa::path(get, path = "/api/v1/field/status", security(("device" = [])), responses(
    (status = 200, description = "Whether there is anything new", body = StatusBody),
    (status = 401, description = "No such device, a closed account, or too many days without contact"),
    (status = 410, description = "The device was reported lost and is to be wiped"),
))]
pub async fn status(
    State(state): State<AppState>,
    delivery: Delivery,
) -> Result<Json<StatusBody>, FieldProblem> {
    let Delivery { contact, reads } = delivery;
    if !reads {
        return Ok(Json(StatusBody {
            max_offline_days: contact.device.max_offline_days,
            bundle_etag: None,
        }));
    }
    let load = Load::of(&state, &contact.staff, &contact.device).await?;
    Ok(Json(StatusBody {
        max_offline_days: contact.device.max_offline_days,
        bundle_etag: Some(load.etag().to_owned()),
    }))
}
