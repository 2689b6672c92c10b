//! Publishing a round's results: an act of the office that freezes what is public.
//!
//! A [`Candidate`] is what would be published now, under disclosure control by one release
//! ([`analysis::publication`]). Publishing stores it to the byte, with its SHA-256 as its address; web page, files and
//! replication bundle are made of what is stored, whatever is computed later. What was published stays known for ever:
//! a newer publication supersedes it, the office may withdraw it with a reason, and every later one is compared with it.

pub mod bundle;
pub mod charts;
pub mod files;
pub mod looked_at;
pub mod plan_files;

use std::collections::BTreeSet;

use analysis::plan::Plan;
use analysis::publication::figure::Address;
use analysis::publication::{Counts, Loss, Options, PublicationError, Release, release};
use analysis::results::RoundDetail;
use sea_orm::ConnectionTrait;
use serde_json::json;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::app::Base;
use crate::rounds::{self, RoundActError};
use crate::store::publications::{self, PUBLISHED, Publication, SUPERSEDED, WITHDRAWN};
use crate::store::rounds::RoundState;
use crate::store::{StoreError, begin, results};

/// Why results cannot be published.
#[derive(Debug, Error)]
pub enum PublishError {
    /// There is no such round.
    #[error(transparent)]
    Round(#[from] RoundActError),
    /// Nothing has been computed.
    #[error("round {0}: nothing has been computed yet; run minyi analyse first")]
    NotComputed(String),
    /// The same is published already.
    #[error("round {0}: the same results are published already")]
    Same(String),
    /// What was looked at is no longer what would be published.
    #[error("round {0}: the results have changed since they were looked at; look again and publish then")]
    Changed(String),
    /// Disclosure control says no.
    #[error(transparent)]
    Disclosure(#[from] PublicationError),
    /// What is stored cannot be read.
    #[error("publication of round {round}: {reason}")]
    Unreadable {
        /// The round.
        round: String,
        /// What is wrong.
        reason: String,
    },
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The computation was cut short.
    #[error("the computation was cut short: {0}")]
    CutShort(#[from] tokio::task::JoinError),
}

/// What would be published.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// All that would be public.
    pub release: Release,
    /// Persons behind it, to be kept.
    pub counts: Counts,
    /// What protection costs.
    pub loss: Loss,
    /// The release as it would be stored.
    pub content: String,
    /// SHA-256 of the content.
    pub sha256: String,
    /// When its results were computed, Unix milliseconds.
    computed_at: i64,
    /// What it withholds.
    withheld: BTreeSet<Address>,
}

/// The SHA-256 of a text, lower-case hex.
pub(crate) fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

fn unreadable(round: &str) -> impl Fn(serde_json::Error) -> PublishError {
    let round = round.to_owned();
    move |error| PublishError::Unreadable {
        round: round.clone(),
        reason: error.to_string(),
    }
}

/// The release that a publication froze.
///
/// # Errors
/// [`PublishError::Unreadable`].
pub fn stored(publication: &Publication) -> Result<Release, PublishError> {
    serde_json::from_str(&publication.content).map_err(unreadable(&publication.round_id))
}

/// What was published of a round before, withdrawn or not.
///
/// # Errors
/// [`PublishError::Unreadable`], [`PublishError::Store`].
pub async fn earlier(conn: &impl ConnectionTrait, id: &str) -> Result<Vec<Counts>, PublishError> {
    let rows = publications::of_round(conn, id).await?;
    let counts = rows.iter().map(|row| serde_json::from_str(&row.counts));
    counts.collect::<Result<_, _>>().map_err(unreadable(id))
}

/// Writes into [`RoundDetail::withheld`] what is shown nowhere: what is hidden in one place is hidden everywhere. Reports
/// hide what a publication beside the `earlier` ones hides, and a publication what reports hide, until neither adds
/// anything to the other.
///
/// # Errors
/// [`PublicationError`] where no publication is safe.
pub fn withhold(detail: &mut RoundDetail, plan: &Plan, earlier: &[Counts]) -> Result<(), PublicationError> {
    loop {
        let in_reports = reports::build::withheld(detail, plan);
        let options = Options {
            earlier,
            also_hidden: Some(&in_reports),
            interim: false,
        };
        let (hidden, _) = analysis::publication::withheld(detail, plan, &options)?;
        // What is hidden stays hidden, so that this comes to an end.
        if hidden == detail.withheld {
            return Ok(());
        }
        detail.withheld = hidden;
    }
}

/// What would be published of a round now.
///
/// # Errors
/// [`PublishError`].
pub async fn candidate(base: &Base, id: &str) -> Result<Candidate, PublishError> {
    let round = rounds::require(base, id).await?;
    let plan = rounds::plan(base, id).await?;
    let Some((computed_at, mut detail)) = results::get::<RoundDetail>(&base.db, id).await? else {
        return Err(PublishError::NotComputed(id.to_owned()));
    };
    let earlier = earlier(&base.db, id).await?;
    let interim = round.state_on(base.clock.today()) != RoundState::Closed;
    let made = tokio::task::spawn_blocking(move || {
        withhold(&mut detail, &plan, &earlier)?;
        let options = Options {
            earlier: &earlier,
            also_hidden: Some(&detail.withheld),
            interim,
        };
        release(&detail, &plan, &options).map(|made| (made, detail.withheld))
    });
    let ((release, counts, loss), withheld) = made.await??;
    let content = serde_json::to_string(&release).map_err(unreadable(id))?;
    Ok(Candidate {
        sha256: sha256(&content),
        release,
        counts,
        loss,
        content,
        computed_at,
        withheld,
    })
}

/// Publishes what is computed of a round.
///
/// - `seen`: hash of what the office looked at; it must be what is published.
///
/// # Errors
/// [`PublishError`].
pub async fn publish(
    base: &Base,
    id: &str,
    seen: Option<&str>,
    actor: &str,
) -> Result<Publication, PublishError> {
    let candidate = candidate(base, id).await?;
    if seen.is_some_and(|seen| seen != candidate.sha256) {
        return Err(PublishError::Changed(id.to_owned()));
    }
    let day = base.clock.today().to_string();
    let tx = begin(&base.db).await?;
    let before = publications::of_round(&tx, id).await?;
    if before
        .iter()
        .any(|row| row.state == PUBLISHED && row.sha256 == candidate.sha256)
    {
        return Err(PublishError::Same(id.to_owned()));
    }
    publications::end(&tx, id, SUPERSEDED, &day, None).await?;
    let row = Publication {
        round_id: id.to_owned(),
        seq: before.last().map_or(1, |row| row.seq + 1),
        sha256: candidate.sha256,
        content: candidate.content,
        counts: serde_json::to_string(&candidate.counts).map_err(unreadable(id))?,
        state: PUBLISHED.to_owned(),
        actor: actor.to_owned(),
        at: base.clock.now_ms(),
        day,
        reason: None,
        ended_on: None,
    };
    publications::insert(&tx, row.clone()).await?;
    withhold_in_reports(&tx, id, (candidate.computed_at, candidate.withheld)).await?;
    let detail = json!({
        "seq": row.seq,
        "sha256": row.sha256,
        "interim": candidate.release.interim,
        "hidden": candidate.release.hidden(),
    });
    base.record(&tx, actor, "results.publish", id, detail).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(row)
}

/// Reports made of the published results from now on hide what the publication hides: results that came with another
/// program, or before an earlier publication, did not know of it.
async fn withhold_in_reports(
    conn: &impl ConnectionTrait,
    id: &str,
    (computed_at, withheld): (i64, BTreeSet<Address>),
) -> Result<(), StoreError> {
    match results::get::<RoundDetail>(conn, id).await? {
        Some((at, mut detail)) if at == computed_at && detail.withheld != withheld => {
            detail.withheld = withheld;
            results::put(conn, id, at, &detail).await
        }
        _ => Ok(()),
    }
}

/// Takes back what is published; that it was there, and why it went, stays known. Returns whether there was anything.
///
/// # Errors
/// When the database does not answer.
pub async fn withdraw(base: &Base, id: &str, reason: &str, actor: &str) -> Result<bool, StoreError> {
    let day = base.clock.today().to_string();
    let tx = begin(&base.db).await?;
    let done = publications::end(&tx, id, WITHDRAWN, &day, Some(reason)).await?;
    if done {
        base.record(&tx, actor, "results.withdraw", id, json!({ "reason": reason }))
            .await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(done)
}
