//! Newer frames of a round, each whole and sealed, and which of them weights are calibrated to. The frame that came with
//! the plan is version 0; it and the sample drawn from it stay what they were.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{StoreError, insert_all};
use crate::entity::{frame_uses, frame_versions};
use crate::keys::Keys;

pub use crate::entity::frame_uses::Model as FrameUse;
pub use crate::entity::frame_versions::Model as FrameVersion;

/// Held against the frame before; nothing rests on it yet.
pub const PROPOSED: &str = "proposed";
/// Applied.
pub const APPLIED: &str = "applied";
/// Put aside; its content is deleted.
pub const DISCARDED: &str = "discarded";

/// What a version's file is sealed for.
pub fn context(round: &str, version: i32) -> String {
    format!("frame_versions/{round}/{version}")
}

/// Adds a version whose content is sealed already.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, row: FrameVersion) -> Result<(), StoreError> {
    insert_all::<frame_versions::Entity>(conn, vec![row]).await
}

/// The versions of a round without their content, the latest first.
///
/// # Errors
/// See [`insert`].
pub async fn list(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<FrameVersion>, StoreError> {
    let rows = frame_versions::Entity::find()
        .filter(frame_versions::Column::RoundId.eq(round))
        .order_by_desc(frame_versions::Column::Version)
        .select_only()
        .columns([
            frame_versions::Column::RoundId,
            frame_versions::Column::Version,
            frame_versions::Column::BasedOn,
            frame_versions::Column::State,
            frame_versions::Column::File,
            frame_versions::Column::Sha256,
            frame_versions::Column::Rows,
            frame_versions::Column::Counts,
            frame_versions::Column::DrawnFrom,
            frame_versions::Column::Reason,
            frame_versions::Column::Actor,
            frame_versions::Column::At,
            frame_versions::Column::Day,
        ])
        // The content is large and sealed; lists never need it.
        .expr_as(Expr::val(Vec::<u8>::new()), "content");
    Ok(rows.all(conn).await?)
}

/// A version's file, opened; none when there is no such version or it was put aside.
///
/// # Errors
/// See [`insert`]; also when the key file is another one.
pub async fn content(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    round: &str,
    version: i32,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = frame_versions::Entity::find_by_id((round.to_owned(), version))
        .one(conn)
        .await?
        .filter(|row| row.state != DISCARDED);
    row.map(|row| Ok(keys.open(&context(round, version), &row.content)?))
        .transpose()
}

/// Writes what was decided about a version: state, reason, who and when. One put aside loses its content.
///
/// # Errors
/// See [`insert`].
pub async fn decide(conn: &impl ConnectionTrait, row: &FrameVersion) -> Result<(), StoreError> {
    let mut update = frame_versions::Entity::update_many()
        .col_expr(frame_versions::Column::State, Expr::value(row.state.clone()))
        .col_expr(frame_versions::Column::Reason, Expr::value(row.reason.clone()))
        .col_expr(frame_versions::Column::Actor, Expr::value(row.actor.clone()))
        .col_expr(frame_versions::Column::At, Expr::value(row.at))
        .col_expr(frame_versions::Column::Day, Expr::value(row.day.clone()))
        .col_expr(frame_versions::Column::DrawnFrom, Expr::value(row.drawn_from));
    if row.state == DISCARDED {
        update = update.col_expr(frame_versions::Column::Content, Expr::value(Vec::<u8>::new()));
    }
    update
        .filter(frame_versions::Column::RoundId.eq(row.round_id.clone()))
        .filter(frame_versions::Column::Version.eq(row.version))
        .exec(conn)
        .await?;
    Ok(())
}

/// Which versions the round was calibrated to, the latest decision first.
///
/// # Errors
/// See [`insert`].
pub async fn uses(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<FrameUse>, StoreError> {
    Ok(frame_uses::Entity::find()
        .filter(frame_uses::Column::RoundId.eq(round))
        .order_by_desc(frame_uses::Column::Seq)
        .all(conn)
        .await?)
}

/// Decides that the round is calibrated to another version from now on.
///
/// # Errors
/// See [`insert`].
pub async fn use_version(conn: &impl ConnectionTrait, row: FrameUse) -> Result<(), StoreError> {
    insert_all::<frame_uses::Entity>(conn, vec![row]).await
}

/// The version that the round is calibrated to: 0 until the office decides otherwise.
///
/// # Errors
/// See [`insert`].
pub async fn in_use(conn: &impl ConnectionTrait, round: &str) -> Result<i32, StoreError> {
    let latest = frame_uses::Entity::find()
        .filter(frame_uses::Column::RoundId.eq(round))
        .order_by_desc(frame_uses::Column::Seq)
        .one(conn)
        .await?;
    Ok(latest.map_or(0, |row| row.version))
}
