//! What each type of page weighs on the wire. The README's table is what this prints:
//! `cargo test --workspace --test e2e weights -- --nocapture`.

use minyi_tests::browser;
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::server::Server;
use serde_json::json;

/// Bytes are the same on every machine, so they are asserted (in the script, against issue 4's limits); the times to
/// first paint are printed only.
#[test]
fn respondents_pages_stay_light() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    let office = demo.login("office");
    let table = browser::said(
        "weights.mjs",
        &json!({
            "base": server.base_url, "code": demo.invitations["resident"][0], "easy": false, "round": demo.round,
            "user": office.user, "password": office.password,
        }),
    );
    println!("{table}");
    assert!(table.contains("| receipt |"), "{table}");
}
