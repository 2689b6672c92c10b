//! Neighbours that fail: the database goes and comes back, the mail server hangs.

use std::net::TcpListener;

use minyi_tests::demo::{self, DemoFile};
use minyi_tests::postgres::Postgres;
use minyi_tests::responding::{Bodies, Crowd, WhenBroken, assert_all_known};
use minyi_tests::server::{Server, fetch};
use minyi_tests::{answers, command};
use tokio::runtime::Runtime;

#[test]
fn a_database_that_goes_and_comes_back_costs_patience_and_no_answer() {
    let (data, shared) = demo::copy_on_postgres();
    let postgres = Postgres::start();
    let url = postgres.copy_from(Postgres::shared(), &shared);
    let server = Server::start(data.path(), &[("DATABASE_URL", url.as_str())]);
    let runtime = Runtime::new().expect("a runtime");
    let demo = DemoFile::read(data.path());
    let bodies = Bodies::new(&server.base_url, &demo, answers::minimal_resident());
    let bodies = runtime.block_on(bodies);
    let crowd = Crowd::start(&runtime, 8, &server.base_url, &bodies, WhenBroken::SendAgain);
    crowd.wait_for(|seen| &seen.accepted, 50);
    postgres.stop();
    crowd.wait_for(|seen| &seen.busy, 8);
    assert_eq!(fetch(&server.base_url, "/healthz").expect("an answer").0, 200);
    assert_eq!(fetch(&server.base_url, "/readyz").expect("an answer").0, 503);
    let page = fetch(&server.base_url, "/").expect("a page");
    assert!(page.0 == 503 && page.1.contains("retry-after"), "{}", page.1);
    postgres.resume();
    crowd.wait_for(|seen| &seen.accepted, 50);
    let acknowledged = crowd.stop(&runtime);
    assert_all_known(&runtime, &server.base_url, &acknowledged);
    assert_eq!(fetch(&server.base_url, "/readyz").expect("an answer").0, 200);
    assert!(server.figure("minyi_database_errors_total{kind=\"unreachable\"}") > 0.0);
}

#[test]
fn a_mail_server_that_hangs_holds_up_nobody() {
    let data = demo::copy();
    let round = DemoFile::read(data.path()).round;
    let said = command::run(command::minyi(["mail", &round]).env("MINYI_DATA", data.path()));
    assert_eq!(said.code, 0, "{said:?}");
    // Takes connections into its queue and never says a word.
    let hanging = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = hanging.local_addr().expect("its address").port();
    let smtp = format!("smtp://127.0.0.1:{port}");
    let server = Server::start(data.path(), &[("MINYI_SMTP_URL", &smtp)]);
    // The worker is at it.
    let (_silent, _) = hanging.accept().expect("the worker's connection");
    assert_eq!(fetch(&server.base_url, "/").expect("a page").0, 200);
    server.terminate();
    let begun = std::time::Instant::now();
    assert!(server.ended().success());
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    // Every message waits, and none counts as handed over.
    let server = Server::start(data.path(), &[]);
    while server.figure("minyi_mail{state=\"queued\"}") < 1.0 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(server.figure("minyi_mail{state=\"sending\"}"), 0.0);
    assert_eq!(server.figure("minyi_mail{state=\"unknown\"}"), 0.0);
}
