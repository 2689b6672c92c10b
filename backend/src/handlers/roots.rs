//! Signed roots and proofs for programs: what an auditor needs to check that no response was dropped or added.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::AppState;
use crate::error::AppError;
use crate::merkle::Hash;
use crate::roots::{self, audit_statement, statement};
use crate::store::merkle_log::{self, SignedRoot};
use crate::store::rounds;

/// What a root says of the audit log of staff's acts: with it, nobody can cut entries off or replace them unnoticed.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct AuditHeadBody {
    /// How many entries the log had.
    pub entries: i64,
    /// Hash of the last of them, hex: keyed, so that it tells nothing of what they say.
    pub head: String,
    /// The text that is signed.
    pub statement: String,
    /// Ed25519 over the statement, hex.
    pub signature: String,
}

/// A published root.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct RootBody {
    /// Number of the publication, from 1.
    pub epoch: i32,
    /// `daily` or `closing`.
    pub kind: String,
    /// Last day of the responses in it.
    pub day: String,
    /// Number of leaves, tombstones among them.
    pub size: i64,
    /// RFC 9162 tree hash, hex.
    pub root: String,
    /// The text that is signed.
    pub statement: String,
    /// Ed25519 over the statement, hex.
    pub signature: String,
    /// What it says of the audit log; null in roots of earlier versions.
    pub audit: Option<AuditHeadBody>,
}

/// All roots of a round.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct RootsBody {
    /// The round.
    pub round: String,
    /// Ed25519 key that checks receipts and roots, hex.
    pub key: String,
    /// Roots, oldest first.
    pub roots: Vec<RootBody>,
}

/// That a leaf is in a root.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProofBody {
    /// The leaf, hex: salted hash of the response. Its hash in the tree is SHA-256 of a zero byte and these 32 bytes.
    pub leaf: String,
    /// Its place in the log, from 0.
    pub index: u64,
    /// Hashes from the leaf upwards, hex (RFC 9162 §2.1.3).
    pub path: Vec<String>,
    /// The root.
    pub root: RootBody,
}

/// That one root continues another.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsistencyBody {
    /// The earlier root.
    pub from: RootBody,
    /// The later root.
    pub to: RootBody,
    /// Hashes, hex (RFC 9162 §2.1.4).
    pub path: Vec<String>,
}

impl RootsBody {
    /// The roots as they are stored: from a file that somebody kept.
    pub fn into_signed(self) -> Vec<SignedRoot> {
        let round = self.round;
        let signed = |root: RootBody| {
            let (entries, head, signature) = match root.audit {
                Some(audit) => (Some(audit.entries), Some(audit.head), Some(audit.signature)),
                None => (None, None, None),
            };
            SignedRoot {
                round_id: round.clone(),
                epoch: root.epoch,
                kind: root.kind,
                day: root.day,
                size: root.size,
                root: root.root,
                signature: root.signature,
                audit_entries: entries,
                audit_head: head,
                audit_signature: signature,
            }
        };
        self.roots.into_iter().map(signed).collect()
    }
}

fn audit_head(root: &SignedRoot) -> Option<AuditHeadBody> {
    Some(AuditHeadBody {
        entries: root.audit_entries?,
        head: root.audit_head.clone()?,
        statement: audit_statement(root)?,
        signature: root.audit_signature.clone()?,
    })
}

fn body(root: SignedRoot) -> RootBody {
    RootBody {
        audit: audit_head(&root),
        statement: statement(&root),
        epoch: root.epoch,
        kind: root.kind,
        day: root.day,
        size: root.size,
        root: root.root,
        signature: root.signature,
    }
}

fn hex_all(path: &[Hash]) -> Vec<String> {
    path.iter().map(hex::encode).collect()
}

fn no_proof() -> AppError {
    AppError::new(
        StatusCode::NOT_FOUND,
        "not_in_root",
        "公布的根里没有这一项。当天收到的答卷，第二天才进入公布的根。",
        "There is no such entry in a published root. A response enters the root on the day after it came.",
    )
}

async fn must_exist(state: &AppState, round: &str) -> Result<(), AppError> {
    match rounds::find(&state.db, round).await? {
        Some(_) => Ok(()),
        None => Err(AppError::round_not_found(round)),
    }
}

/// The signed roots of a round.
///
/// # Errors
/// 404 when there is no such round.
#[utoipa::path(get, path = "/api/v1/rounds/{id}/roots", params(("id" = String, Path, description = "Round id")), responses(
    (status = 200, description = "Roots, oldest first", body = RootsBody),
    (status = 404, description = "No such round"),
))]
pub async fn list(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<RootsBody>, AppError> {
    must_exist(&state, &id).await?;
    let roots = merkle_log::roots(&state.db, &id).await?;
    Ok(Json(RootsBody {
        round: id,
        key: hex::encode(state.keys.verifying_key().as_bytes()),
        roots: roots.into_iter().map(body).collect(),
    }))
}

/// Which root a proof is for.
#[derive(Debug, Deserialize)]
pub struct ProofQuery {
    epoch: Option<i32>,
}

/// The proof that a leaf is in a root: the newest, or that of `epoch`.
///
/// # Errors
/// 404 when there is no such round, or the leaf is not in the root.
#[utoipa::path(get, path = "/api/v1/rounds/{id}/proof/{leaf}", params(
    ("id" = String, Path, description = "Round id"),
    ("leaf" = String, Path, description = "Leaf, hex"),
    ("epoch" = Option<i32>, Query, description = "Publication; the newest when left out"),
), responses(
    (status = 200, description = "The proof", body = ProofBody),
    (status = 404, description = "No such round, or not in that root"),
))]
pub async fn proof(
    State(state): State<AppState>,
    Path((id, leaf)): Path<(String, String)>,
    Query(query): Query<ProofQuery>,
) -> Result<Json<ProofBody>, AppError> {
    must_exist(&state, &id).await?;
    let leaf = leaf.to_ascii_lowercase();
    let proof = roots::inclusion(&state.db, &id, &leaf, query.epoch)
        .await?
        .ok_or_else(no_proof)?;
    Ok(Json(ProofBody {
        leaf,
        index: proof.index,
        path: hex_all(&proof.path),
        root: body(proof.root),
    }))
}

/// Which two roots are compared.
#[derive(Debug, Deserialize)]
pub struct ConsistencyQuery {
    from: i32,
    to: i32,
}

/// The proof that a later root continues an earlier one: nothing was dropped, changed or put in between.
///
/// # Errors
/// 404 when there is no such round or pair of roots.
#[utoipa::path(get, path = "/api/v1/rounds/{id}/consistency", params(
    ("id" = String, Path, description = "Round id"),
    ("from" = i32, Query, description = "Earlier publication"),
    ("to" = i32, Query, description = "Later publication"),
), responses(
    (status = 200, description = "The proof", body = ConsistencyBody),
    (status = 404, description = "No such round, or no such pair"),
))]
pub async fn consistency(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(query): Query<ConsistencyQuery>,
) -> Result<Json<ConsistencyBody>, AppError> {
    must_exist(&state, &id).await?;
    let (from, to, path) = roots::consistency(&state.db, &id, query.from, query.to)
        .await?
        .ok_or_else(no_proof)?;
    Ok(Json(ConsistencyBody {
        from: body(from),
        to: body(to),
        path: hex_all(&path),
    }))
}
