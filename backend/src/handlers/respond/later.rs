//! "Stop now and go on later", also on someone else's phone.

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::html;
use super::visit::{Entry, Visit, forget};
use super::{Pairs, field, pin, with_cookie};
use crate::app::AppState;
use crate::middleware::problems::PageError;
use crate::pages::question::{self, Later, PinOffer};

/// `GET …/later`: says that all is kept, and how to go on.
///
/// # Errors
/// When the code is used, the round is not open, or nothing was begun.
pub async fn show(visit: Visit) -> Result<Html<String>, PageError> {
    visit.must_be_open()?;
    if visit.draft.is_none() {
        return Err(PageError::see_other(visit.base));
    }
    let offer = pin::may_set(&visit).then_some(match pin::is_set(&visit) {
        true => PinOffer::Stored,
        false => PinOffer::Ask,
    });
    Ok(page(&visit, offer))
}

fn page(visit: &Visit, pin: Option<PinOffer>) -> Html<String> {
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
        pin,
        help: visit.help(),
    };
    html(question::later(visit.reading, &view))
}

/// `POST …/later`: this phone forgets the answers, and the draft keeps them; or the respondent's digits are set.
///
/// # Errors
/// When the database does not answer, or the digits are set after the code was used.
pub async fn hide(
    State(state): State<AppState>,
    visit: Visit,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    let path = format!("{}/later", visit.base);
    if field(&pairs, "go") == Some("pin") {
        visit.must_be_open()?;
        let Some(digits) = pin::read(field(&pairs, "pin").unwrap_or_default()) else {
            let offer = pin::may_set(&visit).then_some(PinOffer::NotFour);
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&visit, offer)).into_response());
        };
        pin::set(&state, &visit, &digits).await?;
        return Ok(Redirect::to(&path).into_response());
    }
    // An open link has no code to come back with: forgetting would lose the answers.
    match visit.entry {
        Entry::Invited(..) => Ok(with_cookie(
            Redirect::to(&path),
            forget(&visit.base, state.config.is_https()),
        )),
        Entry::Open(_) | Entry::Again(_) => Ok(Redirect::to(&path).into_response()),
    }
}
