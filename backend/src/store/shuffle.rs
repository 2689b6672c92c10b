//! The order of arrival, destroyed (see `backend/docs/linkage.md`).
//!
//! A database keeps, beside what it is told, where and by which transaction each row was written: SQLite's rowid,
//! PostgreSQL's `ctid` and `xmin`. Whoever holds a copy could put responses and used invitations side by side in that
//! order and read off whose is whose. [`shuffle`] writes the tables that change when somebody answers anew, in the order
//! of their random keys and by one transaction, so that nothing of the old order is left in them.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IdenStatic, Iterable,
    PaginatorTrait, PrimaryKeyToColumn, QuerySelect,
};

use super::{StoreError, begin, tallies};
use crate::entity::{
    attachments, attempts, callback_consents, drafts, follow_up_cases, held, invitations, quota_places,
    response_tallies, responses, sample_cases, second_secrets,
};

/// A table and its primary key, quoted.
struct Traces {
    table: String,
    key: String,
}

impl Traces {
    fn of<E: EntityTrait>() -> Self {
        let key: Vec<String> = E::PrimaryKey::iter()
            .map(|key| format!("\"{}\"", key.into_column().as_str()))
            .collect();
        Self {
            table: E::default().table_name().to_owned(),
            key: key.join(", "),
        }
    }
}

/// Every table in which a row is written or changed when somebody answers.
fn traces() -> [Traces; 12] {
    [
        Traces::of::<attachments::Entity>(),
        Traces::of::<attempts::Entity>(),
        Traces::of::<callback_consents::Entity>(),
        Traces::of::<drafts::Entity>(),
        Traces::of::<follow_up_cases::Entity>(),
        Traces::of::<held::Entity>(),
        Traces::of::<invitations::Entity>(),
        Traces::of::<quota_places::Entity>(),
        Traces::of::<response_tallies::Entity>(),
        Traces::of::<responses::Entity>(),
        Traces::of::<sample_cases::Entity>(),
        Traces::of::<second_secrets::Entity>(),
    ]
}

/// How many bytes of a file cost as much as a row.
const ROW_BYTES: u64 = 4096;

/// How many rows there are to shuffle: answers and what is on the way, and files by what they weigh.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn size(db: &DatabaseConnection) -> Result<u64, StoreError> {
    let rows = responses::Entity::find().count(db).await? + drafts::Entity::find().count(db).await?;
    let files: Option<Option<i64>> = attachments::Entity::find()
        .select_only()
        .column_as(attachments::Column::Bytes.sum(), "bytes")
        .into_tuple()
        .one(db)
        .await?;
    let bytes = files.flatten().and_then(|bytes| u64::try_from(bytes).ok());
    Ok(rows + bytes.unwrap_or(0) / ROW_BYTES)
}

/// Writes the tables anew. Whoever writes meanwhile waits, for about a second with a hundred thousand responses.
///
/// # Errors
/// See [`size`]; then everything is as it was.
pub async fn shuffle(db: &DatabaseConnection) -> Result<(), StoreError> {
    let on_postgres = db.get_database_backend() == DbBackend::Postgres;
    let tables = traces();
    let tx = begin(db).await?;
    if on_postgres {
        // All at once and in one order, so that nobody who holds one of them waits for another.
        let names: Vec<String> = tables.iter().map(|one| format!("\"{}\"", one.table)).collect();
        // Whoever reads for long, such as a backup, is not waited for: everybody else would wait behind.
        tx.execute_unprepared("SET LOCAL lock_timeout = '2s'").await?;
        let lock = format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", names.join(", "));
        tx.execute_unprepared(&lock).await?;
    }
    for Traces { table, key } in &tables {
        // TRUNCATE leaves no dead rows behind; SQLite overwrites what it deletes (`secure_delete`).
        let empty = if on_postgres {
            format!("TRUNCATE \"{table}\"")
        } else {
            format!("DELETE FROM \"{table}\"")
        };
        for statement in [
            format!("CREATE TABLE shuffled AS SELECT * FROM \"{table}\""),
            empty,
            format!("INSERT INTO \"{table}\" SELECT * FROM shuffled ORDER BY {key}"),
            "DROP TABLE shuffled".to_owned(),
        ] {
            tx.execute_unprepared(&statement).await?;
        }
    }
    // While nobody writes: a program of an earlier version accepts responses without counting them.
    tallies::recount(&tx).await?;
    tx.commit().await?;
    if !on_postgres {
        // The write-ahead log still tells the order until it is written over.
        // Readers are not waited for long; the next run does what this one could not.
        db.execute_unprepared(
            "PRAGMA busy_timeout = 200; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = 10000",
        )
        .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
