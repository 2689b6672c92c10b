//! A connection that is kept between batches.
//!
//! One that is given back to its pool is asked there whether it lives, by a task of its own: for each batch one more way to
//! the database, and a second processor awake for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::sea_query::Values;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::postgres::PgRow;
use sea_orm::sqlx::{AssertSqlSafe, Error, Postgres, query_with};
use sea_orm::{ConnAcquireErr, DatabaseConnection, DbErr, RuntimeErr, Value};
use sea_query_sqlx::SqlxValues;

/// One that has rested for longer goes back, so that its pool looks whether it still lives.
const REST: Duration = Duration::from_secs(1);

/// The writer's connection to PostgreSQL, while batches follow each other.
#[derive(Debug, Default)]
pub(super) struct Kept(Option<(PoolConnection<Postgres>, Instant)>);

impl Kept {
    /// Gives the connection back, for whoever takes one from the pool.
    pub(super) fn give_back(&mut self) {
        self.0 = None;
    }

    /// The rows that a statement gives, which is sent to the database once and remembered there.
    ///
    /// # Errors
    /// When the database does not answer. The connection is given back then, to be closed if it is the cause.
    pub(super) async fn rows(
        &mut self,
        db: &DatabaseConnection,
        sql: Arc<str>,
        values: Vec<Value>,
    ) -> Result<Vec<PgRow>, DbErr> {
        let kept = self.0.take().filter(|(_, used)| used.elapsed() < REST);
        let mut connection = match kept {
            Some((connection, _)) => connection,
            None => {
                let pool = db.get_postgres_connection_pool();
                pool.acquire().await.map_err(not_acquired)?
            }
        };
        let found = query_with(AssertSqlSafe(sql), SqlxValues(Values(values)))
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))?;
        self.0 = Some((connection, Instant::now()));
        Ok(found)
    }
}

fn not_acquired(error: Error) -> DbErr {
    match error {
        Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        error => DbErr::Conn(RuntimeErr::SqlxError(error.into())),
    }
}
