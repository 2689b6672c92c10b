//! `/field/odk`: an interviewer lets a client of OpenRosa's in.
//!
//! Signing in here is like signing in to the app: it registers a device, with the same rules for who may carry cases, and
//! hands out the token that only delivers. It leaves no session on the phone.

use std::collections::BTreeSet;

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::app::AppState;
use crate::error::AppError;
use crate::field::devices;
use crate::handlers::field::devices::sign_in;
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::client::ClientAddress;
use crate::middleware::problems::PageError;
use crate::openrosa::is_offered;
use crate::pages::Reading;
use crate::pages::odk::{self, Address, Joined, Odk};
use crate::store::staff::Staff;
use crate::store::{assignments, rounds};

/// `GET /field/odk`.
pub async fn show(reading: Reading) -> Html<String> {
    html(odk::page(reading.lang, &Odk::default()))
}

/// `POST /field/odk`: the address, the user name and the token, which are shown once.
///
/// # Errors
/// When the database or argon2 fails. What the interviewer can mend is said on the page.
pub async fn register(
    State(state): State<AppState>,
    reading: Reading,
    ClientAddress(address): ClientAddress,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    let typed = |name| field(&pairs, name).unwrap_or_default().to_owned();
    let (login, password) = (typed("login"), typed("password"));
    let device = Some(typed("device")).filter(|name| !name.trim().is_empty());
    let device = device.unwrap_or_else(|| "ODK Collect".to_owned());
    let joined = match sign_in(&state, address, &login, password).await {
        Ok(staff) => join(&state, &staff, &device).await,
        Err(error) => Err(error),
    };
    let (status, view) = match joined {
        Ok(joined) => (
            StatusCode::CREATED,
            Odk {
                joined: Some(joined),
                ..Odk::default()
            },
        ),
        Err(error) if error.status.is_client_error() => (
            error.status,
            Odk {
                login: login.trim().to_owned(),
                fault: Some(error.message),
                joined: None,
            },
        ),
        Err(error) => return Err(error.into()),
    };
    // It shows a secret.
    let headers = [(axum::http::header::CACHE_CONTROL, "no-store")];
    Ok((status, headers, html(odk::page(reading.lang, &view))).into_response())
}

async fn join(state: &AppState, staff: &Staff, device: &str) -> Result<Joined, AppError> {
    let registered = devices::register(state, staff, device).await?;
    let assigned = assignments::of_staff(&state.db, staff.id).await?;
    let with_cases: BTreeSet<String> = assigned.into_iter().map(|row| row.round_id).collect();
    let host = state.config.base_url.trim_end_matches('/');
    let mut addresses = Vec::new();
    for round in rounds::list(&state.db).await? {
        if is_offered(&round) && with_cases.contains(&round.id) {
            addresses.push(Address {
                url: format!("{host}/openrosa/{}", round.id),
                round_zh: round.title_zh,
                round_en: round.title_en,
            });
        }
    }
    Ok(Joined {
        login: staff.login.clone(),
        token: registered.send_token,
        addresses,
    })
}
