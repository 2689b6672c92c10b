//! Open links: those of the groups and those of sites, found by slug.

use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::rounds::{self, Round, RoundGroup, RoundState};
use super::{StoreError, insert_all};
use crate::entity::{drafts, links, round_groups, rounds as round_rows};

pub use crate::entity::links::Model as Link;

/// What an open link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDoor {
    /// The round.
    pub round: Round,
    /// The group that answers.
    pub group: RoundGroup,
    /// The site's own settings; none for a group's common link.
    pub link: Option<Link>,
}

impl OpenDoor {
    /// Answers taken a day; none for no limit.
    pub fn daily_cap(&self) -> Option<u64> {
        let cap = self.link.as_ref()?.daily_cap?;
        u64::try_from(cap).ok()
    }

    /// Whether what comes through it is counted against a limit.
    pub fn is_limited(&self) -> bool {
        self.daily_cap().is_some() || self.round.has_quotas()
    }
}

/// The links of sites of a round, in the plan's order.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn of_round(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Link>, StoreError> {
    let of_round = links::Entity::find().filter(links::Column::RoundId.eq(round));
    Ok(of_round.order_by_asc(links::Column::Ord).all(conn).await?)
}

/// Replaces the links of sites of a round.
///
/// # Errors
/// See [`of_round`].
pub async fn replace(conn: &impl ConnectionTrait, round: &str, rows: Vec<Link>) -> Result<(), StoreError> {
    links::Entity::delete_many()
        .filter(links::Column::RoundId.eq(round))
        .exec(conn)
        .await?;
    insert_all::<links::Entity>(conn, rows).await
}

/// What `slug` leads to; an open round first, then the latest.
///
/// Slugs are unique within a round only: an office keeps the same poster from year to year.
///
/// # Errors
/// See [`of_round`].
pub async fn by_slug(conn: &impl ConnectionTrait, slug: &str) -> Result<Option<OpenDoor>, StoreError> {
    match round_by_slug(conn, slug, Hold::No).await? {
        Some(round) => in_round(conn, round, slug).await,
        None => Ok(None),
    }
}

/// Whether rounds are held by the look for one, as by [`rounds::hold`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// They may change at once.
    No,
    /// They are held until the transaction ends.
    Shared,
}

/// The round that `slug` leads to, in one statement.
///
/// # Errors
/// See [`of_round`].
pub async fn round_by_slug(
    conn: &impl ConnectionTrait,
    slug: &str,
    hold: Hold,
) -> Result<Option<Round>, StoreError> {
    let mut common = Query::select();
    common
        .column(round_groups::Column::RoundId)
        .from(round_groups::Entity)
        .and_where(round_groups::Column::OpenLink.eq(slug));
    let mut of_sites = Query::select();
    of_sites
        .column(links::Column::RoundId)
        .from(links::Entity)
        .and_where(links::Column::Slug.eq(slug));
    let mut found = round_rows::Entity::find().filter(
        Condition::any()
            .add(round_rows::Column::Id.in_subquery(common))
            .add(round_rows::Column::Id.in_subquery(of_sites)),
    );
    if hold == Hold::Shared {
        found = found.lock_shared();
    }
    let rounds = found.all(conn).await?;
    Ok(rounds
        .into_iter()
        .max_by_key(|round| (round.round_state() == RoundState::Open, round.opens_on.clone())))
}

/// The doors of a round, read at once and kept by whoever asks often.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doors {
    groups: Vec<RoundGroup>,
    links: Vec<Link>,
}

impl Doors {
    /// The doors of a round as they are now.
    ///
    /// # Errors
    /// See [`of_round`].
    pub async fn read(conn: &impl ConnectionTrait, round: &str) -> Result<Self, StoreError> {
        Ok(Self {
            groups: rounds::groups(conn, round).await?,
            links: of_round(conn, round).await?,
        })
    }

    /// A group of the round.
    pub fn group(&self, group: &str) -> Option<&RoundGroup> {
        self.groups.iter().find(|row| row.group == group)
    }

    /// What `slug` leads to in `round`, whose doors these are.
    pub fn open(&self, round: Round, slug: &str) -> Option<OpenDoor> {
        let common = self
            .groups
            .iter()
            .find(|group| group.open_link.as_deref() == Some(slug));
        let (group, link) = match common {
            Some(group) => (group, None),
            None => {
                let link = self.links.iter().find(|link| link.slug == slug)?;
                (self.group(&link.group)?, Some(link.clone()))
            }
        };
        Some(OpenDoor {
            round,
            group: group.clone(),
            link,
        })
    }
}

/// What `slug` leads to in a round.
///
/// # Errors
/// See [`of_round`].
pub async fn in_round(
    conn: &impl ConnectionTrait,
    round: Round,
    slug: &str,
) -> Result<Option<OpenDoor>, StoreError> {
    let doors = Doors::read(conn, &round.id).await?;
    Ok(doors.open(round, slug))
}

/// Drafts by a link begun at or after a moment in Unix milliseconds, not yet handed in.
///
/// # Errors
/// See [`of_round`].
pub async fn begun_since(
    conn: &impl ConnectionTrait,
    round: &str,
    slug: &str,
    since: i64,
) -> Result<u64, StoreError> {
    Ok(drafts::Entity::find()
        .filter(drafts::Column::OpenLink.eq(slug))
        .filter(drafts::Column::RoundId.eq(round))
        .filter(drafts::Column::StartedAt.gte(since))
        .count(conn)
        .await?)
}
