//! Erasing what a round keeps of people when its time is over, with a certificate of it (销毁证明): by hand
//! (`minyi erase`), or on the day that the plan names ([`crate::retention`]).

use std::collections::BTreeMap;

use analysis::plan::Kept;
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use survey_forms::form::{Form, QuestionKind};
use thiserror::Error;

use crate::app::Base;
use crate::dataset;
use crate::scoring::evidence;
use crate::store::erasure::{self, Erased, TypedWords};
use crate::store::retention::{self, Erasure};
use crate::store::rounds::{self, Round, RoundState};
use crate::store::{StoreError, audit, begin, forms};

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
    /// Which kind of what is kept; certificates of before November 2026 are all of identities.
    #[serde(default = "identities")]
    pub kept: Kept,
    /// What was erased.
    pub erased: Erased,
    /// What stays, in words.
    pub stays: Vec<String>,
    /// Where copies may still be, in words.
    pub elsewhere: Vec<String>,
    /// Head of the audit trail before this act.
    pub audit_head: String,
}

fn identities() -> Kept {
    Kept::Identities
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
    let row = erase(base, round, Kept::Identities, by, Found::Something).await?;
    Ok((row.certificate, row.sha256))
}

/// What there has to be for a certificate to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Something that is erased.
    Something,
    /// Nothing need be left: the certificate then says that nothing was.
    Anything,
}

/// Erases a kind of what a closed round keeps.
///
/// Words that people typed are erased some hundred responses at a time, so that nobody who answers in another round waits;
/// an erasure that was interrupted goes on when it is run again, and its certificate counts what was left.
///
/// # Errors
/// [`ErasureError`]; then nothing is recorded.
pub async fn erase(
    base: &Base,
    round: &str,
    kept: Kept,
    by: &str,
    needed: Found,
) -> Result<Erasure, ErasureError> {
    let responses = match kept {
        Kept::FreeText => typed_words(base, round).await?,
        _ => 0,
    };
    let tx = begin(&base.db).await?;
    let row = closed(base, &tx, round).await?;
    let today = base.clock.today().to_string();
    let earlier = retention::erasures(&tx, round).await?;
    if needed == Found::Anything && earlier.iter().any(|one| one.is_of(kept) && one.day == today) {
        // Another server was there first.
        return Err(ErasureError::Nothing(round.to_owned()));
    }
    let mut erased = match kept {
        Kept::Identities => erasure::identities(&tx, &base.entropy, round).await?,
        Kept::FreeText => erasure::other_words(&tx, round).await?,
        Kept::Visits => erasure::visits(&tx, round).await?,
        Kept::Evidence => erasure::evidence(&tx, round).await?,
        Kept::Mail => erasure::mail(&tx, round).await?,
    };
    erased.responses = responses;
    if erased.is_nothing() && needed == Found::Something {
        return Err(ErasureError::Nothing(round.to_owned()));
    }
    let written = certify(base, &tx, row, (kept, erased, by)).await?;
    tx.commit().await.map_err(StoreError::from)?;
    forget_files(base, round, kept).await?;
    if let Err(error) = erasure::scrub(&base.db, kept).await {
        // Erased it is; the files of the database are rewritten each night in any case.
        tracing::warn!(%error, "the database's files were not rewritten after the erasure");
    }
    Ok(written)
}

/// The round, held, if it is over.
async fn closed(base: &Base, tx: &DatabaseTransaction, round: &str) -> Result<Round, ErasureError> {
    let row = rounds::hold_alone(tx, round).await?;
    let row = row.ok_or_else(|| ErasureError::Unknown(round.to_owned()))?;
    match row.state_on(base.clock.today()) {
        RoundState::Closed => Ok(row),
        _ => Err(ErasureError::NotClosed(round.to_owned())),
    }
}

/// Erases what people typed into the questionnaires of a round; gives how many responses that changed.
async fn typed_words(base: &Base, round: &str) -> Result<u64, ErasureError> {
    let mut words = BTreeMap::new();
    for version in forms::versions(&base.db, round).await? {
        let Some(stored) = forms::by_version(&base.db, &version.version).await? else {
            continue;
        };
        let read = survey_forms::xlsform::read(&stored.source_path, &stored.xlsx).map_err(|faults| {
            StoreError::Corrupt {
                table: "forms",
                what: format!("{} faults in a form that was accepted", faults.len()),
            }
        })?;
        words.insert(version.version, words_of(&read.form));
    }
    let (mut after, mut changed) = (None, 0);
    loop {
        let tx = begin(&base.db).await?;
        closed(base, &tx, round).await?;
        let (last, some) = erasure::typed_words(&tx, round, &words, after).await?;
        tx.commit().await.map_err(StoreError::from)?;
        changed += some;
        match last {
            Some(last) => after = Some(last),
            None => return Ok(changed),
        }
    }
}

fn words_of(form: &Form) -> TypedWords {
    let named = |is_wanted: fn(&QuestionKind) -> bool| {
        let of_kind = form.questions().filter(|question| is_wanted(&question.kind));
        of_kind.map(|question| question.name.clone()).collect()
    };
    TypedWords {
        // A file's name stands for the file, which goes too.
        typed: named(|kind| matches!(kind, QuestionKind::Text | QuestionKind::Upload { .. })),
        calculated: named(|kind| *kind == QuestionKind::Calculate),
    }
}

/// Deletes what lies in this server's folder of a kind that was erased: the bytes of evidence, and tables of answers,
/// which the next computation writes anew from the database.
///
/// # Errors
/// When the database does not answer. A file that cannot be deleted is logged.
pub async fn forget_files(base: &Base, round: &str, kept: Kept) -> Result<(), StoreError> {
    match kept {
        Kept::Evidence => {
            let files = erasure::evidence_of(&base.db, round).await?;
            evidence::delete(&base.config, &files).await;
        }
        Kept::FreeText => dataset::forget_round(&base.config.data_dir, round),
        Kept::Identities | Kept::Visits | Kept::Mail => {}
    }
    Ok(())
}

/// What stays, in words.
fn stays(kept: Kept) -> Vec<String> {
    let words: &[&str] = match kept {
        Kept::Identities => &[
            "答卷（不含姓名、电话、地址、证件号）/ responses, without name, telephone, address or card number",
            "抽样框和样本的统计特征（乡镇、村、类别、等级、性别、出生年），键已换成随机数 / frame and sample as \
             statistics (township, village, category, grade, sex, year of birth), under random keys",
            "操作记录、公布的结果、回执 / audit trail, published results, receipts",
        ],
        Kept::FreeText => &[
            "选择题、数字和日期的回答；其中手写过文字或交过文件的答卷，叶子的盐已销毁，回执仍可核对 / answers that were chosen, \
             numbers and days; where something was typed or a file handed in the salt of the leaf is destroyed, and the receipt still verifies",
            "诉求工单的状态、期限和结果 / state, term and outcome of follow-up cases",
            "已公布的结果、归档和报告 / published results, archives and reports",
        ],
        Kept::Visits => {
            &["每次访问和通话的日期、方式和处置码 / day, kind and disposition code of each visit and call"]
        }
        Kept::Evidence => &[
            "评分、说明和封存记录；文件的类型和 SHA-256 / marks, remarks and seals; type and SHA-256 of each file",
        ],
        Kept::Mail => &[
            "发过几封、哪一天、结果如何 / how many messages were sent, on which day, with what result",
            "退订的地址，为的是不再写信 / addresses that asked for no more mail, so that none is sent",
            "方案 plan.toml 里写明的领导小组名单 / the list of the leadership in plan.toml",
        ],
    };
    words.iter().map(|text| (*text).to_owned()).collect()
}

/// Where copies may still be, in words.
fn elsewhere(kept: Kept) -> Vec<String> {
    let mut words = vec![
        "此前做的备份 / backups made before: destroy them, or keep them no longer than the retention period",
        "PostgreSQL 的 WAL 归档、磁盘快照 / archived WAL and disk snapshots of PostgreSQL",
    ];
    words.push(match kept {
        Kept::Identities => "此前导出的名单、打印的邀请函 / lists and letters that were exported or printed before",
        Kept::FreeText => {
            "此前导出的数据、文件、复现包 / data, files and bundles that were exported before"
        }
        Kept::Visits => "访员的设备，下次联网时更新 / interviewers' devices, until they next have a connection",
        Kept::Evidence => "此前下载的照片和文件；另外的服务器每天清理一次 / files downloaded before; other servers clear theirs \
                           once a day",
        Kept::Mail => "收件人的信箱和邮件服务器 / the recipients' mailboxes and mail servers",
    });
    words.into_iter().map(str::to_owned).collect()
}

/// Writes the certificate, keeps it, and records its hash.
async fn certify(
    base: &Base,
    tx: &DatabaseTransaction,
    row: Round,
    (kept, erased, by): (Kept, Erased, &str),
) -> Result<Erasure, ErasureError> {
    let head = audit::latest(tx, 1).await?;
    let day = base.clock.today().to_string();
    let certificate = Certificate {
        kind: "minyi-erasure-certificate".to_owned(),
        round: row.id.clone(),
        plan_sha256: row.plan_sha256,
        day: day.clone(),
        by: by.to_owned(),
        kept,
        erased,
        stays: stays(kept),
        elsewhere: elsewhere(kept),
        audit_head: head.into_iter().next().map(|row| row.hash).unwrap_or_default(),
    };
    let text = serde_json::to_string_pretty(&certificate).map_err(|error| StoreError::Corrupt {
        table: "audit",
        what: error.to_string(),
    })? + "\n";
    let sha256 = hex::encode(Sha256::digest(text.as_bytes()));
    let action = match kept {
        Kept::Identities => "identity.erase",
        _ => "retention.erase",
    };
    let detail = json!({ "kept": kept, "erased": erased, "certificate_sha256": sha256 });
    base.record(tx, by, action, &row.id, detail).await?;
    let written = Erasure {
        id: base.entropy.uuid(),
        round_id: row.id,
        kept: kept.word().to_owned(),
        day,
        actor: by.to_owned(),
        sha256,
        certificate: text,
    };
    retention::add_erasure(tx, written.clone()).await?;
    Ok(written)
}

#[cfg(test)]
mod tests;
