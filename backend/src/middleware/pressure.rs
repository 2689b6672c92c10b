//! Keeps the server upright when more comes than it can do.
//!
//! A request is worked on when a place is free; it waits a moment for one, and then is told to come back, so that
//! those who are inside are served in good time. Its body is gathered before it takes the place: a client that sends a
//! byte now and then holds up nobody. All bodies together have a fixed number of bytes.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout, timeout_at};

use super::problems::PageError;
use crate::app::AppState;
use crate::config::capacity::Capacity;
use crate::error::AppError;
use crate::pages::problem::Problem;

/// Largest body of most requests: a response of 40 answers has 1.6 KB; long free texts are some ten.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
/// Bytes of all bodies that are held at once.
const HELD_BYTES: usize = 64 * 1024 * 1024;
/// Uploads of staff that may be under way at once; one has at most some tens of megabytes.
const UPLOADS: usize = 8;
/// Uploads of respondents and of interviewers' clients that may be under way at once, each up to 24 MB in memory: they
/// leave staff's places free, and staff theirs.
const FILES: usize = 4;
/// Longest that a body may take to arrive.
const GATHERING: Duration = Duration::from_secs(30);
/// Longest that a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(1);

/// Places of a server.
#[derive(Debug)]
pub struct Pressure {
    work: Semaphore,
    bytes: Semaphore,
    uploads: Semaphore,
    files: Semaphore,
}

impl Pressure {
    /// All places free.
    pub fn new(capacity: Capacity) -> Self {
        Self {
            work: Semaphore::new(capacity.requests),
            bytes: Semaphore::new(HELD_BYTES),
            uploads: Semaphore::new(UPLOADS),
            files: Semaphore::new(FILES),
        }
    }
}

/// Why a request is not worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// No place came free in time.
    NoPlace,
    /// The work was not done in time.
    TooLong,
    /// The body did not arrive in time.
    TooSlow,
    /// The body is larger than any of its kind.
    TooLarge,
    /// A large body that does not say how large.
    NoLength,
    /// The connection broke.
    Broken,
}

impl Refusal {
    fn word(self) -> &'static str {
        match self {
            Self::NoPlace => "no_place",
            Self::TooLong => "too_long",
            Self::TooSlow => "too_slow",
            Self::TooLarge => "too_large",
            Self::NoLength => "no_length",
            Self::Broken => "broken",
        }
    }

    /// The answer for programs.
    fn error(self) -> AppError {
        match self {
            Self::NoPlace => AppError::busy(2),
            Self::TooLong => AppError::busy(10),
            Self::TooLarge => AppError::too_large(),
            Self::TooSlow => AppError::new(
                StatusCode::REQUEST_TIMEOUT,
                "too_slow",
                "内容没有在 30 秒内传完，请检查网络后再试。",
                "The content did not arrive within 30 seconds. Please check the network and try again.",
            ),
            Self::NoLength => AppError::new(
                StatusCode::LENGTH_REQUIRED,
                "no_length",
                "内容较大时，请求必须写明长度（Content-Length）。",
                "A large body must state its length (Content-Length).",
            ),
            Self::Broken => AppError::malformed("connection"),
        }
    }

    fn answer(self, is_api: bool) -> Response {
        metrics::counter!("minyi_requests_shed_total", "reason" => self.word()).increment(1);
        let error = self.error();
        if is_api {
            return error.into_response();
        }
        match self {
            Self::TooLarge | Self::NoLength => {
                PageError::problem(error.status, Problem::TooLarge).into_response()
            }
            _ => PageError::problem(error.status, Problem::Busy)
                .retry_after(error.retry_after_s.unwrap_or(1))
                .into_response(),
        }
    }
}

/// Lets a request through when its turn comes, and gives it up after `longest`.
pub async fn guard(
    State((state, longest)): State<(AppState, Duration)>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    // Whoever watches the server must see it best when it is busy.
    if matches!(path, "/healthz" | "/readyz" | "/metrics") {
        return next.run(request).await;
    }
    let is_api = path.starts_with("/api/");
    match admit(&state.pressure, longest, request, next).await {
        Ok(reply) => reply,
        Err(refusal) => refusal.answer(is_api),
    }
}

/// Whether files are handed in at an address: with the answers of a page, or with an interview.
fn takes_files(path: &str) -> bool {
    let of_page = ["/r/", "/o/", "/receipt/again/"]
        .iter()
        .any(|door| path.starts_with(door))
        && path.contains("/files/");
    of_page || (path.starts_with("/openrosa/") && path.ends_with("/submission"))
}

async fn admit(
    pressure: &Pressure,
    longest: Duration,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let is_large = request
        .body()
        .size_hint()
        .exact()
        .is_some_and(|bytes| bytes > MAX_BODY_BYTES as u64);
    // What staff, clients and respondents upload is read as it comes, after it is known who they are.
    if is_large {
        let places = match request.uri().path() {
            path if path.starts_with("/console/") => &pressure.uploads,
            path if takes_files(path) => &pressure.files,
            _ => return Err(Refusal::TooLarge),
        };
        let _upload = places.try_acquire().map_err(|_| Refusal::NoPlace)?;
        return timeout(longest, next.run(request))
            .await
            .map_err(|_| Refusal::TooLong);
    }
    let (parts, body) = request.into_parts();
    let (body, _bytes) = match body.is_end_stream() {
        true => (Bytes::new(), None),
        false => gather(pressure, body).await?,
    };
    let request = Request::from_parts(parts, Body::from(body));
    let _place = match timeout(PATIENCE, pressure.work.acquire()).await {
        Ok(Ok(place)) => place,
        _ => return Err(Refusal::NoPlace),
    };
    timeout(longest, next.run(request))
        .await
        .map_err(|_| Refusal::TooLong)
}

/// The whole of a small body, and its share of the bytes that are held.
async fn gather(
    pressure: &Pressure,
    mut body: Body,
) -> Result<(Bytes, Option<SemaphorePermit<'_>>), Refusal> {
    let until = Instant::now() + GATHERING;
    let mut held: Option<SemaphorePermit<'_>> = None;
    let mut whole = Bytes::new();
    let mut rest = Vec::new();
    loop {
        let Some(frame) = timeout_at(until, body.frame())
            .await
            .map_err(|_| Refusal::TooSlow)?
        else {
            break;
        };
        let Ok(data) = frame.map_err(|_| Refusal::Broken)?.into_data() else {
            continue;
        };
        if whole.len() + rest.len() + data.len() > MAX_BODY_BYTES {
            return Err(Refusal::NoLength);
        }
        let bytes = u32::try_from(data.len()).map_err(|_| Refusal::TooLarge)?;
        let more = pressure
            .bytes
            .try_acquire_many(bytes)
            .map_err(|_| Refusal::NoPlace)?;
        match &mut held {
            Some(held) => held.merge(more),
            None => held = Some(more),
        }
        // Most bodies come in one piece, which is passed on as it is.
        match whole.is_empty() && rest.is_empty() {
            true => whole = data,
            false => {
                if rest.is_empty() {
                    rest.extend_from_slice(&whole);
                    whole = Bytes::new();
                }
                rest.extend_from_slice(&data);
            }
        }
    }
    let body = match rest.is_empty() {
        true => whole,
        false => Bytes::from(rest),
    };
    Ok((body, held))
}

#[cfg(test)]
mod tests;
