//! Briefs of single units, and the reports of all units as one archive that a job makes.

use axum::extract::{Form, Path, Query, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;
use tower_http::services::ServeFile;

use super::{RECENT_JOBS, RELOAD_S, find_round, local_time, signed_in, title};
use crate::app::AppState;
use crate::auth::policy::Action;
use crate::auth::staff::{Compute, DownloadReport, Permit};
use crate::error::AppError;
use crate::handlers::respond::{Pairs, field, html};
use crate::jobs::make_reports::{self, KIND, Payload};
use crate::middleware::problems::PageError;
use crate::pages::reports::{self as pages, Made, Reports};
use crate::pages::round::ReportUnit;
use crate::pages::{Lang, Reading};
use crate::store::audit::{self, Entry};
use crate::store::jobs::{self, Job};
use crate::store::{StoreError, begin, results};

fn of_report(lang: Lang) -> ::reports::model::Lang {
    match lang {
        Lang::Zh => ::reports::model::Lang::Zh,
        Lang::En => ::reports::model::Lang::En,
    }
}

/// How far the archive of a language is, by the last job that was to make it.
async fn made(state: &AppState, round: &str, lang: Lang) -> Result<Made, PageError> {
    let of_round = jobs::of_round(&state.db, round, RECENT_JOBS).await?;
    let wanted = Payload {
        lang: of_report(lang),
    };
    let is_it = |job: &Job| {
        job.kind == KIND
            && serde_json::from_str::<Payload>(&job.payload).is_ok_and(|payload| payload == wanted)
    };
    let Some(job) = of_round.into_iter().find(is_it) else {
        return Ok(Made::Never);
    };
    Ok(match job.state.as_str() {
        jobs::QUEUED => Made::Queued,
        // A share of 0–1, as a whole percentage.
        jobs::RUNNING => Made::Running((job.progress * 100.0).clamp(0.0, 99.0) as u8),
        jobs::FAILED => Made::Failed(job.error.unwrap_or_default()),
        _ => {
            let at = job.finished_at.unwrap_or(job.created_at);
            let computed = results::get::<serde::de::IgnoredAny>(&state.db, round).await?;
            let shown = local_time(state, at);
            match computed {
                Some((computed, _)) if computed > job.created_at => Made::Stale(shown),
                _ => Made::Done(shown),
            }
        }
    })
}

/// `GET /console/rounds/{id}/reports`.
///
/// # Errors
/// When there is no such round, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    permit: Permit<DownloadReport>,
    reading: Reading,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let row = find_round(&state, &id).await?;
    let lang = reading.lang;
    let plan = state.plans.get(&state.db, &state.keys, &row.id).await?;
    let computed = results::get::<serde::de::IgnoredAny>(&state.db, &row.id).await?;
    let units = match plan.filter(|_| computed.is_some()) {
        Some(plan) => plan
            .scored_units()
            .into_iter()
            .map(|unit| ReportUnit {
                code: unit.code.clone(),
                name: unit.name.get(lang.code()).to_owned(),
            })
            .collect(),
        None => Vec::new(),
    };
    let mut archives = Vec::new();
    for of in Lang::ALL {
        archives.push((of, made(&state, &row.id, of).await?));
    }
    let pending = archives.iter().any(|(_, made)| made.is_pending());
    let view = Reports {
        title: title(lang, &row),
        round: row.id,
        units,
        archives,
        may_make: permit.staff.role.may(Action::Compute),
    };
    let page = html(pages::page(lang, &signed_in(lang, &permit.staff, ""), &view));
    if pending {
        return Ok(([("refresh", RELOAD_S)], page).into_response());
    }
    Ok(page.into_response())
}

/// `POST /console/rounds/{id}/reports`: queues the job, unless one is waiting or running.
///
/// # Errors
/// See [`show`]; when the form is another session's or names no language.
pub async fn start(
    State(state): State<AppState>,
    permit: Permit<Compute>,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, PageError> {
    permit.staff.must_own_form(field(&pairs, "csrf"))?;
    let row = find_round(&state, &id).await?;
    let lang = field(&pairs, "lang")
        .and_then(Lang::parse)
        .ok_or_else(PageError::lost)?;
    if !made(&state, &row.id, lang).await?.is_pending() {
        let (job, now) = (state.entropy.uuid(), state.clock.now_ms());
        let payload = json!(Payload {
            lang: of_report(lang)
        });
        let tx = begin(&state.db).await?;
        jobs::enqueue(&tx, job, KIND, Some(&row.id), &payload, now, now).await?;
        let entry = Entry {
            actor: permit.staff.login.clone(),
            action: "report.make_all".to_owned(),
            subject: row.id.clone(),
            detail: json!({ "job": job, "lang": lang.code() }),
        };
        audit::append(&tx, &state.keys, now, entry).await?;
        tx.commit().await.map_err(StoreError::from)?;
    }
    Ok(Redirect::to(&format!("/console/rounds/{}/reports", row.id)))
}

/// Which archive is asked for.
#[derive(Debug, Deserialize)]
pub struct ArchiveQuery {
    /// zh or en.
    lang: String,
}

/// `GET /console/rounds/{id}/reports/all/download`: the archive that the last job made.
///
/// # Errors
/// See [`show`]; when none has been made.
pub async fn archive(
    State(state): State<AppState>,
    permit: Permit<DownloadReport>,
    Path(id): Path<String>,
    Query(query): Query<ArchiveQuery>,
    request: Request,
) -> Result<Response, PageError> {
    let row = find_round(&state, &id).await?;
    let lang = Lang::parse(&query.lang).ok_or_else(PageError::lost)?;
    if !matches!(made(&state, &row.id, lang).await?, Made::Done(_) | Made::Stale(_)) {
        return Err(PageError::lost());
    }
    let path = make_reports::archive(&state.config.data_dir, &row.id, of_report(lang));
    if !tokio::fs::try_exists(&path).await.unwrap_or(false) {
        return Err(PageError::lost());
    }
    let entry = Entry {
        actor: permit.staff.login.clone(),
        action: "report.download_all".to_owned(),
        subject: row.id,
        detail: json!({ "lang": lang.code() }),
    };
    let tx = begin(&state.db).await?;
    audit::append(&tx, &state.keys, state.clock.now_ms(), entry).await?;
    tx.commit().await.map_err(StoreError::from)?;
    let disposition = format!("attachment; filename=\"reports-{}.zip\"", lang.code());
    let disposition = HeaderValue::from_str(&disposition).map_err(|_| PageError::lost())?;
    let served = ServeFile::new(path).try_call(request).await;
    let mut response = served
        .map_err(|error| AppError::internal(&error))?
        .into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

#[cfg(test)]
mod tests;
