//! The interviewers' app by itself: its logic under Node, and in Chromium its stores, its wipes and its update, with
//! axe on every view at 360 px.

use std::process::Command;

use minyi_tests::browser;
use minyi_tests::command::tests_dir;
use serde_json::json;

#[test]
fn the_apps_logic_is_the_servers_and_loses_nothing() {
    let output = Command::new("node")
        .args(["--test", "browser/field/"])
        .current_dir(tests_dir())
        .output()
        .expect("node is installed (tests/run.sh does it)");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
}

#[test]
fn the_app_in_chromium_keeps_its_store_and_every_view_is_accessible() {
    let report = browser::run("field.mjs", &json!({}));
    let checked = report["checked"].as_u64().expect("views looked at by axe");
    assert!(checked >= 20, "{report}");
}

#[test]
fn whatever_befalls_a_device_nothing_is_lost_and_nothing_is_sent_twice() {
    let report = browser::run("field_faults.mjs", &json!({}));
    let checked = report["checked"].as_u64().expect("views looked at by axe");
    assert!(checked >= 5, "{report}");
}
