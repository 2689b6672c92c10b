//! The call-back sample: the office's and the auditor's view of it, and the caller's page, one person at a time. Nobody
//! whom a judged unit employs gets in.

use std::collections::BTreeMap;

use analysis::callback::{CallbackRow, Check, Finding, Said};
use analysis::plan::CallbackPlan;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;

use super::{signed_in, title};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{CallBack, DrawCallbacks, Permission, SeeCallbacks};
use crate::callbacks::calls::{self, Call, Outcome};
use crate::callbacks::{self as domain};
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::callbacks::{self as pages, Callbacks, FindingLine, Person, Talk, Typed, UnitLine};
use crate::pages::layout::Fault;
use crate::pages::{Lang, Reading, tr, words};
use crate::store::callbacks::{self, CallbackCase};
use crate::store::{StoreError, begin};

/// What the address of the page says the last act did.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct After {
    done: String,
    n: u64,
}

fn asked(plan: &analysis::plan::Plan) -> Result<CallbackPlan, PageError> {
    plan.callback.ok_or_else(PageError::lost)
}

/// `GET /console/rounds/{id}/callbacks`.
///
/// # Errors
/// When the plan asks for none, or the database does not answer; so for every handler here.
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<SeeCallbacks>,
    reading: Reading,
    Query(after): Query<After>,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let mut view = overview(&state, &holder, lang).await?;
    view.done = (after.done == "draw").then(|| tr!(lang, "callback.done_draw", n = after.n).into_owned());
    let staff = signed_in(lang, &holder.staff, "");
    Ok(html(pages::page(lang, &staff, &view)))
}

async fn overview<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
) -> Result<Callbacks, PageError> {
    let (plan, round) = (&holder.plan, &holder.round);
    let callback = asked(plan)?;
    let drawn = callbacks::drawn(&state.db, &round.id).await?;
    let mut agreed: BTreeMap<String, u64> = BTreeMap::new();
    for (_, unit) in callbacks::consenting(&state.db, &round.id).await? {
        if let Some(judged) = plan.judged_unit(&unit) {
            *agreed.entry(judged.code.clone()).or_default() += 1;
        }
    }
    let role = holder.staff.role;
    // As with every figure of the survey: not for the third party while its own marks may depend on it.
    let rows = match role.may(Action::SeeResults) {
        true => domain::figures(&state.db, plan).await?,
        false => Vec::new(),
    };
    let name = |code: &str| {
        plan.units
            .get(code)
            .map_or_else(|| code.to_owned(), |unit| unit.name.get(lang.code()).to_owned())
    };
    let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
    let min_cell = u64::from(plan.suppression.min_cell);
    Ok(Callbacks {
        id: round.id.clone(),
        round: title(lang, round),
        done: None,
        per_unit: callback.per_unit,
        outcomes: outcomes(lang, &drawn),
        units: plan
            .scored_units()
            .iter()
            .map(|unit| {
                let of_unit = || drawn.iter().filter(|row| row.unit == unit.code);
                let row = rows
                    .iter()
                    .find(|row| row.unit == unit.code && row.finding == Finding::Disagrees);
                UnitLine {
                    name: name(&unit.code),
                    consenting: agreed.get(&unit.code).copied().unwrap_or_default(),
                    drawn: count(of_unit().count()),
                    done: count(
                        of_unit()
                            .filter(|row| row.outcome.as_deref() == Some("done"))
                            .count(),
                    ),
                    disagrees: row.map(|row| rate(lang, row, min_cell, true)),
                }
            })
            .collect(),
        findings: rows
            .iter()
            .filter(|row| row.unit == plan.round.county)
            .map(|row| FindingLine {
                name: finding_name(lang, row.finding),
                rate: rate(lang, row, min_cell, false),
                n: row.n,
            })
            .collect(),
        may_draw: role.may(Action::DrawCallbacks),
        may_call: role.may(Action::CallBack),
        may_read: role.may(Action::SeeResults),
    })
}

fn outcomes(lang: Lang, drawn: &[CallbackCase]) -> Vec<(String, u64)> {
    let of = |word: Option<&str>| drawn.iter().filter(|row| row.outcome.as_deref() == word).count() as u64;
    let ended = Outcome::ALL.map(|outcome| (outcome_name(lang, outcome), of(Some(outcome.as_str()))));
    let open = (tr!(lang, "callback.open").into_owned(), of(None));
    ended.into_iter().chain([open]).collect()
}

/// A share with its interval. Of a unit's few calls, or where all of them say the same, a number would tell who said it.
fn rate(lang: Lang, row: &CallbackRow, min_cell: u64, of_unit: bool) -> String {
    let (Some(estimate), Some(lower), Some(upper)) = (row.estimate, row.lower, row.upper) else {
        return "–".to_owned();
    };
    if row.n < min_cell || (of_unit && (estimate <= 0.0 || estimate >= 1.0)) {
        return tr!(lang, "callback.few").into_owned();
    }
    let percent = words::percent;
    format!("{} ({}–{})", percent(estimate), percent(lower), percent(upper))
}

fn finding_name(lang: Lang, finding: Finding) -> String {
    match finding {
        Finding::Disagrees => tr!(lang, "callback.disagrees"),
        Finding::NeverAsked => tr!(lang, "callback.never_asked"),
        Finding::RatingChanged => tr!(lang, "callback.rating_changed"),
        Finding::AnsweredByOther => tr!(lang, "callback.answered_by_other"),
        Finding::StaffPresent => tr!(lang, "callback.staff_present"),
    }
    .into_owned()
}

fn outcome_name(lang: Lang, outcome: Outcome) -> String {
    let words = match outcome {
        Outcome::Done => tr!(lang, "callback.outcome_done"),
        Outcome::Refused => tr!(lang, "callback.outcome_refused"),
        Outcome::NotReached => tr!(lang, "callback.outcome_not_reached"),
        Outcome::Unable => tr!(lang, "callback.outcome_unable"),
        Outcome::WrongNumber => tr!(lang, "callback.outcome_wrong_number"),
    };
    format!("{words} ({})", outcome.code())
}

/// `POST /console/rounds/{id}/callbacks`: draws.
///
/// # Errors
/// See [`show`]; when the form is another session's.
pub async fn draw(
    State(state): State<AppState>,
    holder: Independent<DrawCallbacks>,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let callback = asked(&holder.plan)?;
    let round = holder.round.id.as_str();
    let tx = begin(&state.db).await?;
    let drawn = domain::draw(&tx, &holder.plan, &callback).await?;
    let detail = json!({ "drawn": drawn });
    state
        .base()
        .record(&tx, &holder.staff.login, "callback.draw", round, detail)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Redirect::to(&format!(
        "/console/rounds/{round}/callbacks?done=draw&n={drawn}"
    )))
}

/// The caller's page as it stands, with whom to call where the number was asked for.
async fn talk(
    state: &AppState,
    holder: &Independent<CallBack>,
    lang: Lang,
    person: Option<Person>,
) -> Result<Talk, PageError> {
    let (plan, round) = (&holder.plan, &holder.round);
    let callback = asked(plan)?;
    let own = callbacks::of_caller(&state.db, &round.id, &holder.staff.login).await?;
    let drawn = callbacks::drawn(&state.db, &round.id).await?;
    let open = drawn.iter().filter(|row| row.outcome.is_none()).count();
    let case = own.map(|row| pages::Case {
        number: row.case_id,
        unit: plan
            .units
            .get(&row.unit)
            .map_or(row.unit.clone(), |unit| unit.name.get(lang.code()).to_owned()),
        attempt: row.attempts + 1,
    });
    Ok(Talk {
        id: round.id.clone(),
        round: title(lang, round),
        organiser: plan.round.organiser.get(lang.code()).to_owned(),
        caller: holder.staff.name.clone(),
        case,
        person,
        attempts: callback.attempts,
        open,
        outcomes: Outcome::ALL
            .into_iter()
            .filter(|outcome| *outcome != Outcome::NotReached)
            .map(|outcome| (outcome.as_str(), outcome_name(lang, outcome)))
            .collect(),
        faults: Vec::new(),
        typed: Typed::default(),
        done: None,
    })
}

/// `GET /console/rounds/{id}/callbacks/call`: the caller's person, without name and number.
///
/// # Errors
/// See [`show`].
pub async fn call(
    State(state): State<AppState>,
    holder: Independent<CallBack>,
    reading: Reading,
    Query(after): Query<After>,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let mut view = talk(&state, &holder, lang, None).await?;
    view.done = match after.done.as_str() {
        "saved" => Some(tr!(lang, "callback.saved").into_owned()),
        "none" => Some(tr!(lang, "callback.nobody_left").into_owned()),
        _ => None,
    };
    let staff = signed_in(lang, &holder.staff, "");
    Ok(html(pages::talk(lang, &staff, &view)))
}

/// What the form of a call says; the fields at fault where it says too little.
fn call_of(typed: &Typed) -> Result<Call, Vec<&'static str>> {
    if typed.outcome == "later" {
        return Ok(Call::Later);
    }
    let outcome = Outcome::parse(&typed.outcome).ok_or_else(|| vec!["outcome"])?;
    if outcome != Outcome::Done {
        return Ok(Call::Ended(outcome, None));
    }
    let said = |name: &str| typed.said.get(name).and_then(|word| Said::parse(word));
    let missing: Vec<&'static str> = pages::QUESTIONS
        .into_iter()
        .filter(|name| said(name).is_none())
        .collect();
    match pages::QUESTIONS.map(said) {
        [
            Some(took_part),
            Some(answered_self),
            Some(staff_present),
            Some(rating_right),
        ] => {
            let check = Check {
                took_part,
                answered_self,
                staff_present,
                rating_right,
            };
            Ok(Call::Ended(outcome, Some(check)))
        }
        _ => Err(missing),
    }
}

/// `POST /console/rounds/{id}/callbacks/call`: takes the next person, shows whom to call, or records the call.
///
/// # Errors
/// See [`show`]; when the form is another session's.
pub async fn act(
    State(state): State<AppState>,
    holder: Independent<CallBack>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let (base, lang, login) = (state.base(), reading.lang, holder.staff.login.as_str());
    let callback = asked(&holder.plan)?;
    let path = format!("/console/rounds/{}/callbacks/call", holder.round.id);
    let to = |rest: &str| Ok(Redirect::to(&format!("{path}{rest}")).into_response());
    let staff = signed_in(lang, &holder.staff, "");
    match field(&pairs, "act").unwrap_or_default() {
        "next" => match calls::next(&base, &holder.plan, login).await? {
            Some(_) => to(""),
            None => to("?done=none"),
        },
        "show" => {
            let identity = calls::reveal(&base, &holder.plan, login).await?;
            let person = identity.map(|identity| Person {
                name: identity.name,
                phone: identity.phone,
            });
            let view = talk(&state, &holder, lang, person).await?;
            Ok(html(pages::talk(lang, &staff, &view)).into_response())
        }
        "save" => {
            let typed = Typed {
                outcome: field(&pairs, "outcome").unwrap_or_default().to_owned(),
                said: pages::QUESTIONS
                    .into_iter()
                    .filter_map(|name| Some((name, field(&pairs, name)?.to_owned())))
                    .collect(),
            };
            let call = match call_of(&typed) {
                Ok(call) => call,
                Err(fields) => {
                    let mut view = talk(&state, &holder, lang, None).await?;
                    view.faults = fields.into_iter().map(|name| fault(lang, name)).collect();
                    view.typed = typed;
                    let page = html(pages::talk(lang, &staff, &view));
                    return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
                }
            };
            calls::record(&base, &holder.plan, &callback, login, call).await?;
            to("?done=saved")
        }
        _ => Err(PageError::lost()),
    }
}

fn fault(lang: Lang, name: &str) -> Fault {
    let text = match name {
        "outcome" => tr!(lang, "callback.fault_outcome").into_owned(),
        name => tr!(
            lang,
            "callback.fault_question",
            question = pages::question(lang, name)
        )
        .into_owned(),
    };
    Fault {
        href: format!("#{name}"),
        text,
    }
}
