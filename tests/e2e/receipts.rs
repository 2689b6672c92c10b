//! Receipts in Chromium: check, second secret, messages with the office, answering again, withdrawing; axe on every
//! page, at 360 px, with and without JavaScript. And the proof on the command line.

use minyi_tests::browser;
use minyi_tests::command::{minyi, run};
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::server::Server;
use serde_json::{Value, json};

#[test]
fn a_respondent_checks_talks_answers_again_and_withdraws() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    let office = demo.login("office");
    for (nth, javascript, width) in [(20, true, 360), (21, false, 360), (22, true, 1280)] {
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
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let receipt = {
        let server = Server::start(data.path(), &[]);
        let task = json!({ "url": format!("{}/r/{}", server.base_url, demo.invitations["resident"][23]), "language": "zh", "javascript": false });
        let report: Value = browser::run("walk.mjs", &task);
        report["receipt"].as_str().expect("a receipt").to_owned()
    };
    let verify = || run(minyi(["verify", &receipt]).env("MINYI_DATA", data.path()));
    let said = verify();
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("not in a published root yet"), "{said:?}");
    let closed = run(minyi(["round", "close", &demo.round]).env("MINYI_DATA", data.path()));
    assert_eq!(closed.code, 0, "{closed:?}");
    let said = verify();
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("hashes holds"), "{said:?}");
}
