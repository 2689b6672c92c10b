//! Erasing the identities of a round when their time is over, with a certificate of it (销毁证明).

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::app::Base;
use crate::store::erasure::{self, Erased};
use crate::store::rounds::{self, RoundState};
use crate::store::{StoreError, audit, begin};

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// What it is.
    pub kind: String,
    /// The round.
    pub round: String,
    /// Hash of its sealed plan.
    pub plan_sha256: Option<String>,
    /// The day, ISO 8601.
    pub day: String,
    /// Who did it.
    pub by: String,
    /// What was erased.
    pub erased: Erased,
    /// What stays, in words.
    pub stays: Vec<String>,
    /// Where copies may still be, in words.
    pub elsewhere: Vec<String>,
    /// Head of the audit trail before this act.
    pub audit_head: String,
}

/// Why nothing was erased.
#[derive(Debug, Error)]
pub enum ErasureError {
    /// No such round.
    #[error("there is no round {0}")]
    Unknown(String),
    /// Names are needed while people are asked.
    #[error(
        "round {0} is not closed: names are needed while people are asked and called back; close it first \
         (轮次尚未结束：调查和回访还要用到身份信息，请先结束这一轮)"
    )]
    NotClosed(String),
    /// Nothing is left to erase.
    #[error("round {0} holds no identities any more; nothing was changed (这一轮已经没有身份信息，没有改动)")]
    Nothing(String),
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Erases the identities of a closed round; gives the certificate, as the text whose SHA-256 is in the audit trail, and
/// that hash.
///
/// # Errors
/// [`ErasureError`]; then nothing was erased.
pub async fn erase_identities(base: &Base, round: &str, by: &str) -> Result<(String, String), ErasureError> {
    let tx = begin(&base.db).await?;
    let row = rounds::hold_alone(&tx, round).await?;
    let row = row.ok_or_else(|| ErasureError::Unknown(round.to_owned()))?;
    if row.state_on(base.clock.today()) != RoundState::Closed {
        return Err(ErasureError::NotClosed(round.to_owned()));
    }
    let head = audit::latest(&tx, 1).await?;
    let erased = erasure::erase(&tx, &base.entropy, round).await?;
    if erased.is_nothing() {
        return Err(ErasureError::Nothing(round.to_owned()));
    }
    let certificate = Certificate {
        kind: "minyi-erasure-certificate".to_owned(),
        round: round.to_owned(),
        plan_sha256: row.plan_sha256,
        day: base.clock.today().to_string(),
        by: by.to_owned(),
        erased,
        stays: [
            "答卷（不含姓名、电话、地址、证件号）/ responses, without name, telephone, address or card number",
            "抽样框和样本的统计特征（乡镇、村、类别、等级、性别、出生年），键已换成随机数 / frame and sample as \
             statistics (township, village, category, grade, sex, year of birth), under random keys",
            "操作记录、公布的结果、回执 / audit trail, published results, receipts",
        ]
        .map(str::to_owned)
        .to_vec(),
        elsewhere: [
            "此前做的备份 / backups made before: destroy them, or keep them no longer than the retention period",
            "此前导出的名单、打印的邀请函 / lists and letters that were exported or printed before",
            "PostgreSQL 的 WAL 归档、磁盘快照 / archived WAL and disk snapshots of PostgreSQL",
        ]
        .map(str::to_owned)
        .to_vec(),
        audit_head: head.into_iter().next().map(|row| row.hash).unwrap_or_default(),
    };
    let text = serde_json::to_string_pretty(&certificate).map_err(|error| StoreError::Corrupt {
        table: "audit",
        what: error.to_string(),
    })? + "\n";
    let sha256 = hex::encode(Sha256::digest(text.as_bytes()));
    let detail = json!({ "erased": erased, "certificate_sha256": sha256 });
    base.record(&tx, by, "identity.erase", round, detail).await?;
    tx.commit().await.map_err(StoreError::from)?;
    if let Err(error) = erasure::scrub(&base.db).await {
        // Erased it is; the files of the database are rewritten each night in any case.
        tracing::warn!(%error, "the database's files were not rewritten after the erasure");
    }
    Ok((text, sha256))
}

#[cfg(test)]
mod tests;
