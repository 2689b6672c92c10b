//! The respondents' pages: from the code to the receipt.
//!
//! Everything here works by links and forms alone. What is typed is written to
//! the draft before the next page is shown, so that nothing is lost when a
//! phone rings, dies or is handed on. The handlers below `/r/{code}` serve open
//! links (`/o/{slug}`) as well; [`visit::Visit`] knows the difference.

use std::collections::BTreeSet;

use axum::extract::{Form, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::Markup;

use crate::app::AppState;
use crate::codes::{Code, CodeError};
use crate::middleware::problems::PageError;
use crate::middleware::reading;
use crate::pages::home::{self, CodeFault, Home};
use crate::pages::{Help, Lang, Reading};
use crate::store::rounds::{self, RoundState};
use crate::submit::Way;

pub mod after;
pub mod files;
pub mod finish;
pub mod handover;
pub mod later;
mod phone;
pub mod pin;
pub mod question;
pub mod remind;
mod room;
pub mod start;
pub mod visit;
mod walk;

/// A form's fields as the browser sends them: keys repeat.
pub type Pairs = Vec<(String, String)>;

/// The last value of a field.
pub(crate) fn field<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .rev()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// How the page that sent these fields was read: as its reader wishes, and with what the page's script noted as used.
pub(crate) fn ways_of_page(reading: Reading, pairs: &[(String, String)]) -> BTreeSet<Way> {
    let mut ways = reading.ways();
    for (name, way) in [("heard", Way::ReadAloud), ("watched", Way::Sign)] {
        if field(pairs, name) == Some("1") {
            ways.insert(way);
        }
    }
    ways
}

/// A page as a reply.
pub(crate) fn html(page: Markup) -> Html<String> {
    Html(page.into_string())
}

/// A reply with one more cookie.
pub(crate) fn with_cookie(reply: impl IntoResponse, cookie: Option<HeaderValue>) -> Response {
    let mut reply = reply.into_response();
    if let Some(cookie) = cookie {
        reply.headers_mut().append(header::SET_COOKIE, cookie);
    }
    reply
}

/// Whom to turn to on pages that belong to no round: the organiser of the only round that is open.
pub(crate) async fn home_help(state: &AppState, lang: Lang) -> Result<Option<Help>, PageError> {
    let rounds = rounds::list(&state.db).await?;
    let today = state.clock.today();
    let mut open = rounds
        .into_iter()
        .filter(|round| round.state_on(today) == RoundState::Open);
    let (Some(round), None) = (open.next(), open.next()) else {
        return Ok(None);
    };
    let plan = state.plans.get(&state.db, &state.keys, &round.id).await?;
    Ok(plan.map(|plan| visit::help(&plan, lang)))
}

/// `GET /`: where a code is typed.
///
/// # Errors
/// When the database does not answer.
pub async fn home(State(state): State<AppState>, reading: Reading) -> Result<Html<String>, PageError> {
    let help = home_help(&state, reading.lang).await?;
    Ok(html(home::page(
        reading,
        &Home {
            help,
            ..Home::default()
        },
    )))
}

/// `POST /`: a code was typed, or a switch pressed.
///
/// # Errors
/// When the database does not answer.
pub async fn enter(
    State(state): State<AppState>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    let typed = field(&pairs, "code")
        .unwrap_or_default()
        .chars()
        .take(40)
        .collect::<String>();
    if let Some(reading) = reading::changed(reading, &pairs) {
        let help = home_help(&state, reading.lang).await?;
        let page = home::page(
            reading,
            &Home {
                typed,
                fault: None,
                help,
            },
        );
        return Ok(with_cookie(
            html(page),
            reading::remember(reading, state.config.is_https()),
        ));
    }
    let fault = match Code::parse(&typed) {
        Ok(code) => return Ok(Redirect::to(&format!("/r/{code}")).into_response()),
        Err(_) if typed.trim().is_empty() => CodeFault::Empty,
        Err(CodeError::Length(typed)) => CodeFault::Length(typed),
        Err(CodeError::Symbol(symbol)) => CodeFault::Symbol(symbol),
        Err(CodeError::Check) => CodeFault::Check,
    };
    let help = home_help(&state, reading.lang).await?;
    let page = home::page(
        reading,
        &Home {
            typed,
            fault: Some(fault),
            help,
        },
    );
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(page)).into_response())
}

/// `POST /view`: a switch pressed on a page with nothing typed; goes back to where it was.
pub async fn view(State(state): State<AppState>, reading: Reading, Form(pairs): Form<Pairs>) -> Response {
    let to = field(&pairs, "to").filter(|to| is_local(to)).unwrap_or("/");
    let wished = reading::changed(reading, &pairs).unwrap_or(reading);
    with_cookie(
        Redirect::to(to),
        reading::remember(wished, state.config.is_https()),
    )
}

/// Whether a path stays on this site: `//host` and `/\host` lead elsewhere.
pub(crate) fn is_local(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
pub(crate) mod tests;
