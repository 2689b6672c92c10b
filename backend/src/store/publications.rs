//! What was published of rounds.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};

use super::{StoreError, insert_all};
use crate::entity::publications;

pub use crate::entity::publications::Model as Publication;

/// What the public sees now.
pub const PUBLISHED: &str = "published";
/// A newer one took its place.
pub const SUPERSEDED: &str = "superseded";
/// Taken back by the office; that it was there stays known.
pub const WITHDRAWN: &str = "withdrawn";

/// Adds a publication.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn insert(conn: &impl ConnectionTrait, row: Publication) -> Result<(), StoreError> {
    insert_all::<publications::Entity>(conn, vec![row]).await
}

/// All publications of a round, the first one first.
///
/// # Errors
/// See [`insert`].
pub async fn of_round(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Publication>, StoreError> {
    Ok(publications::Entity::find()
        .filter(publications::Column::RoundId.eq(round))
        .order_by_asc(publications::Column::Seq)
        .all(conn)
        .await?)
}

/// A publication without what it shows.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Listed {
    /// Position, from 1.
    pub seq: i32,
    /// SHA-256 of what it shows.
    pub sha256: String,
    /// One of the states of this module.
    pub state: String,
    /// Who published it.
    pub actor: String,
    /// Day on which it was published, ISO 8601.
    pub day: String,
    /// Why it was taken back.
    pub reason: Option<String>,
    /// Day on which it ended, ISO 8601.
    pub ended_on: Option<String>,
}

/// All publications of a round without what they show, the first one first.
///
/// # Errors
/// See [`insert`].
pub async fn list(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Listed>, StoreError> {
    use publications::Column as C;
    Ok(publications::Entity::find()
        .select_only()
        .columns([
            C::Seq,
            C::Sha256,
            C::State,
            C::Actor,
            C::Day,
            C::Reason,
            C::EndedOn,
        ])
        .filter(C::RoundId.eq(round))
        .order_by_asc(C::Seq)
        .into_model()
        .all(conn)
        .await?)
}

/// Position of the last publication of a round, 0 where there is none.
///
/// # Errors
/// See [`insert`].
pub async fn last_seq(conn: &impl ConnectionTrait, round: &str) -> Result<i32, StoreError> {
    Ok(list(conn, round).await?.last().map_or(0, |last| last.seq))
}

/// Whether anything is published of a round now.
///
/// # Errors
/// See [`insert`].
pub async fn is_published(conn: &impl ConnectionTrait, round: &str) -> Result<bool, StoreError> {
    let list = list(conn, round).await?;
    Ok(list.iter().any(|row| row.state == PUBLISHED))
}

/// What is published of a round now.
///
/// # Errors
/// See [`insert`].
pub async fn current(conn: &impl ConnectionTrait, round: &str) -> Result<Option<Publication>, StoreError> {
    Ok(publications::Entity::find()
        .filter(publications::Column::RoundId.eq(round))
        .filter(publications::Column::State.eq(PUBLISHED))
        .one(conn)
        .await?)
}

/// What is published of any round now.
///
/// # Errors
/// See [`insert`].
pub async fn all_current(conn: &impl ConnectionTrait) -> Result<Vec<Publication>, StoreError> {
    Ok(publications::Entity::find()
        .filter(publications::Column::State.eq(PUBLISHED))
        .order_by_desc(publications::Column::At)
        .all(conn)
        .await?)
}

/// Ends what is published of a round; returns whether there was anything.
///
/// # Errors
/// See [`insert`].
pub async fn end(
    conn: &impl ConnectionTrait,
    round: &str,
    state: &str,
    day: &str,
    reason: Option<&str>,
) -> Result<bool, StoreError> {
    let done = publications::Entity::update_many()
        .col_expr(publications::Column::State, Expr::value(state))
        .col_expr(publications::Column::EndedOn, Expr::value(day))
        .col_expr(publications::Column::Reason, Expr::value(reason))
        .filter(publications::Column::RoundId.eq(round))
        .filter(publications::Column::State.eq(PUBLISHED))
        .exec(conn)
        .await?;
    Ok(done.rows_affected > 0)
}
