//! Receipts in Chromium: check, second secret, messages with the office, answering again, withdrawing; axe on every
//! page, at 360 px, with and without JavaScript. And the proof on the command line. On both databases.

use std::path::Path;

use minyi_tests::browser;
use minyi_tests::command::{minyi, run};
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::server::Server;
use serde_json::{Value, json};

#[test]
fn a_respondent_checks_talks_answers_again_and_withdraws() {
    let data = demo::copy();
    story(
        data.path(),
        &[],
        &[(20, true, 360), (21, false, 360), (22, true, 1280)],
    );
}

#[test]
fn receipts_are_checked_talked_about_withdrawn_and_proved_on_postgresql() {
    let (dir, url) = demo::copy_on_postgres();
    let settings = [("DATABASE_URL", url.as_str())];
    story(dir.path(), &settings, &[(20, false, 360)]);
    proof(dir.path(), &settings);
    // What SQLite answers with "not found" must not be an error of PostgreSQL.
    let server = Server::start(dir.path(), &settings);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for path in [
        "/o/%00",
        "/r/%00",
        "/results/%00",
        "/media/%00/x",
        "/receipt?r=%00",
        "/api/v1/forms/%00/x",
        "/api/v1/rounds/%00/roots",
    ] {
        let url = format!("{}{path}", server.base_url);
        let reply = runtime.block_on(reqwest::get(url)).expect("an answer");
        assert_eq!(reply.status(), 404, "{path}");
    }
}

/// Walks through everything that a receipt opens, once for each `(invitation, javascript, width)`.
fn story(data: &Path, settings: &[(&str, &str)], walks: &[(usize, bool, u32)]) {
    let demo = DemoFile::read(data);
    let server = Server::start(data, settings);
    let office = demo.login("office");
    for &(nth, javascript, width) in walks {
        let code = &demo.invitations["resident"][nth];
        let task = json!({
            "url": format!("{}/r/{code}", server.base_url), "baseUrl": server.base_url, "round": demo.round,
            "user": office.user, "password": office.password, "javascript": javascript, "width": width,
        });
        let report = browser::run("receipt.mjs", &task);
        assert!(report["checked"].as_u64() >= Some(24), "{report}");
    }
}

#[test]
fn every_published_root_proves_a_receipt_and_the_program_checks_it() {
    proof(demo::copy().path(), &[]);
}

/// `minyi verify` of a receipt before and after its root is published.
fn proof(data: &Path, settings: &[(&str, &str)]) {
    let demo = DemoFile::read(data);
    let receipt = {
        let server = Server::start(data, settings);
        let task = json!({ "url": format!("{}/r/{}", server.base_url, demo.invitations["resident"][23]), "language": "zh", "javascript": false });
        let report: Value = browser::run("walk.mjs", &task);
        report["receipt"].as_str().expect("a receipt").to_owned()
    };
    let program = |arguments: &[&str]| {
        let mut command = minyi(arguments.iter().copied());
        run(command.env("MINYI_DATA", data).envs(settings.iter().copied()))
    };
    let verify = || program(&["verify", &receipt]);
    let said = verify();
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("not in a published root yet"), "{said:?}");
    let closed = program(&["round", "close", &demo.round]);
    assert_eq!(closed.code, 0, "{closed:?}");
    let said = verify();
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("hashes holds"), "{said:?}");
}
