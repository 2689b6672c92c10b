//! Clients that post responses to the residents' open link, and remember what was acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::demo::DemoFile;

/// A response whose `201` or `200` was read, with the receipt that it carried.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    /// What was sent.
    pub body: Value,
    /// The receipt.
    pub receipt: String,
}

/// What a client does when its connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenBroken {
    /// It stops: the server was killed.
    Stop,
    /// It sends the same response again, as devices do.
    SendAgain,
}

/// Bodies for one form of one round.
#[derive(Clone, Debug)]
pub struct Bodies {
    slug: String,
    version: String,
    answers: Value,
}

impl Bodies {
    /// Bodies with these answers to the residents' form as `base_url` has it.
    ///
    /// # Panics
    /// When the server does not answer with the form.
    pub async fn new(base_url: &str, demo: &DemoFile, answers: Value) -> Self {
        let url = format!("{base_url}/api/v1/forms/{}/resident", demo.round);
        let form: Value = reqwest::get(url)
            .await
            .expect("the form")
            .json()
            .await
            .expect("JSON");
        let slug = demo.open_links["resident"].trim_start_matches("/o/");
        Self {
            slug: slug.to_owned(),
            version: form["form_version"].as_str().expect("its version").to_owned(),
            answers,
        }
    }

    /// A response that nobody has sent yet.
    pub fn next(&self) -> Value {
        json!({
            "id": uuid::Uuid::new_v4(), "link": self.slug, "form": "resident", "form_version": self.version,
            "language": "zh", "mode": "web", "answering": "self",
            "started_at": "2026-11-01T08:00:00Z", "ended_at": "2026-11-01T08:05:00Z", "answers": self.answers,
        })
    }
}

/// The leaf of a receipt, hex: what the database keeps of it.
///
/// # Panics
/// When it is no receipt.
pub fn leaf_of(receipt: &str) -> String {
    let leaf = receipt.split('.').nth(2).expect("a leaf");
    hex::encode(URL_SAFE_NO_PAD.decode(leaf).expect("base64url"))
}

/// Sends a body: status, `Retry-After`, and the answer.
///
/// # Errors
/// When the connection breaks.
pub async fn post(
    client: &reqwest::Client,
    base_url: &str,
    body: &Value,
) -> reqwest::Result<(u16, Option<u64>, Value)> {
    let reply = client
        .post(format!("{base_url}/api/v1/responses"))
        .json(body)
        .send()
        .await?;
    let status = reply.status().as_u16();
    let wait = reply.headers().get("retry-after");
    let wait = wait.and_then(|value| value.to_str().ok()?.parse().ok());
    // What a proxy says of itself is no JSON.
    let text = reply.text().await?;
    Ok((status, wait, serde_json::from_str(&text).unwrap_or_default()))
}

/// What clients have seen so far.
#[derive(Debug, Default)]
pub struct Seen {
    stop: AtomicBool,
    /// Responses acknowledged.
    pub accepted: AtomicU64,
    /// Answers that said to come back, with a time.
    pub busy: AtomicU64,
}

/// Clients that post side by side until they are stopped.
#[derive(Debug)]
pub struct Crowd {
    seen: Arc<Seen>,
    clients: Vec<JoinHandle<Vec<Acknowledged>>>,
}

impl Crowd {
    /// Starts `clients` clients.
    pub fn start(
        runtime: &Runtime,
        clients: usize,
        base_url: &str,
        bodies: &Bodies,
        broken: WhenBroken,
    ) -> Self {
        let seen = Arc::new(Seen::default());
        let clients = (0..clients)
            .map(|_| {
                let (seen, url, bodies) = (Arc::clone(&seen), base_url.to_owned(), bodies.clone());
                runtime.spawn(run(seen, url, bodies, broken))
            })
            .collect();
        Self { seen, clients }
    }

    /// Waits until `count` of the crowd has grown by `more`.
    ///
    /// # Panics
    /// When it has not within a minute.
    pub fn wait_for(&self, count: fn(&Seen) -> &AtomicU64, more: u64) {
        let begun = Instant::now();
        let count = count(&self.seen);
        let goal = count.load(Ordering::Relaxed) + more;
        while count.load(Ordering::Relaxed) < goal {
            let seen = count.load(Ordering::Relaxed);
            assert!(
                begun.elapsed().as_secs() < 60,
                "waited for {goal}, saw {seen}: {:?}",
                self.seen
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops the clients once each has its answer.
    ///
    /// # Panics
    /// When a client met what it does not expect.
    pub fn stop(self, runtime: &Runtime) -> Vec<Acknowledged> {
        self.seen.stop.store(true, Ordering::Relaxed);
        let ended = self.clients.into_iter();
        ended
            .flat_map(|client| runtime.block_on(client).expect("the client"))
            .collect()
    }
}

async fn run(seen: Arc<Seen>, base_url: String, bodies: Bodies, broken: WhenBroken) -> Vec<Acknowledged> {
    let client = reqwest::Client::new();
    let mut acknowledged = Vec::new();
    while !seen.stop.load(Ordering::Relaxed) {
        let body = bodies.next();
        // One that may have been taken is sent until its answer is known, also after the crowd was told to stop.
        loop {
            match post(&client, &base_url, &body).await {
                Ok((200 | 201, _, reply)) => {
                    let receipt = reply["receipt"].as_str().expect("a receipt").to_owned();
                    acknowledged.push(Acknowledged { body, receipt });
                    seen.accepted.fetch_add(1, Ordering::Relaxed);
                    break;
                }
                Ok((429 | 503, wait, _)) => {
                    if wait.is_some() {
                        seen.busy.fetch_add(1, Ordering::Relaxed);
                    }
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                // A proxy whose server died in the middle.
                Ok((502 | 504, ..)) if broken == WhenBroken::SendAgain => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Ok(other) => panic!("unexpected reply: {other:?}"),
                Err(_) if broken == WhenBroken::SendAgain => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(_) => return acknowledged,
            }
        }
    }
    acknowledged
}

/// Sends everything again: each must be known, with the receipt that it had. A `201` would mean that it had been lost.
///
/// # Panics
/// When one is not.
pub fn assert_all_known(runtime: &Runtime, base_url: &str, acknowledged: &[Acknowledged]) {
    runtime.block_on(async {
        let client = reqwest::Client::new();
        for sent in acknowledged {
            let (status, _, reply) = post(&client, base_url, &sent.body)
                .await
                .expect("the server answers");
            assert_eq!(status, 200, "{}", sent.body["id"]);
            assert_eq!(reply["receipt"], sent.receipt.as_str());
        }
    });
}
