//! "Stop now and go on later", also on someone else's phone.

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::html;
use super::visit::{Entry, Visit, forget};
use super::with_cookie;
use crate::app::AppState;
use crate::middleware::problems::PageError;
use crate::pages::question::{self, Later};

/// `GET …/later`: says that all is kept, and how to go on.
///
/// # Errors
/// When the code is used, the round is not open, or nothing was begun.
pub async fn show(visit: Visit) -> Result<Html<String>, PageError> {
    visit.must_be_open()?;
    if visit.draft.is_none() {
        return Err(PageError::see_other(visit.base));
    }
    let code = match &visit.entry {
        Entry::Invited(code, _) => Some(code.to_string()),
        Entry::Open(_) | Entry::Again(_) => None,
    };
    let view = Later {
        round: visit.round_title().to_owned(),
        path: format!("{}/later", visit.base),
        start: visit.base.clone(),
        code,
        closes_on: Some(visit.plan.round.closes_on),
        forgotten: visit.device.is_none(),
        help: visit.help(),
    };
    Ok(html(question::later(visit.reading, &view)))
}

/// `POST …/later`: this phone forgets the answers; the draft keeps them.
pub async fn hide(State(state): State<AppState>, visit: Visit) -> Response {
    let path = format!("{}/later", visit.base);
    // An open link has no code to come back with: forgetting would lose the answers.
    match visit.entry {
        Entry::Invited(..) => with_cookie(Redirect::to(&path), forget(&visit.base, state.config.is_https())),
        Entry::Open(_) | Entry::Again(_) => Redirect::to(&path).into_response(),
    }
}
