//! `/console/second-factor`: everyone sets up, renews and turns off their own second factor. Where the settings make one
//! compulsory, this page, that of the own sessions and the way out are all that is open without it.

use std::net::IpAddr;

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::console::signed_in;
use super::respond::{Pairs, field, html, with_cookie};
use crate::app::AppState;
use crate::auth::limit::shared;
use crate::auth::staff::{SECOND_FACTOR as PAGE, Staff};
use crate::auth::{password, second_factor};
use crate::error::AppError;
use crate::middleware::client::ClientAddress;
use crate::middleware::problems::PageError;
use crate::pages::Reading;
use crate::pages::second_factor::{self as page, SecondFactorPage, Standing, Wrong};
use crate::store::{second_factors, staff};

/// What the page shows of the account now.
async fn standing(state: &AppState, who: &Staff) -> Result<Standing, PageError> {
    if let Some(secret) = second_factor::enrolling(&state.keys, who)? {
        let url = url::Url::parse(&state.config.base_url).ok();
        let host = url.as_ref().and_then(url::Url::host_str).unwrap_or("minyi");
        return Ok(Standing::SettingUp {
            secret: secret.in_groups(),
            address: secret.address(&who.login, host),
        });
    }
    Ok(match second_factors::find(&state.db, who.id()).await? {
        Some(row) => Standing::On {
            since: row.since,
            left: second_factors::recovery_left(&state.db, who.id()).await?,
        },
        None => Standing::Off,
    })
}

async fn view(state: &AppState, who: &Staff, wrong: Option<Wrong>) -> Result<SecondFactorPage, PageError> {
    Ok(SecondFactorPage {
        standing: standing(state, who).await?,
        is_required: state.config.require_second_factor.contains(&who.role),
        wrong,
    })
}

/// `GET /console/second-factor`.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn show(
    State(state): State<AppState>,
    who: Staff,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    let staff = signed_in(reading.lang, &who, PAGE);
    Ok(html(page::page(
        reading.lang,
        &staff,
        &view(&state, &who, None).await?,
    )))
}

/// Has whoever sits there show that the account is theirs, by the password and, where there is one, the second factor.
async fn prove(
    state: &AppState,
    who: &Staff,
    address: IpAddr,
    pairs: &Pairs,
) -> Result<Option<Wrong>, PageError> {
    if shared::login_wait(state, &who.login, address).await.is_some() {
        return Ok(Some(Wrong::Password));
    }
    let account = staff::find(&state.db, who.id()).await?;
    let typed = field(pairs, "password").unwrap_or_default().to_owned();
    let is_right = password::verify(typed, account.map(|account| account.password_hash))
        .await
        .map_err(|error| AppError::internal(&error))?;
    if !is_right {
        shared::login_failed(state, &who.login, address).await;
        return Ok(Some(Wrong::Password));
    }
    if !second_factor::is_on(&state.db, who.id()).await? {
        return Ok(None);
    }
    let code = field(pairs, "code").unwrap_or_default();
    let (db, keys) = (&state.db, &state.keys);
    let is_app_open = shared::app_code_wait(state, who.id()).await.is_none();
    let proven = (is_app_open
        && second_factor::spend_code(db, keys, who.id(), code, state.clock.now_ms()).await?)
        || second_factor::spend_recovery(db, keys, who.id(), code).await?;
    if proven {
        return Ok(None);
    }
    shared::login_failed(state, &who.login, address).await;
    shared::app_code_failed(state, who.id()).await;
    Ok(Some(Wrong::Code))
}

/// `POST /console/second-factor`: `act` is begin, confirm, give-up, codes or off. All but the confirmation of a secret
/// that was shown, and giving that up, ask for the password and the second factor that there is.
///
/// # Errors
/// When the form is another session's, or the database or argon2 fails.
pub async fn act(
    State(state): State<AppState>,
    who: Staff,
    reading: Reading,
    ClientAddress(address): ClientAddress,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    who.must_own_form(field(&pairs, "csrf"))?;
    let base = state.base();
    let lang = reading.lang;
    let act = field(&pairs, "act").unwrap_or_default();
    if act == "off" && state.config.require_second_factor.contains(&who.role) {
        return Err(PageError::forbidden());
    }
    let secure = state.config.is_https();
    let wrong = match act {
        "give-up" => {
            second_factor::give_up(&base, &who).await?;
            return Ok(Redirect::to(PAGE).into_response());
        }
        "confirm" => {
            let typed = field(&pairs, "code").unwrap_or_default();
            match second_factor::turn_on(&base, &who, typed).await? {
                Some(on) => {
                    let staff = signed_in(lang, &who.with_session(on.session), PAGE);
                    let shown = html(page::codes(lang, &staff, &on.codes, true));
                    return Ok(with_cookie(shown, on.token.cookie(secure)));
                }
                None => Some(Wrong::NewCode),
            }
        }
        "begin" | "codes" | "off" => prove(&state, &who, address, &pairs).await?,
        _ => return Err(PageError::lost()),
    };
    if let Some(wrong) = wrong {
        let staff = signed_in(lang, &who, PAGE);
        let shown = html(page::page(lang, &staff, &view(&state, &who, Some(wrong)).await?));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response());
    }
    match act {
        "codes" => {
            let codes = second_factor::renew_codes(&base, &who).await?;
            let staff = signed_in(lang, &who, PAGE);
            Ok(html(page::codes(lang, &staff, &codes, false)).into_response())
        }
        "off" => {
            let token = second_factor::turn_off(&base, &who).await?;
            let cookie = token.and_then(|token| token.cookie(secure));
            Ok(with_cookie(Redirect::to(PAGE), cookie))
        }
        _ => {
            second_factor::enrol(&base, &who).await?;
            Ok(Redirect::to(PAGE).into_response())
        }
    }
}

#[cfg(test)]
mod tests;
