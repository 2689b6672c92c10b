//! How soon every list of the console opens when a round has a million responses. The rows are copies of the demo's, made
//! by SQL: posting them would take longer than anybody waits.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::postgres::Postgres;
use minyi_tests::server::Server;
use reqwest::Client;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
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

/// What a column holds in a copy.
#[derive(Clone, Copy, Debug)]
enum Own {
    /// A random UUID.
    Uuid,
    /// A random hash, where the original has one.
    Hash,
    /// The original with the number of the copy behind it, where there is an original.
    Numbered,
    /// The original, moved on by as many as there are.
    MovedOn,
    /// No bytes: no list shows them, and a disk would hold no million of them.
    Empty,
}

/// Columns that hold something of their own in every copy; the others are the same in all.
const OWN_VALUES: [(&str, &str, Own); 17] = [
    ("responses", "id", Own::Uuid),
    ("responses", "leaf", Own::Hash),
    ("responses", "link", Own::Hash),
    ("invitations", "id", Own::Uuid),
    ("invitations", "case_id", Own::Numbered),
    ("invitations", "code_lookup", Own::Hash),
    ("sample_cases", "case_id", Own::Numbered),
    ("assignments", "case_id", Own::Numbered),
    ("attempts", "id", Own::Uuid),
    ("attempts", "case_id", Own::Numbered),
    ("frame_members", "member_key", Own::Numbered),
    ("audit", "seq", Own::MovedOn),
    ("outbox", "id", Own::Uuid),
    ("outbox", "dedup_key", Own::Numbered),
    ("outbox", "message", Own::Empty),
    ("follow_up_cases", "id", Own::Uuid),
    ("follow_up_cases", "leaf", Own::Hash),
];

/// Tables that grow with them where everybody was invited.
const WITH_INVITATIONS: [&str; 4] = ["invitations", "sample_cases", "assignments", "attempts"];

/// The database that is filled.
struct Filling {
    db: DatabaseConnection,
}

impl Filling {
    async fn open(url: &str) -> Result<Self> {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        let db = Database::connect(options).await?;
        if db.get_database_backend() == DbBackend::Sqlite {
            // Nothing here need survive anything, and keys are random.
            db.execute_unprepared("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000")
                .await?;
        }
        Ok(Self { db })
    }

    async fn number(&self, sql: &str) -> Result<i64> {
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        let row = self.db.query_one_raw(statement).await?.context("a row")?;
        Ok(row.try_get_by_index(0)?)
    }

    async fn columns(&self, table: &str) -> Result<Vec<String>> {
        let backend = self.db.get_database_backend();
        let sql = match backend {
            DbBackend::Sqlite => format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"),
            _ => format!(
                "SELECT CAST(column_name AS TEXT) FROM information_schema.columns \
                 WHERE table_name = '{table}' ORDER BY ordinal_position"
            ),
        };
        let rows = self
            .db
            .query_all_raw(Statement::from_string(backend, sql))
            .await?;
        let names = rows.iter().map(|row| row.try_get_by_index(0));
        Ok(names.collect::<std::result::Result<_, _>>()?)
    }

    fn value(&self, table: &str, column: &str) -> String {
        let own = OWN_VALUES
            .iter()
            .find(|(of, name, _)| *of == table && *name == column);
        let Some((_, _, own)) = own else {
            return format!("r.\"{column}\"");
        };
        let on_postgres = self.db.get_database_backend() == DbBackend::Postgres;
        match own {
            Own::Uuid if on_postgres => "gen_random_uuid()".to_owned(),
            Own::Uuid => "randomblob(16)".to_owned(),
            Own::Hash if on_postgres => format!(
                "CASE WHEN r.{column} IS NULL THEN NULL \
                 ELSE encode(sha256(convert_to(r.{column} || n, 'UTF8')), 'hex') END"
            ),
            Own::Hash => {
                format!("CASE WHEN r.{column} IS NULL THEN NULL ELSE lower(hex(randomblob(32))) END")
            }
            Own::Empty if on_postgres => "CAST('' AS bytea)".to_owned(),
            Own::Empty => "x''".to_owned(),
            Own::Numbered => format!("r.{column} || '-' || n"),
            Own::MovedOn => format!("r.{column} + n * (SELECT max({column}) FROM {table})"),
        }
    }

    /// Adds so many copies of every row of a table.
    async fn copy(&self, table: &str, copies: i64) -> Result<()> {
        if copies <= 0 {
            return Ok(());
        }
        let names = self.columns(table).await?;
        let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let values: Vec<String> = names.iter().map(|name| self.value(table, name)).collect();
        let sql = format!(
            "INSERT INTO {table} ({}) WITH RECURSIVE copies(n) AS \
             (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {copies}) SELECT {} FROM copies, {table} r",
            quoted.join(", "),
            values.join(", "),
        );
        self.db
            .execute_unprepared(&sql)
            .await
            .with_context(|| table.to_owned())?;
        if self.db.get_database_backend() == DbBackend::Postgres {
            // What autovacuum would have done long before there were so many.
            self.db
                .execute_unprepared(&format!("VACUUM ANALYZE {table}"))
                .await?;
        }
        Ok(())
    }

    /// Copies the rows of a table until there are about `wanted`.
    async fn fill(&self, table: &str, wanted: i64) -> Result<()> {
        let count = self.number(&format!("SELECT count(*) FROM {table}")).await?;
        match count {
            0 => Ok(()),
            _ => self.copy(table, wanted / count - 1).await,
        }
    }

    /// Fills a round with so many responses, and with the invitations that go with them if `invited`.
    async fn round(&self, wanted: i64, invited: bool) -> Result<()> {
        let responses = self.number("SELECT count(*) FROM responses").await?;
        let copies = wanted / responses.max(1) - 1;
        self.copy("responses", copies).await?;
        // Every copy was accepted as its original was.
        let counted = format!("UPDATE response_tallies SET n = n * {}", copies + 1);
        self.db.execute_unprepared(&counted).await?;
        if invited {
            for table in WITH_INVITATIONS {
                self.copy(table, copies).await?;
            }
            self.fill("frame_members", wanted * 2).await?;
        } else {
            self.fill("attempts", wanted / 4).await?;
        }
        for (table, wanted) in [
            ("audit", wanted / 2),
            ("outbox", wanted / 20),
            ("follow_up_cases", wanted / 20),
        ] {
            self.fill(table, wanted).await?;
        }
        if self.db.get_database_backend() == DbBackend::Sqlite {
            self.db
                .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
                .await?;
        }
        Ok(())
    }
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

/// Fills a round with so many responses on SQLite and on PostgreSQL, and prints how soon each list opens the second time;
/// the first, which fills what the server keeps, stands beside it.
///
/// - `invited`: everybody was invited, so that invitations, sample, attempts and register grow as well.
pub(crate) fn measure(runtime: &Runtime, responses: u32, invited: bool, only: Option<&str>) -> Result<()> {
    let wanted = |name: &str| only.is_none_or(|only| only == name);
    if wanted("sqlite") {
        let dir = TempDir::new()?;
        let url = format!("sqlite://{}", dir.path().join("minyi.db").display());
        measure_on("SQLite", (&url, &[]), dir.path(), runtime, (responses, invited))?;
    }
    if wanted("postgres") {
        let postgres = Postgres::start();
        let url = postgres.database();
        let dir = TempDir::new()?;
        let settings = [("DATABASE_URL", url.as_str())];
        measure_on(
            "PostgreSQL",
            (&url, &settings),
            dir.path(),
            runtime,
            (responses, invited),
        )?;
    }
    Ok(())
}

fn measure_on(
    name: &str,
    (url, settings): (&str, &[(&str, &str)]),
    data: &Path,
    runtime: &Runtime,
    (responses, invited): (u32, bool),
) -> Result<()> {
    drop(demo::make(data, settings));
    let filled = runtime.block_on(async {
        let filling = Filling::open(url).await?;
        filling.round(responses.into(), invited).await?;
        filling.number("SELECT count(*) FROM responses").await
    })?;
    let of_invited = if invited { ", all invited" } else { "" };
    println!("{name}: {filled} responses{of_invited}");
    let demo = DemoFile::read(data);
    let server = Server::start(data, settings);
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
