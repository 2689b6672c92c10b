//! A backup of the demo goes from SQLite to PostgreSQL and back, and every figure, receipt and entry of the log is as
//! before; what is damaged is refused; what is written meanwhile is whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use minyi_tests::command::{Said, minyi, run};
use minyi_tests::demo::{self, DemoFile, json_file};
use minyi_tests::postgres::Postgres;
use minyi_tests::responding::{self, Bodies, leaf_of};
use minyi_tests::server::Server;
use sea_orm::{ConnectionTrait, Database, Statement};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A data folder on a database of its own, with the key of another.
struct Place {
    dir: TempDir,
    url: String,
}

impl Place {
    fn new(key_of: &Path, url: Option<String>) -> Self {
        let dir = TempDir::with_prefix("minyi-restored-").expect("a temporary folder");
        std::fs::copy(key_of.join("minyi.key"), dir.path().join("minyi.key")).expect("the key");
        let url = url.unwrap_or_else(|| sqlite(dir.path()));
        Self { dir, url }
    }

    fn data(&self) -> &Path {
        self.dir.path()
    }

    fn run(&self, arguments: &[&str]) -> Said {
        minyi_at(self.data(), &self.url, arguments)
    }
}

fn sqlite(data: &Path) -> String {
    format!("sqlite://{}", data.join("minyi.db").display())
}

fn minyi_at(data: &Path, url: &str, arguments: &[&str]) -> Said {
    run(minyi(arguments).env("MINYI_DATA", data).env("DATABASE_URL", url))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// The first cell of each row.
fn column(url: &str, sql: &str) -> Vec<String> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let db = Database::connect(url).await.expect("the database");
        let statement = Statement::from_string(db.get_database_backend(), sql);
        let rows = db.query_all_raw(statement).await.expect("rows");
        rows.iter()
            .map(|row| row.try_get_by_index(0).expect("text"))
            .collect()
    })
}

/// SHA-256 of each member of a backup by its name; the log is left out, because backing up and restoring are in it.
fn hashes(backup: &Path) -> BTreeMap<String, String> {
    let file = std::fs::File::open(backup).expect("the backup");
    let mut archive = zip::ZipArchive::new(file).expect("a zip");
    let member = archive.by_name("manifest.json").expect("a manifest");
    let manifest: Value = serde_json::from_reader(member).expect("JSON");
    let members = |list: &str, name: &str| {
        let list = manifest[list].as_array().expect("a list").clone();
        let name = name.to_owned();
        list.into_iter().map(move |one| {
            let key = one[name.as_str()].as_str().expect("a name").to_owned();
            (key, one["sha256"].as_str().expect("a hash").to_owned())
        })
    };
    let mut all: BTreeMap<_, _> = members("tables", "name")
        .chain(members("files", "path"))
        .collect();
    assert!(all.remove("audit").is_some());
    all
}

/// Two more responses; their receipts.
fn two_more(data: &Path) -> Vec<String> {
    let server = Server::start(data, &[]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let answers = minyi_tests::answers::minimal_resident();
        let bodies = Bodies::new(&server.base_url, &DemoFile::read(data), answers).await;
        let client = reqwest::Client::new();
        let mut receipts = Vec::new();
        for _ in 0..2 {
            let posted = responding::post(&client, &server.base_url, &bodies.next()).await;
            let (status, _, reply) = posted.expect("a reply");
            assert_eq!(status, 201, "{reply}");
            receipts.push(reply["receipt"].as_str().expect("a receipt").to_owned());
        }
        receipts
    })
}

#[test]
fn a_round_goes_to_postgresql_and_back_unchanged() {
    let origin = demo::copy();
    let data = origin.path();
    let round = DemoFile::read(data).round;
    let receipts = two_more(data);
    let results = data.join("results.json");
    let said = minyi_at(data, &sqlite(data), &["analyse", &round, "--out", text(&results)]);
    assert_eq!(said.code, 0, "{said:?}");
    let first = data.join("first.minyi");
    let said = minyi_at(data, &sqlite(data), &["--lang", "en", "backup", text(&first)]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("fingerprint"), "{said:?}");
    let key = std::fs::read_to_string(data.join("minyi.key")).expect("the key");
    let bytes = std::fs::read(&first).expect("the backup");
    assert!(memchr::memmem::find(&bytes, key.trim().as_bytes()).is_none());

    let on_postgres = Place::new(data, Some(Postgres::shared().database()));
    let said = on_postgres.run(&["restore", text(&first)]);
    assert_eq!(said.code, 0, "{said:?}");
    let second = data.join("second.minyi");
    assert_eq!(on_postgres.run(&["backup", text(&second)]).code, 0);
    let back = Place::new(data, None);
    let said = back.run(&["restore", text(&second)]);
    assert_eq!(said.code, 0, "{said:?}");
    let third = data.join("third.minyi");
    assert_eq!(back.run(&["backup", text(&third)]).code, 0);
    assert!(hashes(&first).len() > 50);
    assert_eq!(hashes(&first), hashes(&second));
    assert_eq!(hashes(&first), hashes(&third));

    let expected = json_file(&results);
    for place in [&on_postgres, &back] {
        let out = place.data().join("results.json");
        let said = place.run(&["analyse", &round, "--out", text(&out)]);
        assert_eq!(said.code, 0, "{said:?}");
        assert_eq!(json_file(&out), expected);
        let said = place.run(&["audit", "verify"]);
        assert_eq!(said.code, 0, "{said:?}");
        for receipt in &receipts {
            let said = place.run(&["verify", receipt]);
            assert_eq!(said.code, 0, "{said:?}");
        }
        // Nothing is restored over what is there.
        let said = place.run(&["restore", text(&first)]);
        assert_eq!(said.code, 1, "{said:?}");
        assert!(said.stderr.contains("不是空的"), "{said:?}");
    }
}

#[test]
fn a_damaged_or_foreign_file_is_refused_with_what_and_where() {
    let data = demo::shared();
    let scratch = TempDir::new().expect("a temporary folder");
    let whole = scratch.path().join("whole.minyi");
    let copied = demo::copy();
    let said = minyi_at(copied.path(), &sqlite(copied.path()), &["backup", text(&whole)]);
    assert_eq!(said.code, 0, "{said:?}");
    let bytes = std::fs::read(&whole).expect("the backup");
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 0x10;
    let place = Place::new(data, None);
    for (name, bytes, code, words) in [
        (
            "cut.minyi",
            &bytes[..bytes.len() - 1_000],
            1,
            "its end is missing",
        ),
        ("flipped.minyi", &flipped, 1, "Nothing was restored"),
        (
            "foreign.minyi",
            b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".as_slice(),
            1,
            "some other archive",
        ),
    ] {
        let path = scratch.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        let said = place.run(&["--lang", "en", "restore", text(&path)]);
        assert_eq!(said.code, code, "{said:?}");
        assert!(
            said.stderr.contains(words) && said.stderr.contains(name),
            "{said:?}"
        );
    }
    std::fs::remove_file(place.data().join("minyi.key")).expect("the key");
    let said = place.run(&["--lang", "en", "restore", text(&whole)]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stderr.contains("This backup needs the key"), "{said:?}");
    assert!(!place.data().join("minyi.key").exists(), "no key is made up");
}

/// Backups are made while respondents answer: whoever was told that an answer counts finds it in every later backup, and
/// an invitation is complete there if and only if its response is there.
#[test]
fn a_backup_amid_answers_is_of_one_moment() {
    let origin = demo::copy();
    let data = origin.path();
    let demo = DemoFile::read(data);
    let difference = |url: &str| {
        let number = |sql: &str| column(url, sql)[0].parse::<i64>().expect("a number");
        number("SELECT CAST(count(*) AS TEXT) FROM invitations WHERE state = 'complete'")
            - number(
                "SELECT CAST(count(*) AS TEXT) FROM responses WHERE link IS NOT NULL AND state = 'accepted'",
            )
    };
    let before = difference(&sqlite(data));
    let server = Server::start(data, &[]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (acknowledged, backup) = runtime.block_on(async {
        let client = reqwest::Client::new();
        let url = format!("{}/api/v1/forms/{}/resident", server.base_url, demo.round);
        let form: Value = reqwest::get(url)
            .await
            .expect("the form")
            .json()
            .await
            .expect("JSON");
        let mut acknowledged = Vec::new();
        let mut backup = None;
        let codes = &demo.invitations["resident"];
        for (n, code) in codes.iter().cycle().take(60).enumerate() {
            let mut body = json!({
                "id": uuid::Uuid::new_v4(), "form": "resident", "form_version": form["form_version"],
                "language": "zh", "mode": "web", "answering": "self",
                "started_at": "2026-11-01T08:00:00Z", "ended_at": "2026-11-01T08:05:00Z",
                "answers": minyi_tests::answers::minimal_resident(),
            });
            if n < codes.len() {
                body["code"] = json!(code);
            } else {
                body["link"] = json!(demo.open_links["resident"].trim_start_matches("/o/"));
            }
            let sent = client
                .post(format!("{}/api/v1/responses", server.base_url))
                .json(&body)
                .send();
            let reply = sent.await.expect("a reply");
            assert_eq!(reply.status().as_u16(), 201);
            let reply: Value = reply.json().await.expect("JSON");
            if n < 20 {
                acknowledged.push(reply["receipt"].as_str().expect("a receipt").to_owned());
            }
            if n == 20 {
                let (data, out) = (data.to_owned(), data.join("amid.minyi"));
                backup = Some(tokio::task::spawn_blocking(move || {
                    let said = minyi_at(&data, &sqlite(&data), &["backup", text(&out)]);
                    assert_eq!(said.code, 0, "{said:?}");
                    out
                }));
            }
        }
        let backup: PathBuf = backup.expect("a backup").await.expect("a backup");
        (acknowledged, backup)
    });
    let place = Place::new(data, None);
    let said = place.run(&["restore", text(&backup)]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(difference(&place.url), before);
    let leaves = column(&place.url, "SELECT leaf FROM responses");
    for receipt in &acknowledged {
        assert!(
            leaves.contains(&leaf_of(receipt)),
            "an acknowledged response is missing"
        );
    }
    assert_eq!(place.run(&["audit", "verify"]).code, 0);
}
