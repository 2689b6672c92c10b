//! What every reply carries, whatever became of the request.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::routing::get;
use tower::ServiceExt;

use super::{filled, routes};
use crate::auth::Role;
use crate::handlers::testing::{Browser, Reply, Server};
use crate::router::guarded;

/// Begins of addresses whose replies may be kept: they show everyone the same, and nobody's answers.
const MAY_BE_KEPT: [&str; 6] = [
    "/assets/",
    "/media/",
    "/results",
    "/field",
    "/api/v1/forms/",
    "/services/",
];

fn word<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// What is wrong with a reply's headers and body.
fn faults(path: &str, reply: &Reply, is_https: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let mut must = |ok: bool, what: &str| {
        if !ok {
            faults.push(format!("{path} ({}): {what}", reply.status));
        }
    };
    let headers = &reply.headers;
    let policy = word(headers, "content-security-policy");
    // A questionnaire that is tried out stands within the editor's own page.
    let is_within = path.ends_with("/forms/resident/preview") && policy.contains("frame-ancestors 'self'");
    let denies = [
        "default-src 'none'",
        "base-uri 'none'",
        if is_within {
            "frame-ancestors 'self'"
        } else {
            "frame-ancestors 'none'"
        },
        "form-action 'self'",
    ];
    must(denies.iter().all(|part| policy.contains(part)), policy);
    must(
        !policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"),
        "a policy that lets in what is inline or from elsewhere",
    );
    must(
        word(headers, "x-content-type-options") == "nosniff",
        "types are guessed",
    );
    let framing = if is_within { "SAMEORIGIN" } else { "DENY" };
    must(word(headers, "x-frame-options") == framing, "it can be framed");
    must(
        matches!(word(headers, "referrer-policy"), "no-referrer" | "same-origin"),
        "addresses are told elsewhere",
    );
    must(
        word(headers, "permissions-policy").contains("geolocation=()"),
        "no permissions policy",
    );
    must(
        word(headers, "cross-origin-opener-policy") == "same-origin"
            && word(headers, "cross-origin-resource-policy") == "same-origin",
        "other sites reach in",
    );
    must(
        word(headers, "strict-transport-security").contains("max-age=31536000") == is_https,
        "HSTS",
    );
    for name in ["server", "x-powered-by", "access-control-allow-origin"] {
        must(!headers.contains_key(name), name);
    }
    must(
        !path.starts_with("/api/") || word(headers, "content-disposition").starts_with("attachment"),
        "an API reply that a browser would show",
    );
    let may_be_kept = reply.status.is_success() && MAY_BE_KEPT.iter().any(|begin| path.starts_with(begin));
    must(
        may_be_kept || word(headers, "cache-control").contains("no-store"),
        "it may be kept by a cache",
    );
    if !reply.bytes.is_empty() {
        let kind = word(headers, "content-type");
        must(!kind.is_empty(), "content without a type");
        must(
            !(reply.status.is_client_error() && kind.starts_with("text/plain")),
            "a refusal that no reader and no program understands",
        );
        must(
            !kind.starts_with("text/") || kind.contains("charset=utf-8"),
            "text without its encoding",
        );
        if kind.starts_with("text/html") {
            let text = &reply.text;
            must(
                !text.contains("<style") && !text.contains(" style=") && !text.contains(" onclick="),
                "style or script within the page",
            );
        }
    }
    for cookie in headers.get_all(header::SET_COOKIE) {
        let cookie = cookie.to_str().unwrap();
        let flags = cookie.contains("; HttpOnly") && cookie.contains("; SameSite=");
        must(flags && cookie.contains("; Secure") == is_https, cookie);
        must(!cookie.contains("Domain="), cookie);
    }
    faults
}

/// A request that a route refuses, and one that it may serve.
async fn replies(browser: &mut Browser, method: &Method, path: &str) -> Vec<Reply> {
    match *method {
        Method::GET => vec![browser.get(path).await],
        _ => vec![
            browser.post(path, &[]).await,
            browser.post_raw(path, "application/json", b"{".to_vec()).await,
            browser
                .post_raw(path, "multipart/form-data", b"no boundary".to_vec())
                .await,
        ],
    }
}

#[tokio::test]
async fn every_reply_of_every_route_carries_the_security_headers() {
    for is_https in [false, true] {
        let server = Server::start().await.with_settings(|config| {
            if is_https {
                config.base_url = "https://minyi.example".to_owned();
            }
        });
        server.account(Role::Office).await;
        let (mut office, mut stranger) = (server.browser(), server.browser());
        let entered = office.sign_in(Role::Office).await;
        let cookie = word(&entered.headers, "set-cookie").to_owned();
        assert_eq!(cookie.starts_with("__Host-"), is_https, "{cookie}");
        let mut wrong = faults("/console/login", &entered, is_https);
        for route in routes().iter().filter(|route| route.path != "/console/logout") {
            let path = filled(&route.path);
            for browser in [&mut stranger, &mut office] {
                for reply in replies(browser, &route.method, &path).await {
                    wrong.extend(faults(&path, &reply, is_https));
                }
            }
        }
        // Nothing there, nothing to be done there, too much, not to be understood.
        for (reply, status) in [
            (stranger.get("/nowhere").await, StatusCode::NOT_FOUND),
            (stranger.get("/api/nowhere").await, StatusCode::NOT_FOUND),
            (stranger.get("/r/%00").await, StatusCode::NOT_FOUND),
            (
                stranger.get("/console/logout").await,
                StatusCode::METHOD_NOT_ALLOWED,
            ),
            (stranger.get("/view").await, StatusCode::METHOD_NOT_ALLOWED),
            (
                stranger.post_raw("/", "text/plain", b"x".to_vec()).await,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ),
            (
                stranger
                    .post_raw("/", "application/x-www-form-urlencoded", vec![b'a'; 300_000])
                    .await,
                StatusCode::PAYLOAD_TOO_LARGE,
            ),
        ] {
            assert_eq!(reply.status, status, "{}", reply.text);
            wrong.extend(faults("/", &reply, is_https));
        }
        wrong.sort();
        wrong.dedup();
        assert_eq!(wrong, Vec::<String>::new(), "https: {is_https}");
    }
}

#[tokio::test]
async fn what_panics_or_takes_too_long_is_answered_with_the_headers_too() {
    let (state, _background) = Server::start().await.base.into_state();
    async fn boom() -> StatusCode {
        panic!("a handler that panics")
    }
    let router = Router::new()
        .route("/boom", get(boom))
        .route("/slow", get(std::future::pending::<StatusCode>));
    let router = guarded(router, &state, Duration::from_millis(1)).with_state(state);
    for (path, status) in [("/boom", 500), ("/slow", 503)] {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let reply = router.clone().oneshot(request).await.unwrap();
        assert_eq!(reply.status().as_u16(), status);
        for name in [
            "content-security-policy",
            "x-content-type-options",
            "cache-control",
        ] {
            assert!(reply.headers().contains_key(name), "{path} {name}");
        }
    }
}
