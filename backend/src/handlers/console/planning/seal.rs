//! `…/plan/seal` and `…/plan/amend`: what is fixed is shown beforehand and confirmed by its hash; a change in between
//! voids the confirmation.

use analysis::plan::Plan;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::refusal::{Refusal, refused};
use super::{Asked, address, conflict, unprocessable, working_copy};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::staff::EditPlan;
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::layout::Fault;
use crate::pages::planning::seal::{self as page, AmendPage, SealPage, Unready};
use crate::pages::{Lang, Reading, tr};
use crate::planning::copy::faults_of;
use crate::planning::difference::short;
use crate::planning::{amend, difference};
use crate::rounds::{self, RoundActError};
use crate::store::rounds::RoundState;

/// Files that no seal covers.
const RECORDS: [&str; 2] = ["admin.csv", "frame.csv"];

/// What came of an attempt.
#[derive(Default)]
struct Attempt {
    moved_from: Option<String>,
    faults: Vec<Fault>,
    reason: String,
}

fn not_confirmed(lang: Lang) -> Fault {
    Fault {
        href: "#confirm".to_owned(),
        text: tr!(lang, "plan.e_confirm").into_owned(),
    }
}

async fn seal_page(
    state: &AppState,
    holder: &Independent<EditPlan>,
    lang: Lang,
    attempt: Attempt,
) -> Result<Html<String>, PageError> {
    let asked = Asked::of(holder, lang);
    let copy = working_copy(state, holder).await?;
    let view = SealPage {
        sha256: holder
            .round
            .plan_sha256
            .clone()
            .unwrap_or_else(|| Plan::sha256(&copy.saved)),
        moved_from: attempt.moved_from,
        files: copy
            .saved
            .iter()
            .filter(|(path, _)| !RECORDS.contains(&path.as_str()))
            .map(|(path, bytes)| (path.clone(), short(bytes)))
            .collect(),
        records: RECORDS.map(str::to_owned).to_vec(),
        warnings: faults_of(&copy.saved),
        unready: match holder.round.round_state() {
            RoundState::Draft if copy.changed.is_some() => Some(Unready::Unsaved),
            RoundState::Draft => None,
            _ => Some(Unready::Sealed),
        },
        faults: attempt.faults,
    };
    Ok(html(page::page(asked.around(), &view)))
}

/// `GET …/plan/seal`.
///
/// # Errors
/// When the role may not, or the database does not answer; so for every handler here.
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<EditPlan>,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    seal_page(&state, &holder, reading.lang, Attempt::default()).await
}

/// `POST …/plan/seal`.
///
/// # Errors
/// See [`show`].
pub async fn seal(
    State(state): State<AppState>,
    holder: Independent<EditPlan>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let lang = reading.lang;
    let seen = field(&pairs, "sha256").unwrap_or_default();
    if field(&pairs, "confirm") != Some("yes") {
        let attempt = Attempt {
            faults: vec![not_confirmed(lang)],
            ..Attempt::default()
        };
        return Ok(unprocessable(seal_page(&state, &holder, lang, attempt).await?));
    }
    match rounds::seal_as_seen(&state.base(), &holder.round.id, Some(seen), &holder.staff.login).await {
        Ok(_) => {
            let steps = format!("/console/rounds/{}/steps?done=seal", holder.round.id);
            Ok(Redirect::to(&steps).into_response())
        }
        Err(RoundActError::Moved { .. }) => {
            let attempt = Attempt {
                moved_from: Some(seen.chars().take(64).collect()),
                ..Attempt::default()
            };
            Ok(conflict(seal_page(&state, &holder, lang, attempt).await?))
        }
        Err(error) => {
            let attempt = Attempt {
                faults: refused(lang, error, "#main")?,
                ..Attempt::default()
            };
            Ok(unprocessable(seal_page(&state, &holder, lang, attempt).await?))
        }
    }
}

async fn amend_page(
    state: &AppState,
    holder: &Independent<EditPlan>,
    lang: Lang,
    attempt: Attempt,
) -> Result<Html<String>, PageError> {
    let asked = Asked::of(holder, lang);
    let copy = working_copy(state, holder).await?;
    let base = state.base();
    let prepared = amend::prepare(&state.db, &base, &holder.round, copy.files.clone()).await;
    let prepared = prepared.map_err(Refusal::page)?;
    let view = AmendPage {
        difference: difference::between(&copy.saved, &copy.files),
        old_sha256: prepared.old_sha256,
        new_sha256: prepared.new_sha256,
        moved_from: attempt.moved_from,
        verdicts: prepared.verdicts,
        found: prepared.faults,
        answers: prepared.ground.answers,
        reason: attempt.reason,
        faults: attempt.faults,
    };
    Ok(html(page::amend_page(asked.around(), &view)))
}

/// `GET …/plan/amend`: for a draft, the page where it is sealed.
///
/// # Errors
/// See [`show`].
pub async fn show_amendment(
    State(state): State<AppState>,
    holder: Independent<EditPlan>,
    reading: Reading,
) -> Result<Response, PageError> {
    if holder.round.round_state() == RoundState::Draft {
        let seal = format!("/console/rounds/{}/plan/seal", holder.round.id);
        return Ok(Redirect::to(&seal).into_response());
    }
    let page = amend_page(&state, &holder, reading.lang, Attempt::default()).await?;
    Ok(page.into_response())
}

/// `POST …/plan/amend`: the working copy takes the place of the sealed plan, with a reason.
///
/// # Errors
/// See [`show`].
pub async fn amend(
    State(state): State<AppState>,
    holder: Independent<EditPlan>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let lang = reading.lang;
    let of = |name: &str| field(&pairs, name).unwrap_or_default();
    let (seen, reason) = (of("sha256"), of("reason"));
    let mut faults = Vec::new();
    if reason.trim().is_empty() {
        faults.push(Fault {
            href: "#reason".to_owned(),
            text: tr!(lang, "plan.e_reason").into_owned(),
        });
    }
    if of("confirm") != "yes" {
        faults.push(not_confirmed(lang));
    }
    let mut attempt = Attempt {
        faults,
        reason: reason.to_owned(),
        moved_from: None,
    };
    if !attempt.faults.is_empty() {
        return Ok(unprocessable(amend_page(&state, &holder, lang, attempt).await?));
    }
    let proposed = working_copy(&state, &holder).await?.files;
    let base = state.base();
    let done = amend::amend(
        &base,
        &holder.round.id,
        proposed,
        (reason, Some(seen)),
        &holder.staff.login,
    );
    let status = match done.await {
        Ok(_) => return Ok(address(&holder.round.id, "amended").into_response()),
        Err(RoundActError::Moved { .. }) => {
            attempt.moved_from = Some(seen.chars().take(64).collect());
            StatusCode::CONFLICT
        }
        Err(error) => {
            attempt.faults = refused(lang, error, "#main")?;
            StatusCode::UNPROCESSABLE_ENTITY
        }
    };
    Ok((status, amend_page(&state, &holder, lang, attempt).await?).into_response())
}
