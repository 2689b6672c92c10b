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

/// A device with a good token, and its owner.
#[derive(Clone, Debug)]
pub struct Contact {
    /// The device.
    pub device: Device,
    /// The interviewer.
    pub staff: Staff,
}

/// A device by its token alone, whatever state it is in: one that was wiped must be able to say so.
#[derive(Clone, Debug)]
pub struct Anyhow(pub Contact);

fn token(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn contact(parts: &Parts, state: &AppState) -> Result<Contact, AppError> {
    let token = token(parts).ok_or_else(AppError::unauthorized)?;
    // Found by a keyed hash: how long the look-up takes says nothing of the token.
    let device = devices::by_token(&state.db, &state.keys.field_token_hash(token))
        .await?
        .ok_or_else(AppError::unauthorized)?;
    let staff = staff::find(&state.db, device.staff_id)
        .await?
        .ok_or_else(AppError::unauthorized)?;
    Ok(Contact { device, staff })
}

impl FromRequestParts<AppState> for Anyhow {
    type Rejection = FieldProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, FieldProblem> {
        Ok(Self(contact(parts, state).await?))
    }
}

impl FromRequestParts<AppState> for Contact {
    type Rejection = FieldProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, FieldProblem> {
        let contact = contact(parts, state).await?;
        // Before anything else: a lost device must hear it, however long it was away.
        if contact.device.state != devices::ACTIVE {
            return Err(AppError::wipe().into());
        }
        let today = state.clock.today();
        let is_interviewer = Role::parse(&contact.staff.role) == Some(Role::Interviewer);
        if contact.staff.disabled || !is_interviewer || has_lapsed(&contact.device, today) {
            return Err(AppError::unauthorized().into());
        }
        if contact.device.last_seen_day != today.to_string() {
            devices::seen(&state.db, contact.device.id, &today.to_string()).await?;
        }
        Ok(contact)
    }
}
