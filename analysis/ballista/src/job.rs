//! What is to be summed.

use std::io::Read;

use serde::Deserialize;

/// A round's archived measures, and which of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Job {
    /// A folder that all executors see under the same path, or `s3://bucket/prefix`.
    pub(crate) from: String,
    /// The round.
    pub(crate) round: String,
    /// Codes of the counties whose manifest is there.
    pub(crate) counties: Vec<String>,
    /// The perspectives that they have.
    pub(crate) perspectives: Vec<String>,
}

impl Job {
    /// Reads a job.
    ///
    /// # Errors
    /// When it is no JSON of this form, or names no county.
    pub(crate) fn read(reader: impl Read) -> Result<Self, String> {
        let job: Self = serde_json::from_reader(reader).map_err(|error| format!("the job: {error}"))?;
        match job.counties.is_empty() {
            true => Err("the job names no county".to_owned()),
            false => Ok(job),
        }
    }

    /// Where the round's measures are.
    ///
    /// # Errors
    /// A folder that is not there.
    pub(crate) fn folder(&self) -> std::io::Result<String> {
        let from = match self.from.contains("://") {
            true => self.from.trim_end_matches('/').to_owned(),
            // Executors run in other folders.
            false => std::fs::canonicalize(&self.from)?.display().to_string(),
        };
        Ok(format!("{from}/measures/round={}/", self.round))
    }
}
