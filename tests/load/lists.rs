//! How soon every list of the console opens when a round has a million responses. The rows are copies of the demo's, made
//! by SQL: posting them would take longer than anybody waits.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::postgres::Postgres;
use minyi_tests::server::Server;
use reqwest::Client;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::line;

/// Within so many milliseconds a list opens.
const GOAL_MS: f64 = 300.0;
/// Lists of the console that belong to no round.
const OWN: [&str; 5] = ["", "/outbox", "/audit", "/accounts", "/sessions"];
/// Lists of a round.
const OF_ROUND: [&str; 24] = [
    "",
    "/fieldwork",
    "/interviewers",
    "/held",
    "/cases",
    "/quality",
    "/improvements",
    "/invitations",
    "/units",
    "/series",
    "/services",
    "/frame",
    "/commitments",
    "/mailing",
    "/identity",
    "/data",
    "/publication",
    "/scoring",
    "/scoring/people",
    "/callbacks",
    "/reports",
    "/plan/versions",
    "/weights",
    "/steps",
];

/// Columns that hold something else in every copy.
const OWN_VALUES: [(&str, &str, &str); 9] = [
    ("responses", "id", "gen_random_uuid()"),
    (
        "responses",
        "leaf",
        "encode(sha256(convert_to(r.leaf || n, 'UTF8')), 'hex')",
    ),
    (
        "responses",
        "link",
        "CASE WHEN r.link IS NULL THEN NULL ELSE encode(sha256(convert_to(r.link || n, 'UTF8')), 'hex') END",
    ),
    ("audit", "seq", "r.seq + n * (SELECT max(seq) FROM audit)"),
    ("outbox", "id", "gen_random_uuid()"),
    ("outbox", "dedup_key", "r.dedup_key || n"),
    ("follow_up_cases", "id", "gen_random_uuid()"),
    (
        "follow_up_cases",
        "leaf",
        "encode(sha256(convert_to(r.leaf || n, 'UTF8')), 'hex')",
    ),
    ("attempts", "id", "gen_random_uuid()"),
];

/// Copies the rows of a table until there are about `wanted`.
fn fill(postgres: &Postgres, url: &str, table: &str, wanted: u64) -> Result<()> {
    let count: u64 = postgres
        .ask(url, &format!("SELECT count(*) FROM {table}"))
        .parse()?;
    if count == 0 || count >= wanted {
        return Ok(());
    }
    let names = format!(
        "SELECT column_name FROM information_schema.columns WHERE table_name = '{table}' ORDER BY ordinal_position"
    );
    let names = postgres.ask(url, &names);
    let columns: Vec<String> = names.lines().map(|name| format!("\"{name}\"")).collect();
    let values = names.lines().map(|name| {
        let own = OWN_VALUES
            .iter()
            .find(|(of, column, _)| *of == table && *column == name);
        own.map_or_else(|| format!("r.\"{name}\""), |(_, _, value)| (*value).to_owned())
    });
    let values: Vec<String> = values.collect();
    postgres.ask(
        url,
        &format!(
            "INSERT INTO {table} ({}) SELECT {} FROM {table} r, generate_series(1, {}) n",
            columns.join(", "),
            values.join(", "),
            (wanted - count).div_ceil(count)
        ),
    );
    postgres.ask(url, &format!("ANALYZE {table}"));
    Ok(())
}

async fn signed_in(server: &Server, demo: &DemoFile) -> Result<Client> {
    let client = Client::builder().cookie_store(true).build()?;
    let office = demo.login("office");
    let form = [
        ("login", office.user.as_str()),
        ("password", office.password.as_str()),
    ];
    let reply = client
        .post(format!("{}/console/login", server.base_url))
        .form(&form)
        .send()
        .await?;
    ensure!(
        reply.url().path() == "/console",
        "not signed in: {}",
        reply.status()
    );
    Ok(client)
}

/// Milliseconds that a page takes, its body read.
async fn opened(client: &Client, server: &Server, path: &str) -> Result<f64> {
    let begun = Instant::now();
    let reply = client.get(format!("{}{path}", server.base_url)).send().await?;
    let status = reply.status();
    reply.bytes().await?;
    ensure!(status.is_success(), "{path}: {status}");
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

/// Fills a round with so many responses, and prints how soon each list opens the second time; the first, which fills
/// what the server keeps, stands beside it.
pub(crate) fn measure(runtime: &Runtime, responses: u64) -> Result<()> {
    let postgres = Postgres::start();
    let url = postgres.database();
    let settings = [("DATABASE_URL", url.as_str())];
    let dir = TempDir::new()?;
    drop(demo::make(dir.path(), &settings));
    for (table, wanted) in [
        ("responses", responses),
        ("audit", responses / 2),
        ("attempts", responses / 4),
        ("outbox", responses / 20),
        ("follow_up_cases", responses / 20),
    ] {
        fill(&postgres, &url, table, wanted).with_context(|| table.to_owned())?;
    }
    let demo = DemoFile::read(dir.path());
    let server = Server::start(dir.path(), &settings);
    let round = format!("/console/rounds/{}", demo.round);
    let own = OWN.iter().map(|path| format!("/console{path}"));
    let paths: Vec<String> = own
        .chain(OF_ROUND.iter().map(|path| format!("{round}{path}")))
        .collect();
    runtime.block_on(async {
        let client = signed_in(&server, &demo).await?;
        for path in &paths {
            let cold = opened(&client, &server, path).await?;
            let warm = opened(&client, &server, path).await?;
            line(
                &format!("{path} (first {cold:.0} ms)"),
                warm,
                "ms",
                Some(("≤", GOAL_MS)),
            );
        }
        Ok(())
    })
}
