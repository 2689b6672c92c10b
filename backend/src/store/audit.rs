//! The audit log: every act of staff is an entry, chained to the one before.
//!
//! The hash of an entry is keyed with a key from outside the database, so that
//! someone who can write the database, but does not hold the key file, can
//! neither change an entry nor rewrite the chain after it unnoticed. Cutting
//! entries off the end is found by the anchors: every published root is signed
//! together with the head of the chain at that moment (`crate::roots`), and
//! whoever kept the roots can show what was there.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::Value;
use thiserror::Error;

use super::StoreError;
use crate::entity::audit;
use crate::keys::Keys;

pub use crate::entity::audit::Model as AuditRow;

/// The hash before the first entry.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Number of the PostgreSQL advisory lock that orders writers of the chain; any fixed number would do.
const CHAIN_LOCK: i64 = 0x6d69_6e79_6961_7564;
const PAGE_SIZE: u64 = 5_000;

/// An act to record.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Login of whoever acted, or `cli`.
    pub actor: String,
    /// The act: `round.seal`.
    pub action: String,
    /// What it was done to: a round id, a login, a job.
    pub subject: String,
    /// Parameters. Never answers, names, codes or tokens.
    pub detail: Value,
}

/// A chain that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Number of entries.
    pub entries: i64,
    /// Hash of the last entry.
    pub head: String,
}

/// Where and how the chain is broken.
#[derive(Debug, Error)]
pub enum AuditError {
    /// An entry is missing: `seq` follows another number than the one before it.
    #[error("entry {expected} is missing (found {found})")]
    Missing {
        /// The number that should come.
        expected: i64,
        /// The number that came.
        found: i64,
    },
    /// An entry does not continue the one before.
    #[error("entry {0} does not continue the entry before it")]
    Unchained(i64),
    /// An entry was changed after it was written.
    #[error("entry {0} was changed")]
    Changed(i64),
    /// An entry holds what no entry can hold, such as bytes where a text belongs.
    #[error("entry {0} was changed: it cannot be read as an entry any more")]
    Unreadable(i64),
    /// The log cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn hash(keys: &Keys, row: &AuditRow) -> String {
    keys.audit_hash(&[
        row.prev_hash.as_bytes(),
        &row.seq.to_be_bytes(),
        &row.at.to_be_bytes(),
        row.actor.as_bytes(),
        row.action.as_bytes(),
        row.subject.as_bytes(),
        row.detail.as_bytes(),
    ])
}

/// Whether an entry was written with these keys and not changed since.
pub fn is_genuine(keys: &Keys, row: &AuditRow) -> bool {
    row.hash == hash(keys, row)
}

/// Appends an entry. Call it inside the transaction of the act itself.
///
/// # Errors
/// When the database does not answer.
pub async fn append(
    tx: &impl ConnectionTrait,
    keys: &Keys,
    at_ms: i64,
    entry: Entry,
) -> Result<(), StoreError> {
    if tx.get_database_backend() == DbBackend::Postgres {
        // Held until the end of the transaction; SQLite has one writer anyway.
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({CHAIN_LOCK})"))
            .await?;
    }
    let last = audit::Entity::find()
        .order_by_desc(audit::Column::Seq)
        .one(tx)
        .await?;
    let (seq, prev_hash) = last.map_or((1, GENESIS.to_owned()), |row| (row.seq + 1, row.hash));
    let mut row = AuditRow {
        seq,
        at: at_ms,
        actor: entry.actor,
        action: entry.action,
        subject: entry.subject,
        detail: entry.detail.to_string(),
        prev_hash,
        hash: String::new(),
    };
    row.hash = hash(keys, &row);
    audit::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// The last entries, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn latest(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<AuditRow>, StoreError> {
    Ok(audit::Entity::find()
        .order_by_desc(audit::Column::Seq)
        .limit(limit)
        .all(conn)
        .await?)
}

/// The entries about a subject, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_subject(conn: &impl ConnectionTrait, subject: &str) -> Result<Vec<AuditRow>, StoreError> {
    Ok(audit::Entity::find()
        .filter(audit::Column::Subject.eq(subject))
        .order_by_asc(audit::Column::Seq)
        .all(conn)
        .await?)
}

/// The last acts of one member of staff, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_actor(
    conn: &impl ConnectionTrait,
    actor: &str,
    limit: u64,
) -> Result<Vec<AuditRow>, StoreError> {
    Ok(audit::Entity::find()
        .filter(audit::Column::Actor.eq(actor))
        .order_by_desc(audit::Column::Seq)
        .limit(limit)
        .all(conn)
        .await?)
}

/// A page of entries after number `after` (all, where there is none), oldest first.
///
/// # Errors
/// When the database does not answer, or an entry cannot be read as one.
pub async fn page(
    conn: &impl ConnectionTrait,
    after: Option<i64>,
    limit: u64,
) -> Result<Vec<AuditRow>, StoreError> {
    let mut query = audit::Entity::find()
        .order_by_asc(audit::Column::Seq)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(audit::Column::Seq.gt(after));
    }
    Ok(query.all(conn).await?)
}

/// Number and hash of the last entry; none in an empty log.
///
/// # Errors
/// When the database does not answer.
pub async fn head(conn: &impl ConnectionTrait) -> Result<Option<(i64, String)>, StoreError> {
    let last = audit::Entity::find()
        .order_by_desc(audit::Column::Seq)
        .one(conn)
        .await?;
    Ok(last.map(|row| (row.seq, row.hash)))
}

/// The hash of an entry.
///
/// # Errors
/// When the database does not answer.
pub async fn hash_of(conn: &impl ConnectionTrait, seq: i64) -> Result<Option<String>, StoreError> {
    Ok(audit::Entity::find_by_id(seq)
        .one(conn)
        .await?
        .map(|row| row.hash))
}

impl Chain {
    /// The chain before its first entry.
    pub fn empty() -> Self {
        Self {
            entries: 0,
            head: GENESIS.to_owned(),
        }
    }

    /// The chain with the entry that comes next.
    ///
    /// # Errors
    /// When it does not, naming the entry.
    pub fn with(self, keys: &Keys, row: AuditRow) -> Result<Self, AuditError> {
        let expected = self.entries + 1;
        if row.seq != expected {
            return Err(AuditError::Missing {
                expected,
                found: row.seq,
            });
        }
        if row.prev_hash != self.head {
            return Err(AuditError::Unchained(row.seq));
        }
        if !is_genuine(keys, &row) {
            return Err(AuditError::Changed(row.seq));
        }
        Ok(Self {
            entries: row.seq,
            head: row.hash,
        })
    }
}

/// Checks the whole chain from the first entry.
///
/// # Errors
/// The first fault found, naming the entry.
pub async fn verify(conn: &impl ConnectionTrait, keys: &Keys) -> Result<Chain, AuditError> {
    let mut chain = Chain::empty();
    let mut after = None;
    loop {
        let rows = match page(conn, after, PAGE_SIZE).await {
            Err(error) if !error.is_unreachable() => return Err(unreadable(conn, after, error).await),
            rows => rows?,
        };
        let Some(last) = rows.last() else {
            return Ok(chain);
        };
        after = Some(last.seq);
        for row in rows {
            chain = chain.with(keys, row)?;
        }
    }
}

/// Which entry of a page cannot be read as one: SQLite keeps in a column whatever was written into its file.
async fn unreadable(conn: &impl ConnectionTrait, mut after: Option<i64>, error: StoreError) -> AuditError {
    for _ in 0..PAGE_SIZE {
        match page(conn, after, 1).await {
            Ok(rows) => match rows.last() {
                Some(row) => after = Some(row.seq),
                None => break,
            },
            Err(again) if again.is_unreachable() => return again.into(),
            Err(_) => return AuditError::Unreadable(after.unwrap_or(0) + 1),
        }
    }
    error.into()
}

#[cfg(test)]
mod tests {
    use sea_orm::{DatabaseConnection, Statement};
    use serde_json::json;

    use super::*;
    use crate::store::{begin, connect, testing};

    async fn chain_of(n: i64) -> (tempfile::TempDir, DatabaseConnection, Keys) {
        let (dir, mut db) = testing::database().await;
        if let Some(url) = crate::handlers::testing::database().await {
            db = connect(&url).await.unwrap();
        }
        let keys = Keys::from_master(&[3; 32]);
        for i in 0..n {
            let tx = begin(&db).await.unwrap();
            let entry = Entry {
                actor: "office".into(),
                action: "round.open".into(),
                subject: format!("r{i}"),
                detail: json!({ "n": i }),
            };
            append(&tx, &keys, 1_000 + i, entry).await.unwrap();
            tx.commit().await.unwrap();
        }
        (dir, db, keys)
    }

    #[tokio::test]
    async fn untouched_chain_holds_and_empty_too() {
        let (_dir, db, keys) = chain_of(0).await;
        assert_eq!(verify(&db, &keys).await.unwrap().entries, 0);
        let (_dir, db, keys) = chain_of(7).await;
        assert_eq!(verify(&db, &keys).await.unwrap().entries, 7);
    }

    #[tokio::test]
    async fn tampering_is_found_and_located() {
        for (sql, expected) in [
            (
                "UPDATE audit SET detail = '{}' WHERE seq = 4",
                "entry 4 was changed",
            ),
            (
                "UPDATE audit SET actor = 'x' WHERE seq = 7",
                "entry 7 was changed",
            ),
            (
                "UPDATE audit SET at = at + 1 WHERE seq = 1",
                "entry 1 was changed",
            ),
            ("DELETE FROM audit WHERE seq = 3", "entry 3 is missing (found 4)"),
            (
                "UPDATE audit SET prev_hash = hash WHERE seq = 2",
                "entry 2 does not continue the entry before it",
            ),
        ] {
            let (_dir, db, keys) = chain_of(7).await;
            db.execute_unprepared(sql).await.unwrap();
            assert_eq!(
                verify(&db, &keys).await.unwrap_err().to_string(),
                expected,
                "{sql}"
            );
        }
    }

    /// The fault that is found when the log is as `change` made it; nothing of it stays.
    async fn fault(db: &DatabaseConnection, keys: &Keys, change: Statement) -> String {
        let tx = begin(db).await.unwrap();
        let shown = format!("{change:?}");
        assert_eq!(
            tx.execute_raw(change).await.unwrap().rows_affected(),
            1,
            "{shown}"
        );
        let found = verify(&tx, keys).await;
        tx.rollback().await.unwrap();
        found.expect_err(&shown).to_string()
    }

    #[tokio::test]
    async fn any_byte_of_any_entry_that_is_changed_is_found_and_its_entry_named() {
        let (_dir, db, keys) = chain_of(4).await;
        let backend = db.get_database_backend();
        let text = |row: &AuditRow, column: &str| match column {
            "actor" => row.actor.clone(),
            "action" => row.action.clone(),
            "subject" => row.subject.clone(),
            "detail" => row.detail.clone(),
            "prev_hash" => row.prev_hash.clone(),
            _ => row.hash.clone(),
        };
        for row in page(&db, None, 10).await.unwrap() {
            let named = format!("entry {} ", row.seq);
            for column in ["actor", "action", "subject", "detail", "prev_hash", "hash"] {
                let written = text(&row, column);
                for at in 0..written.len() {
                    let mut bytes = written.clone().into_bytes();
                    bytes[at] ^= 1;
                    let changed = String::from_utf8(bytes).unwrap();
                    let sql = format!("UPDATE audit SET {column} = $1 WHERE seq = {}", row.seq);
                    let change = Statement::from_sql_and_values(backend, sql, [changed.into()]);
                    let found = fault(&db, &keys, change).await;
                    assert!(found.starts_with(&named), "{column} byte {at}: {found}");
                }
            }
            for bit in 0..62 {
                let (at, seq) = (row.at ^ (1 << bit), row.seq ^ (1 << bit));
                let sql = format!("UPDATE audit SET at = {at} WHERE seq = {}", row.seq);
                let found = fault(&db, &keys, Statement::from_string(backend, sql)).await;
                assert_eq!(found, format!("{named}was changed"));
                // A number that another entry has is refused by the database itself.
                if !(1..=4).contains(&seq) {
                    let sql = format!("UPDATE audit SET seq = {seq} WHERE seq = {}", row.seq);
                    let found = fault(&db, &keys, Statement::from_string(backend, sql)).await;
                    assert!(found.contains("is missing") || seq < row.seq, "{found}");
                    assert!(
                        found.contains(&named) || found.contains(&seq.to_string()),
                        "{found}"
                    );
                }
            }
        }
        assert_eq!(verify(&db, &keys).await.unwrap().entries, 4);
    }

    #[tokio::test]
    async fn an_entry_that_is_none_any_more_is_named() {
        let (_dir, db, keys) = chain_of(4).await;
        // PostgreSQL keeps to the types of its columns.
        if db.get_database_backend() == DbBackend::Sqlite {
            for value in ["x'ff00'", "'noon'"] {
                let sql = format!("UPDATE audit SET at = {value} WHERE seq = 3");
                let found = fault(&db, &keys, Statement::from_string(DbBackend::Sqlite, sql)).await;
                assert!(found.starts_with("entry 3 was changed"), "{found}");
            }
        }
    }

    #[tokio::test]
    async fn chain_rewritten_without_the_key_is_found() {
        let (_dir, db, keys) = chain_of(2).await;
        assert!(matches!(
            verify(&db, &Keys::from_master(&[4; 32])).await,
            Err(AuditError::Changed(1))
        ));
        assert!(verify(&db, &keys).await.is_ok());
    }
}
