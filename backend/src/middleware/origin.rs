//! Refuses forms that another site made a browser send.
//!
//! The second line of defence behind `SameSite` cookies and the console's
//! tokens. Old web views send neither `Sec-Fetch-Site` nor `Origin`; they pass
//! here and stand before the other two.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problems::PageError;
use crate::app::AppState;
use crate::pages::problem::Problem;

/// Whether a request that changes something was sent from a page of this site.
fn is_own(headers: &HeaderMap, base_url: &str, console: bool) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match text("origin") {
        None => true,
        // What browsers send from pages with `Referrer-Policy: no-referrer`; the console has another.
        Some("null") => !console,
        Some(origin) => {
            let own_host = text(header::HOST.as_str())
                .is_some_and(|host| origin.split_once("://").is_some_and(|(_, rest)| rest == host));
            own_host || origin == base_url
        }
    }
}

/// Refuses a `POST` to a page from elsewhere. The API has no cookies and is not concerned.
pub async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let path = request.uri().path();
    let concerned = !safe && !path.starts_with("/api/");
    if concerned
        && !is_own(
            request.headers(),
            &state.config.base_url,
            path.starts_with("/console"),
        )
    {
        return PageError::problem(StatusCode::FORBIDDEN, Problem::Stale).into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn own(pairs: &[(&'static str, &'static str)], console: bool) -> bool {
        let headers = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        is_own(&headers, "https://minyi.example", console)
    }

    #[test]
    fn forms_of_other_sites_are_told_apart() {
        assert!(own(&[], true));
        assert!(own(&[("origin", "https://minyi.example")], true));
        assert!(own(
            &[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")],
            true
        ));
        assert!(!own(
            &[("origin", "https://evil.example"), ("host", "minyi.example")],
            false
        ));
        assert!(!own(
            &[("sec-fetch-site", "cross-site"), ("origin", "null")],
            false
        ));
        assert!(!own(&[("sec-fetch-site", "same-site")], true));
        assert!(own(
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            true
        ));
        assert!(own(&[("origin", "null")], false));
        assert!(!own(&[("origin", "null")], true));
    }
}
