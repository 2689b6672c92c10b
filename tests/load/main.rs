//! What the product does on this machine, as ratios to floors of the same machine in the same run: one-row inserts by
//! pgbench (PostgreSQL) and one-row transactions with `synchronous=FULL` (SQLite). Server, database and clients share
//! the machine. The one command, for true figures:
//!
//! `cargo build --release --bin minyi && cargo run --release -p minyi-tests --bin load`

#![expect(clippy::print_stdout, reason = "its table is for a person to read")]
#![expect(
    clippy::expect_used,
    reason = "a measurement that meets what it does not expect ends, with a message that says why"
)]

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use minyi_tests::answers;
use minyi_tests::command;
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::postgres::Postgres;
use minyi_tests::responding::Bodies;
use minyi_tests::server::Server;
use tempfile::TempDir;
use tokio::runtime::Runtime;

mod clients;
mod floors;
mod lists;
mod processes;

use clients::{Load, Pace};
use processes::Clock;

/// Measures this machine's figures beside its floors.
#[derive(Debug, Parser)]
struct Arguments {
    /// How long each measurement takes.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// How many clients post at once, beside the measurement with one.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// How many responses are exported.
    #[arg(long, default_value_t = 100_000)]
    export: u64,
    /// Minutes at 70 % of the peak, with the server's memory after each.
    #[arg(long, default_value_t = 0)]
    soak: u64,
    /// Measures how soon the console's lists open with so many responses, and nothing else; a million is the goal's.
    #[arg(long)]
    lists: Option<u32>,
    /// With `--lists`: everybody was invited, so that invitations, sample, attempts and register grow as well.
    #[arg(long)]
    invited: bool,
    /// On this database alone: `sqlite` or `postgres`.
    #[arg(long, value_parser = ["sqlite", "postgres"])]
    only: Option<String>,
}

/// Prints a figure and what it should be.
fn line(what: &str, figure: f64, unit: &str, goal: Option<(&str, f64)>) {
    let verdict = match goal {
        None => String::new(),
        Some((sign, goal)) => {
            let met = if sign == "≥" {
                figure >= goal
            } else {
                figure <= goal
            };
            format!("   goal {sign} {goal}  {}", if met { "met" } else { "NOT MET" })
        }
    };
    println!("{what:<52} {figure:>10.2} {unit:<12}{verdict}");
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    // One worker: clients that wander from one core to the other cost the server time.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    if let Some(responses) = arguments.lists {
        return lists::measure(&runtime, responses, arguments.invited, arguments.only.as_deref());
    }
    println!(
        "{} and 1 connections, {} s each; responses of about fifty answers, 1.6 KB",
        arguments.connections, arguments.seconds
    );
    let wanted = |name: &str| arguments.only.as_deref().is_none_or(|only| only == name);
    if wanted("sqlite") {
        sqlite(&arguments, &runtime)?;
    }
    if wanted("postgres") {
        postgres(&arguments, &runtime)?;
    }
    Ok(())
}

fn sqlite(arguments: &Arguments, runtime: &Runtime) -> Result<()> {
    let dir = TempDir::new()?;
    drop(demo::make(dir.path(), &[]));
    let server = Server::start(dir.path(), &[]);
    std::thread::sleep(Duration::from_secs(2));
    line(
        "memory at rest",
        mib(server.resident_kib()),
        "MiB",
        Some(("≤", 60.0)),
    );
    let demo = DemoFile::read(dir.path());
    for (name, bytes) in runtime.block_on(page_bytes(&server, &demo))? {
        line(name, bytes, "bytes", None);
    }
    let floor = runtime.block_on(floors::sqlite(dir.path(), arguments.seconds))?;
    line("SQLite floor: one row a transaction", floor, "rows/s", None);
    let scene = Scene::new(runtime, server, dir.path())?;
    let processes = Clock::of(&[scene.server.pid()]);
    scene.peak("SQLite", arguments, arguments.connections, floor, 2.0, &processes)?;
    scene.peak("SQLite", arguments, 1, floor, 0.0, &processes)?;
    Ok(())
}

fn postgres(arguments: &Arguments, runtime: &Runtime) -> Result<()> {
    let postgres = Postgres::start();
    let url = postgres.database();
    let settings = [("DATABASE_URL", url.as_str())];
    let dir = TempDir::new()?;
    drop(demo::make(dir.path(), &settings));
    let floor = |connections: usize| floors::pgbench(&postgres, arguments.seconds, connections);
    let (floor_of_one, floor_of_many) = (floor(1)?, floor(arguments.connections)?);
    line(
        "PostgreSQL floor: pgbench, 1 connection",
        floor_of_one,
        "rows/s",
        None,
    );
    line(
        "PostgreSQL floor: pgbench, all connections",
        floor_of_many,
        "rows/s",
        None,
    );
    let server = Server::start(dir.path(), &settings);
    let scene = Scene::new(runtime, server, dir.path())?;
    let processes = Clock::of(&[scene.server.pid(), postgres.pid()]);
    scene.peak("PostgreSQL", arguments, 1, floor_of_one, 0.5, &processes)?;
    let peak = scene.peak(
        "PostgreSQL",
        arguments,
        arguments.connections,
        floor_of_many,
        0.4,
        &processes,
    )?;

    let calm = Pace::PerSecond(peak * 0.7);
    let load = scene.post(arguments, arguments.connections, calm)?;
    line(
        "PostgreSQL: half of the answers within, at 70 % of peak",
        load.quantile_ms(0.5),
        "ms",
        None,
    );
    line(
        "PostgreSQL: 99 % of the answers within",
        load.quantile_ms(0.99),
        "ms",
        Some(("≤", 25.0)),
    );
    line(
        "PostgreSQL: memory of the server after it",
        mib(scene.server.resident_kib()),
        "MiB",
        None,
    );

    let mut after = Vec::new();
    for minute in 1..=arguments.soak {
        let template = clients::Template::post(&scene.server.base_url, &scene.bodies.next());
        scene.load(&template, arguments.connections, Duration::from_secs(60), calm)?;
        let memory = mib(scene.server.resident_kib());
        line(&format!("soak: memory after {minute} min"), memory, "MiB", None);
        after.push(memory);
    }
    if let Some(grown) = growth(&after) {
        line(
            "soak: growth from its second to its last quarter",
            grown,
            "MiB",
            Some(("≤", 8.0)),
        );
    }
    let pages = scene.pages(arguments)?;
    line(
        "first survey pages",
        pages.per_second(),
        "GET/s",
        Some(("≥", 3_000.0)),
    );
    export(&scene, arguments, dir.path(), &url)
}

/// A server under load.
struct Scene<'a> {
    runtime: &'a Runtime,
    server: Server,
    demo: DemoFile,
    bodies: Bodies,
}

impl<'a> Scene<'a> {
    fn new(runtime: &'a Runtime, server: Server, data: &Path) -> Result<Self> {
        let demo = DemoFile::read(data);
        let bodies = runtime.block_on(Bodies::new(&server.base_url, &demo, answers::long_resident()));
        let scene = Self {
            runtime,
            server,
            demo,
            bodies,
        };
        // Caches and statements are warm before anything is measured.
        let template = clients::Template::post(&scene.server.base_url, &scene.bodies.next());
        let warm = scene.load(&template, 4, Duration::from_secs(1), Pace::Full)?;
        ensure!(warm.count() > 0.0, "nothing was accepted");
        Ok(scene)
    }

    fn load(
        &self,
        template: &clients::Template,
        connections: usize,
        time: Duration,
        pace: Pace,
    ) -> Result<Load> {
        self.runtime
            .block_on(clients::run(template, connections, time, pace))
    }

    fn post(&self, arguments: &Arguments, connections: usize, pace: Pace) -> Result<Load> {
        let template = clients::Template::post(&self.server.base_url, &self.bodies.next());
        self.load(
            &template,
            connections,
            Duration::from_secs(arguments.seconds),
            pace,
        )
    }

    fn pages(&self, arguments: &Arguments) -> Result<Load> {
        let template = clients::Template::get(&self.server.base_url, &self.demo.open_links["resident"]);
        let time = Duration::from_secs(arguments.seconds);
        self.load(&template, arguments.connections, time, Pace::Full)
    }

    /// Responses a second as fast as they are taken, beside the floor, and the processor time of each.
    fn peak(
        &self,
        name: &str,
        arguments: &Arguments,
        connections: usize,
        floor: f64,
        goal: f64,
        processes: &Clock,
    ) -> Result<f64> {
        let before = processes.cpu_ms()?;
        let load = self.post(arguments, connections, Pace::Full)?;
        let cpu = processes.cpu_ms()? - before;
        let rate = load.per_second();
        let goal = (goal > 0.0).then_some(("≥", goal));
        line(
            &format!("{name}: responses accepted, {connections} connections"),
            rate,
            "/s",
            None,
        );
        line(&format!("{name}: ratio to the floor"), rate / floor, "", goal);
        let each = cpu / load.count().max(1.0);
        let most = (connections > 1).then_some(("≤", 0.2));
        line(
            &format!("{name}: processor time, server and database"),
            each,
            "ms each",
            most,
        );
        Ok(rate)
    }
}

/// Exports as many responses as asked for, after posting what is missing.
fn export(scene: &Scene<'_>, arguments: &Arguments, data: &Path, url: &str) -> Result<()> {
    let stored = || -> Result<f64> {
        let said = command::run(
            command::minyi(["round", "status", &scene.demo.round])
                .env("MINYI_DATA", data)
                .env("DATABASE_URL", url),
        );
        ensure!(said.code == 0, "{said:?}");
        let count = said
            .stdout
            .lines()
            .find_map(|line| line.strip_prefix("responses "))
            .context("the number of responses")?;
        Ok(count.trim().parse()?)
    };
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 responses")]
    let wanted = arguments.export as f64;
    let template = clients::Template::post(&scene.server.base_url, &scene.bodies.next());
    while stored()? < wanted {
        scene.load(
            &template,
            arguments.connections,
            Duration::from_secs(3),
            Pace::Full,
        )?;
    }
    let file = data.join("export.csv");
    let mut command = command::minyi([
        "responses",
        "export",
        &scene.demo.round,
        "--format",
        "csv",
        "--out",
    ]);
    command
        .arg(&file)
        .env("MINYI_DATA", data)
        .env("DATABASE_URL", url);
    let run = processes::timed(command)?;
    let rows = std::fs::read(&file)?
        .iter()
        .filter(|byte| **byte == b'\n')
        .count();
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 rows")]
    let rows = rows as f64;
    line("CSV export: rows", rows, "rows", None);
    line(
        "CSV export: time for 100,000 rows",
        run.seconds * 100_000.0 / rows,
        "s",
        Some(("≤", 2.5)),
    );
    line("CSV export: most memory", mib(run.most_kib), "MiB", None);
    Ok(())
}

/// Compressed bytes of the first pages.
async fn page_bytes(server: &Server, demo: &DemoFile) -> Result<Vec<(&'static str, f64)>> {
    let client = reqwest::Client::new();
    let code = demo.invitations["resident"].first().context("an unused code")?;
    let mut sizes = Vec::new();
    let pages = [
        ("start page, compressed", format!("/r/{code}")),
        ("code page, compressed", "/".to_owned()),
    ];
    for (name, path) in pages {
        let request = client.get(format!("{}{path}", server.base_url));
        let reply = request.header("accept-encoding", "gzip").send().await?;
        let reply = reply.error_for_status()?;
        let encoding = reply.headers().get("content-encoding");
        ensure!(encoding.is_some_and(|v| v == "gzip"), "{name} is not compressed");
        let bytes = u32::try_from(reply.bytes().await?.len())?;
        sizes.push((name, f64::from(bytes)));
    }
    Ok(sizes)
}

/// Means of quarters of a soak; the first is left to caches that fill.
fn growth(memory: &[f64]) -> Option<f64> {
    let quarter = memory.len() / 4;
    #[expect(clippy::cast_precision_loss, reason = "minutes")]
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let (second, last) = (
        memory.get(quarter..2 * quarter)?,
        memory.get(memory.len() - quarter..)?,
    );
    (quarter > 0).then(|| mean(last) - mean(second))
}

fn mib(kib: u64) -> f64 {
    u32::try_from(kib).map_or(f64::MAX, f64::from) / 1024.0
}
