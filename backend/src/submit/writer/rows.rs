//! Rows as they are written, and what is answered to a row that was there before.

use std::collections::BTreeSet;

use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Iterable};

use super::Outcome;
use crate::entity::responses;
use crate::store::{StoreError, cases, secrets};
use crate::submit::{Accepted, SubmitError};

/// What belonged to the earlier response belongs to the newer: the second secret opens both, the case goes on.
pub(super) async fn carry_over(
    tx: &DatabaseTransaction,
    earlier: &responses::Model,
    newer: &responses::Model,
) -> Result<(), StoreError> {
    secrets::carry_over(tx, &earlier.leaf, &newer.leaf).await?;
    cases::carry_over(tx, &earlier.leaf, &newer.leaf).await
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

/// Inserts rows, skipping those that conflict with any unique index, and gives the leaves of those inserted.
pub(super) async fn insert<'a>(
    tx: &DatabaseTransaction,
    rows: impl Iterator<Item = &'a responses::Model>,
) -> Result<BTreeSet<String>, StoreError> {
    use sea_orm::ModelTrait;
    let mut statement = Query::insert();
    statement
        .into_table(responses::Entity)
        .columns(responses::Column::iter());
    let mut any = false;
    for row in rows {
        let values = responses::Column::iter().map(|column| row.get(column).into());
        statement.values(values).map_err(|error| StoreError::Corrupt {
            table: "responses",
            what: error.to_string(),
        })?;
        any = true;
    }
    if !any {
        return Ok(BTreeSet::new());
    }
    statement
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .returning_col(responses::Column::Leaf);
    let inserted = tx.query_all(&statement).await?;
    Ok(inserted
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<Result<_, _>>()?)
}
