//! Accepted responses per second, as ratios to the floor of the same machine in the same run: one-row inserts by
//! pgbench (PostgreSQL) and one-row transactions with `synchronous=FULL` (SQLite). Also the bytes of the first page
//! and the memory of the idle server. `cargo run -p minyi-tests --bin load -- --help`

#![expect(clippy::print_stdout, reason = "its table is for a person to read")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::postgres::Postgres;
use minyi_tests::server::Server;
use minyi_tests::{answers, command};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, Statement};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The size of a stored response: what the floors insert.
const ROW_BYTES: usize = 1_600;

/// Measures accepted responses per second against the floors of this machine.
#[derive(Debug, Parser)]
struct Arguments {
    /// How long each measurement takes.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// How many clients post at once.
    #[arg(long, default_value_t = 32)]
    connections: usize,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Runtime::new()?;
    println!(
        "connections {}, {} s each",
        arguments.connections, arguments.seconds
    );

    let dir = TempDir::new()?;
    let server = demo::make(dir.path(), &[]);
    drop(server);
    let server = Server::start(dir.path(), &[]);
    std::thread::sleep(Duration::from_secs(2));
    println!("idle memory        {:>9.1} MiB", resident_mib(server.pid())?);
    let demo_file = DemoFile::read(dir.path());
    for (name, bytes) in runtime.block_on(page_bytes(&server, &demo_file))? {
        println!("{name:<18} {bytes:>9} bytes, compressed");
    }

    let floor = runtime.block_on(sqlite_floor(dir.path(), arguments.seconds))?;
    let product = runtime.block_on(product_rate(&server, &demo_file, &arguments))?;
    report("SQLite", floor, product);
    drop(server);

    let postgres = Postgres::start();
    let floor = pgbench_floor(&postgres, &arguments)?;
    let url = postgres.database();
    let settings = [("DATABASE_URL", url.as_str())];
    let dir = TempDir::new()?;
    drop(demo::make(dir.path(), &settings));
    let server = Server::start(dir.path(), &settings);
    let product = runtime.block_on(product_rate(&server, &DemoFile::read(dir.path()), &arguments))?;
    report("PostgreSQL", floor, product);
    Ok(())
}

fn report(name: &str, floor: f64, product: f64) {
    println!("{name:<11} floor  {floor:>9.0} rows/s, one a transaction");
    println!(
        "{name:<11} minyi  {product:>9.0} responses/s accepted, ratio {:.2}",
        product / floor
    );
}

/// One-row inserts a second by pgbench at the same number of connections.
fn pgbench_floor(postgres: &Postgres, arguments: &Arguments) -> Result<f64> {
    let url = postgres.database();
    let database = url.rsplit('/').next().context("a database name")?;
    let script = tempfile::NamedTempFile::new()?;
    let row = "x".repeat(ROW_BYTES);
    std::fs::write(
        script.path(),
        format!("INSERT INTO floor VALUES (gen_random_uuid(), '{row}');\n"),
    )?;
    let create = "CREATE TABLE floor (id uuid PRIMARY KEY, body text)";
    let made = command::run(postgres.client("psql").args([database, "-c", create]));
    ensure!(made.code == 0, "{made:?}");
    let mut bench = postgres.client("pgbench");
    bench.args([
        "-n",
        "-c",
        &arguments.connections.to_string(),
        "-j",
        "2",
        "-T",
        &arguments.seconds.to_string(),
    ]);
    let said = command::run(bench.arg("-f").arg(script.path()).arg(database));
    let line = said
        .stdout
        .lines()
        .find(|line| line.starts_with("tps = "))
        .with_context(|| format!("{said:?}"))?;
    Ok(line
        .trim_start_matches("tps = ")
        .split(' ')
        .next()
        .context("a number")?
        .parse()?)
}

/// One-row transactions a second on a SQLite file beside the product's.
async fn sqlite_floor(dir: &Path, seconds: u64) -> Result<f64> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", dir.join("floor.db").display()));
    options.max_connections(1).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(|o| o.pragma("journal_mode", "WAL").pragma("synchronous", "FULL"));
    let db = Database::connect(options).await?;
    db.execute_unprepared("CREATE TABLE floor (id BLOB PRIMARY KEY, body TEXT)")
        .await?;
    let row = "x".repeat(ROW_BYTES);
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed().as_secs() < seconds {
        let values = [uuid::Uuid::new_v4().into(), row.as_str().into()];
        let insert = "INSERT INTO floor VALUES (?, ?)";
        db.execute_raw(Statement::from_sql_and_values(
            sea_orm::DbBackend::Sqlite,
            insert,
            values,
        ))
        .await?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

/// Responses a second that the server answers with `201`.
async fn product_rate(server: &Server, demo: &DemoFile, arguments: &Arguments) -> Result<f64> {
    let form: Value = reqwest::get(format!(
        "{}/api/v1/forms/{}/resident",
        server.base_url, demo.round
    ))
    .await?
    .json()
    .await?;
    let version = form["form_version"].as_str().context("form_version")?.to_owned();
    let slug = demo.open_links["resident"].trim_start_matches("/o/").to_owned();
    let (accepted, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let begun = Instant::now();
    let clients: Vec<_> = (0..arguments.connections)
        .map(|_| {
            let (accepted, stop) = (Arc::clone(&accepted), Arc::clone(&stop));
            let url = format!("{}/api/v1/responses", server.base_url);
            let (version, slug) = (version.clone(), slug.clone());
            tokio::spawn(async move {
                let client = reqwest::Client::new();
                while !stop.load(Ordering::Relaxed) {
                    let body = json!({
                        "id": uuid::Uuid::new_v4(), "link": slug, "form": "resident", "form_version": version,
                        "language": "zh", "mode": "web", "answering": "self",
                        "started_at": "2026-11-01T08:00:00Z", "ended_at": "2026-11-01T08:05:00Z",
                        "answers": answers::long_resident(),
                    });
                    let reply = client.post(&url).json(&body).send().await?;
                    match reply.status().as_u16() {
                        201 => accepted.fetch_add(1, Ordering::Relaxed),
                        other => bail!("the server answers {other}: {}", reply.text().await?),
                    };
                }
                Ok(())
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(arguments.seconds)).await;
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await??;
    }
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 responses")]
    let count = accepted.load(Ordering::Relaxed) as f64;
    Ok(count / begun.elapsed().as_secs_f64())
}

/// Compressed bytes of the first pages.
async fn page_bytes(server: &Server, demo: &DemoFile) -> Result<Vec<(&'static str, usize)>> {
    let client = reqwest::Client::new();
    let code = demo.invitations["resident"].first().context("an unused code")?;
    let mut sizes = Vec::new();
    for (name, path) in [
        ("start page", format!("/r/{code}")),
        ("code page", "/".to_owned()),
    ] {
        let url = format!("{}{path}", server.base_url);
        let reply = client
            .get(url)
            .header("accept-encoding", "gzip")
            .send()
            .await?
            .error_for_status()?;
        ensure!(
            reply
                .headers()
                .get("content-encoding")
                .is_some_and(|v| v == "gzip"),
            "{name} is not compressed"
        );
        sizes.push((name, reply.bytes().await?.len()));
    }
    Ok(sizes)
}

/// The resident memory of a process, from the kernel.
fn resident_mib(pid: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .context("VmRSS")?;
    let kib: f64 = line.split_whitespace().nth(1).context("a number")?.parse()?;
    Ok(kib / 1024.0)
}
