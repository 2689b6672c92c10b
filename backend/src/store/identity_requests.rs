//! Requests to learn who gave a response: one asks, another decides, the first sees it once.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::two_people::{self, Columns};
use super::{StoreError, insert_all};
use crate::entity::identity_requests;
use crate::entity::identity_requests::Column as C;

pub use super::two_people::{ASKED, CONFIRMED, REFUSED};
pub use crate::entity::identity_requests::Model as IdentityRequest;

/// The person was shown.
pub const SEEN: &str = "seen";

/// Adds a request.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, row: IdentityRequest) -> Result<(), StoreError> {
    insert_all::<identity_requests::Entity>(conn, vec![row]).await
}

/// All requests of a round, the newest first.
///
/// # Errors
/// See [`insert`].
pub async fn of_round(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<IdentityRequest>, StoreError> {
    Ok(identity_requests::Entity::find()
        .filter(C::RoundId.eq(round))
        .order_by_desc(C::AskedOn)
        .order_by_asc(C::Id)
        .all(conn)
        .await?)
}

/// A request of a round.
///
/// # Errors
/// See [`insert`].
pub async fn find(
    conn: &impl ConnectionTrait,
    round: &str,
    id: Uuid,
) -> Result<Option<IdentityRequest>, StoreError> {
    let row = identity_requests::Entity::find_by_id(id).one(conn).await?;
    Ok(row.filter(|row| row.round_id == round))
}

/// Decides a request that another person made and nobody decided; returns whether it did.
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
    two_people::decide::<identity_requests::Entity>(conn, columns, id, to, decision).await
}

/// Takes the one look that a confirmed request gives whoever asked, no longer than since `first_day`; returns whether
/// there was one to take.
///
/// # Errors
/// See [`insert`].
pub async fn take_look(
    conn: &impl ConnectionTrait,
    id: Uuid,
    by: &str,
    (first_day, day): (&str, &str),
) -> Result<bool, StoreError> {
    let done = identity_requests::Entity::update_many()
        .col_expr(C::State, Expr::value(SEEN))
        .col_expr(C::SeenOn, Expr::value(day))
        .filter(C::Id.eq(id))
        .filter(C::State.eq(CONFIRMED))
        .filter(C::AskedBy.eq(by))
        .filter(C::DecidedOn.gte(first_day))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}
