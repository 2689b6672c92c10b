//! `/console/rounds/{id}/held`: interviews that could not be accepted, tried again or put aside.
//!
//! Trying opens the answers to check them; it is recorded, and what is shown are the faults alone.

use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{signed_in, title};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::staff::SettleHeld;
use crate::field::interviews::{self, Retried, read_faults};
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::held::{self as page, HeldLine, HeldPage};
use crate::pages::layout::Fault;
use crate::pages::{Lang, Reading, tr};
use crate::store::audit::{self, Entry};
use crate::store::held::{self, Held};
use crate::store::{StoreError, attachments, begin, staff};

/// Longest reason kept, in characters.
const MAX_REASON: usize = 300;

/// What the last act did, in the address to which it leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

async fn view(
    state: &AppState,
    holder: &Independent<SettleHeld>,
    lang: Lang,
    done: &str,
    faults: Vec<Fault>,
) -> Result<Html<String>, PageError> {
    let people = staff::list(&state.db).await?;
    let line = |row: Held| HeldLine {
        id: row.id,
        interviewer: people
            .iter()
            .find(|person| person.id == row.staff_id)
            .map(|person| person.display_name.clone())
            .unwrap_or_default(),
        faults: read_faults(&row.faults)
            .into_iter()
            .map(|fault| (fault.field, fault.message.get(lang.code()).to_owned()))
            .collect(),
        case_id: row.case_id,
        day: row.day,
        reason: row.reason,
        state: row.state,
        note: row.note,
    };
    let rows = held::list(&state.db, &holder.round.id).await?;
    let page_view = HeldPage {
        round: holder.round.id.clone(),
        title: title(lang, &holder.round),
        done: match done {
            "accepted" => Some(tr!(lang, "held.done_accepted").into_owned()),
            "still" => Some(tr!(lang, "held.done_still").into_owned()),
            "discarded" => Some(tr!(lang, "held.done_discarded").into_owned()),
            _ => None,
        },
        faults,
        lines: rows.into_iter().map(line).collect(),
    };
    Ok(html(page::page(
        lang,
        &signed_in(lang, &holder.staff, ""),
        &page_view,
    )))
}

/// `GET /console/rounds/{id}/held`.
///
/// # Errors
/// When the role may not, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<SettleHeld>,
    reading: Reading,
    Query(query): Query<Done>,
) -> Result<Html<String>, PageError> {
    view(&state, &holder, reading.lang, &query.done, Vec::new()).await
}

/// `POST /console/rounds/{id}/held/{response}`: tries again, or puts aside with a reason.
///
/// # Errors
/// See [`show`]; when it does not wait any more.
pub async fn settle(
    State(state): State<AppState>,
    holder: Independent<SettleHeld>,
    reading: Reading,
    Path((_, response)): Path<(String, Uuid)>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let kept = held::find(&state.db, response)
        .await?
        .filter(|row| row.round_id == holder.round.id && row.state == held::HELD)
        .ok_or_else(PageError::lost)?;
    let word = match field(&pairs, "go") {
        Some("retry") => retry(&state, &holder, &kept).await?,
        Some("discard") => {
            let reason: String = field(&pairs, "reason")
                .unwrap_or_default()
                .trim()
                .chars()
                .take(MAX_REASON)
                .collect();
            if reason.is_empty() {
                let fault = Fault {
                    href: format!("#reason-{response}"),
                    text: tr!(reading.lang, "held.no_reason").into_owned(),
                };
                let page = view(&state, &holder, reading.lang, "", vec![fault]).await?;
                return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
            }
            let tx = begin(&state.db).await?;
            held::settle(&tx, response, held::DISCARDED, Some(&reason)).await?;
            attachments::remove_all(&tx, response).await?;
            let detail = json!({ "response": response, "case": kept.case_id, "reason": reason });
            audit::append(
                &tx,
                &state.keys,
                state.clock.now_ms(),
                entry(&holder, "interview.discard", detail),
            )
            .await?;
            tx.commit().await.map_err(StoreError::from)?;
            "discarded"
        }
        _ => return Err(PageError::lost()),
    };
    Ok(Redirect::to(&format!("/console/rounds/{}/held?done={word}", holder.round.id)).into_response())
}

fn entry(holder: &Independent<SettleHeld>, action: &str, detail: serde_json::Value) -> Entry {
    Entry {
        actor: holder.staff.login.clone(),
        action: action.to_owned(),
        subject: holder.round.id.clone(),
        detail,
    }
}

async fn retry(
    state: &AppState,
    holder: &Independent<SettleHeld>,
    kept: &Held,
) -> Result<&'static str, PageError> {
    let interviewer = staff::find(&state.db, kept.staff_id)
        .await?
        .ok_or_else(PageError::lost)?;
    let outcome = interviews::retry(state, &holder.round, &interviewer, kept).await?;
    let (word, result) = match outcome {
        Retried::Accepted => ("accepted", "accepted"),
        Retried::StillHeld(reason) => ("still", reason.as_str()),
    };
    let tx = begin(&state.db).await?;
    if matches!(outcome, Retried::Accepted) {
        held::settle(&tx, kept.id, held::ACCEPTED, None).await?;
    }
    let detail = json!({ "response": kept.id, "case": kept.case_id, "result": result });
    audit::append(
        &tx,
        &state.keys,
        state.clock.now_ms(),
        entry(holder, "interview.retry", detail),
    )
    .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(word)
}
