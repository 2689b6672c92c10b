//! What people asked about the data kept of them, and the reach of each request in the database.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::two_people::{self, Columns};
use super::{StoreError, insert_all};
use crate::entity::person_requests::Column as C;
use crate::entity::{callback_cases, callback_consents, person_requests};

pub use super::two_people::{ASKED, CONFIRMED, REFUSED};
pub use crate::entity::person_requests::Model as PersonRequest;

/// Answered.
pub const DONE: &str = "done";

/// Adds a request.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, row: PersonRequest) -> Result<(), StoreError> {
    insert_all::<person_requests::Entity>(conn, vec![row]).await
}

/// All requests of a round, the one due earliest first.
///
/// # Errors
/// See [`insert`].
pub async fn of_round(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<PersonRequest>, StoreError> {
    Ok(person_requests::Entity::find()
        .filter(C::RoundId.eq(round))
        .order_by_asc(C::DueOn)
        .order_by_asc(C::Id)
        .all(conn)
        .await?)
}

/// A request of a round, held until the transaction ends.
///
/// # Errors
/// See [`insert`].
pub async fn hold(
    tx: &impl ConnectionTrait,
    round: &str,
    id: Uuid,
) -> Result<Option<PersonRequest>, StoreError> {
    let row = person_requests::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx)
        .await?;
    Ok(row.filter(|row| row.round_id == round))
}

/// Decides a request that another person took and nobody decided; returns whether it did.
///
/// - `decision`: by whom and on which day.
///
/// # Errors
/// See [`insert`].
pub async fn decide(
    conn: &impl ConnectionTrait,
    id: Uuid,
    to: &str,
    decision: (&str, &str),
) -> Result<bool, StoreError> {
    let columns = Columns {
        id: C::Id,
        state: C::State,
        asked_by: C::AskedBy,
        decided_by: C::DecidedBy,
        decided_on: C::DecidedOn,
    };
    two_people::decide::<person_requests::Entity>(conn, columns, id, to, decision).await
}

/// Notes how a confirmed request was answered; returns whether it was one.
///
/// # Errors
/// See [`insert`].
pub async fn finish(
    conn: &impl ConnectionTrait,
    id: Uuid,
    outcome: &str,
    day: &str,
) -> Result<bool, StoreError> {
    let done = person_requests::Entity::update_many()
        .col_expr(C::State, Expr::value(DONE))
        .col_expr(C::DoneOn, Expr::value(day))
        .col_expr(C::Outcome, Expr::value(outcome))
        .filter(C::Id.eq(id))
        .filter(C::State.eq(CONFIRMED))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// The keys of the frame members that a request is about, in place of those it named: after an erasure they are random.
///
/// # Errors
/// See [`insert`].
pub async fn set_members(conn: &impl ConnectionTrait, id: Uuid, keys: &[String]) -> Result<(), StoreError> {
    person_requests::Entity::update_many()
        .col_expr(C::MemberKeys, Expr::value(keys.join(" ")))
        .filter(C::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Whether a case agreed to be called back, and how that stands: none where it was not drawn.
///
/// # Errors
/// See [`insert`].
pub async fn callback(
    conn: &impl ConnectionTrait,
    round: &str,
    case: &str,
) -> Result<(bool, Option<Option<String>>), StoreError> {
    let key = (round.to_owned(), case.to_owned());
    let agreed = callback_consents::Entity::find_by_id(key.clone())
        .one(conn)
        .await?;
    let drawn = callback_cases::Entity::find_by_id(key).one(conn).await?;
    Ok((agreed.is_some(), drawn.map(|row| row.outcome)))
}

/// Takes a case's consent to be called back away, and ends a call that is open with `outcome`.
///
/// # Errors
/// See [`insert`].
pub async fn stop_calls(
    conn: &impl ConnectionTrait,
    round: &str,
    case: &str,
    outcome: &str,
) -> Result<(), StoreError> {
    let key = (round.to_owned(), case.to_owned());
    callback_consents::Entity::delete_by_id(key).exec(conn).await?;
    callback_cases::Entity::update_many()
        .col_expr(callback_cases::Column::Outcome, Expr::value(outcome))
        .filter(callback_cases::Column::RoundId.eq(round))
        .filter(callback_cases::Column::CaseId.eq(case))
        .filter(callback_cases::Column::Outcome.is_null())
        .exec(conn)
        .await?;
    Ok(())
}
