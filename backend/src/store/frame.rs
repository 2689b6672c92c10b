//! The sampling frame without identity, and the identities apart from it, sealed.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};

use super::{StoreError, insert_all};
use crate::clock::Entropy;
use crate::entity::{frame_members, identities};
use crate::keys::Keys;

pub use crate::entity::frame_members::Model as FrameMember;

/// Who a frame member is. Kept sealed; opened only to reach the person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Identifier in the office's register.
    pub person_id: String,
    /// Name.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// Number of the disability card.
    pub card_number: String,
    /// Address.
    pub address: String,
}

/// Far below the number of values that any database takes in a statement.
const KEYS_PER_STATEMENT: usize = 500;

pub(super) fn context(round: &str, member_key: &str) -> String {
    format!("identities/{round}/{member_key}")
}

/// Replaces the frame of a round and its identities.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn replace(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    entropy: &Entropy,
    round: &str,
    people: Vec<(FrameMember, Identity)>,
) -> Result<(), StoreError> {
    identities::Entity::delete_many()
        .filter(identities::Column::RoundId.eq(round))
        .exec(conn)
        .await?;
    frame_members::Entity::delete_many()
        .filter(frame_members::Column::RoundId.eq(round))
        .exec(conn)
        .await?;
    let mut members = Vec::with_capacity(people.len());
    let mut apart = Vec::with_capacity(people.len());
    for (member, identity) in people {
        apart.push(identities::Model {
            round_id: round.to_owned(),
            member_key: member.member_key.clone(),
            sealed: sealed(keys, entropy, round, &member.member_key, &identity)?,
        });
        members.push(member);
    }
    insert_all::<frame_members::Entity>(conn, members).await?;
    insert_all::<identities::Entity>(conn, apart).await
}

/// Keeps how members are reached now, in place of what was known before. The frame's rows stay what they were.
///
/// # Errors
/// See [`replace`].
pub async fn put_identities(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    entropy: &Entropy,
    round: &str,
    people: Vec<(String, Identity)>,
) -> Result<(), StoreError> {
    for some in people.chunks(KEYS_PER_STATEMENT) {
        identities::Entity::delete_many()
            .filter(identities::Column::RoundId.eq(round))
            .filter(identities::Column::MemberKey.is_in(some.iter().map(|(key, _)| key.clone())))
            .exec(conn)
            .await?;
    }
    let rows = people.into_iter().map(|(member_key, identity)| {
        Ok(identities::Model {
            round_id: round.to_owned(),
            sealed: sealed(keys, entropy, round, &member_key, &identity)?,
            member_key,
        })
    });
    let rows: Vec<identities::Model> = rows.collect::<Result<_, StoreError>>()?;
    insert_all::<identities::Entity>(conn, rows).await
}

fn sealed(
    keys: &Keys,
    entropy: &Entropy,
    round: &str,
    member_key: &str,
    identity: &Identity,
) -> Result<Vec<u8>, StoreError> {
    let json = serde_json::to_vec(identity).map_err(|error| StoreError::Corrupt {
        table: "identities",
        what: error.to_string(),
    })?;
    Ok(keys.seal(&context(round, member_key), &json, entropy)?)
}

/// The frame of a round, or of one respondent group, by member key.
///
/// # Errors
/// See [`replace`].
pub async fn members(
    conn: &impl ConnectionTrait,
    round: &str,
    group: Option<&str>,
) -> Result<Vec<FrameMember>, StoreError> {
    let mut query = frame_members::Entity::find().filter(frame_members::Column::RoundId.eq(round));
    if let Some(group) = group {
        query = query.filter(frame_members::Column::Group.eq(group));
    }
    Ok(query
        .order_by_asc(frame_members::Column::MemberKey)
        .all(conn)
        .await?)
}

/// How many members the frame of a round has.
///
/// # Errors
/// See [`replace`].
pub async fn count(conn: &impl ConnectionTrait, round: &str) -> Result<u64, StoreError> {
    Ok(frame_members::Entity::find()
        .filter(frame_members::Column::RoundId.eq(round))
        .count(conn)
        .await?)
}

/// Opens the identities of several members, by member key; those without one are absent.
///
/// # Errors
/// See [`identity`].
pub async fn identities(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    round: &str,
    member_keys: &[String],
) -> Result<BTreeMap<String, Identity>, StoreError> {
    let mut opened = BTreeMap::new();
    for some in member_keys.chunks(KEYS_PER_STATEMENT) {
        let rows = identities::Entity::find()
            .filter(identities::Column::RoundId.eq(round))
            .filter(identities::Column::MemberKey.is_in(some.iter().cloned()))
            .all(conn)
            .await?;
        for row in rows {
            let identity = open(keys, &row)?;
            opened.insert(row.member_key, identity);
        }
    }
    Ok(opened)
}

fn open(keys: &Keys, row: &identities::Model) -> Result<Identity, StoreError> {
    let json = keys.open(&context(&row.round_id, &row.member_key), &row.sealed)?;
    serde_json::from_slice(&json).map_err(|error| StoreError::Corrupt {
        table: "identities",
        what: error.to_string(),
    })
}

/// Opens one identity.
///
/// # Errors
/// See [`replace`]; also when the key file is another one.
pub async fn identity(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    round: &str,
    member_key: &str,
) -> Result<Option<Identity>, StoreError> {
    let row = identities::Entity::find_by_id((round.to_owned(), member_key.to_owned()))
        .one(conn)
        .await?;
    row.map(|row| open(keys, &row)).transpose()
}

/// The member of a key.
///
/// # Errors
/// See [`replace`].
pub async fn member(
    conn: &impl ConnectionTrait,
    round: &str,
    member_key: &str,
) -> Result<Option<FrameMember>, StoreError> {
    let key = (round.to_owned(), member_key.to_owned());
    Ok(frame_members::Entity::find_by_id(key).one(conn).await?)
}

/// Identities opened at a time by [`find`].
const PAGE: u64 = 2_000;

/// The keys of the members of whom `is_meant` says so. Every identity of the round is opened for that, one after the
/// other, and none is kept: names have no index.
///
/// # Errors
/// See [`identity`].
pub async fn find(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    round: &str,
    mut is_meant: impl FnMut(&Identity) -> bool,
) -> Result<Vec<String>, StoreError> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let rows = identities::Entity::find()
            .filter(identities::Column::RoundId.eq(round))
            .filter(identities::Column::MemberKey.gt(&after))
            .order_by_asc(identities::Column::MemberKey)
            .limit(PAGE)
            .all(conn)
            .await?;
        let Some(last) = rows.last() else { return Ok(found) };
        after.clone_from(&last.member_key);
        for row in rows {
            if is_meant(&open(keys, &row)?) {
                found.push(row.member_key);
            }
        }
    }
}
