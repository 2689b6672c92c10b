use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use tower::ServiceExt;

use crate::handlers::testing::{ROUND, Server};

async fn fetch(server: &Server, path: &str, headers: &[(&str, &str)]) -> axum::response::Response {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    server.router.clone().oneshot(request).await.unwrap()
}

fn header(reply: &axum::response::Response, name: header::HeaderName) -> &str {
    reply
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

async fn bytes(reply: axum::response::Response) -> Vec<u8> {
    axum::body::to_bytes(reply.into_body(), 1 << 20)
        .await
        .unwrap()
        .to_vec()
}

#[tokio::test]
async fn media_is_answered_whole_in_ranges_and_when_known() {
    let server = Server::start().await;
    let path = format!("/media/{ROUND}/rehab.svg");
    let whole = fetch(&server, &path, &[]).await;
    assert_eq!(whole.status(), StatusCode::OK);
    assert_eq!(header(&whole, header::CONTENT_TYPE), "image/svg+xml");
    assert_eq!(header(&whole, header::ACCEPT_RANGES), "bytes");
    assert_eq!(header(&whole, header::CACHE_CONTROL), "no-cache");
    assert!(header(&whole, header::CONTENT_SECURITY_POLICY).contains("sandbox"));
    let tag = header(&whole, header::ETAG).to_owned();
    let content = bytes(whole).await;
    assert_eq!(
        content,
        std::fs::read(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/plans/sample/media/rehab.svg"
        ))
        .unwrap()
    );

    let part = fetch(&server, &path, &[("range", "bytes=4-9")]).await;
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    let range = format!("bytes 4-9/{}", content.len());
    assert_eq!(header(&part, header::CONTENT_RANGE), range);
    assert_eq!(bytes(part).await, content[4..10]);
    let beyond = fetch(&server, &path, &[("range", "bytes=900000-")]).await;
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);

    let print = &tag[1..11];
    let known = fetch(&server, &format!("{path}?v={print}"), &[("if-none-match", &tag)]).await;
    assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
    assert!(header(&known, header::CACHE_CONTROL).contains("immutable"));
    let stale = fetch(
        &server,
        &format!("{path}?v=0000000000"),
        &[("if-none-match", "\"other\"")],
    )
    .await;
    assert_eq!(
        (stale.status(), header(&stale, header::CACHE_CONTROL)),
        (StatusCode::OK, "no-cache")
    );
}

#[tokio::test]
async fn media_that_no_form_names_is_not_there() {
    let server = Server::start().await;
    for path in [
        format!("/media/{ROUND}/plan.toml"),
        format!("/media/{ROUND}/..%2Fplan.toml"),
        format!("/media/{ROUND}/README.md"),
        "/media/elsewhere/rehab.svg".to_owned(),
    ] {
        let reply = fetch(&server, &path, &[]).await;
        assert_eq!(reply.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
