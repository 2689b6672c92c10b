//! Counts requests by class and outcome, and logs those that failed or took long.
//!
//! A log line names route, request id, status and time: no address, no code, no name of anybody.

use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

/// A request that took longer is logged.
const SLOW: Duration = Duration::from_secs(2);

/// What kind of request a path is.
fn class(path: &str) -> &'static str {
    let below = |base: &str| {
        path.strip_prefix(base)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    match path {
        "/healthz" | "/readyz" | "/metrics" => "operations",
        _ if below("/api/v1/field") => "field",
        _ if below("/api") => "api",
        _ if below("/console") => "console",
        _ if below("/assets") || below("/media") || below("/field") => "files",
        _ => "pages",
    }
}

fn outcome(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        429 => "429",
        400..=499 => "4xx",
        503 => "503",
        _ => "5xx",
    }
}

/// Counts and times a request.
pub async fn count(request: Request, next: Next) -> Response {
    let class = class(request.uri().path());
    let begun = Instant::now();
    let reply = next.run(request).await;
    let took = begun.elapsed();
    metrics::counter!("minyi_requests_total", "class" => class, "outcome" => outcome(reply.status()))
        .increment(1);
    metrics::histogram!("minyi_request_seconds", "class" => class).record(took.as_secs_f64());
    let status = reply.status().as_u16();
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    if status >= 500 && status != 503 {
        tracing::error!(status, took_ms, "request failed");
    } else if took > SLOW {
        tracing::warn!(status, took_ms, "request took long");
    } else {
        tracing::debug!(status, took_ms, "request answered");
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_a_class_and_none_tells_of_a_person() {
        for (path, expected) in [
            ("/", "pages"),
            ("/r/0000-0000-00012", "pages"),
            ("/o/resident", "pages"),
            ("/consoles", "pages"),
            ("/console/rounds/x", "console"),
            ("/api/v1/responses", "api"),
            ("/api/v1/field/responses", "field"),
            ("/field", "files"),
            ("/assets/survey.css", "files"),
            ("/readyz", "operations"),
        ] {
            assert_eq!(class(path), expected, "{path}");
        }
        assert_eq!(outcome(StatusCode::TOO_MANY_REQUESTS), "429");
        assert_eq!(outcome(StatusCode::SERVICE_UNAVAILABLE), "503");
        assert_eq!(outcome(StatusCode::BAD_GATEWAY), "5xx");
    }
}
