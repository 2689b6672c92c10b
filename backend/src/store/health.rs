//! What the database says of itself, read and never changed.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use super::{StoreError, audit, rounds, tables, units};
use crate::keys::Keys;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The database's own version.
    pub version: String,
    /// Migrations applied.
    pub applied: usize,
    /// Migrations that the next start applies.
    pub pending: usize,
    /// What its check of itself found, the first lines; empty when nothing.
    pub damage: String,
    /// A setting that gives durability away, as `name = value`.
    pub unsafe_setting: Option<String>,
    /// Its clock, Unix seconds; none where it has no clock of its own.
    pub clock: Option<i64>,
}

async fn word(db: &DatabaseConnection, sql: &str) -> Result<String, StoreError> {
    let row = db
        .query_one_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?;
    Ok(row
        .map(|row| row.try_get_by_index(0))
        .transpose()?
        .unwrap_or_default())
}

/// Looks at a database.
///
/// # Errors
/// When it does not answer, or knows migrations that this program does not.
pub async fn look(db: &DatabaseConnection) -> Result<Health, StoreError> {
    let (applied, pending) = (tables::applied(db).await?.len(), tables::pending(db).await?.len());
    Ok(match db.get_database_backend() {
        DbBackend::Postgres => {
            let mut unsafe_setting = None;
            for name in ["fsync", "full_page_writes"] {
                let value = word(db, &format!("SHOW {name}")).await?;
                if value == "off" {
                    unsafe_setting = Some(format!("{name} = off"));
                }
            }
            Health {
                version: format!("PostgreSQL {}", word(db, "SHOW server_version").await?),
                applied,
                pending,
                damage: String::new(),
                unsafe_setting,
                clock: word(
                    db,
                    "SELECT CAST(CAST(extract(epoch FROM now()) AS BIGINT) AS TEXT)",
                )
                .await?
                .parse()
                .ok(),
            }
        }
        _ => {
            let damage = word(db, "PRAGMA quick_check(3)").await?;
            Health {
                version: format!("SQLite {}", word(db, "SELECT sqlite_version()").await?),
                applied,
                pending,
                damage: if damage == "ok" { String::new() } else { damage },
                unsafe_setting: None,
                clock: None,
            }
        }
    })
}

/// The newest entry of the audit trail: when it was written, and whether with these keys.
///
/// # Errors
/// When the database does not answer.
pub async fn newest_entry(db: &DatabaseConnection, keys: &Keys) -> Result<Option<(i64, bool)>, StoreError> {
    let newest = audit::latest(db, 1).await?;
    Ok(newest.first().map(|row| (row.at, audit::is_genuine(keys, row))))
}

/// Names that are printed: of rounds and of their units.
///
/// # Errors
/// When the database does not answer.
pub async fn printed_names(db: &DatabaseConnection) -> Result<Vec<String>, StoreError> {
    let mut names = Vec::new();
    for round in rounds::list(db).await? {
        names.extend([round.title_zh, round.title_en]);
        for unit in units::list(db, &round.id).await? {
            names.extend([unit.name_zh, unit.name_en]);
        }
    }
    Ok(names)
}
