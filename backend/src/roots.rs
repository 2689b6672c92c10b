//! Signed roots: at the end of each day, and when a round closes, its new leaves go into an append-only log, and the
//! root over all is signed and published.
//!
//! Leaves are sorted by hash within each publication and then appended (RFC 9162 §2.1). A tree sorted as a whole would
//! have to be rebuilt for every late leaf, so that yesterday's proofs fail today and nobody could show that nothing was
//! dropped in between. In the log each published root stays reproducible for ever, any two roots can be shown to
//! belong to one growing log (§2.1.4), and the order still says nothing of the order of arrival beyond the day, which
//! is all that is stored anyway. Leaves of withdrawn and replaced responses stay where they are.

use ed25519_dalek::{Signature, VerifyingKey};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use thiserror::Error;

use crate::app::Base;
use crate::clock::SharedClock;
use crate::keys::Keys;
use crate::merkle::{self, Hash, Node, Span};
use crate::store::merkle_log::{self, CLOSING, DAILY, SignedRoot};
use crate::store::rounds::{self, RoundState};
use crate::store::{StoreError, audit, begin};

/// That a leaf is in a published root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// The root.
    pub root: SignedRoot,
    /// Place of the leaf in the log, from 0.
    pub index: u64,
    /// Hashes from the leaf upwards.
    pub path: Vec<Hash>,
}

/// The text that is signed, line by line; also what an auditor signs again to compare.
pub fn statement(root: &SignedRoot) -> String {
    format!(
        "minyi root v1\n{}\n{}\n{}\n{}\n{}\n{}\n",
        root.round_id, root.epoch, root.kind, root.day, root.size, root.root
    )
}

/// Whether the signature of a root holds.
pub fn is_signed(key: &VerifyingKey, root: &SignedRoot) -> bool {
    is_signature(key, &statement(root), &root.signature)
}

fn is_signature(key: &VerifyingKey, statement: &str, signature: &str) -> bool {
    let mut bytes = [0; 64];
    hex::decode_to_slice(signature, &mut bytes).is_ok()
        && key
            .verify_strict(statement.as_bytes(), &Signature::from_bytes(&bytes))
            .is_ok()
}

/// The text about the audit log that is signed with a root: how many entries it had, and the hash of the last, which
/// stands for all of them. None where the root says nothing about it.
pub fn audit_statement(root: &SignedRoot) -> Option<String> {
    let (entries, head) = (root.audit_entries?, root.audit_head.as_ref()?);
    Some(format!(
        "minyi audit v1\n{}\n{}\n{}\n{entries}\n{head}\n",
        root.round_id, root.epoch, root.root
    ))
}

/// Why the audit log is not the one over which a root was published.
#[derive(Debug, Error)]
pub enum AnchorFault {
    /// What a root says of the log is not signed.
    #[error("root {epoch} of round {round}: what it says of the audit log was changed")]
    NotSigned {
        /// The round.
        round: String,
        /// The publication.
        epoch: i32,
    },
    /// The log ends before the entry that a root names.
    #[error(
        "the audit log was cut: root {epoch} of round {round} was published over {entries} entries, and entry {entries} \
         is gone"
    )]
    Cut {
        /// The round.
        round: String,
        /// The publication.
        epoch: i32,
        /// Entries at its time.
        entries: i64,
    },
    /// The entry that a root names is another one.
    #[error(
        "the audit log was replaced: its entry {entries} is not the one over which root {epoch} of round {round} was published"
    )]
    Replaced {
        /// The round.
        round: String,
        /// The publication.
        epoch: i32,
        /// The entry.
        entries: i64,
    },
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks that the audit log still holds what these roots were published over; returns the last entry that one of them
/// vouches for. With the chain before it ([`audit::verify`]), nothing up to that entry was changed, left out or cut off.
///
/// # Errors
/// [`AnchorFault`].
pub async fn check_anchors(
    conn: &impl ConnectionTrait,
    key: &VerifyingKey,
    roots: &[SignedRoot],
) -> Result<Option<i64>, AnchorFault> {
    let mut vouched = None;
    for root in roots {
        let (round, epoch) = (root.round_id.clone(), root.epoch);
        let Some((statement, entries)) = audit_statement(root).zip(root.audit_entries) else {
            continue;
        };
        if !is_signature(
            key,
            &statement,
            root.audit_signature.as_deref().unwrap_or_default(),
        ) {
            return Err(AnchorFault::NotSigned { round, epoch });
        }
        match audit::hash_of(conn, entries).await? {
            None => {
                return Err(AnchorFault::Cut {
                    round,
                    epoch,
                    entries,
                });
            }
            hash if hash != root.audit_head => {
                return Err(AnchorFault::Replaced {
                    round,
                    epoch,
                    entries,
                });
            }
            Some(_) => vouched = vouched.max(Some(entries)),
        }
    }
    Ok(vouched)
}

fn corrupt(what: &str) -> StoreError {
    StoreError::Corrupt {
        table: "merkle_roots",
        what: what.to_owned(),
    }
}

fn bytes_of(hash: &str) -> Result<Hash, StoreError> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(hash, &mut bytes).map_err(|_| corrupt("a hash that is none"))?;
    Ok(bytes)
}

/// Puts the leaves that wait into the log and signs the new root. `day` is the last day of the responses in it; at
/// closing, later ones would go in as well.
///
/// # Errors
/// When the database does not answer, or another server publishes the same epoch at this moment.
pub async fn publish(
    tx: &impl ConnectionTrait,
    keys: &Keys,
    round: &str,
    kind: &str,
    day: &str,
) -> Result<SignedRoot, StoreError> {
    let last = merkle_log::last_root(tx, round).await?;
    let size = last.as_ref().map_or(0, |root| root.size).unsigned_abs();
    let leaves = merkle_log::waiting(tx, round, (kind == DAILY).then_some(day)).await?;
    let hashes = leaves
        .iter()
        .map(|leaf| Ok(merkle::leaf_hash(&bytes_of(leaf)?)))
        .collect::<Result<Vec<Hash>, StoreError>>()?;
    let edge = Span::first(size).nodes();
    let mut known = merkle_log::nodes(tx, round, &edge).await?;
    let on_edge: Vec<(Node, Hash)> = edge
        .iter()
        .filter_map(|node| known.get(node).map(|hash| (*node, *hash)))
        .collect();
    let made = merkle::append(size, &on_edge, &hashes);
    known.extend(made.iter().copied());
    let size = size + leaves.len() as u64;
    let root = Span::first(size)
        .hash(&known)
        .ok_or_else(|| corrupt("the log has a hole"))?;
    let mut signed = SignedRoot {
        round_id: round.to_owned(),
        epoch: last.map_or(1, |root| root.epoch + 1),
        kind: kind.to_owned(),
        day: day.to_owned(),
        size: i64::try_from(size).map_err(|_| corrupt("a log beyond every size"))?,
        root: hex::encode(root),
        signature: String::new(),
        audit_entries: None,
        audit_head: None,
        audit_signature: None,
    };
    signed.signature = hex::encode(keys.sign(statement(&signed).as_bytes()));
    if let Some((entries, head)) = audit::head(tx).await? {
        (signed.audit_entries, signed.audit_head) = (Some(entries), Some(head));
        signed.audit_signature =
            audit_statement(&signed).map(|statement| hex::encode(keys.sign(statement.as_bytes())));
    }
    merkle_log::append(tx, signed.clone(), &leaves, &made).await?;
    Ok(signed)
}

/// Publishes what is due for a round: the root of yesterday while it is open, the closing root once it is closed.
/// Nothing is due before the first response.
///
/// # Errors
/// See [`publish`].
pub async fn publish_due(
    db: &DatabaseConnection,
    keys: &Keys,
    clock: &SharedClock,
    round: &rounds::Round,
) -> Result<Option<SignedRoot>, StoreError> {
    let id = round.id.as_str();
    let today = clock.today();
    let last = merkle_log::last_root(db, id).await?;
    let (kind, day) = match round.round_state() {
        RoundState::Open => {
            let yesterday = today.yesterday().unwrap_or(today).to_string();
            if last.as_ref().is_some_and(|root| root.day >= yesterday) {
                return Ok(None);
            }
            let nothing_yet =
                last.is_none() && merkle_log::waiting(db, id, Some(&yesterday)).await?.is_empty();
            if nothing_yet {
                return Ok(None);
            }
            (DAILY, yesterday)
        }
        RoundState::Closed => {
            let is_closed = last.as_ref().is_some_and(|root| root.kind == CLOSING);
            let waits = !merkle_log::waiting(db, id, None).await?.is_empty();
            if !waits && (is_closed || last.is_none()) {
                return Ok(None);
            }
            (CLOSING, today.to_string())
        }
        RoundState::Draft | RoundState::Sealed => return Ok(None),
    };
    let tx = begin(db).await?;
    // Looked at again inside: another server may have published in the meantime.
    if merkle_log::last_root(&tx, id).await? != last {
        return Ok(None);
    }
    let root = publish(&tx, keys, id, kind, &day).await?;
    tx.commit().await?;
    Ok(Some(root))
}

/// Publishes what is due for every round; a round at fault does not hold up the others.
///
/// # Errors
/// When the rounds cannot be read.
pub async fn publish_all(base: &Base) -> Result<(), StoreError> {
    for round in rounds::list(&base.db).await? {
        match publish_due(&base.db, &base.keys, &base.clock, &round).await {
            Ok(Some(root)) => {
                tracing::info!(
                    round = round.id,
                    epoch = root.epoch,
                    size = root.size,
                    "root published"
                );
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                round = round.id,
                "root not published; trying again"
            ),
        }
    }
    Ok(())
}

/// Fills in the hashes of the spans of a proof.
async fn filled(conn: &impl ConnectionTrait, round: &str, spans: &[Span]) -> Result<Vec<Hash>, StoreError> {
    let wanted: Vec<Node> = spans.iter().flat_map(|span| span.nodes()).collect();
    let known = merkle_log::nodes(conn, round, &wanted).await?;
    spans
        .iter()
        .map(|span| span.hash(&known).ok_or_else(|| corrupt("the log has a hole")))
        .collect()
}

/// The proof that a leaf is in the root of `epoch`, or in the newest; none when it is not in it (yet).
///
/// # Errors
/// When the database does not answer.
pub async fn inclusion(
    conn: &impl ConnectionTrait,
    round: &str,
    leaf: &str,
    epoch: Option<i32>,
) -> Result<Option<Inclusion>, StoreError> {
    let Some(logged) = merkle_log::position(conn, round, leaf).await? else {
        return Ok(None);
    };
    let roots = merkle_log::roots(conn, round).await?;
    let root = match epoch {
        Some(epoch) => roots.into_iter().find(|root| root.epoch == epoch),
        None => roots.into_iter().next_back(),
    };
    let Some(root) = root.filter(|root| root.size > logged.position) else {
        return Ok(None);
    };
    let (index, size) = (logged.position.unsigned_abs(), root.size.unsigned_abs());
    let path = filled(conn, round, &merkle::inclusion(index, size)).await?;
    Ok(Some(Inclusion { root, index, path }))
}

impl Inclusion {
    /// Whether the proof leads from the leaf (hex) to the root, and the root is signed.
    pub fn holds(&self, key: &VerifyingKey, leaf: &str) -> bool {
        let (Ok(leaf), Ok(root)) = (bytes_of(leaf), bytes_of(&self.root.root)) else {
            return false;
        };
        merkle::verify_inclusion(
            &merkle::leaf_hash(&leaf),
            self.index,
            self.root.size.unsigned_abs(),
            &self.path,
            &root,
        ) && is_signed(key, &self.root)
    }
}

/// The proof that the log of `to` begins with the log of `from`; none when there is no such pair of roots.
///
/// # Errors
/// When the database does not answer.
pub async fn consistency(
    conn: &impl ConnectionTrait,
    round: &str,
    from: i32,
    to: i32,
) -> Result<Option<(SignedRoot, SignedRoot, Vec<Hash>)>, StoreError> {
    let roots = merkle_log::roots(conn, round).await?;
    let of = |epoch| roots.iter().find(|root| root.epoch == epoch).cloned();
    let (Some(first), Some(second)) = (of(from), of(to)) else {
        return Ok(None);
    };
    if first.size > second.size {
        return Ok(None);
    }
    let spans = merkle::consistency(first.size.unsigned_abs(), second.size.unsigned_abs());
    let path = filled(conn, round, &spans).await?;
    Ok(Some((first, second, path)))
}

#[cfg(test)]
pub(crate) mod tests;
