//! "Give the phone to someone else": this browser becomes a new device for the answers.
//!
//! What was answered so far is kept and will be sent, but from here on this phone neither shows nor changes it: not by
//! back, not on the check page, not from the browser's history, as every page is made anew for the device that asks
//! for it and none may be stored. Whoever takes the phone goes on at the first question that nobody has answered.

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::visit::Visit;
use super::{html, with_cookie};
use crate::app::AppState;
use crate::middleware::problems::PageError;
use crate::pages::handover::{self, HandOver};
use crate::store::{StoreError, begin, drafts};

/// `GET …/handover`: before, what will happen; after, whoever took the phone is told where it goes on.
///
/// # Errors
/// Redirects to the start page before consent; when the code is used, the round is not open, or the database does
/// not answer.
pub async fn show(visit: Visit) -> Result<Html<String>, PageError> {
    let (draft, device) = visit.begun()?;
    let page = visit.walk(draft, device).resume();
    let view = HandOver {
        round: visit.round_title().to_owned(),
        path: format!("{}/handover", visit.base),
        go_on: visit.address(page.as_ref().map(|page| page.name.as_str())),
        // Who took the phone and has answered since may hand it on in turn.
        taken: draft.is_taken_over(&device.hash) && draft.answers_of(&device.hash).is_empty(),
        help: visit.help(),
    };
    Ok(html(handover::page(visit.reading, &view)))
}

/// `POST …/handover`: hands the phone over.
///
/// # Errors
/// See [`show`].
pub async fn hand(State(state): State<AppState>, visit: Visit) -> Result<Response, PageError> {
    let (draft, device) = visit.begun()?;
    let taker = device.successor(&state, &visit.round.id);
    let tx = begin(&state.db).await?;
    let Some(mut draft) = drafts::find_for_update(&tx, &draft.id).await? else {
        return Err(PageError::see_other(visit.base.clone()));
    };
    draft.kept.taken_by.insert(taker.hash.clone());
    draft.current_page = None;
    draft.device = None;
    drafts::put(&tx, draft).await?;
    tx.commit().await.map_err(StoreError::from)?;
    let to = Redirect::to(&format!("{}/handover", visit.base));
    let cookie = taker.cookie(&visit.base, state.config.is_https());
    Ok(with_cookie(to, cookie).into_response())
}
