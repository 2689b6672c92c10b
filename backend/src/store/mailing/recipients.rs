//! Who receives the summaries of a round.

use std::collections::BTreeSet;

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::super::StoreError;
use crate::entity::mail_recipients;

pub use crate::entity::mail_recipients::Model as MailRecipient;

/// Gets mail.
pub const ACTIVE: &str = "active";
/// Has asked for no more.
pub const STOPPED: &str = "stopped";
/// Was taken off the list by the office.
pub const REMOVED: &str = "removed";
/// Put on the list by the plan.
pub const OF_PLAN: &str = "plan";
/// Put on the list in the console.
pub const OF_CONSOLE: &str = "console";

/// Puts people on the list who are not on it; returns how many.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn add(conn: &impl ConnectionTrait, rows: Vec<MailRecipient>) -> Result<u64, StoreError> {
    let mut added = 0;
    for row in rows {
        let columns = [
            mail_recipients::Column::RoundId,
            mail_recipients::Column::EmailKey,
            mail_recipients::Column::Unit,
        ];
        added += mail_recipients::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
            .exec_without_returning(conn)
            .await?;
    }
    Ok(added)
}

/// Everyone on the list of a round, those who stopped or were taken off among them.
///
/// # Errors
/// See [`add`].
pub async fn of_round(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<MailRecipient>, StoreError> {
    Ok(mail_recipients::Entity::find()
        .filter(mail_recipients::Column::RoundId.eq(round))
        .order_by_asc(mail_recipients::Column::Unit)
        .order_by_asc(mail_recipients::Column::EmailKey)
        .all(conn)
        .await?)
}

/// The recipient `id`.
///
/// # Errors
/// See [`add`].
pub async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<MailRecipient>, StoreError> {
    Ok(mail_recipients::Entity::find_by_id(id).one(conn).await?)
}

/// The addresses, as compared, that have stopped the mail of any round.
///
/// # Errors
/// See [`add`].
pub async fn stopped_anywhere(conn: &impl ConnectionTrait) -> Result<BTreeSet<String>, StoreError> {
    let keys = mail_recipients::Entity::find()
        .select_only()
        .column(mail_recipients::Column::EmailKey)
        .filter(mail_recipients::Column::State.eq(STOPPED));
    Ok(keys.into_tuple::<String>().all(conn).await?.into_iter().collect())
}

/// Stops the mail to an address in every round, or lets it come again where it was stopped; whether anything changed.
///
/// # Errors
/// See [`add`].
pub async fn set_stopped(
    conn: &impl ConnectionTrait,
    email_key: &str,
    stopped_on: Option<&str>,
) -> Result<bool, StoreError> {
    let (from, to) = match stopped_on {
        Some(_) => (ACTIVE, STOPPED),
        None => (STOPPED, ACTIVE),
    };
    let changed = mail_recipients::Entity::update_many()
        .col_expr(mail_recipients::Column::State, Expr::value(to))
        .col_expr(
            mail_recipients::Column::Since,
            Expr::value(stopped_on.map(str::to_owned)),
        )
        .filter(mail_recipients::Column::EmailKey.eq(email_key))
        .filter(mail_recipients::Column::State.eq(from))
        .exec(conn)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Takes somebody off the list of a round, or puts them back; whether anything changed. One who has stopped the mail
/// stays as they are.
///
/// # Errors
/// See [`add`].
pub async fn set_removed(
    conn: &impl ConnectionTrait,
    round: &str,
    id: Uuid,
    removed_on: Option<&str>,
) -> Result<bool, StoreError> {
    let (from, to) = match removed_on {
        Some(_) => (ACTIVE, REMOVED),
        None => (REMOVED, ACTIVE),
    };
    let changed = mail_recipients::Entity::update_many()
        .col_expr(mail_recipients::Column::State, Expr::value(to))
        .col_expr(
            mail_recipients::Column::Since,
            Expr::value(removed_on.map(str::to_owned)),
        )
        .filter(mail_recipients::Column::Id.eq(id))
        .filter(mail_recipients::Column::RoundId.eq(round))
        .filter(mail_recipients::Column::State.eq(from))
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Forgets those whom an earlier draft of the plan had put on the list and who have not said anything themselves.
///
/// # Errors
/// See [`add`].
pub async fn forget_of_plan(conn: &impl ConnectionTrait, round: &str) -> Result<(), StoreError> {
    mail_recipients::Entity::delete_many()
        .filter(mail_recipients::Column::RoundId.eq(round))
        .filter(mail_recipients::Column::Source.eq(OF_PLAN))
        .filter(mail_recipients::Column::State.ne(STOPPED))
        .exec(conn)
        .await?;
    Ok(())
}
