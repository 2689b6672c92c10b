//! Rows as they are written, and what is answered to a row that was there before.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Iterable, ModelTrait, Statement};

use super::Outcome;
use crate::entity::responses;
use crate::keys::Keys;
use crate::store::{StoreError, cases, secrets};
use crate::submit::{Accepted, SubmitError, receipt};

/// What belonged to the earlier response belongs to the newer: the second secret opens both, the case goes on.
pub(super) async fn carry_over(
    tx: &DatabaseTransaction,
    earlier: &responses::Model,
    newer: &responses::Model,
) -> Result<(), StoreError> {
    secrets::carry_over(tx, &earlier.leaf, &newer.leaf).await?;
    cases::carry_over(tx, &earlier.leaf, &newer.leaf).await
}

/// The receipts of rows, in their order.
pub(super) async fn receipts(keys: &Keys, rows: &[&responses::Model]) -> Result<Vec<String>, StoreError> {
    rows.iter()
        .map(|row| receipt::of(keys, &row.round_id, &row.leaf))
        .collect()
}

/// What to answer to an id that is stored: `first` is its content and receipt. A response that was taken back has no
/// content left to compare, and whoever asks must not learn by the answer that it was.
pub(super) fn repeat(first: &(String, String), content_mac: &str) -> Outcome {
    let (stored_mac, receipt) = first;
    if stored_mac == content_mac {
        Ok(Accepted {
            receipt: receipt.clone(),
            replayed: true,
        })
    } else {
        Err(SubmitError::IdConflict)
    }
}

/// Up to so many rows have a statement for each number of them; more go in powers of two.
const OWN_STATEMENT: usize = 16;

/// How many of `left` rows the next statement takes. There are some twenty sizes in all, so that statements are read
/// and planned once a connection and not once a batch.
fn next_size(left: usize) -> usize {
    match left {
        0..=OWN_STATEMENT => left,
        _ => 1 << left.ilog2(),
    }
}

/// Statements that insert so many rows each, as they were written once: to put one together costs more than to send it.
pub(super) type Statements = BTreeMap<usize, String>;

/// Inserts rows, skipping those that conflict with any unique index, and gives the leaves of those inserted.
pub(super) async fn insert(
    tx: &DatabaseTransaction,
    statements: &mut Statements,
    rows: &[&responses::Model],
) -> Result<BTreeSet<String>, StoreError> {
    let mut inserted = BTreeSet::new();
    let mut left = rows;
    while !left.is_empty() {
        let (now, later) = left.split_at(next_size(left.len()));
        let sql = match statements.entry(now.len()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(statement(tx.get_database_backend(), now)?),
        };
        inserted.extend(insert_some(tx, sql, now).await?);
        left = later;
    }
    Ok(inserted)
}

/// The statement that inserts as many rows as these.
fn statement(backend: DbBackend, rows: &[&responses::Model]) -> Result<String, StoreError> {
    let mut statement = Query::insert();
    statement
        .into_table(responses::Entity)
        .columns(responses::Column::iter());
    for row in rows {
        let values = responses::Column::iter().map(|column| row.get(column).into());
        statement.values(values).map_err(corrupt)?;
    }
    statement.returning_col(responses::Column::Leaf);
    if backend == DbBackend::Sqlite {
        // Says the same, but so that no row can end the statement half way: otherwise SQLite copies every page that the
        // statement changes, to be able to change it back.
        let sql = backend.build(&statement).sql;
        return Ok(sql.replacen("INSERT INTO", "INSERT OR IGNORE INTO", 1));
    }
    statement.on_conflict(OnConflict::new().do_nothing().to_owned());
    Ok(backend.build(&statement).sql)
}

/// Values that do not fit the table, which cannot be.
pub(super) fn corrupt(error: sea_orm::sea_query::error::Error) -> StoreError {
    StoreError::Corrupt {
        table: "responses",
        what: error.to_string(),
    }
}

async fn insert_some(
    tx: &DatabaseTransaction,
    sql: &str,
    rows: &[&responses::Model],
) -> Result<Vec<String>, StoreError> {
    let values = rows
        .iter()
        .flat_map(|row| responses::Column::iter().map(|column| row.get(column)));
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    let inserted = tx.query_all_raw(statement).await?;
    Ok(inserted
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_batch_is_cut_into_few_statements_of_few_sizes() {
        let mut sizes = BTreeSet::new();
        for rows in 1..=512 {
            let (mut left, mut statements) = (rows, 0);
            while left > 0 {
                sizes.insert(next_size(left));
                left -= next_size(left);
                statements += 1;
            }
            assert_eq!(left, 0);
            assert!(statements <= 6, "{rows} rows in {statements} statements");
            assert!(rows > 32 || statements <= 2, "{rows} rows in {statements}");
        }
        assert!(sizes.len() <= 21, "{sizes:?}");
    }
}
