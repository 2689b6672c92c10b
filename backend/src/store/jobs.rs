//! Jobs: queued, claimed by one runner at a time, done or failed.
//!
//! A claim is a lease: a runner that dies loses the job to the next one when
//! the lease runs out, so that every kind of job must be safe to run again.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{StoreError, begin, passed};
use crate::entity::jobs;

pub use crate::entity::jobs::Model as Job;

/// Waiting.
pub const QUEUED: &str = "queued";
/// Claimed by a runner.
pub const RUNNING: &str = "running";
/// Finished.
pub const DONE: &str = "done";
/// Given up.
pub const FAILED: &str = "failed";

/// A runner that has not been heard of for so long has died.
pub const LEASE_MS: i64 = 60_000;
/// The furthest ahead that a job is ever put off.
const FURTHEST_MS: i64 = 60 * 60 * 1000;

/// Adds a job to be run from `run_after` on; `now` and `run_after` are Unix milliseconds.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn enqueue(
    conn: &impl ConnectionTrait,
    id: Uuid,
    kind: &str,
    round: Option<&str>,
    payload: &serde_json::Value,
    now: i64,
    run_after: i64,
) -> Result<(), StoreError> {
    let row = Job {
        id,
        kind: kind.to_owned(),
        round_id: round.map(str::to_owned),
        payload: payload.to_string(),
        state: QUEUED.to_owned(),
        attempts: 0,
        progress: 0.0,
        error: None,
        run_after,
        lease_until: None,
        created_at: now,
        finished_at: None,
    };
    jobs::Entity::insert(row.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// Claims the job that has been due longest, until `lease_until`. What would wait for longer than any job does was
/// written while the clock was ahead, and is due.
///
/// # Errors
/// See [`enqueue`].
pub async fn claim(
    db: &DatabaseConnection,
    kinds: &[&str],
    now: i64,
    lease_until: i64,
) -> Result<Option<Job>, StoreError> {
    let due = Condition::any()
        .add(
            jobs::Column::State
                .eq(QUEUED)
                .and(passed(jobs::Column::RunAfter, now, FURTHEST_MS)),
        )
        .add(
            jobs::Column::State
                .eq(RUNNING)
                .and(passed(jobs::Column::LeaseUntil, now, LEASE_MS)),
        );
    let mut pick = Query::select();
    pick.column(jobs::Column::Id)
        .from(jobs::Entity)
        .cond_where(due)
        .and_where(jobs::Column::Kind.is_in(kinds.iter().copied()))
        .order_by(jobs::Column::RunAfter, sea_orm::Order::Asc)
        .limit(1);
    if db.get_database_backend() == DbBackend::Postgres {
        pick.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let tx = begin(db).await?;
    let Some(row) = tx.query_one(&pick).await? else {
        tx.commit().await?;
        return Ok(None);
    };
    let id: Uuid = row.try_get_by_index(0)?;
    jobs::Entity::update_many()
        .col_expr(jobs::Column::State, Expr::value(RUNNING))
        .col_expr(jobs::Column::LeaseUntil, Expr::value(lease_until))
        .col_expr(jobs::Column::Attempts, Expr::col(jobs::Column::Attempts).add(1))
        .filter(jobs::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    let job = jobs::Entity::find_by_id(id).one(&tx).await?;
    tx.commit().await?;
    Ok(job)
}

/// Extends the lease.
///
/// # Errors
/// See [`enqueue`].
pub async fn heartbeat(conn: &impl ConnectionTrait, id: Uuid, lease_until: i64) -> Result<(), StoreError> {
    jobs::Entity::update_many()
        .col_expr(jobs::Column::LeaseUntil, Expr::value(lease_until))
        .filter(jobs::Column::Id.eq(id))
        .filter(jobs::Column::State.eq(RUNNING))
        .exec(conn)
        .await?;
    Ok(())
}

/// Records how much of a running job is done, from 0 to 1.
///
/// # Errors
/// See [`enqueue`].
pub async fn progress(conn: &impl ConnectionTrait, id: Uuid, share: f64) -> Result<(), StoreError> {
    jobs::Entity::update_many()
        .col_expr(jobs::Column::Progress, Expr::value(share))
        .filter(jobs::Column::Id.eq(id))
        .filter(jobs::Column::State.eq(RUNNING))
        .exec(conn)
        .await?;
    Ok(())
}

/// Records the end of a job.
///
/// # Errors
/// See [`enqueue`].
pub async fn finish(conn: &impl ConnectionTrait, id: Uuid, now: i64) -> Result<(), StoreError> {
    jobs::Entity::update_many()
        .col_expr(jobs::Column::State, Expr::value(DONE))
        .col_expr(jobs::Column::Progress, Expr::value(1.0))
        .col_expr(jobs::Column::Error, Expr::value(Option::<String>::None))
        .col_expr(jobs::Column::FinishedAt, Expr::value(now))
        .filter(jobs::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Records a failure: to be tried again at `retry_at`, or given up.
///
/// # Errors
/// See [`enqueue`].
pub async fn fail(
    conn: &impl ConnectionTrait,
    id: Uuid,
    error: &str,
    now: i64,
    retry_at: Option<i64>,
) -> Result<(), StoreError> {
    let state = if retry_at.is_some() { QUEUED } else { FAILED };
    jobs::Entity::update_many()
        .col_expr(jobs::Column::State, Expr::value(state))
        .col_expr(jobs::Column::Error, Expr::value(error))
        .col_expr(jobs::Column::LeaseUntil, Expr::value(Option::<i64>::None))
        .col_expr(jobs::Column::RunAfter, Expr::value(retry_at.unwrap_or(now)))
        .col_expr(
            jobs::Column::FinishedAt,
            Expr::value(retry_at.is_none().then_some(now)),
        )
        .filter(jobs::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// The last jobs of a round, newest first.
///
/// # Errors
/// See [`enqueue`].
pub async fn of_round(conn: &impl ConnectionTrait, round: &str, limit: u64) -> Result<Vec<Job>, StoreError> {
    let of_round = jobs::Entity::find().filter(jobs::Column::RoundId.eq(round));
    Ok(of_round
        .order_by_desc(jobs::Column::CreatedAt)
        .limit(limit)
        .all(conn)
        .await?)
}

/// How many jobs are waiting, running or given up, by state.
///
/// # Errors
/// See [`enqueue`].
pub async fn by_state(conn: &impl ConnectionTrait) -> Result<BTreeMap<String, u64>, StoreError> {
    let counted = jobs::Entity::find()
        .select_only()
        .column(jobs::Column::State)
        .column_as(jobs::Column::Id.count(), "jobs")
        .filter(jobs::Column::State.is_in([QUEUED, RUNNING, FAILED]))
        .group_by(jobs::Column::State);
    let rows = counted.into_tuple::<(String, i64)>().all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|(state, jobs)| (state, jobs.unsigned_abs()))
        .collect())
}

/// One job.
///
/// # Errors
/// See [`enqueue`].
pub async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Job>, StoreError> {
    Ok(jobs::Entity::find_by_id(id).one(conn).await?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::testing;

    #[tokio::test]
    async fn job_is_claimed_once_retried_and_taken_over_when_the_lease_ends() {
        let (_dir, db) = testing::database().await;
        let id = Uuid::from_u128(1);
        enqueue(&db, id, "analyse", Some("r"), &json!({}), 0, 100)
            .await
            .unwrap();
        assert!(claim(&db, &["analyse"], 99, 200).await.unwrap().is_none());
        assert!(claim(&db, &["other"], 100, 200).await.unwrap().is_none());
        assert_eq!(
            claim(&db, &["analyse"], 100, 200)
                .await
                .unwrap()
                .unwrap()
                .attempts,
            1
        );
        assert!(claim(&db, &["analyse"], 150, 250).await.unwrap().is_none());
        heartbeat(&db, id, 300).await.unwrap();
        progress(&db, id, 0.5).await.unwrap();
        assert_eq!(find(&db, id).await.unwrap().unwrap().progress, 0.5);
        assert!(claim(&db, &["analyse"], 250, 350).await.unwrap().is_none());
        assert_eq!(
            claim(&db, &["analyse"], 301, 400)
                .await
                .unwrap()
                .unwrap()
                .attempts,
            2
        );
        fail(&db, id, "disk full", 310, Some(500)).await.unwrap();
        assert!(claim(&db, &["analyse"], 499, 600).await.unwrap().is_none());
        assert_eq!(
            claim(&db, &["analyse"], 500, 600)
                .await
                .unwrap()
                .unwrap()
                .error
                .as_deref(),
            Some("disk full")
        );
        finish(&db, id, 510).await.unwrap();
        let job = find(&db, id).await.unwrap().unwrap();
        assert_eq!(
            (job.state.as_str(), job.error, job.finished_at),
            (DONE, None, Some(510))
        );
        assert!(claim(&db, &["analyse"], 10_000, 20_000).await.unwrap().is_none());
    }
}
