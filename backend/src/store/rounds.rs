//! Rounds, their states, and their respondent groups.

use analysis::plan::QuotaPlan;
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

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

    /// The state for respondents on `today`: an open round is over when its last day is.
    pub fn state_on(&self, today: Date) -> RoundState {
        self.state_with_grace(today, Span::new())
    }

    /// The state for interviews that were done in time and arrive on `today`.
    pub fn state_for_interviews_on(&self, today: Date) -> RoundState {
        self.state_with_grace(today, self.grace_days.days())
    }

    fn state_with_grace(&self, today: Date, grace: Span) -> RoundState {
        let state = self.round_state();
        let last = self
            .closes_on
            .parse::<Date>()
            .and_then(|day| day.checked_add(grace));
        match last {
            Ok(last) if state == RoundState::Open && today > last => RoundState::Closed,
            _ => state,
        }
    }

    /// Whether the plan limits open links by quotas.
    pub fn has_quotas(&self) -> bool {
        !self.quotas_in_plan().is_empty()
    }

    /// The quotas of a group's open links.
    pub fn quotas_of(&self, group: &str) -> Vec<QuotaPlan> {
        let mut quotas = self.quotas_in_plan();
        quotas.retain(|quota| quota.group == group);
        quotas
    }

    fn quotas_in_plan(&self) -> Vec<QuotaPlan> {
        serde_json::from_str(&self.quotas).unwrap_or_default()
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

/// The round, held until the transaction ends against those who change it, and not against others who hold it so: what
/// its state allows is done before the change or after, never in between.
///
/// # Errors
/// See [`list`].
pub async fn hold(tx: &impl ConnectionTrait, id: &str) -> Result<Option<Round>, StoreError> {
    let round = rounds::Entity::find_by_id(id.to_owned()).lock_shared();
    Ok(round.one(tx).await?)
}

/// The round, held until the transaction ends against everybody: for whoever changes it.
///
/// # Errors
/// See [`list`].
pub async fn hold_alone(tx: &impl ConnectionTrait, id: &str) -> Result<Option<Round>, StoreError> {
    let round = rounds::Entity::find_by_id(id.to_owned()).lock_exclusive();
    Ok(round.one(tx).await?)
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

/// Sets how often the round was amended.
///
/// # Errors
/// See [`list`].
pub async fn set_amended(conn: &impl ConnectionTrait, round: Round, amended: i32) -> Result<(), StoreError> {
    let mut row: rounds::ActiveModel = round.into();
    row.amended = Set(amended);
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
