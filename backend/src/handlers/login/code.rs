//! `/console/login/code`: the second step of signing in, for accounts with a second factor.

use std::collections::HashMap;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::destination;
use crate::app::AppState;
use crate::auth::limit::shared;
use crate::auth::sign_in::{self, Given, HalfToken};
use crate::handlers::respond::{Pairs, field, html, with_cookie};
use crate::middleware::client::ClientAddress;
use crate::middleware::problems::PageError;
use crate::pages::Reading;
use crate::pages::sign_in_code::{self as page, CodePage, WrongCode};
use crate::store::sign_ins::SignIn;
use crate::store::staff::{self, Staff as Account};

/// Where it begins again when it took too long, or too many codes were wrong.
const AGAIN: &str = "/console/login?expired=1";

/// The address of the step, which leads to `next` afterwards.
pub(super) fn address(next: &str) -> String {
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("/console/login/code?next={next}")
}

/// Whoever gave the right password in this browser just now.
async fn half_way(state: &AppState, headers: &HeaderMap) -> Result<Option<(SignIn, Account)>, PageError> {
    let Some(token) = HalfToken::of_headers(headers, state.config.is_https()) else {
        return Ok(None);
    };
    let Some(half) = sign_in::find(&state.db, &token, state.clock.now_ms()).await? else {
        return Ok(None);
    };
    let account = staff::find(&state.db, half.staff_id).await?;
    Ok(account
        .filter(|account| !account.disabled)
        .map(|account| (half, account)))
}

/// `GET /console/login/code`.
///
/// # Errors
/// When the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    reading: Reading,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, PageError> {
    if half_way(&state, &headers).await?.is_none() {
        return Ok(Redirect::to(AGAIN).into_response());
    }
    let view = CodePage {
        next: destination(query.get("next").map(String::as_str)).to_owned(),
        wrong: None,
    };
    Ok(html(page::page(reading.lang, &view)).into_response())
}

/// `POST /console/login/code`: a code of the app or a recovery code; the same answer for a wrong one, one that was used
/// before, and too many attempts.
///
/// # Errors
/// When the database does not answer.
pub async fn enter(
    State(state): State<AppState>,
    reading: Reading,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    let secure = state.config.is_https();
    let Some((half, account)) = half_way(&state, &headers).await? else {
        return Ok(Redirect::to(AGAIN).into_response());
    };
    let next = destination(field(&pairs, "next")).to_owned();
    let recovery = field(&pairs, "recovery").map(str::trim).unwrap_or_default();
    let given = match recovery {
        "" => Given::App(field(&pairs, "code").unwrap_or_default()),
        recovery => Given::Recovery(recovery),
    };
    let is_app = matches!(given, Given::App(_));
    let waits = shared::login_wait(&state, &account.login, address)
        .await
        .is_some()
        || (is_app && shared::app_code_wait(&state, account.id).await.is_some());
    let admitted = match waits {
        true => None,
        false => sign_in::by_code(&state, &headers, (&half, &account), given).await?,
    };
    if let Some(admitted) = admitted {
        let cookies = admitted.cookies(secure).into_iter();
        let reply = Redirect::to(&next).into_response();
        let reply = cookies.fold(reply, with_cookie);
        return Ok(with_cookie(reply, sign_in::forget(secure)));
    }
    if is_app && !waits {
        shared::app_code_failed(&state, account.id).await;
    }
    shared::login_failed(&state, &account.login, address).await;
    tracing::warn!(is_app, waits, "sign-in refused: second factor");
    let status = match waits {
        true => StatusCode::TOO_MANY_REQUESTS,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    if half.tries + 1 >= sign_in::MAX_TRIES {
        return Ok(with_cookie(Redirect::to(AGAIN), sign_in::forget(secure)));
    }
    let view = CodePage {
        next,
        wrong: Some(if is_app {
            WrongCode::App
        } else {
            WrongCode::Recovery
        }),
    };
    Ok((status, html(page::page(reading.lang, &view))).into_response())
}
