//! Requests that one person makes and another decides: what the tables of such requests have in common.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::StoreError;

/// Waits for a second person.
pub const ASKED: &str = "asked";
/// Agreed to.
pub const CONFIRMED: &str = "confirmed";
/// Turned down.
pub const REFUSED: &str = "refused";

/// The columns that say who asked and who decided.
pub(super) struct Columns<C> {
    pub(super) id: C,
    pub(super) state: C,
    pub(super) asked_by: C,
    pub(super) decided_by: C,
    pub(super) decided_on: C,
}

/// Decides a request that another person made and nobody decided; returns whether it did.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn decide<E: EntityTrait>(
    conn: &impl ConnectionTrait,
    columns: Columns<E::Column>,
    id: Uuid,
    to: &str,
    (by, day): (&str, &str),
) -> Result<bool, StoreError> {
    let done = E::update_many()
        .col_expr(columns.state, Expr::value(to))
        .col_expr(columns.decided_by, Expr::value(by))
        .col_expr(columns.decided_on, Expr::value(day))
        .filter(columns.id.eq(id))
        .filter(columns.state.eq(ASKED))
        .filter(columns.asked_by.ne(by))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}
