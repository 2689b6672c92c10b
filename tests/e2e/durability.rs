//! An accepted response is never lost: `kill -9` while 32 clients post, on both databases.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use minyi_tests::demo::{self, DemoFile};
use minyi_tests::postgres::Postgres;
use minyi_tests::server::Server;
use serde_json::{Value, json};
use tempfile::TempDir;

const CLIENTS: usize = 32;

/// A response whose `201` was read, with the receipt that it carried.
struct Acknowledged {
    body: Value,
    receipt: String,
}

#[test]
fn kill_dash_nine_loses_no_acknowledged_response_on_sqlite() {
    let data = demo::copy();
    drill(data.path(), &[]);
}

#[test]
fn kill_dash_nine_loses_no_acknowledged_response_on_postgresql() {
    let url = Postgres::shared().database();
    let dir = TempDir::new().expect("a temporary folder");
    let settings = [("DATABASE_URL", url.as_str())];
    drop(demo::make(dir.path(), &settings));
    drill(dir.path(), &settings);
}

fn drill(data: &std::path::Path, settings: &[(&str, &str)]) {
    let demo = DemoFile::read(data);
    let server = Server::start(data, settings);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let answers = runtime.block_on(minimal_answers(&server.base_url, &demo.round));
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            runtime.spawn(post_until(
                Arc::clone(&stop),
                server.base_url.clone(),
                demo.clone(),
                answers.clone(),
            ))
        })
        .collect();
    std::thread::sleep(Duration::from_secs(4));
    server.kill();
    stop.store(true, Ordering::Relaxed);
    let acknowledged: Vec<Acknowledged> = clients
        .into_iter()
        .flat_map(|client| runtime.block_on(client).expect("the client"))
        .collect();
    assert!(
        acknowledged.len() > 100,
        "only {} were acknowledged",
        acknowledged.len()
    );

    // Sent again, each must be known: 200 with the same receipt. A 201 would mean that it had been lost.
    let server = Server::start(data, settings);
    runtime.block_on(async {
        let client = reqwest::Client::new();
        for sent in &acknowledged {
            let reply = post(&client, &server.base_url, &sent.body)
                .await
                .expect("the server answers");
            assert_eq!(reply.0, 200, "{}", sent.body["id"]);
            assert_eq!(reply.1["receipt"], sent.receipt.as_str());
        }
    });
}

async fn post_until(
    stop: Arc<AtomicBool>,
    base_url: String,
    demo: DemoFile,
    answers: (String, Value),
) -> Vec<Acknowledged> {
    let client = reqwest::Client::new();
    let slug = demo.open_links["resident"].trim_start_matches("/o/").to_owned();
    let mut acknowledged = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let body = json!({
            "id": uuid::Uuid::new_v4(), "link": slug, "form": "resident", "form_version": answers.0,
            "language": "zh", "mode": "web", "answering": "self",
            "started_at": "2026-11-01T08:00:00Z", "ended_at": "2026-11-01T08:05:00Z", "answers": answers.1,
        });
        match post(&client, &base_url, &body).await {
            Ok((201, reply)) => {
                let receipt = reply["receipt"].as_str().expect("a receipt").to_owned();
                acknowledged.push(Acknowledged { body, receipt });
            }
            Ok((429 | 503, _)) => tokio::time::sleep(Duration::from_millis(50)).await,
            Ok(other) => panic!("unexpected reply: {other:?}"),
            // The server has been killed: what was under way may or may not be there.
            Err(_) => break,
        }
    }
    acknowledged
}

async fn post(client: &reqwest::Client, base_url: &str, body: &Value) -> reqwest::Result<(u16, Value)> {
    let reply = client
        .post(format!("{base_url}/api/v1/responses"))
        .json(body)
        .send()
        .await?;
    let status = reply.status().as_u16();
    Ok((status, reply.json().await?))
}

/// The current form version and the shortest valid answers to the residents' form.
async fn minimal_answers(base_url: &str, round: &str) -> (String, Value) {
    let url = format!("{base_url}/api/v1/forms/{round}/resident");
    let form: Value = reqwest::get(url)
        .await
        .expect("the form")
        .json()
        .await
        .expect("JSON");
    let version = form["form_version"].as_str().expect("its version").to_owned();
    (version, minyi_tests::answers::minimal_resident())
}
