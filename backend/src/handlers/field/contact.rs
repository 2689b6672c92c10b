//! The extractor by which the API learns which device speaks, and whose it is.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::problem::FieldProblem;
use crate::app::AppState;
use crate::auth::Role;
use crate::error::AppError;
use crate::field::devices::has_lapsed;
use crate::store::devices::{self, Device};
use crate::store::staff::{self, Staff};

/// A device with a good token that reads, and its owner.
#[derive(Clone, Debug)]
pub struct Contact {
    /// The device.
    pub device: Device,
    /// The interviewer.
    pub staff: Staff,
}

/// A device that delivers. Either token will do; the one that only delivers lies unlocked on the device, so nothing
/// but what was sent may be told to it.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The device and its owner.
    pub contact: Contact,
    /// Whether the token reads as well.
    pub reads: bool,
}

/// A device by its token alone, whatever state it is in: one that was wiped must be able to say so.
#[derive(Clone, Debug)]
pub struct Anyhow(pub Contact);

fn token(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn delivery(parts: &Parts, state: &AppState) -> Result<Delivery, AppError> {
    by_token(state, token(parts).ok_or_else(AppError::unauthorized)?).await
}

async fn by_token(state: &AppState, token: &str) -> Result<Delivery, AppError> {
    // Found by a keyed hash: how long the look-up takes says nothing of the token.
    let hash = state.keys.field_token_hash(token);
    let device = devices::by_token(&state.db, &hash)
        .await?
        .ok_or_else(AppError::unauthorized)?;
    let staff = staff::find(&state.db, device.staff_id)
        .await?
        .ok_or_else(AppError::unauthorized)?;
    let reads = device.token_hash == hash;
    let contact = Contact { device, staff };
    Ok(Delivery { contact, reads })
}

/// Whether a device may still speak, whichever its token.
fn check(contact: &Contact) -> Result<(), AppError> {
    match contact.device.state.as_str() {
        devices::ACTIVE => {}
        devices::LEFT => return Err(AppError::unauthorized()),
        // Before anything else: a lost device must hear it, however long it was away.
        _ => return Err(AppError::wipe()),
    }
    let is_interviewer = Role::parse(&contact.staff.role) == Some(Role::Interviewer);
    if contact.staff.disabled || !is_interviewer {
        return Err(AppError::unauthorized());
    }
    Ok(())
}

impl FromRequestParts<AppState> for Anyhow {
    type Rejection = FieldProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, FieldProblem> {
        Ok(Self(delivery(parts, state).await?.contact))
    }
}

/// The device of a token, if it may still speak; its contact is noted.
///
/// # Errors
/// 401 for no device, a closed account, or a token that reads and has lapsed; 410 when the device is to be wiped; when
/// the database does not answer.
pub async fn of_token(state: &AppState, token: &str) -> Result<Delivery, AppError> {
    let delivery = by_token(state, token).await?;
    let device = &delivery.contact.device;
    check(&delivery.contact)?;
    let today = state.clock.today();
    if has_lapsed(device, today) {
        // An interview that comes late is worth having, and delivering it reads nothing; but it gives no new
        // life to the token that reads.
        return if delivery.reads {
            Err(AppError::unauthorized())
        } else {
            Ok(delivery)
        };
    }
    if device.last_seen_day != today.to_string() {
        devices::seen(&state.db, device.id, &today.to_string()).await?;
    }
    Ok(delivery)
}

impl FromRequestParts<AppState> for Delivery {
    type Rejection = FieldProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, FieldProblem> {
        let token = token(parts).ok_or_else(AppError::unauthorized)?;
        Ok(of_token(state, token).await?)
    }
}

impl FromRequestParts<AppState> for Contact {
    type Rejection = FieldProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, FieldProblem> {
        let delivery = Delivery::from_request_parts(parts, state).await?;
        if !delivery.reads {
            return Err(AppError::only_delivers().into());
        }
        Ok(delivery.contact)
    }
}
