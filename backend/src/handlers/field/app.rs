//! `/field`: the interviewers' app, embedded. It holds nothing of anyone; data come by the API.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::middleware::problems::PageError;

/// The files in `assets/field`.
#[derive(RustEmbed)]
#[folder = "assets/field"]
struct App;

/// Everything from here; blobs for media that were fetched before the network went.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; worker-src 'self'; \
     manifest-src 'self'; connect-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The media type of a file of the app.
fn media_type(file: &str) -> &'static str {
    match file.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn etag(file: &EmbeddedFile) -> String {
    format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]))
}

/// Whether the sender has this version already.
pub(super) fn has(headers: &HeaderMap, etag: &str) -> bool {
    let sent = headers.get_all(header::IF_NONE_MATCH).iter();
    sent.filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .any(|tag| tag.trim().trim_start_matches("W/") == etag || tag.trim() == "*")
}

fn serve(name: &str, headers: &HeaderMap) -> Result<Response, PageError> {
    let file = App::get(name).ok_or_else(PageError::lost)?;
    let etag = etag(&file);
    let mut reply = if has(headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, media_type(name))], file.data).into_response()
    };
    let own = reply.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        own.insert(header::ETAG, etag);
    }
    // Always asked for again, answered with 304 mostly: an update of the app must not wait for a cache.
    own.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    own.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(CONTENT_SECURITY_POLICY),
    );
    // Both: browsers without module workers are given the shell alone.
    if matches!(name, "sw.js" | "shell.js") {
        own.insert(
            HeaderName::from_static("service-worker-allowed"),
            HeaderValue::from_static("/field"),
        );
    }
    Ok(reply)
}

/// `GET /field`: the app.
///
/// # Errors
/// When the program was built without it.
pub async fn index(headers: HeaderMap) -> Result<Response, PageError> {
    serve("index.html", &headers)
}

/// `GET /field/{file}`: a file of the app.
///
/// # Errors
/// When there is no such file.
pub async fn file(Path(file): Path<String>, headers: HeaderMap) -> Result<Response, PageError> {
    serve(&file, &headers)
}
