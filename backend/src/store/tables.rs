//! Every table, one list: what a backup takes and a restore brings back.
//!
//! A table that is not listed in [`tables`](self) fails a test, so that none is forgotten in backups. Rows leave as
//! lists of JSON values in the order of the table's columns and enter by the names of those columns, so that they can
//! be brought into a schema as old as they are and be migrated from there.

use std::pin::pin;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures_util::TryStreamExt;
use sea_orm::sea_query::{Alias, ArrayType, Expr, Query};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, EntityTrait, IdenStatic,
    IsolationLevel, Iterable, ModelTrait, PaginatorTrait, PrimaryKeyToColumn, QueryOrder, TransactionOptions,
    TransactionTrait, Value,
};
use sea_orm_migration::{MigratorTrait, SchemaManager};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use super::StoreError;
use crate::migration::{Migrator, Upto};

/// Bytes of rows that go into one statement at most, beside the limit of values.
const STATEMENT_BYTES: usize = 4 << 20;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text.
    Text,
    /// 32 bits.
    Int,
    /// 64 bits.
    Long,
    /// Double precision.
    Double,
    /// True or false.
    Bool,
    /// Bytes, in JSON as base64.
    Bytes,
    /// A UUID.
    Uuid,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
}

impl Table {
    fn of<E: EntityTrait>() -> Self {
        let columns = E::Column::iter().filter_map(|column| {
            Some(Column {
                name: column.as_str().to_owned(),
                kind: kind_of(&E::Model::get_value_type(column))?,
            })
        });
        Self {
            name: E::default().table_name().to_owned(),
            columns: columns.collect(),
        }
    }

    /// A row from its line in a backup; none where it is not one of this table.
    pub fn row(&self, line: &[u8]) -> Option<Row> {
        let cells: Vec<Json> = serde_json::from_slice(line).ok()?;
        if cells.len() != self.columns.len() {
            return None;
        }
        let values = self.columns.iter().zip(&cells);
        values
            .map(|(column, cell)| value_of(column.kind, cell))
            .collect::<Option<_>>()
            .map(Row)
    }
}

/// A row on its way into a table.
#[derive(Clone, Debug)]
pub struct Row(Vec<Value>);

/// None for kinds that no table has; a test sees to that.
fn kind_of(value: &ArrayType) -> Option<Kind> {
    Some(match value {
        ArrayType::String => Kind::Text,
        ArrayType::Int => Kind::Int,
        ArrayType::BigInt => Kind::Long,
        ArrayType::Double => Kind::Double,
        ArrayType::Bool => Kind::Bool,
        ArrayType::Bytes => Kind::Bytes,
        ArrayType::Uuid => Kind::Uuid,
        _ => return None,
    })
}

/// Takes the rows of a table as they come.
pub type Sink<'a> = &'a mut dyn FnMut(Vec<Json>) -> std::io::Result<()>;

/// Why rows do not leave.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Whoever takes the rows cannot go on.
    #[error(transparent)]
    Sink(#[from] std::io::Error),
}

macro_rules! tables {
    ($($table:ident),* $(,)?) => {
        /// Every table in the order of backups.
        pub fn all() -> Vec<Table> {
            vec![$(Table::of::<crate::entity::$table::Entity>()),*]
        }

        /// How many rows a table has.
        ///
        /// # Errors
        /// When the database does not answer.
        pub async fn count(conn: &impl ConnectionTrait, table: &str) -> Result<u64, StoreError> {
            match table {
                $(stringify!($table) => Ok(crate::entity::$table::Entity::find().count(conn).await?),)*
                _ => Ok(0),
            }
        }

        /// Gives the rows of a table to `sink`, by primary key and never all at once: the order in which they were
        /// written does not leave with them.
        ///
        /// # Errors
        /// When the database does not answer or the sink cannot go on.
        pub async fn rows(snapshot: &Snapshot, table: &str, sink: Sink<'_>) -> Result<(), RowsError> {
            match table {
                $(stringify!($table) => rows_of::<crate::entity::$table::Entity>(&snapshot.0, sink).await,)*
                _ => Ok(()),
            }
        }
    };
}

tables![
    amendment_media,
    amendments,
    assignments,
    attachments,
    attempts,
    audit,
    callback_cases,
    callback_checks,
    callback_consents,
    card_approvals,
    card_marks,
    card_seals,
    case_messages,
    criterion_scores,
    data_agreements,
    devices,
    drafts,
    erasures,
    evaluator_conflicts,
    evaluators,
    evidence_files,
    failures,
    follow_up_cases,
    form_drafts,
    form_states,
    forms,
    frame_members,
    frame_uses,
    frame_versions,
    held,
    identities,
    identity_requests,
    improvements,
    institutions,
    interviewer_exceptions,
    invitations,
    jobs,
    links,
    mail_recipients,
    mail_rounds,
    mail_runs,
    merkle_leaves,
    merkle_nodes,
    merkle_roots,
    multi_factor_sessions,
    outbox,
    person_requests,
    plan_blobs,
    plan_copies,
    plan_files,
    plan_versions,
    provider_sign_ins,
    publications,
    quota_places,
    recovery_codes,
    response_tallies,
    responses,
    results,
    retention_delays,
    round_groups,
    rounds,
    sample_cases,
    score_cards,
    scoring_draws,
    second_factors,
    second_secrets,
    series_revisions,
    series_values,
    sessions,
    sign_ins,
    sitting_counts,
    sitting_keys,
    staff,
    staff_addresses,
    staff_browsers,
    staff_notices,
    staff_subjects,
    units,
    weight_experts,
    weight_judgements,
];

/// The database as it was at one moment, however long it is read.
pub struct Snapshot(DatabaseTransaction);

impl Snapshot {
    /// Fixes the moment. Nobody who writes waits for it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take(db: &DatabaseConnection) -> Result<Self, StoreError> {
        let options = match db.get_database_backend() {
            DbBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
            // In WAL mode a transaction goes on reading what it read first.
            _ => TransactionOptions::default(),
        };
        let tx = db.begin_with_options(options).await?;
        if db.get_database_backend() == DbBackend::Postgres {
            // Before the moment is fixed: a table that is emptied and filled anew meanwhile (`store::shuffle`) would
            // look empty, because TRUNCATE does not keep what earlier moments see.
            let names: Vec<String> = all().iter().map(|table| format!("\"{}\"", table.name)).collect();
            let lock = format!("LOCK TABLE {} IN ACCESS SHARE MODE", names.join(", "));
            tx.execute_unprepared(&lock).await?;
        }
        let snapshot = Self(tx);
        // The moment is that of the first read.
        snapshot.count("rounds").await?;
        Ok(snapshot)
    }

    /// How many rows a table has.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count(&self, table: &str) -> Result<u64, StoreError> {
        count(&self.0, table).await
    }

    /// `sqlite` or `postgres`.
    pub fn database(&self) -> &'static str {
        match self.0.get_database_backend() {
            DbBackend::Postgres => "postgres",
            _ => "sqlite",
        }
    }

    /// Names of the migrations that made the schema.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn migrations(&self) -> Result<Vec<String>, StoreError> {
        applied(&self.0).await
    }

    /// Files of evidence: identifier and SHA-256.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn evidence(&self) -> Result<Vec<(Uuid, String)>, StoreError> {
        use crate::entity::evidence_files;
        let rows = evidence_files::Entity::find()
            .order_by_asc(evidence_files::Column::Id)
            .all(&self.0)
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row.sha256)).collect())
    }
}

/// Names of the migrations that were applied, without changing anything.
///
/// # Errors
/// When the database does not answer, or knows a migration that this program does not.
pub async fn applied(conn: &impl ConnectionTrait) -> Result<Vec<String>, StoreError> {
    let migrations = Migrator::get_applied_migrations_read_only(conn).await?;
    Ok(migrations.iter().map(|one| one.name().to_owned()).collect())
}

/// Names of the migrations that this program has and the database does not, without changing anything.
///
/// # Errors
/// See [`applied`].
pub async fn pending(conn: &impl ConnectionTrait) -> Result<Vec<String>, StoreError> {
    let migrations = Migrator::get_pending_migrations_read_only(conn).await?;
    Ok(migrations.iter().map(|one| one.name().to_owned()).collect())
}

async fn rows_of<E: EntityTrait>(tx: &DatabaseTransaction, sink: Sink<'_>) -> Result<(), RowsError>
where
    E::Model: Sync,
{
    let mut query = E::find();
    for key in E::PrimaryKey::iter() {
        query = query.order_by_asc(key.into_column());
    }
    let stream = query.stream(tx).await.map_err(StoreError::from)?;
    let mut stream = pin!(stream);
    while let Some(row) = stream.try_next().await.map_err(StoreError::from)? {
        let cells = E::Column::iter().map(|column| json_of(row.get(column)));
        sink(cells.collect())?;
    }
    Ok(())
}

/// A value as JSON; null where there is none.
fn json_of(value: Value) -> Json {
    match value {
        Value::Bool(value) => value.into(),
        Value::Int(value) => value.into(),
        Value::BigInt(value) => value.into(),
        // JSON has no infinities.
        Value::Double(Some(value)) if !value.is_finite() => value.to_string().into(),
        Value::Double(value) => value.into(),
        Value::String(value) => value.into(),
        Value::Bytes(value) => value.map(|bytes| BASE64.encode(bytes)).into(),
        Value::Uuid(value) => value.map(|id| id.to_string()).into(),
        _ => Json::Null,
    }
}

/// The value of a JSON cell; none where it is not of its column's kind.
fn value_of(kind: Kind, cell: &Json) -> Option<Value> {
    let empty = cell.is_null();
    Some(match kind {
        Kind::Text if empty => Value::String(None),
        Kind::Text => Value::String(Some(cell.as_str()?.to_owned())),
        Kind::Int if empty => Value::Int(None),
        Kind::Int => Value::Int(Some(i32::try_from(cell.as_i64()?).ok()?)),
        Kind::Long if empty => Value::BigInt(None),
        Kind::Long => Value::BigInt(Some(cell.as_i64()?)),
        Kind::Double if empty => Value::Double(None),
        Kind::Double => Value::Double(Some(match cell {
            Json::String(word) => word.parse().ok()?,
            number => number.as_f64()?,
        })),
        Kind::Bool if empty => Value::Bool(None),
        Kind::Bool => Value::Bool(Some(cell.as_bool()?)),
        Kind::Bytes if empty => Value::Bytes(None),
        Kind::Bytes => Value::Bytes(Some(BASE64.decode(cell.as_str()?).ok()?)),
        Kind::Uuid if empty => Value::Uuid(None),
        Kind::Uuid => Value::Uuid(Some(Uuid::parse_str(cell.as_str()?).ok()?)),
    })
}

/// The first table of this program that holds rows; none where a restore may begin.
///
/// # Errors
/// When the database does not answer.
pub async fn first_with_rows(db: &DatabaseConnection) -> Result<Option<String>, StoreError> {
    let manager = SchemaManager::new(db);
    for table in all() {
        if manager.has_table(&table.name).await? && has_rows(db, &table.name).await? {
            return Ok(Some(table.name));
        }
    }
    Ok(None)
}

/// Whether a table of whatever schema has a row.
async fn has_rows(db: &impl ConnectionTrait, table: &str) -> Result<bool, StoreError> {
    let one = Query::select()
        .expr(Expr::value(1))
        .from(Alias::new(table))
        .limit(1)
        .take();
    Ok(db.query_one(&one).await?.is_some())
}

/// A database that is being filled: nothing of it is there until it is finished.
pub struct Filling {
    tx: DatabaseTransaction,
}

impl Filling {
    /// Begins with the schema that `migrations` make. Tables that are there must be empty; they are made anew.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(db: &DatabaseConnection, migrations: &[String]) -> Result<Self, StoreError> {
        let tx = super::begin(db).await?;
        let manager = SchemaManager::new(&tx);
        let names = all().into_iter().map(|table| table.name);
        for table in names.chain(["seaql_migrations".to_owned()]) {
            let mut drop = sea_orm_migration::prelude::Table::drop();
            drop.table(Alias::new(table)).if_exists();
            manager.drop_table(drop).await?;
        }
        sea_orm_migration::MigratorTraitSelf::up(&Upto(migrations.to_vec()), &tx, None).await?;
        Ok(Self { tx })
    }

    /// The transaction, for what belongs to it.
    pub fn tx(&self) -> &DatabaseTransaction {
        &self.tx
    }

    /// Inserts rows that [`Table::row`] read.
    ///
    /// # Errors
    /// When the database does not answer or refuses them.
    pub async fn insert(&self, table: &Table, rows: Vec<Row>) -> Result<(), StoreError> {
        let mut insert = Query::insert();
        insert
            .into_table(Alias::new(&table.name))
            .columns(table.columns.iter().map(|column| Alias::new(&column.name)));
        for row in rows {
            insert
                .values(row.0.into_iter().map(Expr::value))
                .map_err(|error| StoreError::Corrupt {
                    table: "backup",
                    what: error.to_string(),
                })?;
        }
        self.tx.execute(&insert).await?;
        Ok(())
    }

    /// Applies the migrations that came after those it began with.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        Ok(Migrator::up(&self.tx, None).await?)
    }

    /// Makes it all stand.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn finish(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }
}

/// Whether so many rows of so many bytes fill a statement.
pub fn fills_statement(table: &Table, rows: usize, bytes: usize) -> bool {
    // SQLite allows 32,766 values, PostgreSQL 65,535.
    rows * table.columns.len().max(1) >= 30_000 || bytes >= STATEMENT_BYTES
}

#[cfg(test)]
mod tests;
