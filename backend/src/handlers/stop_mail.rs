//! "Do not send me these": the link at the end of every summary, which works without signing in, and what mail programs
//! send by themselves when their own button is pressed (RFC 8058).

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::json;

use super::respond::{home_help, html};
use crate::app::AppState;
use crate::mailing::recipients::of_token;
use crate::middleware::problems::PageError;
use crate::pages::Reading;
use crate::pages::stop_mail::{self, StopMail};
use crate::store::mailing::recipients::{self, MailRecipient, REMOVED, STOPPED};
use crate::store::{StoreError, begin, outbox};
use crate::summaries::KINDS;

/// Who acts, in the audit trail: the recipient, without a name.
const ACTOR: &str = "recipient";

/// Whether a body is what a mail program sends for its user (RFC 8058 §3.2), as a form or in parts. It must not be
/// answered by a redirect.
pub(super) fn is_one_click(body: &[u8]) -> bool {
    let (key, value): (&[u8], &[u8]) = (b"List-Unsubscribe", b"One-Click");
    let holds = |what: &[u8]| body.windows(what.len()).any(|part| part == what);
    holds(key) && holds(value)
}

async fn recipient(state: &AppState, token: &str) -> Result<MailRecipient, PageError> {
    let id = of_token(&state.keys, token).ok_or_else(PageError::lost)?;
    recipients::find(&state.db, id).await?.ok_or_else(PageError::lost)
}

/// `GET /mail/stop/{token}`: asks; opening a link alone changes nothing, because mail programs open links too.
///
/// # Errors
/// When there is no such recipient, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    reading: Reading,
    Path(token): Path<String>,
) -> Result<Html<String>, PageError> {
    let row = recipient(&state, &token).await?;
    let help = home_help(&state, reading.lang).await?.unwrap_or_default();
    let view = StopMail {
        path: format!("/mail/stop/{token}"),
        stopped: row.state == STOPPED,
        removed: row.state == REMOVED,
        email: row.email,
        help,
    };
    Ok(html(stop_mail::page(reading, &view)))
}

/// `POST /mail/stop/{token}`: no more of these messages, or again after all (`again`).
///
/// # Errors
/// See [`show`].
pub async fn confirm(
    State(state): State<AppState>,
    Path(token): Path<String>,
    body: Bytes,
) -> Result<Response, PageError> {
    let row = recipient(&state, &token).await?;
    let one_click = is_one_click(&body);
    let wants_again = !one_click && url::form_urlencoded::parse(&body).any(|(name, _)| name == "again");
    let today = state.clock.today().to_string();
    let stopped_on = (!wants_again).then_some(today.as_str());
    let tx = begin(&state.db).await?;
    if recipients::set_stopped(&tx, &row.email_key, stopped_on).await? {
        let mut dropped = 0;
        if stopped_on.is_some() {
            dropped = outbox::drop_waiting(&tx, None, &row.email, &KINDS, "stopped by the recipient").await?;
        }
        let action = match stopped_on {
            Some(_) => "mail.stop",
            None => "mail.again_wanted",
        };
        let detail = json!({ "recipient": row.id, "one_click": one_click, "dropped": dropped });
        state
            .base()
            .record(&tx, ACTOR, action, &row.round_id, detail)
            .await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    if one_click {
        return Ok(StatusCode::OK.into_response());
    }
    Ok(Redirect::to(&format!("/mail/stop/{token}")).into_response())
}
