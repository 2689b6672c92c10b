//! Who gave a response: one person asks with a reason, another agrees, the first sees it once.

use axum::extract::{Form, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::ToSpan;
use serde_json::json;
use uuid::Uuid;

use super::{shown, signed_in};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::SettleIdentity;
use crate::cases::plain;
use crate::handlers::respond::{Pairs, field, html};
use crate::linking::{self, NoRequest, VALID_DAYS};
use crate::middleware::problems::PageError;
use crate::pages::identity::{self as pages, Fault, Line, Standing, Typed, View};
use crate::pages::{Lang, Reading, words};
use crate::store::identity_requests::{self as requests, ASKED, CONFIRMED, IdentityRequest, REFUSED};
use crate::store::{StoreError, begin};

/// A reason of fewer characters says nothing.
const SHORTEST: usize = 6;
/// Longest text of a field, in characters.
const LONGEST: usize = 2_000;

type Permitted = Independent<SettleIdentity>;

/// The first day on which a decision may have been made that holds today.
fn first_day(state: &AppState) -> String {
    let days = (VALID_DAYS - 1).days();
    let first = state.clock.today().checked_sub(days);
    first.unwrap_or_else(|_| state.clock.today()).to_string()
}

fn standing(request: &IdentityRequest, first_day: &str) -> Standing {
    match request.state.as_str() {
        ASKED => Standing::Asked,
        REFUSED => Standing::Refused,
        CONFIRMED if request.decided_on.as_deref() >= Some(first_day) => Standing::Confirmed,
        CONFIRMED => Standing::Lapsed,
        _ => Standing::Seen,
    }
}

async fn render(
    state: &AppState,
    permit: &Permitted,
    lang: Lang,
    (typed, faults): (Typed, Vec<Fault>),
) -> Result<Html<String>, PageError> {
    let first = first_day(state);
    let mut rows = requests::of_round(&state.db, &permit.round.id).await?;
    // What waits for somebody comes first.
    rows.sort_by_key(|row| row.state != ASKED);
    let lines = rows.into_iter().map(|row| Line {
        standing: standing(&row, &first),
        own: row.asked_by == permit.staff.login,
        asked_on: words::day_of(lang, &row.asked_on),
        seen_on: row.seen_on.map(|day| words::day_of(lang, &day)),
        id: row.id.to_string(),
        leaf: row.leaf,
        reason: row.reason,
        asked_by: row.asked_by,
        decided_by: row.decided_by,
    });
    let view = View {
        id: permit.round.id.clone(),
        title: permit.plan.round.title.get(lang.code()).to_owned(),
        days: VALID_DAYS,
        may_ask: permit.staff.role.may(Action::AskIdentity),
        lines: lines.collect(),
        typed,
        faults,
    };
    Ok(shown(lang, &permit.staff, pages::page, &view))
}

/// `GET /console/rounds/{id}/identity`.
///
/// # Errors
/// When there is no such round, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    permit: Permitted,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    render(&state, &permit, reading.lang, Default::default()).await
}

/// `POST /console/rounds/{id}/identity`: asks, agrees, refuses, or takes the one look.
///
/// # Errors
/// See [`show`]; when the form is another session's, or it is not for this person to decide or see.
pub async fn act(
    State(state): State<AppState>,
    permit: Permitted,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    permit.staff.must_own_form(field(&pairs, "csrf"))?;
    for (name, to, action) in [
        ("confirm", CONFIRMED, "identity.confirm"),
        ("refuse", REFUSED, "identity.refuse"),
    ] {
        if let Some(text) = field(&pairs, name) {
            return decide(&state, &permit, text, (to, action)).await;
        }
    }
    if !permit.staff.role.may(Action::AskIdentity) {
        return Err(PageError::forbidden());
    }
    match field(&pairs, "see") {
        Some(text) => see(&state, &permit, reading.lang, text).await,
        None => ask(&state, &permit, reading.lang, &pairs).await,
    }
}

fn page_of(permit: &Permitted) -> String {
    format!("/console/rounds/{}/identity", permit.round.id)
}

async fn decide(
    state: &AppState,
    permit: &Permitted,
    text: &str,
    (to, action): (&str, &str),
) -> Result<Response, PageError> {
    let id = Uuid::try_parse(text).map_err(|_| PageError::lost())?;
    let (login, day) = (permit.staff.login.as_str(), state.clock.today().to_string());
    let tx = begin(&state.db).await?;
    let known = requests::find(&tx, &permit.round.id, id).await?;
    let known = known.ok_or_else(PageError::lost)?;
    if !requests::decide(&tx, id, to, (login, &day)).await? {
        // Nobody agrees to what they asked for themselves; what was decided before stays.
        return Err(PageError::forbidden());
    }
    let detail = json!({ "round": permit.round.id, "leaf": known.leaf });
    state.base().record(&tx, login, action, text, detail).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Redirect::to(&page_of(permit)).into_response())
}

async fn see(state: &AppState, permit: &Permitted, lang: Lang, text: &str) -> Result<Response, PageError> {
    let id = Uuid::try_parse(text).map_err(|_| PageError::lost())?;
    let (login, day) = (permit.staff.login.as_str(), state.clock.today().to_string());
    let base = state.base();
    let tx = begin(&state.db).await?;
    let known = requests::find(&tx, &permit.round.id, id).await?;
    let known = known.ok_or_else(PageError::lost)?;
    if !requests::take_look(&tx, id, login, (&first_day(state), &day)).await? {
        return Err(PageError::forbidden());
    }
    let detail = json!({ "round": permit.round.id, "leaf": known.leaf });
    base.record(&tx, login, "identity.see", text, detail).await?;
    // The look is on record before anything is shown.
    tx.commit().await.map_err(StoreError::from)?;
    let person = linking::person_of(&base, &permit.round.id, &known.leaf).await?;
    let title = permit.plan.round.title.get(lang.code());
    let page = pages::person(
        lang,
        &signed_in(lang, &permit.staff, ""),
        (&permit.round.id, title),
        person.as_ref(),
    );
    let never_kept = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((never_kept, html(page)).into_response())
}

async fn ask(state: &AppState, permit: &Permitted, lang: Lang, pairs: &Pairs) -> Result<Response, PageError> {
    let text = |name: &str| plain(field(pairs, name).unwrap_or_default()).unwrap_or_default();
    let typed = Typed {
        response: text("response"),
        reason: text("reason"),
    };
    let base = state.base();
    let meant = linking::response_meant(&base, &permit.round.id, &typed.response).await?;
    let mut faults = Vec::new();
    match &meant {
        Err(NoRequest::Unknown) => faults.push(Fault::Unknown),
        Err(NoRequest::OpenLink) => faults.push(Fault::OpenLink),
        Ok(_) => {}
    }
    let length = typed.reason.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        faults.push(Fault::Reason);
    }
    let response = match meant {
        Ok(response) if faults.is_empty() => response,
        _ => {
            let page = render(state, permit, lang, (typed, faults)).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let login = permit.staff.login.as_str();
    let id = state.entropy.uuid();
    let row = IdentityRequest {
        id,
        round_id: permit.round.id.clone(),
        leaf: response.leaf,
        reason: typed.reason,
        state: ASKED.to_owned(),
        asked_by: login.to_owned(),
        asked_on: state.clock.today().to_string(),
        decided_by: None,
        decided_on: None,
        seen_on: None,
    };
    let detail = json!({ "round": row.round_id, "leaf": row.leaf, "reason": row.reason });
    let tx = begin(&state.db).await?;
    requests::insert(&tx, row).await?;
    base.record(&tx, login, "identity.ask", &id.to_string(), detail)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Redirect::to(&page_of(permit)).into_response())
}

#[cfg(test)]
mod tests;
