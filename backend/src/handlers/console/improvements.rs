//! 您说我改: the office publishes what it did about the points raised by all.

use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::json;
use uuid::Uuid;

use super::{find_round, signed_in, title};
use crate::app::AppState;
use crate::auth::policy::Action;
use crate::auth::staff::{Permit, PublishImprovements, SeeRound, Staff};
use crate::cases::plain;
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::improvements::{self as pages, Improvements, Typed};
use crate::pages::receipt::AreaChoice;
use crate::pages::{Lang, Reading};
use crate::store::audit::{self, Entry};
use crate::store::improvements::{self, Improvement};
use crate::store::{StoreError, begin};

/// Longest text, in characters: a phone shows it without scrolling.
const LONGEST: usize = 300;

async fn page(
    state: &AppState,
    staff: &Staff,
    lang: Lang,
    id: &str,
    (typed, faulty): (Typed, Vec<&'static str>),
) -> Result<Html<String>, PageError> {
    let row = find_round(state, id).await?;
    let plan = state
        .plans
        .get(&state.db, &state.keys, id)
        .await?
        .ok_or_else(PageError::lost)?;
    let entries = improvements::list(&state.db, id).await?;
    let view = Improvements {
        title: title(lang, &row),
        areas: areas(&plan, lang),
        typed,
        faulty,
        may_publish: staff.role.may(Action::PublishImprovements),
        entries: entries
            .into_iter()
            .map(|entry| pages::done(&plan, lang, entry))
            .collect(),
        round: row.id,
    };
    Ok(html(pages::page(lang, &signed_in(lang, staff, ""), &view)))
}

/// The plan's service areas as choices.
pub(super) fn areas(plan: &analysis::plan::Plan, lang: Lang) -> Vec<AreaChoice> {
    plan.areas
        .iter()
        .map(|area| AreaChoice {
            code: area.code.clone(),
            name: area.name.get(lang.code()).to_owned(),
        })
        .collect()
}

/// `GET /console/rounds/{id}/improvements`.
///
/// # Errors
/// When there is no such round, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    permit: Permit<SeeRound>,
    reading: Reading,
    Path(id): Path<String>,
) -> Result<Html<String>, PageError> {
    page(&state, &permit.staff, reading.lang, &id, Default::default()).await
}

/// `POST /console/rounds/{id}/improvements`: publishes an entry, or takes one back.
///
/// # Errors
/// See [`show`]; when the form is another session's.
pub async fn change(
    State(state): State<AppState>,
    permit: Permit<PublishImprovements>,
    reading: Reading,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    permit.staff.must_own_form(field(&pairs, "csrf"))?;
    let row = find_round(&state, &id).await?;
    let path = format!("/console/rounds/{}/improvements", row.id);
    let entry = |action: &str, subject: Uuid, area: Option<&str>| Entry {
        actor: permit.staff.login.clone(),
        action: action.to_owned(),
        subject: subject.to_string(),
        detail: json!({ "round": row.id, "area": area }),
    };
    if let Some(text) = field(&pairs, "withdraw") {
        let entry_id = Uuid::try_parse(text).map_err(|_| PageError::lost())?;
        let tx = begin(&state.db).await?;
        if improvements::withdraw(&tx, &row.id, entry_id).await? {
            let entry = entry("improvement.withdraw", entry_id, None);
            audit::append(&tx, &state.keys, state.clock.now_ms(), entry).await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
        return Ok(Redirect::to(&path).into_response());
    }
    let plan = state
        .plans
        .get(&state.db, &state.keys, &id)
        .await?
        .ok_or_else(PageError::lost)?;
    let text = |name: &str| plain(field(&pairs, name).unwrap_or_default()).unwrap_or_default();
    let typed = Typed {
        area: text("area"),
        said_zh: text("said_zh"),
        did_zh: text("did_zh"),
        said_en: text("said_en"),
        did_en: text("did_en"),
    };
    let long = |text: &str| text.chars().count() > LONGEST;
    let half_english = typed.said_en.is_empty() != typed.did_en.is_empty();
    let faulty: Vec<&'static str> = [
        ("said_zh", typed.said_zh.is_empty() || long(&typed.said_zh)),
        ("did_zh", typed.did_zh.is_empty() || long(&typed.did_zh)),
        (
            "said_en",
            long(&typed.said_en) || (half_english && typed.said_en.is_empty()),
        ),
        (
            "did_en",
            long(&typed.did_en) || (half_english && typed.did_en.is_empty()),
        ),
    ]
    .into_iter()
    .filter_map(|(name, is_faulty)| is_faulty.then_some(name))
    .collect();
    if !faulty.is_empty() {
        let page = page(&state, &permit.staff, reading.lang, &id, (typed, faulty)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let new = Improvement {
        id: state.entropy.uuid(),
        round_id: row.id.clone(),
        area: Some(typed.area).filter(|code| plan.areas.iter().any(|area| area.code == *code)),
        said_zh: typed.said_zh,
        did_zh: typed.did_zh,
        said_en: typed.said_en,
        did_en: typed.did_en,
        day: state.clock.today().to_string(),
        withdrawn: false,
    };
    let entry = entry("improvement.publish", new.id, new.area.as_deref());
    let tx = begin(&state.db).await?;
    improvements::insert(&tx, vec![new]).await?;
    audit::append(&tx, &state.keys, state.clock.now_ms(), entry).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Redirect::to(&path).into_response())
}
