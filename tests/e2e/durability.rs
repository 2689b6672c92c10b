//! An accepted response is never lost: `kill -9` while 32 clients post, on both databases.

use std::path::Path;
use std::time::Duration;

use minyi_tests::answers;
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::responding::{Bodies, Crowd, WhenBroken, assert_all_known};
use minyi_tests::server::Server;

const CLIENTS: usize = 32;

#[test]
fn kill_dash_nine_loses_no_acknowledged_response_on_sqlite() {
    let data = demo::copy();
    drill(data.path(), &[]);
}

#[test]
fn kill_dash_nine_loses_no_acknowledged_response_on_postgresql() {
    let (data, url) = demo::copy_on_postgres();
    drill(data.path(), &[("DATABASE_URL", url.as_str())]);
}

fn drill(data: &Path, settings: &[(&str, &str)]) {
    let demo = DemoFile::read(data);
    let server = Server::start(data, settings);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let bodies = runtime.block_on(Bodies::new(&server.base_url, &demo, answers::minimal_resident()));
    let crowd = Crowd::start(&runtime, CLIENTS, &server.base_url, &bodies, WhenBroken::Stop);
    std::thread::sleep(Duration::from_secs(4));
    server.kill();
    let acknowledged = crowd.stop(&runtime);
    assert!(
        acknowledged.len() > 100,
        "only {} were acknowledged",
        acknowledged.len()
    );
    let server = Server::start(data, settings);
    assert_all_known(&runtime, &server.base_url, &acknowledged);
}
