use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::http::header;
use hyper::body::Frame;
use tower::ServiceExt;

use super::*;
use crate::handlers::testing::Server;

/// A body of several pieces that does not say how long it is.
struct Pieces(VecDeque<Bytes>);

impl Pieces {
    fn body(count: usize, bytes: usize) -> Body {
        Body::new(Self((0..count).map(|_| Bytes::from(vec![b' '; bytes])).collect()))
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }
}

async fn post(server: &Server, path: &str, body: Body) -> (StatusCode, header::HeaderMap, String) {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body)
        .unwrap();
    let reply = server.router.clone().oneshot(request).await.unwrap();
    let (parts, body) = reply.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (
        parts.status,
        parts.headers,
        String::from_utf8_lossy(&bytes).into_owned(),
    )
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_read_with_words_that_help() {
    let server = Server::start().await;
    let large = || Body::from(vec![b'x'; MAX_BODY_BYTES + 1]);
    let (status, _, text) = post(&server, "/r/0000-0000-00012/q/need", large()).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(text.contains("内容太长了") && text.contains("<h1>"), "{text}");
    let (status, _, text) = post(&server, "/api/v1/responses", large()).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(text.contains("too_large"), "{text}");
    // In pieces, and without a length: as much as is allowed passes, more has to say how much it is.
    let (status, _, text) = post(&server, "/api/v1/responses", Pieces::body(4, MAX_BODY_BYTES / 4)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{text}");
    let (status, _, text) = post(&server, "/api/v1/responses", Pieces::body(5, MAX_BODY_BYTES / 4)).await;
    assert_eq!(status, StatusCode::LENGTH_REQUIRED, "{text}");
}

#[tokio::test]
async fn pieces_are_put_together_in_order_and_their_bytes_are_given_back() {
    let pressure = Pressure::new(Capacity::default());
    let pieces = ["a", "", "bc", "d"].map(|piece| Bytes::from_static(piece.as_bytes()));
    let (body, held) = gather(&pressure, Body::new(Pieces(pieces.into()))).await.unwrap();
    assert_eq!(&body[..], b"abcd");
    assert_eq!(pressure.bytes.available_permits(), HELD_BYTES - 4);
    drop(held);
    assert_eq!(pressure.bytes.available_permits(), HELD_BYTES);
}

#[tokio::test]
async fn bodies_beyond_the_memory_for_them_are_told_to_come_back() {
    let pressure = Pressure::new(Capacity::default());
    let _others = pressure
        .bytes
        .try_acquire_many(u32::try_from(HELD_BYTES - 10).unwrap())
        .unwrap();
    assert!(gather(&pressure, Pieces::body(1, 10)).await.is_ok());
    let refused = gather(&pressure, Pieces::body(2, 6)).await.unwrap_err();
    assert_eq!(refused, Refusal::NoPlace);
    assert_eq!(pressure.bytes.available_permits(), 10);
}

#[tokio::test]
async fn without_a_place_one_is_told_when_to_come_back_and_machines_still_see_in() {
    let server = Server::start().await;
    let (state, _background) = server.base.clone().into_state();
    let router = crate::router::router(state.clone());
    let all = state.pressure.work.acquire_many(512).await.unwrap();
    let get = |path: &str| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        router.clone().oneshot(request)
    };
    let reply = get("/").await.unwrap();
    assert_eq!(reply.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(reply.headers()[header::RETRY_AFTER], "2");
    let page = reply.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&page).contains("现在忙"));
    let reply = get("/api/v1/openapi.json").await.unwrap();
    assert_eq!(reply.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(reply.headers()[header::RETRY_AFTER], "2");
    assert_eq!(get("/readyz").await.unwrap().status(), StatusCode::OK);
    drop(all);
    assert_eq!(get("/").await.unwrap().status(), StatusCode::OK);
}
