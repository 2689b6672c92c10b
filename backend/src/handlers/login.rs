//! Signing in and out of the console.

use std::collections::HashMap;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::respond::{Pairs, field, html, is_local, with_cookie};
use crate::app::AppState;
use crate::auth::limit::shared;
use crate::auth::session::{self, Token};
use crate::auth::staff::Staff;
use crate::auth::{Role, password, second_factor, sign_in};
use crate::error::AppError;
use crate::middleware::client::ClientAddress;
use crate::middleware::problems::PageError;
use crate::pages::Reading;
use crate::pages::login::{self, Login, LoginNote};
use crate::store::staff;

pub mod code;
pub mod provider;

/// Where staff land.
const HOME: &str = "/console";
/// Where interviewers land: their app signs in by itself, so that no session of the console is left on a phone.
const APP: &str = "/field";

/// Back to a page of the console, never elsewhere.
pub(super) fn destination(next: Option<&str>) -> &str {
    next.filter(|next| is_local(next) && next.starts_with(HOME))
        .unwrap_or(HOME)
}

/// `GET /console/login`.
pub async fn show(
    State(state): State<AppState>,
    reading: Reading,
    Query(query): Query<HashMap<String, String>>,
) -> Html<String> {
    let notes = [
        ("changed", LoginNote::Changed),
        ("expired", LoginNote::Expired),
        ("out", LoginNote::Out),
        ("provider", LoginNote::Provider),
        ("unlinked", LoginNote::NotLinked),
    ];
    let note = notes.into_iter().find(|(word, _)| query.contains_key(*word));
    let note = note.map(|(_, note)| note);
    let next = destination(query.get("next").map(String::as_str)).to_owned();
    html(login::page(
        reading.lang,
        &Login {
            next,
            note,
            provider: state.provider.as_ref().map(|provider| provider.name().to_owned()),
            ..Login::default()
        },
    ))
}

/// `POST /console/login`: the same answer for a wrong name, a wrong password,
/// a closed account and too many attempts.
///
/// # Errors
/// When the database or argon2 fails.
pub async fn enter(
    State(state): State<AppState>,
    reading: Reading,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    let user = field(&pairs, "login")
        .unwrap_or_default()
        .trim()
        .chars()
        .take(100)
        .collect::<String>();
    let password = field(&pairs, "password").unwrap_or_default().to_owned();
    let next = destination(field(&pairs, "next")).to_owned();
    let refuse = |status: StatusCode, note| {
        let view = Login {
            user: user.clone(),
            next: next.clone(),
            note: Some(note),
            provider: state.provider.as_ref().map(|provider| provider.name().to_owned()),
        };
        (status, html(login::page(reading.lang, &view))).into_response()
    };
    if user.is_empty() || password.is_empty() {
        return Ok(refuse(StatusCode::UNPROCESSABLE_ENTITY, LoginNote::Missing));
    }
    if shared::login_wait(&state, &user, address).await.is_some() {
        return Ok(refuse(StatusCode::TOO_MANY_REQUESTS, LoginNote::Failed));
    }
    let account = staff::by_login(&state.db, &user).await?;
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    let is_right = password::verify(password, stored)
        .await
        .map_err(|error| AppError::internal(&error))?;
    let account =
        account.filter(|account| is_right && !account.disabled && Role::parse(&account.role).is_some());
    let Some(account) = account else {
        shared::login_failed(&state, &user, address).await;
        tracing::warn!("sign-in refused: name or password");
        return Ok(refuse(StatusCode::UNPROCESSABLE_ENTITY, LoginNote::Failed));
    };
    if Role::parse(&account.role) == Some(Role::Interviewer) {
        return Ok(Redirect::to(APP).into_response());
    }
    if second_factor::is_on(&state.db, account.id).await? {
        let now = state.clock.now_ms();
        let half = sign_in::begin(&state.db, &state.entropy, account.id, now).await?;
        return Ok(with_cookie(
            Redirect::to(&code::address(&next)),
            half.cookie(state.config.is_https()),
        ));
    }
    let admitted = sign_in::by_password(&state, &headers, &account).await?;
    let cookies = admitted.cookies(state.config.is_https()).into_iter();
    let reply = Redirect::to(&next).into_response();
    Ok(cookies.fold(reply, with_cookie))
}

/// `POST /console/logout`.
///
/// # Errors
/// When the form is another session's, or the database does not answer.
pub async fn leave(
    State(state): State<AppState>,
    staff: Staff,
    headers: HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    staff.must_own_form(field(&pairs, "csrf"))?;
    let secure = state.config.is_https();
    if let Some(token) = Token::of_headers(&headers, secure) {
        session::end(&state.db, &token).await?;
    }
    Ok(with_cookie(
        Redirect::to("/console/login?out=1"),
        session::forget(secure),
    ))
}
