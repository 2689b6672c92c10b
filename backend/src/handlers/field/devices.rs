//! `POST /api/v1/field/devices`, `…/wiped` and `…/sign-out`.

use std::net::IpAddr;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use utoipa::ToSchema;

use super::contact::Anyhow;
use super::problem::FieldProblem;
use crate::app::AppState;
use crate::auth::{Role, password};
use crate::error::AppError;
use crate::field::devices;
use crate::middleware::client::ClientAddress;
use crate::store::devices::ACTIVE;
use crate::store::staff::{self, Staff};

/// Longest login looked at.
const MAX_LOGIN: usize = 100;

/// Reads a JSON body.
pub(super) fn read<T: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<T, AppError> {
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::too_large(),
        _ => AppError::malformed(&rejection.body_text()),
    })?;
    // No id, round or case has a NUL, and PostgreSQL takes none.
    if body.windows(6).any(|part| part == b"\\u0000") {
        return Err(AppError::malformed("a character that cannot be stored"));
    }
    serde_json::from_slice(&body).map_err(|error| AppError::malformed(&error.to_string()))
}

/// Who registers a device.
#[derive(Deserialize, ToSchema)]
pub struct Registration {
    /// The interviewer's user name.
    login: String,
    /// The password.
    password: String,
    /// What the owner calls the device.
    #[serde(default)]
    device_name: String,
}

/// The interviewer of a user name and password: the same answer for a wrong name, a wrong password and a closed account.
///
/// # Errors
/// 401 wrong login; 403 for others than interviewers; 429; when the database or argon2 fails.
pub(crate) async fn sign_in(
    state: &AppState,
    address: IpAddr,
    login: &str,
    password: String,
) -> Result<Staff, AppError> {
    let login: String = login.trim().chars().take(MAX_LOGIN).collect();
    if let Some(wait) = state.limits.login_wait(&login, address) {
        return Err(AppError::too_many(wait.as_secs() + 1));
    }
    let account = staff::by_login(&state.db, &login).await?;
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    let is_right = password::verify(password, stored)
        .await
        .map_err(|error| AppError::internal(&error))?;
    let Some(account) = account.filter(|account| is_right && !account.disabled) else {
        state.limits.login_failed(&login, address);
        return Err(AppError::wrong_login());
    };
    if Role::parse(&account.role) != Some(Role::Interviewer) {
        return Err(AppError::not_an_interviewer());
    }
    Ok(account)
}

/// `POST /api/v1/field/devices`: the same answer for a wrong name, a wrong password and a closed account.
///
/// # Errors
/// 401 wrong login; 403 for others than interviewers, and for those whom a judged unit employs; 429.
#[utoipa::path(post, path = "/api/v1/field/devices", request_body = Registration, responses(
    (status = 201, description = "`device_id`, its bearer `token`, which reads, `send_token`, which only delivers, `interviewer` and `max_offline_days`"),
    (status = 400, description = "No JSON object of this kind"),
    (status = 401, description = "Wrong name or password, or a closed account"),
    (status = 403, description = "No interviewer, or employed by a judged unit (`reason`)"),
    (status = 429, description = "Too many attempts; Retry-After says how long to wait"),
))]
pub async fn register(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, FieldProblem> {
    let said: Registration = read(body)?;
    let account = sign_in(&state, address, &said.login, said.password).await?;
    let registered = devices::register(&state, &account, &said.device_name).await?;
    let reply = json!({
        "device_id": registered.device.id,
        "token": registered.token,
        "send_token": registered.send_token,
        "interviewer": { "login": account.login, "name": account.display_name },
        "max_offline_days": registered.device.max_offline_days,
    });
    Ok((StatusCode::CREATED, Json(reply)).into_response())
}

/// `POST /api/v1/field/wiped`: the device has deleted everything.
///
/// # Errors
/// 401 for unknown tokens; 409 when nobody had asked for it.
#[utoipa::path(post, path = "/api/v1/field/wiped", security(("device" = [])), responses(
    (status = 204, description = "Recorded"),
    (status = 401, description = "No such device"),
    (status = 409, description = "Nobody asked for it to be wiped"),
))]
pub async fn wiped(
    State(state): State<AppState>,
    Anyhow(contact): Anyhow,
) -> Result<StatusCode, FieldProblem> {
    if contact.device.state == ACTIVE {
        return Err(AppError::new(
            StatusCode::CONFLICT,
            "not_to_be_wiped",
            "没有要求清除这台设备。",
            "Nobody asked for this device to be wiped.",
        )
        .into());
    }
    devices::confirm_wiped(&state, &contact.device, &contact.staff.login).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/field/sign-out`: the owner has signed out of the app, which has deleted everything.
///
/// # Errors
/// 401 for unknown tokens.
#[utoipa::path(post, path = "/api/v1/field/sign-out", security(("device" = [])), responses(
    (status = 204, description = "Both tokens of the device are ended"),
    (status = 401, description = "No such device"),
))]
pub async fn sign_out(
    State(state): State<AppState>,
    Anyhow(contact): Anyhow,
) -> Result<StatusCode, FieldProblem> {
    devices::sign_out(&state, &contact.device, &contact.staff.login).await?;
    Ok(StatusCode::NO_CONTENT)
}
