//! `/console/notices`: everyone reads what happened to their account, and says where it is told by e-mail.

use std::net::IpAddr;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;

use super::console::signed_in;
use super::login;
use super::respond::{Pairs, field, html, with_cookie};
use crate::app::AppState;
use crate::auth::limit::shared;
use crate::auth::notices::{self, Kind, Owner};
use crate::auth::provider::ProviderError;
use crate::auth::staff::Staff;
use crate::auth::{browser, password};
use crate::error::AppError;
use crate::mail::compose::parse_mailbox;
use crate::middleware::client::ClientAddress;
use crate::middleware::problems::PageError;
use crate::pages::Reading;
use crate::pages::notices::{self as page, Line, PATH, View};
use crate::store::notices::{self as store, Address};
use crate::store::{StoreError, begin, providers, staff as accounts};

/// Notices shown.
const SHOWN: u64 = 50;
/// Longest address, in characters.
const LONGEST: usize = 200;

/// What the last act did.
#[derive(Debug, Default, Deserialize)]
pub struct SavedQuery {
    /// Present after the address was saved.
    saved: Option<String>,
}

async fn view(state: &AppState, who: &Staff) -> Result<View, PageError> {
    let rows = store::of_staff(&state.db, who.id(), SHOWN).await?;
    let address = store::address(&state.db, who.id()).await?;
    let provider = match &state.provider {
        Some(provider) => {
            let is_linked = providers::is_linked(&state.db, provider.issuer(), who.id()).await?;
            Some((provider.name().to_owned(), is_linked))
        }
        None => None,
    };
    Ok(View {
        provider,
        latest: rows.first().map_or(0, |row| row.at),
        lines: rows
            .into_iter()
            .map(|row| Line {
                when: page::moment(row.at, state.config.utc_offset_hours),
                kind: row.kind,
                device: row.device,
                seen: row.seen,
            })
            .collect(),
        email: address.map(|address| address.email).unwrap_or_default(),
        ..View::default()
    })
}

/// `GET /console/notices`.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn show(
    State(state): State<AppState>,
    who: Staff,
    reading: Reading,
    Query(query): Query<SavedQuery>,
) -> Result<Response, PageError> {
    let staff = signed_in(reading.lang, &who, PATH);
    let view = View {
        is_saved: query.saved.is_some(),
        ..view(&state, &who).await?
    };
    Ok(html(page::page(reading.lang, &staff, &view)).into_response())
}

/// `POST /console/notices`: `act` is read, address, link or unlink.
///
/// # Errors
/// See [`show`]; when the form is another session's.
pub async fn act(
    State(state): State<AppState>,
    who: Staff,
    reading: Reading,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    who.must_own_form(field(&pairs, "csrf"))?;
    match field(&pairs, "act") {
        Some("read") => {
            let until = field(&pairs, "until").and_then(|text| text.parse().ok());
            let until = until.unwrap_or_default();
            store::mark_read(&state.db, who.id(), until).await?;
            Ok(Redirect::to(PATH).into_response())
        }
        Some("address") => {
            let email: String = field(&pairs, "email")
                .unwrap_or_default()
                .trim()
                .chars()
                .take(LONGEST)
                .collect();
            let is_address = email.is_empty() || (parse_mailbox(&email).is_ok() && !email.contains('<'));
            if !is_address {
                let staff = signed_in(reading.lang, &who, PATH);
                let view = View {
                    email,
                    is_wrong: true,
                    ..view(&state, &who).await?
                };
                let shown = html(page::page(reading.lang, &staff, &view));
                return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response());
            }
            set_address(
                &state,
                &who,
                &browser::kind(&headers),
                (email, reading.lang.code()),
            )
            .await?;
            Ok(Redirect::to(&format!("{PATH}?saved=1")).into_response())
        }
        Some("unlink") => {
            let provider = state.provider.as_ref().ok_or_else(PageError::lost)?;
            login::provider::unlink(&state, provider, &who, &browser::kind(&headers)).await?;
            Ok(Redirect::to(PATH).into_response())
        }
        Some("link") => link(&state, &who, reading, address, &pairs).await,
        _ => Err(PageError::lost()),
    }
}

/// Sends somebody to the provider who gave the password once more: whoever sits at an open session must not make a way in
/// of their own. A page with a link and no redirect: the policy lets no form lead to another site.
async fn link(
    state: &AppState,
    who: &Staff,
    reading: Reading,
    address: IpAddr,
    pairs: &Pairs,
) -> Result<Response, PageError> {
    let provider = state.provider.as_ref().ok_or_else(PageError::lost)?;
    let staff = signed_in(reading.lang, who, PATH);
    let typed = field(pairs, "password").unwrap_or_default().to_owned();
    let is_waiting = shared::login_wait(state, &who.login, address).await.is_some();
    let account = accounts::find(&state.db, who.id()).await?;
    let is_right = !is_waiting
        && password::verify(typed, account.map(|account| account.password_hash))
            .await
            .map_err(|error| AppError::internal(&error))?;
    if !is_right {
        if !is_waiting {
            shared::login_failed(state, &who.login, address).await;
        }
        let view = View {
            is_wrong_password: true,
            ..view(state, who).await?
        };
        let shown = html(page::page(reading.lang, &staff, &view));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response());
    }
    match provider.leave(&state.base(), PATH, Some(who.id())).await {
        Ok(leaving) => {
            let shown = html(page::onward(
                reading.lang,
                &staff,
                (provider.name(), &leaving.address),
            ));
            Ok(with_cookie(shown, leaving.cookie))
        }
        Err(ProviderError::Store(error)) => Err(error.into()),
        Err(error) => {
            tracing::warn!(%error, "an account cannot be linked");
            let view = View {
                is_unreachable: true,
                ..view(state, who).await?
            };
            let shown = html(page::page(reading.lang, &staff, &view));
            Ok((StatusCode::BAD_GATEWAY, shown).into_response())
        }
    }
}

/// Sets the address; the one before is told, so that nobody turns notices aside unnoticed.
async fn set_address(
    state: &AppState,
    who: &Staff,
    device: &str,
    (email, language): (String, &str),
) -> Result<(), StoreError> {
    let base = state.base();
    let tx = begin(&state.db).await?;
    let before = store::address(&tx, who.id()).await?.map(|address| address.email);
    if before.as_deref().unwrap_or_default() == email {
        return Ok(());
    }
    let owner = Owner {
        id: who.id(),
        login: &who.login,
    };
    notices::tell(&base, &tx, owner, Kind::Address, device).await?;
    let has_one = !email.is_empty();
    match has_one {
        false => store::forget_address(&tx, who.id()).await?,
        true => {
            let row = Address {
                staff_id: who.id(),
                email,
                language: language.to_owned(),
            };
            store::set_address(&tx, row).await?;
        }
    }
    let detail = json!({ "has_one": has_one });
    base.record(&tx, &who.login, "staff.address", &who.login, detail)
        .await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests;
