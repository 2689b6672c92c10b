//! The fieldwork monitor: the page, its live part, and the tables as a file.

mod gather;
mod sheet;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::Markup;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use gather::Shown;

use super::{Entry, StoreError, audit, begin, html, local_time, signed_in};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::staff::SeeRound;
use crate::middleware::problems::PageError;
use crate::pages::problem::Problem;
use crate::pages::{Lang, Reading, fieldwork};

/// Time of the figures, for the script that keeps the page up to date.
const AS_OF: HeaderName = HeaderName::from_static("x-as-of");
/// The live part may be kept and must be asked for again; it is one person's.
const REVALIDATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct FieldworkQuery {
    /// Code of a group; empty for all.
    #[serde(default)]
    group: String,
    /// `live` for the live part alone.
    #[serde(default)]
    part: String,
    /// `csv` or `xlsx`, for the download.
    #[serde(default)]
    format: String,
}

async fn view(
    state: &AppState,
    watcher: &Independent<SeeRound>,
    lang: Lang,
    group: &str,
    shown: Shown,
) -> Result<fieldwork::View, PageError> {
    let plan = &watcher.plan;
    if !group.is_empty() && plan.group(group).is_none() {
        return Err(PageError::lost());
    }
    gather::view(state, lang, &watcher.round, plan, group, shown).await
}

/// A weak validator: the reply may still be compressed on its way.
fn etag(part: &Markup) -> String {
    let digest = Sha256::digest(part.0.as_bytes());
    format!("W/\"{}\"", hex::encode(&digest[..12]))
}

/// `GET /console/rounds/{id}/fieldwork`: the monitor, or with `part=live` what of it changes.
///
/// # Errors
/// When there is no such round or group, the role has no right to see it, a judged unit employs the person, or the
/// database does not answer.
pub async fn show(
    State(state): State<AppState>,
    watcher: Independent<SeeRound>,
    reading: Reading,
    Query(query): Query<FieldworkQuery>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let lang = reading.lang;
    let view = view(&state, &watcher, lang, &query.group, Shown::OnPage).await?;
    let live = fieldwork::live(lang, &view);
    let tag = etag(&live);
    if query.part != "live" {
        let staff = signed_in(lang, &watcher.staff, "");
        return Ok(html(fieldwork::page(lang, &staff, &view, &tag)).into_response());
    }
    let time = fieldwork::as_of(lang, &view.as_of);
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|known| known.split(',').any(|one| one.trim() == tag));
    let mut reply = match known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => html(live).into_response(),
    };
    let out = reply.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, value);
    }
    // Header values are bytes; the script reads percent-encoded UTF-8.
    let time: String = url::form_urlencoded::byte_serialize(time.as_bytes()).collect();
    if let Ok(value) = HeaderValue::from_str(&time.replace('+', "%20")) {
        out.insert(AS_OF, value);
    }
    out.insert(header::CACHE_CONTROL, REVALIDATE);
    Ok(reply)
}

/// `GET /console/rounds/{id}/fieldwork/download`: townships and call-backs as a file.
///
/// # Errors
/// See [`show`]; when the format is neither csv nor xlsx.
pub async fn download(
    State(state): State<AppState>,
    watcher: Independent<SeeRound>,
    reading: Reading,
    Query(query): Query<FieldworkQuery>,
) -> Result<Response, PageError> {
    let lang = reading.lang;
    let view = view(&state, &watcher, lang, &query.group, Shown::InFile).await?;
    let (content, kind) = match query.format.as_str() {
        "csv" => (sheet::csv(lang, &view), "text/csv; charset=utf-8"),
        "xlsx" => (
            sheet::xlsx(lang, &view),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        _ => return Err(PageError::lost()),
    };
    let content =
        content.ok_or_else(|| PageError::problem(StatusCode::INTERNAL_SERVER_ERROR, Problem::Failed))?;
    let entry = Entry {
        actor: watcher.staff.login.clone(),
        action: "fieldwork.download".to_owned(),
        subject: view.id.clone(),
        detail: json!({ "group": query.group, "format": query.format }),
    };
    let tx = begin(&state.db).await?;
    audit::append(&tx, &state.keys, state.clock.now_ms(), entry).await?;
    tx.commit().await.map_err(StoreError::from)?;
    let name = format!("fieldwork-{}.{}", view.today, query.format);
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .map_err(|_| PageError::problem(StatusCode::INTERNAL_SERVER_ERROR, Problem::Failed))?;
    Ok((
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
            (header::CONTENT_DISPOSITION, disposition),
        ],
        content,
    )
        .into_response())
}

/// The time of day by the office's clock.
fn time_of_day(state: &AppState) -> String {
    let moment = local_time(state, state.clock.now_ms());
    moment.get(11..).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
