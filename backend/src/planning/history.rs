//! What became of a plan: every saved state, and the amendments of its questionnaires, in one list.

use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::store::plan_versions::{self, PlanVersion};
use crate::store::{StoreError, amendments};

/// The kind of an amendment of a questionnaire.
pub const QUESTIONNAIRE: &str = "form";

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// `import`, `edit`, `seal`, `amend`, or `form` for a questionnaire.
    pub kind: String,
    /// Number of the saved state; none for a questionnaire.
    pub seq: Option<i32>,
    /// Number of the published version, 1 for the sealed plan; none for drafts and questionnaires.
    pub published: Option<usize>,
    /// SHA-256 of the plan, or the version of the questionnaire.
    pub sha256: String,
    /// The questionnaire, where it is one.
    pub form: Option<String>,
    /// Why; may be empty.
    pub reason: String,
    /// Login of whoever did it.
    pub actor: String,
    /// When, Unix milliseconds.
    pub at: i64,
    /// The day, ISO 8601.
    pub day: String,
    /// Answers that had come; none where it is not known.
    pub answers_before: Option<i64>,
}

/// The published versions among saved states, with their numbers.
pub fn published(versions: &[PlanVersion]) -> impl Iterator<Item = (usize, &PlanVersion)> {
    (1..).zip(versions.iter().filter(|version| version.is_published()))
}

/// The history of a round's plan, the first event first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_round(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<Entry>, StoreError> {
    let mut entries = Vec::new();
    let mut number = 0;
    for version in plan_versions::of_round(conn, round).await? {
        number += usize::from(version.is_published());
        entries.push(Entry {
            seq: Some(version.seq),
            published: version.is_published().then_some(number),
            kind: version.kind,
            sha256: version.plan_sha256,
            form: None,
            reason: version.reason,
            actor: version.actor,
            at: version.at,
            day: version.day,
            answers_before: Some(version.answers_before),
        });
    }
    for row in amendments::of_round(conn, round).await? {
        entries.push(Entry {
            kind: QUESTIONNAIRE.to_owned(),
            seq: None,
            published: None,
            sha256: row.new_version,
            form: Some(row.form),
            reason: row.reason,
            actor: row.actor,
            at: row.at,
            day: row.day,
            answers_before: None,
        });
    }
    entries.sort_by_key(|entry| entry.at);
    Ok(entries)
}

/// Which published version of the plan made figures, and which is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The version that made them.
    pub made_by: usize,
    /// The version in force.
    pub in_force: usize,
}

impl Provenance {
    /// Whether another version is in force than the one that made the figures.
    pub fn is_outdated(self) -> bool {
        self.made_by != self.in_force
    }
}

/// The provenance of figures that carry a plan's hash; none when no published version has it.
///
/// # Errors
/// When the database does not answer.
pub async fn provenance(
    conn: &impl ConnectionTrait,
    round: &str,
    sha256: &str,
) -> Result<Option<Provenance>, StoreError> {
    let versions = plan_versions::of_round(conn, round).await?;
    let in_force = published(&versions).count();
    // An amendment may lead back to an earlier plan: the latest with this hash made them.
    let made_by = published(&versions)
        .filter(|(_, version)| version.plan_sha256 == sha256)
        .last();
    Ok(made_by.map(|(made_by, _)| Provenance { made_by, in_force }))
}
