//! What machines ask: is it alive, can it serve, how is it doing, what is its API.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;

use crate::app::AppState;
use crate::store;

/// The process answers.
#[utoipa::path(get, path = "/healthz", responses((status = 200, description = "The process answers")))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers, so that requests can be served.
#[utoipa::path(get, path = "/readyz", responses(
    (status = 200, description = "Requests can be served"),
    (status = 503, description = "The database does not answer"),
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
#[utoipa::path(get, path = "/metrics", responses((status = 200, description = "Prometheus text format")))]
pub async fn metrics(State(state): State<AppState>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        state.metrics.render(),
    )
}

/// The OpenAPI description of what programs may call.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Minyi",
        description = "Responses in, questionnaires out.",
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
        super::roots::consistency
    ),
    components(schemas(
        super::responses::ResponseBody,
        super::responses::ReceiptBody,
        super::responses::FaultBody,
        super::forms::FormBody,
        super::roots::RootsBody,
        super::roots::ProofBody,
        super::roots::ConsistencyBody,
    ))
)]
pub struct ApiDoc;

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", responses((status = 200, description = "OpenAPI 3.1")))]
pub async fn openapi() -> impl IntoResponse {
    Json(ApiDoc::openapi())
}
