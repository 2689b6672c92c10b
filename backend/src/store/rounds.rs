//! Rounds, their states, and their respondent groups.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use super::{StoreError, insert_all, upsert};
use crate::entity::{round_groups, rounds};

pub use crate::entity::round_groups::Model as RoundGroup;
pub use crate::entity::rounds::Model as Round;

/// Where a round is in its life; it only moves forward, but for reopening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundState {
    /// The plan may still be replaced.
    Draft,
    /// The plan is fixed and its hash published; no responses yet.
    Sealed,
    /// Responses are accepted.
    Open,
    /// Fieldwork is over.
    Closed,
}

impl RoundState {
    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Sealed => "sealed",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    /// The state of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Draft, Self::Sealed, Self::Open, Self::Closed]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

impl Round {
    /// The state, as a value. An unknown word counts as closed: nothing is accepted.
    pub fn round_state(&self) -> RoundState {
        RoundState::parse(&self.state).unwrap_or(RoundState::Closed)
    }
}

/// All rounds, the latest first.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn list(conn: &impl ConnectionTrait) -> Result<Vec<Round>, StoreError> {
    let order = rounds::Entity::find().order_by_desc(rounds::Column::OpensOn);
    Ok(order.order_by_asc(rounds::Column::Id).all(conn).await?)
}

/// The round `id`.
///
/// # Errors
/// See [`list`].
pub async fn find(conn: &impl ConnectionTrait, id: &str) -> Result<Option<Round>, StoreError> {
    Ok(rounds::Entity::find_by_id(id.to_owned()).one(conn).await?)
}

/// The rounds among `ids`.
///
/// # Errors
/// See [`list`].
pub async fn find_many(conn: &impl ConnectionTrait, ids: &[String]) -> Result<Vec<Round>, StoreError> {
    Ok(rounds::Entity::find()
        .filter(rounds::Column::Id.is_in(ids))
        .all(conn)
        .await?)
}

/// Inserts the round, or replaces its header.
///
/// # Errors
/// See [`list`].
pub async fn put(conn: &impl ConnectionTrait, round: Round) -> Result<(), StoreError> {
    upsert::<rounds::Entity>(conn, round, &[rounds::Column::Id]).await
}

/// Sets the state, and with it the plan's hash when sealing.
///
/// # Errors
/// See [`list`].
pub async fn set_state(
    conn: &impl ConnectionTrait,
    round: Round,
    state: RoundState,
    plan_sha256: Option<String>,
) -> Result<(), StoreError> {
    let mut row: rounds::ActiveModel = round.into();
    row.state = Set(state.as_str().to_owned());
    if plan_sha256.is_some() {
        row.plan_sha256 = Set(plan_sha256);
    }
    row.update(conn).await?;
    Ok(())
}

/// The respondent groups of a round in the plan's order.
///
/// # Errors
/// See [`list`].
pub async fn groups(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<RoundGroup>, StoreError> {
    let of_round = round_groups::Entity::find().filter(round_groups::Column::RoundId.eq(round));
    Ok(of_round.order_by_asc(round_groups::Column::Ord).all(conn).await?)
}

/// Replaces the respondent groups of a round.
///
/// # Errors
/// See [`list`].
pub async fn replace_groups(
    conn: &impl ConnectionTrait,
    round: &str,
    groups: Vec<RoundGroup>,
) -> Result<(), StoreError> {
    round_groups::Entity::delete_many()
        .filter(round_groups::Column::RoundId.eq(round))
        .exec(conn)
        .await?;
    insert_all::<round_groups::Entity>(conn, groups).await
}

/// The groups whose open link is `slug`, with their rounds; an open round first, then the latest.
///
/// Slugs are unique within a round only: an office keeps the same poster from year to year.
///
/// # Errors
/// See [`list`].
pub async fn by_open_link(
    conn: &impl ConnectionTrait,
    slug: &str,
) -> Result<Option<(Round, RoundGroup)>, StoreError> {
    let groups = round_groups::Entity::find()
        .filter(round_groups::Column::OpenLink.eq(slug))
        .all(conn)
        .await?;
    let ids: Vec<String> = groups.iter().map(|group| group.round_id.clone()).collect();
    let rounds = find_many(conn, &ids).await?;
    let pairs = rounds.into_iter().filter_map(|round| {
        let group = groups.iter().find(|group| group.round_id == round.id)?.clone();
        Some((round, group))
    });
    Ok(pairs.max_by_key(|(round, _)| (round.round_state() == RoundState::Open, round.opens_on.clone())))
}
