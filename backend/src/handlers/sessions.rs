//! `/console/sessions`: everyone sees where they are signed in, and signs out there.

use axum::extract::{Form, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::json;

use super::console::{local_day, signed_in};
use super::respond::{Pairs, field, html, with_cookie};
use crate::app::AppState;
use crate::auth::session;
use crate::auth::staff::Staff;
use crate::middleware::problems::PageError;
use crate::pages::Reading;
use crate::pages::sessions::{self as page, SessionLine};
use crate::store::{StoreError, begin, sessions};

const PAGE: &str = "/console/sessions";

/// `GET /console/sessions`.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn show(
    State(state): State<AppState>,
    who: Staff,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    let own = who.session().token_hash.as_str();
    let lines: Vec<SessionLine> = sessions::list_of(&state.db, who.id(), state.clock.now_ms())
        .await?
        .iter()
        .map(|row| SessionLine {
            name: session::name(row),
            device: row.device.clone(),
            since: local_day(&state, row.created_at),
            last_used: local_day(&state, session::last_used(row)),
            is_this: row.token_hash == own,
        })
        .collect();
    let staff = signed_in(reading.lang, &who, PAGE);
    Ok(html(page::page(reading.lang, &staff, &lines)))
}

/// `POST /console/sessions`: ends the session that `end` names, or all of them, this one too.
///
/// # Errors
/// See [`show`]; when the form is another session's.
pub async fn act(
    State(state): State<AppState>,
    who: Staff,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    who.must_own_form(field(&pairs, "csrf"))?;
    let base = state.base();
    let wanted = field(&pairs, "end").unwrap_or_default();
    let tx = begin(&state.db).await?;
    let all = wanted == "all";
    if all {
        sessions::delete_of(&tx, who.id()).await?;
    } else {
        let live = sessions::list_of(&tx, who.id(), state.clock.now_ms()).await?;
        // Ended meanwhile: there is nothing left to do.
        let Some(row) = live.iter().find(|row| session::name(row) == wanted) else {
            return Ok(Redirect::to(PAGE).into_response());
        };
        sessions::delete(&tx, &row.token_hash).await?;
    }
    base.record(
        &tx,
        &who.login,
        "staff.sign_out",
        &who.login,
        json!({ "all": all }),
    )
    .await?;
    tx.commit().await.map_err(StoreError::from)?;
    if all {
        let forget = session::forget(state.config.is_https());
        return Ok(with_cookie(Redirect::to("/console/login?out=1"), forget));
    }
    Ok(Redirect::to(PAGE).into_response())
}
