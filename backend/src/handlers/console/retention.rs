//! `/console/rounds/{id}/retention`: what is erased when, delays with reasons, certificates.

use analysis::plan::{Kept, Plan};
use axum::extract::{Form, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::json;
use uuid::Uuid;

use super::signed_in;
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{DelayErasure, SeeRetention};
use crate::cases::plain;
use crate::error::AppError;
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::retention::{
    self as page, Certificate, Delayed, Fault, Line, RoundKeeps, Standing, Typed, View,
};
use crate::pages::{Lang, Reading, words};
use crate::retention::{self, DelayError, Rule};
use crate::store::cases::{self, Filter};
use crate::store::retention as store;
use crate::store::rounds::{self, Round, RoundState};
use crate::store::{StoreError, begin};

/// Rounds told of on the public page: the latest ones.
const PUBLIC_ROUNDS: usize = 6;

fn line(state: &AppState, lang: Lang, rule: Rule) -> Line {
    let day = |iso: &str| words::day_of(lang, iso);
    let standing = match (rule.due, rule.erasures.last()) {
        (_, Some(last)) if rule.is_done() => Standing::Erased(day(&last.day)),
        // By hand, and no day after which it would have to be done again.
        (None, Some(last)) => Standing::Erased(day(&last.day)),
        (None, None) => Standing::NoDay,
        _ if rule.is_due(state.clock.today()) => Standing::Due,
        _ => Standing::Waits,
    };
    Line {
        kept: rule.kept,
        days: rule.days,
        due: rule.due.map(|due| words::day(lang, due)),
        standing,
        delays: rule
            .delays
            .into_iter()
            .map(|row| Delayed {
                day: day(&row.day),
                until: day(&row.until),
                reason: row.reason,
            })
            .collect(),
        certificates: rule
            .erasures
            .into_iter()
            .map(|row| Certificate {
                id: row.id.to_string(),
                day: day(&row.day),
                actor: row.actor,
                sha256: row.sha256,
            })
            .collect(),
    }
}

async fn lines(state: &AppState, lang: Lang, plan: &Plan, round: &Round) -> Result<Vec<Line>, StoreError> {
    let rules = retention::rules(&state.base(), plan, round).await?;
    Ok(rules.into_iter().map(|rule| line(state, lang, rule)).collect())
}

/// What everybody may read of how long rounds keep what: those whose plan is fixed.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub(in crate::handlers) async fn of_all(state: &AppState, lang: Lang) -> Result<Vec<RoundKeeps>, StoreError> {
    let mut told = Vec::new();
    let fixed = rounds::list(&state.db).await?.into_iter();
    for round in fixed
        .filter(|round| round.round_state() != RoundState::Draft)
        .take(PUBLIC_ROUNDS)
    {
        let plan = state.plans.of_round(&state.db, &state.keys, &round).await?;
        let lines = lines(state, lang, &plan, &round).await?;
        if lines.iter().all(|line| line.standing == Standing::NoDay) {
            continue;
        }
        told.push(RoundKeeps {
            title: plan.round.title.get(lang.code()).to_owned(),
            lines,
        });
    }
    Ok(told)
}

/// What is shown of the round and whether this person may delay.
struct Asked<'a> {
    staff: &'a crate::auth::staff::Staff,
    round: &'a Round,
    plan: &'a Plan,
}

async fn render(
    state: &AppState,
    asked: Asked<'_>,
    lang: Lang,
    (typed, faults): (Typed, Vec<Fault>),
) -> Result<Html<String>, PageError> {
    let open = Filter {
        open: true,
        ..Filter::default()
    };
    let view = View {
        id: asked.round.id.clone(),
        title: asked.plan.round.title.get(lang.code()).to_owned(),
        closes_on: words::day_of(lang, &asked.round.closes_on),
        open_cases: cases::count(&state.db, &asked.round.id, &open).await?,
        may_delay: asked.staff.role.may(Action::DelayErasure),
        lines: lines(state, lang, asked.plan, asked.round).await?,
        typed,
        faults,
    };
    Ok(html(page::page(lang, &signed_in(lang, asked.staff, ""), &view)))
}

/// `GET /console/rounds/{id}/retention`.
///
/// # Errors
/// See [`of_all`]; when there is no such round.
pub async fn show(
    State(state): State<AppState>,
    permit: Independent<SeeRetention>,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    let asked = Asked {
        staff: &permit.staff,
        round: &permit.round,
        plan: &permit.plan,
    };
    render(&state, asked, reading.lang, Default::default()).await
}

/// `POST /console/rounds/{id}/retention`: keeps something longer, for a reason that everybody may read.
///
/// # Errors
/// See [`show`]; when the form is another session's.
pub async fn act(
    State(state): State<AppState>,
    permit: Independent<DelayErasure>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    permit.staff.must_own_form(field(&pairs, "csrf"))?;
    let text = |name: &str| plain(field(&pairs, name).unwrap_or_default()).unwrap_or_default();
    let typed = Typed {
        kept: text("kept"),
        until: text("until"),
        reason: text("reason"),
    };
    let fault = match Kept::parse(&typed.kept) {
        None => Fault::Kept,
        Some(kept) => {
            let what = (kept, typed.until.parse().ok(), typed.reason.as_str());
            let (base, actor) = (state.base(), permit.staff.login.as_str());
            match retention::delay(&base, &permit.plan, &permit.round, what, actor).await {
                Ok(()) => {
                    let back = format!("/console/rounds/{}/retention", permit.round.id);
                    return Ok(Redirect::to(&back).into_response());
                }
                Err(DelayError::NoDay | DelayError::Erased) => Fault::Kept,
                Err(DelayError::Day) => Fault::Until,
                Err(DelayError::Reason) => Fault::Reason,
                Err(DelayError::Store(error)) => return Err(error.into()),
            }
        }
    };
    let asked = Asked {
        staff: &permit.staff,
        round: &permit.round,
        plan: &permit.plan,
    };
    let shown = render(&state, asked, reading.lang, (typed, vec![fault])).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response())
}

/// `GET /console/rounds/{id}/retention/{erasure}/download`: a certificate.
///
/// # Errors
/// See [`show`]; when there is no such erasure.
pub async fn download(
    State(state): State<AppState>,
    permit: Independent<SeeRetention>,
    Path((_, erasure)): Path<(String, Uuid)>,
) -> Result<Response, PageError> {
    let row = store::erasure(&state.db, &permit.round.id, erasure).await?;
    let row = row.ok_or_else(PageError::lost)?;
    let tx = begin(&state.db).await?;
    let detail = json!({ "certificate_sha256": row.sha256 });
    let login = permit.staff.login.as_str();
    state
        .base()
        .record(&tx, login, "retention.certificate", &permit.round.id, detail)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    let name = format!(
        "attachment; filename=\"erasure-{}-{}-{}.json\"",
        row.round_id, row.kept, row.day
    );
    let name = HeaderValue::from_str(&name).map_err(|error| AppError::internal(&error))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, row.certificate).into_response())
}

#[cfg(test)]
mod tests;
