//! The call-back sample: who agreed, who was drawn, who calls whom, and what was said.
//!
//! What was said is kept without the case: the row of a case knows that the call took place, the row of a check knows
//! only its unit. Both are written in one transaction, neither has a time.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    UpdateMany,
};
use uuid::Uuid;

use super::{StoreError, insert_all};
use crate::entity::{callback_cases, callback_checks, callback_consents, invitations, sample_cases};
use crate::store::invitations::COMPLETE;

pub use crate::entity::callback_cases::Model as CallbackCase;
pub use crate::entity::callback_checks::Model as CallbackCheck;

/// Records that a case agrees to be called.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn set_consent(conn: &impl ConnectionTrait, round: &str, case_id: &str) -> Result<(), StoreError> {
    let row = callback_consents::Model {
        round_id: round.to_owned(),
        case_id: case_id.to_owned(),
    };
    let columns = [
        callback_consents::Column::RoundId,
        callback_consents::Column::CaseId,
    ];
    callback_consents::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// Adds consents at once: for the demo.
///
/// # Errors
/// See [`set_consent`].
pub async fn insert_consents(
    conn: &impl ConnectionTrait,
    round: &str,
    cases: Vec<String>,
) -> Result<(), StoreError> {
    let rows = cases.into_iter().map(|case_id| callback_consents::Model {
        round_id: round.to_owned(),
        case_id,
    });
    insert_all::<callback_consents::Entity>(conn, rows.collect()).await
}

/// The cases that agreed and whose answer still stands, each with the unit to which it belongs.
///
/// # Errors
/// See [`set_consent`].
pub async fn consenting(
    conn: &impl ConnectionTrait,
    round: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    let agreed = callback_consents::Entity::find()
        .select_only()
        .column(callback_consents::Column::CaseId)
        .filter(callback_consents::Column::RoundId.eq(round));
    let agreed: BTreeSet<String> = agreed.into_tuple().all(conn).await?.into_iter().collect();
    let complete = invitations::Entity::find()
        .select_only()
        .column(invitations::Column::CaseId)
        .filter(invitations::Column::RoundId.eq(round))
        .filter(invitations::Column::State.eq(COMPLETE));
    let complete: BTreeSet<String> = complete.into_tuple().all(conn).await?.into_iter().collect();
    let cases = sample_cases::Entity::find()
        .select_only()
        .columns([sample_cases::Column::CaseId, sample_cases::Column::Unit])
        .filter(sample_cases::Column::RoundId.eq(round))
        .order_by_asc(sample_cases::Column::CaseId);
    let cases: Vec<(String, String)> = cases.into_tuple().all(conn).await?;
    Ok(cases
        .into_iter()
        .filter(|(case, _)| agreed.contains(case) && complete.contains(case))
        .collect())
}

/// The cases drawn, by unit and place.
///
/// # Errors
/// See [`set_consent`].
pub async fn drawn(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<CallbackCase>, StoreError> {
    Ok(callback_cases::Entity::find()
        .filter(callback_cases::Column::RoundId.eq(round))
        .order_by_asc(callback_cases::Column::Unit)
        .order_by_asc(callback_cases::Column::Place)
        .all(conn)
        .await?)
}

/// Adds cases to the draw that are not in it.
///
/// # Errors
/// See [`set_consent`].
pub async fn insert(conn: &impl ConnectionTrait, rows: Vec<CallbackCase>) -> Result<u64, StoreError> {
    let mut added = 0;
    for row in rows {
        let columns = [callback_cases::Column::RoundId, callback_cases::Column::CaseId];
        added += callback_cases::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
            .exec_without_returning(conn)
            .await?;
    }
    Ok(added)
}

/// The open case of a caller, if they have one.
///
/// # Errors
/// See [`set_consent`].
pub async fn of_caller(
    conn: &impl ConnectionTrait,
    round: &str,
    caller: &str,
) -> Result<Option<CallbackCase>, StoreError> {
    Ok(callback_cases::Entity::find()
        .filter(callback_cases::Column::RoundId.eq(round))
        .filter(callback_cases::Column::Caller.eq(caller))
        .filter(callback_cases::Column::Outcome.is_null())
        .order_by_asc(callback_cases::Column::CaseId)
        .one(conn)
        .await?)
}

/// A change of a case that has not ended.
fn open_case(round: &str, case_id: &str) -> UpdateMany<callback_cases::Entity> {
    callback_cases::Entity::update_many()
        .filter(callback_cases::Column::RoundId.eq(round))
        .filter(callback_cases::Column::CaseId.eq(case_id))
        .filter(callback_cases::Column::Outcome.is_null())
}

/// Gives an open case that nobody has to a caller; false when another was faster.
///
/// # Errors
/// See [`set_consent`].
pub async fn take(
    conn: &impl ConnectionTrait,
    round: &str,
    case_id: &str,
    caller: &str,
) -> Result<bool, StoreError> {
    let taken = open_case(round, case_id)
        .filter(callback_cases::Column::Caller.is_null())
        .col_expr(callback_cases::Column::Caller, Expr::value(caller))
        .exec(conn)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Ends the open case of a caller; false when it is not theirs or has ended.
///
/// # Errors
/// See [`set_consent`].
pub async fn end(
    conn: &impl ConnectionTrait,
    round: &str,
    case_id: &str,
    caller: &str,
    outcome: &str,
) -> Result<bool, StoreError> {
    let ended = open_case(round, case_id)
        .filter(callback_cases::Column::Caller.eq(caller))
        .col_expr(callback_cases::Column::Outcome, Expr::value(outcome))
        .exec(conn)
        .await?;
    Ok(ended.rows_affected == 1)
}

/// Counts a call that reached nobody and gives the case back, to be called again by anyone; false when it is not theirs.
///
/// # Errors
/// See [`set_consent`].
pub async fn try_later(
    conn: &impl ConnectionTrait,
    round: &str,
    case_id: &str,
    caller: &str,
) -> Result<bool, StoreError> {
    let given_back = open_case(round, case_id)
        .filter(callback_cases::Column::Caller.eq(caller))
        .col_expr(
            callback_cases::Column::Attempts,
            Expr::col(callback_cases::Column::Attempts).add(1),
        )
        .col_expr(
            callback_cases::Column::Caller,
            Expr::value(Option::<String>::None),
        )
        .exec(conn)
        .await?;
    Ok(given_back.rows_affected == 1)
}

/// Keeps what was said in calls.
///
/// # Errors
/// See [`set_consent`].
pub async fn insert_checks(conn: &impl ConnectionTrait, rows: Vec<CallbackCheck>) -> Result<(), StoreError> {
    insert_all::<callback_checks::Entity>(conn, rows).await
}

/// What was said in the calls of a round, by unit; in the order of the random identifiers, which tells nothing.
///
/// # Errors
/// See [`set_consent`].
pub async fn checks(
    conn: &impl ConnectionTrait,
    round: &str,
) -> Result<BTreeMap<String, Vec<CallbackCheck>>, StoreError> {
    let rows = callback_checks::Entity::find()
        .filter(callback_checks::Column::RoundId.eq(round))
        .order_by_asc(callback_checks::Column::Id)
        .all(conn)
        .await?;
    let mut by_unit: BTreeMap<String, Vec<CallbackCheck>> = BTreeMap::new();
    for row in rows {
        by_unit.entry(row.unit.clone()).or_default().push(row);
    }
    Ok(by_unit)
}

/// A new row of a check.
pub fn check_row(id: Uuid, round: &str, unit: &str, check: analysis::callback::Check) -> CallbackCheck {
    CallbackCheck {
        id,
        round_id: round.to_owned(),
        unit: unit.to_owned(),
        took_part: check.took_part.as_str().to_owned(),
        answered_self: check.answered_self.as_str().to_owned(),
        staff_present: check.staff_present.as_str().to_owned(),
        rating_right: check.rating_right.as_str().to_owned(),
    }
}
