//! What the databases do alone: one row of a response's size, one transaction each.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use minyi_tests::command;
use minyi_tests::postgres::Postgres;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbBackend, Statement};

/// The size of a stored response.
const ROW_BYTES: usize = 1_600;

/// One-row inserts a second by pgbench at a number of connections.
pub(crate) fn pgbench(postgres: &Postgres, seconds: u64, connections: usize) -> Result<f64> {
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
    let (clients, threads) = (connections.to_string(), connections.min(2).to_string());
    bench.args(["-n", "-c", &clients, "-j", &threads, "-T", &seconds.to_string()]);
    let said = command::run(bench.arg("-f").arg(script.path()).arg(database));
    let line = said
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix("tps = "))
        .with_context(|| format!("{said:?}"))?;
    Ok(line.split(' ').next().context("a number")?.parse()?)
}

/// One-row transactions a second on a SQLite file beside the product's.
pub(crate) async fn sqlite(dir: &Path, seconds: u64) -> Result<f64> {
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
        db.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, insert, values))
            .await?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}
