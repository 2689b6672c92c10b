//! Runs of the schedule: each kind and period of a round once, by whichever server comes first.
//!
//! The row is the promise: its key is unique, and whoever inserts it runs. A server that dies loses the run when its
//! lease is over, and a failed run is taken up again at its time; messages of a run taken up twice have the same dedup
//! keys in the outbox, so that nobody gets two.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};

use super::super::StoreError;
use crate::entity::mail_runs;

pub use crate::entity::mail_runs::Model as MailRun;

/// Under way.
pub const RUNNING: &str = "running";
/// Its messages are in the outbox.
pub const DONE: &str = "done";
/// Did not succeed; tried again while its lease has a time.
pub const FAILED: &str = "failed";

/// Which run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunKey<'a> {
    /// The round.
    pub round: &'a str,
    /// `weekly` or `final`.
    pub kind: &'a str,
    /// The day, or `end`.
    pub period: &'a str,
}

impl RunKey<'_> {
    fn condition(self) -> Condition {
        Condition::all()
            .add(mail_runs::Column::RoundId.eq(self.round))
            .add(mail_runs::Column::Kind.eq(self.kind))
            .add(mail_runs::Column::Period.eq(self.period))
    }
}

/// Takes the run on until `lease_until`: true when this caller is to run it now. `now` is in Unix milliseconds.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn claim(
    conn: &impl ConnectionTrait,
    key: RunKey<'_>,
    due_at: i64,
    now: i64,
    lease_until: i64,
) -> Result<bool, StoreError> {
    let row = MailRun {
        round_id: key.round.to_owned(),
        kind: key.kind.to_owned(),
        period: key.period.to_owned(),
        state: RUNNING.to_owned(),
        due_at,
        lease_until: Some(lease_until),
        attempts: 1,
        messages: 0,
        error: None,
        finished_at: None,
    };
    let columns = [
        mail_runs::Column::RoundId,
        mail_runs::Column::Kind,
        mail_runs::Column::Period,
    ];
    let inserted = mail_runs::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
        .exec_without_returning(conn)
        .await?;
    if inserted == 1 {
        return Ok(true);
    }
    let taken = mail_runs::Entity::update_many()
        .col_expr(mail_runs::Column::State, Expr::value(RUNNING))
        .col_expr(mail_runs::Column::LeaseUntil, Expr::value(lease_until))
        .col_expr(
            mail_runs::Column::Attempts,
            Expr::col(mail_runs::Column::Attempts).add(1),
        )
        .filter(key.condition())
        .filter(mail_runs::Column::State.is_in([RUNNING, FAILED]))
        .filter(mail_runs::Column::LeaseUntil.lte(now))
        .exec(conn)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Records that the messages are in the outbox.
///
/// # Errors
/// See [`claim`].
pub async fn done(
    conn: &impl ConnectionTrait,
    key: RunKey<'_>,
    messages: i32,
    now: i64,
) -> Result<(), StoreError> {
    mail_runs::Entity::update_many()
        .col_expr(mail_runs::Column::State, Expr::value(DONE))
        .col_expr(mail_runs::Column::LeaseUntil, Expr::value(Option::<i64>::None))
        .col_expr(mail_runs::Column::Messages, Expr::value(messages))
        .col_expr(mail_runs::Column::Error, Expr::value(Option::<String>::None))
        .col_expr(mail_runs::Column::FinishedAt, Expr::value(now))
        .filter(key.condition())
        .exec(conn)
        .await?;
    Ok(())
}

/// Records a failure; tried again at `retry_at`, never where there is none.
///
/// # Errors
/// See [`claim`].
pub async fn failed(
    conn: &impl ConnectionTrait,
    key: RunKey<'_>,
    error: &str,
    now: i64,
    retry_at: Option<i64>,
) -> Result<(), StoreError> {
    mail_runs::Entity::update_many()
        .col_expr(mail_runs::Column::State, Expr::value(FAILED))
        .col_expr(mail_runs::Column::LeaseUntil, Expr::value(retry_at))
        .col_expr(mail_runs::Column::Error, Expr::value(error))
        .col_expr(mail_runs::Column::FinishedAt, Expr::value(now))
        .filter(key.condition())
        .exec(conn)
        .await?;
    Ok(())
}

/// The run of this key, if it was begun.
///
/// # Errors
/// See [`claim`].
pub async fn find(conn: &impl ConnectionTrait, key: RunKey<'_>) -> Result<Option<MailRun>, StoreError> {
    Ok(mail_runs::Entity::find()
        .filter(key.condition())
        .one(conn)
        .await?)
}

/// The runs of a round, the latest due first.
///
/// # Errors
/// See [`claim`].
pub async fn of_round(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<MailRun>, StoreError> {
    Ok(mail_runs::Entity::find()
        .filter(mail_runs::Column::RoundId.eq(round))
        .order_by_desc(mail_runs::Column::DueAt)
        .all(conn)
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing;

    #[tokio::test]
    async fn a_run_is_taken_once_and_again_only_when_its_server_died_or_it_failed() {
        let (_dir, db) = testing::database().await;
        let key = RunKey {
            round: "r",
            kind: "weekly",
            period: "2026-11-23",
        };
        assert!(claim(&db, key, 5, 10, 20).await.unwrap());
        assert!(
            !claim(&db, key, 5, 11, 21).await.unwrap(),
            "another server has it"
        );
        assert!(claim(&db, key, 5, 20, 30).await.unwrap(), "its server died");
        failed(&db, key, "no results", 25, Some(40)).await.unwrap();
        assert!(!claim(&db, key, 5, 39, 50).await.unwrap());
        assert!(claim(&db, key, 5, 40, 50).await.unwrap());
        done(&db, key, 3, 45).await.unwrap();
        assert!(
            !claim(&db, key, 5, i64::MAX, i64::MAX).await.unwrap(),
            "done is done"
        );
        let run = find(&db, key).await.unwrap().unwrap();
        assert_eq!((run.attempts, run.messages, run.error), (3, 3, None));
        let other = RunKey {
            period: "2026-11-30",
            ..key
        };
        assert!(claim(&db, other, 6, 50, 60).await.unwrap());
        failed(&db, other, "never", 55, None).await.unwrap();
        assert!(!claim(&db, other, 6, i64::MAX, i64::MAX).await.unwrap());
    }
}
