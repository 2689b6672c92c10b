//! Turns what went wrong in a page's handler into a page in the reader's language.
//!
//! Handlers return a [`PageError`]; it carries the problem, and the layer
//! [`render`] around the page routes, which knows how the reader reads, writes it out.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::reading;
use crate::app::AppState;
use crate::error::AppError;
use crate::handlers::respond::home_help;
use crate::pages::problem::{self, Problem};
use crate::pages::{Help, Reading};
use crate::store::StoreError;

/// Longest reason of a refusal that is told on.
const LONGEST_REASON: usize = 4_096;

/// Why a page cannot be shown.
#[derive(Debug)]
pub struct PageError(Box<What>);

#[derive(Debug)]
enum What {
    Problem(StatusCode, Shown, Option<u64>),
    Redirect(String),
}

/// A problem and whom to turn to, on its way to [`render`].
#[derive(Clone, Debug)]
struct Shown {
    problem: Problem,
    help: Option<Help>,
}

impl PageError {
    /// A problem with its status.
    pub fn problem(status: StatusCode, problem: Problem) -> Self {
        Self(Box::new(What::Problem(
            status,
            Shown { problem, help: None },
            None,
        )))
    }

    /// The same with the person to turn to.
    pub fn helped(status: StatusCode, problem: Problem, help: &Help) -> Self {
        Self(Box::new(What::Problem(
            status,
            Shown {
                problem,
                help: Some(help.clone()),
            },
            None,
        )))
    }

    /// The same, with the seconds after which trying again helps.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        if let What::Problem(_, _, retry_after_s) = &mut *self.0 {
            *retry_after_s = Some(seconds.max(1));
        }
        self
    }

    /// Somebody who may not do this.
    pub fn forbidden() -> Self {
        Self::problem(StatusCode::FORBIDDEN, Problem::Forbidden)
    }

    /// No such page.
    pub fn lost() -> Self {
        Self::problem(StatusCode::NOT_FOUND, Problem::Lost)
    }

    /// Too many guesses: come back in so many seconds.
    pub fn too_many(seconds: u64) -> Self {
        let seconds = seconds.max(1);
        let shown = Shown {
            problem: Problem::TooMany {
                minutes: seconds.div_ceil(60),
            },
            help: None,
        };
        Self(Box::new(What::Problem(
            StatusCode::TOO_MANY_REQUESTS,
            shown,
            Some(seconds),
        )))
    }

    /// Not here, but there.
    pub fn see_other(path: impl Into<String>) -> Self {
        Self(Box::new(What::Redirect(path.into())))
    }
}

impl From<AppError> for PageError {
    fn from(error: AppError) -> Self {
        let problem = match error.status {
            StatusCode::NOT_FOUND => Problem::Lost,
            StatusCode::FORBIDDEN => Problem::Forbidden,
            StatusCode::SERVICE_UNAVAILABLE => Problem::Busy,
            StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
            _ => Problem::Failed,
        };
        Self(Box::new(What::Problem(
            error.status,
            Shown { problem, help: None },
            error.retry_after_s,
        )))
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        // Logged once, there.
        AppError::from(error).into()
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match *self.0 {
            What::Redirect(path) => Redirect::to(&path).into_response(),
            What::Problem(status, shown, retry_after_s) => {
                let mut reply = status.into_response();
                if let Some(seconds) = retry_after_s {
                    reply
                        .headers_mut()
                        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                }
                reply.extensions_mut().insert(shown);
                reply
            }
        }
    }
}

fn page(reading: Reading, shown: &Shown, path: &str) -> Html<String> {
    Html(problem::page(reading, &shown.problem, shown.help.as_ref(), path).into_string())
}

/// Whether a reply is one of axum's own refusals: a reason in English, and no form that a reader or a program knows.
fn is_bare(reply: &Response) -> bool {
    let is_text = reply.headers().get(header::CONTENT_TYPE).is_none_or(|kind| {
        let kind = kind.to_str().unwrap_or_default();
        kind.starts_with("text/plain")
    });
    let refuses = matches!(
        reply.status(),
        StatusCode::BAD_REQUEST
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNSUPPORTED_MEDIA_TYPE
            | StatusCode::UNPROCESSABLE_ENTITY
    );
    is_text && refuses
}

/// The same refusal in the API's form; what it says is read back, since only it knows the reason.
async fn for_programs(reading: Reading, status: StatusCode, body: Body) -> Response {
    let reason = axum::body::to_bytes(body, LONGEST_REASON)
        .await
        .unwrap_or_default();
    let reason = String::from_utf8_lossy(&reason);
    let error = match status {
        StatusCode::METHOD_NOT_ALLOWED => AppError::new(
            status,
            "method_not_allowed",
            "这个地址不接受这种请求方法，可用的方法见 Allow。",
            "This address does not take this method; Allow says which it takes.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => AppError::too_large(),
        _ => AppError {
            status,
            ..AppError::malformed(&reason)
        },
    };
    error.in_language(reading.lang.code()).into_response()
}

/// Where a reader who changes the display comes back to: the same problem, unless only a form led to it. Respondents'
/// forms are sent to the address of their page.
fn path_of(request: &Request) -> String {
    let uri = request.uri();
    let is_page =
        request.method() == Method::GET || uri.path().starts_with("/r/") || uri.path().starts_with("/o/");
    let path = uri.path_and_query().filter(|_| is_page);
    path.map_or_else(|| "/".to_owned(), ToString::to_string)
}

/// The layer that writes problems out. Whoever reads one is told whom to turn to wherever that can be known: that is
/// when help is needed most.
pub async fn render(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let reading = reading::of_headers(request.headers());
    let path = path_of(&request);
    let is_api = request.uri().path().starts_with("/api/");
    let mut reply = next.run(request).await;
    match reply.extensions_mut().remove::<Shown>() {
        Some(mut shown) => {
            // Not of a database that may just have failed, and staff have their own office to ask.
            let may_ask = !matches!(shown.problem, Problem::Failed | Problem::Busy);
            if shown.help.is_none() && may_ask && !path.starts_with("/console") {
                shown.help = home_help(&state, reading.lang).await.unwrap_or_default();
            }
            let mut headers = reply.headers().clone();
            headers.remove(header::CONTENT_LENGTH);
            (reply.status(), headers, page(reading, &shown, &path)).into_response()
        }
        None if is_bare(&reply) => {
            let (parts, body) = reply.into_parts();
            let mut headers = parts.headers;
            headers.remove(header::CONTENT_LENGTH);
            headers.remove(header::CONTENT_TYPE);
            let mut reply = match is_api {
                true => for_programs(reading, parts.status, body).await,
                false => {
                    let problem = match parts.status {
                        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
                        _ => Problem::Unreadable,
                    };
                    let shown = Shown { problem, help: None };
                    (parts.status, page(reading, &shown, "/")).into_response()
                }
            };
            reply.headers_mut().extend(headers);
            reply
        }
        None => reply,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{StatusCode, header};
    use serde_json::Value;

    use crate::handlers::testing::{ROUND, Server};

    #[tokio::test]
    async fn what_axum_refuses_is_said_in_the_readers_language_and_to_programs_as_json() {
        let server = Server::start().await;
        let mut browser = server.browser();
        let proof = format!("/api/v1/rounds/{ROUND}/proof/00?epoch=tomorrow");
        let refused = browser.get(&proof).await;
        let said: Value = serde_json::from_str(&refused.text).unwrap();
        assert_eq!(
            (refused.status, &said["error"]),
            (StatusCode::BAD_REQUEST, &Value::from("malformed"))
        );
        assert!(
            said["message"].as_str().unwrap().starts_with("请求无法读取"),
            "{said}"
        );

        let refused = browser.post("/api/v1/openapi.json", &[]).await;
        let said: Value = serde_json::from_str(&refused.text).unwrap();
        assert_eq!(
            (refused.status, &said["error"]),
            (StatusCode::METHOD_NOT_ALLOWED, &Value::from("method_not_allowed"))
        );
        assert!(refused.headers[header::ALLOW].to_str().unwrap().contains("GET"));

        let refused = browser.get("/r/%FF").await;
        assert!(
            refused.status.is_client_error() && refused.text.contains("<h1>"),
            "{}",
            refused.text
        );
        for (language, words) in [("zh-CN", "这个请求读不懂"), ("en", "This request cannot be read")] {
            browser.language = language;
            let refused = browser.post_raw("/", "text/plain", b"x".to_vec()).await;
            assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
            assert!(refused.text.contains(words), "{}", refused.text);
        }
    }
}
