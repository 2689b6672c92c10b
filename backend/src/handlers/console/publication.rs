//! The office looks at what would be public, publishes it, and takes it back.

use analysis::plan::Plan;
use analysis::publication::PublicationError;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::signed_in;
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::staff::PublishResults;
use crate::cases::plain;
use crate::handlers::respond::{Pairs, field, html};
use crate::handlers::results as public;
use crate::middleware::problems::PageError;
use crate::pages::publication::{self as pages, Obstacle, Ready, Refusal, View};
use crate::pages::{Lang, Reading, tr, words};
use crate::publication::{self, PublishError};
use crate::store::publications;

/// Longest reason, in characters.
const LONGEST: usize = 300;

async fn render(
    state: &AppState,
    permit: &Independent<PublishResults>,
    lang: Lang,
    refusal: Option<Refusal>,
) -> Result<Html<String>, PageError> {
    let rows = publications::list(&state.db, &permit.round.id).await?;
    let looked = match state.looked_at.get(&state.base(), &permit.round.id).await {
        Ok(looked) => Some(looked),
        Err(PublishError::NotComputed(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let (ready, obstacle) = match looked.as_deref() {
        None => (None, None),
        Some(Err(error)) => (None, Some(obstacle(lang, &permit.plan, error))),
        Some(Ok(candidate)) => {
            let ready = Ready {
                is_new: !rows
                    .iter()
                    .any(|row| row.state == publications::PUBLISHED && row.sha256 == candidate.sha256),
                interim: candidate.release.interim,
                hidden: candidate.release.hidden(),
                loss: candidate.loss,
                sha256: candidate.sha256.clone(),
            };
            (Some(ready), None)
        }
    };
    let view = View {
        title: permit.plan.round.title.get(lang.code()).to_owned(),
        ready,
        obstacle,
        refusal,
        rows: rows
            .into_iter()
            .map(|row| pages::Row {
                day: words::day_of(lang, &row.day),
                ended_on: row.ended_on.as_deref().map(|day| words::day_of(lang, day)),
                seq: row.seq,
                state: row.state,
                actor: row.actor,
                reason: row.reason,
            })
            .collect(),
        id: permit.round.id.clone(),
    };
    Ok(html(pages::page(
        lang,
        &signed_in(lang, &permit.staff, ""),
        &view,
    )))
}

/// Why disclosure control refuses, with the figures' names.
fn obstacle(lang: Lang, plan: &Plan, error: &PublicationError) -> Obstacle {
    match error {
        PublicationError::Exposed { cells } => {
            Obstacle::Exposed(cells.iter().map(|cell| named(lang, plan, cell)).collect())
        }
        PublicationError::NotReproducible { figure } => Obstacle::NotReproducible(figure.clone()),
    }
}

/// A cell of the published tables, `code=3.1, group=family, unit=990101002`, in words; what the plan does not know
/// stays as it is.
fn named(lang: Lang, plan: &Plan, cell: &str) -> String {
    let of = |part: &str| -> String {
        let Some((variable, code)) = part.split_once('=') else {
            return part.to_owned();
        };
        let name = match variable.trim() {
            "code" => plan.indicators.get(code).map(|found| &found.name),
            "unit" => plan.units.get(code).map(|found| &found.name),
            "group" => plan
                .groups
                .iter()
                .find(|found| found.code == code)
                .map(|found| &found.name),
            "area" => plan
                .areas
                .iter()
                .find(|found| found.code == code)
                .map(|found| &found.name),
            _ => None,
        };
        name.map_or_else(|| part.to_owned(), |name| name.get(lang.code()).to_owned())
    };
    let parts: Vec<String> = cell.split(", ").map(of).collect();
    parts.join(&tr!(lang, "publication.comma"))
}

/// `GET /console/rounds/{id}/publication`.
///
/// # Errors
/// When there is no such round, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    permit: Independent<PublishResults>,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    render(&state, &permit, reading.lang, None).await
}

/// `GET /console/rounds/{id}/publication/preview`: the public page as it would be.
///
/// # Errors
/// See [`show`]; when nothing can be published.
pub async fn preview(
    State(state): State<AppState>,
    permit: Independent<PublishResults>,
    reading: Reading,
) -> Result<Response, PageError> {
    let lang = reading.lang;
    let looked = match state.looked_at.get(&state.base(), &permit.round.id).await {
        Ok(looked) => Some(looked),
        Err(PublishError::NotComputed(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let Some(Ok(candidate)) = looked.as_deref() else {
        let back = format!("/console/rounds/{}/publication", permit.round.id);
        return Ok(Redirect::to(&back).into_response());
    };
    let today = state.clock.today().to_string();
    let of = (None, today.as_str(), candidate.sha256.as_str(), true);
    let shown = public::shown(candidate.release.clone(), lang, of);
    let view = public::view(&state, lang, permit.round.clone(), &permit.plan, Some(shown)).await?;
    let staff = signed_in(lang, &permit.staff, "");
    Ok(html(pages::preview(lang, &staff, &view)).into_response())
}

/// `POST /console/rounds/{id}/publication`: publishes what was looked at, or takes back what is published.
///
/// # Errors
/// See [`show`]; when the form is another session's.
pub async fn act(
    State(state): State<AppState>,
    permit: Independent<PublishResults>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    permit.staff.must_own_form(field(&pairs, "csrf"))?;
    let base = state.base();
    let (id, actor) = (permit.round.id.as_str(), permit.staff.login.as_str());
    let refusal = if field(&pairs, "act") == Some("withdraw") {
        let reason = plain(field(&pairs, "reason").unwrap_or_default()).unwrap_or_default();
        let sound = !reason.is_empty() && reason.chars().count() <= LONGEST;
        match sound {
            true => {
                publication::withdraw(&base, id, &reason, actor).await?;
                None
            }
            false => Some(Refusal::Reason(reason)),
        }
    } else {
        match publication::publish(&base, id, field(&pairs, "sha256"), actor).await {
            Ok(_) => None,
            // Pressed twice: it is done.
            Err(PublishError::Same(_)) => None,
            Err(PublishError::Changed(_)) => Some(Refusal::Changed),
            Err(PublishError::NotComputed(_) | PublishError::Disclosure(_)) => Some(Refusal::Impossible),
            Err(error) => return Err(error.into()),
        }
    };
    match refusal {
        None => {
            state.looked_at.prepare(base, id);
            Ok(Redirect::to(&format!("/console/rounds/{id}/publication")).into_response())
        }
        Some(refusal) => {
            let page = render(&state, &permit, reading.lang, Some(refusal)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_expose_are_named_in_the_reader_s_language() {
        let plan = Plan::read(&crate::synthetic::sample_plan()).expect("the sample plan");
        let error = PublicationError::Exposed {
            cells: vec![
                "code=3.1, group=family, unit=990101001".to_owned(),
                "total".to_owned(),
            ],
        };
        let words = |lang| match obstacle(lang, &plan, &error) {
            Obstacle::Exposed(words) => words,
            other => panic!("{other:?}"),
        };
        assert_eq!(words(Lang::Zh), ["总体满意度，亲友，城关镇", "total"]);
        let english = words(Lang::En);
        assert!(!english[0].contains('=') && english[0].is_ascii(), "{english:?}");
    }
}
