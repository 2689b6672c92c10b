//! Attempts to reach sampled cases.

use std::collections::BTreeMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::StoreError;
use crate::entity::attempts;

pub use crate::entity::attempts::Model as Attempt;

/// Adds an attempt; gives what is stored under its id: the attempt itself, or the one that had the id before.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, row: Attempt) -> Result<(Attempt, bool), StoreError> {
    let id = row.id;
    let unless_known = OnConflict::column(attempts::Column::Id).do_nothing().to_owned();
    let inserted = attempts::Entity::insert(row.into_active_model())
        .on_conflict(unless_known)
        .exec_without_returning(conn)
        .await?;
    let stored = find(conn, id).await?.ok_or_else(|| StoreError::Corrupt {
        table: "attempts",
        what: "an attempt is gone that was written a moment ago".to_owned(),
    })?;
    Ok((stored, inserted > 0))
}

/// The attempt with this id.
///
/// # Errors
/// See [`insert`].
pub async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Attempt>, StoreError> {
    Ok(attempts::Entity::find_by_id(id).one(conn).await?)
}

/// The attempts at a case, the latest last: by day, within a day by code.
///
/// # Errors
/// See [`insert`].
pub async fn of_case(
    conn: &impl ConnectionTrait,
    round: &str,
    case_id: &str,
) -> Result<Vec<Attempt>, StoreError> {
    let mut rows = attempts::Entity::find()
        .filter(attempts::Column::RoundId.eq(round))
        .filter(attempts::Column::CaseId.eq(case_id))
        .all(conn)
        .await?;
    sort(&mut rows);
    Ok(rows)
}

/// The attempts at some cases of a round, the latest of each last.
///
/// # Errors
/// See [`insert`].
pub async fn of_cases(
    conn: &impl ConnectionTrait,
    round: &str,
    cases: &[String],
) -> Result<BTreeMap<String, Vec<Attempt>>, StoreError> {
    let mut by_case: BTreeMap<String, Vec<Attempt>> = BTreeMap::new();
    for part in cases.chunks(10_000) {
        let rows = attempts::Entity::find()
            .filter(attempts::Column::RoundId.eq(round))
            .filter(attempts::Column::CaseId.is_in(part))
            .order_by_asc(attempts::Column::Id)
            .all(conn)
            .await?;
        for row in rows {
            by_case.entry(row.case_id.clone()).or_default().push(row);
        }
    }
    for rows in by_case.values_mut() {
        sort(rows);
    }
    Ok(by_case)
}

fn sort(rows: &mut [Attempt]) {
    rows.sort_by(|a, b| (&a.day, &a.disposition, a.id).cmp(&(&b.day, &b.disposition, b.id)));
}
