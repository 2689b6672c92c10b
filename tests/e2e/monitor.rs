//! The fieldwork monitor in Chromium, on both databases, with and without script.

use std::path::Path;

use minyi_tests::answers::minimal_resident;
use minyi_tests::browser;
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::server::Server;
use serde_json::{Value, json};

/// Watches the monitor while an answer comes in; returns what the script reports.
fn watch(data: &Path, settings: &[(&str, &str)], width: u32) -> Value {
    let demo = DemoFile::read(data);
    let server = Server::start(data, settings);
    let login = demo.login("office");
    browser::run(
        "monitor.mjs",
        &json!({
            "baseUrl": server.base_url, "round": demo.round, "user": login.user, "password": login.password,
            "width": width, "code": demo.invitations["resident"][0], "answers": minimal_resident()
        }),
    )
}

#[test]
fn monitor_updates_itself_and_both_databases_count_the_same() {
    let data = demo::copy();
    let sqlite = watch(data.path(), &[], 1280);
    let (dir, url) = demo::copy_on_postgres();
    let settings = [("DATABASE_URL", url.as_str())];
    let postgres = watch(dir.path(), &settings, 360);
    let csv = sqlite["csv"].as_str().expect("the download");
    assert_eq!(
        csv.lines().count(),
        22,
        "a header, 20 townships and the county:\n{csv}"
    );
    assert_eq!(postgres["csv"], csv);
}

#[test]
fn monitor_is_whole_on_a_phone_without_script() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    let login = demo.login("viewer");
    browser::run(
        "monitor.mjs",
        &json!({
            "baseUrl": server.base_url, "round": demo.round, "user": login.user, "password": login.password,
            "width": 360, "javascript": false
        }),
    );
}
