//! The log of a round's leaves and its signed roots. Rows are added and never changed.

use std::collections::BTreeMap;

use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{StoreError, insert_all};
use crate::entity::{merkle_leaves, merkle_nodes, merkle_roots, responses};
use crate::merkle::{Hash, Node};

pub use crate::entity::merkle_leaves::Model as LogLeaf;
pub use crate::entity::merkle_roots::Model as SignedRoot;

/// Published at the end of a day.
pub const DAILY: &str = "daily";
/// Published when the round closed.
pub const CLOSING: &str = "closing";

fn corrupt(what: &str) -> StoreError {
    StoreError::Corrupt {
        table: "merkle_nodes",
        what: what.to_owned(),
    }
}

/// Leaves of a round's responses that are not in the log, of days up to `day` where one is given, sorted by hash.
///
/// Whatever became of a response since, its leaf belongs into the log: its receipt is out.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn waiting(
    conn: &impl ConnectionTrait,
    round: &str,
    day: Option<&str>,
) -> Result<Vec<String>, StoreError> {
    let mut logged = Query::select();
    logged
        .column(merkle_leaves::Column::Leaf)
        .from(merkle_leaves::Entity)
        .and_where(merkle_leaves::Column::RoundId.eq(round));
    let mut query = responses::Entity::find()
        .select_only()
        .column(responses::Column::Leaf)
        .filter(responses::Column::RoundId.eq(round))
        .filter(responses::Column::Leaf.not_in_subquery(logged));
    if let Some(day) = day {
        query = query.filter(responses::Column::Day.lte(day));
    }
    let mut leaves: Vec<String> = query.into_tuple().all(conn).await?;
    leaves.sort_unstable();
    Ok(leaves)
}

/// The hashes of complete subtrees; a missing one is an error, because the log holds every one.
///
/// # Errors
/// See [`waiting`].
pub async fn nodes(
    conn: &impl ConnectionTrait,
    round: &str,
    wanted: &[Node],
) -> Result<BTreeMap<Node, Hash>, StoreError> {
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut any = Condition::any();
    for node in wanted {
        let index = i64::try_from(node.index).map_err(|_| corrupt("an index beyond every log"))?;
        any = any.add(
            merkle_nodes::Column::Level
                .eq(i32::from(node.level))
                .and(merkle_nodes::Column::Idx.eq(index)),
        );
    }
    let rows = merkle_nodes::Entity::find()
        .filter(merkle_nodes::Column::RoundId.eq(round))
        .filter(any)
        .all(conn)
        .await?;
    let mut known = BTreeMap::new();
    for row in rows {
        let mut hash = [0; 32];
        hex::decode_to_slice(&row.hash, &mut hash).map_err(|_| corrupt("a hash that is none"))?;
        let node = Node {
            level: u8::try_from(row.level).map_err(|_| corrupt("a level beyond every log"))?,
            index: row.idx.unsigned_abs(),
        };
        known.insert(node, hash);
    }
    if wanted.iter().any(|node| !known.contains_key(node)) {
        return Err(corrupt("a complete subtree is missing"));
    }
    Ok(known)
}

/// Adds leaves at the end, the subtrees that they complete, and the root over all.
///
/// # Errors
/// See [`waiting`]; when another server published the same epoch first.
pub async fn append(
    tx: &impl ConnectionTrait,
    root: SignedRoot,
    leaves: &[String],
    made: &[(Node, Hash)],
) -> Result<(), StoreError> {
    let first = root.size - i64::try_from(leaves.len()).unwrap_or(i64::MAX);
    let leaf_rows = (first..).zip(leaves).map(|(position, leaf)| LogLeaf {
        round_id: root.round_id.clone(),
        position,
        leaf: leaf.clone(),
        epoch: root.epoch,
    });
    let leaf_rows: Vec<LogLeaf> = leaf_rows.collect();
    let node_rows = made.iter().map(|(node, hash)| merkle_nodes::Model {
        round_id: root.round_id.clone(),
        level: i32::from(node.level),
        idx: i64::try_from(node.index).unwrap_or(i64::MAX),
        hash: hex::encode(hash),
    });
    let node_rows: Vec<merkle_nodes::Model> = node_rows.collect();
    // The root first: a second server stops here, before it has written anything.
    insert_all::<merkle_roots::Entity>(tx, vec![root]).await?;
    insert_all::<merkle_leaves::Entity>(tx, leaf_rows).await?;
    insert_all::<merkle_nodes::Entity>(tx, node_rows).await
}

/// The roots of a round, oldest first.
///
/// # Errors
/// See [`waiting`].
pub async fn roots(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<SignedRoot>, StoreError> {
    Ok(merkle_roots::Entity::find()
        .filter(merkle_roots::Column::RoundId.eq(round))
        .order_by_asc(merkle_roots::Column::Epoch)
        .all(conn)
        .await?)
}

/// The newest root of a round.
///
/// # Errors
/// See [`waiting`].
pub async fn last_root(conn: &impl ConnectionTrait, round: &str) -> Result<Option<SignedRoot>, StoreError> {
    Ok(merkle_roots::Entity::find()
        .filter(merkle_roots::Column::RoundId.eq(round))
        .order_by_desc(merkle_roots::Column::Epoch)
        .one(conn)
        .await?)
}

/// Where a leaf is in its round's log.
///
/// # Errors
/// See [`waiting`].
pub async fn position(
    conn: &impl ConnectionTrait,
    round: &str,
    leaf: &str,
) -> Result<Option<LogLeaf>, StoreError> {
    Ok(merkle_leaves::Entity::find()
        .filter(merkle_leaves::Column::RoundId.eq(round))
        .filter(merkle_leaves::Column::Leaf.eq(leaf))
        .one(conn)
        .await?)
}
