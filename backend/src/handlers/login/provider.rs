//! `/console/login/provider`: to the identity provider and back.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{code, destination};
use crate::app::AppState;
use crate::auth::notices::{self, Kind, Owner};
use crate::auth::provider::{self, Person, Provider, ProviderError};
use crate::auth::staff::{Anyone, Staff};
use crate::auth::{Role, second_factor, sign_in};
use crate::handlers::respond::with_cookie;
use crate::middleware::problems::PageError;
use crate::pages::notices::PATH as NOTICES;
use crate::store::providers::{self, Subject};
use crate::store::{StoreError, begin, staff};

/// Where it says that it did not work.
const FAILED: &str = "/console/login?provider=1";
/// Where it says that the person is nobody here.
const UNLINKED: &str = "/console/login?unlinked=1";
/// Where it begins again when it took too long.
const AGAIN: &str = "/console/login?expired=1";

/// Where somebody wants to go.
#[derive(Debug, Deserialize)]
pub struct LeaveQuery {
    /// A path of the console.
    next: Option<String>,
}

/// What the provider says to somebody who comes back.
#[derive(Debug, Deserialize)]
pub struct BackQuery {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
}

fn provider(state: &AppState) -> Result<&Provider, PageError> {
    state.provider.as_ref().ok_or_else(PageError::lost)
}

/// What is wrong is for the log; whoever signs in is told to try again or to use the password.
fn failed(error: ProviderError) -> Result<Response, PageError> {
    match error {
        ProviderError::Store(error) => Err(error.into()),
        ProviderError::Stranger => Ok(Redirect::to(AGAIN).into_response()),
        error => {
            tracing::warn!(%error, "sign-in refused");
            Ok(Redirect::to(FAILED).into_response())
        }
    }
}

/// `GET /console/login/provider`: sends the browser to the provider.
///
/// # Errors
/// When there is none, or the database does not answer.
pub async fn leave(
    State(state): State<AppState>,
    Query(query): Query<LeaveQuery>,
) -> Result<Response, PageError> {
    let next = destination(query.next.as_deref());
    match provider(&state)?.leave(&state.base(), next, None).await {
        Ok(leaving) => Ok(with_cookie(Redirect::to(&leaving.address), leaving.cookie)),
        Err(error) => failed(error),
    }
}

/// `GET /console/login/provider/back`: signs in whom the provider means, or links them to the account that is signed in.
///
/// # Errors
/// See [`leave`].
pub async fn back(
    State(state): State<AppState>,
    Anyone(who): Anyone,
    headers: HeaderMap,
    Query(query): Query<BackQuery>,
) -> Result<Response, PageError> {
    let of = provider(&state)?;
    let base = state.base();
    let returned = of.come_back(&base, &headers, (&query.state, &query.code)).await;
    let reply = match returned {
        Err(error) => failed(error)?,
        Ok(returned) => match returned.linking {
            Some(account) => {
                let done = link(&state, of, who, account, &returned.person).await?;
                Redirect::to(if done { NOTICES } else { FAILED }).into_response()
            }
            None => enter(&state, of, &headers, &returned.person, &returned.next).await?,
        },
    };
    Ok(with_cookie(reply, provider::forget(state.config.is_https())))
}

/// Begins the session of the account that a subject means, or asks for its second factor first.
async fn enter(
    state: &AppState,
    of: &Provider,
    headers: &HeaderMap,
    person: &Person,
    next: &str,
) -> Result<Response, PageError> {
    let account = match providers::account(&state.db, of.issuer(), &person.subject).await? {
        Some(id) => staff::find(&state.db, id).await?,
        None => None,
    };
    let may = |role: Option<Role>| role.is_some_and(|role| role != Role::Interviewer);
    let account = account.filter(|account| !account.disabled && may(Role::parse(&account.role)));
    let Some(account) = account else {
        tracing::warn!("sign-in refused: no account is linked to whom the identity provider means");
        return Ok(Redirect::to(UNLINKED).into_response());
    };
    let next = destination(Some(next));
    let secure = state.config.is_https();
    if !person.is_multi_factor && second_factor::is_on(&state.db, account.id).await? {
        let now = state.clock.now_ms();
        let half = sign_in::begin(&state.db, &state.entropy, account.id, now).await?;
        return Ok(with_cookie(
            Redirect::to(&code::address(next)),
            half.cookie(secure),
        ));
    }
    let admitted = sign_in::by_provider(state, headers, &account, person.is_multi_factor).await?;
    let reply = Redirect::to(next).into_response();
    let cookies = admitted.cookies(secure).into_iter();
    Ok(cookies.fold(reply, with_cookie))
}

/// Links whom the provider means to the account that asked for it in this browser; false where somebody else is signed in
/// by now, or another account is linked to them.
async fn link(
    state: &AppState,
    of: &Provider,
    who: Option<Staff>,
    account: Uuid,
    person: &Person,
) -> Result<bool, PageError> {
    let Some(who) = who.filter(|who| who.id() == account) else {
        return Ok(false);
    };
    let base = state.base();
    let tx = begin(&state.db).await?;
    match providers::account(&tx, of.issuer(), &person.subject).await? {
        Some(linked) if linked != account => return Ok(false),
        Some(_) => return Ok(true),
        None => {}
    }
    let row = Subject {
        issuer: of.issuer().to_owned(),
        subject: person.subject.clone(),
        staff_id: account,
        since: state.clock.today().to_string(),
    };
    providers::link(&tx, row).await?;
    let owner = Owner {
        id: account,
        login: &who.login,
    };
    notices::tell(&base, &tx, owner, Kind::ProviderLinked, &who.session().device).await?;
    let detail = json!({ "issuer": of.issuer() });
    base.record(&tx, &who.login, "staff.provider_link", &who.login, detail)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(true)
}

/// Lets the provider mean the account no more.
///
/// # Errors
/// When the database does not answer.
pub(in crate::handlers) async fn unlink(
    state: &AppState,
    of: &Provider,
    who: &Staff,
    device: &str,
) -> Result<(), StoreError> {
    let base = state.base();
    let tx = begin(&state.db).await?;
    if !providers::unlink(&tx, of.issuer(), who.id()).await? {
        return Ok(());
    }
    let owner = Owner {
        id: who.id(),
        login: &who.login,
    };
    notices::tell(&base, &tx, owner, Kind::ProviderUnlinked, device).await?;
    let detail = json!({ "issuer": of.issuer() });
    base.record(&tx, &who.login, "staff.provider_unlink", &who.login, detail)
        .await?;
    Ok(tx.commit().await?)
}
