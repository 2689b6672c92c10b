//! "Do not remind me": a link in every e-mail, which works without signing in and closes no door to answering.

use axum::extract::State;
use axum::response::{Html, Redirect};

use super::html;
use super::visit::{Entry, Visit};
use crate::app::AppState;
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

/// `POST /r/{code}/noremind`: no more reminders; also what mail programs send by themselves (RFC 8058).
///
/// # Errors
/// See [`show`]; also when the database does not answer.
pub async fn confirm(State(state): State<AppState>, visit: Visit) -> Result<Redirect, PageError> {
    let Entry::Invited(_, invitation) = &visit.entry else {
        return Err(PageError::lost());
    };
    invitations::set_no_remind(&state.db, invitation.id).await?;
    Ok(Redirect::to(&path(&visit)))
}
