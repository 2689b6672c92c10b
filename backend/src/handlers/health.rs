//! What machines ask: is it alive, can it serve, how is it doing, what is its API.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::described::Refusals;
use crate::app::AppState;
use crate::store;

/// The process answers.
#[utoipa::path(get, path = "/healthz", responses(
    (status = 200, description = "The process answers", body = String, content_type = "text/plain"),
))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers, so that requests can be served.
#[utoipa::path(get, path = "/readyz", responses(
    (status = 200, description = "Requests can be served", body = String, content_type = "text/plain"),
    (status = 503, description = "The database does not answer", body = String, content_type = "text/plain"),
))]
pub async fn readyz(State(state): State<AppState>) -> Response {
    match store::ping(&state.db).await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "database unavailable\n").into_response()
        }
    }
}

/// Counters in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", responses(
    (status = 200, description = "Prometheus text format", body = String, content_type = "text/plain"),
))]
pub async fn metrics(State(state): State<AppState>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        state.metrics.render(),
    )
}

/// The bearer token that a device gets when an interviewer signs in on it.
struct DeviceToken;

impl Modify for DeviceToken {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("device", bearer);
    }
}

/// The OpenAPI description of what programs may call.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Minyi",
        description = "Responses in, questionnaires out; what interviewers' devices send and fetch; signed roots and proofs.",
        license(name = "Apache-2.0")
    ),
    paths(
        healthz,
        readyz,
        metrics,
        openapi,
        super::responses::create,
        super::forms::show,
        super::roots::list,
        super::roots::proof,
        super::roots::consistency,
        super::field::devices::register,
        super::field::devices::wiped,
        super::field::devices::sign_out,
        super::field::bundle::status,
        super::field::bundle::show,
        super::field::attempts::create,
        super::field::responses::create
    ),
    modifiers(&DeviceToken, &Refusals),
    components(schemas(
        super::described::ErrorBody,
        super::responses::ResponseBody,
        super::responses::ReceiptBody,
        super::responses::FaultBody,
        super::forms::FormBody,
        super::roots::AuditHeadBody,
        super::roots::RootsBody,
        super::roots::ProofBody,
        super::roots::ConsistencyBody,
        super::field::devices::Registration,
        super::field::devices::RegisteredBody,
        super::field::bundle::StatusBody,
        super::field::attempts::RecordedBody,
        super::field::responses::HeldBody,
        super::field::responses::Body,
        super::field::attempts::Body,
        crate::field::attempts::NewAttempt,
    ))
)]
pub struct ApiDoc;

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", responses(
    (status = 200, description = "OpenAPI 3.1", body = Object),
))]
pub async fn openapi() -> impl IntoResponse {
    Json(ApiDoc::openapi())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Method and path of every route for programs that the router lists.
    fn routes() -> BTreeSet<(String, String)> {
        let source = include_str!("../router.rs");
        let lines = source.split(".route(").skip(1);
        let routes = lines.filter_map(|line| {
            let path = line.split('"').nth(1)?;
            let handler = line.split_once(',')?.1.trim_start();
            let method = handler.split('(').next()?;
            path.starts_with("/api/v1/")
                .then(|| (method.to_owned(), path.to_owned()))
        });
        routes.collect()
    }

    #[test]
    fn every_api_route_is_described_and_nothing_else() {
        let document = serde_json::to_value(ApiDoc::openapi()).unwrap();
        let mut described = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                if path.starts_with("/api/") {
                    described.insert((method.clone(), path.clone()));
                }
                let statuses = operation["responses"].as_object().unwrap();
                assert!(!statuses.is_empty(), "{method} {path}");
                let says_nothing = |status: &str| matches!(status, "204" | "304");
                for (status, answer) in statuses {
                    let has_body = answer["content"].is_object();
                    assert_eq!(has_body, !says_nothing(status), "{method} {path} {status}");
                }
                // What needs a device's token says so; only signing in on one does not.
                let needs_token = path.starts_with("/api/v1/field/") && path != "/api/v1/field/devices";
                assert_eq!(
                    operation["security"][0].get("device").is_some(),
                    needs_token,
                    "{path}"
                );
            }
        }
        let routes = routes();
        assert!(routes.len() >= 12, "{routes:?}");
        assert_eq!(described, routes);
        assert_eq!(
            document["components"]["securitySchemes"]["device"]["scheme"],
            "bearer"
        );
        for schema in ["SealedInterview", "NewAttempt", "Registration"] {
            assert!(
                document["components"]["schemas"].get(schema).is_some(),
                "{schema}"
            );
        }
    }
}
