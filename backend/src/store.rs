//! The only code that sees sea-orm: one aggregate a file.
//!
//! Functions take any connection (`&impl ConnectionTrait`), so that a caller
//! can put several into one transaction from [`begin`]; an act of staff and its
//! audit entry always share one. The same statements run on SQLite and
//! PostgreSQL; promises about uniqueness rest on the indexes, not on locks in
//! this process, because several servers may share a database.

use std::time::Duration;

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection,
    DatabaseTransaction, DbBackend, DbErr, EntityTrait, IntoActiveModel, Iterable, RuntimeErr,
    SqliteTransactionMode, SqlxError, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use thiserror::Error;

use crate::clock::SKEW_MS;
use crate::keys::KeyError;

pub mod agreements;
pub mod amendments;
pub mod assignments;
pub mod attachments;
pub mod attempts;
pub mod audit;
pub mod callbacks;
pub mod cards;
pub mod cases;
pub mod devices;
pub mod drafts;
pub mod erasure;
pub mod evaluators;
pub mod exceptions;
pub mod failures;
pub mod fieldwork;
pub mod form_drafts;
pub mod forms;
pub mod frame;
pub mod frame_versions;
pub mod health;
pub mod held;
pub mod identity_requests;
pub mod improvements;
pub mod institutions;
pub mod invitations;
pub mod jobs;
pub mod links;
pub mod mailing;
pub mod merkle_log;
pub mod notices;
pub mod outbox;
pub mod person_requests;
pub mod plan_files;
pub mod plan_versions;
pub mod providers;
pub mod publications;
pub mod quotas;
pub mod responses;
pub mod results;
pub mod retention;
pub mod rounds;
pub mod sample;
pub mod scores;
pub mod second_factors;
pub mod secrets;
pub mod series;
pub mod sessions;
pub mod shuffle;
pub mod sign_ins;
pub mod sittings;
pub mod staff;
pub mod tables;
pub mod tallies;
pub mod two_people;
pub mod units;
pub mod vault;
pub mod waves;
pub mod weighing;

/// Why stored things cannot be read or written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database said no, or said nothing.
    #[error("database: {0}")]
    Database(#[from] DbErr),
    /// Sealed data cannot be opened.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A row holds what no version of this program writes.
    #[error("{table}: {what}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What is wrong, without its content.
        what: String,
    },
}

impl StoreError {
    /// Whether the database is away, shutting down, starting, busy or out of room, so that trying again later helps and
    /// trying another way does not.
    pub fn is_unreachable(&self) -> bool {
        let Self::Database(error) = self else {
            return false;
        };
        let driver = match error {
            DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => return true,
            DbErr::Exec(RuntimeErr::SqlxError(driver)) | DbErr::Query(RuntimeErr::SqlxError(driver)) => {
                driver
            }
            _ => return false,
        };
        match driver.as_ref() {
            SqlxError::Io(_)
            | SqlxError::Tls(_)
            | SqlxError::Protocol(_)
            | SqlxError::PoolTimedOut
            | SqlxError::PoolClosed
            | SqlxError::WorkerCrashed => true,
            SqlxError::Database(said) => said.code().is_some_and(|code| is_of_the_machine(&code)),
            _ => false,
        }
    }

    /// Counts the error for `/metrics`; once for each that is told to somebody.
    pub fn count(&self) {
        let kind = match (self.is_unreachable(), self) {
            (true, _) => "unreachable",
            (false, Self::Database(_)) => "refused",
            (false, Self::Key(_) | Self::Corrupt { .. }) => "corrupt",
        };
        metrics::counter!("minyi_database_errors_total", "kind" => kind).increment(1);
    }
}

/// Whether an error code tells of the database's machine and not of the statement.
fn is_of_the_machine(code: &str) -> bool {
    // PostgreSQL's have five characters: connections, lack of resources, and the three ways to say that it stops or starts.
    if code.len() == 5 {
        return code.starts_with("08")
            || code.starts_with("53")
            || ["57P01", "57P02", "57P03"].contains(&code);
    }
    // SQLite's: busy, locked, read-only, input or output, full, cannot open; the low byte of the extended code.
    let primary = code.parse::<u32>().ok().map(|code| code & 0xff);
    matches!(primary, Some(5 | 6 | 8 | 10 | 13 | 14))
}

/// That a time has passed, or is further ahead than the `furthest` that it can have been meant: such a one was written
/// while the clock was ahead. In milliseconds.
pub(crate) fn passed(column: impl ColumnTrait, now: i64, furthest: i64) -> Expr {
    let furthest = now.saturating_add(furthest).saturating_add(SKEW_MS);
    column.lte(now).or(column.gt(furthest))
}

/// Values for a list in a statement, filled up by repeating the last to a power of two: a statement with another number
/// of places is another statement, which the database would have to read and plan anew.
pub(crate) fn padded<T: Clone>(mut values: Vec<T>) -> Vec<T> {
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    values
}

/// Why a database cannot be used at all.
#[derive(Debug, Error)]
#[error("cannot use the database {url} (DATABASE_URL): {source}")]
pub struct ConnectError {
    url: String,
    source: DbErr,
}

/// A database URL fit for messages: user and password are left out.
pub fn redact_url(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}://…{}", &url[..scheme], &url[at..]),
        _ => url.to_owned(),
    }
}

/// Opens the database and brings its schema up to date.
///
/// SQLite is opened in WAL mode with `synchronous=FULL`: a commit that has
/// returned survives the loss of power.
///
/// # Errors
/// [`ConnectError`], naming the database without its password.
pub async fn connect(url: &str) -> Result<DatabaseConnection, ConnectError> {
    let db = connect_as_is(url, true).await?;
    let migrated = crate::migration::Migrator::up(&db, None).await;
    migrated.map_err(|source| ConnectError {
        url: redact_url(url),
        source,
    })?;
    Ok(db)
}

/// Opens the database and leaves its schema as it is; `create` makes a SQLite file where there is none.
///
/// # Errors
/// [`ConnectError`], naming the database without its password.
pub async fn connect_as_is(url: &str, create: bool) -> Result<DatabaseConnection, ConnectError> {
    open(options(url, create, Use::Common), url).await
}

/// A connection of its own for the one task that writes responses, opened when it is first used. Handed about among
/// many, each would have to read again what the others have written: SQLite drops a connection's pages when another has
/// written, and each knows its own statements.
///
/// # Errors
/// [`ConnectError`], naming the database without its password.
pub async fn connect_to_write(url: &str) -> Result<DatabaseConnection, ConnectError> {
    let mut options = options(url, false, Use::ToWrite);
    options.max_connections(1).connect_lazy(true);
    open(options, url).await
}

async fn open(options: ConnectOptions, url: &str) -> Result<DatabaseConnection, ConnectError> {
    Database::connect(options).await.map_err(|source| ConnectError {
        url: redact_url(url),
        source,
    })
}

/// What connections are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// Whatever comes.
    Common,
    /// Responses are written.
    ToWrite,
}

fn options(url: &str, create: bool, what_for: Use) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        .max_connections(if url.starts_with("sqlite:") { 8 } else { 16 })
        .acquire_timeout(Duration::from_secs(5))
        .connect_timeout(Duration::from_secs(5))
        // A connection that was used a moment ago is not asked first whether it lives.
        .test_before_acquire_if_idle_for(Duration::from_secs(1));
    // A server that vanishes from the network with a transaction open must not hold its locks for hours.
    options.map_sqlx_postgres_opts(|postgres| {
        postgres.options([("idle_in_transaction_session_timeout", "120s")])
    });
    options.map_sqlx_sqlite_opts(move |sqlite| {
        let sqlite = match what_for {
            // KiB, as it is below nothing. There are eight of them, and what they read again lies in the system's memory.
            Use::Common => sqlite.pragma("cache_size", "-512"),
            Use::ToWrite => sqlite
                // KiB, as it is below nothing: indexes of random keys are written all over.
                .pragma("cache_size", "-16384")
                // Pages: one that is written once more until then is brought into the database once.
                .pragma("wal_autocheckpoint", "8000"),
        };
        sqlite
            .create_if_missing(create)
            .busy_timeout(Duration::from_secs(10))
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
            // What was deleted (drafts, withdrawn answers, erased identities) is gone from the file as well.
            .pragma("secure_delete", "ON")
    });
    // On a full disk SQLite ends a transaction by itself, and the driver goes on counting it: the next ones would be
    // savepoints of one that nobody commits, told as stored and lost. Such a connection is not used again. (The pool
    // asks a connection whether it lives before it asks this, so that a rollback on its way has been done.)
    options.map_sqlx_sqlite_before_acquire(|connection, _| {
        let counted = sea_orm::sqlx::Connection::is_in_transaction(connection);
        if counted {
            tracing::warn!(
                "a connection whose transaction SQLite ended by itself is closed: is the disk full?"
            );
        }
        Box::pin(std::future::ready(Ok(!counted)))
    });
    options
}

/// Begins a transaction that will write.
///
/// On SQLite it takes the write lock at once: a transaction that starts by
/// reading and then writes could otherwise fail where no retry helps.
///
/// # Errors
/// When the database does not answer.
pub async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
    let options = TransactionOptions {
        sqlite_transaction_mode: (db.get_database_backend() == DbBackend::Sqlite)
            .then_some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    Ok(db.begin_with_options(options).await?)
}

/// Whether the database answers.
///
/// # Errors
/// When it does not.
pub async fn ping(db: &DatabaseConnection) -> Result<(), StoreError> {
    Ok(db.ping().await?)
}

/// Rows that fit one statement: SQLite allows 32,766 values, PostgreSQL 65,535.
fn rows_per_statement<E: EntityTrait>() -> usize {
    30_000 / E::Column::iter().count().max(1)
}

/// Inserts `rows` with multi-row statements; 60,000 rows take a few seconds.
pub(crate) async fn insert_all<E>(conn: &impl ConnectionTrait, rows: Vec<E::Model>) -> Result<(), StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let size = rows_per_statement::<E>();
    let mut rows = rows
        .into_iter()
        .map(IntoActiveModel::into_active_model)
        .peekable();
    while rows.peek().is_some() {
        let chunk: Vec<E::ActiveModel> = rows.by_ref().take(size).collect();
        E::insert_many(chunk).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// Inserts `row`, or replaces the row with the same `key`.
pub(crate) async fn upsert<E>(
    conn: &impl ConnectionTrait,
    row: E::Model,
    key: &[E::Column],
) -> Result<(), StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let rest = E::Column::iter().filter(|column| !key.iter().any(|k| same_column::<E>(*k, *column)));
    E::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns(key.iter().copied())
                .update_columns(rest)
                .to_owned(),
        )
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

fn same_column<E: EntityTrait>(a: E::Column, b: E::Column) -> bool {
    use sea_orm::IdenStatic;
    a.as_str() == b.as_str()
}

#[cfg(test)]
pub(crate) mod testing {
    //! A database of its own for each test.

    use super::*;

    /// An empty, migrated SQLite database that goes away with the folder.
    pub(crate) async fn database() -> (tempfile::TempDir, DatabaseConnection) {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", dir.path().join("minyi.db").display());
        let db = connect(&url).await.unwrap();
        (dir, db)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn connect_migrates_an_empty_database_and_again_changes_nothing() {
        let (dir, db) = testing::database().await;
        let url = format!("sqlite://{}", dir.path().join("minyi.db").display());
        let again = connect(&url).await.unwrap();
        assert!(rounds::list(&again).await.unwrap().is_empty());
        let row = db.query_one_raw(sea_orm::Statement::from_string(
            DbBackend::Sqlite,
            "PRAGMA journal_mode",
        ));
        let mode: String = row.await.unwrap().unwrap().try_get_by_index(0).unwrap();
        let row = db.query_one_raw(sea_orm::Statement::from_string(
            DbBackend::Sqlite,
            "PRAGMA synchronous",
        ));
        let synchronous: i32 = row.await.unwrap().unwrap().try_get_by_index(0).unwrap();
        assert_eq!((mode.as_str(), synchronous), ("wal", 2));
    }

    #[test]
    fn codes_of_the_machine_are_told_from_those_of_a_statement() {
        for code in ["08006", "53100", "57P01", "57P03", "5", "13", "517", "778"] {
            assert!(is_of_the_machine(code), "{code}");
        }
        for code in ["23505", "57014", "40P01", "22021", "19", "2067", ""] {
            assert!(!is_of_the_machine(code), "{code}");
        }
    }

    #[test]
    fn lists_are_filled_up_to_a_power_of_two() {
        assert_eq!(padded(vec![1, 2, 3, 4, 5]), [1, 2, 3, 4, 5, 5, 5, 5]);
        assert_eq!(padded(vec![1]), [1]);
        assert!(padded::<u8>(Vec::new()).is_empty());
    }

    #[tokio::test]
    async fn unreachable_database_is_named_without_its_password() {
        let error = connect("postgres://minyi:hunter2@127.0.0.1:1/minyi")
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("127.0.0.1:1/minyi") && !error.contains("hunter2"),
            "{error}"
        );
    }
}
