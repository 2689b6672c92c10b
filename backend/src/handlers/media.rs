//! Pictures, recordings and films that questionnaires name.

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tower_http::services::ServeFile;

use crate::app::AppState;
use crate::error::AppError;
use crate::media::{self, MediaError};
use crate::middleware::problems::PageError;
use crate::store::rounds;

/// A picture may be a document with scripts: opened alone, it can do nothing.
const NOTHING_ALLOWED: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");

/// The query of an address that tells the content.
#[derive(Debug, Deserialize)]
pub struct Version {
    /// The first digits of the content's hash.
    v: Option<String>,
}

/// `GET /media/{round}/{file}`: whole, or the range asked for. Public, like the questionnaire itself.
///
/// # Errors
/// 404 for what no questionnaire of a sealed round names.
pub async fn get(
    State(state): State<AppState>,
    Path((round, name)): Path<(String, String)>,
    Query(version): Query<Version>,
    request: Request,
) -> Result<Response, PageError> {
    let round = rounds::find(&state.db, &round)
        .await?
        .ok_or_else(PageError::lost)?;
    let index = state.media.of_round(&state, &round).await?;
    let file = index.file(&name).ok_or_else(PageError::lost)?;
    let tag = format!("\"{}\"", file.sha256);
    let keeps = version
        .v
        .is_some_and(|print| !print.is_empty() && file.sha256.starts_with(&print));
    let cache = if keeps {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut reply = if knows(request.headers(), &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let path = media::on_disk(&state, &round.id, &name, file)
            .await
            .map_err(|error| match error {
                MediaError::Store(error) => AppError::from(error),
                disk @ MediaError::Disk { .. } => AppError::internal(&disk),
            })?;
        let mut service = ServeFile::new(path);
        let reply = service
            .try_call(request)
            .await
            .map_err(|error| AppError::internal(&error))?;
        reply.map(Body::new)
    };
    let headers = reply.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    // The day on which the server happened to copy it says nothing.
    headers.remove(header::LAST_MODIFIED);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(file.media_type.mime),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::CONTENT_SECURITY_POLICY, NOTHING_ALLOWED);
    Ok(reply)
}

/// Whether the browser has this content already.
fn knows(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|tags| {
            tags.split(',')
                .any(|known| known.trim().trim_start_matches("W/") == tag)
        })
}

#[cfg(test)]
mod tests;
