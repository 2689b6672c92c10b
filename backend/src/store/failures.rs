//! Failures that all servers count together: one row a key, which holds the moment until which its allowance is spent
//! (the generic cell rate algorithm, as governor counts within a server). Only failures write, and a row is forgotten as
//! soon as its moment is over.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::StoreError;
use crate::entity::failures;

/// The moments until which the allowances of some keys are spent, Unix milliseconds; keys of which nothing is are absent.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn spent(conn: &impl ConnectionTrait, keys: &[String]) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = failures::Entity::find()
        .filter(failures::Column::Key.is_in(keys))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.key, row.spent_until)).collect())
}

/// Counts a failure of a key, which costs `refill_ms` of its allowance; two at the same moment on two servers both count.
/// A moment more than `most_ms` away was written by a clock that was ahead, and counts as over.
///
/// # Errors
/// See [`spent`].
pub async fn count(
    conn: &impl ConnectionTrait,
    key: &str,
    now_ms: i64,
    refill_ms: i64,
    most_ms: i64,
) -> Result<(), StoreError> {
    let stored = || Expr::col((failures::Entity, failures::Column::SpentUntil));
    let is_to_come = stored().gt(now_ms).and(stored().lte(now_ms + most_ms));
    let from: Expr = Expr::case(is_to_come, stored()).finally(now_ms).into();
    let row = failures::Model {
        key: key.to_owned(),
        spent_until: now_ms + refill_ms,
    };
    let later = OnConflict::column(failures::Column::Key)
        .value(failures::Column::SpentUntil, from.add(refill_ms))
        .to_owned();
    failures::Entity::insert(row.into_active_model())
        .on_conflict(later)
        .exec_without_returning(conn)
        .await?;
    failures::Entity::delete_many()
        .filter(failures::Column::SpentUntil.lt(now_ms))
        .exec(conn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing;

    #[tokio::test]
    async fn failures_add_up_and_time_takes_them_away() {
        let (_dir, db) = testing::database().await;
        for _ in 0..3 {
            count(&db, "a", 1_000, 100, 900).await.unwrap();
        }
        count(&db, "b", 1_000, 100, 900).await.unwrap();
        let keys = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let mut now = spent(&db, &keys).await.unwrap();
        now.sort();
        assert_eq!(now, [("a".to_owned(), 1_300), ("b".to_owned(), 1_100)]);
        // Later it begins anew, and what is over is forgotten.
        count(&db, "a", 2_000, 100, 900).await.unwrap();
        assert_eq!(spent(&db, &keys).await.unwrap(), [("a".to_owned(), 2_100)]);
        // A clock that was ahead and is put right.
        count(&db, "a", 1_000, 100, 900).await.unwrap();
        assert_eq!(spent(&db, &keys).await.unwrap(), [("a".to_owned(), 1_100)]);
    }
}
