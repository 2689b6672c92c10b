//! The staff console in Chromium: what each role sees, computing and downloading, axe on every page.

use minyi_tests::browser;
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::server::Server;
use serde_json::json;

#[test]
fn the_office_watches_computes_and_downloads() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    let login = demo.login("office");
    let report = browser::run(
        "console.mjs",
        &json!({
            "baseUrl": server.base_url, "round": demo.round, "user": login.user, "password": login.password,
            "compute": true
        }),
    );
    for kind in ["html", "pdf", "xlsx", "docx"] {
        assert!(
            report["downloads"][kind]
                .as_u64()
                .is_some_and(|size| size > 5_000),
            "{report}"
        );
    }
}

#[test]
fn a_viewer_reads_on_a_phone_without_script() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    let login = demo.login("viewer");
    browser::run(
        "console.mjs",
        &json!({
            "baseUrl": server.base_url, "round": demo.round, "user": login.user, "password": login.password,
            "width": 360, "height": 640, "javascript": false
        }),
    );
}
