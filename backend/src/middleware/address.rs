//! Refuses addresses that can name nothing.
//!
//! No code, slug, round or file has a NUL in its name. SQLite finds nothing under such a name, PostgreSQL answers with
//! an error, and a stranger must not be able to fill the log with those.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problems::PageError;
use crate::error::AppError;

/// Answers 404 to an address with a NUL in it.
pub async fn check(request: Request, next: Next) -> Response {
    let uri = request.uri();
    let has_nul = |text: &str| text.contains("%00");
    if has_nul(uri.path()) || uri.query().is_some_and(has_nul) {
        return match uri.path().starts_with("/api/") {
            true => AppError::not_found().into_response(),
            false => PageError::lost().into_response(),
        };
    }
    next.run(request).await
}
