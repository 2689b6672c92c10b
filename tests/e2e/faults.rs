//! What breaks below the program, and what it does then: each fault has a message that says how to mend it, nothing that
//! was acknowledged is lost, and service goes on by itself where it can.

use std::path::Path;
use std::time::{Duration, Instant};

use minyi_tests::command::{Said, free_port, minyi, minyi_bin, run};
use minyi_tests::demo::{self, DemoFile, json_file};
use minyi_tests::server::Server;
use serde_json::{Value, json};
use tempfile::TempDir;

fn minyi_at(data: &Path, arguments: &[&str]) -> Said {
    run(minyi(arguments).env("MINYI_DATA", data))
}

/// A response through the residents' open link.
fn body(demo: &DemoFile, version: &str) -> Value {
    json!({
        "id": uuid::Uuid::new_v4(), "link": demo.open_links["resident"].trim_start_matches("/o/"),
        "form": "resident", "form_version": version, "language": "zh", "mode": "web", "answering": "self",
        "started_at": "2026-11-01T08:00:00Z", "ended_at": "2026-11-01T08:05:00Z",
        "answers": minyi_tests::answers::long_resident(),
    })
}

async fn version(server: &Server, demo: &DemoFile) -> String {
    let url = format!("{}/api/v1/forms/{}/resident", server.base_url, demo.round);
    let form: Value = reqwest::get(url)
        .await
        .expect("the form")
        .json()
        .await
        .expect("JSON");
    form["form_version"].as_str().expect("a version").to_owned()
}

/// Status, whether Retry-After was said, and the receipt.
async fn post(client: &reqwest::Client, server: &Server, body: &Value) -> (u16, bool, String) {
    let url = format!("{}/api/v1/responses", server.base_url);
    let reply = client.post(url).json(body).send().await.expect("a reply");
    let (status, retry) = (
        reply.status().as_u16(),
        reply.headers().contains_key("retry-after"),
    );
    let text = reply.text().await.expect("text");
    let reply: Value = serde_json::from_str(&text).unwrap_or_default();
    (
        status,
        retry,
        reply["receipt"].as_str().unwrap_or_default().to_owned(),
    )
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    for command in [vec!["serve"], vec!["backup", "/tmp/never.minyi"]] {
        let said = minyi_at(Path::new("/proc/minyi"), &command);
        assert_eq!(said.code, 3, "{said:?}");
        assert!(said.stderr.contains("/proc/minyi"), "{said:?}");
    }
    let said = minyi_at(Path::new("/proc"), &["--lang", "en", "doctor"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.stdout.contains("mounted read-only"), "{said:?}");
}

/// The disk is full: a limit on the size of files stands for it, which fails a write in the same way for root too.
#[test]
fn on_a_full_disk_answers_are_turned_away_and_none_that_counted_is_lost() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let room = std::fs::metadata(data.path().join("minyi.db"))
        .expect("the database")
        .len()
        / 1024
        + 64;
    // The log grows beside the database, up to the same limit: it is the one that fills up.
    let port = free_port();
    let mut shell = std::process::Command::new("bash");
    shell
        .arg("-c")
        .arg(format!("trap '' XFSZ; ulimit -f {room}; exec \"$0\" serve"))
        .arg(minyi_bin());
    shell.env_remove("DATABASE_URL").env("MINYI_DATA", data.path());
    shell
        .env("MINYI_LISTEN", format!("127.0.0.1:{port}"))
        .env("RUST_LOG", "off");
    let server = Server::spawn(shell, port, data.path().join("full.log"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let acknowledged = runtime.block_on(async {
        let client = reqwest::Client::new();
        let version = version(&server, &demo).await;
        let (mut acknowledged, mut refused) = (Vec::new(), 0);
        let begun = Instant::now();
        while refused < 3 {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "{} were taken",
                acknowledged.len()
            );
            let bodies: Vec<Value> = (0..64).map(|_| body(&demo, &version)).collect();
            let mut replies = Vec::new();
            for body in &bodies {
                replies.push(post(&client, &server, body));
            }
            for (body, reply) in bodies.iter().zip(join_all(replies).await) {
                match reply {
                    (201, _, receipt) => acknowledged.push((body.clone(), receipt)),
                    (503, retry, _) => {
                        assert!(retry, "no Retry-After");
                        refused += 1;
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
        // It is alive, and says that it cannot serve or serves what it can read.
        let home = client.get(format!("{}/healthz", server.base_url)).send().await;
        assert!(home.expect("a reply").status().is_success());
        acknowledged
    });
    drop(server);
    assert!(!acknowledged.is_empty());
    let server = Server::start(data.path(), &[]);
    runtime.block_on(async {
        let client = reqwest::Client::new();
        for (body, receipt) in &acknowledged {
            let (status, _, again) = post(&client, &server, body).await;
            assert_eq!((status, &again), (200, receipt));
        }
        let version = version(&server, &demo).await;
        assert_eq!(post(&client, &server, &body(&demo, &version)).await.0, 201);
    });
}

/// All at once, so that commits are grouped.
async fn join_all<T>(futures: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut pinned: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<T>> = pinned.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut open = false;
        for (future, done) in pinned.iter_mut().zip(&mut done) {
            if done.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *done = Some(value),
                    std::task::Poll::Pending => open = true,
                }
            }
        }
        if open {
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(())
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[test]
fn a_damaged_page_is_found_and_the_last_backup_brings_everything_back() {
    let data = demo::copy();
    let round = DemoFile::read(data.path()).round;
    let backup = data.path().join("last.minyi");
    let said = minyi_at(data.path(), &["backup", backup.to_str().expect("UTF-8")]);
    assert_eq!(said.code, 0, "{said:?}");
    let file = data.path().join("minyi.db");
    let mut bytes = std::fs::read(&file).expect("the database");
    for page in 8..bytes.len() / 4096 {
        bytes[page * 4096..page * 4096 + 256].fill(0xA5);
    }
    std::fs::write(&file, bytes).expect("the damaged database");
    let said = minyi_at(data.path(), &["analyse", &round]);
    assert_eq!(said.code, 3, "{said:?}");
    let said = minyi_at(data.path(), &["--lang", "en", "doctor"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.stdout.contains("minyi restore"), "{said:?}");

    let fresh = TempDir::new().expect("a folder");
    std::fs::copy(data.path().join("minyi.key"), fresh.path().join("minyi.key")).expect("the key");
    let said = minyi_at(fresh.path(), &["restore", backup.to_str().expect("UTF-8")]);
    assert_eq!(said.code, 0, "{said:?}");
    let said = minyi_at(fresh.path(), &["--lang", "en", "doctor"]);
    assert_eq!(said.code, 0, "{said:?}");
}

#[test]
fn a_half_written_data_set_is_written_anew() {
    let data = demo::copy();
    let round = DemoFile::read(data.path()).round;
    let mut cut = 0;
    let mut folders = vec![data.path().join("datasets")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("a data set");
                std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("half of it");
                cut += 1;
            }
        }
    }
    assert!(cut > 0);
    let out = data.path().join("again.json");
    let said = minyi_at(
        data.path(),
        &["analyse", &round, "--out", out.to_str().expect("UTF-8")],
    );
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(json_file(&out), json_file(&data.path().join("results.json")));
}
