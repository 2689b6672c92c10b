//! Headers of every reply.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::AppState;

/// Nothing from elsewhere, no inline script or style, no framing.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     connect-src 'self'; img-src 'self' data:; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same for pages of the console that show another page of this site within them: a questionnaire that is tried out.
pub const WITH_FRAMES: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
     img-src 'self' data:; media-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same for the page within.
pub const WITHIN_FRAMES: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
     img-src 'self' data:; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Adds the headers that a reply does not bring itself.
///
/// Addresses of the respondents' pages hold codes: they are sent to no one, not
/// even as `Referer` to this site. The console sends `Referer` and `Origin` to
/// itself, by which its forms are checked ([`super::origin`]).
pub async fn add(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let console = request.uri().path().starts_with("/console");
    let api = request.uri().path().starts_with("/api/");
    let mut reply = next.run(request).await;
    let headers = reply.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    for (name, value) in ALWAYS {
        set(name, value);
    }
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(
        header::REFERRER_POLICY,
        if console { "same-origin" } else { "no-referrer" },
    );
    set(header::CACHE_CONTROL, "no-store");
    if api {
        // A browser that is led here shows nothing, and saves it under a name of ours.
        set(header::CONTENT_DISPOSITION, "attachment; filename=\"api.json\"");
    }
    if state.config.is_https() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    reply
}
