//! Runs of the schedule: each kind and period of a round once, by whichever server comes first.
//!
//! The row is the promise: its key is unique, and whoever inserts it runs. A server that dies loses the run when its
//! lease is over, and a failed run is taken up again at its time. A clock that jumps ends a lease too soon or leaves one
//! from a time to come, which counts as over; then two servers have the run. Whoever is done first, is: the other finds
//! nothing to finish and queues nothing, and a failure counts only while no later attempt is under way. Messages of a
//! run taken up twice have the same dedup keys in the outbox besides, so that nobody gets two.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};

use super::super::{StoreError, passed};
use crate::entity::mail_runs;

pub use crate::entity::mail_runs::Model as MailRun;

/// Under way.
pub const RUNNING: &str = "running";
/// Its messages are in the outbox.
pub const DONE: &str = "done";
/// Did not succeed; tried again while its lease has a time.
pub const FAILED: &str = "failed";

/// Longer than a run takes: a province's letters are written in minutes.
pub const LEASE_MS: i64 = 30 * 60 * 1000;
/// The longest pause before a run is tried again.
pub const LONGEST_PAUSE_MS: i64 = 3 * 60 * 60 * 1000;

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

/// Takes the run on for [`LEASE_MS`]: the number of the attempt when this caller is to run it now, none otherwise. `now`
/// is in Unix milliseconds.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn claim(
    conn: &impl ConnectionTrait,
    key: RunKey<'_>,
    due_at: i64,
    now: i64,
) -> Result<Option<i32>, StoreError> {
    let lease_until = now.saturating_add(LEASE_MS);
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
        return Ok(Some(1));
    }
    let Some(before) = find(conn, key).await? else {
        return Ok(None);
    };
    let attempt = before.attempts.saturating_add(1);
    let free = |state: &str, furthest| {
        Condition::all()
            .add(mail_runs::Column::State.eq(state))
            .add(passed(mail_runs::Column::LeaseUntil, now, furthest))
    };
    let taken = mail_runs::Entity::update_many()
        .col_expr(mail_runs::Column::State, Expr::value(RUNNING))
        .col_expr(mail_runs::Column::LeaseUntil, Expr::value(lease_until))
        .col_expr(mail_runs::Column::Attempts, Expr::value(attempt))
        .filter(key.condition())
        .filter(mail_runs::Column::Attempts.eq(before.attempts))
        .filter(
            Condition::any()
                .add(free(RUNNING, LEASE_MS))
                .add(free(FAILED, LONGEST_PAUSE_MS)),
        )
        .exec(conn)
        .await?;
    Ok((taken.rows_affected == 1).then_some(attempt))
}

/// Records that the messages are in the outbox, in the transaction that puts them there; false where another server has
/// been quicker, and then they must not be put there.
///
/// # Errors
/// See [`claim`].
pub async fn done(
    conn: &impl ConnectionTrait,
    key: RunKey<'_>,
    messages: i32,
    now: i64,
) -> Result<bool, StoreError> {
    let done = mail_runs::Entity::update_many()
        .col_expr(mail_runs::Column::State, Expr::value(DONE))
        .col_expr(mail_runs::Column::LeaseUntil, Expr::value(Option::<i64>::None))
        .col_expr(mail_runs::Column::Messages, Expr::value(messages))
        .col_expr(mail_runs::Column::Error, Expr::value(Option::<String>::None))
        .col_expr(mail_runs::Column::FinishedAt, Expr::value(now))
        .filter(key.condition())
        .filter(mail_runs::Column::State.ne(DONE))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Records the failure of an attempt, unless another is under way or has succeeded; tried again at `retry_at`, never
/// where there is none.
///
/// # Errors
/// See [`claim`].
pub async fn failed(
    conn: &impl ConnectionTrait,
    (key, attempt): (RunKey<'_>, i32),
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
        .filter(mail_runs::Column::State.eq(RUNNING))
        .filter(mail_runs::Column::Attempts.eq(attempt))
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

    const KEY: RunKey<'_> = RunKey {
        round: "r",
        kind: "weekly",
        period: "2026-11-23",
    };

    #[tokio::test]
    async fn a_run_is_taken_once_and_again_only_when_its_server_died_or_it_failed() {
        let (_dir, db) = testing::database().await;
        let take = async |key, now| claim(&db, key, 5, now).await.unwrap();
        let at = |leases| 10 + leases * LEASE_MS;
        assert_eq!(take(KEY, at(0)).await, Some(1));
        assert_eq!(take(KEY, at(1) - 1).await, None, "another server has it");
        assert_eq!(take(KEY, at(1)).await, Some(2), "its server died");
        let retry_at = at(2) + 5;
        failed(&db, (KEY, 2), "no results", at(1) + 1, Some(retry_at))
            .await
            .unwrap();
        assert_eq!(take(KEY, retry_at - 1).await, None);
        assert_eq!(take(KEY, retry_at).await, Some(3));
        assert!(done(&db, KEY, 3, retry_at).await.unwrap());
        assert_eq!(take(KEY, i64::MAX).await, None, "done is done");
        let run = find(&db, KEY).await.unwrap().unwrap();
        assert_eq!((run.attempts, run.messages, run.error), (3, 3, None));
        let other = RunKey {
            period: "2026-11-30",
            ..KEY
        };
        assert_eq!(take(other, at(0)).await, Some(1));
        failed(&db, (other, 1), "never", at(0), None).await.unwrap();
        assert_eq!(take(other, i64::MAX).await, None);
    }

    #[tokio::test]
    async fn of_two_servers_that_have_a_run_the_first_that_is_done_is() {
        let (_dir, db) = testing::database().await;
        let take = async |now| claim(&db, KEY, 5, now).await.unwrap();
        assert_eq!(take(0).await, Some(1));
        // The second server's clock jumps forward: the first one's lease seems to be over while it works.
        assert_eq!(take(LEASE_MS).await, Some(2));
        failed(&db, (KEY, 1), "too late to matter", 1, Some(2))
            .await
            .unwrap();
        let run = find(&db, KEY).await.unwrap().unwrap();
        assert_eq!((run.state.as_str(), run.error), (RUNNING, None));
        assert!(done(&db, KEY, 3, 3).await.unwrap());
        assert!(!done(&db, KEY, 4, 4).await.unwrap());
        failed(&db, (KEY, 2), "too late to matter", 5, None)
            .await
            .unwrap();
        let run = find(&db, KEY).await.unwrap().unwrap();
        assert_eq!((run.state.as_str(), run.messages, run.error), (DONE, 3, None));
    }
}
