//! Leadership e-mail: recipients, runs of the schedule, and whether a round's mail is held.

pub mod recipients;
pub mod runs;

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::StoreError;
use crate::clock::SKEW_MS;
use crate::entity::mail_rounds;

pub use crate::entity::mail_rounds::Model as MailRound;

/// Schedules the mail of a round from `now` on, unless it is scheduled already; a schedule that would begin at a time to
/// come was made while the clock was ahead, and begins now. `was_over`: fieldwork has ended before.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn begin_schedule(
    conn: &impl ConnectionTrait,
    round: &str,
    now: i64,
    was_over: bool,
) -> Result<(), StoreError> {
    let row = MailRound {
        round_id: round.to_owned(),
        since: now,
        was_over,
        held: false,
        held_by: None,
        held_reason: None,
    };
    mail_rounds::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::column(mail_rounds::Column::RoundId)
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(conn)
        .await?;
    mail_rounds::Entity::update_many()
        .col_expr(mail_rounds::Column::Since, Expr::value(now))
        .col_expr(mail_rounds::Column::WasOver, Expr::value(was_over))
        .filter(mail_rounds::Column::RoundId.eq(round))
        .filter(mail_rounds::Column::Since.gt(now.saturating_add(SKEW_MS)))
        .exec(conn)
        .await?;
    Ok(())
}

/// How the mail of a round stands; none before its schedule begins.
///
/// # Errors
/// See [`begin_schedule`].
pub async fn find(conn: &impl ConnectionTrait, round: &str) -> Result<Option<MailRound>, StoreError> {
    Ok(mail_rounds::Entity::find_by_id(round.to_owned())
        .one(conn)
        .await?)
}

/// Whether the office holds the round's mail.
///
/// # Errors
/// See [`begin_schedule`].
pub async fn is_held(conn: &impl ConnectionTrait, round: &str) -> Result<bool, StoreError> {
    Ok(find(conn, round).await?.is_some_and(|row| row.held))
}

/// Holds the round's mail, or lets it go; whether that changed anything.
///
/// # Errors
/// See [`begin_schedule`].
pub async fn set_held(
    conn: &impl ConnectionTrait,
    round: &str,
    held: Option<(&str, &str)>,
) -> Result<bool, StoreError> {
    let text = |value: Option<&str>| Expr::value(value.map(str::to_owned));
    let changed = mail_rounds::Entity::update_many()
        .col_expr(mail_rounds::Column::Held, Expr::value(held.is_some()))
        .col_expr(mail_rounds::Column::HeldBy, text(held.map(|(by, _)| by)))
        .col_expr(mail_rounds::Column::HeldReason, text(held.map(|(_, why)| why)))
        .filter(mail_rounds::Column::RoundId.eq(round))
        .filter(mail_rounds::Column::Held.eq(held.is_none()))
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}
