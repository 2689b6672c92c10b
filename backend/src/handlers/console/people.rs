//! `/console/rounds/{id}/people`: requests of the people whose data a round keeps. One member of the office takes a
//! request, another person agrees, the first handles it.

use analysis::plan::Plan;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{local_day, shown};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{AskIdentity, SettleIdentity};
use crate::cases::plain;
use crate::error::AppError;
use crate::handlers::respond::{Pairs, field};
use crate::middleware::problems::PageError;
use crate::pages::person::{self as pages, Fault, Line, Opened, Person, Standing, Typed, View};
use crate::pages::{Lang, Reading, tr, words};
use crate::person_requests::{self as requests, Corrected, Found, Known, RequestError, Taken, Want, is_open};
use crate::store::person_requests::{self as store, ASKED, CONFIRMED, DONE, PersonRequest, REFUSED};

/// A text of fewer characters says nothing.
const SHORTEST: usize = 6;
/// Longest text, in characters.
const LONGEST: usize = 300;
/// Shortest number, in characters.
const SHORTEST_NUMBER: usize = 6;

type Permitted = Independent<SettleIdentity>;
type Handler = Independent<AskIdentity>;

impl From<RequestError> for PageError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Unknown => Self::lost(),
            RequestError::NotNow => Self::forbidden(),
            RequestError::Store(error) => error.into(),
        }
    }
}

fn standing(state: &AppState, row: &PersonRequest, login: &str) -> Standing {
    let today = state.clock.today();
    match row.state.as_str() {
        ASKED => Standing::Asked,
        REFUSED => Standing::Refused,
        DONE => Standing::Done,
        _ if is_open(row, login, today) => Standing::Mine,
        _ if is_open(row, &row.asked_by, today) => Standing::Confirmed,
        _ => Standing::Lapsed,
    }
}

async fn render(
    state: &AppState,
    permit: &Permitted,
    lang: Lang,
    (typed, faults): (Typed, Vec<Fault>),
) -> Result<Html<String>, PageError> {
    let login = permit.staff.login.as_str();
    let today = state.clock.today().to_string();
    let mut rows = store::of_round(&state.db, &permit.round.id).await?;
    // What is over comes last.
    rows.sort_by_key(|row| matches!(row.state.as_str(), DONE | REFUSED));
    let lines = rows.into_iter().map(|row| Line {
        standing: standing(state, &row, login),
        own: row.asked_by == login,
        wants: Want::of(&row),
        is_late: row.due_on < today,
        asked_on: words::day_of(lang, &row.asked_on),
        due_on: words::day_of(lang, &row.due_on),
        done: row
            .done_on
            .map(|day| (words::day_of(lang, &day), row.outcome.unwrap_or_default())),
        id: row.id.to_string(),
        basis: row.basis,
        asked_by: row.asked_by,
        decided_by: row.decided_by,
    });
    let view = View {
        id: permit.round.id.clone(),
        title: permit.plan.round.title.get(lang.code()).to_owned(),
        may_ask: permit.staff.role.may(Action::AskIdentity),
        lines: lines.collect(),
        typed,
        faults,
    };
    Ok(shown(lang, &permit.staff, pages::page, &view))
}

/// `GET /console/rounds/{id}/people`.
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

/// `POST /console/rounds/{id}/people`: takes a request, or agrees to one of another's or turns it down.
///
/// # Errors
/// See [`show`]; when the form is another session's, or it is not for this person to decide.
pub async fn act(
    State(state): State<AppState>,
    permit: Permitted,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    permit.staff.must_own_form(field(&pairs, "csrf"))?;
    let (base, round) = (state.base(), permit.round.id.as_str());
    let back = Redirect::to(&format!("/console/rounds/{round}/people"));
    for (name, to) in [("confirm", CONFIRMED), ("refuse", REFUSED)] {
        if let Some(text) = field(&pairs, name) {
            let id = Uuid::try_parse(text).map_err(|_| PageError::lost())?;
            requests::decide(&base, round, id, to, &permit.staff.login).await?;
            return Ok(back.into_response());
        }
    }
    if !permit.staff.role.may(Action::AskIdentity) {
        return Err(PageError::forbidden());
    }
    let text = |name: &str| plain(field(&pairs, name).unwrap_or_default()).unwrap_or_default();
    let wanted = |want: &Want| {
        pairs
            .iter()
            .any(|(name, word)| name == "want" && word == want.word())
    };
    let typed = Typed {
        name: text("name"),
        number: text("number"),
        wants: Want::ALL.into_iter().filter(wanted).collect(),
        basis: text("basis"),
    };
    let length = typed.basis.chars().count();
    let mut faults: Vec<Fault> = [
        (typed.name.is_empty(), Fault::Name),
        (typed.number.chars().count() < SHORTEST_NUMBER, Fault::Number),
        (typed.wants.is_empty(), Fault::Wants),
        (!(SHORTEST..=LONGEST).contains(&length), Fault::Basis),
    ]
    .into_iter()
    .filter_map(|(is_wrong, fault)| is_wrong.then_some(fault))
    .collect();
    if faults.is_empty() {
        let taken = Taken {
            name: &typed.name,
            number: &typed.number,
            wants: typed.wants.clone(),
            basis: &typed.basis,
        };
        match requests::take(&base, round, &taken, &permit.staff.login).await? {
            Found::One(_) => return Ok(back.into_response()),
            Found::Nobody => faults.push(Fault::Nobody),
            Found::Several => faults.push(Fault::Several),
        }
    }
    let page = render(&state, &permit, reading.lang, (typed, faults)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// What is stored, with words in place of codes.
fn in_words(state: &AppState, plan: &Plan, lang: Lang, all: Vec<Known>) -> Vec<Person> {
    let person = |known: Known| {
        let group = plan.group(&known.group);
        let unit = plan.units.get(&known.unit);
        let days = known.drawn.iter().map(|case| {
            let queued = case.messages.iter().map(|message| message.queued_at);
            queued
                .map(|at| words::day_of(lang, &local_day(state, at)))
                .collect()
        });
        Person {
            group: group.map_or_else(
                || known.group.clone(),
                |group| group.name.get(lang.code()).to_owned(),
            ),
            unit: unit.map_or_else(
                || known.unit.clone(),
                |unit| unit.name.get(lang.code()).to_owned(),
            ),
            days: days.collect(),
            known,
        }
    };
    all.into_iter().map(person).collect()
}

/// The page of a request, after its look is on record.
async fn look(
    state: &AppState,
    permit: &Handler,
    lang: Lang,
    id: Uuid,
    (done, no_outcome): (Option<String>, bool),
) -> Result<Response, PageError> {
    let (base, round) = (state.base(), permit.round.id.as_str());
    let who = (permit.staff.login.as_str(), "person.see");
    let (request, known) = requests::see(&base, round, id, who).await?;
    let view = Opened {
        round: (
            round.to_owned(),
            permit.plan.round.title.get(lang.code()).to_owned(),
        ),
        id: id.to_string(),
        wants: Want::of(&request),
        due_on: words::day_of(lang, &request.due_on),
        people: in_words(state, &permit.plan, lang, known),
        done,
        no_outcome,
    };
    let page = shown(lang, &permit.staff, pages::opened, &view);
    let never_kept = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((never_kept, page).into_response())
}

/// Which act was done, for the page that comes after it.
#[derive(Debug, Default, Deserialize)]
pub struct DoneQuery {
    /// correct, stop or erase.
    #[serde(default)]
    done: String,
}

/// `GET /console/rounds/{id}/people/{request}`: what is stored of the person, for whoever took the request.
///
/// # Errors
/// See [`act`].
pub async fn one(
    State(state): State<AppState>,
    permit: Handler,
    reading: Reading,
    Path((_, id)): Path<(String, Uuid)>,
    Query(query): Query<DoneQuery>,
) -> Result<Response, PageError> {
    let lang = reading.lang;
    let done = match query.done.as_str() {
        "correct" => Some(tr!(lang, "person.corrected").into_owned()),
        "stop" => Some(tr!(lang, "person.stopped").into_owned()),
        "erase" => Some(tr!(lang, "person.is_erased").into_owned()),
        _ => None,
    };
    look(&state, &permit, lang, id, (done, false)).await
}

/// `POST /console/rounds/{id}/people/{request}`: corrects, leaves alone, erases, or says how it was answered.
///
/// # Errors
/// See [`act`].
pub async fn handle(
    State(state): State<AppState>,
    permit: Handler,
    reading: Reading,
    Path((_, id)): Path<(String, Uuid)>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    permit.staff.must_own_form(field(&pairs, "csrf"))?;
    let (base, round, actor) = (
        state.base(),
        permit.round.id.as_str(),
        permit.staff.login.as_str(),
    );
    let text = |name: &str, most: usize| -> String {
        let text = plain(field(&pairs, name).unwrap_or_default()).unwrap_or_default();
        text.chars().take(most).collect()
    };
    let list = format!("/console/rounds/{round}/people");
    let act = field(&pairs, "act").unwrap_or_default();
    match act {
        "correct" => {
            let new = Corrected {
                name: text("name", 60),
                phone: text("phone", 40),
                email: text("email", 120),
                card_number: text("card", 40),
                address: text("address", 200),
            };
            requests::correct(&base, round, id, &new, actor).await?;
        }
        "stop" => requests::stop(&base, round, id, actor).await?,
        "erase" => requests::erase(&base, round, id, actor).await?,
        "finish" => {
            let outcome = text("outcome", LONGEST);
            if outcome.chars().count() < SHORTEST {
                let page = look(&state, &permit, reading.lang, id, (None, true)).await?;
                return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
            }
            requests::finish(&base, round, id, &outcome, actor).await?;
            return Ok(Redirect::to(&list).into_response());
        }
        _ => return Err(PageError::lost()),
    }
    Ok(Redirect::to(&format!("{list}/{id}?done={act}")).into_response())
}

/// In which form the copy is wanted.
#[derive(Debug, Deserialize)]
pub struct CopyQuery {
    /// html or json.
    format: String,
    /// zh or en.
    #[serde(default)]
    lang: String,
}

/// `GET /console/rounds/{id}/people/{request}/copy/download`: what is stored, to be handed out.
///
/// # Errors
/// See [`act`].
pub async fn copy(
    State(state): State<AppState>,
    permit: Handler,
    reading: Reading,
    Path((_, id)): Path<(String, Uuid)>,
    Query(query): Query<CopyQuery>,
) -> Result<Response, PageError> {
    let lang = Lang::parse(&query.lang).unwrap_or(reading.lang);
    let is_page = match query.format.as_str() {
        "html" => true,
        "json" => false,
        _ => return Err(PageError::lost()),
    };
    let (base, round) = (state.base(), permit.round.id.as_str());
    let who = (permit.staff.login.as_str(), "person.copy");
    let (_, known) = requests::see(&base, round, id, who).await?;
    let day = state.clock.today();
    let (kind, ending, content) = match is_page {
        true => {
            let title = permit.plan.round.title.get(lang.code());
            let people = in_words(&state, &permit.plan, lang, known);
            let page = pages::copy(lang, title, &words::day(lang, day), &people);
            ("text/html; charset=utf-8", "html", page.into_string())
        }
        false => {
            let copy = json!({ "round": round, "day": day.to_string(), "stored": known });
            let text = serde_json::to_string_pretty(&copy).map_err(|error| AppError::internal(&error))?;
            ("application/json", "json", text + "\n")
        }
    };
    let name = format!("attachment; filename=\"copy-{id}.{ending}\"");
    let name = HeaderValue::from_str(&name).map_err(|error| AppError::internal(&error))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        ),
    ];
    Ok((headers, content).into_response())
}

#[cfg(test)]
mod tests;
