//! Follow-up cases in the console: the list with its figures, one case, and what is done with it.
//!
//! Who may not read cases sees figures in which no few can be found; nobody whom a judged unit employs gets in
//! ([`Independent`]). That a case was read is in the audit log.

use std::collections::HashMap;

use analysis::plan::Plan;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::json;
use uuid::Uuid;

use super::improvements::areas;
use super::{find_round, local_time, signed_in, title};
use crate::app::AppState;
use crate::auth::Role;
use crate::auth::independence::{Independent, judged_employer};
use crate::auth::policy::Action;
use crate::auth::staff::{HandleCases, SeeCaseCounts, Staff};
use crate::cases::figures::{self, Line as FigureLine};
use crate::cases::office::{self, Act, ActError};
use crate::cases::{self, CaseState, Outcome, Satisfaction};
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::cases::{
    self as pages, Cases, Choice, Event, FigureRow, List, OneCase, Row, Search, Typed,
};
use crate::pages::mine::Line;
use crate::pages::{Lang, Reading, tr};
use crate::store::audit::{self, Entry};
use crate::store::cases::{self as store, Case, Filter};
use crate::store::{StoreError, begin, staff as staff_store};

/// Cases on a page.
const PAGE: u64 = 50;

fn unit_name(plan: &Plan, lang: Lang, code: Option<&str>) -> String {
    code.and_then(|code| plan.units.get(code)).map_or_else(
        || tr!(lang, "cases.unit_unknown").into_owned(),
        |unit| unit.name.get(lang.code()).to_owned(),
    )
}

fn area_name(plan: &Plan, lang: Lang, code: Option<&str>) -> String {
    let area = code.and_then(|code| plan.areas.iter().find(|area| area.code == code));
    area.map_or_else(
        || tr!(lang, "cases.area_unknown").into_owned(),
        |area| area.name.get(lang.code()).to_owned(),
    )
}

fn search_of(query: &HashMap<String, String>) -> Search {
    let of = |name: &str| query.get(name).cloned().unwrap_or_default();
    Search {
        show: of("show"),
        area: of("area"),
        unit: of("unit"),
        page: of("page").parse().unwrap_or(1).max(1),
    }
}

fn filter_of(search: &Search, today: &str) -> Filter {
    // The form's first choice is every area or township; "-" is those without.
    let code = |text: &str| match text {
        "" => None,
        "-" => Some(String::new()),
        code => Some(code.to_owned()),
    };
    Filter {
        state: CaseState::parse(&search.show),
        overdue_on: (search.show == "overdue").then(|| today.to_owned()),
        open: search.show.is_empty(),
        area: code(&search.area),
        unit: code(&search.unit),
        owner: None,
    }
}

fn figure_row(plan: &Plan, lang: Lang, line: FigureLine) -> FigureRow {
    let name = match line.units.as_slice() {
        [one] => unit_name(plan, lang, one.as_deref()),
        several => tr!(lang, "cases.several", count = several.len()).into_owned(),
    };
    FigureRow {
        name,
        figures: line.figures,
    }
}

async fn list_of(state: &AppState, (plan, lang): (&Plan, Lang), search: Search) -> Result<List, PageError> {
    let (round, today) = (plan.round.id.as_str(), state.clock.today().to_string());
    let filter = filter_of(&search, &today);
    let found = store::count(&state.db, round, &filter).await?;
    let pages = found.div_ceil(PAGE).max(1);
    let page = search.page.min(pages);
    let cases = store::page(&state.db, round, &filter, ((page - 1) * PAGE, PAGE)).await?;
    let accounts = staff_store::list(&state.db).await?;
    let rows = cases.into_iter().map(|case| {
        let state = CaseState::parse(&case.state).unwrap_or(CaseState::New);
        Row {
            number: cases::number(&case),
            area: area_name(plan, lang, case.area.as_deref()),
            unit: unit_name(plan, lang, case.unit.as_deref()),
            owner: case
                .owner
                .and_then(|id| accounts.iter().find(|row| row.id == id))
                .map(|row| row.display_name.clone()),
            late: state.is_open() && case.due_on < today,
            unread: case.unread,
            state,
            opened_on: case.opened_on,
            due_on: case.due_on,
            id: case.id.to_string(),
        }
    });
    Ok(List {
        rows: rows.collect(),
        found,
        pages,
        search: Search { page, ..search },
        areas: areas(plan, lang),
        units: plan
            .units
            .of_level("township")
            .into_iter()
            .map(|unit| Choice {
                value: unit.code.clone(),
                name: unit.name.get(lang.code()).to_owned(),
            })
            .collect(),
    })
}

/// `GET /console/rounds/{id}/cases`: figures, and for those who handle them the list, the most urgent first.
///
/// # Errors
/// When there is no such round, or the database does not answer; so for every handler here.
pub async fn list(
    State(state): State<AppState>,
    reader: Independent<SeeCaseCounts>,
    reading: Reading,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let plan = &*reader.plan;
    let handles = reader.staff.role.may(Action::HandleCases);
    let counted = state
        .figures
        .cases(&state.db, &reader.plan, state.clock.today())
        .await?;
    let mut table = figures::Table::clone(&counted.of);
    if !handles {
        table = table.guarded(u64::from(plan.suppression.min_cell));
    }
    let list = match handles {
        true => Some(list_of(&state, (plan, lang), search_of(&query)).await?),
        false => None,
    };
    let view = Cases {
        title: title(lang, &reader.round),
        round: reader.round.id.clone(),
        as_of: counted.as_of.map(|at| local_time(&state, at)),
        total: table.total,
        lines: table
            .lines
            .into_iter()
            .map(|line| figure_row(plan, lang, line))
            .collect(),
        guarded: (!handles).then_some(plan.suppression.min_cell),
        list,
    };
    Ok(html(pages::list(
        lang,
        &signed_in(lang, &reader.staff, ""),
        &view,
    )))
}

async fn find(state: &AppState, round: &str, case: &str) -> Result<Case, PageError> {
    let id = Uuid::try_parse(case).map_err(|_| PageError::lost())?;
    let case = store::find(&state.db, round, id).await?;
    case.ok_or_else(PageError::lost)
}

/// Those who can see to a case: the office's accounts that may read it.
async fn owners(state: &AppState, plan: &Plan) -> Result<Vec<Choice>, PageError> {
    let rows = staff_store::list(&state.db).await?;
    let may = |row: &staff_store::Staff| {
        !row.disabled
            && Role::parse(&row.role).is_some_and(|role| role.may(Action::HandleCases))
            && judged_employer(plan, row.employer_unit.as_deref()).is_none()
    };
    Ok(rows
        .into_iter()
        .filter(may)
        .map(|row| Choice {
            value: row.id.to_string(),
            name: row.display_name,
        })
        .collect())
}

async fn history(state: &AppState, lang: Lang, case: &Case) -> Result<Vec<Event>, PageError> {
    let rows = audit::of_subject(&state.db, &case.id.to_string()).await?;
    let events = rows.into_iter().filter_map(|row| {
        let detail: serde_json::Value = serde_json::from_str(&row.detail).unwrap_or_default();
        let word = |key: &str| {
            detail
                .get(key)
                .and_then(|value| value.as_str())
                .map(str::to_owned)
        };
        let what = match row.action.as_str() {
            "case.move" => {
                let to = word("to").and_then(|word| CaseState::parse(&word))?;
                tr!(lang, "cases.did_move", state = pages::state(lang, to)).into_owned()
            }
            "case.reply" => tr!(lang, "cases.did_reply").into_owned(),
            "case.assign" => tr!(
                lang,
                "cases.did_assign",
                date = word("due_on").unwrap_or_default()
            )
            .into_owned(),
            _ => return None,
        };
        Some(Event {
            at: local_time(state, row.at),
            actor: row.actor,
            what,
        })
    });
    Ok(events.collect())
}

async fn page(
    state: &AppState,
    staff: &Staff,
    (plan, lang): (&Plan, Lang),
    case: Case,
    typed: Typed,
) -> Result<Html<String>, PageError> {
    let row = find_round(state, &plan.round.id).await?;
    let sealed = |error| PageError::from(StoreError::from(error));
    let mut thread = Vec::new();
    for message in store::messages(&state.db, case.id).await? {
        thread.push(Line {
            from_office: message.from_office,
            text: cases::body(&state.keys, &message).map_err(sealed)?,
            day: message.day,
        });
    }
    let now = CaseState::parse(&case.state).unwrap_or(CaseState::New);
    let view = OneCase {
        title: title(lang, &row),
        round: row.id,
        id: case.id.to_string(),
        number: cases::number(&case),
        state: now,
        late: now.is_open() && case.due_on < state.clock.today().to_string(),
        text: cases::text(&state.keys, &case).map_err(sealed)?,
        contact: cases::contact(&state.keys, &case).map_err(sealed)?,
        unit: unit_name(plan, lang, case.unit.as_deref()),
        outcome: case.outcome.as_deref().and_then(Outcome::parse),
        satisfaction: case.satisfaction.as_deref().and_then(Satisfaction::parse),
        owners: owners(state, plan).await?,
        owner: case.owner.map(|id| id.to_string()).unwrap_or_default(),
        areas: areas(plan, lang),
        history: history(state, lang, &case).await?,
        area: case.area.unwrap_or_default(),
        opened_on: case.opened_on,
        due_on: case.due_on,
        done_on: case.done_on,
        thread,
        typed,
    };
    Ok(html(pages::one(lang, &signed_in(lang, staff, ""), &view)))
}

/// `GET /console/rounds/{id}/cases/{case}`: one case; that it was read goes into the audit log.
///
/// # Errors
/// See [`list`]; when there is no such case.
pub async fn one(
    State(state): State<AppState>,
    handler: Independent<HandleCases>,
    reading: Reading,
    Path((_, case)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let (id, plan) = (handler.round.id.as_str(), &*handler.plan);
    let case = find(&state, id, &case).await?;
    let entry = Entry {
        actor: handler.staff.login.clone(),
        action: "case.read".to_owned(),
        subject: case.id.to_string(),
        detail: json!({ "round": id }),
    };
    let tx = begin(&state.db).await?;
    audit::append(&tx, &state.keys, state.clock.now_ms(), entry).await?;
    tx.commit().await.map_err(StoreError::from)?;
    page(
        &state,
        &handler.staff,
        (plan, reading.lang),
        case,
        Typed::default(),
    )
    .await
}

/// What the form asks for; none when it makes no sense, which no page of ours sends.
async fn asked(state: &AppState, plan: &Plan, pairs: &Pairs) -> Result<Option<Act>, PageError> {
    let text = field(pairs, "text").unwrap_or_default().to_owned();
    Ok(match field(pairs, "act") {
        Some("reply") => Some(Act::Reply(text)),
        Some("move") => {
            let outcome = field(pairs, "outcome").and_then(Outcome::parse);
            field(pairs, "state")
                .and_then(CaseState::parse)
                .map(|to| Act::Move(to, outcome, text))
        }
        Some("assign") => {
            let owner = field(pairs, "owner").unwrap_or_default();
            let known = owners(state, plan).await?;
            let owner = known
                .iter()
                .find(|choice| choice.value == owner)
                .and_then(|choice| Uuid::try_parse(&choice.value).ok());
            let due: Option<jiff::civil::Date> = field(pairs, "due_on").and_then(|day| day.parse().ok());
            let area = field(pairs, "area")
                .filter(|code| plan.areas.iter().any(|area| area.code == *code))
                .map(str::to_owned);
            due.map(|due| Act::Assign {
                owner,
                due_on: due.to_string(),
                area,
            })
        }
        _ => None,
    })
}

/// `POST /console/rounds/{id}/cases/{case}`: assigns, moves on or replies.
///
/// # Errors
/// See [`one`]; when the form is another session's.
pub async fn act(
    State(state): State<AppState>,
    handler: Independent<HandleCases>,
    reading: Reading,
    Path((_, case)): Path<(String, String)>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    handler.staff.must_own_form(field(&pairs, "csrf"))?;
    let (id, plan) = (handler.round.id.as_str(), &*handler.plan);
    let case = find(&state, id, &case).await?;
    let fault = match asked(&state, plan, &pairs).await? {
        None => Some(ActError::Missing),
        Some(wanted) => office::act(&state.base(), id, case.id, wanted, &handler.staff.login)
            .await
            .err(),
    };
    let lang = reading.lang;
    let is_move = field(&pairs, "act") == Some("move");
    let (field_name, message) = match fault {
        None => {
            let path = format!("/console/rounds/{id}/cases/{}", case.id);
            return Ok(Redirect::to(&path).into_response());
        }
        Some(ActError::Store(error)) => return Err(error.into()),
        Some(ActError::Unknown) => return Err(PageError::lost()),
        Some(ActError::Move) => ("state", tr!(lang, "cases.fault_move")),
        Some(ActError::TooLong) => ("text", tr!(lang, "cases.fault_long")),
        Some(ActError::Missing) if is_move && field(&pairs, "state").is_none() => {
            ("state", tr!(lang, "cases.fault_move"))
        }
        Some(ActError::Missing) if field(&pairs, "act") == Some("assign") => {
            ("due_on", tr!(lang, "cases.fault_due"))
        }
        Some(ActError::Missing) => ("text", tr!(lang, "cases.fault_missing")),
    };
    let typed = Typed {
        text: field(&pairs, "text").unwrap_or_default().to_owned(),
        in_move: is_move,
        chosen: (
            field(&pairs, "state").and_then(CaseState::parse),
            field(&pairs, "outcome").and_then(Outcome::parse),
        ),
        fault: Some((field_name, message.into_owned())),
    };
    let case = store::find(&state.db, id, case.id)
        .await?
        .ok_or_else(PageError::lost)?;
    let page = page(&state, &handler.staff, (plan, lang), case, typed).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
