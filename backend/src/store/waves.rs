//! How the messages of a round's waves stand, counted by the database.

use std::collections::BTreeMap;

use analysis::disposition::Disposition;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::StoreError;
use super::invitations::{CLOSED_FOR_GOOD, ISSUED, STARTED, closing};
use super::outbox::{SENT, UNKNOWN};
use crate::entity::{attempts, invitations, outbox, sample_cases};

/// Messages of a round and kind by state.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn by_state(
    conn: &impl ConnectionTrait,
    round: &str,
    kind: &str,
) -> Result<BTreeMap<String, u64>, StoreError> {
    let rows: Vec<(String, i64)> = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::State)
        .column_as(outbox::Column::Id.count(), "n")
        .filter(outbox::Column::RoundId.eq(round))
        .filter(outbox::Column::Kind.eq(kind))
        .group_by(outbox::Column::State)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(state, n)| (state, n.unsigned_abs()))
        .collect())
}

/// Cases to which messages of a kind were queued.
fn written_to(round: &str, kind: &str) -> SelectStatement {
    Query::select()
        .column(outbox::Column::Recipient)
        .from(outbox::Entity)
        .and_where(outbox::Column::RoundId.eq(round))
        .and_where(outbox::Column::Kind.eq(kind))
        .take()
}

/// How many cases a wave of this kind could go to now: drawn, invited, not answered, not closed, not unwilling, not
/// written to in this wave; and where there is a wave `before`, of a kind and by a moment, written to in that.
///
/// # Errors
/// See [`by_state`].
pub async fn due(
    conn: &impl ConnectionTrait,
    round: &str,
    kind: &str,
    before: Option<(&str, i64)>,
) -> Result<u64, StoreError> {
    use invitations::Column as C;
    let drawn = Query::select()
        .column(sample_cases::Column::CaseId)
        .from(sample_cases::Entity)
        .and_where(sample_cases::Column::RoundId.eq(round))
        .cond_where(
            Cond::any()
                .add(sample_cases::Column::Disposition.is_null())
                .add(sample_cases::Column::Disposition.is_not_in(CLOSED_FOR_GOOD.map(Disposition::word))),
        )
        .take();
    let gone = Query::select()
        .column(attempts::Column::CaseId)
        .from(attempts::Entity)
        .and_where(attempts::Column::RoundId.eq(round))
        .cond_where(closing())
        .take();
    let mut due = Query::select();
    due.expr(Func::count_distinct(Expr::col(C::CaseId)))
        .from(invitations::Entity)
        .and_where(C::RoundId.eq(round))
        .and_where(C::State.is_in([ISSUED, STARTED]))
        .and_where(C::NoRemind.eq(false))
        .and_where(Expr::col(C::CaseId).in_subquery(drawn))
        .and_where(Expr::col(C::CaseId).not_in_subquery(gone))
        .and_where(Expr::col(C::CaseId).not_in_subquery(written_to(round, kind)));
    if let Some((kind, by)) = before {
        let mut gone_out = written_to(round, kind);
        gone_out
            .and_where(outbox::Column::State.is_in([SENT, UNKNOWN]))
            .and_where(outbox::Column::NextAttemptAt.lte(by));
        due.and_where(Expr::col(C::CaseId).in_subquery(gone_out));
    }
    let row = conn.query_one(&due).await?;
    let n: i64 = match row {
        Some(row) => row.try_get_by_index(0)?,
        None => 0,
    };
    Ok(n.unsigned_abs())
}
