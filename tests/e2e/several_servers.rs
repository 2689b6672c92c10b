//! Two servers on one PostgreSQL behind haproxy: one of everything, and losing one server loses nothing.

use std::time::{Duration, Instant};

use minyi_tests::answers;
use minyi_tests::command::{free_port, minyi, run};
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::postgres::Postgres;
use minyi_tests::proxy::Proxy;
use minyi_tests::responding::{Bodies, Crowd, WhenBroken, assert_all_known};
use minyi_tests::server::Server;
use minyi_tests::smtp::{Certificates, Smtp};
use tempfile::TempDir;
use tokio::runtime::Runtime;

#[test]
fn two_servers_are_as_one_and_one_of_them_may_die() {
    let (data, url) = demo::copy_on_postgres();
    let demo = DemoFile::read(data.path());
    let dir = TempDir::new().expect("a temporary folder");
    let certificates = Certificates::make(dir.path());
    let inbox = dir.path().join("inbox");
    std::fs::create_dir(&inbox).expect("the inbox");
    let smtp = Smtp::start(&certificates, &inbox, 0);
    let (mail, authority) = (
        Smtp::url(smtp.port),
        certificates.authority().display().to_string(),
    );
    let port = free_port();
    let public = format!("http://127.0.0.1:{port}");
    let settings = [
        ("DATABASE_URL", url.as_str()),
        ("MINYI_BASE_URL", public.as_str()),
        ("MINYI_SMTP_URL", mail.as_str()),
        ("MINYI_SMTP_CA", authority.as_str()),
    ];
    let one = Server::start(data.path(), &settings);
    let other = Server::start(data.path(), &settings);
    let proxy = Proxy::start(dir.path(), port, &[&one.base_url, &other.base_url]);
    let runtime = Runtime::new().expect("a runtime");

    runtime.block_on(compute_once(&proxy, [&one, &other], &demo, &url));
    let queued = run(minyi(["mail", &demo.round])
        .env("MINYI_DATA", data.path())
        .env("DATABASE_URL", &url));
    assert_eq!(queued.code, 0, "{queued:?}");

    let bodies = Bodies::new(&proxy.base_url, &demo, answers::minimal_resident());
    let bodies = runtime.block_on(bodies);
    let crowd = Crowd::start(&runtime, 16, &proxy.base_url, &bodies, WhenBroken::SendAgain);
    crowd.wait_for(|seen| &seen.accepted, 200);
    one.kill();
    crowd.wait_for(|seen| &seen.accepted, 200);
    let acknowledged = crowd.stop(&runtime);
    assert_all_known(&runtime, &other.base_url, &acknowledged);

    // What one began the other ends; a message that one died with is never sent by the other as well.
    let ask = |query: &str| Postgres::shared().ask(&url, query);
    wait_until(|| ask("SELECT count(*) FROM outbox WHERE state = 'queued'") == "0");
    let mails = smtp.received();
    let mut recipients: Vec<String> = mails
        .iter()
        .map(|mail| {
            mail["envelope"]["to"][0]
                .as_str()
                .expect("a recipient")
                .to_owned()
        })
        .collect();
    let all = recipients.len();
    recipients.sort();
    recipients.dedup();
    assert!(all > 0 && recipients.len() == all, "{recipients:?}");
    let twice = "SELECT count(*) - count(DISTINCT id) + count(*) - count(DISTINCT leaf) FROM responses";
    assert_eq!(ask(twice), "0");
}

/// Signs in through the proxy, is known to both servers, and has one of them compute.
async fn compute_once(proxy: &Proxy, servers: [&Server; 2], demo: &DemoFile, url: &str) {
    let client = reqwest::Client::builder()
        .cookie_store(true)
        .build()
        .expect("a client");
    let office = demo.login("office");
    let form = [
        ("login", office.user.as_str()),
        ("password", office.password.as_str()),
    ];
    let login = format!("{}/console/login", proxy.base_url);
    let reply = client.post(login).form(&form).send().await.expect("an answer");
    assert_eq!(reply.url().path(), "/console", "{}", reply.status());
    // Cookies know no ports, so that the session is shown to each server.
    let mut page = String::new();
    for server in servers {
        let url = format!("{}/console/rounds/{}", server.base_url, demo.round);
        let reply = client.get(url).send().await.expect("an answer");
        assert_eq!(reply.status(), 200);
        page = reply.text().await.expect("a page");
    }
    let token = page.split("name=\"csrf\" value=\"").nth(1).expect("a form");
    let token = token.split('"').next().expect("its token");
    let compute = format!("{}/console/rounds/{}/compute", proxy.base_url, demo.round);
    let form = [("csrf", token)];
    let reply = client.post(compute).form(&form).send().await.expect("an answer");
    assert_eq!(reply.status(), 200);
    let done = "SELECT string_agg(state || ' ' || attempts, ', ') FROM jobs WHERE kind = 'analyse'";
    wait_until(|| Postgres::shared().ask(url, done).ends_with("done 1"));
}

fn wait_until(holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed().as_secs() < 90, "waited for too long");
        std::thread::sleep(Duration::from_millis(100));
    }
}
