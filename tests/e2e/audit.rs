//! `minyi audit`: the log of staff's acts is exported, checked, and an entry that was tampered with is named, on both
//! databases; entries that were cut off are missed by whoever kept the published roots.

use std::path::Path;
use std::time::Duration;

use minyi_tests::command::{Said, minyi, run};
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::postgres::Postgres;
use minyi_tests::server::{Server, fetch};
use sea_orm::{ConnectionTrait, Database};
use serde_json::Value;
use tokio::runtime::Runtime;

/// Where a round is, and how to get at its database behind the program's back.
struct Scene<'a> {
    data: &'a Path,
    url: String,
}

impl Scene<'_> {
    fn minyi(&self, arguments: &[&str]) -> Said {
        run(minyi(arguments)
            .env("MINYI_DATA", self.data)
            .env("DATABASE_URL", &self.url))
    }

    fn change(&self, sql: &str) {
        let runtime = Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let db = Database::connect(&self.url).await.expect("the database");
            let done = db.execute_unprepared(sql).await.expect(sql);
            assert!(done.rows_affected() > 0, "{sql}");
        });
    }
}

#[test]
fn tampering_is_located_on_sqlite() {
    let data = demo::copy();
    let url = format!("sqlite://{}", data.path().join("minyi.db").display());
    check(&Scene {
        data: data.path(),
        url,
    });
}

#[test]
fn tampering_is_located_on_postgresql() {
    let (data, url) = demo::copy_on_postgres();
    assert!(Postgres::shared().ask(&url, "SELECT count(*) FROM audit") != "0");
    check(&Scene {
        data: data.path(),
        url,
    });
}

/// An entry before the log's end that the demo wrote late: roots of its own vouch for the first few only.
const LATE: i64 = 7;

fn check(scene: &Scene<'_>) {
    let demo = DemoFile::read(scene.data);
    // A root is published when the server has started, and somebody keeps it.
    let server = Server::start(scene.data, &[("DATABASE_URL", &scene.url)]);
    let roots = format!("/api/v1/rounds/{}/roots", demo.round);
    let published = (0..600).find_map(|_| {
        let answer = fetch(&server.base_url, &roots).expect("the roots").1;
        let body = answer.split_once("\r\n\r\n").expect("a body").1.to_owned();
        let told: Value = serde_json::from_str(&body).expect("JSON");
        let mut all = told["roots"].as_array().expect("roots").iter();
        let vouched = all.any(|root| root["audit"]["entries"].as_i64() > Some(LATE));
        if !vouched {
            std::thread::sleep(Duration::from_millis(100));
        }
        vouched.then_some(body)
    });
    let kept = scene.data.join("kept.json");
    std::fs::write(&kept, published.expect("a root of the whole log")).expect("a file");
    drop(server);
    let kept = kept.display().to_string();

    let exported = scene.data.join("audit.jsonl").display().to_string();
    let said = scene.minyi(&["audit", "export", "--out", &exported]);
    assert_eq!(said.code, 0, "{said:?}");
    let lines = std::fs::read_to_string(&exported).expect("the export");
    let count = lines.lines().count();
    assert!(count > 10 && said.stdout.contains(&count.to_string()), "{said:?}");
    let said = scene.minyi(&["audit", "verify", "--exported", &exported]);
    assert!(
        said.code == 0 && said.stdout.starts_with(&format!("{count} entries")),
        "{said:?}"
    );
    let said = scene.minyi(&["audit", "verify", "--roots", &kept]);
    assert!(
        said.code == 0 && said.stdout.contains("vouch for entries 1 to"),
        "{said:?}"
    );

    // The file, then the table.
    std::fs::write(&exported, lines.replacen("\"actor\":\"", "\"actor\":\"x", 5)).expect("a file");
    let said = scene.minyi(&["audit", "verify", "--exported", &exported]);
    assert!(
        said.code == 1 && said.stderr.contains("entry 1 was changed"),
        "{said:?}"
    );
    for (sql, mend, told) in [
        (
            "UPDATE audit SET at = at + 1 WHERE seq = 7",
            "UPDATE audit SET at = at - 1 WHERE seq = 7",
            "entry 7 was changed",
        ),
        (
            "UPDATE audit SET seq = 900000 WHERE seq = 5",
            "UPDATE audit SET seq = 5 WHERE seq = 900000",
            "entry 5 is missing",
        ),
    ] {
        scene.change(sql);
        let said = scene.minyi(&["audit", "verify"]);
        assert!(said.code == 1 && said.stderr.contains(told), "{sql}: {said:?}");
        scene.change(mend);
        assert_eq!(scene.minyi(&["audit", "verify"]).code, 0);
    }
    scene.change("DELETE FROM audit WHERE seq > 6");
    scene.change("UPDATE merkle_roots SET audit_entries = NULL, audit_head = NULL, audit_signature = NULL");
    assert_eq!(
        scene.minyi(&["audit", "verify"]).code,
        0,
        "the chain alone does not know its end"
    );
    let said = scene.minyi(&["audit", "verify", "--roots", &kept]);
    assert!(
        said.code == 1 && said.stderr.contains("the audit log was cut"),
        "{said:?}"
    );
}
