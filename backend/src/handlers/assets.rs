//! Style sheets and script, kept by browsers for a year under their fingerprint.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::middleware::problems::PageError;
use crate::pages::assets;

/// `GET /assets/{file}`.
///
/// # Errors
/// When there is no such file in this version.
pub async fn get(Path(file): Path<String>) -> Result<Response, PageError> {
    let asset = assets::find(&format!("/assets/{file}")).ok_or_else(PageError::lost)?;
    let headers = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, asset.body.clone()).into_response())
}
