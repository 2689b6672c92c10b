//! "Do not remind me": a link in every e-mail, which works without signing in and closes no door to answering.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::html;
use super::visit::{Entry, Visit};
use crate::app::AppState;
use crate::handlers::stop_mail::is_one_click;
use crate::middleware::problems::PageError;
use crate::pages::no_remind::{self, NoRemind};
use crate::store::invitations;

fn path(visit: &Visit) -> String {
    format!("{}/noremind", visit.base)
}

/// `GET /r/{code}/noremind`: asks; opening a link alone changes nothing, because mail programs open links too.
///
/// # Errors
/// When there is no such code.
pub async fn show(visit: Visit) -> Result<Html<String>, PageError> {
    let Entry::Invited(_, invitation) = &visit.entry else {
        return Err(PageError::lost());
    };
    let view = NoRemind {
        round: visit.round_title().to_owned(),
        path: path(&visit),
        start: visit.must_be_open().is_ok().then(|| visit.base.clone()),
        done: invitation.no_remind,
        help: visit.help(),
    };
    Ok(html(no_remind::page(visit.reading, &view)))
}

/// `POST /r/{code}/noremind`: no more reminders; also what mail programs send by themselves (RFC 8058), which must not be
/// answered by a redirect.
///
/// # Errors
/// See [`show`]; also when the database does not answer.
pub async fn confirm(
    State(state): State<AppState>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, PageError> {
    let Entry::Invited(_, invitation) = &visit.entry else {
        return Err(PageError::lost());
    };
    invitations::set_no_remind(&state.db, invitation.id).await?;
    if is_one_click(&body) {
        return Ok(StatusCode::OK.into_response());
    }
    Ok(Redirect::to(&path(&visit)).into_response())
}
