//! Errors of the interviewers' API in the language of the device, and the server's time on every reply.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::AppState;
use crate::error::AppError;
use crate::middleware::reading;

/// An error on its way to [`say`].
#[derive(Debug)]
pub struct FieldProblem(Box<AppError>);

impl<E: Into<AppError>> From<E> for FieldProblem {
    fn from(error: E) -> Self {
        Self(Box::new(error.into()))
    }
}

/// Carries the error through the layers; axum's extensions must be cloneable.
#[derive(Clone)]
struct Unsaid(std::sync::Arc<std::sync::Mutex<Option<AppError>>>);

impl IntoResponse for FieldProblem {
    fn into_response(self) -> Response {
        let mut reply = self.0.status.into_response();
        let unsaid = Unsaid(std::sync::Arc::new(std::sync::Mutex::new(Some(*self.0))));
        reply.extensions_mut().insert(unsaid);
        reply
    }
}

/// Tells a device the server's time in Unix milliseconds, because its own clock may be wrong.
const TIME: HeaderName = HeaderName::from_static("x-minyi-time");

/// The layer that writes errors out in the language of the request and adds the time.
pub async fn say(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let lang = reading::of_headers(request.headers()).lang;
    let mut reply = next.run(request).await;
    let unsaid = reply.extensions_mut().remove::<Unsaid>();
    let error = unsaid.and_then(|unsaid| {
        let mut slot = unsaid.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        slot.take()
    });
    if let Some(error) = error {
        let headers = reply.headers().clone();
        reply = error.in_language(lang.code()).into_response();
        for (name, value) in headers {
            if let Some(name) = name
                && name != header::CONTENT_LENGTH
                && name != header::CONTENT_TYPE
            {
                reply.headers_mut().insert(name, value);
            }
        }
        if reply.status() == StatusCode::UNAUTHORIZED {
            reply
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
    }
    reply
        .headers_mut()
        .insert(TIME, HeaderValue::from(state.clock.now_ms()));
    reply
}
