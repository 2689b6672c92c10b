//! Agreements by which somebody gets a round's answers for research.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{StoreError, insert_all};
use crate::entity::data_agreements;

pub use crate::entity::data_agreements::Model as Agreement;

impl Agreement {
    /// Whether it holds on a day (ISO 8601).
    pub fn holds_on(&self, day: &str) -> bool {
        self.confirmed_by.is_some() && self.ended_by.is_none() && day <= self.until.as_str()
    }
}

/// Adds an agreement that still has to be confirmed.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, row: Agreement) -> Result<(), StoreError> {
    insert_all::<data_agreements::Entity>(conn, vec![row]).await
}

/// All agreements of a round, the newest first.
///
/// # Errors
/// See [`insert`].
pub async fn of_round(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Agreement>, StoreError> {
    Ok(data_agreements::Entity::find()
        .filter(data_agreements::Column::RoundId.eq(round))
        .order_by_desc(data_agreements::Column::AskedOn)
        .order_by_asc(data_agreements::Column::Id)
        .all(conn)
        .await?)
}

/// An agreement of a round.
///
/// # Errors
/// See [`insert`].
pub async fn find(
    conn: &impl ConnectionTrait,
    round: &str,
    id: Uuid,
) -> Result<Option<Agreement>, StoreError> {
    let row = data_agreements::Entity::find_by_id(id).one(conn).await?;
    Ok(row.filter(|row| row.round_id == round))
}

/// Confirms an agreement that another person entered and nobody confirmed or ended; returns whether it did.
///
/// # Errors
/// See [`insert`].
pub async fn confirm(conn: &impl ConnectionTrait, id: Uuid, by: &str, day: &str) -> Result<bool, StoreError> {
    let done = data_agreements::Entity::update_many()
        .col_expr(data_agreements::Column::ConfirmedBy, Expr::value(by))
        .col_expr(data_agreements::Column::ConfirmedOn, Expr::value(day))
        .filter(data_agreements::Column::Id.eq(id))
        .filter(data_agreements::Column::AskedBy.ne(by))
        .filter(data_agreements::Column::ConfirmedBy.is_null())
        .filter(data_agreements::Column::EndedBy.is_null())
        .exec(conn)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Ends an agreement, or refuses one; returns whether it was open.
///
/// # Errors
/// See [`insert`].
pub async fn end(conn: &impl ConnectionTrait, id: Uuid, by: &str, day: &str) -> Result<bool, StoreError> {
    let done = data_agreements::Entity::update_many()
        .col_expr(data_agreements::Column::EndedBy, Expr::value(by))
        .col_expr(data_agreements::Column::EndedOn, Expr::value(day))
        .filter(data_agreements::Column::Id.eq(id))
        .filter(data_agreements::Column::EndedBy.is_null())
        .exec(conn)
        .await?;
    Ok(done.rows_affected > 0)
}
