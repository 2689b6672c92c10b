//! Results of a round that was held elsewhere: taken out as a file there, and brought in here to compare with.
//!
//! The file is the computed round as it is stored, figures by unit and no answers. It is the office's, never the
//! public's: nothing in it is suppressed.

use analysis::results::RoundDetail;
use sea_orm::ConnectionTrait;
use serde_json::json;
use thiserror::Error;

use crate::app::Base;
use crate::store::audit::{self, Entry};
use crate::store::{StoreError, begin, results, rounds};

/// Why results could not be brought in or taken out.
#[derive(Debug, Error)]
pub enum EarlierError {
    /// The file does not hold a computed round.
    #[error(
        "第 {line} 行第 {column} 列：这不是一轮测评的结果文件（{reason}）。请用 minyi results export 导出的文件。 / \
         line {line}, column {column}: this is no file of a round's results ({reason}). Use what minyi results export \
         wrote."
    )]
    NotResults {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the reader said.
        reason: String,
    },
    /// The file names no round.
    #[error("结果文件里没有轮次的 id（round）。 / The file names no round (key round).")]
    NoRound,
    /// A round that is held here has results of its own.
    #[error(
        "轮次 {0} 就在本系统里，它的结果只能由答卷计算，不能导入。 / The round {0} is held here: its results are \
         computed from its answers and cannot be imported."
    )]
    HeldHere(String),
    /// Nothing was computed.
    #[error(
        "轮次 {0} 还没有计算结果。请先运行 minyi analyse {0}。 / The round {0} has no results yet. Run minyi analyse \
         {0} first."
    )]
    NotComputed(String),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sea_orm::DbErr> for EarlierError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

/// The results of a round as a file.
///
/// # Errors
/// [`EarlierError::NotComputed`], or when the database does not answer.
pub async fn export(base: &Base, id: &str, actor: &str) -> Result<Vec<u8>, EarlierError> {
    let stored = results::get::<RoundDetail>(&base.db, id).await?;
    let Some((_, detail)) = stored else {
        return Err(EarlierError::NotComputed(id.to_owned()));
    };
    let file = serde_json::to_vec(&detail).map_err(|error| StoreError::Corrupt {
        table: "results",
        what: error.to_string(),
    })?;
    let tx = begin(&base.db).await?;
    record(base, &tx, "results.export", id, actor).await?;
    tx.commit().await?;
    Ok(file)
}

/// Stores the results of a round that was held elsewhere, in place of what was imported of it before; returns its id.
///
/// # Errors
/// [`EarlierError`]: what is wrong with the file, and where.
pub async fn import(base: &Base, file: &[u8], actor: &str) -> Result<String, EarlierError> {
    let detail: RoundDetail = serde_json::from_slice(file).map_err(|error| EarlierError::NotResults {
        line: error.line(),
        column: error.column(),
        reason: error.to_string(),
    })?;
    store(base, &detail, actor).await
}

/// The same for results that are at hand.
///
/// # Errors
/// As [`import`].
pub async fn store(base: &Base, detail: &RoundDetail, actor: &str) -> Result<String, EarlierError> {
    let id = detail.results.round.clone();
    if id.is_empty() {
        return Err(EarlierError::NoRound);
    }
    let tx = begin(&base.db).await?;
    if rounds::find(&tx, &id).await?.is_some() {
        return Err(EarlierError::HeldHere(id));
    }
    results::put(&tx, &id, base.clock.now_ms(), detail).await?;
    record(base, &tx, "results.import", &id, actor).await?;
    tx.commit().await?;
    Ok(id)
}

async fn record(
    base: &Base,
    conn: &impl ConnectionTrait,
    action: &str,
    id: &str,
    actor: &str,
) -> Result<(), StoreError> {
    let entry = Entry {
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: id.to_owned(),
        detail: json!({}),
    };
    audit::append(conn, &base.keys, base.clock.now_ms(), entry).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handlers::testing::{ROUND, Server};

    fn detail(round: &str) -> RoundDetail {
        let mut detail = RoundDetail::default();
        round.clone_into(&mut detail.results.round);
        detail
    }

    #[tokio::test]
    async fn results_of_another_place_come_back_as_they_went() {
        let server = Server::start().await;
        let file = serde_json::to_vec(&detail("elsewhere-2025")).unwrap();
        assert_eq!(
            import(&server.base, &file, "test").await.unwrap(),
            "elsewhere-2025"
        );
        let out = export(&server.base, "elsewhere-2025", "test").await.unwrap();
        assert_eq!(out, file);
    }

    #[tokio::test]
    async fn a_round_held_here_is_never_overwritten_and_other_files_are_refused_with_their_place() {
        let server = Server::start().await;
        let file = |round: &str| serde_json::to_vec(&detail(round)).unwrap();
        let held = import(&server.base, &file(ROUND), "test").await;
        assert!(matches!(held, Err(EarlierError::HeldHere(id)) if id == ROUND));
        let broken = import(&server.base, b"{\n  \"results\": 3 }", "test")
            .await
            .unwrap_err();
        assert!(
            matches!(broken, EarlierError::NotResults { line: 2, .. }),
            "{broken}"
        );
        let nameless = import(&server.base, &file(""), "test").await;
        assert!(matches!(nameless, Err(EarlierError::NoRound)));
        let none = export(&server.base, "never", "test").await;
        assert!(matches!(none, Err(EarlierError::NotComputed(_))));
    }
}
