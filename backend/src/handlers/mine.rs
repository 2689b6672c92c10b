//! `/receipt/mine`: the respondent's own pages, opened with receipt and second secret: take the response back, answer
//! again, talk with the office, say how it went.
//!
//! Who holds the receipt alone, which others may have seen, gets no further than the first page, and the same words
//! whether a secret was ever made or not. The cookie names a leaf and an end, sealed with a key of the server; it is
//! sent below `/receipt` only.

use std::collections::HashMap;
use std::sync::Arc;

use analysis::plan::Plan;
use axum::extract::{Form, FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::receipt::cleaned;
use super::respond::visit::help;
use super::respond::{Pairs, field, home_help, html, with_cookie};
use crate::app::AppState;
use crate::auth::limit::shared;
use crate::cases::respondent::{self, WriteError};
use crate::cases::{self, CaseState, Satisfaction};
use crate::middleware::client::ClientAddress;
use crate::middleware::cookie::{self, NewCookie};
use crate::middleware::problems::PageError;
use crate::middleware::reading;
use crate::pages::Reading;
use crate::pages::mine::{self, Door, Line, Mine as View, Note, Own, Withdraw};
use crate::store::cases as case_store;
use crate::store::responses::{self, Response as StoredResponse};
use crate::store::rounds::{self, Round, RoundState};
use crate::submit::receipt;
use crate::withdrawal::{self, WithdrawError};

/// Where it is.
pub(super) const PATH: &str = "/receipt/mine";
/// Where the questionnaire is answered again.
pub(super) const AGAIN: &str = "/receipt/again";
const COOKIE: &str = "minyi_mine";
/// Sent with everything of the respondent's own, and nowhere else.
const COOKIE_PATH: &str = "/receipt";
/// The pages show a thread that others must not find on a borrowed phone: two hours after the last use they close.
const OPEN_MS: i64 = 2 * 3_600_000;

/// A respondent who signed in with receipt and second secret.
pub struct Mine {
    pub(super) response: StoredResponse,
    pub(super) round: Round,
    pub(super) plan: Arc<Plan>,
}

fn sealed(state: &AppState, leaf: &str) -> String {
    let until = (state.clock.now_ms() + OPEN_MS).to_string();
    let mac = state.keys.visitor_mac(&[leaf.as_bytes(), until.as_bytes()]);
    format!("{leaf}.{until}.{mac}")
}

/// The leaf of a cookie whose seal holds and whose time has not passed.
fn leaf_of(state: &AppState, value: &str) -> Option<String> {
    let mut parts = value.split('.');
    let (leaf, until, mac) = (parts.next()?, parts.next()?, parts.next()?);
    let holds = state
        .keys
        .is_visitor_mac(&[leaf.as_bytes(), until.as_bytes()], mac);
    let lives = until
        .parse::<i64>()
        .is_ok_and(|until| until > state.clock.now_ms());
    (holds && lives).then(|| leaf.to_owned())
}

fn cookie(state: &AppState, value: &str, max_age_s: u64) -> Option<HeaderValue> {
    NewCookie {
        name: COOKIE,
        value,
        path: COOKIE_PATH,
        max_age_s,
        secure: state.config.is_https(),
    }
    .header()
}

impl Mine {
    /// Whoever the cookie says.
    pub(super) async fn of_headers(state: &AppState, headers: &HeaderMap) -> Result<Option<Self>, PageError> {
        let Some(leaf) = cookie::get(headers, COOKIE).and_then(|value| leaf_of(state, &value)) else {
            return Ok(None);
        };
        let Some(response) = responses::by_leaf(&state.db, &leaf).await? else {
            return Ok(None);
        };
        let round = rounds::find(&state.db, &response.round_id)
            .await?
            .ok_or_else(PageError::lost)?;
        let plan = state
            .plans
            .get(&state.db, &state.keys, &round.id)
            .await?
            .ok_or_else(PageError::lost)?;
        Ok(Some(Self {
            response,
            round,
            plan,
        }))
    }

    fn is_open(&self, state: &AppState) -> bool {
        self.round.state_on(state.clock.today()) == RoundState::Open
    }

    /// A page with the cookie renewed: the time runs from the last use.
    fn reply(&self, state: &AppState, reply: impl IntoResponse) -> Response {
        let value = sealed(state, &self.response.leaf);
        with_cookie(reply, cookie(state, &value, (OPEN_MS / 1_000).unsigned_abs()))
    }
}

impl FromRequestParts<AppState> for Mine {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        Self::of_headers(state, &parts.headers)
            .await?
            .ok_or_else(|| PageError::see_other(PATH))
    }
}

async fn view(
    state: &AppState,
    reading: Reading,
    own: &Mine,
    note: Option<Note>,
    typed: &str,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let case = case_store::by_leaf(&state.db, &own.response.leaf).await?;
    let mut thread = Vec::new();
    if let Some(case) = &case {
        for message in case_store::messages(&state.db, case.id).await? {
            thread.push(Line {
                from_office: message.from_office,
                text: cases::body(&state.keys, &message).map_err(crate::store::StoreError::from)?,
                day: message.day,
            });
        }
    }
    let own_case = case.map(|case| mine::Case {
        number: cases::number(&case),
        state: CaseState::parse(&case.state).unwrap_or(CaseState::New),
        due_on: case.due_on.clone(),
        may_rate: respondent::may_rate(&case),
        rating: case.satisfaction.as_deref().and_then(Satisfaction::parse),
    });
    let view = View {
        round: own.plan.round.title.get(lang.code()).to_owned(),
        state: match own.response.state.as_str() {
            responses::REPLACED => Own::Replaced,
            responses::WITHDRAWN => Own::Withdrawn,
            _ => Own::Counted,
        },
        until: own.is_open(state).then_some(own.plan.round.closes_on),
        case: own_case,
        thread,
        typed: typed.to_owned(),
        note,
        help: help(&own.plan, lang),
    };
    Ok(html(mine::page(reading, &view)))
}

/// `GET /receipt/mine`: the respondent's own page, or the door to it.
///
/// # Errors
/// When the database does not answer; so for every handler here.
pub async fn show(
    State(state): State<AppState>,
    reading: Reading,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    match Mine::of_headers(&state, &headers).await? {
        Some(own) => {
            let note = query.get("done").and_then(|word| Note::parse(word));
            let page = view(&state, reading, &own, note, "").await?;
            Ok(own.reply(&state, page))
        }
        None => {
            let help = home_help(&state, reading.lang).await?;
            Ok(html(mine::door(reading, &Door::default(), help.as_ref())).into_response())
        }
    }
}

/// `POST /receipt/mine`: receipt and second secret were typed, or a switch pressed.
///
/// # Errors
/// See [`show`]; after too many wrong secrets from one address.
pub async fn enter(
    State(state): State<AppState>,
    reading: Reading,
    ClientAddress(address): ClientAddress,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    let text = cleaned(field(&pairs, "r").unwrap_or_default());
    if let Some(wished) = reading::changed(reading, &pairs) {
        let help = home_help(&state, wished.lang).await?;
        let door = Door {
            typed: text,
            failed: false,
        };
        let page = html(mine::door(wished, &door, help.as_ref()));
        return Ok(with_cookie(
            page,
            reading::remember(wished, state.config.is_https()),
        ));
    }
    if let Some(wait) = shared::secret_wait(&state, address).await {
        return Err(PageError::too_many(wait.as_secs()));
    }
    let typed: String = field(&pairs, "secret")
        .unwrap_or_default()
        .chars()
        .take(60)
        .collect();
    if let Ok(receipt) = receipt::verify(&state.keys.verifying_key(), &text)
        && withdrawal::is_secret(&state.base(), &state.keys, &receipt.leaf, &typed).await?
    {
        let value = sealed(&state, &receipt.leaf);
        let cookie = cookie(&state, &value, (OPEN_MS / 1_000).unsigned_abs());
        return Ok(with_cookie(Redirect::to(PATH), cookie));
    }
    shared::secret_failed(&state, address).await;
    // One answer for a wrong receipt, a wrong secret and a receipt that has none.
    let help = home_help(&state, reading.lang).await?;
    let door = Door {
        typed: text,
        failed: true,
    };
    let page = mine::door(reading, &door, help.as_ref());
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(page)).into_response())
}

/// `POST /receipt/mine/leave`: this browser forgets it.
pub async fn leave(State(state): State<AppState>) -> Response {
    with_cookie(Redirect::to("/receipt"), cookie(&state, "", 0))
}

fn done(own: &Mine, state: &AppState, note: Note) -> Response {
    own.reply(state, Redirect::to(&format!("{PATH}?done={}", note.as_str())))
}

/// `POST /receipt/mine/message`: writes to the office.
///
/// # Errors
/// See [`show`].
pub async fn message(
    State(state): State<AppState>,
    reading: Reading,
    own: Mine,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    if own.response.state == responses::REPLACED {
        return Err(PageError::see_other(PATH));
    }
    let text = field(&pairs, "message").unwrap_or_default();
    let days = own.plan.follow_up.days;
    let note = match respondent::write(&state.base(), &own.response, text, days).await {
        Ok(()) => return Ok(done(&own, &state, Note::Sent)),
        Err(WriteError::Empty | WriteError::NotNow) => Note::Empty,
        Err(WriteError::TooLong) => Note::TooLong,
        Err(WriteError::TooMany) => Note::TooMany,
        Err(WriteError::Store(error)) => return Err(error.into()),
    };
    let page = view(&state, reading, &own, Some(note), text).await?;
    Ok(own.reply(&state, (StatusCode::UNPROCESSABLE_ENTITY, page)))
}

/// `POST /receipt/mine/rating`: says how the case went.
///
/// # Errors
/// See [`show`].
pub async fn rate(
    State(state): State<AppState>,
    reading: Reading,
    own: Mine,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    let Some(step) = field(&pairs, "rating").and_then(Satisfaction::parse) else {
        let page = view(&state, reading, &own, Some(Note::Unrated), "").await?;
        return Ok(own.reply(&state, (StatusCode::UNPROCESSABLE_ENTITY, page)));
    };
    match respondent::rate(&state.base(), &own.response.leaf, step).await {
        Ok(()) => Ok(done(&own, &state, Note::Rated)),
        Err(WriteError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::see_other(PATH)),
    }
}

async fn withdraw_page(
    state: &AppState,
    reading: Reading,
    own: &Mine,
    missing: bool,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let case = case_store::by_leaf(&state.db, &own.response.leaf).await?;
    let view = Withdraw {
        round: own.plan.round.title.get(lang.code()).to_owned(),
        has_case: case.is_some_and(|case| case.state != CaseState::Withdrawn.as_str()),
        missing,
        help: help(&own.plan, lang),
    };
    Ok(html(mine::withdraw(reading, &view)))
}

/// `GET /receipt/mine/withdraw`: says what withdrawing means, and asks.
///
/// # Errors
/// See [`show`]; leads back where there is nothing to withdraw.
pub async fn confirm(
    State(state): State<AppState>,
    reading: Reading,
    own: Mine,
) -> Result<Response, PageError> {
    if !own.is_open(&state) || own.response.state != responses::ACCEPTED {
        return Err(PageError::see_other(PATH));
    }
    let page = withdraw_page(&state, reading, &own, false).await?;
    Ok(own.reply(&state, page))
}

/// `POST /receipt/mine/withdraw`: takes the response back.
///
/// # Errors
/// See [`show`].
pub async fn withdraw(
    State(state): State<AppState>,
    reading: Reading,
    own: Mine,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    if field(&pairs, "sure") != Some("yes") {
        let page = withdraw_page(&state, reading, &own, true).await?;
        return Ok(own.reply(&state, (StatusCode::UNPROCESSABLE_ENTITY, page)));
    }
    let keep_case = field(&pairs, "keep") == Some("yes");
    match withdrawal::withdraw(&state.base(), &own.response.leaf, keep_case).await {
        Ok(()) => Ok(done(&own, &state, Note::Withdrawn)),
        Err(WithdrawError::Store(error)) => Err(error.into()),
        Err(WithdrawError::Nothing | WithdrawError::Closed) => Err(PageError::see_other(PATH)),
    }
}
