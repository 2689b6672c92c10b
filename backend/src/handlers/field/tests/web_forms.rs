//! ODK Web Forms' own client: what its engine sent to this server, to the byte, once more. The engine is the npm package
//! `@getodk/xforms-engine` 0.22.0; it loaded the form from this server, answered it and made the submission, the
//! answers in one part and a photograph and a recording in others. Node's `fetch` sent it, and a relay wrote down what came
//! over the wire (`tests/browser/web_forms.mjs`).
//!
//! `cargo test -p minyi record_web_forms -- --ignored` records anew.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use serde::{Deserialize, Serialize};

use super::openrosa::Talk;
use super::*;
use crate::handlers::testing::{AMR, GPS_JPEG, asking_for_files};
use crate::store::attachments;

const RECORDED: &str = "src/openrosa/testdata/web_forms.json";

/// A request as it came.
#[derive(Debug, Serialize, Deserialize)]
struct Heard {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<Piece>,
    /// What the server said to it.
    status: u16,
}

/// A piece of a body.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Piece {
    Text(String),
    Base64(String),
}

#[derive(Debug, Serialize, Deserialize)]
struct Recorded {
    instance_id: String,
    requests: Vec<Heard>,
}

async fn talk() -> Talk {
    Talk::start_on(Server::start_from(asking_for_files).await).await
}

async fn send(talk: &Talk, heard: &Heard) -> (u16, String) {
    let mut request = Request::builder()
        .method(heard.method.as_str())
        .uri(talk.fill(&heard.path));
    for (name, value) in &heard.headers {
        // Replies are read here as they are, and what fills holes has another length.
        if !["accept-encoding", "content-length"].contains(&name.to_lowercase().as_str()) {
            request = request.header(name, talk.fill(value));
        }
    }
    let mut body = Vec::new();
    for piece in &heard.body {
        match piece {
            Piece::Text(text) => body.extend(talk.fill(text).into_bytes()),
            Piece::Base64(text) => body.extend(STANDARD.decode(text).unwrap()),
        }
    }
    let request = request.body(Body::from(body)).unwrap();
    let reply = talk.field.server.router.clone().oneshot(request).await.unwrap();
    let status = reply.status().as_u16();
    let bytes = axum::body::to_bytes(reply.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn what_odk_web_forms_sent_is_the_response_that_the_app_would_send() {
    let recorded: Recorded =
        serde_json::from_str(include_str!("../../../openrosa/testdata/web_forms.json")).unwrap();
    let talk = talk().await;
    let base = &talk.field.server.base;
    let id: Uuid = recorded.instance_id.trim_start_matches("uuid:").parse().unwrap();
    // The whole conversation twice, as after a reply that got lost.
    for _ in 0..2 {
        for heard in &recorded.requests {
            let (status, text) = send(&talk, heard).await;
            assert_eq!(status, heard.status, "{} {}: {text}", heard.method, heard.path);
        }
    }
    let methods: Vec<&str> = recorded
        .requests
        .iter()
        .map(|heard| heard.method.as_str())
        .collect();
    assert_eq!(methods, ["GET", "GET", "HEAD", "POST"]);
    assert_eq!(responses::count(&base.db, ROUND).await.unwrap(), 1);
    let stored = responses::find(&base.db, id).await.unwrap().unwrap();
    let answers: BTreeMap<String, Value> = serde_json::from_str(&stored.answers).unwrap();
    for (name, value) in [
        ("answering", "self"),
        ("need", "none"),
        ("photo", "photo.jpg"),
        ("voice", "voice.amr"),
        ("visited", "2026-11-20T09:30+08:00"),
    ] {
        assert_eq!(answers[name], value, "{name}");
    }
    assert_eq!(
        (stored.mode.as_str(), stored.consents.as_str()),
        ("interview", "sensitive")
    );
    assert_eq!(attachments::count(&base.db, ROUND).await.unwrap(), 2);
    let voice = attachments::of_question(&base.db, id, "voice")
        .await
        .unwrap()
        .unwrap();
    let voice = attachments::find(&base.db, ROUND, voice.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(voice.opened(&base.keys).unwrap(), AMR);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes the recording anew; needs node and the packages of tests/browser"]
async fn record_web_forms() {
    let talk = talk().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = talk.field.server.router.clone();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let file = |name: &str, kind: &str, bytes: &[u8]| json!({ "name": name, "type": kind, "base64": STANDARD.encode(bytes) });
    let credentials = STANDARD.decode(talk.fill("{credentials}")).unwrap();
    let credentials = String::from_utf8(credentials).unwrap();
    let (user, password) = credentials.split_once(':').unwrap();
    let task = json!({ "talk": {
        "base": base, "round": ROUND, "user": user, "password": password, "form": format!("{ROUND}_resident"),
        "answers": {
            "minyi_case": "resident-000001", "minyi_part": "yes", "minyi_sensitive": "yes", "minyi_callback": "no",
            "answering": "self", "need": "none", "took_part": "none", "visited": "2026-11-20T09:30:00.000+08:00",
        },
        "files": { "photo": file("door.jpg", "image/jpeg", GPS_JPEG), "voice": file("voice.amr", "audio/amr", AMR) },
    } });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/browser/web_forms.mjs");
    let output = tokio::process::Command::new("node")
        .arg(script)
        .arg(task.to_string())
        .output();
    let output = output.await.unwrap();
    server.abort();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["violations"], json!([]));
    assert_eq!(said["replies"][0]["status"], 201, "{said:#}");
    let text = serde_json::to_string_pretty(
        &json!({ "instance_id": said["instance_id"], "requests": said["requests"] }),
    );
    // What is another's each time is a hole.
    let mut text = text.unwrap();
    for hole in ["{credentials}", "{version}"] {
        text = text.replace(&talk.fill(hole), hole);
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(RECORDED);
    std::fs::write(path, text + "\n").unwrap();
}
